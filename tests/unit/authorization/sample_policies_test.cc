// The policies in deploy/policies do what their README says.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "controlplane/identity/authorization/authorizer.h"
#include "controlplane/identity/policy/quota.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/tags.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

std::string TextOf(const std::string& name) {
  std::ifstream in(std::string(POLICIES) + "/" + name + ".json");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// A user of team blue with one sample policy; "g" is tagged team=blue, "red" team=red, "prod" env=prod.
bool May(const std::string& policy, const std::string& operation, const google::protobuf::Message& request) {
  const auto compiled = CompilePolicy(TextOf(policy), PolicyKind::kIdentity);
  if (!compiled.ok()) {
    ADD_FAILURE() << policy << ": " << compiled.status();
    return false;
  }
  ResourceFacts facts;
  facts.tags = [](const std::string& arn) {
    if (arn.ends_with(":g")) return std::map<std::string, std::string>{{"team", "blue"}};
    if (arn.ends_with(":red")) return std::map<std::string, std::string>{{"team", "red"}};
    if (arn.ends_with(":prod")) return std::map<std::string, std::string>{{"env", "prod"}};
    return std::map<std::string, std::string>{};
  };
  const Authorizer authorizer(Location{}, [&](const Caller&) {
    PolicySet set;
    set.identity.push_back({policy, "", *compiled});
    return set;
  }, facts);
  Caller caller;
  caller.type = PrincipalType::kUser;
  caller.arn = "arn:aws:iam::000000000000:user/u";
  caller.session_tags = {{"team", "blue"}};
  std::string decided_by;
  return authorizer.Authorize(*FindOperation(operation), request, caller, ServiceTime(), &decided_by).ok();
}

v1::CreateReplicationGroupRequest Group(const std::string& tag_key, const std::string& tag_value) {
  v1::CreateReplicationGroupRequest request;
  request.set_replication_group_id("n");
  request.set_cache_node_type("cache.t4g.micro");
  request.set_at_rest_encryption_enabled(true);
  auto* tag = request.add_tags();
  tag->set_key(tag_key);
  tag->set_value(tag_value);
  return request;
}

v1::DeleteReplicationGroupRequest Delete(const std::string& id) {
  v1::DeleteReplicationGroupRequest request;
  request.set_replication_group_id(id);
  return request;
}

v1::AddTagsToResourceRequest Tagging(const std::string& id, const std::string& tag_key, const std::string& tag_value) {
  v1::AddTagsToResourceRequest request;
  request.set_resource_name("arn:aws:elasticache:us-east-1:000000000000:replicationgroup:" + id);
  auto* tag = request.add_tags();
  tag->set_key(tag_key);
  tag->set_value(tag_value);
  return request;
}

TEST(SamplePoliciesTest, AllAreManagedPoliciesOfTheRightSize) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(POLICIES)) {
    if (entry.path().extension() != ".json") continue;
    ++count;
    const std::string text = TextOf(entry.path().stem());
    const auto document = ParsePolicyDocument(text, PolicyKind::kIdentity);
    ASSERT_TRUE(document.ok()) << entry.path() << ": " << document.status();
    EXPECT_TRUE(CheckManagedPolicyVersion(*document).ok()) << entry.path();
    EXPECT_LE(PolicySize(text), MaxPolicySize(PolicyHome::kUserInline)) << entry.path();
  }
  EXPECT_GE(count, 5);
}

TEST(SamplePoliciesTest, ReadOnly) {
  EXPECT_TRUE(May("read-only", "DescribeCacheClusters", v1::DescribeCacheClustersRequest()));
  EXPECT_FALSE(May("read-only", "DeleteReplicationGroup", Delete("g")));
}

TEST(SamplePoliciesTest, SmallEncryptedTagged) {
  EXPECT_TRUE(May("small-encrypted-tagged", "CreateReplicationGroup", Group("env", "dev")));
  EXPECT_FALSE(May("small-encrypted-tagged", "CreateReplicationGroup", Group("env", "prod")));
  auto large = Group("env", "dev");
  large.set_cache_node_type("cache.r6g.large");
  EXPECT_FALSE(May("small-encrypted-tagged", "CreateReplicationGroup", large));
  EXPECT_FALSE(May("small-encrypted-tagged", "DeleteReplicationGroup", Delete("g")));
  // What is someone's already can't be made dev or prod afterwards.
  EXPECT_FALSE(May("small-encrypted-tagged", "AddTagsToResource", Tagging("n", "env", "prod")));
  EXPECT_FALSE(May("small-encrypted-tagged", "AddTagsToResource", Tagging("prod", "env", "dev")));
}

TEST(SamplePoliciesTest, DenyDeleteInProd) {
  EXPECT_TRUE(May("deny-delete-in-prod", "DeleteReplicationGroup", Delete("dev-1")));
  EXPECT_FALSE(May("deny-delete-in-prod", "DeleteReplicationGroup", Delete("prod-1")));
  v1::DecreaseReplicaCountRequest fewer;
  fewer.set_replication_group_id("Prod-1");
  EXPECT_FALSE(May("deny-delete-in-prod", "DecreaseReplicaCount", fewer));
}

TEST(SamplePoliciesTest, PerTeam) {
  EXPECT_TRUE(May("per-team", "CreateReplicationGroup", Group("team", "blue")));
  EXPECT_FALSE(May("per-team", "CreateReplicationGroup", Group("team", "red")));
  EXPECT_TRUE(May("per-team", "DeleteReplicationGroup", Delete("g")));
  EXPECT_FALSE(May("per-team", "DeleteReplicationGroup", Delete("other")));
  // Nobody takes another team's cache over by tagging it, nor reads it through a replica of their own.
  EXPECT_FALSE(May("per-team", "AddTagsToResource", Tagging("red", "team", "blue")));
  v1::CreateCacheClusterRequest replica;
  replica.set_cache_cluster_id("n");
  replica.set_replication_group_id("red");
  auto* tag = replica.add_tags();
  tag->set_key("team");
  tag->set_value("blue");
  EXPECT_FALSE(May("per-team", "CreateCacheCluster", replica));
  replica.set_replication_group_id("g");
  EXPECT_TRUE(May("per-team", "CreateCacheCluster", replica));
}

TEST(SamplePoliciesTest, MultiAzOnly) {
  auto group = Group("a", "b");
  EXPECT_FALSE(May("multi-az-only", "CreateReplicationGroup", group));
  group.set_multi_az_enabled(true);
  EXPECT_TRUE(May("multi-az-only", "CreateReplicationGroup", group));
  v1::ModifyReplicationGroupRequest change;
  change.set_replication_group_id("g");
  EXPECT_TRUE(May("multi-az-only", "ModifyReplicationGroup", change));
  change.set_multi_az_enabled(false);
  EXPECT_FALSE(May("multi-az-only", "ModifyReplicationGroup", change));
}

}  // namespace
}  // namespace elastilab
