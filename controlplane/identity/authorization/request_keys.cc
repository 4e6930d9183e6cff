#include "controlplane/identity/authorization/request_keys.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <set>

#include "common/time_text.h"
#include "schema/scalar.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Names = std::set<std::string, std::less<>>;

constexpr std::string_view kPrefix = "elasticache:";

const Names& KeysOfReplicationGroups() {
  static const auto& names = *new Names{
      "AtRestEncryptionEnabled", "AuthTokenEnabled", "AutomaticFailoverEnabled", "CacheNodeType", "CacheParameterGroupName",
      "ClusterModeEnabled", "EngineType", "EngineVersion", "KmsKeyId", "MultiAZEnabled", "NumNodeGroups",
      "ReplicasPerNodeGroup", "SnapshotRetentionLimit", "TransitEncryptionEnabled"};
  return names;
}

const Names* KeysOfType(std::string_view type) {
  static const auto& by_type = *new std::map<std::string, Names, std::less<>>{
      {"parametergroup", {"CacheParameterGroupName"}},
      {"replicationgroup", KeysOfReplicationGroups()},
      {"globalreplicationgroup", KeysOfReplicationGroups()},
      {"cluster",
       {"AuthTokenEnabled", "CacheNodeType", "CacheParameterGroupName", "EngineType", "EngineVersion", "MultiAZEnabled",
        "SnapshotRetentionLimit"}},
      {"snapshot", {"KmsKeyId"}},
      {"user", {"UserAuthenticationMode"}},
      {"serverlesscache",
       {"DataStorageUnit", "EngineType", "EngineVersion", "KmsKeyId", "MaximumDataStorage", "MaximumECPUPerSecond",
        "MinimumDataStorage", "MinimumECPUPerSecond", "SnapshotRetentionLimit"}},
      {"serverlesscachesnapshot", {"KmsKeyId"}},
  };
  const auto it = by_type.find(type);
  return it == by_type.end() ? nullptr : &it->second;
}

bool Has(const Message& message, const FieldDescriptor* field) {
  if (field->is_repeated()) return message.GetReflection()->FieldSize(message, field) > 0;
  return message.GetReflection()->HasField(message, field);
}

std::string TextOf(const Message& message, std::string_view wire_name) {
  const FieldDescriptor* field = FindByWireName(message.GetDescriptor(), wire_name);
  if (field == nullptr || field->is_repeated() || !Has(message, field)) return "";
  return ScalarText(message, field);
}

void AddTagKeys(const Message& message, const FieldDescriptor* field, ConditionContext& keys) {
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    const Message& tag = reflection->GetRepeatedMessage(message, field, i);
    const std::string key = TextOf(tag, "Key");
    keys.Set("aws:RequestTag/" + key, TextOf(tag, "Value"));
    keys.Add("aws:TagKeys", key);
  }
}

// Keys whose value is the member's text. Members that need more than that are left to Computed.
void AddAnnotated(const Message& message, ConditionContext& keys) {
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const std::string& key = IamConditionKey(field);
    if (!Has(message, field)) continue;
    if (key == "aws:RequestTag") {
      AddTagKeys(message, field, keys);
    } else if (!key.empty() && field->is_repeated()) {
      for (int n = 0; n < message.GetReflection()->FieldSize(message, field); ++n) keys.Add(key, ScalarText(message, field, n));
    } else if (!key.empty() && !IsSensitive(field)) {
      keys.Set(key, ScalarText(message, field));
    } else if (!IsScalar(field) && !field->is_repeated()) {
      AddAnnotated(message.GetReflection()->GetMessage(message, field), keys);
    }
  }
}

bool ListsSeveralZones(const Message& message) {
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const std::string& name = WireName(field);
    if (!field->is_repeated() || (!name.ends_with("AvailabilityZones") && !name.ends_with("AZs"))) continue;
    std::set<std::string> zones;
    for (int n = 0; n < message.GetReflection()->FieldSize(message, field); ++n) zones.insert(ScalarText(message, field, n));
    if (zones.size() > 1) return true;
  }
  return false;
}

bool IsPresent(const Message& message, std::string_view wire_name) {
  const FieldDescriptor* field = FindByWireName(message.GetDescriptor(), wire_name);
  return field != nullptr && Has(message, field);
}

