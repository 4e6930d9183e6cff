#include <gmock/gmock.h>

#include "tests/unit/api/fixture.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using GroupsTest = ApiTest;

TEST_F(GroupsTest, ACreateIsAWishWithEverythingTheReconcilerNeeds) {
  v1::CreateReplicationGroupResponse response;
  ASSERT_TRUE(Call("CreateReplicationGroup", Group("Demo", 3), &response).ok());
  EXPECT_EQ(response.replication_group().status(), "creating");
  EXPECT_THAT(response.replication_group().member_clusters(), ElementsAre("demo-001", "demo-002", "demo-003"));
  EXPECT_FALSE(response.replication_group().node_groups(0).has_primary_endpoint()) << "no endpoint while creating";
  store_->Read([](const State& state) {
    const NodeGroup& shard = *state.Find<NodeGroup>("demo/0001");
    ASSERT_EQ(shard.nodes.size(), 3u);
    EXPECT_EQ(shard.primary, shard.nodes[0]);
    std::set<std::string> zones;
    for (NodeUid uid : shard.nodes) zones.insert(state.Find<CacheNode>(uid)->zone);
    EXPECT_EQ(zones.size(), 3u);
    EXPECT_EQ(state.Find<CacheNode>(shard.nodes[1])->role, Role::kReplica);
  });
}

