#include <gmock/gmock.h>

#include "tests/unit/api/fixture.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ClustersTest = ApiTest;

TEST_F(ClustersTest, MemcachedNodesGoWhereTheyWereWished) {
  auto request = Memcached("pages", 3);
  request.set_az_mode(v1::AZ_MODE_CROSS_AZ);
  ASSERT_EQ(CreateCluster(request), "");
  store_->Read([](const State& state) {
    const CacheCluster& cluster = *state.Find<CacheCluster>("pages");
    EXPECT_EQ(cluster.preferred_zone, "Multiple");
    EXPECT_FALSE(cluster.configuration_endpoint.empty());
    std::vector<std::string> zones;
    for (NodeUid uid : cluster.nodes) zones.push_back(state.Find<CacheNode>(uid)->zone);
    EXPECT_THAT(zones, ElementsAre("us-east-1a", "us-east-1b", "us-east-1c"));
  });
}

TEST_F(ClustersTest, WrongWishesAreRefusedAndNothingIsCreated) {
  const auto with = [](auto change) {
    v1::CreateCacheClusterRequest request = Memcached("pages", 2);
    change(request);
    return request;
  };
  const struct {
    const char* why;
    v1::CreateCacheClusterRequest request;
    const char* code;
  } cases[] = {
      {"41 nodes", with([](auto& r) { r.set_num_cache_nodes(41); }), "NodeQuotaForClusterExceeded"},
      {"no node", with([](auto& r) { r.set_num_cache_nodes(0); }), "InvalidParameterValue"},
      {"two redis nodes", with([](auto& r) { r.set_engine("redis"); }), "InvalidParameterValue"},
      {"cross-az of one", with([](auto& r) {
         r.set_num_cache_nodes(1);
         r.set_az_mode(v1::AZ_MODE_CROSS_AZ);
       }),
       "InvalidParameterCombination"},
      {"single-az in two zones", with([](auto& r) {
         r.set_az_mode(v1::AZ_MODE_SINGLE_AZ);
         r.add_preferred_availability_zones("us-east-1a");
         r.add_preferred_availability_zones("us-east-1b");
       }),
       "InvalidParameterCombination"},
      {"zone count", with([](auto& r) { r.add_preferred_availability_zones("us-east-1a"); }), "InvalidParameterCombination"},
      {"snapshots", with([](auto& r) { r.set_snapshot_retention_limit(1); }), "InvalidParameterCombination"},
      {"no such group", with([](auto& r) {
         r.Clear();
         r.set_cache_cluster_id("x");
         r.set_replication_group_id("nobody");
       }),
       "ReplicationGroupNotFoundFault"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(CreateCluster(c.request), c.code) << c.why;
    EXPECT_EQ(Count(), 0u) << c.why;
  }
}

TEST_F(ClustersTest, AReplicaBringsNoAttributesOfItsOwn) {
  ASSERT_EQ(CreateGroup(Group("demo", 2)), "");
  BecomeAvailable();
  v1::CreateCacheClusterRequest request;
  request.set_cache_cluster_id("extra");
  request.set_replication_group_id("demo");
  const std::function<void(v1::CreateCacheClusterRequest&)> foreign[] = {
      [](auto& r) { r.set_cache_node_type("cache.t3.small"); },
      [](auto& r) { r.set_preferred_maintenance_window("sun:05:00-sun:06:00"); },
      [](auto& r) { r.set_az_mode(v1::AZ_MODE_CROSS_AZ); },
      [](auto& r) { r.add_preferred_availability_zones("us-east-1a"); },
      [](auto& r) { r.set_notification_topic_arn("arn:aws:sns:us-east-1:000000000000:t"); },
      [](auto& r) { r.set_network_type(v1::NETWORK_TYPE_IPV4); },
      [](auto& r) { r.set_snapshot_retention_limit(0); },
  };
  for (const auto& set : foreign) {
    auto refused = request;
    set(refused);
    EXPECT_EQ(CreateCluster(refused), "InvalidParameterCombination") << refused.DebugString();
  }
  // What Terraform sends with every cluster is the replica's own.
  request.set_auto_minor_version_upgrade(false);
  request.set_preferred_availability_zone("us-east-1c");
  EXPECT_EQ(CreateCluster(request), "");
  const auto [minor, zone] = store_->Read([](const State& s) {
    const auto* replica = s.Find<CacheCluster>("extra");
    return std::pair(replica->auto_minor_version_upgrade, replica->preferred_zone);
  });
  EXPECT_FALSE(minor);
  EXPECT_EQ(zone, "us-east-1c");
  EXPECT_THAT(DescribeGroup("demo").member_clusters(), ElementsAre("demo-001", "demo-002", "extra"));
}

TEST_F(ClustersTest, NodesAreAddedAndRemovedByName) {
  ASSERT_EQ(CreateCluster(Memcached("pages", 2)), "");
  BecomeAvailable();
  v1::ModifyCacheClusterRequest request;
  request.set_cache_cluster_id("pages");
  request.set_num_cache_nodes(3);
  request.set_apply_immediately(true);
  EXPECT_EQ(Refusal<v1::ModifyCacheClusterResponse>("ModifyCacheCluster", request), "");
  BecomeAvailable();
  request.set_num_cache_nodes(2);
  EXPECT_EQ(Refusal<v1::ModifyCacheClusterResponse>("ModifyCacheCluster", request), "InvalidParameterCombination") << "which?";
  request.add_cache_node_ids_to_remove("0009");
  EXPECT_EQ(Refusal<v1::ModifyCacheClusterResponse>("ModifyCacheCluster", request), "InvalidParameterValue");
  request.set_cache_node_ids_to_remove(0, "0001");
  EXPECT_EQ(Refusal<v1::ModifyCacheClusterResponse>("ModifyCacheCluster", request), "");
}

TEST_F(ClustersTest, TheZoneShownIsThatOfTheNodesThatStay) {
  auto wish = Memcached("pages", 3);
  wish.set_az_mode(v1::AZ_MODE_CROSS_AZ);
  ASSERT_EQ(CreateCluster(wish), "");
  BecomeAvailable();
  const auto modify = [this](auto change) {
    v1::ModifyCacheClusterRequest request;
    request.set_cache_cluster_id("pages");
    request.set_apply_immediately(true);
    change(request);
    return Refusal<v1::ModifyCacheClusterResponse>("ModifyCacheCluster", request);
  };
  const auto shown = [this] {
    return store_->Read([](const State& state) { return state.Find<CacheCluster>("pages")->preferred_zone; });
  };
  EXPECT_EQ(modify([](auto& r) { r.set_az_mode(v1::AZ_MODE_SINGLE_AZ); }), "InvalidParameterCombination") << "three zones";
  EXPECT_EQ(modify([](auto& r) {
              r.set_az_mode(v1::AZ_MODE_SINGLE_AZ);
              r.set_num_cache_nodes(2);
              r.add_cache_node_ids_to_remove("0003");
            }),
            "InvalidParameterCombination")
      << "two zones are left";
  const auto shrink = [](auto& r) {
    r.set_num_cache_nodes(1);
    r.add_cache_node_ids_to_remove("0002");
    r.add_cache_node_ids_to_remove("0003");
  };
  EXPECT_EQ(modify(shrink), "");
  EXPECT_EQ(shown(), "us-east-1a");
  BecomeAvailable();
  EXPECT_EQ(modify([](auto& r) { r.set_num_cache_nodes(2); }), "");
  EXPECT_EQ(shown(), "Multiple") << "the wish for several zones outlives the shrinking";
  BecomeAvailable();
  EXPECT_EQ(modify([&](auto& r) {
              r.set_num_cache_nodes(1);
              r.add_cache_node_ids_to_remove("0002");
              r.set_az_mode(v1::AZ_MODE_SINGLE_AZ);
            }),
            "");
  BecomeAvailable();
  EXPECT_EQ(modify([](auto& r) { r.set_num_cache_nodes(3); }), "");
  EXPECT_EQ(shown(), "us-east-1a") << "the wish was taken back";
}

TEST_F(ClustersTest, WhatNeedNotBeNowWaitsForTheWindow) {
  ASSERT_EQ(CreateCluster(Memcached("pages", 2)), "");
  BecomeAvailable();
  v1::ModifyCacheClusterRequest request;
  request.set_cache_cluster_id("pages");
  request.set_num_cache_nodes(4);
  v1::ModifyCacheClusterResponse response;
  ASSERT_TRUE(Call("ModifyCacheCluster", request, &response).ok());
  EXPECT_EQ(response.cache_cluster().pending_modified_values().num_cache_nodes(), 4);
  EXPECT_EQ(response.cache_cluster().num_cache_nodes(), 2);
  request.set_num_cache_nodes(2);
  response.Clear();
  ASSERT_TRUE(Call("ModifyCacheCluster", request, &response).ok());
  EXPECT_FALSE(response.cache_cluster().pending_modified_values().has_num_cache_nodes()) << "taken back";
}

TEST_F(ClustersTest, TagsOfAGroupAreItsMembersToo) {
  ASSERT_EQ(CreateGroup(Group("demo", 2)), "");
  BecomeAvailable();
  v1::AddTagsToResourceRequest add;
  add.set_resource_name("arn:aws:elasticache:us-east-1:000000000000:replicationgroup:demo");
  add.add_tags()->set_key("team");
  EXPECT_EQ(Refusal<v1::AddTagsToResourceResponse>("AddTagsToResource", add), "");
  v1::ListTagsForResourceRequest list;
  list.set_resource_name("arn:aws:elasticache:us-east-1:000000000000:cluster:demo-002");
  v1::ListTagsForResourceResponse tags;
  ASSERT_TRUE(Call("ListTagsForResource", list, &tags).ok());
  EXPECT_EQ(tags.tag_list_size(), 1);
  list.set_resource_name("arn:aws:s3:::bucket");
  EXPECT_EQ(Refusal<v1::ListTagsForResourceResponse>("ListTagsForResource", list), "InvalidARN");
  v1::RemoveTagsFromResourceRequest remove;
  remove.set_resource_name(add.resource_name());
  remove.add_tag_keys("nobody");
  EXPECT_EQ(Refusal<v1::RemoveTagsFromResourceResponse>("RemoveTagsFromResource", remove), "TagNotFound");
}

TEST_F(ClustersTest, EventsAreFilteredNewestFirst) {
  ASSERT_TRUE(store_->Mutate([&](Draft& draft) -> Status {
    draft.Emit({0, SourceType::kCacheCluster, "a", "old", clock_.Now() - std::chrono::hours(2)});
    draft.Emit({0, SourceType::kCacheCluster, "a", "first", clock_.Now()});
    draft.Emit({0, SourceType::kReplicationGroup, "b", "second", clock_.Now()});
    return absl::OkStatus();
  }).ok());
  v1::DescribeEventsRequest request;
  v1::DescribeEventsResponse response;
  ASSERT_TRUE(Call("DescribeEvents", request, &response).ok());
  ASSERT_EQ(response.events_size(), 2) << "the last hour";
  EXPECT_EQ(response.events(0).message(), "second");
  request.set_duration(180);
  request.set_source_type(v1::SOURCE_TYPE_CACHE_CLUSTER);
  response.Clear();
  ASSERT_TRUE(Call("DescribeEvents", request, &response).ok());
  EXPECT_EQ(response.events_size(), 2);
  request.set_duration(20161);
  EXPECT_EQ(Refusal<v1::DescribeEventsResponse>("DescribeEvents", request), "InvalidParameterValue");
}

TEST_F(ClustersTest, SubnetGroupsInUseStay) {
  v1::CreateCacheSubnetGroupRequest create;
  create.set_cache_subnet_group_name("two-zones");
  create.set_cache_subnet_group_description("d");
  create.add_subnet_ids("subnet-0a000001");
  create.add_subnet_ids("subnet-0a000002");
  ASSERT_EQ(Refusal<v1::CreateCacheSubnetGroupResponse>("CreateCacheSubnetGroup", create), "");
  auto group = Group("demo", 3);
  group.set_cache_subnet_group_name("two-zones");
  ASSERT_EQ(CreateGroup(group), "");
  store_->Read([](const State& state) {
    for (const auto& [uid, node] : state.nodes) EXPECT_NE(node->zone, "us-east-1c");
  });
  v1::DeleteCacheSubnetGroupRequest remove;
  remove.set_cache_subnet_group_name("two-zones");
  EXPECT_EQ(Refusal<v1::DeleteCacheSubnetGroupResponse>("DeleteCacheSubnetGroup", remove), "CacheSubnetGroupInUse");
  remove.set_cache_subnet_group_name("nobody");
  EXPECT_EQ(Refusal<v1::DeleteCacheSubnetGroupResponse>("DeleteCacheSubnetGroup", remove), "CacheSubnetGroupNotFoundFault");
}

}  // namespace
}  // namespace elastilab
