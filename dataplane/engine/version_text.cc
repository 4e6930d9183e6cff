#include "dataplane/engine/version_text.h"

#include "dataplane/engine/version.h"

namespace elastilab {

std::optional<EngineBinary> ParseVersionText(std::string_view text) {
  static constexpr struct {
    std::string_view prefix;
    EngineFamily family;
  } kForms[] = {{"Redis server v=", EngineFamily::kRedis},
                {"Valkey server v=", EngineFamily::kValkey},
                {"memcached ", EngineFamily::kMemcached}};
  for (const auto& form : kForms) {
    const size_t at = text.find(form.prefix);
    if (at == std::string_view::npos) continue;
    std::string_view version = text.substr(at + form.prefix.size());
    version = version.substr(0, version.find_first_of(" \r\n"));
    if (!ProgramVersion::Parse(version)) continue;
    return EngineBinary{form.family, std::string(version), {}};
  }
  return std::nullopt;
}

}  // namespace elastilab
