#include "cli/jmespath/lexer.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "cli/jmespath/problem.h"
#include "cli/jmespath/utf8.h"

namespace elastilab::jmespath {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxLiteralDepth = 100;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsIdentifierStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Nothing when `text` is not one JSON value; a problem at `position` when it is a very deep one.
StatusOr<std::shared_ptr<const Json>> ParseJson(const std::string& text, size_t position) {
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kMaxLiteralDepth;
    return !too_deep;
  };
  Json value = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (too_deep) return Problem(kLimit, position, fmt::format("more than {} levels", kMaxLiteralDepth));
  if (value.is_discarded()) return nullptr;
  return std::make_shared<const Json>(std::move(value));
}

// Takes the backslash away before `escaped`, and leaves it before anything else.
std::string Unescaped(std::string_view text, char escaped) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == escaped) ++i;
    plain += text[i];
  }
  return plain;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  StatusOr<std::vector<Token>> Run() {
    std::vector<Token> tokens;
    while (SkipBlanks(), at_ < text_.size()) {
      ASSIGN_OR_RETURN(Token token, Next());
      tokens.push_back(std::move(token));
    }
    tokens.push_back({.kind = TokenKind::kEnd, .position = text_.size()});
    return tokens;
  }

 private:
  StatusOr<Token> Next() {
    const char c = text_[at_];
    if (IsIdentifierStart(c)) return Identifier();
    if (IsDigit(c) || c == '-') return Number();
    switch (c) {
      case '"':
        return QuotedIdentifier();
      case '\'':
        return RawString();
      case '`':
        return Literal();
      default:
        return Operator();
    }
  }

  char Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void SkipBlanks() {
    while (Peek() == ' ' || Peek() == '\t' || Peek() == '\n' || Peek() == '\r') ++at_;
  }

  Token Take(TokenKind kind, size_t size) {
    Token token{.kind = kind, .position = at_, .text = std::string(text_.substr(at_, size))};
    at_ += size;
    return token;
  }

  Token Identifier() {
    size_t size = 1;
    while (IsIdentifierStart(Peek(size)) || IsDigit(Peek(size))) ++size;
    return Take(TokenKind::kIdentifier, size);
  }

  StatusOr<Token> Number() {
    size_t size = 1;
    while (IsDigit(Peek(size))) ++size;
    Token token = Take(TokenKind::kNumber, size);
    const char* end = token.text.data() + token.text.size();
    const auto [stopped, error] = std::from_chars(token.text.data(), end, token.number);
    if (error == std::errc::result_out_of_range) return Problem(kSyntax, token.position, "this number is too large");
    if (error != std::errc() || stopped != end) {
      return Problem(kSyntax, token.position,
                     "'-' stands in front of a number only; quote names that contain it: \"a-b\"");
    }
    return token;
  }

  // Takes everything up to the closing delimiter; a backslash keeps the character after it from closing.
  StatusOr<Token> Delimited(TokenKind kind, const char* what) {
    const char delimiter = Peek();
    size_t size = 1;
    while (at_ + size < text_.size() && Peek(size) != delimiter) size += Peek(size) == '\\' ? 2 : 1;
    if (at_ + size >= text_.size()) return Problem(kSyntax, at_, fmt::format("{} is not closed", what));
    return Take(kind, size + 1);
  }

  StatusOr<Token> QuotedIdentifier() {
    ASSIGN_OR_RETURN(Token token, Delimited(TokenKind::kQuotedIdentifier, "this quoted name"));
    ASSIGN_OR_RETURN(const auto name, ParseJson(token.text, token.position));
    if (name == nullptr) return Problem(kSyntax, token.position, "this quoted name is not a valid JSON string");
    token.text = name->get<std::string>();
    return token;
  }

  StatusOr<Token> RawString() {
    ASSIGN_OR_RETURN(Token token, Delimited(TokenKind::kLiteral, "this string"));
    const std::string_view inside = std::string_view(token.text).substr(1, token.text.size() - 2);
    token.literal = std::make_shared<const Json>(Unescaped(inside, '\''));
    return token;
  }

  // JSON; or text without quotes, which older scripts have: `available`.
  StatusOr<Token> Literal() {
    ASSIGN_OR_RETURN(Token token, Delimited(TokenKind::kLiteral, "this literal"));
    const std::string inside = Unescaped(std::string_view(token.text).substr(1, token.text.size() - 2), '`');
    ASSIGN_OR_RETURN(token.literal, ParseJson(inside, token.position));
    if (token.literal == nullptr) {
      const size_t start = std::min(inside.find_first_not_of(" \t\n\r\f\v"), inside.size());
      ASSIGN_OR_RETURN(token.literal, ParseJson('"' + inside.substr(start) + '"', token.position));
    }
    if (token.literal == nullptr) {
      return Problem(kSyntax, token.position, "between backticks stands JSON; this is none (text: '…')");
    }
    return token;
  }

  StatusOr<Token> Operator() {
    struct Spelling {
      std::string_view text;
      TokenKind kind;
    };
    static constexpr Spelling kSpellings[] = {
        // longer ones first
        {"[]", TokenKind::kFlatten},    {"[?", TokenKind::kFilter},      {"||", TokenKind::kOr},
        {"&&", TokenKind::kAnd},        {"==", TokenKind::kComparator},  {"!=", TokenKind::kComparator},
        {"<=", TokenKind::kComparator}, {">=", TokenKind::kComparator},  {"<", TokenKind::kComparator},
        {">", TokenKind::kComparator},  {".", TokenKind::kDot},          {"*", TokenKind::kStar},
        {",", TokenKind::kComma},       {":", TokenKind::kColon},        {"@", TokenKind::kCurrent},
        {"[", TokenKind::kLeftBracket}, {"]", TokenKind::kRightBracket}, {"{", TokenKind::kLeftBrace},
        {"}", TokenKind::kRightBrace},  {"(", TokenKind::kLeftParen},    {")", TokenKind::kRightParen},
        {"|", TokenKind::kPipe},        {"&", TokenKind::kReference},    {"!", TokenKind::kNot},
    };
    for (const Spelling& spelling : kSpellings) {
      if (text_.substr(at_).starts_with(spelling.text)) return Take(spelling.kind, spelling.text.size());
    }
    if (Peek() == '=') return Problem(kSyntax, at_, "'=' means nothing here; equality is '=='");
    const std::string_view character = text_.substr(at_, CodePointOffset(text_.substr(at_), 1));
    return Problem(kSyntax, at_, fmt::format("unexpected character '{}'", character));
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

StatusOr<std::vector<Token>> Tokenize(std::string_view text) { return Lexer(text).Run(); }

}  // namespace elastilab::jmespath
