#include "cli/output/format.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>

#include "cli/client/exit_code.h"
#include "cli/output/trees.h"
#include "schema/json.h"

namespace elastilab {

using nlohmann::ordered_json;

namespace {

// A reply is for whoever asked: the secret of a new key is shown to its owner, once.
std::string AnswerJson(const google::protobuf::Message& message, int indent) {
  return ToAwsJson(message, {.indent = indent, .empty_lists = true, .secret = nullptr});
}

}  // namespace

StatusOr<OutputFormat> ParseOutputFormat(std::string_view text) {
  if (text == "table") return OutputFormat::kTable;
  if (text == "json") return OutputFormat::kJson;
  if (text == "yaml") return OutputFormat::kYaml;
  if (text == "yaml-stream") return OutputFormat::kYamlStream;
  if (text == "text") return OutputFormat::kText;
  return UsageError("--output takes table, json, yaml, yaml-stream or text, not '" + std::string(text) + "'");
}

ordered_json MessageTree(const google::protobuf::Message& message) {
  return ordered_json::parse(AnswerJson(message, 0));
}

std::string RenderMessage(const google::protobuf::Message& message, OutputFormat format, const Style& style) {
  if (message.GetDescriptor()->field_count() == 0) return "";
  if (format == OutputFormat::kJson) return AnswerJson(message, 4) + "\n";
  return RenderTree(MessageTree(message), format, style);
}

std::string RenderTree(const ordered_json& tree, OutputFormat format, const Style& style) {
  switch (format) {
    case OutputFormat::kJson:
      return tree.is_object() && tree.empty() ? "" : tree.dump(4) + "\n";
    case OutputFormat::kYaml:
      return tree.is_object() && tree.empty() ? "" : YamlText(tree);
    case OutputFormat::kYamlStream:
      return tree.is_object() && tree.empty() ? "" : YamlText(ordered_json::array({tree}));
    case OutputFormat::kText:
      return TabText(tree);
    case OutputFormat::kTable:
    case OutputFormat::kDrawn:
      return TableText(tree, style);
  }
  return "";
}

}  // namespace elastilab
