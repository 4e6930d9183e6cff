#include <fmt/format.h>

#include <algorithm>

#include "controlplane/services/iam/iam_handlers.h"
#include "controlplane/services/sts/sessions.h"
#include "controlplane/services/sts/sts_handlers.h"
#include "proto/sts/v1/sts.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace pb = ::sts::v1;

using std::chrono::seconds;

constexpr int kShortestSession = 900;
constexpr int kLongestRootSession = 3600;
constexpr int kUsualUserSession = 43'200;
constexpr int kLongestUserSession = 129'600;

Status Invalid(std::string message) { return MakeFault(elasticache::v1::VALIDATION_ERROR, std::move(message)); }

Status GetCallerIdentity(const Directory&, RequestContext& context, const pb::GetCallerIdentityRequest&,
                         pb::GetCallerIdentityResponse& response) {
  response.set_user_id(context.caller.user_id);
  response.set_account(context.caller.account);
  response.set_arn(context.caller.arn);
  return absl::OkStatus();
}

Status GetSessionToken(const Directory& directory, RequestContext& context, const pb::GetSessionTokenRequest& request,
                       pb::GetSessionTokenResponse& response) {
  const bool root = context.caller.type == PrincipalType::kRoot;
  int length = request.has_duration_seconds() ? request.duration_seconds() : kUsualUserSession;
  RETURN_IF_ERROR(CheckDuration(length, kLongestUserSession));
  if (root) length = std::min(length, kLongestRootSession);
  if (IsSession(context.caller)) {
    return MakeFault(elasticache::v1::ACCESS_DENIED, "Cannot call GetSessionToken with session credentials");
  }
  RETURN_IF_ERROR(CheckNoMfa(request));
  Session session;
  session.access_key_id = NewUniqueId("ASIA");
  session.expires_at = context.now + seconds(length);
  session.caller = context.caller;
  Issue(directory, session, *response.mutable_credentials());
  return absl::OkStatus();
}

Status GetAccessKeyInfo(const Directory& directory, RequestContext&, const pb::GetAccessKeyInfoRequest& request,
                        pb::GetAccessKeyInfoResponse& response) {
  const std::string& id = request.access_key_id();
  const bool plain = std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  if ((id.size() < 16 && id != kRootAccessKey) || id.size() > 128 || !plain) {
    return Invalid("1 validation error detected: Value at 'accessKeyId' failed to satisfy constraint: Member must have 16 to 128 "
                   "letters, digits and underscores");
  }
  response.set_account(directory.location().account);
  return absl::OkStatus();
}

}  // namespace

bool IsSession(const Caller& caller) {
  return caller.type == PrincipalType::kAssumedRole || caller.access_key_id.starts_with("ASIA");
}

Status CheckDuration(int seconds, int most) {
  if (seconds >= kShortestSession && seconds <= most) return absl::OkStatus();
  const bool low = seconds < kShortestSession;
  return Invalid(fmt::format("1 validation error detected: Value '{}' at 'durationSeconds' failed to satisfy constraint: Member "
                             "must have value {} than or equal to {}", seconds, low ? "greater" : "less",
                             low ? kShortestSession : most));
}

Status UnknownMfaDevice() {
  return MakeFault(elasticache::v1::ACCESS_DENIED,
                   "MultiFactorAuthentication failed, unable to validate MFA code. Please verify your MFA serial number is valid "
                   "and associated with this user. (This lab has no MFA devices: leave SerialNumber and TokenCode out.)");
}

HandlerTable StsHandlers(const Directory& directory) {
  HandlerTable table;
  table["GetCallerIdentity"] = WithDirectory(directory, GetCallerIdentity);
  table["AssumeRole"] = AssumeRoleHandler(directory);
  table["GetSessionToken"] = WithDirectory(directory, GetSessionToken);
  table["GetAccessKeyInfo"] = WithDirectory(directory, GetAccessKeyInfo);
  return table;
}

}  // namespace elastilab
