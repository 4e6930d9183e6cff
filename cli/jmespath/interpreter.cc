#include "cli/jmespath/interpreter.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/jmespath/problem.h"
#include "cli/jmespath/values.h"

namespace elastilab::jmespath {
namespace {

using Json = nlohmann::ordered_json;

Value Make(Json value) { return std::make_shared<const Json>(std::move(value)); }

const Value& Null() {
  static const auto& null = *new Value(Make(nullptr));
  return null;
}

// A part of `whole`, which stays alive with it.
Value Part(const Value& whole, const Json& part) { return Value(whole, &part); }

// The elements that a slice picks, as Python counts them: a bound below 0 counts from the end, and bounds outside are
// moved to the ends.
struct Range {
  int64_t start = 0;
  int64_t stop = 0;
  int64_t step = 1;
};

int64_t Bound(int64_t bound, int64_t length, int64_t lowest, int64_t highest) {
  if (bound < 0) bound = bound < -length ? lowest : bound + length;
  return std::clamp(bound, lowest, highest);
}

Range Resolve(const Node& slice, int64_t length) {
  Range range{.step = slice.step.value_or(1)};
  const bool forward = range.step > 0;
  const int64_t lowest = forward ? 0 : -1;
  const int64_t highest = forward ? length : length - 1;
  range.start = slice.start ? Bound(*slice.start, length, lowest, highest) : forward ? lowest : highest;
  range.stop = slice.stop ? Bound(*slice.stop, length, lowest, highest) : forward ? highest : lowest;
  return range;
}

class Interpreter {
 public:
  explicit Interpreter(size_t max_work) : max_work_(max_work), left_(max_work) {}

  StatusOr<Value> Visit(const Node& node, const Value& value) {
    RETURN_IF_ERROR(Spend(1, node));
    switch (node.kind) {
      case NodeKind::kCurrent:
        return value;
      case NodeKind::kLiteral:
        return node.literal;
      case NodeKind::kField:
        return Field(node, value);
      case NodeKind::kIndex:
        return Index(node, value);
      case NodeKind::kSlice:
        return Slice(node, value);
      case NodeKind::kChain:
        return Chain(node, value);
      case NodeKind::kProjection:
      case NodeKind::kValueProjection:
      case NodeKind::kFilterProjection:
        return Projection(node, value);
      case NodeKind::kFlatten:
        return Flatten(node, value);
      case NodeKind::kComparison:
        return Comparison(node, value);
      case NodeKind::kOr:
        return Logic(node, value, /*ends_at_true=*/true);
      case NodeKind::kAnd:
        return Logic(node, value, /*ends_at_true=*/false);
      case NodeKind::kNot:
        return Not(node, value);
      case NodeKind::kMultiSelectList:
        return MultiSelectList(node, value);
      case NodeKind::kMultiSelectHash:
        return MultiSelectHash(node, value);
      case NodeKind::kFunction:
        return FunctionCall(node, value);
      case NodeKind::kExpressionReference:
        break;  // the parser lets them stand in calls only
    }
    return Null();
  }

 private:
  Status Spend(size_t work, const Node& node) {
    if (work > left_) {
      return Problem(kLimit, node.position, fmt::format("this takes or makes more than {} values", max_work_));
    }
    left_ -= work;
    return absl::OkStatus();
  }

  Status Append(const Value& value, const Node& node, Json* list) {
    RETURN_IF_ERROR(Spend(TreeSize(*value, left_), node));
    list->push_back(*value);
    return absl::OkStatus();
  }

  StatusOr<Value> Field(const Node& node, const Value& value) {
    if (!value->is_object()) return Null();
    const auto found = value->find(node.name);
    return found == value->end() ? Null() : Part(value, *found);
  }

  StatusOr<Value> Index(const Node& node, const Value& value) {
    if (!value->is_array()) return Null();
    const auto length = static_cast<int64_t>(value->size());
    if (node.index >= length || node.index < -length) return Null();
    return Part(value, (*value)[static_cast<size_t>(node.index < 0 ? node.index + length : node.index)]);
  }

  StatusOr<Value> Slice(const Node& node, const Value& value) {
    if (!value->is_array()) return Null();
    const Range range = Resolve(node, static_cast<int64_t>(value->size()));
    Json picked = Json::array();
    for (int64_t i = range.start; range.step > 0 ? i < range.stop : i > range.stop;) {
      RETURN_IF_ERROR(Append(Part(value, (*value)[static_cast<size_t>(i)]), node, &picked));
      if (__builtin_add_overflow(i, range.step, &i)) break;
    }
    return Make(std::move(picked));
  }

