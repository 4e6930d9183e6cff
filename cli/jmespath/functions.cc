#include "cli/jmespath/functions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "cli/jmespath/problem.h"
#include "cli/jmespath/utf8.h"
#include "cli/jmespath/values.h"

namespace elastilab::jmespath {
namespace {

using Json = nlohmann::ordered_json;

Value Make(Json value) { return std::make_shared<const Json>(std::move(value)); }
const std::string& Text(const Json& value) { return value.get_ref<const std::string&>(); }

// ---- numbers

bool IsWholeNumber(const Json& value) {
  if (value.is_number_unsigned()) return value.get<uint64_t>() <= uint64_t{INT64_MAX};
  return value.is_number_integer();
}

// A whole number where it fits into 64 bits.
Json Whole(double value) {
  constexpr double kLimitOfInt64 = 9'223'372'036'854'775'808.0;
  if (value >= -kLimitOfInt64 && value < kLimitOfInt64) return static_cast<int64_t>(value);
  return value;
}

StatusOr<Value> Abs(const Call& call) {
  const Json& number = call[0];
  if (number.is_number_unsigned()) return call.arguments[0];
  if (IsWholeNumber(number) && number.get<int64_t>() != INT64_MIN) return Make(std::abs(number.get<int64_t>()));
  return Make(std::fabs(number.get<double>()));
}

StatusOr<Value> Ceil(const Call& call) {
  if (call[0].is_number_integer()) return call.arguments[0];
  return Make(Whole(std::ceil(call[0].get<double>())));
}

StatusOr<Value> Floor(const Call& call) {
  if (call[0].is_number_integer()) return call.arguments[0];
  return Make(Whole(std::floor(call[0].get<double>())));
}

// Whole as long as its parts are and it fits.
Json Total(const Json& numbers) {
  int64_t whole = 0;
  double total = 0;
  bool is_whole = true;
  for (const Json& number : numbers) {
    total += number.get<double>();
    is_whole = is_whole && IsWholeNumber(number) && !__builtin_add_overflow(whole, number.get<int64_t>(), &whole);
  }
  return is_whole ? Json(whole) : Json(total);
}

StatusOr<Value> Sum(const Call& call) { return Make(Total(call[0])); }

StatusOr<Value> Avg(const Call& call) {
  if (call[0].empty()) return Make(nullptr);
  return Make(Total(call[0]).get<double>() / static_cast<double>(call[0].size()));
}

StatusOr<Value> ToNumber(const Call& call) {
  if (call[0].is_number()) return call.arguments[0];
  if (!call[0].is_string()) return Make(nullptr);
  // JSON's idea of a number, without blanks around it.
  const std::string& text = Text(call[0]);
  const bool starts_well =
      !text.empty() && (text.front() == '-' || std::isdigit(static_cast<unsigned char>(text.front())));
  Json number = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!starts_well || std::isspace(static_cast<unsigned char>(text.back())) || !number.is_number())
    return Make(nullptr);
  return Make(std::move(number));
}

// ---- text

StatusOr<Value> EndsWith(const Call& call) { return Make(Text(call[0]).ends_with(Text(call[1]))); }
StatusOr<Value> StartsWith(const Call& call) { return Make(Text(call[0]).starts_with(Text(call[1]))); }

StatusOr<Value> Join(const Call& call) {
  std::string joined;
  bool first = true;
  for (const Json& part : call[1]) {
    if (!first) joined += Text(call[0]);
    first = false;
    joined += Text(part);
  }
  return Make(std::move(joined));
}

StatusOr<Value> ToString(const Call& call) {
  if (call[0].is_string()) return call.arguments[0];
  return Make(call[0].dump(-1, ' ', /*ensure_ascii=*/true));
}

// ---- lists and objects

StatusOr<Value> Contains(const Call& call) {
  const Json& where = call[0];
  const Json& what = call[1];
  if (where.is_string()) return Make(what.is_string() && Text(where).find(Text(what)) != std::string::npos);
  return Make(std::any_of(where.begin(), where.end(), [&](const Json& element) { return AreEqual(element, what); }));
}

StatusOr<Value> Length(const Call& call) {
  return Make(call[0].is_string() ? CodePointCount(Text(call[0])) : call[0].size());
}

StatusOr<Value> Reverse(const Call& call) {
  if (call[0].is_string()) return Make(ReversedCodePoints(Text(call[0])));
  Json reversed = call[0];
  std::reverse(reversed.begin(), reversed.end());
  return Make(std::move(reversed));
}

StatusOr<Value> Keys(const Call& call) {
  Json keys = Json::array();
  for (const auto& [name, value] : call[0].items()) keys.push_back(name);
  return Make(std::move(keys));
}

StatusOr<Value> Values(const Call& call) {
  Json values = Json::array();
  for (const Json& value : call[0]) values.push_back(value);
  return Make(std::move(values));
}

StatusOr<Value> Merge(const Call& call) {
  Json merged = call[0];
  for (size_t i = 1; i < call.arguments.size(); ++i) {
    for (const auto& [name, value] : call[i].items()) merged[name] = value;
  }
  return Make(std::move(merged));
}

StatusOr<Value> NotNull(const Call& call) {
  for (const Value& argument : call.arguments) {
    if (!argument->is_null()) return argument;
  }
  return Make(nullptr);
}

StatusOr<Value> ToArray(const Call& call) {
  if (call[0].is_array()) return call.arguments[0];
  return Make(Json::array({call[0]}));
}

StatusOr<Value> TypeOf(const Call& call) { return Make(TypeName(call[0])); }

// ---- order

bool Less(const Json& a, const Json& b) { return Order(a, b).value_or(0) < 0; }

StatusOr<Value> Max(const Call& call) {
  if (call[0].empty()) return Make(nullptr);
  return Value(call.arguments[0], &*std::max_element(call[0].begin(), call[0].end(), Less));
}

StatusOr<Value> Min(const Call& call) {
  if (call[0].empty()) return Make(nullptr);
  return Value(call.arguments[0], &*std::min_element(call[0].begin(), call[0].end(), Less));
}

StatusOr<Value> Sort(const Call& call) {
  Json sorted = call[0];
  std::stable_sort(sorted.begin(), sorted.end(), Less);
  return Make(std::move(sorted));
}

struct Keyed {
  Value key;
  const Json* element;
};

bool KeyLess(const Keyed& a, const Keyed& b) { return Less(*a.key, *b.key); }

// What the reference finds in each element; all numbers or all strings.
StatusOr<std::vector<Keyed>> KeysOf(const Call& call) {
  std::vector<Keyed> keyed;
  for (const Json& element : call[0]) {
    ASSIGN_OR_RETURN(const Value key, call.evaluate(1, Value(call.arguments[0], &element)));
    const bool fits =
        keyed.empty() ? key->is_number() || key->is_string() : Order(*keyed.front().key, *key).has_value();
    if (!fits) {
      const std::string wanted = keyed.empty() ? "number or string" : TypeName(*keyed.front().key);
      return call.BadArgument(1, fmt::format("a reference that finds a {} in every element", wanted), TypeName(*key));
    }
    keyed.push_back({key, &element});
  }
  return keyed;
}

StatusOr<Value> SortBy(const Call& call) {
  ASSIGN_OR_RETURN(std::vector<Keyed> keyed, KeysOf(call));
  std::stable_sort(keyed.begin(), keyed.end(), KeyLess);
  Json sorted = Json::array();
  for (const Keyed& one : keyed) sorted.push_back(*one.element);
  return Make(std::move(sorted));
}

StatusOr<Value> MaxBy(const Call& call) {
  ASSIGN_OR_RETURN(const std::vector<Keyed> keyed, KeysOf(call));
  if (keyed.empty()) return Make(nullptr);
  return Value(call.arguments[0], std::max_element(keyed.begin(), keyed.end(), KeyLess)->element);
}

StatusOr<Value> MinBy(const Call& call) {
  ASSIGN_OR_RETURN(const std::vector<Keyed> keyed, KeysOf(call));
  if (keyed.empty()) return Make(nullptr);
  return Value(call.arguments[0], std::min_element(keyed.begin(), keyed.end(), KeyLess)->element);
}

StatusOr<Value> Map(const Call& call) {
  Json mapped = Json::array();
  for (const Json& element : call[1]) {
    ASSIGN_OR_RETURN(const Value found, call.evaluate(0, Value(call.arguments[1], &element)));
    mapped.push_back(*found);
  }
  return Make(std::move(mapped));
}

// ---- the table

const std::vector<Function>& Functions() {
  constexpr unsigned kSortable = kNumbers | kStrings;
  static const auto& functions = *new std::vector<Function>{
      {"abs", {kNumber}, false, Abs},
      {"avg", {kNumbers}, false, Avg},
      {"ceil", {kNumber}, false, Ceil},
      {"contains", {kArray | kString, kAny}, false, Contains},
      {"ends_with", {kString, kString}, false, EndsWith},
      {"floor", {kNumber}, false, Floor},
      {"join", {kString, kStrings}, false, Join},
      {"keys", {kObject}, false, Keys},
      {"length", {kString | kArray | kObject}, false, Length},
      {"map", {kReference, kArray}, false, Map},
      {"max", {kSortable}, false, Max},
      {"max_by", {kArray, kReference}, false, MaxBy},
      {"merge", {kObject}, true, Merge},
      {"min", {kSortable}, false, Min},
      {"min_by", {kArray, kReference}, false, MinBy},
      {"not_null", {kAny}, true, NotNull},
      {"reverse", {kString | kArray}, false, Reverse},
      {"sort", {kSortable}, false, Sort},
      {"sort_by", {kArray, kReference}, false, SortBy},
      {"starts_with", {kString, kString}, false, StartsWith},
      {"sum", {kNumbers}, false, Sum},
      {"to_array", {kAny}, false, ToArray},
      {"to_number", {kAny}, false, ToNumber},
      {"to_string", {kAny}, false, ToString},
      {"type", {kAny}, false, TypeOf},
      {"values", {kObject}, false, Values},
  };
  return functions;
}

constexpr std::pair<unsigned, const char*> kTypeTexts[] = {
    {kBoolean, "boolean"},
    {kNumber, "number"},
    {kString, "string"},
    {kArray, "array"},
    {kObject, "object"},
    {kReference, "expression reference, such as &Name"},
    {kNumbers, "array of numbers"},
    {kStrings, "array of strings"},
};

// "array or string"
std::string TypesText(unsigned types) {
  std::vector<std::string> texts;
  for (const auto& [type, text] : kTypeTexts) {
    if ((types & type) != 0) texts.emplace_back(text);
  }
  return fmt::format("{}", fmt::join(texts, " or "));
}

unsigned TypeOfElements(const Json& list) {
  const auto all = [&](auto is) { return std::all_of(list.begin(), list.end(), is); };
  unsigned types = 0;
  if (all([](const Json& element) { return element.is_number(); })) types |= kNumbers;
  if (all([](const Json& element) { return element.is_string(); })) types |= kStrings;
  return types;
}

unsigned TypesOf(const Json& value) {
  if (value.is_array()) return kArray | TypeOfElements(value);
  if (value.is_object()) return kObject;
  if (value.is_string()) return kString;
  if (value.is_boolean()) return kBoolean;
  return value.is_null() ? kNull : kNumber;
}

}  // namespace

