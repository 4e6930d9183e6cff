#include "cli/commands/aws_flags.h"

#include <fmt/format.h>

#include "cli/client/exit_code.h"

namespace elastilab {
namespace {

Flag Hidden(const char* name, FlagKind kind, std::vector<std::string> choices = {}) {
  return {.name = name, .kind = kind, .value = "VALUE", .choices = std::move(choices), .hidden = true};
}

StatusOr<LabSettings> Settings(const LabFiles& files) {
  const auto saved = LoadSettings(files);
  if (!saved.ok() && saved.status().code() != absl::StatusCode::kNotFound) return saved.status();
  return saved.ok() ? *saved : LabSettings();
}

Status CheckRegion(const std::string& region, const LabSettings& lab) {
  if (region == lab.region()) return absl::OkStatus();
  return UsageError(fmt::format("this lab is the region {}; --region {} asks for another", lab.region(), region));
}

Status CheckEndpoint(const std::string& url, const LabSettings& lab) {
  for (const char* host : {"127.0.0.1", "localhost", "[::1]"}) {
    for (const char* scheme : {"http", "https"}) {
      const std::string here = fmt::format("{}://{}:{}", scheme, host, lab.http_port);
      if (url == here || url == here + "/") return absl::OkStatus();
    }
  }
  return UsageError(
      fmt::format("--endpoint-url {} is not this lab's, {}; another lab is reached with "
                  "--data-dir DIR or --endpoint HOST:PORT (gRPC)",
                  url, lab.api_url()));
}

}  // namespace

std::vector<Flag> AwsFlags() {
  return {
      {.name = "region", .value = "REGION", .help = "Taken for the aws CLI's sake; must be the lab's."},
      Hidden("endpoint-url", FlagKind::kValue),
      Hidden("profile", FlagKind::kValue),
      Hidden("color", FlagKind::kValue, {"on", "off", "auto"}),
      Hidden("no-paginate", FlagKind::kSwitch),
      Hidden("debug", FlagKind::kSwitch),
      Hidden("no-verify-ssl", FlagKind::kSwitch),
      Hidden("no-sign-request", FlagKind::kSwitch),
      Hidden("ca-bundle", FlagKind::kValue),
      Hidden("cli-read-timeout", FlagKind::kValue),
      Hidden("cli-connect-timeout", FlagKind::kValue),
      Hidden("cli-binary-format", FlagKind::kValue, {"base64", "raw-in-base64-out"}),
      Hidden("no-cli-pager", FlagKind::kSwitch),
      Hidden("cli-auto-prompt", FlagKind::kSwitch),
      Hidden("no-cli-auto-prompt", FlagKind::kSwitch),
  };
}

Status CheckAwsFlags(const Args& args, const LabFiles& files) {
  if (args.Has("profile")) {
    return UsageError(
        "profiles of the aws CLI are not read; to call as somebody, set ELASTILAB_ACCESS_KEY_ID and "
        "ELASTILAB_SECRET_ACCESS_KEY");
  }
  if (args.Has("no-sign-request")) return UsageError("there is no anonymous caller here: leave --no-sign-request out");
  if (args.Has("cli-auto-prompt"))
    return UsageError("there is no prompt here; elastilab COMMAND --help, or completion");
  if (!args.Has("region") && !args.Has("endpoint-url")) return absl::OkStatus();
  ASSIGN_OR_RETURN(const LabSettings lab, Settings(files));
  if (args.Has("region")) RETURN_IF_ERROR(CheckRegion(args.Get("region"), lab));
  if (args.Has("endpoint-url")) RETURN_IF_ERROR(CheckEndpoint(args.Get("endpoint-url"), lab));
  return absl::OkStatus();
}

}  // namespace elastilab