  StatusOr<Value> Chain(const Node& node, const Value& value) {
    Value found = value;
    for (const Node& child : node.children) {
      ASSIGN_OR_RETURN(found, Visit(child, found));
    }
    return found;
  }

  StatusOr<Value> Projection(const Node& node, const Value& value) {
    ASSIGN_OR_RETURN(const Value left, Visit(node.children[0], value));
    if (node.kind == NodeKind::kValueProjection ? !left->is_object() : !left->is_array()) return Null();
    Json found = Json::array();
    for (const Json& element : *left) {
      const Value part = Part(left, element);
      if (node.kind == NodeKind::kFilterProjection) {
        ASSIGN_OR_RETURN(const Value condition, Visit(node.children[2], part));
        if (IsFalse(*condition)) continue;
      }
      ASSIGN_OR_RETURN(const Value result, Visit(node.children[1], part));
      if (!result->is_null()) RETURN_IF_ERROR(Append(result, node, &found));
    }
    return Make(std::move(found));
  }

  StatusOr<Value> Flatten(const Node& node, const Value& value) {
    ASSIGN_OR_RETURN(const Value left, Visit(node.children[0], value));
    if (!left->is_array()) return Null();
    RETURN_IF_ERROR(Spend(TreeSize(*left, left_), node));
    Json flat = Json::array();
    for (const Json& element : *left) {
      if (element.is_array()) {
        flat.insert(flat.end(), element.begin(), element.end());
      } else {
        flat.push_back(element);
      }
    }
    return Make(std::move(flat));
  }

  StatusOr<Value> Comparison(const Node& node, const Value& value) {
    ASSIGN_OR_RETURN(const Value left, Visit(node.children[0], value));
    ASSIGN_OR_RETURN(const Value right, Visit(node.children[1], value));
    RETURN_IF_ERROR(Spend(TreeSize(*left, left_), node));
    if (node.name == "==") return Make(AreEqual(*left, *right));
    if (node.name == "!=") return Make(!AreEqual(*left, *right));
    const auto order = Order(*left, *right);
    if (!order) return Null();
    const bool or_equal = node.name.size() == 2;
    return Make(*order == 0 ? or_equal : (*order < 0) == (node.name.front() == '<'));
  }

  StatusOr<Value> Logic(const Node& node, const Value& value, bool ends_at_true) {
    Value last;
    for (const Node& child : node.children) {
      ASSIGN_OR_RETURN(last, Visit(child, value));
      if (IsFalse(*last) != ends_at_true) break;
    }
    return last;
  }

  StatusOr<Value> Not(const Node& node, const Value& value) {
    ASSIGN_OR_RETURN(const Value operand, Visit(node.children[0], value));
    return Make(IsFalse(*operand));
  }

  StatusOr<Value> MultiSelectList(const Node& node, const Value& value) {
    if (value->is_null()) return Null();
    Json list = Json::array();
    for (const Node& child : node.children) {
      ASSIGN_OR_RETURN(const Value element, Visit(child, value));
      RETURN_IF_ERROR(Append(element, node, &list));
    }
    return Make(std::move(list));
  }

  StatusOr<Value> MultiSelectHash(const Node& node, const Value& value) {
    if (value->is_null()) return Null();
    Json hash = Json::object();
    for (size_t i = 0; i < node.children.size(); ++i) {
      ASSIGN_OR_RETURN(const Value member, Visit(node.children[i], value));
      RETURN_IF_ERROR(Spend(TreeSize(*member, left_), node));
      hash[node.keys[i]] = *member;
    }
    return Make(std::move(hash));
  }

  StatusOr<Value> FunctionCall(const Node& node, const Value& value) {
    Call call{.node = node, .arguments = {}, .evaluate = nullptr};
    for (const Node& argument : node.children) {
      if (argument.kind == NodeKind::kExpressionReference) {
        call.arguments.push_back(nullptr);
        continue;
      }
      ASSIGN_OR_RETURN(Value found, Visit(argument, value));
      RETURN_IF_ERROR(Spend(TreeSize(*found, left_), node));  // functions look at all of it, or copy it
      call.arguments.push_back(std::move(found));
    }
    call.evaluate = [&](size_t index, const Value& element) -> StatusOr<Value> {
      const Node& reference = node.children[index];
      ASSIGN_OR_RETURN(Value found, Visit(reference.children[0], element));
      RETURN_IF_ERROR(Spend(TreeSize(*found, left_), reference));
      return found;
    };
    return RunFunction(call);
  }

  const size_t max_work_;
  size_t left_;
};

}  // namespace

StatusOr<Value> Interpret(const Node& root, const Json& document, size_t max_work) {
  return Interpreter(max_work).Visit(root, Value(Value(), &document));
}

}  // namespace elastilab::jmespath
