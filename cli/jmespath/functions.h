// The built-in functions. Internal to jmespath/.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/jmespath/ast.h"
#include "common/status.h"

namespace elastilab::jmespath {

// Values are shared, not copied: most of what an expression walks over it does not change.
using Value = std::shared_ptr<const nlohmann::ordered_json>;

// What a parameter takes; flags can be combined.
enum Type : unsigned {
  kBoolean = 1,
  kNumber = 2,
  kString = 4,
  kArray = 8,
  kObject = 16,
  kNull = 32,
  kReference = 64,  // &expression
  kNumbers = 128,   // an array of numbers only
  kStrings = 256,   // an array of strings only
  kAny = kBoolean | kNumber | kString | kArray | kObject | kNull,
};

struct Call;

struct Function {
  std::string_view name;
  std::vector<unsigned> parameters;
  bool variadic;  // the last parameter any number of times, at least once
  StatusOr<Value> (*run)(const Call& call);

  unsigned Parameter(size_t index) const { return parameters[std::min(index, parameters.size() - 1)]; }
};

// One call with its arguments, of which `run` can rely on that they have the right types.
struct Call {
  const Node& node;
  std::vector<Value> arguments;  // null pointers where the argument is a reference
  // What the expression reference with this index finds in a value.
  std::function<StatusOr<Value>(size_t index, const Value& value)> evaluate;

  const nlohmann::ordered_json& operator[](size_t index) const { return *arguments[index]; }
  // An invalid-type error at the argument.
  Status BadArgument(size_t index, const std::string& wanted, const std::string& got) const;
};

// Null when there is none.
const Function* FindFunction(std::string_view name);
// The names, with commas: "abs, avg, …".
std::string FunctionNames();

// What the parser can tell of a call: that the function exists, the number of arguments, and which are references.
Status CheckCall(const Node& node);
// Checks the types of the arguments and runs it. The function exists.
StatusOr<Value> RunFunction(const Call& call);

}  // namespace elastilab::jmespath