// What an operation that creates is always asked about, with the value that an absent member stands for.
void AddKeysOfCreation(const Operation& operation, const Message& request, ConditionContext& keys) {
  const bool group = operation.name == "CreateReplicationGroup";
  if (!group && operation.name != "CreateCacheCluster") return;
  keys.SetBool("elasticache:AuthTokenEnabled", !TextOf(request, "AuthToken").empty());
  const bool multi_az = TextOf(request, "MultiAZEnabled") == "true" || TextOf(request, "AZMode") == "cross-az";
  keys.SetBool("elasticache:MultiAZEnabled", multi_az || ListsSeveralZones(request));
  if (keys.Find("elasticache:EngineType") == nullptr) keys.Set("elasticache:EngineType", "redis");
  if (!group) return;
  keys.SetBool("elasticache:AtRestEncryptionEnabled", TextOf(request, "AtRestEncryptionEnabled") == "true");
  const std::string mode = TextOf(request, "TransitEncryptionMode");
  keys.SetBool("elasticache:TransitEncryptionEnabled",
               TextOf(request, "TransitEncryptionEnabled") == "true" && (mode.empty() || mode == "required"));
  const std::string shards = TextOf(request, "NumNodeGroups");
  keys.SetBool("elasticache:ClusterModeEnabled",
               TextOf(request, "ClusterMode") == "enabled" || (!shards.empty() && shards != "1"));
}

void AddKeysOfModification(const Operation& operation, const Message& request, ConditionContext& keys) {
  if (operation.name != "ModifyReplicationGroup" && operation.name != "ModifyCacheCluster") return;
  if (IsPresent(request, "AuthToken")) keys.SetBool("elasticache:AuthTokenEnabled", !TextOf(request, "AuthToken").empty());
  if (IsPresent(request, "ClusterMode")) keys.SetBool("elasticache:ClusterModeEnabled", TextOf(request, "ClusterMode") == "enabled");
  if (IsPresent(request, "AZMode")) keys.SetBool("elasticache:MultiAZEnabled", TextOf(request, "AZMode") == "cross-az");
}

// Weighs what the text of a member alone doesn't say: at a change, only the mode tells whether clients must use TLS.
ConditionContext WithoutTransit(const ConditionContext& keys, const Operation& operation, const Message& request) {
  if (operation.name != "ModifyReplicationGroup" && operation.name != "ModifyCacheCluster") return keys;
  ConditionContext kept;
  for (const auto& entry : keys.Sorted()) {
    if (ToLowerAscii(entry.key) != "elasticache:transitencryptionenabled") kept.Set(entry.key, entry.values);
  }
  if (TextOf(request, "TransitEncryptionMode") == "required") kept.SetBool("elasticache:TransitEncryptionEnabled", true);
  return kept;
}

std::string_view TypeText(PrincipalType type) {
  switch (type) {
    case PrincipalType::kRoot: return "Account";
    case PrincipalType::kUser: return "User";
    case PrincipalType::kAssumedRole: return "AssumedRole";
    case PrincipalType::kFederatedUser: return "FederatedUser";
    case PrincipalType::kService: return "Service";
  }
  return "";
}

}  // namespace

ConditionContext GlobalKeys(const Caller& caller, const Location& where, ServiceTime now) {
  ConditionContext keys;
  keys.Set("aws:CurrentTime", FormatIso8601(now));
  keys.Set("aws:EpochTime", std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count()));
  keys.Set("aws:PrincipalArn", caller.role_arn.empty() ? caller.arn : caller.role_arn);
  keys.Set("aws:PrincipalAccount", caller.account);
  keys.Set("aws:PrincipalType", std::string(TypeText(caller.type)));
  keys.Set("aws:userid", caller.user_id);
  keys.Set("aws:RequestedRegion", where.region);
  keys.SetBool("aws:SecureTransport", caller.secure_transport);
  keys.SetBool("aws:ViaAWSService", false);
  // Long-term keys don't carry it at all; temporary ones were made without a device, the lab has none.
  if (caller.access_key_id.starts_with("ASIA")) keys.SetBool("aws:MultiFactorAuthPresent", false);
  if (!caller.user_name.empty()) keys.Set("aws:username", caller.user_name);
  if (!caller.source_ip.empty()) keys.Set("aws:SourceIp", caller.source_ip);
  if (!caller.user_agent.empty()) keys.Set("aws:UserAgent", caller.user_agent);
  for (const auto& [key, value] : caller.session_tags) keys.Set("aws:PrincipalTag/" + key, value);
  return keys;
}

ConditionContext RequestKeys(const Operation& operation, const Message& request) {
  ConditionContext keys;
  AddAnnotated(request, keys);
  AddKeysOfCreation(operation, request, keys);
  AddKeysOfModification(operation, request, keys);
  return WithoutTransit(keys, operation, request);
}

ConditionContext KeysFor(std::string_view resource_type, const ConditionContext& keys) {
  const Names* names = KeysOfType(resource_type);
  ConditionContext kept;
  for (const auto& entry : keys.Sorted()) {
    const bool ours = entry.key.starts_with(kPrefix);
    if (ours && (names == nullptr || !names->contains(entry.key.substr(kPrefix.size())))) continue;
    kept.Set(entry.key, entry.values);
  }
  return kept;
}

}  // namespace elastilab
