#include "controlplane/identity/trail/audit_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "common/secret.h"
#include "common/time_text.h"
#include "schema/fault.h"
#include "schema/identity_operations.h"
#include "schema/json.h"

namespace elastilab {
namespace {

using Json = nlohmann::ordered_json;

// CloudTrail's own limits. Without them a stranger could push all else out of the trail with a few huge requests.
constexpr size_t kMaxName = 128;
constexpr size_t kMaxText = 1024;
constexpr size_t kMaxElements = 100 * 1024;

std::string Clipped(std::string_view text, size_t most) {
  return text.size() <= most ? std::string(text) : fmt::format("{}…", text.substr(0, most));
}

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
    if (!caller.access_key_id.empty()) identity["accessKeyId"] = Clipped(caller.access_key_id, kMaxName);
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
                   {"arn", caller.role_arn},
                   {"accountId", caller.account},
                   {"userName", caller.role_name}};
    identity["sessionContext"] = Json{{"sessionIssuer", std::move(issuer)}};
  }
  return identity;
}

constexpr char kHidden[] = "HIDDEN_DUE_TO_SECURITY_REASONS";

// Access strings that name a password or its hash (">secret", "<secret", "#hash", "!hash") are refused, but were sent.
std::string WithoutPasswords(std::string_view rules) {
  std::string text;
  bool word_begins = true;
  for (size_t i = 0; i < rules.size(); ++i) {
    text.push_back(rules[i]);
    if (word_begins && std::string_view("><#!").find(rules[i]) != std::string_view::npos) {
      text.append(kHidden);
      while (i + 1 < rules.size() && std::isspace(static_cast<unsigned char>(rules[i + 1])) == 0) ++i;
    }
    word_begins = std::isspace(static_cast<unsigned char>(rules[i])) != 0 || rules[i] == '(';
  }
  return text;
}

Json Elements(const google::protobuf::Message* message) {
  if (message == nullptr) return nullptr;
  JsonStyle style;
  style.indent = 0;
  style.lower_first = true;
  style.secret = kHidden;
  const std::string text = ToAwsJson(*message, style);
  if (text.size() > kMaxElements) return {{"omitted", fmt::format("{} bytes are more than the trail takes", text.size())}};
  Json elements = Json::parse(text, nullptr, false);
  if (!elements.is_object() || elements.empty()) return nullptr;
  for (const char* rules : {"accessString", "appendAccessString"}) {
    const auto found = elements.find(rules);
    if (found != elements.end() && found->is_string()) *found = WithoutPasswords(found->get<std::string>());
  }
  return elements;
}

}  // namespace

bool IsAudited(bool read_only, const Status& outcome) {
  return !read_only || absl::IsPermissionDenied(outcome) || absl::IsUnauthenticated(outcome);
}

bool IsReadOnly(std::string_view service, std::string_view operation) {
  const auto reads = [operation](const std::vector<Operation>& operations) {
    return std::any_of(operations.begin(), operations.end(), [operation](const Operation& known) {
      return known.name == operation && !known.mutates;
    });
  };
  if (service == "elasticache") return reads(AllOperations());
  if (service == "iam") return reads(IamOperations());
  return service == "sts" && reads(StsOperations());
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
  record["eventName"] = Clipped(call.event_name, kMaxName);
  record["awsRegion"] = call.region;
  record["sourceIPAddress"] = call.caller.source_ip.empty() ? "localhost" : call.caller.source_ip;
  record["userAgent"] = Clipped(call.caller.user_agent, kMaxText);
  if (!call.outcome.ok()) {
    record["errorCode"] = FaultWire(ReportedFault(call.outcome));
    record["errorMessage"] = Clipped(std::string(call.outcome.message()), kMaxText);
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
