// What JMESPath says about JSON values. Internal to jmespath/.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace elastilab::jmespath {

// false, null, and text, lists and objects without content. 0 is not.
bool IsFalse(const nlohmann::ordered_json& value);
// By content: the order of members does not matter, 1 equals 1.0.
bool AreEqual(const nlohmann::ordered_json& a, const nlohmann::ordered_json& b);
// -1, 0 or 1 for two numbers or two strings (by code point); nothing for other values.
std::optional<int> Order(const nlohmann::ordered_json& a, const nlohmann::ordered_json& b);
// "null", "boolean", "number", "string", "array", "object".
std::string TypeName(const nlohmann::ordered_json& value);
// What it costs to copy the tree: how many values it holds, itself included, long strings counting for more. Stops
// counting soon after `enough`.
size_t TreeSize(const nlohmann::ordered_json& value, size_t enough);

}  // namespace elastilab::jmespath
