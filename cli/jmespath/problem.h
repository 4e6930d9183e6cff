// Errors of JMESPath while it is known where they are, but not yet of which text. Internal to jmespath/.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/status.h"

namespace elastilab::jmespath {

inline constexpr char kSyntax[] = "syntax";
inline constexpr char kUnknownFunction[] = "unknown-function";
inline constexpr char kInvalidArity[] = "invalid-arity";
inline constexpr char kInvalidType[] = "invalid-type";
inline constexpr char kInvalidValue[] = "invalid-value";
inline constexpr char kLimit[] = "limit";

// `position` in bytes from the start of the expression.
Status Problem(const char* kind, size_t position, const std::string& what);

// The same error with the expression and a caret under the place. Of long expressions only the surroundings are shown.
Status WithCaret(const Status& problem, std::string_view expression);

}  // namespace elastilab::jmespath
