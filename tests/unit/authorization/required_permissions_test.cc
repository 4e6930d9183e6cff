#include "controlplane/identity/authorization/required_permissions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/events.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/tags.pb.h"
#include "proto/elasticache/v1/user_groups.pb.h"
#include "proto/elasticache/v1/users.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;
using ::testing::ElementsAre;

const std::string kArn = "arn:aws:elasticache:us-east-1:000000000000:";

std::vector<RequiredPermission> Asked(const std::string& operation, const google::protobuf::Message& request,
                                      const ResourceFacts& facts = {}) {
  Caller caller = RootCaller("000000000000");
  caller.source_ip = "127.0.0.1";
  return RequiredPermissions(*FindOperation(operation), request, caller, Location{}, ServiceTime(), facts);
}

// "CreateUser user:bob"
std::vector<std::string> Short(const std::vector<RequiredPermission>& permissions) {
  std::vector<std::string> texts;
  for (const auto& p : permissions) {
    const std::string arn = p.resource.starts_with(kArn) ? p.resource.substr(kArn.size()) : p.resource;
    texts.push_back(p.action.substr(p.action.find(':') + 1) + " " + arn);
  }
  return texts;
}

// The value of a key on the first permission; "-" when it is absent.
std::string Key(const std::vector<RequiredPermission>& permissions, const std::string& key, size_t index = 0) {
  const auto* values = permissions.at(index).context.Find(key);
  return values == nullptr ? "-" : fmt::format("{}", fmt::join(*values, ","));
}

v1::CreateReplicationGroupRequest Group() {
  v1::CreateReplicationGroupRequest request;
  request.set_replication_group_id("Demo");
  return request;
}

TEST(ResourcesTest, ACreateNamesItsNewResourceAndItsParameterGroup) {
  auto request = Group();
  EXPECT_THAT(Short(Asked("CreateReplicationGroup", request)),
              ElementsAre("CreateReplicationGroup replicationgroup:demo", "CreateReplicationGroup parametergroup:default.redis7"));
  request.set_engine_version("6.2");
  EXPECT_THAT(Short(Asked("CreateReplicationGroup", request)).at(1), "CreateReplicationGroup parametergroup:default.redis6.x");
  request.set_cache_parameter_group_name("mine");
  EXPECT_THAT(Short(Asked("CreateReplicationGroup", request)).at(1), "CreateReplicationGroup parametergroup:mine");
}

TEST(ResourcesTest, ACreateWithTagsAlsoTags) {
  auto request = Group();
  auto* tag = request.add_tags();
  tag->set_key("team");
  tag->set_value("blue");
  EXPECT_THAT(Short(Asked("CreateReplicationGroup", request)),
              ElementsAre("CreateReplicationGroup replicationgroup:demo", "CreateReplicationGroup parametergroup:default.redis7",
                          "AddTagsToResource replicationgroup:demo"));
}

// Else a Deny on the name as it is stored is got around by spelling it SG-Prod.
TEST(ResourcesTest, TheNameInAnArnIsSeenInLowerCase) {
  v1::AddTagsToResourceRequest request;
  request.set_resource_name(kArn + "subnetgroup:SG-Prod");
  ResourceFacts facts;
  facts.tags = [](const std::string& arn) {
    return arn.ends_with(":sg-prod") ? std::map<std::string, std::string>{{"env", "prod"}} : std::map<std::string, std::string>{};
  };
  const auto asked = Asked("AddTagsToResource", request, facts);
  EXPECT_THAT(Short(asked), ElementsAre("AddTagsToResource subnetgroup:sg-prod"));
  EXPECT_EQ(Key(asked, "aws:ResourceTag/env"), "prod");
}

TEST(ResourcesTest, ADeleteWithAFinalSnapshotAlsoTakesOne) {
  v1::DeleteReplicationGroupRequest request;
  request.set_replication_group_id("demo");
  request.set_final_snapshot_identifier("last");
  EXPECT_THAT(Short(Asked("DeleteReplicationGroup", request)),
              ElementsAre("DeleteReplicationGroup replicationgroup:demo", "DeleteReplicationGroup snapshot:last",
                          "CreateSnapshot snapshot:last"));
}

