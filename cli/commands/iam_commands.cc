// iam add-user, iam explain: what takes several calls of IAM, or what IAM itself can't say.
#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "cli/commands/registry.h"
#include "proto/admin/v1/admin.pb.h"
#include "proto/iam/v1/access_keys.pb.h"
#include "proto/iam/v1/users.pb.h"

namespace elastilab {
namespace {

namespace pb = ::iam::v1;

StatusOr<std::string> ReadPolicyFile(const std::string& path) {
  std::ifstream in(path);
  if (!in) return UsageError(fmt::format("cannot read the policy {}", path));
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// A managed policy by ARN is attached; a file becomes an inline policy of its name.
Status GivePolicy(Context& context, const std::string& user, const std::string& policy) {
  if (policy.starts_with("arn:")) {
    pb::AttachUserPolicyRequest request;
    pb::AttachUserPolicyResponse response;
    request.set_user_name(user);
    request.set_policy_arn(policy);
    return context.rpc().Call("/iam.v1.Users/AttachUserPolicy", request, &response);
  }
  pb::PutUserPolicyRequest request;
  pb::PutUserPolicyResponse response;
  const std::string file = policy.substr(policy.rfind('/') + 1);
  ASSIGN_OR_RETURN(std::string document, ReadPolicyFile(policy));
  request.set_user_name(user);
  request.set_policy_name(file.substr(0, file.find('.')));
  request.set_policy_document(std::move(document));
  return context.rpc().Call("/iam.v1.Users/PutUserPolicy", request, &response);
}

StatusOr<int> AddUser(Context& context) {
  const std::string name = context.args.Word(0);
  pb::CreateUserRequest create;
  pb::CreateUserResponse created;
  create.set_user_name(name);
  RETURN_IF_ERROR(context.rpc().Call("/iam.v1.Users/CreateUser", create, &created));
  for (const std::string& policy : context.args.List("policy")) RETURN_IF_ERROR(GivePolicy(context, name, policy));
  pb::CreateAccessKeyRequest ask;
  pb::CreateAccessKeyResponse key;
  ask.set_user_name(name);
  RETURN_IF_ERROR(context.rpc().Call("/iam.v1.AccessKeys/CreateAccessKey", ask, &key));
  const std::string& id = key.access_key().access_key_id();
  const std::string& secret = key.access_key().secret_access_key();
  context.Print(fmt::format("# {}. The secret is shown only now. To be {} in this shell: eval \"$(…)\"\n"
                            "export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={}\n"
                            "export ELASTILAB_ACCESS_KEY_ID={} ELASTILAB_SECRET_ACCESS_KEY={}\n",
                            created.user().arn(), name, id, secret, id, secret));
  return kExitOk;
}

void PrintDecision(Context& context, const admin::v1::AccessDecision& decision) {
  const Style& style = context.io.style;
  context.Print(fmt::format("{}  {} on {}\n", style.Bold(decision.outcome()), decision.action(), decision.resource()));
  for (const std::string& by : decision.decided_by()) context.Print(fmt::format("  decided by {}\n", by));
  if (!decision.reason().empty()) context.Print(fmt::format("  {}\n", decision.reason()));
  for (const std::string& line : decision.considered()) context.Print(style.Dim(fmt::format("    {}", line)) + "\n");
}

StatusOr<int> ExplainAccess(Context& context) {
  ASSIGN_OR_RETURN(const auto format, context.Format(OutputFormat::kTable));
  admin::v1::ExplainAccessRequest request;
  request.set_principal(context.args.Word(0));
  request.set_operation(context.args.Word(1));
  request.set_request_json(context.args.Get("request"));
  request.set_source_ip(context.args.Get("source-ip"));
  ASSIGN_OR_RETURN(const auto response,
                   AdminCall<admin::v1::ExplainAccessResponse>(context.rpc(), "ExplainAccess", request));
  if (format != OutputFormat::kTable) {
    context.Print(RenderMessage(response, format, context.io.style));
  } else {
    for (const auto& decision : response.decisions()) PrintDecision(context, decision);
  }
  return response.allowed() ? kExitOk : kExitRefused;
}

}  // namespace

std::vector<Command> IamCommands() {
  return {
      {{.name = "iam add-user",
        .group = "Identities",
        .summary = "A user with policies and a key, in one step.",
        .details = "  elastilab iam add-user alice --policy deploy/policies/read-only.json\n"
                   "  elastilab iam add-user bob --policy arn:aws:iam::aws:policy/AmazonElastiCacheReadOnlyAccess",
        .positionals = {{.name = "NAME", .help = "Of the user."}},
        .flags = {{.name = "policy", .kind = FlagKind::kList, .value = "FILE",
                   .help = "A policy's file, or the ARN of a managed policy; several are fine."}}},
       AddUser},
      {{.name = "iam explain",
        .group = "Identities",
        .summary = "Would this call be allowed, and which statement decides? Exit code 5: it would not.",
        .details = "  elastilab iam explain alice DeleteCacheCluster --request '{\"CacheClusterId\": \"pages\"}'\n\n"
                   "Everything else of IAM and STS has the aws CLI's names: elastilab iam create-role …, elastilab sts "
                   "assume-role …",
        .positionals = {{.name = "WHO", .help = "A user's name, or the ARN of a user or role."},
                        {.name = "OPERATION", .help = "CreateReplicationGroup, iam:CreateUser, …"}},
        .flags = {{.name = "request", .value = "JSON", .help = "The request's members, as the aws CLI takes them."},
                  {.name = "source-ip", .value = "IP", .help = "Where the call comes from. Default 127.0.0.1."}}},
       ExplainAccess},
  };
}

}  // namespace elastilab