Status Call::BadArgument(size_t index, const std::string& wanted, const std::string& got) const {
  return Problem(kInvalidType, node.children[index].position,
                 fmt::format("{}() takes here: {}; this is: {}", node.name, wanted, got));
}

const Function* FindFunction(std::string_view name) {
  const auto& all = Functions();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Function& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string FunctionNames() {
  std::vector<std::string_view> names;
  for (const Function& function : Functions()) names.push_back(function.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

Status CheckCall(const Node& node) {
  const Function* function = FindFunction(node.name);
  if (function == nullptr) {
    return Problem(kUnknownFunction, node.position,
                   fmt::format("there is no function {}(); there are {}", node.name, FunctionNames()));
  }
  const size_t wanted = function->parameters.size();
  const size_t got = node.children.size();
  if (function->variadic ? got < wanted : got != wanted) {
    return Problem(kInvalidArity, node.position,
                   fmt::format("{}() takes {}{} argument{}, not {}", node.name, function->variadic ? "at least " : "",
                               wanted, wanted == 1 ? "" : "s", got));
  }
  for (size_t i = 0; i < got; ++i) {
    const bool wants_reference = function->Parameter(i) == kReference;
    const bool is_reference = node.children[i].kind == NodeKind::kExpressionReference;
    if (wants_reference == is_reference) continue;
    return Problem(kInvalidType, node.children[i].position,
                   fmt::format("{}() takes here: {}; this is: {}", node.name, TypesText(function->Parameter(i)),
                               is_reference ? "an expression reference" : "a value (references begin with '&')"));
  }
  return absl::OkStatus();
}

StatusOr<Value> RunFunction(const Call& call) {
  const Function& function = *FindFunction(call.node.name);
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    if (call.arguments[i] == nullptr) continue;  // a reference where it should be: see CheckCall
    const unsigned wanted = function.Parameter(i);
    if ((TypesOf(call[i]) & wanted) != 0) continue;
    const bool mixed = call[i].is_array();
    return call.BadArgument(i, TypesText(wanted), mixed ? "array of other elements" : TypeName(call[i]));
  }
  return function.run(call);
}

}  // namespace elastilab::jmespath
