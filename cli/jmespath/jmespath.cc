#include "cli/jmespath/jmespath.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/jmespath/interpreter.h"
#include "cli/jmespath/parser.h"
#include "cli/jmespath/problem.h"
#include "schema/scalar.h"

namespace elastilab::jmespath {
namespace {

constexpr size_t kMaxBytes = 64 << 10;

}  // namespace

StatusOr<Expression> Expression::Parse(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return Problem(kLimit, 0, fmt::format("the expression has {} bytes; {} are allowed", text.size(), kMaxBytes));
  }
  if (!IsValidUtf8(text)) return Problem(kSyntax, 0, "the expression is no valid UTF-8");
  auto root = ParseExpression(text);
  if (!root.ok()) return WithCaret(root.status(), text);
  Expression expression;
  expression.text_ = text;
  expression.root_ = std::make_shared<const Node>(*std::move(root));
  return expression;
}

StatusOr<nlohmann::ordered_json> Expression::Search(const nlohmann::ordered_json& document, size_t max_work) const {
  const auto found = Interpret(*root_, document, max_work);
  if (!found.ok()) return WithCaret(found.status(), text_);
  return **found;
}

}  // namespace elastilab::jmespath
