#include "controlplane/identity/policy/json_tree.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

namespace elastilab {
namespace {

// The part of nlohmann's message that tells what is wrong, in printable ASCII and not too long.
std::string ReasonOf(std::string_view message) {
  constexpr std::string_view kBefore = "syntax error";
  if (size_t at = message.find(kBefore); at != std::string_view::npos) message.remove_prefix(at);
  std::string reason;
  for (char c : message.substr(0, 160)) reason += c >= 0x20 && c < 0x7F ? c : '?';
  return reason;
}

// Builds the tree from nlohmann's events. These carry no offsets, so each token is found in the text again: it begins
// behind the token before, after blanks, commas and colons.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TreeBuilder(const PolicyText& text) : policy_(text), text_(text.text()) {
    if (text_.starts_with("\xEF\xBB\xBF")) next_ = 3;
  }

  JsonNode TakeRoot() { return std::move(root_); }
  const std::optional<Status>& error() const { return error_; }

  bool null() override { return Scalar(JsonNode::Type::kNull); }
  bool boolean(bool) override { return Scalar(JsonNode::Type::kBool); }
  bool number_integer(number_integer_t) override { return Scalar(JsonNode::Type::kNumber); }
  bool number_unsigned(number_unsigned_t) override { return Scalar(JsonNode::Type::kNumber); }
  bool number_float(number_float_t, const string_t&) override { return Scalar(JsonNode::Type::kNumber); }
  bool binary(binary_t&) override { return false; }

  bool string(string_t& value) override {
    JsonNode* node = Place(JsonNode::Type::kString);
    if (node == nullptr) return false;
    node->text = value;
    node->end = next_ = EndOfString(node->start);
    return true;
  }

  bool key(string_t& value) override {
    key_start_ = NextToken();
    next_ = EndOfString(key_start_);
    key_ = value;
    if (open_.back().keys.insert(value).second) return true;
    return Fail(key_start_, fmt::format("{} appears twice, write it once.", Quoted(value)));
  }

  bool start_object(size_t) override { return Open(JsonNode::Type::kObject); }
  bool end_object() override { return Close(); }
  bool start_array(size_t) override { return Open(JsonNode::Type::kArray); }
  bool end_array() override { return Close(); }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception& broken) override {
    return Fail(position == 0 ? 0 : position - 1, fmt::format("The text is not JSON: {}.", ReasonOf(broken.what())));
  }

 private:
  struct OpenNode {
    JsonNode* node = nullptr;
    std::unordered_set<std::string> keys;
  };

  size_t NextToken() const {
    const size_t at = text_.find_first_not_of(" \t\r\n,:", next_);
    return at == std::string_view::npos ? text_.size() : at;
  }

  size_t EndOfString(size_t quote) const {
    size_t at = quote + 1;
    while (at < text_.size() && text_[at] != '"') at += text_[at] == '\\' ? 2 : 1;
    return std::min(at + 1, text_.size());
  }

  // A new node where the token belongs; nullptr when it would be one too many.
  JsonNode* Place(JsonNode::Type type) {
    const size_t start = NextToken();
    if (++values_ > kMaxPolicyJsonValues) {
      Fail(start, fmt::format("The policy has more than {} values.", kMaxPolicyJsonValues));
      return nullptr;
    }
    JsonNode* node = open_.empty() ? &root_ : &open_.back().node->children.emplace_back();
    node->type = type;
    node->start = start;
    if (!open_.empty() && open_.back().node->IsObject()) {
      node->key = std::move(key_);
      node->key_start = key_start_;
    }
    return node;
  }

  bool Scalar(JsonNode::Type type) {
    JsonNode* node = Place(type);
    if (node == nullptr) return false;
    const size_t end = text_.find_first_of(" \t\r\n,]}", node->start);
    node->end = next_ = end == std::string_view::npos ? text_.size() : end;
    node->text = std::string(text_.substr(node->start, node->end - node->start));
    return true;
  }

  bool Open(JsonNode::Type type) {
    JsonNode* node = Place(type);
    if (node == nullptr) return false;
    next_ = node->start + 1;
    if (open_.size() >= kMaxPolicyJsonDepth) {
      return Fail(node->start, fmt::format("The policy is nested deeper than {} levels.", kMaxPolicyJsonDepth));
    }
    open_.push_back({node, {}});
    return true;
  }

  bool Close() {
    open_.back().node->end = next_ = NextToken() + 1;
    open_.pop_back();
    return true;
  }

  bool Fail(size_t offset, std::string what) {
    if (!error_) error_ = policy_.Malformed(offset, "", {.what = std::move(what)});
    return false;
  }

  const PolicyText& policy_;
  std::string_view text_;
  JsonNode root_;
  std::vector<OpenNode> open_;  // from the root to the innermost
  size_t next_ = 0;             // behind the last token
  size_t values_ = 0;
  std::string key_;
  size_t key_start_ = 0;
  std::optional<Status> error_;
};

}  // namespace

std::string_view TypeName(JsonNode::Type type) {
  switch (type) {
    case JsonNode::Type::kNull:
      return "null";
    case JsonNode::Type::kBool:
      return "a boolean";
    case JsonNode::Type::kNumber:
      return "a number";
    case JsonNode::Type::kString:
      return "a string";
    case JsonNode::Type::kArray:
      return "a list";
    case JsonNode::Type::kObject:
      return "an object";
  }
  return "a value";
}

StatusOr<JsonNode> ParseJsonTree(const PolicyText& text) {
  if (text.text().size() > kMaxPolicyTextBytes) {
    return text.Malformed(
        0, "",
        {.what = fmt::format("The text has {} bytes, a policy may have {}.", text.text().size(), kMaxPolicyTextBytes)});
  }
  TreeBuilder builder(text);
  const bool whole = nlohmann::json::sax_parse(text.text().begin(), text.text().end(), &builder);
  if (builder.error()) return *builder.error();
  if (!whole) return text.Malformed(0, "", {.what = "The text is not JSON."});
  return builder.TakeRoot();
}

}  // namespace elastilab
