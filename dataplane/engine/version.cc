#include "dataplane/engine/version.h"

#include <charconv>

namespace elastilab {

std::optional<ProgramVersion> ProgramVersion::Parse(std::string_view text) {
  ProgramVersion version;
  int* const fields[] = {&version.major, &version.minor, &version.patch};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (int* field : fields) {
    const auto [next, error] = std::from_chars(at, end, *field);
    if (error != std::errc() || *field < 0) {
      *field = 0;
      if (field == fields[0]) return std::nullopt;
      break;
    }
    at = next;
    if (at == end || *at++ != '.') break;
  }
  return version;
}

}  // namespace elastilab
