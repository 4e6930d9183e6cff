// JMESPath (jmespath.org), the query language of `--query`: the grammar and the 26 functions of its specification, over
// JSON trees that keep the order of their members.
//
// Where the specification is silent or stricter, it is the aws CLI's dialect, for scripts depend on it: strings can be
// ordered (`CreateTime > '2024'`), and text between backticks that is no JSON is a string. Unlike there, unknown
// functions, wrong numbers of arguments and steps of zero are found when the expression is parsed: before anything is
// sent.
#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "common/status.h"

namespace elastilab::jmespath {

struct Node;

// A parsed expression. Immutable: can be shared and searched from any thread.
class Expression {
 public:
  // Takes up to 64 KiB of UTF-8, nested up to 200 levels deep.
  static StatusOr<Expression> Parse(std::string_view text);

  // What the expression picks from `document`; null where there is nothing. A search that takes more than `max_work`
  // steps and copied values is given up, for expressions such as [@,@]|[@,@]|… double what they make at each stage.
  StatusOr<nlohmann::ordered_json> Search(const nlohmann::ordered_json& document, size_t max_work = 10'000'000) const;

  const std::string& text() const { return text_; }

 private:
  Expression() = default;

  std::string text_;
  std::shared_ptr<const Node> root_;
};

// All errors are InvalidArgument, say what is wrong, and (unless it is the text as a whole) show where:
//
//   Clusters[?Engine=='redis'
//                            ^ expected ']', but the expression ends here
//
// Their kind, by the specification's name: "syntax", "unknown-function", "invalid-arity", "invalid-type",
// "invalid-value"; "limit" for what is too long, too deep or too much. Empty for a status of other origin.
std::string ErrorKind(const Status& status);

}  // namespace elastilab::jmespath
