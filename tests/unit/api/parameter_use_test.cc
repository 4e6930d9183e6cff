// Parameter groups and the caches that live by them.
#include "controlplane/services/elasticache/parameter_use.h"

#include <gmock/gmock.h>

#include "proto/elasticache/v1/parameter_groups.pb.h"
#include "tests/unit/api/fixture.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ParameterUseTest : public ApiTest {
 protected:
  void CreateParameterGroup(const std::string& name, const std::string& family = "redis7") {
    v1::CreateCacheParameterGroupRequest request;
    request.set_cache_parameter_group_name(name);
    request.set_cache_parameter_group_family(family);
    request.set_description("for a test");
    ASSERT_EQ(Refusal<v1::CreateCacheParameterGroupResponse>("CreateCacheParameterGroup", request), "");
  }
  std::string Set(const std::string& group, const std::string& name, const std::string& value) {
    v1::ModifyCacheParameterGroupRequest request;
    request.set_cache_parameter_group_name(group);
    auto* item = request.add_parameter_name_values();
    item->set_parameter_name(name);
    item->set_parameter_value(value);
    return Refusal<v1::ModifyCacheParameterGroupResponse>("ModifyCacheParameterGroup", request);
  }
  std::string Reset(const std::string& group) {
    v1::ResetCacheParameterGroupRequest request;
    request.set_cache_parameter_group_name(group);
    request.set_reset_all_parameters(true);
    return Refusal<v1::ResetCacheParameterGroupResponse>("ResetCacheParameterGroup", request);
  }
  std::string Delete(const std::string& group) {
    v1::DeleteCacheParameterGroupRequest request;
    request.set_cache_parameter_group_name(group);
    return Refusal<v1::DeleteCacheParameterGroupResponse>("DeleteCacheParameterGroup", request);
  }
  // A cluster or group with the parameter group; "" for none.
  static v1::CreateCacheClusterRequest Redis(const std::string& id, const std::string& group) {
    v1::CreateCacheClusterRequest request;
    request.set_cache_cluster_id(id);
    request.set_engine("redis");
    if (!group.empty()) request.set_cache_parameter_group_name(group);
    return request;
  }
  static v1::CreateReplicationGroupRequest GroupUnder(const std::string& id, const std::string& group) {
    auto request = Group(id, 2);
    request.set_cache_parameter_group_name(group);
    return request;
  }
  static v1::ModifyCacheClusterRequest Change(const std::string& id, const std::string& group,
                                              const std::string& version = "", bool at_once = true) {
    v1::ModifyCacheClusterRequest request;
    request.set_cache_cluster_id(id);
    if (!group.empty()) request.set_cache_parameter_group_name(group);
    if (!version.empty()) request.set_engine_version(version);
    request.set_apply_immediately(at_once);
    return request;
  }
  std::string Modify(const v1::ModifyCacheClusterRequest& request) {
    return Refusal<v1::ModifyCacheClusterResponse>("ModifyCacheCluster", request);
  }
  static v1::ModifyReplicationGroupRequest ChangeGroup(const std::string& id, const std::string& group,
                                                       const std::string& version = "") {
    v1::ModifyReplicationGroupRequest request;
    request.set_replication_group_id(id);
    if (!group.empty()) request.set_cache_parameter_group_name(group);
    if (!version.empty()) request.set_engine_version(version);
    request.set_apply_immediately(true);
    return request;
  }
  std::string Modify(const v1::ModifyReplicationGroupRequest& request) {
    return Refusal<v1::ModifyReplicationGroupResponse>("ModifyReplicationGroup", request);
  }
  CacheCluster Stored(const std::string& id) {
    return store_->Read([&](const State& state) { return *state.Find<CacheCluster>(id); });
  }
  CacheNode Node(const std::string& cluster, size_t index = 0) {
    return store_->Read(
        [&](const State& state) { return *state.Find<CacheNode>(state.Find<CacheCluster>(cluster)->nodes.at(index)); });
  }
  // What the planner does once every wish is in force.
  void Applied(ParameterStatus as = ParameterStatus::kInSync) {
    BecomeAvailable();
    ChangeNodes([as](CacheNode& node) { node.parameters = as; });
  }
  template <typename F>
  void ChangeNodes(F change) {
    ASSERT_TRUE(store_
                    ->Mutate([&](Draft& draft) -> Status {
                      for (const auto* found : draft.All<CacheNode>()) {
                        CacheNode node = *found;
                        change(node);
                        draft.Put(node);
                      }
                      return absl::OkStatus();
                    })
                    .ok());
  }
  v1::CacheCluster Describe(const std::string& id) {
    v1::DescribeCacheClustersRequest request;
    request.set_cache_cluster_id(id);
    request.set_show_cache_node_info(true);
    v1::DescribeCacheClustersResponse response;
    EXPECT_TRUE(Call("DescribeCacheClusters", request, &response).ok());
    return response.cache_clusters(0);
  }
};

