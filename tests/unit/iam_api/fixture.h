// IAM and STS on a store in memory and a manual clock, behind the same gate that the control plane puts before them.
// Requests and replies are JSON with the members' AWS names, so that a story reads like the aws CLI.
#pragma once

#include <absl/strings/escaping.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <google/protobuf/message.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "controlplane/identity/authorization/authorizer.h"
#include "controlplane/identity/directory/credentials.h"
#include "controlplane/services/call/dispatcher.h"
#include "controlplane/services/iam/iam_handlers.h"
#include "controlplane/services/sts/sts_handlers.h"
#include "schema/fault.h"
#include "schema/json.h"

namespace elastilab {

using Json = nlohmann::ordered_json;

class IdentityTest : public ::testing::Test {
 protected:
  IdentityTest()
      : store_(std::move(OpenStore(":memory:", {.durable = false, .rehearse = true})).value()),
        region_{*store_, clock_, where_, AddressPlan({"us-east-1a"})},
        directory_(*store_, clock_, key_, where_),
        authenticator_(where_.region, std::chrono::minutes(5),
                       [this](const std::string& id, const std::string& token) { return directory_.FindKey(id, token); }),
        authorizer_(where_, [this](const Caller& caller) { return directory_.PoliciesOf(caller); }, Facts()),
        iam_(region_, IamHandlers(directory_), Hooks(), IamOperations()),
        sts_(region_, StsHandlers(directory_), Hooks(), StsOperations()) {}

  // Calls as caller_. The reply, or an empty object when the call was refused; then fault_ and message_ say why.
  Json Call(const std::string& operation, const Json& request = Json::object()) {
    const bool is_sts = FindIn(StsOperations(), operation) != nullptr;
    const Operation* known = FindIn(is_sts ? StsOperations() : IamOperations(), operation);
    fault_.clear();
    message_.clear();
    if (known == nullptr) {
      ADD_FAILURE() << operation << " is no operation";
      return Json::object();
    }
    auto* factory = google::protobuf::MessageFactory::generated_factory();
    std::unique_ptr<google::protobuf::Message> message(factory->GetPrototype(known->request)->New());
    std::unique_ptr<google::protobuf::Message> reply(factory->GetPrototype(known->response)->New());
    const Status read = FromAwsJson(request.dump(), message.get());
    EXPECT_TRUE(read.ok()) << read;
    RequestContext context{region_, "request", clock_.Now(), caller_};
    const Status status = (is_sts ? sts_ : iam_).Dispatch(operation, context, *message, reply.get());
    decided_by_ = context.decided_by;
    if (status.ok()) return Json::parse(ToAwsJson(*reply, {.indent = 0, .secret = nullptr}));
    const auto fault = FaultOf(status);
    fault_ = fault ? std::string(FaultWire(*fault)) : "no fault";
    message_ = std::string(status.message());
    return Json::object();
  }
  Json Ok(const std::string& operation, const Json& request = Json::object()) {
    Json reply = Call(operation, request);
    EXPECT_EQ(fault_, "") << operation << " " << request << ": " << message_;
    return reply;
  }
  // The wire code of the refusal; "" when it was accepted.
  std::string Fault(const std::string& operation, const Json& request = Json::object()) {
    Call(operation, request);
    return fault_;
  }

  // From here on everything is called with these credentials ({"AccessKeyId": …}), proved as gRPC proves them.
  void SignInWith(const Json& credentials) {
    auto caller = Prove(credentials);
    ASSERT_TRUE(caller.ok()) << caller.status();
    caller_ = *caller;
  }
  StatusOr<Caller> Prove(const Json& credentials) {
    const std::string pair = credentials.at("AccessKeyId").get<std::string>() + ":" +
                             credentials.at("SecretAccessKey").get<std::string>();
    return authenticator_.ByBasic("Basic " + absl::Base64Escape(pair), credentials.value("SessionToken", ""));
  }
  std::string ProveFault(const Json& credentials) {
    const auto caller = Prove(credentials);
    if (caller.ok()) return "";
    const auto fault = FaultOf(caller.status());
    return fault ? std::string(FaultWire(*fault)) : "no fault";
  }
  void SignInAsRoot() { caller_ = RootCaller(where_.account); }
  void SignInAsUser(const std::string& name) {
    SignInAsRoot();
    SignInWith(Ok("CreateAccessKey", {{"UserName", name}})["AccessKey"]);
  }

