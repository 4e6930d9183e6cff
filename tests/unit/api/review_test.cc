// What a review of the adopted handlers against shared/reference found; each test states the rule.
#include <algorithm>

#include "proto/elasticache/v1/engine_versions.pb.h"
#include "tests/unit/api/fixture.h"

namespace elastilab {
namespace {

class ReviewTest : public ApiTest {
 protected:
  int64_t RevisionOf(const std::string& cluster) {
    return store_->Read([&](const State& s) { return s.Find<CacheNode>(s.Find<CacheCluster>(cluster)->nodes.front())->revision; });
  }
  std::string Modify(const v1::ModifyCacheClusterRequest& r) { return Refusal<v1::ModifyCacheClusterResponse>("ModifyCacheCluster", r); }
  void MakeRedis(const std::string& id) {
    v1::CreateCacheClusterRequest r;
    r.set_cache_cluster_id(id);
    r.set_engine("redis");
    ASSERT_EQ(CreateCluster(r), "");
    BecomeAvailable();
  }
  void MakeGroup(const std::string& id, int members, bool failover = true) {
    auto r = Group(id, members);
    r.set_automatic_failover_enabled(failover);
    auto* tag = r.add_tags();
    tag->set_key("team");
    tag->set_value("blue");
    ASSERT_EQ(CreateGroup(r), "");
    BecomeAvailable();
  }
  bool HasTag(const std::string& cluster) {
    return store_->Read([&](const State& s) { return s.Find<TagSet>(Arn(region_.location, "cluster", cluster)) != nullptr; });
  }
};

// A maintenance window of a memcached cluster, which has no snapshot window, can be changed.
TEST_F(ReviewTest, MemcachedMaintenanceWindowCanChange) {
  ASSERT_EQ(CreateCluster(Memcached("pages", 2)), "");
  BecomeAvailable();
  v1::ModifyCacheClusterRequest r;
  r.set_cache_cluster_id("pages");
  r.set_preferred_maintenance_window("sun:05:00-sun:06:00");
  EXPECT_EQ(Modify(r), "");
}

// Fleet::Assign sends by revision and RaiseRevisions sees only what the planner changes: a wish that a handler changes
// must raise the revision, or no agent ever hears of it.
TEST_F(ReviewTest, ANewNodeTypeReachesTheAgent) {
  MakeRedis("one");
  const int64_t before = RevisionOf("one");
  v1::ModifyCacheClusterRequest r;
  r.set_cache_cluster_id("one");
  r.set_cache_node_type("cache.t3.small");
  r.set_apply_immediately(true);
  ASSERT_EQ(Modify(r), "");
  EXPECT_GT(RevisionOf("one"), before);
}
TEST_F(ReviewTest, WithoutItsLastReplicaThePrimaryHearsThatItServesReads) {
  MakeGroup("demo", 2, false);
  const int64_t before = RevisionOf("demo-001");
  v1::DeleteCacheClusterRequest r;
  r.set_cache_cluster_id("demo-002");
  ASSERT_EQ(Refusal<v1::DeleteCacheClusterResponse>("DeleteCacheCluster", r), "");
  EXPECT_GT(RevisionOf("demo-001"), before);
}
TEST_F(ReviewTest, TheSameByDecreaseReplicaCount) {
  MakeGroup("demo", 2, false);
  const int64_t before = RevisionOf("demo-001");
  v1::DecreaseReplicaCountRequest r;
  r.set_replication_group_id("demo");
  r.set_new_replica_count(0);
  r.set_apply_immediately(true);
  ASSERT_EQ(Refusal<v1::DecreaseReplicaCountResponse>("DecreaseReplicaCount", r), "");
  EXPECT_GT(RevisionOf("demo-001"), before);
}

// operations.md, side effects: new nodes get the group's tags.
TEST_F(ReviewTest, ReplicasGetTheGroupsTags) {
  MakeGroup("demo", 2);
  v1::IncreaseReplicaCountRequest r;
  r.set_replication_group_id("demo");
  r.set_new_replica_count(2);
  r.set_apply_immediately(true);
  ASSERT_EQ(Refusal<v1::IncreaseReplicaCountResponse>("IncreaseReplicaCount", r), "");
  EXPECT_TRUE(HasTag("demo-003"));
  BecomeAvailable();
  v1::CreateCacheClusterRequest c;
  c.set_cache_cluster_id("extra");
  c.set_replication_group_id("demo");
  ASSERT_EQ(CreateCluster(c), "");
  EXPECT_TRUE(HasTag("extra"));
}

TEST_F(ReviewTest, AnUnknownNodeGroupIsNotFound) {
  MakeGroup("demo", 2);
  v1::IncreaseReplicaCountRequest r;
  r.set_replication_group_id("demo");
  r.set_apply_immediately(true);
  auto* shard = r.add_replica_configuration();
  shard->set_node_group_id("0007");
  shard->set_new_replica_count(2);
  EXPECT_EQ(Refusal<v1::IncreaseReplicaCountResponse>("IncreaseReplicaCount", r), "NodeGroupNotFoundFault");
}

TEST_F(ReviewTest, ReplicasToRemoveGoByAnyCaseAndOnce) {
  MakeGroup("demo", 4);
  v1::DecreaseReplicaCountRequest r;
  r.set_replication_group_id("demo");
  r.set_apply_immediately(true);
  r.add_replicas_to_remove("DEMO-003");
  r.add_replicas_to_remove("demo-003");
  EXPECT_EQ(Refusal<v1::DecreaseReplicaCountResponse>("DecreaseReplicaCount", r), "");
}

TEST_F(ReviewTest, ANodeToRemoveCountsOnce) {
  ASSERT_EQ(CreateCluster(Memcached("pages", 4)), "");
  BecomeAvailable();
  v1::ModifyCacheClusterRequest r;
  r.set_cache_cluster_id("pages");
  r.set_num_cache_nodes(2);
  r.set_apply_immediately(true);
  r.add_cache_node_ids_to_remove("0001");
  r.add_cache_node_ids_to_remove("0001");
  EXPECT_EQ(Modify(r), "InvalidParameterCombination");
}

// What waits for the window is checked when it is asked for, not when it is due.
TEST_F(ReviewTest, WaitingRemovalsAreCheckedToo) {
  ASSERT_EQ(CreateCluster(Memcached("pages", 3)), "");
  BecomeAvailable();
  v1::ModifyCacheClusterRequest r;
  r.set_cache_cluster_id("pages");
  r.set_num_cache_nodes(2);
  EXPECT_EQ(Modify(r), "InvalidParameterCombination");
  r.set_num_cache_nodes(41);
  EXPECT_EQ(Modify(r), "NodeQuotaForClusterExceeded");
}

// behaviours.md section 2: each zone must be in the subnet group.
TEST_F(ReviewTest, NewReplicasStayInTheSubnetGroup) {
  v1::DescribeCacheSubnetGroupsResponse all;
  ASSERT_TRUE(Call("DescribeCacheSubnetGroups", v1::DescribeCacheSubnetGroupsRequest(), &all).ok());
  v1::CreateCacheSubnetGroupRequest s;
  s.set_cache_subnet_group_name("narrow");
  s.set_cache_subnet_group_description("one zone");
  s.add_subnet_ids(all.cache_subnet_groups(0).subnets(0).subnet_identifier());
  ASSERT_EQ(Refusal<v1::CreateCacheSubnetGroupResponse>("CreateCacheSubnetGroup", s), "");
  auto g = Group("demo", 1);
  g.set_cache_subnet_group_name("narrow");
  ASSERT_EQ(CreateGroup(g), "");
  BecomeAvailable();
  v1::CreateCacheClusterRequest c;
  c.set_cache_cluster_id("extra");
  c.set_replication_group_id("demo");
  ASSERT_EQ(CreateCluster(c), "");
  store_->Read([&](const State& st) {
    for (const auto& [uid, node] : st.nodes) EXPECT_EQ(node->zone, "us-east-1a") << node->cluster_id;
  });
}

TEST_F(ReviewTest, TestFailoverNeedsAReplicaThatIsThere) {
  MakeGroup("demo", 2);
  ASSERT_TRUE(store_->Mutate([](Draft& d) -> Status {
    for (const auto* n : d.All<CacheNode>()) {
      if (n->role != Role::kReplica) continue;
      CacheNode node = *n;
      node.status = NodeStatus::kRecovering;
      d.Put(node);
    }
    return absl::OkStatus();
  }).ok());
  v1::TestFailoverRequest r;
  r.set_replication_group_id("demo");
  r.set_node_group_id("0001");
  EXPECT_EQ(Refusal<v1::TestFailoverResponse>("TestFailover", r), "InvalidReplicationGroupState");
}

TEST_F(ReviewTest, TheDefaultOfAFamilyIsItsNewest) {
  v1::DescribeCacheEngineVersionsRequest r;
  r.set_cache_parameter_group_family("redis6.x");
  r.set_default_only(true);
  v1::DescribeCacheEngineVersionsResponse out;
  ASSERT_TRUE(Call("DescribeCacheEngineVersions", r, &out).ok());
  ASSERT_EQ(out.cache_engine_versions_size(), 1);
  EXPECT_EQ(out.cache_engine_versions(0).engine_version(), "6.2");
}

TEST_F(ReviewTest, ANodeTypeNeedsItsEngineVersion) {
  auto r = Group("demo", 1);
  r.set_engine_version("5.0.6");
  r.set_cache_node_type("cache.r7g.large");
  EXPECT_EQ(CreateGroup(r), "InvalidParameterValue");
}

}  // namespace
}  // namespace elastilab
