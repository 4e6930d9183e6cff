// An expression as a tree. Internal to jmespath/.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace elastilab::jmespath {

// No tree is deeper, so that whoever walks it can call itself.
inline constexpr int kMaxDepth = 200;

enum class NodeKind {
  kCurrent,              // @, and what a projection without a right-hand side does
  kLiteral,              // `json`, 'text'
  kField,                // name
  kIndex,                // [number]
  kSlice,                // [start:stop:step]; stands on the left of a projection
  kChain,                // a.b[0] | c: each child searches what the one before found
  kProjection,           // left[*].right: children are left and right
  kValueProjection,      // left.*.right
  kFilterProjection,     // left[?condition].right: children are left, right and condition
  kFlatten,              // left[]
  kComparison,           // name is the operator; two children
  kOr,                   // two or more children
  kAnd,                  // two or more children
  kNot,                  // one child
  kMultiSelectList,      // [a, b]
  kMultiSelectHash,      // {x: a, y: b}: keys, and as many children
  kFunction,             // name(children…)
  kExpressionReference,  // &child: an argument of a function, nowhere else
};

struct Node {
  NodeKind kind = NodeKind::kCurrent;
  size_t position = 0;  // of its first character, in bytes
  std::string name = {};
  std::vector<Node> children = {};
  std::vector<std::string> keys = {};
  std::shared_ptr<const nlohmann::ordered_json> literal = nullptr;
  int64_t index = 0;
  std::optional<int64_t> start = {};
  std::optional<int64_t> stop = {};
  std::optional<int64_t> step = {};
  int depth = 1;  // levels of this tree
};

}  // namespace elastilab::jmespath
