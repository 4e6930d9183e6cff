// One answer, four forms. JSON, YAML and text are the aws CLI's, so that scripts written for it go on working.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "cli/output/style.h"
#include "common/status.h"

namespace google::protobuf {
class Message;
}

namespace elastilab {

enum class OutputFormat {
  kDrawn,  // what a friendly verb draws for people instead of printing data; trees are drawn as tables
  kTable,
  kJson,
  kYaml,
  kYamlStream,  // YAML, the answer as an element of a list; the aws CLI has an element for each page
  kText,
};

// "table", "json", "yaml", "yaml-stream", "text"; a usage error otherwise.
StatusOr<OutputFormat> ParseOutputFormat(std::string_view text);

// The message as the tree that `--query` searches: members by their AWS names, empty lists included.
nlohmann::ordered_json MessageTree(const google::protobuf::Message& message);

// Ends with a newline; empty for a message without members, of which the aws CLI prints nothing either.
std::string RenderMessage(const google::protobuf::Message& message, OutputFormat format, const Style& style);
// The same for any value: the rows of a friendly verb, what a query found.
std::string RenderTree(const nlohmann::ordered_json& tree, OutputFormat format, const Style& style);

}  // namespace elastilab
