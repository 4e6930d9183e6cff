#include "cli/commands/cluster_list.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "cli/output/table.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

struct Row {
  std::string id = {};
  std::string kind = {};
  std::string engine = {};
  std::string version = {};
  std::string node_type = {};
  std::string status = {};
  int nodes = 0;
  std::string endpoint = {};
};

struct Everything {
  std::vector<v1::ReplicationGroup> groups;
  std::vector<v1::CacheCluster> clusters;
};

StatusOr<Everything> FetchAll(Context& context) {
  Everything all;
  v1::DescribeReplicationGroupsRequest groups;
  v1::DescribeCacheClustersRequest clusters;
  clusters.set_show_cache_node_info(true);
  do {
    ASSIGN_OR_RETURN(const auto page, ApiCall<v1::DescribeReplicationGroupsResponse>(
                                          context.rpc(), "ReplicationGroups/DescribeReplicationGroups", groups));
    all.groups.insert(all.groups.end(), page.replication_groups().begin(), page.replication_groups().end());
    groups.set_marker(page.marker());
  } while (!groups.marker().empty());
  do {
    ASSIGN_OR_RETURN(const auto page, ApiCall<v1::DescribeCacheClustersResponse>(
                                          context.rpc(), "CacheClusters/DescribeCacheClusters", clusters));
    all.clusters.insert(all.clusters.end(), page.cache_clusters().begin(), page.cache_clusters().end());
    clusters.set_marker(page.marker());
  } while (!clusters.marker().empty());
  return all;
}

std::string EndpointText(const v1::Endpoint& endpoint) {
  return endpoint.address().empty() ? "" : fmt::format("{}:{}", endpoint.address(), endpoint.port());
}

Row GroupRow(const v1::ReplicationGroup& group, const std::vector<v1::CacheCluster>& clusters) {
  Row row{.id = group.replication_group_id(),
          .kind = "replication group",
          .node_type = group.cache_node_type(),
          .status = group.status(),
          .nodes = group.member_clusters_size(),
          .endpoint = EndpointText(group.configuration_endpoint())};
  if (row.endpoint.empty() && group.node_groups_size() > 0) {
    row.endpoint = EndpointText(group.node_groups(0).primary_endpoint());
  }
  for (const auto& cluster : clusters) {
    if (cluster.replication_group_id() != row.id) continue;
    row.engine = cluster.engine();
    row.version = cluster.engine_version();
    break;
  }
  return row;
}

Row ClusterRow(const v1::CacheCluster& cluster) {
  Row row{.id = cluster.cache_cluster_id(),
          .kind = "cache cluster",
          .engine = cluster.engine(),
          .version = cluster.engine_version(),
          .node_type = cluster.cache_node_type(),
          .status = cluster.cache_cluster_status(),
          .nodes = cluster.num_cache_nodes(),
          .endpoint = EndpointText(cluster.configuration_endpoint())};
  if (row.endpoint.empty() && cluster.cache_nodes_size() > 0) {
    row.endpoint = EndpointText(cluster.cache_nodes(0).endpoint());
  }
  return row;
}

std::vector<Row> RowsOf(const Everything& all) {
  std::vector<Row> rows;
  for (const auto& group : all.groups) rows.push_back(GroupRow(group, all.clusters));
  for (const auto& cluster : all.clusters) {
    if (cluster.replication_group_id().empty()) rows.push_back(ClusterRow(cluster));
  }
  return rows;
}

std::string AsTable(const std::vector<Row>& rows, const Style& style) {
  if (rows.empty()) return "no clusters; create one: elastilab create-cluster demo --engine redis --replicas 2\n";
  TextTable table({"ID", "KIND", "ENGINE", "VERSION", "TYPE", "STATUS", "NODES", "ENDPOINT"});
  for (const Row& row : rows) {
    table.Add({row.id, row.kind, row.engine, row.version, row.node_type, style.State(row.status),
               std::to_string(row.nodes), row.endpoint});
  }
  return table.Text(style);
}

}  // namespace

StatusOr<std::string> RenderClusterList(Context& context, OutputFormat format) {
  ASSIGN_OR_RETURN(const Everything all, FetchAll(context));
  const std::vector<Row> rows = RowsOf(all);
  if (format == OutputFormat::kDrawn) return AsTable(rows, context.io.style);
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    list.push_back({{"Id", row.id},
                    {"Kind", row.kind},
                    {"Engine", row.engine},
                    {"EngineVersion", row.version},
                    {"CacheNodeType", row.node_type},
                    {"Status", row.status},
                    {"Nodes", row.nodes},
                    {"Endpoint", row.endpoint}});
  }
  return context.Render(nlohmann::ordered_json{{"Clusters", list}}, format);
}

StatusOr<std::vector<std::string>> ClusterIds(Context& context) {
  ASSIGN_OR_RETURN(const Everything all, FetchAll(context));
  std::vector<std::string> ids;
  for (const auto& group : all.groups) ids.push_back(group.replication_group_id());
  for (const auto& cluster : all.clusters) ids.push_back(cluster.cache_cluster_id());
  return ids;
}

}  // namespace elastilab
