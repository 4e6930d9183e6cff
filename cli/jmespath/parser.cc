#include "cli/jmespath/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/jmespath/functions.h"
#include "cli/jmespath/lexer.h"
#include "cli/jmespath/problem.h"

namespace elastilab::jmespath {
namespace {

// Below this a token ends the right-hand side of a projection.
constexpr int kProjectionStop = 10;
constexpr int kNotPower = 45;
constexpr int kDotPower = 40;
constexpr int kFilterPower = 21;
constexpr int kStarPower = 20;
constexpr int kFlattenPower = 9;

// How strongly a token binds the operand before it; 0 ends an expression.
int BindingPower(TokenKind kind) {
  switch (kind) {
    case TokenKind::kPipe:
      return 1;
    case TokenKind::kOr:
      return 2;
    case TokenKind::kAnd:
      return 3;
    case TokenKind::kComparator:
      return 5;
    case TokenKind::kFlatten:
      return kFlattenPower;
    case TokenKind::kStar:
      return kStarPower;
    case TokenKind::kFilter:
      return kFilterPower;
    case TokenKind::kDot:
      return kDotPower;
    case TokenKind::kNot:
      return kNotPower;
    case TokenKind::kLeftBrace:
      return 50;
    case TokenKind::kLeftBracket:
      return 55;
    case TokenKind::kLeftParen:
      return 60;
    default:
      return 0;
  }
}

Status CheckDepth(int depth, size_t position) {
  if (depth <= kMaxDepth) return absl::OkStatus();
  return Problem(kLimit, position, fmt::format("more than {} levels", kMaxDepth));
}

// A node over its children, within the depth that is allowed.
StatusOr<Node> Parent(NodeKind kind, size_t position, std::vector<Node> children, std::string name = "") {
  Node node{.kind = kind, .position = position, .name = std::move(name), .children = std::move(children)};
  for (const Node& child : node.children) node.depth = std::max(node.depth, child.depth + 1);
  RETURN_IF_ERROR(CheckDepth(node.depth, position));
  return node;
}

// `a.b` and `c` make `a.b.c` on one level, so that long chains stay flat; || and && likewise.
StatusOr<Node> Joined(NodeKind kind, Node left, Node right) {
  const size_t position = left.position;
  std::vector<Node> children;
  if (left.kind == kind) {
    children = std::move(left.children);
  } else {
    children.push_back(std::move(left));
  }
  children.push_back(std::move(right));
  return Parent(kind, position, std::move(children));
}

StatusOr<Node> Projection(NodeKind kind, Node left, Node right) {
  const size_t position = left.position;
  std::vector<Node> children;
  children.push_back(std::move(left));
  children.push_back(std::move(right));
  return Parent(kind, position, std::move(children));
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  StatusOr<Node> Run() {
    ASSIGN_OR_RETURN(Node root, Expression(0));
    if (Current().kind != TokenKind::kEnd) return Unexpected("the end or an operator");
    return root;
  }

 private:
  const Token& Current() const { return tokens_[at_]; }
  const Token& Next() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool Is(TokenKind kind) const { return Current().kind == kind; }
  const Token& Advance() { return Is(TokenKind::kEnd) ? Current() : tokens_[at_++]; }

  Status Unexpected(const std::string& wanted) const {
    const Token& token = Current();
    const bool short_enough = token.text.size() <= 40;
    const std::string got = Is(TokenKind::kEnd) ? "but the expression ends here"
                            : short_enough      ? fmt::format("not '{}'", token.text)
                                                : "not this";
    return Problem(kSyntax, token.position, fmt::format("expected {}, {}", wanted, got));
  }

  Status Expect(TokenKind kind, const char* wanted) {
    if (!Is(kind)) return Unexpected(wanted);
    Advance();
    return absl::OkStatus();
  }

  // Everything that binds stronger than `power`.
  StatusOr<Node> Expression(int power) {
    RETURN_IF_ERROR(CheckDepth(++nesting_, Current().position));
    ASSIGN_OR_RETURN(Node left, Operand());
    while (power < BindingPower(Current().kind)) {
      ASSIGN_OR_RETURN(left, Continued(std::move(left)));
    }
    --nesting_;
    return left;
  }

  // What can begin an expression.
  StatusOr<Node> Operand() {
    const size_t position = Current().position;
    switch (Current().kind) {
      case TokenKind::kIdentifier:
        return Next().kind == TokenKind::kLeftParen ? FunctionCall() : Field();
      case TokenKind::kQuotedIdentifier:
        return Field();
      case TokenKind::kLiteral:
        return Node{.kind = NodeKind::kLiteral, .position = position, .literal = Advance().literal};
      case TokenKind::kCurrent:
        Advance();
        return Node{.kind = NodeKind::kCurrent, .position = position};
      case TokenKind::kStar:
        return ValueProjection(Node{.position = position}, kStarPower);
      case TokenKind::kFilter:
      case TokenKind::kFlatten:
        return Continued(Node{.position = position});
      case TokenKind::kLeftBracket:
        return Bracket();
      case TokenKind::kLeftBrace:
        return MultiSelectHash();
      case TokenKind::kLeftParen:
        return Parenthesised();
      case TokenKind::kNot:
        return Negated();
      case TokenKind::kReference:
        return Problem(kSyntax, position,
                       "'&' makes an argument of a function, as in sort_by(@, &Name); 'and' is '&&'");
      case TokenKind::kNumber:
        return Problem(kSyntax, position, fmt::format("numbers stand between backticks: `{}`", Current().text));
      default:
        return Unexpected("a value");
    }
  }

  // What can follow an operand.
  StatusOr<Node> Continued(Node left) {
    switch (Current().kind) {
      case TokenKind::kDot:
        return Dot(std::move(left));
      case TokenKind::kPipe:
        return Binary(NodeKind::kChain, std::move(left));
      case TokenKind::kOr:
        return Binary(NodeKind::kOr, std::move(left));
      case TokenKind::kAnd:
        return Binary(NodeKind::kAnd, std::move(left));
      case TokenKind::kComparator:
        return Comparison(std::move(left));
      case TokenKind::kFlatten:
        return Flatten(std::move(left));
      case TokenKind::kFilter:
        return Filter(std::move(left));
      case TokenKind::kLeftBracket:
        return IndexOrStar(std::move(left));
      case TokenKind::kLeftParen:
        return Problem(kSyntax, Current().position, "only a function's name, without quotes, can stand before '('");
      default:
        return Unexpected("an operator");
    }
  }

  StatusOr<Node> Field() {
    const Token& token = Advance();
    if (token.kind == TokenKind::kQuotedIdentifier && Is(TokenKind::kLeftParen)) {
      return Problem(kSyntax, token.position, "names of functions have no quotes");
    }
    return Node{.kind = NodeKind::kField, .position = token.position, .name = token.text};
  }

  StatusOr<Node> FunctionCall() {
    const Token& name = Advance();
    Advance();  // the parenthesis
    std::vector<Node> arguments;
    while (!Is(TokenKind::kRightParen)) {
      if (!arguments.empty()) RETURN_IF_ERROR(Expect(TokenKind::kComma, "',' or ')'"));
      ASSIGN_OR_RETURN(Node argument, Is(TokenKind::kReference) ? Reference() : Expression(0));
      arguments.push_back(std::move(argument));
    }
    Advance();
    ASSIGN_OR_RETURN(Node node, Parent(NodeKind::kFunction, name.position, std::move(arguments), name.text));
    RETURN_IF_ERROR(CheckCall(node));
    return node;
  }

  StatusOr<Node> Reference() {
    const size_t position = Advance().position;
    ASSIGN_OR_RETURN(Node expression, Expression(0));
    return Parent(NodeKind::kExpressionReference, position, Only(std::move(expression)));
  }

  StatusOr<Node> Parenthesised() {
    Advance();
    ASSIGN_OR_RETURN(Node inside, Expression(0));
    RETURN_IF_ERROR(Expect(TokenKind::kRightParen, "')'"));
    return inside;
  }

  StatusOr<Node> Negated() {
    const size_t position = Advance().position;
    ASSIGN_OR_RETURN(Node operand, Expression(kNotPower));
    return Parent(NodeKind::kNot, position, Only(std::move(operand)));
  }

  StatusOr<Node> Dot(Node left) {
    Advance();
    if (Is(TokenKind::kStar)) return ValueProjection(std::move(left), kDotPower);
    ASSIGN_OR_RETURN(Node right, AfterDot(kDotPower));
    return Joined(NodeKind::kChain, std::move(left), std::move(right));
  }

  StatusOr<Node> AfterDot(int power) {
    switch (Current().kind) {
      case TokenKind::kIdentifier:
      case TokenKind::kQuotedIdentifier:
      case TokenKind::kStar:
        return Expression(power);
      case TokenKind::kLeftBracket:
        return MultiSelectList();
      case TokenKind::kLeftBrace:
        return MultiSelectHash();
      default:
        return Unexpected("a name, '*', '[' or '{' after '.'");
    }
  }

  StatusOr<Node> Binary(NodeKind kind, Node left) {
    const int power = BindingPower(Advance().kind);
    ASSIGN_OR_RETURN(Node right, Expression(power));
    return Joined(kind, std::move(left), std::move(right));
  }

  StatusOr<Node> Comparison(Node left) {
    const Token& comparator = Advance();
    ASSIGN_OR_RETURN(Node right, Expression(BindingPower(comparator.kind)));
    std::vector<Node> sides;
    sides.push_back(std::move(left));
    sides.push_back(std::move(right));
    return Parent(NodeKind::kComparison, comparator.position, std::move(sides), comparator.text);
  }

  // ---- projections

  // What is done with each element: up to a token that stops projections.
  StatusOr<Node> ProjectionRight(int power) {
    if (BindingPower(Current().kind) < kProjectionStop) return Node{.position = Current().position};
    if (Is(TokenKind::kLeftBracket) || Is(TokenKind::kFilter)) return Expression(power);
    if (!Is(TokenKind::kDot)) return Unexpected("'.' or '[' after a projection");
    Advance();
    return AfterDot(power);
  }

  StatusOr<Node> ValueProjection(Node left, int power) {
    Advance();  // the star
    ASSIGN_OR_RETURN(Node right, ProjectionRight(power));
    return Projection(NodeKind::kValueProjection, std::move(left), std::move(right));
  }

  StatusOr<Node> ListProjection(Node left, int power) {
    ASSIGN_OR_RETURN(Node right, ProjectionRight(power));
    return Projection(NodeKind::kProjection, std::move(left), std::move(right));
  }

  StatusOr<Node> Flatten(Node left) {
    const size_t position = Advance().position;
    ASSIGN_OR_RETURN(Node flat, Parent(NodeKind::kFlatten, position, Only(std::move(left))));
    return ListProjection(std::move(flat), kFlattenPower);
  }

  StatusOr<Node> Filter(Node left) {
    const size_t position = Advance().position;
    ASSIGN_OR_RETURN(Node condition, Expression(0));
    RETURN_IF_ERROR(Expect(TokenKind::kRightBracket, "']'"));
    ASSIGN_OR_RETURN(Node right, ProjectionRight(kFilterPower));
    std::vector<Node> children;
    for (Node* child : {&left, &right, &condition}) children.push_back(std::move(*child));
    return Parent(NodeKind::kFilterProjection, position, std::move(children));
  }

  // ---- brackets

  bool AtIndex() const { return Is(TokenKind::kNumber) || Is(TokenKind::kColon); }

  // `[` where a value can begin: [0], [1:2], [*], [a, b].
  StatusOr<Node> Bracket() {
    const size_t position = Current().position;
    if (Next().kind == TokenKind::kNumber || Next().kind == TokenKind::kColon) {
      return IndexOrStar(Node{.position = position});
    }
    const bool star = Next().kind == TokenKind::kStar && tokens_[at_ + 2].kind == TokenKind::kRightBracket;
    return star ? IndexOrStar(Node{.position = position}) : MultiSelectList();
  }

  // `[` after a value: [0], [1:2], [*].
  StatusOr<Node> IndexOrStar(Node left) {
    Advance();
    if (Is(TokenKind::kStar)) {
      Advance();
      RETURN_IF_ERROR(Expect(TokenKind::kRightBracket, "']'"));
      return ListProjection(std::move(left), kStarPower);
    }
    if (!AtIndex()) return Unexpected("a number, ':' or '*' (a list of values is spelt .[a, b])");
    if (Is(TokenKind::kColon) || Next().kind == TokenKind::kColon) {
      ASSIGN_OR_RETURN(Node slice, Slice());
      ASSIGN_OR_RETURN(Node part, Joined(NodeKind::kChain, std::move(left), std::move(slice)));
      return ListProjection(std::move(part), kStarPower);
    }
    Node index{.kind = NodeKind::kIndex, .position = Current().position, .index = Advance().number};
    RETURN_IF_ERROR(Expect(TokenKind::kRightBracket, "']'"));
    return Joined(NodeKind::kChain, std::move(left), std::move(index));
  }

  // start:stop:step, each of which can be left out; and the bracket after it.
  StatusOr<Node> Slice() {
    Node slice{.kind = NodeKind::kSlice, .position = Current().position};
    const std::array parts = {&slice.start, &slice.stop, &slice.step};
    for (size_t i = 0; i < parts.size(); ++i) {
      if (i > 0 && Is(TokenKind::kColon)) {
        Advance();
      } else if (i > 0) {
        break;
      }
      if (!Is(TokenKind::kNumber)) continue;
      if (i == 2 && Current().number == 0)
        return Problem(kInvalidValue, Current().position, "a step of 0 goes nowhere");
      *parts[i] = Advance().number;
    }
    RETURN_IF_ERROR(Expect(TokenKind::kRightBracket, "']'"));
    return slice;
  }

  StatusOr<Node> MultiSelectList() {
    const size_t position = Advance().position;
    std::vector<Node> elements;
    do {
      if (!elements.empty()) Advance();
      ASSIGN_OR_RETURN(Node element, Expression(0));
      elements.push_back(std::move(element));
    } while (Is(TokenKind::kComma));
    RETURN_IF_ERROR(Expect(TokenKind::kRightBracket, "',' or ']'"));
    return Parent(NodeKind::kMultiSelectList, position, std::move(elements));
  }

  StatusOr<Node> MultiSelectHash() {
    const size_t position = Advance().position;
    std::vector<std::string> keys;
    std::vector<Node> values;
    do {
      if (!keys.empty()) Advance();
      if (!Is(TokenKind::kIdentifier) && !Is(TokenKind::kQuotedIdentifier)) return Unexpected("a name");
      keys.push_back(Advance().text);
      RETURN_IF_ERROR(Expect(TokenKind::kColon, "':'"));
      ASSIGN_OR_RETURN(Node value, Expression(0));
      values.push_back(std::move(value));
    } while (Is(TokenKind::kComma));
    RETURN_IF_ERROR(Expect(TokenKind::kRightBrace, "',' or '}'"));
    ASSIGN_OR_RETURN(Node hash, Parent(NodeKind::kMultiSelectHash, position, std::move(values)));
    hash.keys = std::move(keys);
    return hash;
  }

  static std::vector<Node> Only(Node child) {
    std::vector<Node> children;
    children.push_back(std::move(child));
    return children;
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace

StatusOr<Node> ParseExpression(std::string_view text) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text));
  if (tokens.size() == 1) return Problem(kSyntax, 0, "the expression is empty");
  return Parser(std::move(tokens)).Run();
}

}  // namespace elastilab::jmespath
