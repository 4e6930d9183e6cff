#include "cli/commands/yaml_input.h"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "cli/client/exit_code.h"

namespace elastilab {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 64;
constexpr int kMaxValues = 100'000;

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// "-12", "0x1f", "0o17", "1_000"; nothing if it is no whole number, or too large for one.
std::optional<Json> Integer(std::string text) {
  const bool negative = text.starts_with("-");
  if (negative || text.starts_with("+")) text.erase(0, 1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0o")) {
    base = text[1] == 'x' ? 16 : 8;
    text.erase(0, 2);
  }
  if (text.empty() || text.front() == '_') return std::nullopt;
  std::erase(text, '_');
  text.insert(0, negative ? "-" : "");
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "1.5", "-.5", "1e3"; not "1.2.3" or "e3".
std::optional<Json> Real(std::string text) {
  if (text.find_first_of("0123456789") == std::string::npos || text.front() == '_') return std::nullopt;
  if (text.find_first_not_of("0123456789.eE+-_") != std::string::npos) return std::nullopt;
  if (text.starts_with("+")) text.erase(0, 1);
  std::erase(text, '_');
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What a plain scalar means.
Json Plain(const std::string& text) {
  if (IsOneOf(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (IsOneOf(text, {"true", "True", "TRUE"})) return true;
  if (IsOneOf(text, {"false", "False", "FALSE"})) return false;
  if (auto number = Integer(text)) return *number;
  if (auto number = Real(text)) return *number;
  return text;
}

bool IsNotFinite(std::string text) {
  if (text.starts_with("-") || text.starts_with("+")) text.erase(0, 1);
  return IsOneOf(text, {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"});
}

Status Bad(size_t line, const std::string& reason) {
  return UsageError(fmt::format("Cannot read the YAML: line {}: {}", line + 1, reason));
}

std::string Text(const yaml_char_t* text) { return text == nullptr ? "" : reinterpret_cast<const char*>(text); }

// Reads event by event, so that what is nested too deeply ends early.
class Reader {
 public:
  explicit Reader(const std::string& text) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }

  StatusOr<Json> OnlyDocument() {
    RETURN_IF_ERROR(Next());  // the stream's start
    RETURN_IF_ERROR(Next());
    if (event_.type == YAML_STREAM_END_EVENT) return UsageError("Cannot read the YAML: it is empty");
    RETURN_IF_ERROR(Next());
    ASSIGN_OR_RETURN(Json tree, Value(0));
    RETURN_IF_ERROR(Next());  // the document's end
    RETURN_IF_ERROR(Next());
    if (event_.type != YAML_STREAM_END_EVENT) return Bad(Line(), "another document begins");
    return tree;
  }

 private:
  struct Anchored {
    Json value = {};
    int values = 0;  // how many it has in it
  };

  size_t Line() const { return event_.start_mark.line; }

  Status Next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) != 0) return absl::OkStatus();
    event_ = {};
    return Bad(parser_.problem_mark.line, parser_.problem == nullptr ? "this is not YAML" : parser_.problem);
  }

  // Of the event that has been read.
  StatusOr<Json> Value(int depth) {
    if (depth > kMaxDepth) return Bad(Line(), fmt::format("more than {} levels", kMaxDepth));
    const int values_before = values_;
    RETURN_IF_ERROR(Count(1));
    const std::string anchor = AnchorOfEvent();
    StatusOr<Json> value = Unnamed(depth);
    if (value.ok() && !anchor.empty()) anchors_[anchor] = {*value, values_ - values_before};
    return value;
  }

  Status Count(int values) {
    values_ += values;
    return values_ <= kMaxValues ? absl::OkStatus() : Bad(Line(), fmt::format("more than {} values", kMaxValues));
  }

  std::string AnchorOfEvent() const {
    if (event_.type == YAML_SCALAR_EVENT) return Text(event_.data.scalar.anchor);
    if (event_.type == YAML_SEQUENCE_START_EVENT) return Text(event_.data.sequence_start.anchor);
    return event_.type == YAML_MAPPING_START_EVENT ? Text(event_.data.mapping_start.anchor) : "";
  }

  StatusOr<Json> Unnamed(int depth) {
    switch (event_.type) {
      case YAML_ALIAS_EVENT:
        return Alias();
      case YAML_SCALAR_EVENT:
        return Scalar();
      case YAML_SEQUENCE_START_EVENT:
        return List(depth);
      default:
        return Structure(depth);
    }
  }

  StatusOr<Json> Alias() {
    const std::string name = Text(event_.data.alias.anchor);
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) return Bad(Line(), fmt::format("*{0} stands for nothing: no &{0} is complete", name));
    RETURN_IF_ERROR(Count(found->second.values));
    return found->second.value;
  }

  StatusOr<Json> Scalar() const {
    const auto& scalar = event_.data.scalar;
    std::string text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    const std::string tag = Text(scalar.tag);
    const bool has_tag_of_type = IsOneOf(tag, {YAML_NULL_TAG, YAML_BOOL_TAG, YAML_INT_TAG, YAML_FLOAT_TAG});
    const bool has_type = scalar.plain_implicit != 0 || has_tag_of_type;
    if (has_type && IsNotFinite(text)) return Bad(Line(), text + " is no number here");
    if (has_type) return Plain(text);
    if (!IsOneOf(tag, {"", "!", YAML_STR_TAG, YAML_TIMESTAMP_TAG})) return Bad(Line(), "unknown tag " + tag);
    return text;
  }

  Status CheckTag(const yaml_char_t* tag, const char* expected) const {
    if (tag == nullptr || Text(tag) == expected) return absl::OkStatus();
    return Bad(Line(), "unknown tag " + Text(tag));
  }

  StatusOr<Json> List(int depth) {
    RETURN_IF_ERROR(CheckTag(event_.data.sequence_start.tag, YAML_SEQ_TAG));
    Json list = Json::array();
    RETURN_IF_ERROR(Next());
    while (event_.type != YAML_SEQUENCE_END_EVENT) {
      ASSIGN_OR_RETURN(Json element, Value(depth + 1));
      list.push_back(std::move(element));
      RETURN_IF_ERROR(Next());
    }
    return list;
  }

  StatusOr<Json> Structure(int depth) {
    RETURN_IF_ERROR(CheckTag(event_.data.mapping_start.tag, YAML_MAP_TAG));
    Json structure = Json::object();
    while (true) {
      RETURN_IF_ERROR(Next());
      if (event_.type == YAML_MAPPING_END_EVENT) return structure;
      if (event_.type != YAML_SCALAR_EVENT) return Bad(Line(), "a name must be a word");
      const std::string name(reinterpret_cast<const char*>(event_.data.scalar.value), event_.data.scalar.length);
      if (name == "<<") return Bad(Line(), "merge keys (<<) are not read; write the members out");
      if (structure.contains(name)) return Bad(Line(), fmt::format("'{}' is given twice", name));
      RETURN_IF_ERROR(Next());
      ASSIGN_OR_RETURN(structure[name], Value(depth + 1));
    }
  }

  yaml_parser_t parser_ = {};
  yaml_event_t event_ = {};
  std::map<std::string, Anchored> anchors_;
  int values_ = 0;
};

}  // namespace

StatusOr<std::string> YamlToJson(const std::string& yaml) {
  ASSIGN_OR_RETURN(const Json tree, Reader(yaml).OnlyDocument());
  return tree.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace elastilab
