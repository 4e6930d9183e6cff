#include "controlplane/services/iam/entities.h"

#include <fmt/format.h>

#include <cctype>
#include <nlohmann/json.hpp>
#include <set>

#include "schema/fault.h"

namespace elastilab {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxTags = 50;
constexpr size_t kMaxPath = 512;
constexpr size_t kMaxDescription = 1000;

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
  const bool slashes = path == "/" || (path.size() > 2 && path.starts_with('/') && path.ends_with('/'));
  if (printable && slashes && path.size() <= kMaxPath) return absl::OkStatus();
  return Invalid(fmt::format("The specified value for path is invalid. It must begin and end with / and contain only "
                             "alphanumeric characters and/or / characters. It was '{}'.", path.substr(0, kMaxPath)));
}

Status CheckDescription(std::string_view text) {
  if (text.size() <= kMaxDescription) return absl::OkStatus();
  return Invalid(fmt::format("1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have "
                             "length less than or equal to {}", kMaxDescription));
}

Status CheckChoice(std::string_view member, std::string_view value, std::initializer_list<std::string_view> choices) {
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return absl::OkStatus();
  return Invalid(fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member must satisfy "
                             "enum value set: [{}]", value, member, fmt::join(choices, ", ")));
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
  if (title == EntityKind<ManagedPolicy>::kTitle) {
    return EntityAlreadyExists(fmt::format("A policy called {} already exists. Duplicate names are not allowed.", name));
  }
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
    auto it = std::find_if(tags.begin(), tags.end(), [&](const Tag& t) { return EqualsIgnoringCase(t.key, tag.key); });
    if (it == tags.end()) {
      tags.push_back(tag);
    } else {
      *it = tag;
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

StatusOr<std::string> ReadIamMarker(std::string_view listing, std::string_view marker) {
  const auto page = ReadPage(listing, std::nullopt, marker);
  if (!page.ok()) return Invalid("Invalid Marker: it is none that a previous reply gave.");
  return page->after.value_or("");
}

namespace {

void ReplaceText(Json& value, const std::string& from, const std::string& to, bool& changed) {
  if (value.is_array()) {
    for (Json& element : value) ReplaceText(element, from, to, changed);
  } else if (value.is_string() && value == from) {
    value = to;
    changed = true;
  }
}

}  // namespace

void FollowPrincipal(Draft& draft, const std::string& from_arn, const std::string& to) {
  for (const IamRole* found : draft.All<IamRole>()) {
    if (from_arn == to || found->trust_policy.find(from_arn.substr(from_arn.rfind('/') + 1)) == std::string::npos) continue;
    Json document = Json::parse(found->trust_policy, nullptr, /*allow_exceptions=*/false);
    if (!document.is_object() || !document.contains("Statement")) continue;
    bool changed = false;
    Json& statements = document["Statement"];
    const size_t count = statements.is_array() ? statements.size() : 1;
    for (size_t i = 0; i < count; ++i) {
      Json& statement = statements.is_array() ? statements[i] : statements;
      for (const char* element : {"Principal", "NotPrincipal"}) {
        if (statement.contains(element) && statement[element].is_object() && statement[element].contains("AWS")) {
          ReplaceText(statement[element]["AWS"], from_arn, to, changed);
        }
      }
    }
    if (!changed) continue;
    IamRole role = *found;
    role.trust_policy = document.dump();
    draft.Put(role);
  }
}

Status InvalidMaxItems(int given) {
  return Invalid(fmt::format("1 validation error detected: Value '{}' at 'maxItems' failed to satisfy constraint: Member must be "
                             "between 1 and 1000", given));
}

}  // namespace elastilab
