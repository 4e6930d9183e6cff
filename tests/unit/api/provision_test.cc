// Addresses of nodes and endpoints: looked for before the mutation, held against the records in it.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>
#include <thread>
#include <vector>

#include "tests/unit/api/fixture.h"

namespace elastilab {
namespace {

using testing::Contains;
using testing::Not;

class ProvisionTest : public ApiTest {
 protected:
  // The nodes of a group or cluster, in the order of their members.
  std::vector<CacheNode> NodesOf(const std::string& id) {
    return store_->Read([&](const State& state) {
      std::vector<CacheNode> nodes;
      for (const auto& [cluster_id, cluster] : state.clusters) {
        if (cluster_id != id && cluster->group_id != id) continue;
        for (NodeUid uid : cluster->nodes) nodes.push_back(*state.Find<CacheNode>(uid));
      }
      return nodes;
    });
  }
  std::vector<std::string> AllAddresses() {
    return store_->Read([](const State& state) {
      std::vector<std::string> addresses;
      for (const auto& [uid, node] : state.nodes) addresses.push_back(node->address);
      for (const auto& [key, shard] : state.node_groups) {
        addresses.push_back(shard->primary_endpoint.address);
        addresses.push_back(shard->reader_endpoint.address);
      }
      for (const auto& [id, cluster] : state.clusters) {
        if (!cluster->configuration_endpoint.empty()) addresses.push_back(cluster->configuration_endpoint.address);
      }
      return addresses;
    });
  }
  // From here on the numbers of addresses have come round.
  void ComeRound() {
    while (store_->NewId() <= AddressPlan::kPeriod) {
    }
  }
  // Fails when it is called from within a mutation.
  void Do(Mutation mutation) {
    const Status status = store_->Mutate(std::move(mutation));
    EXPECT_TRUE(status.ok()) << status;
  }
};

CacheNode Stranger(NodeUid uid, const std::string& address) {
  CacheNode node;
  node.uid = uid;
  node.cluster_id = "stranger";
  node.address = address;
  return node;
}

TEST_F(ProvisionTest, NodesHaveTheAddressesOfTheirUidsInTheOrderOfMembers) {
  ASSERT_EQ(CreateGroup(Group("demo", 5)), "");
  const auto nodes = NodesOf("demo");
  ASSERT_EQ(nodes.size(), 5u);
  for (size_t i = 0; i < nodes.size(); ++i) {
    EXPECT_EQ(nodes[i].address, region_.addresses.NodeAddress(nodes[i].zone, nodes[i].uid).value());
    EXPECT_GT(nodes[i].uid, i == 0 ? 0 : nodes[i - 1].uid);
  }
}

TEST_F(ProvisionTest, AZoneLostWhileAddressesAreLookedForGetsNoNode) {
  int asked = 0;
  region_.address_is_free = [&](const std::string&, int) {
    if (++asked == 1) {
      Do([](Draft& draft) -> Status {
        draft.Put(Zone{"us-east-1b", ZoneStatus::kLost});
        return absl::OkStatus();
      });
    }
    return true;
  };
  ASSERT_EQ(CreateGroup(Group("demo", 3)), "");
  const auto nodes = NodesOf("demo");
  ASSERT_EQ(nodes.size(), 3u);
  for (const CacheNode& node : nodes) EXPECT_NE(node.zone, "us-east-1b");
  EXPECT_THAT(AllAddresses(), Not(Contains("")));
}

TEST_F(ProvisionTest, AnAddressThatARecordGotMeanwhileIsPassedOver) {
  ComeRound();
  std::set<std::string> stolen;
  region_.address_is_free = [&](const std::string& address, int) {
    if (stolen.size() < 3 && stolen.insert(address).second) {
      Do([&](Draft& draft) -> Status {
        draft.Put(Stranger(1'000'000 + static_cast<int64_t>(stolen.size()), address));
        return absl::OkStatus();
      });
    }
    return true;
  };
  ASSERT_EQ(CreateCluster(Memcached("demo", 3)), "");
  EXPECT_EQ(stolen.size(), 3u);
  for (const CacheNode& node : NodesOf("demo")) EXPECT_FALSE(stolen.contains(node.address)) << node.address;
  const auto addresses = AllAddresses();
  EXPECT_EQ(std::set(addresses.begin(), addresses.end()).size(), addresses.size());
}

TEST_F(ProvisionTest, AnAddressOfARecordIsNotGivenAgain) {
  ComeRound();
  Do([&](Draft& draft) -> Status {
    for (int64_t n = 1; n <= 40; ++n) {
      for (const std::string& zone : region_.addresses.zones()) {
        draft.Put(Stranger(1'000'000 + 10 * n + (zone.back() - 'a'), region_.addresses.NodeAddress(zone, n).value()));
      }
    }
    return absl::OkStatus();
  });
  ASSERT_EQ(CreateGroup(Group("demo", 3)), "");
  for (const CacheNode& node : NodesOf("demo")) EXPECT_GT(node.uid, AddressPlan::kPeriod + 40);
}

TEST_F(ProvisionTest, AnAddressIsAskedForOnceHoweverOftenTheMutationRuns) {
  std::vector<std::string> asked;
  region_.address_is_free = [&](const std::string& address, int) {
    asked.push_back(address);
    return true;
  };
  ASSERT_EQ(CreateGroup(Group("demo", 2)), "");
  EXPECT_EQ(asked.size(), 4u);
  asked.clear();
  EXPECT_EQ(CreateGroup(Group("demo", 2)), "ReplicationGroupAlreadyExists");
  EXPECT_TRUE(asked.empty());
}

TEST_F(ProvisionTest, ManyMayCreateAtOnce) {
  region_.quota_factor = 10;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 25; ++i) EXPECT_EQ(CreateGroup(Group(fmt::format("demo-{}-{}", t, i), 2)), "");
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto addresses = AllAddresses();
  EXPECT_EQ(addresses.size(), 400u);
  EXPECT_EQ(std::set(addresses.begin(), addresses.end()).size(), addresses.size());
}

}  // namespace
}  // namespace elastilab
