#include <algorithm>

#include "controlplane/api/handlers.h"
#include "controlplane/api/identifiers.h"
#include "controlplane/api/paging.h"
#include "controlplane/catalog/catalog.h"
#include "proto/elasticache/v1/engine_versions.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

// What the service takes for its family when no version is asked for.
bool IsNewestOfFamily(const EngineVersion& version) {
  for (const EngineVersion& other : EngineVersions()) {
    if (other.family == version.family && CompareVersions(other.full_version, version.full_version) > 0) return false;
  }
  return true;
}

bool Holds(const v1::DescribeCacheEngineVersionsRequest& request, const EngineVersion& version) {
  if (request.has_engine() && !request.engine().empty() && LowerCase(request.engine()) != Text(version.engine))
    return false;
  if (request.has_engine_version() && request.engine_version() != version.short_version) return false;
  if (request.has_cache_parameter_group_family() && request.cache_parameter_group_family() != version.family)
    return false;
  if (!request.default_only()) return true;
  return request.has_cache_parameter_group_family() ? IsNewestOfFamily(version) : version.is_default;
}

std::string KeyOfVersion(const EngineVersion& version) {
  return std::string(Text(version.engine)) + " " + version.short_version;
}

}  // namespace

Status DescribeCacheEngineVersions(RequestContext&, const v1::DescribeCacheEngineVersionsRequest& request,
                                   v1::DescribeCacheEngineVersionsResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  auto it = EngineVersions().begin();
  if (page.after) {
    // The list never changes: the version that the marker names is there.
    it = std::find_if(it, EngineVersions().end(),
                      [&](const EngineVersion& version) { return KeyOfVersion(version) == *page.after; });
    if (it == EngineVersions().end()) return InvalidMarker();
    ++it;
  }
  std::string last;
  for (; it != EngineVersions().end(); ++it) {
    const EngineVersion& version = *it;
    if (!Holds(request, version)) continue;
    if (response.cache_engine_versions_size() == page.limit) {
      response.set_marker(MarkerFor(last));
      break;
    }
    auto* out = response.add_cache_engine_versions();
    out->set_engine(std::string(Text(version.engine)));
    out->set_engine_version(version.short_version);
    out->set_cache_parameter_group_family(version.family);
    out->set_cache_engine_description(version.description);
    out->set_cache_engine_version_description(version.version_description);
    last = KeyOfVersion(version);
  }
  return absl::OkStatus();
}

void AddEngineVersionHandlers(HandlerTable& table) {
  table["DescribeCacheEngineVersions"] = Typed(DescribeCacheEngineVersions);
}

}  // namespace elastilab