TEST(ResourcesTest, AListWithoutAnIdIsOnTheWholeType) {
  v1::DescribeCacheClustersRequest request;
  EXPECT_THAT(Short(Asked("DescribeCacheClusters", request)), ElementsAre("DescribeCacheClusters cluster:*"));
  request.set_cache_cluster_id("a");
  EXPECT_THAT(Short(Asked("DescribeCacheClusters", request)), ElementsAre("DescribeCacheClusters cluster:a"));
}

TEST(ResourcesTest, AnOperationWithoutResourcesIsOnTheStar) {
  EXPECT_THAT(Short(Asked("DescribeEvents", v1::DescribeEventsRequest())), ElementsAre("DescribeEvents *"));
}

TEST(ResourcesTest, TaggingNamesAWholeArn) {
  v1::AddTagsToResourceRequest request;
  request.set_resource_name(kArn + "cluster:a");
  auto* tag = request.add_tags();
  tag->set_key("team");
  tag->set_value("blue");
  const auto asked = Asked("AddTagsToResource", request);
  EXPECT_THAT(Short(asked), ElementsAre("AddTagsToResource cluster:a"));
  EXPECT_EQ(Key(asked, "aws:RequestTag/team"), "blue");
  EXPECT_EQ(Key(asked, "aws:TagKeys"), "team");
}

TEST(ResourcesTest, AUserGroupNamesItsUsersToo) {
  v1::CreateUserGroupRequest request;
  request.set_user_group_id("app");
  request.set_engine("redis");
  request.add_user_ids("default");
  request.add_user_ids("alice");
  EXPECT_THAT(Short(Asked("CreateUserGroup", request)),
              ElementsAre("CreateUserGroup usergroup:app", "CreateUserGroup user:default", "CreateUserGroup user:alice"));
}

TEST(ConditionKeysTest, AreTheMembersOfTheRequest) {
  auto request = Group();
  request.set_cache_node_type("cache.t4g.micro");
  request.set_num_node_groups(3);
  request.set_snapshot_retention_limit(7);
  request.set_engine_version("7.1");
  const auto asked = Asked("CreateReplicationGroup", request);
  EXPECT_EQ(Key(asked, "elasticache:CacheNodeType"), "cache.t4g.micro");
  EXPECT_EQ(Key(asked, "elasticache:NumNodeGroups"), "3");
  EXPECT_EQ(Key(asked, "elasticache:SnapshotRetentionLimit"), "7");
  EXPECT_EQ(Key(asked, "elasticache:EngineVersion"), "7.1");
  EXPECT_EQ(Key(asked, "elasticache:EngineType"), "redis") << "the default";
  EXPECT_EQ(Key(asked, "elasticache:ClusterModeEnabled"), "true") << "more than one shard";
  EXPECT_EQ(Key(asked, "elasticache:ReplicasPerNodeGroup"), "-");
}

TEST(ConditionKeysTest, WhatACreateLeavesOutIsFalse) {
  const auto asked = Asked("CreateReplicationGroup", Group());
  for (const char* key : {"AuthTokenEnabled", "AtRestEncryptionEnabled", "TransitEncryptionEnabled", "MultiAZEnabled",
                          "ClusterModeEnabled"}) {
    EXPECT_EQ(Key(asked, std::string("elasticache:") + key), "false") << key;
  }
}

TEST(ConditionKeysTest, ATokenIsSeenAsPresentAndNeverItself) {
  auto request = Group();
  request.set_auth_token("a-very-secret-token");
  const auto asked = Asked("CreateReplicationGroup", request);
  EXPECT_EQ(Key(asked, "elasticache:AuthTokenEnabled"), "true");
  for (const auto& entry : asked[0].context.Sorted()) EXPECT_THAT(entry.values, ::testing::Not(::testing::Contains("a-very-secret-token")));
}

TEST(ConditionKeysTest, PreferredEncryptionDoesNotCountAsEncrypted) {
  auto request = Group();
  request.set_transit_encryption_enabled(true);
  EXPECT_EQ(Key(Asked("CreateReplicationGroup", request), "elasticache:TransitEncryptionEnabled"), "true");
  request.set_transit_encryption_mode(v1::TRANSIT_ENCRYPTION_MODE_PREFERRED);
  EXPECT_EQ(Key(Asked("CreateReplicationGroup", request), "elasticache:TransitEncryptionEnabled"), "false");
}

