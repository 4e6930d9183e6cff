#include "controlplane/services/elasticache/identifiers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "controlplane/region/faults/faults.h"
#include "schema/scalar.h"

namespace elastilab {
namespace {

bool IsAlnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 128; }

// Letters, digits and blanks of any script, and + - = . _ : / @. Beyond ASCII everything but controls counts as a letter.
bool IsTagText(std::string_view text) {
  if (!IsValidUtf8(text)) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool c1_control = c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    const bool good = c >= 0x80 || std::isalnum(c) != 0 || std::string_view(" +-=._:/@").find(text[i]) != std::string_view::npos;
    if (c1_control || !good) return false;
  }
  return true;
}

// Code points; `text` is UTF-8.
size_t CharactersOf(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

Status BadTagText(std::string_view part) {
  return InvalidParameterValue(
      fmt::format("A tag {} consists of letters, digits, blanks and + - = . _ : / @, written in UTF-8.", part));
}

}  // namespace

StatusOr<std::string> CheckIdentifier(std::string_view parameter, std::string_view id, size_t max_length) {
  const bool characters = std::all_of(id.begin(), id.end(), [](char c) { return IsAlnum(c) || c == '-'; });
  const bool starts = !id.empty() && std::isalpha(static_cast<unsigned char>(id.front())) != 0;
  if (!characters || !starts || id.back() == '-' || id.find("--") != std::string_view::npos) return InvalidIdentifier(parameter);
  if (id.size() > max_length) {
    return InvalidParameterValue(
        fmt::format("The parameter {} should be no more than {} characters; '{}' has {}.", parameter, max_length, id, id.size()));
  }
  return LowerCase(id);
}

StatusOr<std::string> CheckSubnetGroupName(std::string_view name) {
  const bool valid = !name.empty() && name.size() <= 255 &&
                     std::all_of(name.begin(), name.end(), [](char c) { return IsAlnum(c) || c == '-'; });
  if (!valid) return InvalidIdentifier("CacheSubnetGroupName");
  return LowerCase(name);
}

Status CheckPort(int port) {
  if (port >= 1024 && port <= 55535) return absl::OkStatus();
  return InvalidParameterValue(fmt::format("Port {} is not between 1024 and 55535.", port));
}

Status CheckSnapshotRetention(int days) {
  if (days >= 0 && days <= 35) return absl::OkStatus();
  return InvalidParameterValue(fmt::format("SnapshotRetentionLimit {} is not between 0 and 35 days.", days));
}

Status CheckTagKey(std::string_view key) {
  if (!IsTagText(key)) return BadTagText("key");
  const size_t length = CharactersOf(key);
  if (length < 1 || length > 128) {
    return InvalidParameterValue(fmt::format("A tag key has 1 to 128 characters; '{}' has {}.", key, length));
  }
  if (LowerCase(key).starts_with("aws:")) {
    return InvalidParameterValue(fmt::format("The tag key '{}' begins with aws:, which is reserved.", key));
  }
  return absl::OkStatus();
}

Status CheckTagValue(std::string_view value) {
  if (!IsTagText(value)) return BadTagText("value");
  const size_t length = CharactersOf(value);
  if (length <= 256) return absl::OkStatus();
  return InvalidParameterValue(fmt::format("A tag value has at most 256 characters, not {}.", length));
}

}  // namespace elastilab