TEST_F(ParameterUseTest, ANewCacheStartsWithWhatItsGroupSays) {
  CreateParameterGroup("mine");
  ASSERT_EQ(Set("mine", "databases", "32"), "");
  ASSERT_EQ(CreateCluster(Redis("lone", "MINE")), "");
  ASSERT_EQ(CreateGroup(GroupUnder("demo", "mine")), "");
  for (const char* id : {"lone", "demo-001", "demo-002"}) {
    EXPECT_THAT(Node(id).startup_settings, ElementsAre(ParameterSetting{"databases", "32"})) << id;
    const auto shown = Describe(id).cache_parameter_group();
    EXPECT_EQ(shown.cache_parameter_group_name(), "mine");
    EXPECT_EQ(shown.parameter_apply_status(), "in-sync");
    EXPECT_EQ(shown.cache_node_ids_to_reboot_size(), 0);
  }
}

TEST_F(ParameterUseTest, AGroupMustExistAndFit) {
  CreateParameterGroup("old", "redis6.x");
  CreateParameterGroup("sharded");
  ASSERT_EQ(Set("sharded", "cluster-enabled", "yes"), "");
  EXPECT_EQ(CreateCluster(Redis("lone", "nobody")), "CacheParameterGroupNotFound");
  EXPECT_EQ(CreateCluster(Redis("lone", "default.redis8")), "CacheParameterGroupNotFound");
  EXPECT_EQ(CreateCluster(Redis("lone", "old")), "InvalidParameterCombination");
  EXPECT_EQ(CreateCluster(Redis("lone", "sharded")), "InvalidParameterCombination");
  EXPECT_EQ(CreateCluster(Redis("lone", "default.redis7.cluster.on")), "InvalidParameterCombination");
  EXPECT_EQ(CreateGroup(GroupUnder("demo", "nobody")), "CacheParameterGroupNotFound");
  EXPECT_EQ(CreateGroup(GroupUnder("demo", "old")), "InvalidParameterCombination");
  EXPECT_EQ(CreateGroup(GroupUnder("demo", "sharded")), "InvalidAction") << "cluster mode is for another issue";
  EXPECT_EQ(Count(), 0u);
  auto older = Redis("lone", "old");
  older.set_engine_version("6.2");
  EXPECT_EQ(CreateCluster(older), "");
}

