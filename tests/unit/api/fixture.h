// Handlers on a store in memory, a manual clock, and a host on which every address is free.
#pragma once

#include <gtest/gtest.h>

#include "controlplane/services/call/dispatcher.h"
#include "controlplane/services/elasticache/handlers.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/events.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/subnet_groups.pb.h"
#include "proto/elasticache/v1/tags.pb.h"
#include "schema/fault.h"

namespace elastilab {

namespace v1 = elasticache::v1;

class ApiTest : public ::testing::Test {
 protected:
  ApiTest()
      : store_(std::move(OpenStore(":memory:", {.durable = false, .rehearse = true})).value()),
        region_{*store_, clock_, Location{}, AddressPlan({"us-east-1a", "us-east-1b", "us-east-1c"})},
        dispatcher_(region_, ElastiCacheHandlers()) {
    region_.address_is_free = [](const std::string&, int) { return true; };
  }

  template <typename Request, typename Response>
  Status Call(const std::string& operation, const Request& request, Response* response) {
    RequestContext context{region_, "request", clock_.Now(), RootCaller("000000000000")};
    return dispatcher_.Dispatch(operation, context, request, response);
  }
  // The wire code of the refusal; "" when it was accepted.
  template <typename Response, typename Request>
  std::string Refusal(const std::string& operation, const Request& request) {
    Response response;
    const Status status = Call(operation, request, &response);
    if (status.ok()) return "";
    const auto fault = FaultOf(status);
    return fault ? std::string(FaultWire(*fault)) : std::string(status.message());
  }

  static v1::CreateReplicationGroupRequest Group(const std::string& id, int members = 1) {
    v1::CreateReplicationGroupRequest request;
    request.set_replication_group_id(id);
    request.set_replication_group_description("for a test");
    request.set_num_cache_clusters(members);
    request.set_automatic_failover_enabled(members > 1);
    return request;
  }
  static v1::CreateCacheClusterRequest Memcached(const std::string& id, int nodes) {
    v1::CreateCacheClusterRequest request;
    request.set_cache_cluster_id(id);
    request.set_engine("memcached");
    request.set_num_cache_nodes(nodes);
    return request;
  }
  std::string CreateGroup(const v1::CreateReplicationGroupRequest& request) {
    return Refusal<v1::CreateReplicationGroupResponse>("CreateReplicationGroup", request);
  }
  std::string CreateCluster(const v1::CreateCacheClusterRequest& request) {
    return Refusal<v1::CreateCacheClusterResponse>("CreateCacheCluster", request);
  }
  // What the reconciler does once everything runs.
  void BecomeAvailable() {
    ASSERT_TRUE(store_->Mutate([](Draft& draft) -> Status {
      for (const auto* found : draft.All<ReplicationGroup>()) {
        ReplicationGroup group = *found;
        group.status = GroupStatus::kAvailable;
        draft.Put(group);
      }
      for (const auto* found : draft.All<CacheCluster>()) {
        CacheCluster cluster = *found;
        cluster.status = ClusterStatus::kAvailable;
        // A memcached node that was to leave has left.
        if (cluster.engine == Engine::kMemcached) {
          std::erase_if(cluster.nodes, [&](NodeUid uid) {
            if (draft.Find<CacheNode>(uid)->status != NodeStatus::kDeleting) return false;
            draft.Erase<CacheNode>(uid);
            return true;
          });
        }
        draft.Put(cluster);
      }
      for (const auto* found : draft.All<CacheNode>()) {
        CacheNode node = *found;
        node.status = NodeStatus::kAvailable;
        draft.Put(node);
      }
      return absl::OkStatus();
    }).ok());
  }
  v1::ReplicationGroup DescribeGroup(const std::string& id) {
    v1::DescribeReplicationGroupsRequest request;
    request.set_replication_group_id(id);
    v1::DescribeReplicationGroupsResponse response;
    EXPECT_TRUE(Call("DescribeReplicationGroups", request, &response).ok());
    return response.replication_groups_size() > 0 ? response.replication_groups(0) : v1::ReplicationGroup();
  }
  size_t Count() {
    return store_->Read([](const State& s) { return s.groups.size() + s.clusters.size() + s.nodes.size() + s.node_groups.size(); });
  }

  ManualClock clock_;
  std::unique_ptr<Store> store_;
  Region region_;
  Dispatcher dispatcher_;
};

}  // namespace elastilab
