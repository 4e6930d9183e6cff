#include "controlplane/api/validate_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "controlplane/faults/common_faults.h"
#include "controlplane/faults/tag_faults.h"

namespace elastilab {
namespace {

constexpr size_t kMaxClusterId = 50;
constexpr size_t kMaxGroupId = 40;
constexpr size_t kMaxSubnetGroupName = 255;
constexpr size_t kMaxDescription = 255;
constexpr size_t kMaxTagKey = 128;
constexpr size_t kMaxTagValue = 256;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsIdentifier(std::string_view text) {
  if (text.empty() || !IsLetter(text.front()) || text.back() == '-') return false;
  if (text.find("--") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return IsLetter(c) || IsDigit(c) || c == '-'; });
}

StatusOr<std::string> ValidateIdentifier(std::string_view parameter, std::string_view text, size_t limit) {
  if (!IsIdentifier(text)) return InvalidIdentifier(parameter);
  if (text.size() > limit) return IdentifierTooLong(parameter, limit);
  return LowerCase(text);
}

// Characters of UTF-8, not bytes.
size_t CharactersOf(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; });
}

Status ValidateTag(const Tag& tag) {
  const size_t key = CharactersOf(tag.key);
  if (key < 1 || key > kMaxTagKey) {
    return InvalidValue(fmt::format("The tag key '{}' must have 1 to {} characters.", tag.key, kMaxTagKey));
  }
  if (CharactersOf(tag.value) > kMaxTagValue) {
    return InvalidValue(fmt::format("The value of the tag {} must have at most {} characters.", tag.key, kMaxTagValue));
  }
  if (LowerCase(tag.key).starts_with("aws:")) {
    return InvalidValue(fmt::format("The tag key {} is not allowed: the prefix aws: is reserved.", tag.key));
  }
  return absl::OkStatus();
}

}  // namespace

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

StatusOr<std::string> ValidateClusterId(std::string_view id) {
  return ValidateIdentifier("CacheClusterIdentifier", id, kMaxClusterId);
}

StatusOr<std::string> ValidateGroupId(std::string_view id) {
  if (IsIdentifier(id) && id.size() > kMaxGroupId) return IdentifierTooLong("Replication group id", kMaxGroupId);
  return ValidateIdentifier("ReplicationGroupId", id, kMaxGroupId);
}

StatusOr<std::string> ValidateSubnetGroupName(std::string_view name) {
  return ValidateIdentifier("CacheSubnetGroupName", name, kMaxSubnetGroupName);
}

Status ValidateDescription(std::string_view parameter, std::string_view text) {
  const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (blank) return MissingParameter(parameter);
  return CharactersOf(text) > kMaxDescription ? TooLong(parameter, kMaxDescription) : absl::OkStatus();
}

Status ValidateTags(const std::vector<Tag>& tags) {
  std::set<std::string_view> keys;
  for (const Tag& tag : tags) {
    RETURN_IF_ERROR(ValidateTag(tag));
    if (!keys.insert(tag.key).second) return InvalidValue(fmt::format("The tag key {} is given twice.", tag.key));
  }
  return tags.size() > kMaxTags ? TagQuotaExceeded(kMaxTags) : absl::OkStatus();
}

}  // namespace elastilab
