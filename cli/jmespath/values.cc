#include "cli/jmespath/values.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace elastilab::jmespath {

using Json = nlohmann::ordered_json;

bool IsFalse(const Json& value) {
  if (value.is_boolean()) return !value.get<bool>();
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.is_null() || (value.is_structured() && value.empty());
}

bool AreEqual(const Json& a, const Json& b) {
  if (a.is_array() && b.is_array()) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), AreEqual);
  }
  if (a.is_object() && b.is_object()) {
    if (a.size() != b.size()) return false;
    for (const auto& [name, value] : a.items()) {
      const auto other = b.find(name);
      if (other == b.end() || !AreEqual(value, *other)) return false;
    }
    return true;
  }
  return a == b;
}

std::optional<int> Order(const Json& a, const Json& b) {
  const bool comparable = (a.is_number() && b.is_number()) || (a.is_string() && b.is_string());
  if (!comparable) return std::nullopt;
  return a < b ? -1 : b < a ? 1 : 0;
}

std::string TypeName(const Json& value) {
  if (value.is_number()) return "number";
  return value.type_name();
}

size_t TreeSize(const Json& value, size_t enough) {
  if (value.is_string()) return 1 + value.get_ref<const std::string&>().size() / 16;
  if (!value.is_structured()) return 1;
  size_t size = 1;
  for (const Json& element : value) {
    if (size > enough) break;
    size += TreeSize(element, enough < size ? 0 : enough - size);
  }
  return size;
}

}  // namespace elastilab::jmespath
