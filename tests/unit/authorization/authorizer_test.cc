#include "controlplane/identity/authorization/authorizer.h"

#include <gmock/gmock.h>

#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;
using ::testing::HasSubstr;

Caller Alice() {
  Caller caller;
  caller.type = PrincipalType::kUser;
  caller.account = "000000000000";
  caller.arn = "arn:aws:iam::000000000000:user/alice";
  caller.user_name = "alice";
  return caller;
}

// Alice with one policy.
Authorizer With(const std::string& statements) {
  const auto policy = CompilePolicy(R"({"Version": "2012-10-17", "Statement": [)" + statements + "]}", PolicyKind::kIdentity);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return Authorizer(Location{}, [policy](const Caller&) {
    PolicySet set;
    set.identity.push_back({"p", "user alice", *policy});
    return set;
  }, {});
}

Status Try(const Authorizer& authorizer, const std::string& operation, const google::protobuf::Message& request,
           const Caller& caller = Alice()) {
  std::string decided_by;
  return authorizer.Authorize(*FindOperation(operation), request, caller, ServiceTime(), &decided_by);
}

// The one that the issue tells of: small, encrypted, tagged groups and nothing else.
const char kSmallEncryptedTagged[] = R"(
  {"Effect": "Allow", "Action": "elasticache:CreateReplicationGroup", "Resource": "arn:aws:elasticache:*:*:replicationgroup:*",
   "Condition": {"StringLike": {"elasticache:CacheNodeType": "cache.t4g.*"},
                 "Bool": {"elasticache:AtRestEncryptionEnabled": "true"},
                 "StringEquals": {"aws:RequestTag/env": ["dev", "test"]}}},
  {"Effect": "Allow", "Action": "elasticache:CreateReplicationGroup", "Resource": "arn:aws:elasticache:*:*:parametergroup:default.*"},
  {"Effect": "Allow", "Action": "elasticache:AddTagsToResource", "Resource": "*"})";

v1::CreateReplicationGroupRequest SmallEncryptedTagged() {
  v1::CreateReplicationGroupRequest request;
  request.set_replication_group_id("demo");
  request.set_cache_node_type("cache.t4g.micro");
  request.set_at_rest_encryption_enabled(true);
  auto* tag = request.add_tags();
  tag->set_key("env");
  tag->set_value("dev");
  return request;
}

TEST(AuthorizerTest, SmallEncryptedTaggedCanBeCreatedAndNothingElse) {
  const Authorizer authorizer = With(kSmallEncryptedTagged);
  EXPECT_EQ(Try(authorizer, "CreateReplicationGroup", SmallEncryptedTagged()), absl::OkStatus());

  auto large = SmallEncryptedTagged();
  large.set_cache_node_type("cache.r6g.large");
  EXPECT_EQ(FaultOf(Try(authorizer, "CreateReplicationGroup", large)), v1::ACCESS_DENIED);
  auto plain = SmallEncryptedTagged();
  plain.clear_at_rest_encryption_enabled();
  EXPECT_EQ(FaultOf(Try(authorizer, "CreateReplicationGroup", plain)), v1::ACCESS_DENIED);
  auto prod = SmallEncryptedTagged();
  prod.mutable_tags(0)->set_value("prod");
  EXPECT_EQ(FaultOf(Try(authorizer, "CreateReplicationGroup", prod)), v1::ACCESS_DENIED);
  auto untagged = SmallEncryptedTagged();
  untagged.clear_tags();
  EXPECT_EQ(FaultOf(Try(authorizer, "CreateReplicationGroup", untagged)), v1::ACCESS_DENIED);
  auto own_parameters = SmallEncryptedTagged();
  own_parameters.set_cache_parameter_group_name("mine");
  EXPECT_EQ(FaultOf(Try(authorizer, "CreateReplicationGroup", own_parameters)), v1::ACCESS_DENIED);
}

TEST(AuthorizerTest, TheRefusalReadsLikeAwss) {
  v1::DeleteCacheClusterRequest request;
  request.set_cache_cluster_id("prod-1");
  const Status refused = Try(With(kSmallEncryptedTagged), "DeleteCacheCluster", request);
  EXPECT_EQ(refused.message(),
            "User: arn:aws:iam::000000000000:user/alice is not authorized to perform: elasticache:DeleteCacheCluster on resource: "
            "arn:aws:elasticache:us-east-1:000000000000:cluster:prod-1 because no identity-based policy allows the "
            "elasticache:DeleteCacheCluster action");
  const Status denied = Try(With(R"({"Effect": "Allow", "Action": "*", "Resource": "*"},
                                    {"Effect": "Deny", "Action": "elasticache:Delete*", "Resource": "arn:aws:elasticache:*:*:cluster:prod-*"})"),
                            "DeleteCacheCluster", request);
  EXPECT_THAT(std::string(denied.message()), HasSubstr("with an explicit deny in an identity-based policy"));
}

TEST(AuthorizerTest, SaysWhatDecided) {
  std::string decided_by;
  const Authorizer authorizer = With(R"({"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"})");
  v1::DescribeCacheClustersRequest request;
  EXPECT_EQ(authorizer.Authorize(*FindOperation("DescribeCacheClusters"), request, Alice(), ServiceTime(), &decided_by),
            absl::OkStatus());
  EXPECT_EQ(decided_by, "Statement 1 (Sid All) of p (user alice)");
}

TEST(AuthorizerTest, RootMayDoEverythingAndTheServiceItsWork) {
  const Authorizer nobody(Location{}, [](const Caller&) { return PolicySet{}; }, {});
  v1::DeleteCacheClusterRequest request;
  request.set_cache_cluster_id("a");
  EXPECT_EQ(Try(nobody, "DeleteCacheCluster", request, RootCaller("000000000000")), absl::OkStatus());
  EXPECT_EQ(FaultOf(Try(nobody, "DeleteCacheCluster", request)), v1::ACCESS_DENIED);
}

}  // namespace
}  // namespace elastilab