TEST_F(GroupsTest, WrongWishesAreRefusedAndNothingIsCreated) {
  const auto with = [](auto change) {
    v1::CreateReplicationGroupRequest request = Group("demo", 2);
    change(request);
    return request;
  };
  const struct {
    const char* why;
    v1::CreateReplicationGroupRequest request;
    const char* code;
  } cases[] = {
      {"id", with([](auto& r) { r.set_replication_group_id("1demo"); }), "InvalidParameterValue"},
      {"long id", with([](auto& r) { r.set_replication_group_id(std::string(41, 'a')); }), "InvalidParameterValue"},
      {"no description", with([](auto& r) { r.clear_replication_group_description(); }), "InvalidParameterValue"},
      {"seven members", with([](auto& r) { r.set_num_cache_clusters(7); }), "InvalidParameterValue"},
      {"failover alone", with([](auto& r) { r.set_num_cache_clusters(1); }), "InvalidParameterCombination"},
      {"multi-az without failover", with([](auto& r) {
         r.set_automatic_failover_enabled(false);
         r.set_multi_az_enabled(true);
       }),
       "InvalidParameterCombination"},
      {"multi-az in one zone", with([](auto& r) {
         r.set_multi_az_enabled(true);
         r.add_preferred_cache_cluster_azs("us-east-1a");
         r.add_preferred_cache_cluster_azs("us-east-1a");
       }),
       "InvalidParameterCombination"},
      {"zone count", with([](auto& r) { r.add_preferred_cache_cluster_azs("us-east-1a"); }), "InvalidParameterCombination"},
      {"unknown zone", with([](auto& r) {
         r.add_preferred_cache_cluster_azs("us-east-1a");
         r.add_preferred_cache_cluster_azs("eu-west-1a");
       }),
       "InvalidParameterValue"},
      {"both counts", with([](auto& r) { r.set_replicas_per_node_group(1); }), "InvalidParameterCombination"},
      {"memcached", with([](auto& r) { r.set_engine("memcached"); }), "InvalidParameterCombination"},
      {"port", with([](auto& r) { r.set_port(80); }), "InvalidParameterValue"},
      {"retention", with([](auto& r) { r.set_snapshot_retention_limit(36); }), "InvalidParameterValue"},
      {"subnet group", with([](auto& r) { r.set_cache_subnet_group_name("nowhere"); }), "CacheSubnetGroupNotFoundFault"},
      {"cluster mode", with([](auto& r) { r.set_num_node_groups(3); }), "InvalidAction"},
      {"no node group", with([](auto& r) { r.set_num_node_groups(0); }), "InvalidParameterValue"},
      {"a count at the edge of int", with([](auto& r) {
         r.clear_num_cache_clusters();
         r.set_replicas_per_node_group(2147483647);
       }),
       "InvalidParameterValue"},
      {"tls", with([](auto& r) { r.set_transit_encryption_enabled(true); }), "InvalidAction"},
      {"reserved tag", with([](auto& r) { r.add_tags()->set_key("aws:x"); }), "InvalidParameterValue"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(CreateGroup(c.request), c.code) << c.why;
    EXPECT_EQ(Count(), 0u) << c.why;
  }
}

TEST_F(GroupsTest, AnEngineThatNobodyCanRunNamesItsPackage) {
  region_.engine_is_installed = [](Engine engine) { return engine != Engine::kValkey; };
  auto request = Group("demo");
  request.set_engine("valkey");
  v1::CreateReplicationGroupResponse response;
  const Status status = Call("CreateReplicationGroup", request, &response);
  EXPECT_NE(std::string(status.message()).find("valkey-server"), std::string::npos) << std::string(status.message());
}

TEST_F(GroupsTest, AddressesOfOthersArePassedOver) {
  int asked = 0;
  region_.address_is_free = [&](const std::string&, int) { return ++asked > 3; };
  EXPECT_EQ(CreateGroup(Group("demo")), "");
  region_.address_is_free = [](const std::string&, int) { return false; };
  EXPECT_EQ(CreateGroup(Group("other")), "InsufficientCacheClusterCapacity");
}

TEST_F(GroupsTest, ANameIsTakenByGroupsAndClustersAlike) {
  EXPECT_EQ(CreateGroup(Group("demo")), "");
  EXPECT_EQ(CreateGroup(Group("DEMO")), "ReplicationGroupAlreadyExists");
  EXPECT_EQ(CreateCluster(Memcached("demo", 1)), "CacheClusterAlreadyExists");
}

TEST_F(GroupsTest, AvailableGroupsShowEndpointsAndRoles) {
  ASSERT_EQ(CreateGroup(Group("demo", 2)), "");
  BecomeAvailable();
  const auto group = DescribeGroup("demo");
  EXPECT_EQ(group.node_groups(0).primary_endpoint().port(), 6379);
  EXPECT_EQ(group.node_groups(0).node_group_members(0).current_role(), "primary");
  EXPECT_EQ(group.node_groups(0).node_group_members(1).current_role(), "replica");
  EXPECT_EQ(group.arn(), "arn:aws:elasticache:us-east-1:000000000000:replicationgroup:demo");
  EXPECT_FALSE(group.has_configuration_endpoint());
  region_.endpoint_style = EndpointStyle::kDns;
  EXPECT_EQ(DescribeGroup("demo").node_groups(0).primary_endpoint().address(), "demo.abc123.ng.0001.use1.cache.amazonaws.com");
}

TEST_F(GroupsTest, MembersLeaveOnlyWhenTheServiceLetsThem) {
  ASSERT_EQ(CreateGroup(Group("demo", 2)), "");
  BecomeAvailable();
  v1::DeleteCacheClusterRequest request;
  v1::DeleteCacheClusterResponse response;
  request.set_cache_cluster_id("demo-001");
  EXPECT_NE(std::string(Call("DeleteCacheCluster", request, &response).message()).find("serving as primary"), std::string::npos);
  request.set_cache_cluster_id("demo-002");
  EXPECT_NE(std::string(Call("DeleteCacheCluster", request, &response).message()).find("only read replica"), std::string::npos);
  v1::ModifyReplicationGroupRequest off;
  off.set_replication_group_id("demo");
  off.set_automatic_failover_enabled(false);
  off.set_apply_immediately(true);
  ASSERT_EQ(Refusal<v1::ModifyReplicationGroupResponse>("ModifyReplicationGroup", off), "");
  EXPECT_EQ(Refusal<v1::DeleteCacheClusterResponse>("DeleteCacheCluster", request), "");
}

TEST_F(GroupsTest, ModifyNeedsSomethingToModifyAndAnAvailableGroup) {
  ASSERT_EQ(CreateGroup(Group("demo", 2)), "");
  v1::ModifyReplicationGroupRequest request;
  request.set_replication_group_id("demo");
  request.set_replication_group_description("new");
  EXPECT_EQ(Refusal<v1::ModifyReplicationGroupResponse>("ModifyReplicationGroup", request), "InvalidReplicationGroupState");
  BecomeAvailable();
  EXPECT_EQ(Refusal<v1::ModifyReplicationGroupResponse>("ModifyReplicationGroup", request), "");
  EXPECT_EQ(DescribeGroup("demo").description(), "new");
  request.clear_replication_group_description();
  EXPECT_EQ(Refusal<v1::ModifyReplicationGroupResponse>("ModifyReplicationGroup", request), "InvalidParameterCombination");
  request.set_primary_cluster_id("demo-002");
  EXPECT_EQ(Refusal<v1::ModifyReplicationGroupResponse>("ModifyReplicationGroup", request), "InvalidParameterCombination")
      << "automatic failover is on";
  request.clear_primary_cluster_id();
  request.set_snapshot_retention_limit(3);
  EXPECT_EQ(Refusal<v1::ModifyReplicationGroupResponse>("ModifyReplicationGroup", request), "InvalidParameterCombination");
}

TEST_F(GroupsTest, TestFailoverHasConditionsAndAQuota) {
  ASSERT_EQ(CreateGroup(Group("alone")), "");
  ASSERT_EQ(CreateGroup(Group("demo", 2)), "");
  BecomeAvailable();
  v1::TestFailoverRequest request;
  request.set_replication_group_id("alone");
  request.set_node_group_id("0001");
  EXPECT_EQ(Refusal<v1::TestFailoverResponse>("TestFailover", request), "InvalidParameterCombination");
  request.set_replication_group_id("demo");
  request.set_node_group_id("0002");
  EXPECT_EQ(Refusal<v1::TestFailoverResponse>("TestFailover", request), "NodeGroupNotFoundFault");
  request.set_node_group_id("0001");
  for (int i = 0; i < 15; ++i) {
    ASSERT_TRUE(store_->Mutate([&](Draft& draft) -> Status {
      FailoverRecord record;
      record.id = i + 1;
      record.cause = FailoverCause::kTestFailover;
      record.started_at = clock_.Now();
      draft.Put(record);
      return absl::OkStatus();
    }).ok());
  }
  EXPECT_EQ(Refusal<v1::TestFailoverResponse>("TestFailover", request), "APICallRateForCustomerExceeded");
  clock_.Advance(std::chrono::hours(25));
  EXPECT_EQ(Refusal<v1::TestFailoverResponse>("TestFailover", request), "");
  EXPECT_EQ(Refusal<v1::TestFailoverResponse>("TestFailover", request), "InvalidReplicationGroupState");
}

TEST_F(GroupsTest, ReplicaCountsGoUpAndDown) {
  ASSERT_EQ(CreateGroup(Group("demo", 2)), "");
  BecomeAvailable();
  v1::IncreaseReplicaCountRequest more;
  more.set_replication_group_id("demo");
  more.set_apply_immediately(true);
  more.set_new_replica_count(1);
  EXPECT_EQ(Refusal<v1::IncreaseReplicaCountResponse>("IncreaseReplicaCount", more), "NoOperationFault");
  more.set_new_replica_count(2);
  EXPECT_EQ(Refusal<v1::IncreaseReplicaCountResponse>("IncreaseReplicaCount", more), "");
  EXPECT_THAT(DescribeGroup("demo").member_clusters(), ElementsAre("demo-001", "demo-002", "demo-003"));
  BecomeAvailable();
  v1::DecreaseReplicaCountRequest less;
  less.set_replication_group_id("demo");
  less.set_apply_immediately(true);
  less.set_new_replica_count(0);
  EXPECT_EQ(Refusal<v1::DecreaseReplicaCountResponse>("DecreaseReplicaCount", less), "InvalidParameterValue");
  less.set_new_replica_count(1);
  EXPECT_EQ(Refusal<v1::DecreaseReplicaCountResponse>("DecreaseReplicaCount", less), "");
}

TEST_F(GroupsTest, PagesSurviveInserts) {
  for (int i = 0; i < 25; ++i) ASSERT_EQ(CreateGroup(Group("g" + std::to_string(100 + i))), "");
  v1::DescribeReplicationGroupsRequest request;
  request.set_max_records(20);
  v1::DescribeReplicationGroupsResponse first;
  ASSERT_TRUE(Call("DescribeReplicationGroups", request, &first).ok());
  EXPECT_EQ(first.replication_groups_size(), 20);
  ASSERT_EQ(CreateGroup(Group("g100a")), "");
  request.set_marker(first.marker());
  v1::DescribeReplicationGroupsResponse second;
  ASSERT_TRUE(Call("DescribeReplicationGroups", request, &second).ok());
  EXPECT_EQ(second.replication_groups_size(), 5);
  EXPECT_EQ(second.replication_groups(0).replication_group_id(), "g120");
  EXPECT_FALSE(second.has_marker());
}

TEST_F(GroupsTest, WhatIsNotServedSaysSo) {
  v1::StartMigrationRequest request;
  request.set_replication_group_id("demo");
  request.add_customer_node_endpoint_list()->set_address("x");
  v1::StartMigrationResponse response;
  const Status status = Call("StartMigration", request, &response);
  EXPECT_NE(std::string(status.message()).find("does not serve it yet"), std::string::npos);
  EXPECT_FALSE(Call("NoSuchOperation", request, &response).ok());
}

}  // namespace
}  // namespace elastilab
