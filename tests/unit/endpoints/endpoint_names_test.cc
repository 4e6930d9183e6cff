#include "controlplane/region/endpoints/endpoint_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Location kWhere{};

template <typename T>
void Put(State& state, T record) {
  const auto key = KeyOf(record);
  state.table<T>()[key] = std::make_shared<const T>(std::move(record));
}

void PutNode(State& state, NodeUid uid, const std::string& cluster, const std::string& id, const std::string& address) {
  CacheNode node;
  node.uid = uid;
  node.cluster_id = cluster;
  node.id = id;
  node.address = address;
  Put(state, node);
}

void PutCluster(State& state, const std::string& id, std::vector<NodeUid> nodes,
                const std::string& configuration = "") {
  CacheCluster cluster;
  cluster.id = id;
  cluster.nodes = std::move(nodes);
  cluster.configuration_endpoint = {configuration, 11211};
  Put(state, cluster);
}

void PutGroup(State& state, const std::string& id, const std::string& primary, const std::string& reader) {
  ReplicationGroup group;
  group.id = id;
  group.node_groups = {"0001"};
  Put(state, group);
  NodeGroup shard;
  shard.group_id = id;
  shard.id = "0001";
  shard.primary_endpoint = {primary, 6379};
  shard.reader_endpoint = {reader, 6379};
  Put(state, shard);
}

TEST(ResolveEndpointTest, Nodes) {
  State state;
  PutNode(state, 1, "m", "0001", "127.31.0.1");
  PutNode(state, 2, "m", "0003", "127.32.0.1");
  PutNode(state, 3, "m", "0004", "");
  PutCluster(state, "m", {1, 2, 3});
  EXPECT_THAT(ResolveEndpoint(state, kWhere, NodeDnsName(kWhere, "m", "0001")), ElementsAre("127.31.0.1"));
  EXPECT_THAT(ResolveEndpoint(state, kWhere, NodeDnsName(kWhere, "m", "0003")), ElementsAre("127.32.0.1"));
  EXPECT_THAT(ResolveEndpoint(state, kWhere, NodeDnsName(kWhere, "m", "0002")), IsEmpty());
  EXPECT_THAT(ResolveEndpoint(state, kWhere, NodeDnsName(kWhere, "m", "0004")), IsEmpty());
  EXPECT_THAT(ResolveEndpoint(state, kWhere, NodeDnsName(kWhere, "n", "0001")), IsEmpty());
}

TEST(ResolveEndpointTest, PrimaryAndReader) {
  State state;
  PutGroup(state, "g", "127.30.0.1", "127.30.0.2");
  EXPECT_THAT(ResolveEndpoint(state, kWhere, PrimaryDnsName(kWhere, "g")), ElementsAre("127.30.0.1"));
  EXPECT_THAT(ResolveEndpoint(state, kWhere, ReaderDnsName(kWhere, "g")), ElementsAre("127.30.0.2"));
  EXPECT_THAT(ResolveEndpoint(state, kWhere, PrimaryDnsName(kWhere, "h")), IsEmpty());
  EXPECT_THAT(ResolveEndpoint(state, kWhere, ConfigurationDnsName(kWhere, "g")), IsEmpty());
  PutGroup(state, "new", "", "");
  EXPECT_THAT(ResolveEndpoint(state, kWhere, PrimaryDnsName(kWhere, "new")), IsEmpty());
}

TEST(ResolveEndpointTest, GroupCalledLikeAReaderKeepsItsName) {
  State state;
  PutGroup(state, "g-ro", "127.30.0.3", "127.30.0.4");
  EXPECT_THAT(ResolveEndpoint(state, kWhere, PrimaryDnsName(kWhere, "g-ro")), ElementsAre("127.30.0.3"));
  EXPECT_THAT(ResolveEndpoint(state, kWhere, ReaderDnsName(kWhere, "g-ro")), ElementsAre("127.30.0.4"));
}

TEST(ResolveEndpointTest, Configuration) {
  State state;
  PutCluster(state, "m", {}, "127.30.0.5");
  ReplicationGroup group;
  group.id = "g";
  group.cluster_enabled = true;
  group.node_groups = {"0001"};
  group.configuration_endpoint = {"127.30.0.6", 6379};
  Put(state, group);
  EXPECT_THAT(ResolveEndpoint(state, kWhere, MemcachedConfigurationDnsName(kWhere, "m")), ElementsAre("127.30.0.5"));
  EXPECT_THAT(ResolveEndpoint(state, kWhere, ConfigurationDnsName(kWhere, "g")), ElementsAre("127.30.0.6"));
  EXPECT_THAT(ResolveEndpoint(state, kWhere, PrimaryDnsName(kWhere, "g")), IsEmpty());
  EXPECT_THAT(ResolveEndpoint(state, kWhere, "example.org"), IsEmpty());
}

}  // namespace
}  // namespace elastilab