TEST(ConditionKeysTest, AChangeCarriesOnlyWhatItChanges) {
  v1::ModifyReplicationGroupRequest request;
  request.set_replication_group_id("demo");
  request.set_transit_encryption_enabled(true);
  EXPECT_EQ(Key(Asked("ModifyReplicationGroup", request), "elasticache:TransitEncryptionEnabled"), "-");
  request.set_transit_encryption_mode(v1::TRANSIT_ENCRYPTION_MODE_REQUIRED);
  const auto asked = Asked("ModifyReplicationGroup", request);
  EXPECT_EQ(Key(asked, "elasticache:TransitEncryptionEnabled"), "true");
  EXPECT_EQ(Key(asked, "elasticache:AuthTokenEnabled"), "-");
  EXPECT_EQ(Key(asked, "elasticache:MultiAZEnabled"), "-");
}

TEST(ConditionKeysTest, ZonesOfAMemcachedClusterTellMultiAz) {
  v1::CreateCacheClusterRequest request;
  request.set_cache_cluster_id("pages");
  request.set_engine("memcached");
  EXPECT_EQ(Key(Asked("CreateCacheCluster", request), "elasticache:MultiAZEnabled"), "false");
  request.set_az_mode(v1::AZ_MODE_CROSS_AZ);
  EXPECT_EQ(Key(Asked("CreateCacheCluster", request), "elasticache:MultiAZEnabled"), "true");
  request.clear_az_mode();
  request.add_preferred_availability_zones("us-east-1a");
  request.add_preferred_availability_zones("us-east-1b");
  EXPECT_EQ(Key(Asked("CreateCacheCluster", request), "elasticache:MultiAZEnabled"), "true");
}

TEST(ConditionKeysTest, AParameterGroupKnowsNothingOfTheNodesThatUseIt) {
  auto request = Group();
  request.set_cache_node_type("cache.t4g.micro");
  request.set_cache_parameter_group_name("mine");
  const auto asked = Asked("CreateReplicationGroup", request);
  EXPECT_EQ(Key(asked, "elasticache:CacheNodeType", 1), "-");
  EXPECT_EQ(Key(asked, "elasticache:CacheParameterGroupName", 1), "mine");
}

TEST(ConditionKeysTest, AnAuthenticationModeIsInsideItsStructure) {
  v1::CreateUserRequest request;
  request.set_user_id("bob");
  request.mutable_authentication_mode()->set_type(v1::INPUT_AUTHENTICATION_TYPE_IAM);
  EXPECT_EQ(Key(Asked("CreateUser", request), "elasticache:UserAuthenticationMode"), "iam");
}

TEST(ConditionKeysTest, TagsOfTheResourceComeFromTheStore) {
  ResourceFacts facts;
  facts.tags = [](const std::string& arn) {
    return arn == kArn + "cluster:a" ? std::map<std::string, std::string>{{"team", "blue"}} : std::map<std::string, std::string>{};
  };
  v1::DeleteCacheClusterRequest request;
  request.set_cache_cluster_id("a");
  EXPECT_EQ(Key(Asked("DeleteCacheCluster", request, facts), "aws:ResourceTag/team"), "blue");
  request.set_cache_cluster_id("b");
  EXPECT_EQ(Key(Asked("DeleteCacheCluster", request, facts), "aws:ResourceTag/team"), "-");
}

TEST(ConditionKeysTest, EveryRequestSaysWhoAndFromWhere) {
  const auto asked = Asked("DescribeEvents", v1::DescribeEventsRequest());
  EXPECT_EQ(Key(asked, "aws:SourceIp"), "127.0.0.1");
  EXPECT_EQ(Key(asked, "aws:PrincipalArn"), "arn:aws:iam::000000000000:root");
  EXPECT_EQ(Key(asked, "aws:SecureTransport"), "false");
  EXPECT_EQ(Key(asked, "aws:RequestedRegion"), "us-east-1");
  EXPECT_EQ(Key(asked, "aws:username"), "-") << "root has none";
}

// Every operation can be asked for without a request's members: nothing crashes, and there is always something to check.
TEST(ResourcesTest, EveryOperationAsksForSomething) {
  for (const Operation& operation : AllOperations()) {
    const std::unique_ptr<google::protobuf::Message> request(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(operation.request)->New());
    const auto asked = RequiredPermissions(operation, *request, RootCaller("1"), Location{}, ServiceTime(), {});
    ASSERT_FALSE(asked.empty()) << operation.name;
    EXPECT_EQ(asked[0].action, "elasticache:" + operation.name);
    EXPECT_FALSE(asked[0].resource.empty());
  }
}

}  // namespace
}  // namespace elastilab
