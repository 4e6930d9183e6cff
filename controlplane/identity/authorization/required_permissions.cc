#include "controlplane/identity/authorization/required_permissions.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "controlplane/identity/authorization/request_keys.h"
#include "controlplane/identity/authorization/resources.h"
#include "proto/elasticache/v1/annotations.pb.h"
#include "schema/scalar.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

void AddResourceTags(const ResourceFacts& facts, const std::string& arn, ConditionContext& context) {
  if (!facts.tags || arn == "*" || arn.ends_with(":*")) return;
  for (auto& [key, value] : facts.tags(arn)) context.Set("aws:ResourceTag/" + key, value);
}

// A create with tags also tags; a delete with a final snapshot also takes one.
std::string DependentAction(const Operation& operation, const NamedResource& resource, bool is_first, bool tags) {
  if (is_first && tags && operation.access != elasticache::v1::TAGGING && operation.name != "AddTagsToResource") {
    return "AddTagsToResource";
  }
  if (operation.name.starts_with("Delete") && resource.type == "snapshot" && operation.name != "DeleteSnapshot") {
    return "CreateSnapshot";
  }
  return "";
}

// Whether the request could name a user and does not: then the call is about the caller itself.
bool IsAboutTheCaller(const google::protobuf::Message& request) {
  const auto* field = FindByWireName(request.GetDescriptor(), "UserName");
  return field != nullptr && !IsRequired(field) && !request.GetReflection()->HasField(request, field);
}

std::string TextOf(const google::protobuf::Message& request, std::string_view member) {
  const auto* field = FindByWireName(request.GetDescriptor(), member);
  return field == nullptr || !request.GetReflection()->HasField(request, field) ? "" : ScalarText(request, field);
}

// Who renames or moves a user or group must be allowed to do so at both places.
std::string NewArn(const google::protobuf::Message& request, const std::string& arn) {
  const std::string new_name = TextOf(request, "NewUserName") + TextOf(request, "NewGroupName");
  const std::string new_path = TextOf(request, "NewPath");
  if (new_name.empty() && new_path.empty()) return "";
  const size_t path = arn.find('/');
  const size_t name = arn.rfind('/') + 1;
  if (path == std::string::npos) return "";
  return arn.substr(0, path) + (new_path.empty() ? arn.substr(path, name - path) : new_path) +
         (new_name.empty() ? arn.substr(name) : new_name);
}

std::vector<NamedResource> ResourcesFor(const Operation& operation, const google::protobuf::Message& request,
                                        const Caller& caller, const Location& where, const ResourceFacts& facts) {
  const bool own = ServicePrefix(operation) == "iam" && !caller.user_name.empty() && IsAboutTheCaller(request);
  if (own) return {{"user", caller.arn}};
  std::vector<NamedResource> resources = ResourcesOf(operation, request, where, facts);
  if (operation.name == "UpdateUser" || operation.name == "UpdateGroup") {
    const std::string moved = NewArn(request, resources.front().arn);
    if (!moved.empty()) resources.push_back({resources.front().type, moved});
  }
  return resources;
}

}  // namespace

std::vector<RequiredPermission> RequiredPermissions(const Operation& operation, const google::protobuf::Message& request,
                                                    const Caller& caller, const Location& where, ServiceTime now,
                                                    const ResourceFacts& facts) {
  const std::string service = ServicePrefix(operation);
  const std::string action = service + ":" + operation.name;
  const ConditionContext global = GlobalKeys(caller, where, now);
  const ConditionContext keys = RequestKeys(operation, request);
  const bool tags = keys.Find("aws:TagKeys") != nullptr;
  std::vector<RequiredPermission> required;
  std::vector<RequiredPermission> dependent;
  for (const NamedResource& resource : ResourcesFor(operation, request, caller, where, facts)) {
    RequiredPermission permission{action, resource.arn, service == "elasticache" ? KeysFor(resource.type, keys) : keys};
    AddResourceTags(facts, resource.arn, permission.context);
    permission.context.Fill(global);
    const std::string also = service == "elasticache" ? DependentAction(operation, resource, required.empty(), tags) : "";
    if (!also.empty()) {
      RequiredPermission more = permission;
      more.action = service + ":" + also;
      more.context = also == "AddTagsToResource" ? KeysFor("", keys) : ConditionContext();
      AddResourceTags(facts, resource.arn, more.context);
      more.context.Fill(global);
      dependent.push_back(std::move(more));
    }
    required.push_back(std::move(permission));
  }
  required.insert(required.end(), std::make_move_iterator(dependent.begin()), std::make_move_iterator(dependent.end()));
  return required;
}

}  // namespace elastilab
