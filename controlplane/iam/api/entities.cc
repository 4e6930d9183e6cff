#include "controlplane/iam/api/entities.h"

#include <fmt/format.h>

#include <cctype>
#include <set>

#include "schema/fault.h"

namespace elastilab {
namespace {

constexpr size_t kMaxTags = 50;
constexpr size_t kMaxPath = 512;

bool IsNameCharacter(unsigned char c) {
  return std::isalnum(c) != 0 || std::string_view("+=,.@_-").find(static_cast<char>(c)) != std::string_view::npos;
}

Status Invalid(std::string message) { return MakeFault(elasticache::v1::VALIDATION_ERROR, std::move(message)); }

}  // namespace

Status CheckName(std::string_view member, std::string_view name, size_t max) {
  if (name.empty() || name.size() > max) {
    return Invalid(fmt::format("1 validation error detected: Value at '{}' failed to satisfy constraint: Member must have 1 to {} "
                               "characters, not {}", member, max, name.size()));
  }
  if (std::all_of(name.begin(), name.end(), IsNameCharacter)) return absl::OkStatus();
  return Invalid(fmt::format("The specified value for {} is invalid. It must contain only alphanumeric characters and/or the "
                             "following: +=,.@_-", member));
}

Status CheckPath(std::string_view path) {
  const bool printable = std::all_of(path.begin(), path.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (printable && path.size() <= kMaxPath && path.starts_with('/') && path.ends_with('/')) return absl::OkStatus();
  return Invalid(fmt::format("The specified value for path is invalid. It must begin and end with / and contain only "
                             "alphanumeric characters and/or / characters. It was '{}'.", path.substr(0, kMaxPath)));
}

Status NoSuchEntity(std::string message) { return MakeFault(elasticache::v1::NO_SUCH_ENTITY, std::move(message)); }

Status EntityAlreadyExists(std::string message) {
  return MakeFault(elasticache::v1::ENTITY_ALREADY_EXISTS, std::move(message));
}

Status DeleteConflict(std::string_view must) {
  return MakeFault(elasticache::v1::DELETE_CONFLICT, fmt::format("Cannot delete entity, {}.", must));
}

Status QuotaExceeded(std::string_view quota, int limit) {
  return MakeFault(elasticache::v1::LIMIT_EXCEEDED, fmt::format("Cannot exceed quota for {}: {}", quota, limit));
}

Status CheckTaken(bool taken, std::string_view title, const std::string& name) {
  if (!taken) return absl::OkStatus();
  return EntityAlreadyExists(fmt::format("{} with name {} already exists.", title, name));
}

Status CheckTags(const std::vector<Tag>& tags) {
  if (tags.size() > kMaxTags) {
    return MakeFault(elasticache::v1::LIMIT_EXCEEDED, fmt::format("The number of tags has reached the maximum limit of {}.", kMaxTags));
  }
  std::set<std::string> keys;
  for (const Tag& tag : tags) {
    if (tag.key.empty() || tag.key.size() > 128 || tag.value.size() > 256) {
      return Invalid(fmt::format("Tag '{}': a key has 1 to 128 characters, a value at most 256.", tag.key));
    }
    if (LowerCase(tag.key).starts_with("aws:")) return Invalid(fmt::format("Tag '{}': keys that begin with aws: are AWS's own.", tag.key));
    if (!keys.insert(LowerCase(tag.key)).second) {
      return MakeFault(elasticache::v1::INVALID_INPUT,
                       fmt::format("Duplicate tag keys found: '{}'. Tag keys are compared without regard to case.", tag.key));
    }
  }
  return absl::OkStatus();
}

Status MergeTags(std::vector<Tag>& tags, const std::vector<Tag>& more) {
  for (const Tag& tag : more) {
    auto it = std::find_if(tags.begin(), tags.end(), [&](const Tag& t) { return t.key == tag.key; });
    if (it == tags.end()) {
      tags.push_back(tag);
    } else {
      it->value = tag.value;
    }
  }
  return CheckTags(tags);
}

std::string EncodeDocument(std::string_view document) {
  std::string encoded;
  for (unsigned char c : document) {
    const bool plain = std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '~';
    encoded += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  }
  return encoded;
}

Status InvalidMaxItems(int given) {
  return Invalid(fmt::format("1 validation error detected: Value '{}' at 'maxItems' failed to satisfy constraint: Member must be "
                             "between 1 and 1000", given));
}

}  // namespace elastilab
