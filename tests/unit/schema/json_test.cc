#include "schema/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/serverless_caches.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

using testing::HasSubstr;
namespace v1 = elasticache::v1;

constexpr JsonStyle kOneLine{.indent = 0, .empty_lists = false};

TEST(ToAwsJsonTest, LooksLikeTheAwsCli) {
  v1::DescribeCacheClustersResponse reply;
  auto* cluster = reply.add_cache_clusters();
  cluster->set_cache_cluster_id("c1");
  cluster->set_num_cache_nodes(1);
  cluster->mutable_cache_cluster_create_time()->set_seconds(1482424076);
  cluster->mutable_cache_cluster_create_time()->set_nanos(88'000'000);
  cluster->mutable_pending_modified_values();
  cluster->set_auth_token_enabled(false);
  cluster->set_arn("arn:aws:elasticache:us-east-1:000000000000:cluster:c1");
  cluster->set_network_type(v1::NETWORK_TYPE_IPV4);
  EXPECT_EQ(ToAwsJson(reply), R"({
    "CacheClusters": [
        {
            "CacheClusterId": "c1",
            "NumCacheNodes": 1,
            "CacheClusterCreateTime": "2016-12-22T16:27:56.088000+00:00",
            "PendingModifiedValues": {},
            "AuthTokenEnabled": false,
            "ARN": "arn:aws:elasticache:us-east-1:000000000000:cluster:c1",
            "NetworkType": "ipv4"
        }
    ]
})");
}

TEST(ToAwsJsonTest, WholeSecondsHaveNoFraction) {
  v1::CacheNode node;
  node.mutable_cache_node_create_time()->set_seconds(0);
  EXPECT_EQ(ToAwsJson(node, kOneLine), R"({"CacheNodeCreateTime": "1970-01-01T00:00:00+00:00"})");
}

TEST(ToAwsJsonTest, EmptyListsOnRequest) {
  v1::AddTagsToResourceResponse reply;
  EXPECT_EQ(ToAwsJson(reply), "{}");
  EXPECT_EQ(ToAwsJson(reply, {.indent = 0, .empty_lists = true}), R"({"TagList": []})");
}

TEST(ToAwsJsonTest, ListsAndDoublesOnOneLine) {
  v1::ReplicationGroup group;
  group.mutable_pending_modified_values()->mutable_resharding()->mutable_slot_migration()->set_progress_percentage(50);
  group.add_member_clusters("a");
  group.add_member_clusters("b");
  EXPECT_EQ(ToAwsJson(group, kOneLine),
            R"({"PendingModifiedValues": {"Resharding": {"SlotMigration": {"ProgressPercentage": 50.0}}}, )"
            R"("MemberClusters": ["a", "b"]})");
}

TEST(ToAwsJsonTest, SecretsAreMasked) {
  v1::CreateUserRequest request;
  request.set_user_id("u");
  request.add_passwords("hush-hush-hush-hush");
  request.mutable_authentication_mode()->add_passwords("hush-hush-hush-hush");
  EXPECT_EQ(ToAwsJson(request, kOneLine),
            R"({"UserId": "u", "Passwords": ["***"], "AuthenticationMode": {"Passwords": ["***"]}})");
}

TEST(ToAwsJsonTest, TextIsEscaped) { EXPECT_EQ(JsonQuote("a\"b\\c\nd\te\x01ü"), R"("a\"b\\c\nd\te\u0001ü")"); }

TEST(FromAwsJsonTest, ReadsWhatItWrites) {
  const std::string text =
      R"({"ReplicationGroupId": "rg", "MultiAZEnabled": true, "NumNodeGroups": 2, )"
      R"("NodeGroupConfiguration": [{"NodeGroupId": "0001", "ReplicaAvailabilityZones": ["a", "b"]}], )"
      R"("NetworkType": "ipv4"})";
  v1::CreateReplicationGroupRequest request;
  ASSERT_TRUE(FromAwsJson(text, &request).ok());
  EXPECT_EQ(request.node_group_configuration(0).replica_availability_zones(1), "b");
  EXPECT_EQ(ToAwsJson(request, kOneLine), text);
}

struct Refusal {
  std::string text;
  std::string says;
};

TEST(FromAwsJsonTest, ErrorsNameThePlace) {
  const Refusal refusals[] = {
      {R"({"Tags": [{"Key": "a"}, {"Key": 5}]})", "Tags[1].Key: expected a string, got number."},
      {R"({"Tags": {"Key": "a"}})", "Tags: expected a list, got object."},
      {R"({"Tags": [{"Name": "a"}]})", "Tags[0]: unknown member 'Name'; there are: Key, Value."},
      {R"({"CacheUsageLimits": {"DataStorage": {"Maximum": "10"}}})",
       "CacheUsageLimits.DataStorage.Maximum: expected an integer, got string."},
      {R"({"CacheUsageLimits": {"DataStorage": {"Unit": "TB"}}})",
       "Invalid value 'TB' for parameter CacheUsageLimits.DataStorage.Unit: must be one of: GB."},
      {R"({"Engine": null})", "Engine: expected a string, got null."},
      {R"([])", "the value: expected a structure, got array."},
      {R"({"Engine": )", "not valid JSON"},
      {R"(")", "not valid JSON"},
      {"", "not valid JSON"},
  };
  for (const Refusal& refusal : refusals) {
    v1::CreateServerlessCacheRequest request;
    const Status status = FromAwsJson(refusal.text, &request);
    EXPECT_EQ(FaultOf(status), v1::INVALID_PARAMETER_VALUE) << refusal.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(refusal.says)) << refusal.text;
  }
}

TEST(FromAwsJsonTest, DepthIsBounded) {
  v1::CreateServerlessCacheRequest request;
  const std::string deep = R"({"Tags": )" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_THAT(std::string(FromAwsJson(deep, &request).message()), HasSubstr("more than 32 levels"));
}

}  // namespace
}  // namespace elastilab
