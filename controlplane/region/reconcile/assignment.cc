#include "controlplane/region/reconcile/assignment.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/region/catalog/parameter_groups.h"
#include "proto/agent/v1/agent.pb.h"

namespace elastilab {
namespace {

// The records have the group of every cluster; a default one stands in should it be gone.
ParameterGroup GroupOf(const Records& records, const CacheCluster& cluster) {
  if (auto it = records.parameter_groups.find(cluster.parameter_group); it != records.parameter_groups.end())
    return it->second;
  const EngineVersion* version = FindFullEngineVersion(cluster.engine, cluster.engine_version);
  const std::string family = version == nullptr ? DefaultEngineVersion(cluster.engine).family : version->family;
  return *MakeDefaultParameterGroup(DefaultParameterGroup(family, false));
}

void FillParameters(const Records& records, const CacheCluster& cluster, const CacheNode& node,
                    agent::v1::Assignment& assignment) {
  const auto parameters = ParametersInForce(GroupOf(records, cluster), node.startup_settings);
  for (const auto& [name, value] : parameters) (*assignment.mutable_parameters())[name] = value;
  const NodeType* type = FindNodeType(cluster.node_type);
  if (type == nullptr) return;
  const int64_t memory = MemoryInForce(*type, cluster.engine, parameters);
  if (cluster.engine == Engine::kMemcached) {
    assignment.set_max_memory_bytes(memory);
    assignment.set_threads(std::max(1, type->memcached_threads));
  } else {
    // What is reserved of it can change while the engine runs, the node type can't.
    assignment.set_max_memory_bytes(type->redis_max_memory);
    (*assignment.mutable_parameters())["maxmemory"] = std::to_string(memory);
  }
}

void FillDiscovery(const Records& records, const WishedDiscovery& wish, const Location& where,
                   agent::v1::Discovery& discovery) {
  discovery.mutable_listen()->set_address(wish.listen.address);
  discovery.mutable_listen()->set_port(wish.listen.port);
  discovery.set_version(wish.version);
  for (NodeUid uid : wish.nodes) {
    auto it = records.nodes.find(uid);
    if (it == records.nodes.end()) continue;
    auto* node = discovery.add_nodes();
    node->set_host(NodeDnsName(where, it->second.cluster_id, it->second.id));
    node->set_address(it->second.address);
    node->set_port(it->second.port);
  }
}

// How long writes may wait for a handover: what is in step is there within milliseconds.
constexpr int kHandoverPatienceMs = 1'000;

void FillHandover(const WishedHandover& wish, agent::v1::Task& task) {
  task.set_id(wish.task_id);
  auto& hand_over = *task.mutable_hand_over();
  hand_over.mutable_to()->set_address(wish.to.address);
  hand_over.mutable_to()->set_port(wish.to.port);
  hand_over.set_patience_ms(kHandoverPatienceMs);
}

agent::v1::NodeRole RoleOf(Role role) {
  if (role == Role::kPrimary) return agent::v1::NODE_ROLE_PRIMARY;
  return role == Role::kReplica ? agent::v1::NODE_ROLE_REPLICA : agent::v1::NODE_ROLE_UNSPECIFIED;
}

}  // namespace

agent::v1::Assignment MakeAssignment(const Records& records, const CacheNode& node, const Location& where,
                                     const LabKey& key) {
  const CacheCluster& cluster = records.clusters.at(node.cluster_id);
  const Wish wish = WishFor(records, node);
  agent::v1::Assignment assignment;
  assignment.set_uid(node.uid);
  assignment.set_incarnation(node.incarnation);
  assignment.set_revision(node.revision);
  assignment.set_name(fmt::format("{}/{}", node.cluster_id, node.id));
  assignment.set_family(std::string(Text(cluster.engine)));
  assignment.set_version(cluster.engine_version);
  assignment.set_desired(wish.fenced ? agent::v1::DESIRED_FENCED
                         : wish.held ? agent::v1::DESIRED_HELD
                                     : agent::v1::DESIRED_RUN);
  assignment.set_restart(wish.restart_in_place ? agent::v1::RESTART_POLICY_IN_PLACE : agent::v1::RESTART_POLICY_REPORT);
  assignment.set_address(node.address);
  assignment.set_port(node.port);
  for (const std::string& endpoint : wish.endpoints) assignment.add_endpoints(endpoint);
  assignment.set_shared_address(wish.shared_address);
  assignment.set_keep_files(wish.keep_files);
  assignment.set_hands_off(wish.hands_off);
  if (wish.handover) FillHandover(*wish.handover, *assignment.mutable_task());
  assignment.set_role(RoleOf(wish.role));
  if (!wish.follow.empty()) {
    assignment.mutable_follow()->set_address(wish.follow.address);
    assignment.mutable_follow()->set_port(wish.follow.port);
  }
  FillParameters(records, cluster, node, assignment);
  if (cluster.engine != Engine::kMemcached) {
    for (const std::string& rule : WithheldCommands(cluster.engine, cluster.engine_version)) {
      assignment.add_withheld_commands(rule);
    }
    const std::string shared_by = node.group_id.empty() ? node.cluster_id : node.group_id;
    assignment.set_control_password(key.Derive(fmt::format("control:{}", node.uid)).Reveal());
    assignment.set_replication_password(key.Derive(fmt::format("replication:{}", shared_by)).Reveal());
  }
  if (wish.discovery) FillDiscovery(records, *wish.discovery, where, *assignment.mutable_discovery());
  return assignment;
}

}  // namespace elastilab