TEST_F(ParameterUseTest, AGroupInUseStays) {
  CreateParameterGroup("mine");
  ASSERT_EQ(Set("mine", "databases", "32"), "");
  ASSERT_EQ(CreateCluster(Redis("lone", "mine")), "");
  EXPECT_EQ(Delete("mine"), "InvalidCacheParameterGroupState");
  EXPECT_EQ(Set("mine", "databases", "64"), "InvalidParameterValue") << "only while no cache uses it";
  ASSERT_EQ(Set("mine", "timeout", "60"), "");
  ASSERT_EQ(Reset("mine"), "");
  store_->Read([](const State& state) {
    EXPECT_THAT(state.Find<ParameterGroup>("mine")->settings, ElementsAre(ParameterSetting{"databases", "32"}));
  });
  ASSERT_TRUE(store_
                  ->Mutate([](Draft& draft) -> Status {
                    draft.Erase<CacheCluster>("lone");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(Delete("mine"), "");
}

TEST_F(ParameterUseTest, AChangeReachesThoseWhoLiveByTheGroupAndNobodyElse) {
  CreateParameterGroup("mine");
  CreateParameterGroup("other");
  ASSERT_EQ(CreateCluster(Redis("lone", "mine")), "");
  ASSERT_EQ(CreateGroup(GroupUnder("demo", "mine")), "");
  ASSERT_EQ(CreateCluster(Redis("apart", "other")), "");
  Applied();
  const int64_t before = Node("demo-002").revision;
  const int64_t apart = Node("apart").revision;
  ASSERT_EQ(Set("mine", "maxmemory-policy", "allkeys-lru"), "");
  for (const char* id : {"lone", "demo-001", "demo-002"}) {
    EXPECT_EQ(Node(id).parameters, ParameterStatus::kApplying) << id;
    EXPECT_EQ(Describe(id).cache_parameter_group().parameter_apply_status(), "applying");
    EXPECT_EQ(Describe(id).cache_nodes(0).parameter_group_status(), "applying");
  }
  EXPECT_EQ(Node("demo-002").revision, before + 1);
  EXPECT_EQ(Node("apart").revision, apart);
  EXPECT_EQ(Node("apart").parameters, ParameterStatus::kInSync);
  Applied();
  ASSERT_EQ(Set("mine", "maxmemory-policy", "allkeys-lru"), "");
  EXPECT_EQ(Node("lone").parameters, ParameterStatus::kInSync) << "nothing has changed";
}

TEST_F(ParameterUseTest, ChangesFollowEachOtherAndAResetWaits) {
  CreateParameterGroup("mine");
  ASSERT_EQ(CreateCluster(Redis("lone", "mine")), "");
  Applied();
  ASSERT_EQ(Set("mine", "timeout", "60"), "");
  const int64_t first = Node("lone").revision;
  EXPECT_EQ(Set("mine", "timeout", "70"), "") << "Terraform sends twenty parameters at a time, and tries no change again";
  EXPECT_EQ(Node("lone").revision, first + 1) << "what the agent applied for the first change does not do for the second";
  EXPECT_EQ(Node("lone").parameters, ParameterStatus::kApplying);
  v1::ResetCacheParameterGroupRequest request;
  request.set_cache_parameter_group_name("mine");
  request.set_reset_all_parameters(true);
  v1::ResetCacheParameterGroupResponse response;
  const Status refused = Call("ResetCacheParameterGroup", request, &response);
  EXPECT_EQ(FaultWire(*FaultOf(refused)), "InvalidCacheParameterGroupState");
  EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr(" has pending changes")) << "Terraform matches this";
  Applied();
  EXPECT_EQ(Reset("mine"), "");
}

TEST_F(ParameterUseTest, WhoCannotApplyAChangeHoldsNobodyUp) {
  CreateParameterGroup("mine");
  ASSERT_EQ(CreateCluster(Redis("lone", "mine")), "");
  Applied();
  ASSERT_EQ(Set("mine", "timeout", "60"), "");
  ChangeNodes([](CacheNode& node) { node.problem = "the engine refuses it"; });
  EXPECT_EQ(Reset("mine"), "") << "may be what mends it";
  ChangeNodes([](CacheNode& node) { node.problem.clear(); });
  ASSERT_EQ(Set("mine", "timeout", "80"), "");
  ASSERT_EQ(Reset("mine"), "InvalidCacheParameterGroupState");
  ASSERT_TRUE(store_
                  ->Mutate([&](Draft& draft) -> Status {
                    draft.Put(Zone{Node("lone").zone, ZoneStatus::kLost});
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(Reset("mine"), "");
}

TEST_F(ParameterUseTest, ACacheMayLiveByAnotherGroup) {
  CreateParameterGroup("mine");
  ASSERT_EQ(Set("mine", "databases", "32"), "");
  CreateParameterGroup("old", "redis6.x");
  ASSERT_EQ(CreateCluster(Redis("lone", "")), "");
  EXPECT_EQ(Modify(Change("lone", "mine")), "InvalidCacheClusterState") << "not yet available";
  Applied();
  EXPECT_EQ(Modify(Change("lone", "nobody")), "CacheParameterGroupNotFound");
  EXPECT_EQ(Modify(Change("lone", "old")), "InvalidParameterCombination");
  EXPECT_EQ(Modify(Change("lone", "default.redis7.cluster.on")), "InvalidParameterCombination");
  ASSERT_EQ(Modify(Change("lone", "mine", "", false)), "") << "at once, whatever ApplyImmediately says";
  EXPECT_EQ(Stored("lone").parameter_group, "mine");
  EXPECT_EQ(Stored("lone").status, ClusterStatus::kModifying);
  EXPECT_EQ(Node("lone").parameters, ParameterStatus::kApplying);
  EXPECT_THAT(Node("lone").startup_settings, IsEmpty()) << "its process has not been started anew";
  Applied();
  ASSERT_EQ(Modify(Change("lone", "mine")), "");
  EXPECT_EQ(Stored("lone").status, ClusterStatus::kAvailable) << "it had that one already";
}

TEST_F(ParameterUseTest, AGroupsMembersChangeTogether) {
  CreateParameterGroup("mine");
  ASSERT_EQ(CreateGroup(Group("demo", 2)), "");
  Applied();
  EXPECT_EQ(Modify(Change("demo-001", "mine")), "InvalidParameterCombination") << "a member has no group of its own";
  ASSERT_EQ(Modify(ChangeGroup("demo", "mine")), "");
  EXPECT_EQ(DescribeGroup("demo").status(), "modifying");
  for (const char* id : {"demo-001", "demo-002"}) {
    EXPECT_EQ(Stored(id).parameter_group, "mine");
    EXPECT_EQ(Node(id).parameters, ParameterStatus::kApplying);
  }
  EXPECT_EQ(Delete("mine"), "InvalidCacheParameterGroupState");
}

TEST_F(ParameterUseTest, AnUpgradeToAnotherFamilyNeedsAGroupOfIt) {
  CreateParameterGroup("six", "redis6.x");
  ASSERT_EQ(Set("six", "databases", "32"), "");
  CreateParameterGroup("seven");
  auto older = Redis("lone", "six");
  older.set_engine_version("6.2");
  ASSERT_EQ(CreateCluster(older), "");
  Applied();
  EXPECT_EQ(Modify(Change("lone", "", "7.0")), "InvalidParameterCombination");
  EXPECT_EQ(Modify(Change("lone", "six", "7.0")), "InvalidParameterCombination");
  EXPECT_EQ(Modify(Change("lone", "seven")), "InvalidParameterCombination");
  ASSERT_EQ(Modify(Change("lone", "seven", "7.0", false)), "");
  EXPECT_EQ(Stored("lone").parameter_group, "six") << "with the version, in its window";
  EXPECT_EQ(Delete("seven"), "InvalidCacheParameterGroupState") << "it will be used";
  ASSERT_EQ(Modify(Change("lone", "")), "") << "the window opens";
  EXPECT_EQ(Stored("lone").parameter_group, "seven");
  EXPECT_EQ(Stored("lone").engine_version, "7.0.7");
  EXPECT_THAT(Node("lone").startup_settings, IsEmpty()) << "the new process starts with the new group's";
  EXPECT_EQ(Delete("six"), "");
}

TEST_F(ParameterUseTest, AReplicationGroupsUpgradeTakesItsGroupAlong) {
  CreateParameterGroup("six", "redis6.x");
  CreateParameterGroup("seven");
  auto older = GroupUnder("demo", "six");
  older.set_engine_version("6.2");
  ASSERT_EQ(CreateGroup(older), "");
  Applied();
  EXPECT_EQ(Modify(ChangeGroup("demo", "", "7.0")), "InvalidParameterCombination");
  ASSERT_EQ(Modify(ChangeGroup("demo", "seven", "7.0")), "");
  EXPECT_EQ(Stored("demo-001").parameter_group, "six") << "until the planner rolls the version out";
  store_->Read([](const State& state) { EXPECT_EQ(state.Find<ReplicationGroup>("demo")->parameter_group, "seven"); });
}

TEST_F(ParameterUseTest, AGroupsUpgradeMayWaitForItsWindowWithItsParameters) {
  CreateParameterGroup("six", "redis6.x");
  CreateParameterGroup("seven");
  auto older = GroupUnder("demo", "six");
  older.set_engine_version("6.2");
  ASSERT_EQ(CreateGroup(older), "");
  Applied();
  auto later = ChangeGroup("demo", "seven", "7.0");
  later.set_apply_immediately(false);
  ASSERT_EQ(Modify(later), "");
  ASSERT_EQ(Modify(ChangeGroup("demo", "")), "") << "the window opens";
  store_->Read([](const State& state) {
    EXPECT_EQ(state.Find<ReplicationGroup>("demo")->parameter_group, "seven");
    EXPECT_EQ(state.Find<ReplicationGroup>("demo")->engine_version, "7.0.7");
  });
}

TEST_F(ParameterUseTest, NodesToRebootAreNamedAndARebootTakesTheValues) {
  CreateParameterGroup("mine", "memcached1.6");
  auto request = Memcached("pages", 3);
  request.set_cache_parameter_group_name("mine");
  ASSERT_EQ(CreateCluster(request), "");
  Applied();
  ASSERT_EQ(Set("mine", "chunk_size", "96"), "");
  Applied(ParameterStatus::kPendingReboot);
  auto shown = Describe("pages").cache_parameter_group();
  EXPECT_EQ(shown.parameter_apply_status(), "pending-reboot");
  EXPECT_THAT(shown.cache_node_ids_to_reboot(), ElementsAre("0001", "0002", "0003"));
  v1::RebootCacheClusterRequest reboot;
  reboot.set_cache_cluster_id("pages");
  reboot.add_cache_node_ids_to_reboot("0002");
  ASSERT_EQ(Refusal<v1::RebootCacheClusterResponse>("RebootCacheCluster", reboot), "");
  EXPECT_THAT(Node("pages", 1).startup_settings, ElementsAre(ParameterSetting{"chunk_size", "96"}));
  EXPECT_THAT(Node("pages", 0).startup_settings, IsEmpty());
}

}  // namespace
}  // namespace elastilab
