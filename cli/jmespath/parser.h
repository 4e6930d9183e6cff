// Tokens into a tree: a Pratt parser, in which a token's binding power decides how far an operand reaches. Internal to
// jmespath/.
#pragma once

#include <string_view>

#include "cli/jmespath/ast.h"
#include "common/status.h"

namespace elastilab::jmespath {

// `text` is valid UTF-8. Functions exist and have as many arguments as they take. Errors know their place (problem.h).
StatusOr<Node> ParseExpression(std::string_view text);

}  // namespace elastilab::jmespath
