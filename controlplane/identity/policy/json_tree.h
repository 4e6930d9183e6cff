// JSON with places: what the policy parser walks over. Unlike common JSON trees it refuses duplicate keys, bounds depth
// and size while reading, and keeps the text of numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controlplane/identity/policy/malformed.h"

namespace elastilab {

struct JsonNode {
  enum class Type { kNull, kBool, kNumber, kString, kArray, kObject };
  Type type = Type::kNull;
  std::string text;                // a string's content; a number, true, false or null as written
  std::string key;                 // inside an object
  std::vector<JsonNode> children;  // of an array or object, in the order of the text
  size_t key_start = 0;            // byte offsets: the key's quote,
  size_t start = 0;                // the value's first byte
  size_t end = 0;                  // and the one behind its last

  bool IsString() const { return type == Type::kString; }
  bool IsArray() const { return type == Type::kArray; }
  bool IsObject() const { return type == Type::kObject; }
};

// "a string", "an object", …: for messages.
std::string_view TypeName(JsonNode::Type type);

// MalformedPolicyDocument for broken JSON, a key twice in one object, and what is beyond kMaxPolicyTextBytes,
// kMaxPolicyJsonDepth or kMaxPolicyJsonValues.
StatusOr<JsonNode> ParseJsonTree(const PolicyText& text);

}  // namespace elastilab
