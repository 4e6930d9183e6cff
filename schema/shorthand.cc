#include "schema/shorthand.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>

#include "schema/bind.h"
#include "schema/fault.h"
#include "schema/json.h"
#include "schema/scalar.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using nlohmann::json;

constexpr int kMaxDepth = 16;

// Recursive descent over the text. Values stay text; the schema gives them types when the tree is bound.
class ShorthandParser {
 public:
  explicit ShorthandParser(std::string_view text) : text_(text) {}

  StatusOr<json> Parse() {
    ASSIGN_OR_RETURN(json tree, Structure('\0'));
    if (!AtEnd()) return Bad("expected ','");
    return tree;
  }

 private:
  // Name=value pairs up to `end`, which is '}' inside braces and '\0' outside.
  StatusOr<json> Structure(char end) {
    json tree = json::object();
    while (true) {
      ASSIGN_OR_RETURN(const std::string name, Name());
      if (tree.contains(name)) return Bad(fmt::format("'{}' is given twice", name));
      ASSIGN_OR_RETURN(tree[name], MemberValue());
      SkipBlanks();
      if (AtEnd() || Peek() == end) break;
      if (!Take(',')) return Bad(end == '}' ? "expected ',' or '}'" : "expected ','");
    }
    return tree;
  }

  StatusOr<std::string> Name() {
    SkipBlanks();
    const size_t start = at_;
    while (IsNameChar(Peek())) ++at_;
    std::string name(text_.substr(start, at_ - start));
    if (name.empty()) return Bad("expected a name");
    SkipBlanks();
    if (!Take('=')) return Bad(fmt::format("expected '=' after '{}'", name));
    return name;
  }

  // What stands after `Name=`: one value, or bare values with commas between them. A comma ends the list when the next
  // thing is another `Name=`.
  StatusOr<json> MemberValue() {
    SkipBlanks();
    const bool closed = Peek() == '[' || Peek() == '{';
    ASSIGN_OR_RETURN(json value, Value());
    if (closed || !ListGoesOn()) return value;
    json list = json::array({std::move(value)});
    while (ListGoesOn()) {
      Take(',');
      SkipBlanks();
      if (AtEnd()) return Bad("a comma with nothing after it");
      if (Peek() == ',') return Bad("two commas with nothing between them");
      ASSIGN_OR_RETURN(json element, Value());
      list.push_back(std::move(element));
    }
    return list;
  }

  bool ListGoesOn() const {
    if (Peek() != ',') return false;
    size_t i = at_ + 1;
    while (i < text_.size() && text_[i] == ' ') ++i;
    while (i < text_.size() && IsNameChar(text_[i])) ++i;
    while (i < text_.size() && text_[i] == ' ') ++i;
    return i >= text_.size() || text_[i] != '=';
  }

  StatusOr<json> Value() {
    SkipBlanks();
    switch (Peek()) {
      case '[':
        return Nested(&ShorthandParser::List);
      case '{':
        return Nested(&ShorthandParser::Braces);
      case '"':
      case '\'':
        return Quoted();
      default:
        return Bare();
    }
  }

  StatusOr<json> Nested(StatusOr<json> (ShorthandParser::*parse)()) {
    if (++depth_ > kMaxDepth) return Bad(fmt::format("more than {} levels", kMaxDepth));
    ++at_;
    auto value = (this->*parse)();
    --depth_;
    return value;
  }

  StatusOr<json> Braces() {
    SkipBlanks();
    if (Take('}')) return json::object();
    ASSIGN_OR_RETURN(json tree, Structure('}'));
    if (!Take('}')) return Bad("expected '}'");
    return tree;
  }

  StatusOr<json> List() {
    json list = json::array();
    SkipBlanks();
    while (!Take(']')) {
      ASSIGN_OR_RETURN(json element, Value());
      list.push_back(std::move(element));
      SkipBlanks();
      if (!Take(',') && Peek() != ']') return Bad("expected ',' or ']'");
      SkipBlanks();
    }
    return list;
  }

  StatusOr<json> Quoted() {
    const char quote = text_[at_++];
    std::string value;
    while (!AtEnd() && Peek() != quote) {
      if (Peek() == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == quote || text_[at_ + 1] == '\\')) ++at_;
      value += text_[at_++];
    }
    if (!Take(quote)) return Bad("the quote is not closed");
    return value;
  }

  StatusOr<json> Bare() {
    std::string value;
    while (!AtEnd()) {
      const char c = Peek();
      if (c == ',' || (depth_ > 0 && (c == ']' || c == '}'))) break;
      if (c == '\\' && at_ + 1 < text_.size() && IsSpecial(text_[at_ + 1])) ++at_;
      value += text_[at_++];
    }
    while (!value.empty() && value.back() == ' ') value.pop_back();
    return value;
  }

  static bool IsNameChar(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == ':' || c == '/' || c == '#';
  }
  static bool IsSpecial(char c) { return std::string_view(",=[]{}\\\"'").find(c) != std::string_view::npos; }

  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  bool Take(char c) {
    if (AtEnd() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void SkipBlanks() {
    while (!AtEnd() && (Peek() == ' ' || Peek() == '\n' || Peek() == '\t')) ++at_;
  }

  // Points at the place but does not repeat the text, which can hold a password.
  Status Bad(const std::string& what) const {
    return MakeFault(elasticache::v1::INVALID_PARAMETER_VALUE,
                     fmt::format("Cannot read the shorthand: {} at character {}.", what, at_ + 1));
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

char FirstChar(const std::string& word) {
  const size_t i = word.find_first_not_of(" \t\n");
  return i == std::string::npos ? '\0' : word[i];
}

Status SetStructures(const std::vector<std::string>& words, const FieldDescriptor* field, Message* message) {
  const auto* reflection = message->GetReflection();
  for (const std::string& word : words) {
    Message* structure =
        field->is_repeated() ? reflection->AddMessage(message, field) : reflection->MutableMessage(message, field);
    RETURN_IF_ERROR(FirstChar(word) == '{' ? FromAwsJson(word, structure) : ParseShorthand(word, structure));
  }
  return absl::OkStatus();
}

}  // namespace

Status ParseShorthand(std::string_view text, Message* message) {
  ASSIGN_OR_RETURN(const json tree, ShorthandParser(text).Parse());
  return BindMessage(tree, BindMode::kText, "", message);
}

Status SetFromWords(const std::vector<std::string>& words, const FieldDescriptor* field, Message* message) {
  if (!field->is_repeated() && words.size() != 1) {
    return MakeFault(elasticache::v1::INVALID_PARAMETER_VALUE,
                     fmt::format("--{} takes one value, got {}.", CliFlag(field), words.size()));
  }
  if (field->is_repeated() && words.size() == 1 && FirstChar(words[0]) == '[') {
    return FieldFromAwsJson(words[0], field, message);
  }
  if (!IsScalar(field)) return SetStructures(words, field, message);
  for (const std::string& word : words) RETURN_IF_ERROR(SetScalar(message, field, word));
  return absl::OkStatus();
}

}  // namespace elastilab
