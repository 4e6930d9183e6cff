// trail: who did what, and who was refused.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands/registry.h"
#include "cli/output/table.h"
#include "proto/admin/v1/admin.pb.h"

namespace elastilab {
namespace {

using Json = nlohmann::json;

std::string Who(const Json& identity) {
  const std::string arn = identity.value("arn", identity.value("invokedBy", ""));
  if (arn.empty()) return identity.value("accessKeyId", "unknown");
  const size_t colon = arn.rfind(':');
  return colon == std::string::npos ? arn : arn.substr(colon + 1);
}

// "iam:CreateUser"
std::string What(const Json& record) {
  const std::string source = record.value("eventSource", "");
  return fmt::format("{}:{}", source.substr(0, source.find('.')), record.value("eventName", ""));
}

std::string Outcome(const Json& record) {
  const std::string code = record.value("errorCode", "");
  return code.empty() ? "ok" : fmt::format("{}: {}", code, record.value("errorMessage", ""));
}

// The first identifier that the request names.
std::string OnWhat(const Json& record) {
  const Json parameters = record.value("requestParameters", Json());
  if (!parameters.is_object()) return "";
  for (const auto& [name, value] : parameters.items()) {
    const bool names = name.ends_with("Id") || name.ends_with("Name") || name.ends_with("Arn") || name.ends_with("ARN");
    if (names && value.is_string()) return value.get<std::string>();
  }
  return "";
}

// As JSON, one record per line, as in the file; otherwise in CloudTrail's envelope.
Status PrintRecords(Context& context, const admin::v1::LookupTrailResponse& response, OutputFormat format) {
  if (format == OutputFormat::kJson && !context.args.Has("query")) {
    for (const std::string& record : response.records()) context.Print(record + "\n");
    return absl::OkStatus();
  }
  auto records = nlohmann::ordered_json::array();
  for (const std::string& line : response.records()) {
    auto record = nlohmann::ordered_json::parse(line, nullptr, false);
    if (record.is_object()) records.push_back(std::move(record));
  }
  return context.PrintAnswer(nlohmann::ordered_json{{"Records", std::move(records)}}, format);
}

StatusOr<int> ShowTrail(Context& context) {
  ASSIGN_OR_RETURN(const auto format, context.Format(OutputFormat::kDrawn));
  admin::v1::LookupTrailRequest request;
  request.set_user(context.args.Get("user"));
  request.set_event_name(context.args.Get("event"));
  request.set_refused_only(context.args.Has("refused"));
  ASSIGN_OR_RETURN(const int limit, context.args.Int("limit", 0, 1, 10'000));
  request.set_limit(limit);
  ASSIGN_OR_RETURN(const auto response, AdminCall<admin::v1::LookupTrailResponse>(context.rpc(), "LookupTrail", request));
  if (format != OutputFormat::kDrawn) {
    RETURN_IF_ERROR(PrintRecords(context, response, format));
    return kExitOk;
  }
  TextTable table({"TIME", "WHO", "WHAT", "ON", "OUTCOME"});
  for (const std::string& line : response.records()) {
    const Json record = Json::parse(line, nullptr, false);
    if (!record.is_object()) continue;
    table.Add({record.value("eventTime", ""), Who(record.value("userIdentity", Json::object())), What(record), OnWhat(record),
               Outcome(record)});
  }
  if (table.empty()) {
    context.Print(fmt::format("Nothing that matches in {}.\n", response.path()));
  } else {
    context.Print(table.Text(context.io.style));
  }
  return kExitOk;
}

}  // namespace

std::vector<Command> TrailCommands() {
  return {{{.name = "trail",
            .group = "What happened",
            .answers = true,
            .summary = "Who changed what, and who was refused: the audit trail.",
            .details = "  elastilab trail --refused\n"
                       "  elastilab trail --user alice --event CreateReplicationGroup\n"
                       "  elastilab trail -o json        CloudTrail records, one JSON object per line\n"
                       "  elastilab trail --query 'Records[].eventName'",
            .flags = {{.name = "user", .value = "TEXT", .help = "Only callers whose ARN or access key id has this in it."},
                      {.name = "event", .value = "NAME", .help = "Only this operation: CreateCacheCluster."},
                      {.name = "refused", .kind = FlagKind::kSwitch, .help = "Only calls that failed."},
                      {.name = "limit", .value = "N", .help = "At most this many, the newest. Default 100."}}},
           ShowTrail}};
}

}  // namespace elastilab
