#include "controlplane/audit/audit_record.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "common/secret.h"
#include "common/time_text.h"
#include "schema/fault.h"
#include "schema/json.h"

namespace elastilab {
namespace {

using Json = nlohmann::ordered_json;

std::string_view TypeText(PrincipalType type) {
  switch (type) {
    case PrincipalType::kRoot: return "Root";
    case PrincipalType::kUser: return "IAMUser";
    case PrincipalType::kAssumedRole: return "AssumedRole";
    case PrincipalType::kFederatedUser: return "FederatedUser";
    case PrincipalType::kService: return "AWSService";
  }
  return "Unknown";
}

Json Identity(const Caller& caller) {
  Json identity;
  if (caller.arn.empty()) {  // nobody we know
    identity["type"] = "Unknown";
    if (!caller.access_key_id.empty()) identity["accessKeyId"] = caller.access_key_id;
    return identity;
  }
  identity["type"] = TypeText(caller.type);
  if (caller.type == PrincipalType::kService) {
    identity["invokedBy"] = caller.arn;
    return identity;
  }
  identity["principalId"] = caller.user_id;
  identity["arn"] = caller.arn;
  identity["accountId"] = caller.account;
  if (!caller.access_key_id.empty()) identity["accessKeyId"] = caller.access_key_id;
  if (!caller.user_name.empty()) identity["userName"] = caller.user_name;
  if (!caller.role_name.empty()) {
    Json issuer = {{"type", "Role"},
                   {"arn", fmt::format("arn:aws:iam::{}:role/{}", caller.account, caller.role_name)},
                   {"accountId", caller.account},
                   {"userName", caller.role_name}};
    identity["sessionContext"] = Json{{"sessionIssuer", std::move(issuer)}};
  }
  return identity;
}

Json Elements(const google::protobuf::Message* message) {
  if (message == nullptr) return nullptr;
  JsonStyle style;
  style.indent = 0;
  style.lower_first = true;
  style.secret = "HIDDEN_DUE_TO_SECURITY_REASONS";
  Json elements = Json::parse(ToAwsJson(*message, style), nullptr, false);
  return elements.is_object() && !elements.empty() ? elements : Json(nullptr);
}

}  // namespace

bool IsAudited(bool read_only, const Status& outcome) {
  return !read_only || absl::IsPermissionDenied(outcome) || absl::IsUnauthenticated(outcome);
}

std::string NewUuid() {
  std::string hex = RandomHex(16);
  hex[12] = '4';
  hex[16] = "89ab"[hex[16] % 4];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4), hex.substr(20));
}

std::string AuditRecord(const AuditedCall& call, std::string_view event_id) {
  Json record;
  record["eventVersion"] = "1.08";
  record["userIdentity"] = Identity(call.caller);
  record["eventTime"] = FormatIso8601(call.at);
  record["eventSource"] = fmt::format("{}.amazonaws.com", call.service);
  record["eventName"] = call.event_name;
  record["awsRegion"] = call.region;
  record["sourceIPAddress"] = call.caller.source_ip.empty() ? "localhost" : call.caller.source_ip;
  record["userAgent"] = call.caller.user_agent;
  if (!call.outcome.ok()) {
    record["errorCode"] = FaultWire(ReportedFault(call.outcome));
    record["errorMessage"] = std::string(call.outcome.message());
  }
  record["requestParameters"] = Elements(call.request);
  record["responseElements"] = call.read_only ? Json(nullptr) : Elements(call.response);
  if (!call.decided_by.empty()) {
    const bool refused = absl::IsPermissionDenied(call.outcome);
    record["additionalEventData"] = Json{{"decision", refused ? "refused" : "allowed"}, {"decidedBy", call.decided_by}};
  } else if (absl::IsPermissionDenied(call.outcome)) {
    record["additionalEventData"] = Json{{"decision", "refused"}, {"decidedBy", "no statement allows it"}};
  }
  record["requestID"] = call.request_id;
  record["eventID"] = event_id;
  record["readOnly"] = call.read_only;
  record["eventType"] = call.caller.type == PrincipalType::kService ? "AwsServiceEvent" : "AwsApiCall";
  record["managementEvent"] = true;
  record["recipientAccountId"] = call.caller.account;
  record["eventCategory"] = "Management";
  return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace elastilab
