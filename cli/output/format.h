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

enum class OutputFormat { kTable, kJson, kYaml, kText };

// "table", "json", "yaml", "text"; a usage error otherwise.
StatusOr<OutputFormat> ParseOutputFormat(std::string_view text);

// Ends with a newline; empty for a message without members, of which the aws CLI prints nothing either.
std::string RenderMessage(const google::protobuf::Message& message, OutputFormat format, const Style& style);
// The same for a value that is no message, such as the rows of a friendly verb.
std::string RenderTree(const nlohmann::ordered_json& tree, OutputFormat format, const Style& style);

}  // namespace elastilab
