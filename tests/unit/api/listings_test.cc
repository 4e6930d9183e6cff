// What there is to choose from, and what has happened: node types, engine versions, events.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "controlplane/region/catalog/engine_choice.h"
#include "proto/elasticache/v1/engine_versions.pb.h"
#include "tests/unit/api/fixture.h"

namespace elastilab {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class NodeTypeListTest : public ApiTest {
 protected:
  v1::ListAllowedNodeTypeModificationsResponse Allowed(const std::string& cluster, const std::string& group = "") {
    v1::ListAllowedNodeTypeModificationsRequest request;
    if (!cluster.empty()) request.set_cache_cluster_id(cluster);
    if (!group.empty()) request.set_replication_group_id(group);
    v1::ListAllowedNodeTypeModificationsResponse response;
    EXPECT_TRUE(Call("ListAllowedNodeTypeModifications", request, &response).ok());
    return response;
  }
};

TEST_F(NodeTypeListTest, TheListIsWhatModifyTakes) {
  auto request = Group("demo", 1);
  request.set_engine("redis");
  request.set_engine_version("5.0.5");
  request.set_cache_node_type("cache.m5.large");
  ASSERT_EQ(CreateGroup(request), "");
  const auto allowed = Allowed("", "Demo");
  EXPECT_THAT(allowed.scale_up_modifications(), Contains("cache.m5.xlarge"));
  EXPECT_THAT(allowed.scale_down_modifications(), Contains("cache.t3.micro"));
  EXPECT_THAT(allowed.scale_up_modifications(), Not(Contains("cache.m6g.xlarge"))) << "needs 5.0.6";
  EXPECT_TRUE(std::is_sorted(allowed.scale_up_modifications().begin(), allowed.scale_up_modifications().end()));
  std::set<std::string> listed(allowed.scale_up_modifications().begin(), allowed.scale_up_modifications().end());
  listed.insert(allowed.scale_down_modifications().begin(), allowed.scale_down_modifications().end());
  for (const NodeType& type : NodeTypes()) {
    const bool taken = CheckNodeType(Engine::kRedis, "5.0.5", type.name).ok() && type.name != "cache.m5.large";
    EXPECT_EQ(listed.contains(type.name), taken) << type.name;
  }
  EXPECT_EQ(Allowed("demo-001").SerializeAsString(), allowed.SerializeAsString()) << "a member's are its group's";
}

TEST_F(NodeTypeListTest, MemcachedNodesStayAsTheyAre) {
  ASSERT_EQ(CreateCluster(Memcached("pages", 1)), "");
  EXPECT_THAT(Allowed("pages").scale_up_modifications(), IsEmpty());
}

TEST_F(NodeTypeListTest, OfOneClusterOrOneGroup) {
  v1::ListAllowedNodeTypeModificationsRequest request;
  using Response = v1::ListAllowedNodeTypeModificationsResponse;
  EXPECT_EQ(Refusal<Response>("ListAllowedNodeTypeModifications", request), "InvalidParameterCombination");
  request.set_cache_cluster_id("nobody");
  EXPECT_EQ(Refusal<Response>("ListAllowedNodeTypeModifications", request), "CacheClusterNotFound");
  request.set_replication_group_id("nobody");
  EXPECT_EQ(Refusal<Response>("ListAllowedNodeTypeModifications", request), "InvalidParameterCombination");
  request.clear_cache_cluster_id();
  EXPECT_EQ(Refusal<Response>("ListAllowedNodeTypeModifications", request), "ReplicationGroupNotFoundFault");
}

class EngineVersionListTest : public ApiTest {
 protected:
  struct Wish {
    std::string engine = {}, version = {}, family = {};
    bool default_only = false;
  };
  std::vector<std::string> List(const Wish& wish) {
    v1::DescribeCacheEngineVersionsRequest request;
    if (!wish.engine.empty()) request.set_engine(wish.engine);
    if (!wish.version.empty()) request.set_engine_version(wish.version);
    if (!wish.family.empty()) request.set_cache_parameter_group_family(wish.family);
    if (wish.default_only) request.set_default_only(true);
    v1::DescribeCacheEngineVersionsResponse response;
    EXPECT_TRUE(Call("DescribeCacheEngineVersions", request, &response).ok());
    std::vector<std::string> found;
    for (const auto& v : response.cache_engine_versions()) {
      found.push_back(fmt::format("{} {}", v.engine(), v.engine_version()));
    }
    return found;
  }
};

TEST_F(EngineVersionListTest, FiltersNarrowIt) {
  EXPECT_EQ(List({}).size(), EngineVersions().size());
  EXPECT_THAT(List({.family = "redis7"}), ElementsAre("redis 7.0", "redis 7.1"));
  EXPECT_THAT(List({.engine = "Redis", .version = "6.2"}), ElementsAre("redis 6.2"));
  EXPECT_THAT(List({.engine = "memcached", .family = "redis7"}), IsEmpty());
  EXPECT_THAT(List({.engine = "mysql"}), IsEmpty());
  EXPECT_THAT(List({.engine = "redis", .version = "6"}), IsEmpty());
}

TEST_F(EngineVersionListTest, TheDefaultOfEachEngineFamilyOrMajorVersion) {
  EXPECT_THAT(List({.default_only = true}), ElementsAre("memcached 1.6.22", "redis 7.1", "valkey 8.2"));
  EXPECT_THAT(List({.engine = "redis", .default_only = true}), ElementsAre("redis 7.1"));
  EXPECT_THAT(List({.family = "redis6.x", .default_only = true}), ElementsAre("redis 6.2"));
  EXPECT_THAT(List({.engine = "redis", .version = "5.0", .default_only = true}), ElementsAre("redis 5.0.6"));
  EXPECT_THAT(List({.engine = "redis", .version = "7", .default_only = true}), ElementsAre("redis 7.1"));
}

class EventListTest : public ApiTest {
 protected:
  void Emit(SourceType type, const std::string& id, const std::string& message, std::chrono::minutes ago) {
    ASSERT_TRUE(store_
                    ->Mutate([&](Draft& draft) -> Status {
                      draft.Emit({0, type, id, message, clock_.Now() - ago});
                      return absl::OkStatus();
                    })
                    .ok());
  }
  std::vector<std::string> List(const v1::DescribeEventsRequest& request) {
    v1::DescribeEventsResponse response;
    EXPECT_TRUE(Call("DescribeEvents", request, &response).ok());
    std::vector<std::string> messages;
    for (const auto& event : response.events()) messages.push_back(event.message());
    return messages;
  }
  google::protobuf::Timestamp At(std::chrono::minutes ago) {
    google::protobuf::Timestamp time;
    const auto since_epoch = (clock_.Now() - ago).time_since_epoch();
    time.set_seconds(std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count());
    return time;
  }
};

using std::chrono::minutes;

TEST_F(EventListTest, ASourceIsFoundByItsNameInAnyCaseWithOrWithoutItsType) {
  Emit(SourceType::kCacheCluster, "same", "cluster", minutes(3));
  Emit(SourceType::kCacheParameterGroup, "same", "parameters", minutes(2));
  Emit(SourceType::kCacheCluster, "other", "other", minutes(1));
  v1::DescribeEventsRequest request;
  request.set_source_identifier("SAME");
  EXPECT_THAT(List(request), ElementsAre("parameters", "cluster"));
  request.set_source_type(v1::SOURCE_TYPE_CACHE_CLUSTER);
  EXPECT_THAT(List(request), ElementsAre("cluster"));
  request.set_source_identifier("nobody");
  EXPECT_THAT(List(request), IsEmpty()) << "an event outlives its source: no name is wrong";
}

TEST_F(EventListTest, TheTimeRangeIsTheLastHourUnlessSaidOtherwise) {
  for (int ago : {10, 90, 200, 60 * 24 * 15}) Emit(SourceType::kCacheCluster, "a", std::to_string(ago), minutes(ago));
  EXPECT_THAT(List({}), ElementsAre("10"));
  v1::DescribeEventsRequest request;
  request.set_duration(100);
  EXPECT_THAT(List(request), ElementsAre("90", "10"));
  request.set_duration(20160);
  EXPECT_THAT(List(request), ElementsAre("200", "90", "10")) << "kept for 14 days";
  request.Clear();
  *request.mutable_start_time() = At(minutes(100));
  EXPECT_THAT(List(request), ElementsAre("90", "10"));
  *request.mutable_end_time() = At(minutes(50));
  EXPECT_THAT(List(request), ElementsAre("90"));
  request.clear_start_time();
  EXPECT_THAT(List(request), ElementsAre("90")) << "the hour before the end";
}

TEST_F(EventListTest, TimesThatMakeNoSenseAreRefused) {
  v1::DescribeEventsRequest request;
  *request.mutable_start_time() = At(minutes(10));
  *request.mutable_end_time() = At(minutes(20));
  EXPECT_EQ(Refusal<v1::DescribeEventsResponse>("DescribeEvents", request), "InvalidParameterValue");
  request.set_duration(5);
  EXPECT_EQ(Refusal<v1::DescribeEventsResponse>("DescribeEvents", request), "InvalidParameterCombination");
  request.Clear();
  for (int wrong : {0, -1, 20161}) {
    request.set_duration(wrong);
    EXPECT_EQ(Refusal<v1::DescribeEventsResponse>("DescribeEvents", request), "InvalidParameterValue") << wrong;
  }
}

TEST_F(EventListTest, PagesAreNotDisturbedByWhatHappensMeanwhile) {
  for (int i = 0; i < 45; ++i) Emit(SourceType::kCacheCluster, "a", std::to_string(i), minutes(1));
  v1::DescribeEventsRequest request;
  request.set_max_records(20);
  std::vector<std::string> seen;
  for (bool more = true; more;) {
    v1::DescribeEventsResponse response;
    ASSERT_TRUE(Call("DescribeEvents", request, &response).ok());
    for (const auto& event : response.events()) seen.push_back(event.message());
    more = response.has_marker();
    request.set_marker(response.marker());
    Emit(SourceType::kCacheCluster, "a", "new", minutes(0));
  }
  ASSERT_EQ(seen.size(), 45u);
  for (int i = 0; i < 45; ++i) EXPECT_EQ(seen[i], std::to_string(44 - i));
}

}  // namespace
}  // namespace elastilab
