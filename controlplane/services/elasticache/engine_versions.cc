#include <algorithm>

#include "controlplane/region/catalog/catalog.h"
#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/handlers.h"
#include "controlplane/services/elasticache/identifiers.h"
#include "proto/elasticache/v1/engine_versions.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

// All filters but DefaultOnly. With that, the version asked for may be a beginning: "6" or "6.2".
bool Matches(const v1::DescribeCacheEngineVersionsRequest& request, const EngineVersion& version) {
  if (!request.engine().empty() && LowerCase(request.engine()) != Text(version.engine)) return false;
  const std::string family = LowerCase(request.cache_parameter_group_family());
  if (!family.empty() && family != version.family) return false;
  const std::string& asked = request.engine_version();
  if (asked.empty() || asked == version.short_version) return true;
  return request.default_only() && version.short_version.starts_with(asked + ".");
}

// DefaultOnly: of each engine its default version; of a family or a major version the newest.
bool Holds(const v1::DescribeCacheEngineVersionsRequest& request, const EngineVersion& version) {
  if (!Matches(request, version)) return false;
  if (!request.default_only()) return true;
  if (request.cache_parameter_group_family().empty() && request.engine_version().empty()) return version.is_default;
  const auto& all = EngineVersions();
  return std::none_of(all.begin(), all.end(), [&](const EngineVersion& other) {
    return other.engine == version.engine && Matches(request, other) &&
           CompareVersions(other.full_version, version.full_version) > 0;
  });
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
      response.set_marker(MarkerFor(page.listing, last));
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
