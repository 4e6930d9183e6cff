#include "cli/client/exit_code.h"

#include <fmt/format.h>

#include "absl/strings/cord.h"

namespace elastilab {
namespace {

constexpr char kUsageUrl[] = "elastilab/usage";
constexpr char kOperationUrl[] = "elastilab/operation";
constexpr char kFaultUrl[] = "elastilab/fault";

std::string Payload(const Status& status, const char* url) {
  auto payload = status.GetPayload(url);
  return payload ? std::string(*payload) : "";
}

}  // namespace

Status UsageError(const std::string& message) {
  Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kUsageUrl, absl::Cord("1"));
  return status;
}

bool IsUsageError(const Status& status) { return status.GetPayload(kUsageUrl).has_value(); }

Status WithCallDetails(Status status, const std::string& operation, const std::string& fault) {
  status.SetPayload(kOperationUrl, absl::Cord(operation));
  if (!fault.empty()) status.SetPayload(kFaultUrl, absl::Cord(fault));
  return status;
}

std::string FaultCodeText(const Status& status) { return Payload(status, kFaultUrl); }

ExitCode ExitCodeOf(const Status& status) {
  if (IsUsageError(status)) return kExitUsage;
  const bool from_service = status.GetPayload(kOperationUrl).has_value();
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kNotFound:
      return kExitNotFound;
    case absl::StatusCode::kDeadlineExceeded:
      return kExitTimeout;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kOutOfRange:
      return from_service ? kExitRefused : kExitFailure;
    default:
      return kExitFailure;
  }
}

std::string ErrorText(const Status& status) {
  const std::string message(status.message());
  const std::string fault = FaultCodeText(status);
  if (fault.empty()) return fmt::format("elastilab: {}", message);
  return fmt::format("An error occurred ({}) when calling the {} operation: {}", fault, Payload(status, kOperationUrl),
                     message);
}

}  // namespace elastilab