  // A user with one inline policy.
  void MakeUser(const std::string& name, const std::string& policy = "") {
    Ok("CreateUser", {{"UserName", name}});
    if (!policy.empty()) Ok("PutUserPolicy", {{"UserName", name}, {"PolicyName", "own"}, {"PolicyDocument", policy}});
  }
  // A role whose trust policy names `principal`: {"AWS": "…"}.
  std::string MakeRole(const std::string& name, const Json& principal, const Json& condition = nullptr) {
    return Ok("CreateRole", {{"RoleName", name}, {"AssumeRolePolicyDocument", Trust(principal, condition)}})["Role"]["Arn"];
  }
  static std::string Trust(const Json& principal, const Json& condition = nullptr,
                           const Json& action = Json::array({"sts:AssumeRole", "sts:TagSession"})) {
    Json statement = {{"Effect", "Allow"}, {"Principal", principal}, {"Action", action}};
    if (!condition.is_null()) statement["Condition"] = condition;
    return Json({{"Version", "2012-10-17"}, {"Statement", statement}}).dump();
  }
  static std::string Allow(const Json& action, const Json& resource = "*") {
    return Json({{"Version", "2012-10-17"}, {"Statement", {{"Effect", "Allow"}, {"Action", action}, {"Resource", resource}}}}).dump();
  }
  static std::string Deny(const Json& action, const Json& resource = "*") {
    return Json({{"Version", "2012-10-17"}, {"Statement", {{"Effect", "Deny"}, {"Action", action}, {"Resource", resource}}}}).dump();
  }
  std::string MakePolicy(const std::string& name, const std::string& document) {
    return Ok("CreatePolicy", {{"PolicyName", name}, {"PolicyDocument", document}})["Policy"]["Arn"];
  }
  // Whether the policies of the present caller allow it.
  bool May(const std::string& action, const std::string& resource = "*") {
    return Evaluate(directory_.PoliciesOf(caller_), action, resource, ConditionContext()).allowed();
  }
  std::string UserArn(const std::string& name) const { return "arn:aws:iam::" + where_.account + ":user/" + name; }

  static const Operation* FindIn(const std::vector<Operation>& operations, const std::string& name) {
    for (const Operation& operation : operations) {
      if (operation.name == name) return &operation;
    }
    return nullptr;
  }
  ResourceFacts Facts() {
    ResourceFacts facts;
    facts.tags = [this](const std::string& arn) { return directory_.TagsOf(arn); };
    facts.iam_arn = [this](std::string_view type, std::string_view name) { return directory_.ArnOf(type, name); };
    return facts;
  }
  DispatchHooks Hooks() {
    DispatchHooks hooks;
    hooks.authorize = [this](const Operation& operation, RequestContext& context, const google::protobuf::Message& request) {
      return authorizer_.Authorize(operation, request, context.caller, context.now, &context.decided_by);
    };
    return hooks;
  }

  const Location where_;
  const LabKey key_{std::string(32, 'k')};
  ManualClock clock_;
  std::unique_ptr<Store> store_;
  Region region_;
  Directory directory_;
  Authenticator authenticator_;
  Authorizer authorizer_;
  Dispatcher iam_;
  Dispatcher sts_;
  Caller caller_ = RootCaller(where_.account);
  std::string fault_;
  std::string message_;
  std::string decided_by_;
};

}  // namespace elastilab
