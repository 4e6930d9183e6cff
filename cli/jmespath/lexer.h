// Text into tokens. Internal to jmespath/.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace elastilab::jmespath {

enum class TokenKind {
  kEnd,
  kIdentifier,
  kQuotedIdentifier,
  kLiteral,
  kNumber,
  kDot,
  kStar,
  kComma,
  kColon,
  kCurrent,       // @
  kLeftBracket,   // [
  kRightBracket,  // ]
  kLeftBrace,
  kRightBrace,
  kLeftParen,
  kRightParen,
  kFlatten,    // []
  kFilter,     // [?
  kPipe,       // |
  kOr,         // ||
  kReference,  // &
  kAnd,        // &&
  kNot,        // !
  kComparator,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t position = 0;    // in bytes
  std::string text = {};  // an identifier without quotes and escapes, otherwise as it stands in the expression
  int64_t number = 0;
  std::shared_ptr<const nlohmann::ordered_json> literal = nullptr;
};

// Ends with a kEnd token. `text` is valid UTF-8.
StatusOr<std::vector<Token>> Tokenize(std::string_view text);

}  // namespace elastilab::jmespath
