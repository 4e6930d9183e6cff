#include "cli/output/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "cli/output/table.h"
#include "proto/admin/v1/admin.pb.h"

namespace elastilab {
namespace {

using admin::v1::DescribeTopologyResponse;
using admin::v1::EndpointInfo;
using admin::v1::NodeInfo;
using Lines = std::vector<std::string>;

constexpr size_t kNarrowestBox = 24;
constexpr size_t kWidestBox = 36;

std::string HeadLine(const DescribeTopologyResponse& t, const Style& style) {
  std::string line = fmt::format("{}  {} · {} {}", style.Bold(t.id()), t.kind(), t.engine(), t.engine_version());
  if (!t.node_type().empty()) line += " · " + t.node_type();
  line += " · " + style.State(t.status());
  if (t.multi_az()) line += " · Multi-AZ";
  if (!t.automatic_failover().empty() && t.automatic_failover() != "disabled") {
    line += " · automatic failover " + t.automatic_failover();
  }
  return line;
}

// "redis 7.0.15" when something else runs than what was asked for: substitutes are allowed, and said.
std::string Substitute(const DescribeTopologyResponse& t, const NodeInfo& node) {
  if (node.engine_version().empty() || node.engine_version() == t.engine_version()) return "";
  return "runs " + node.engine_version();
}

bool IsWell(const NodeInfo& node) { return node.phase() == "ready" && node.problem().empty(); }

std::string Dot(const NodeInfo& node, const Style& style) {
  if (IsWell(node)) return style.Green("●");
  return node.phase() == "starting" ? style.Yellow("◐") : style.Red("○");
}

std::string StateText(const NodeInfo& node, const Style& style) {
  std::string text = style.State(node.status());
  if (!node.phase().empty() && node.phase() != "ready") text += ", process " + style.State(node.phase());
  return text;
}

// "pid 4711 · 2nd life · lag 0 B"
std::string ProcessText(const NodeInfo& node) {
  std::string text = node.pid() > 0 ? fmt::format("pid {}", node.pid()) : "no process";
  if (node.incarnation() > 1) text += fmt::format(" · life {}", node.incarnation());
  if (node.role() == "replica" && node.lag_bytes() >= 0) text += " · lag " + BytesText(node.lag_bytes());
  return text;
}

Lines Box(const DescribeTopologyResponse& t, const NodeInfo& node, size_t width, const Style& style) {
  const size_t inner = width - 4;
  const std::string name = fmt::format("{} {}", Dot(node, style), style.Bold(NodeName(t, node)));
  const std::string role = node.role() == "primary" ? style.Cyan(node.role()) : node.role();
  const size_t used = DisplayWidth(name) + DisplayWidth(role);
  Lines content = {name + std::string(used < inner ? inner - used : 1, ' ') + role, StateText(node, style)};
  if (!node.address().empty()) content.push_back(fmt::format("{}:{}", node.address(), node.port()));
  content.push_back(ProcessText(node));
  if (std::string text = Substitute(t, node); !text.empty()) content.push_back(style.Dim(text));

  std::string edge;
  for (size_t i = 0; i + 2 < width; ++i) edge += "─";
  Lines box = {"┌" + edge + "┐"};
  for (const std::string& line : content) box.push_back("│ " + FitTo(line, inner) + " │");
  box.push_back("└" + edge + "┘");
  return box;
}

std::map<std::string, std::vector<const NodeInfo*>> ByZone(const DescribeTopologyResponse& t) {
  std::map<std::string, std::vector<const NodeInfo*>> zones;
  for (const NodeInfo& node : t.nodes()) zones[node.zone().empty() ? "(not placed)" : node.zone()].push_back(&node);
  return zones;
}

std::string BesideEachOther(const std::vector<Lines>& columns, size_t width) {
  size_t height = 0;
  for (const Lines& column : columns) height = std::max(height, column.size());
  std::string text;
  for (size_t row = 0; row < height; ++row) {
    std::string line = " ";
    for (const Lines& column : columns) line += " " + FitTo(row < column.size() ? column[row] : "", width);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string Boxes(const DescribeTopologyResponse& t, const Style& style) {
  const auto zones = ByZone(t);
  if (zones.empty()) return "";
  const size_t terminal = std::max<size_t>(style.width, kNarrowestBox + 4);
  const size_t fits = std::max<size_t>(1, (terminal - 1) / (kNarrowestBox + 1));
  const size_t beside = std::min(fits, zones.size());
  const size_t width = std::min(kWidestBox, (terminal - 1) / beside - 1);
  std::string text;
  std::vector<Lines> columns;
  for (const auto& [zone, nodes] : zones) {
    Lines column = {style.Bold(zone)};
    for (const NodeInfo* node : nodes) {
      for (std::string& line : Box(t, *node, width, style)) column.push_back(std::move(line));
    }
    columns.push_back(std::move(column));
    if (columns.size() == beside) {
      text += BesideEachOther(columns, width);
      columns.clear();
    }
  }
  return columns.empty() ? text : text + BesideEachOther(columns, width);
}

std::string NodeTable(const DescribeTopologyResponse& t, const Style& style) {
  TextTable table({"NODE", "SHARD", "ZONE", "ROLE", "STATUS", "ADDRESS", "PID", "LIFE", "LAG"});
  for (const NodeInfo& node : t.nodes()) {
    table.Add({NodeName(t, node), node.node_group_id(), node.zone(), node.role(), StateText(node, style),
               fmt::format("{}:{}", node.address(), node.port()), node.pid() > 0 ? std::to_string(node.pid()) : "",
               std::to_string(node.incarnation()), node.role() == "replica" ? BytesText(node.lag_bytes()) : ""});
  }
  return table.Text(style, "  ");
}

std::string Endpoints(const DescribeTopologyResponse& t, const Style& style) {
  TextTable table({"ENDPOINT", "ADDRESS", "REACHES", "NAME"});
  for (const EndpointInfo& endpoint : t.endpoints()) {
    const std::string address = fmt::format("{}:{}", endpoint.address(), endpoint.port());
    std::vector<std::string> reached;
    for (const NodeInfo& node : t.nodes()) {
      const auto& on = node.endpoints();
      if (std::find(on.begin(), on.end(), endpoint.address()) != on.end() ||
          std::find(on.begin(), on.end(), address) != on.end()) {
        reached.push_back(NodeName(t, node));
      }
    }
    table.Add({endpoint.kind(), address, fmt::format("{}", fmt::join(reached, ", ")), style.Dim(endpoint.dns_name())});
  }
  return table.empty() ? "" : table.Text(style, "  ");
}

}  // namespace

std::string NodeName(const DescribeTopologyResponse& topology, const NodeInfo& node) {
  const auto same = std::count_if(topology.nodes().begin(), topology.nodes().end(),
                                  [&](const NodeInfo& other) { return other.cluster_id() == node.cluster_id(); });
  return same > 1 ? node.cluster_id() + "/" + node.node_id() : node.cluster_id();
}

const EndpointInfo* FindEndpoint(const DescribeTopologyResponse& topology, const std::string& kind) {
  for (const EndpointInfo& endpoint : topology.endpoints()) {
    if (endpoint.kind() == kind) return &endpoint;
  }
  return nullptr;
}

std::string ConnectLine(const DescribeTopologyResponse& topology) {
  const EndpointInfo* endpoint = FindEndpoint(topology, "primary");
  if (endpoint == nullptr) endpoint = FindEndpoint(topology, "configuration");
  std::string address = endpoint != nullptr ? endpoint->address() : "";
  int port = endpoint != nullptr ? endpoint->port() : 0;
  if (address.empty() && topology.nodes_size() > 0) {
    address = topology.nodes(0).address();
    port = topology.nodes(0).port();
  }
  if (address.empty()) return "";
  if (topology.engine() == "memcached") return fmt::format("nc {} {}", address, port);
  return fmt::format("redis-cli -h {} -p {}", address, port);
}

std::string TopologyPicture(const DescribeTopologyResponse& topology, const Style& style) {
  std::string text = HeadLine(topology, style) + "\n";
  if (!topology.description().empty()) text += style.Dim(topology.description()) + "\n";
  text += "\n" + (topology.nodes_size() > kMostBoxes ? NodeTable(topology, style) : Boxes(topology, style));
  if (std::string endpoints = Endpoints(topology, style); !endpoints.empty()) text += "\n" + endpoints;
  std::string problems;
  for (const NodeInfo& node : topology.nodes()) {
    if (node.problem().empty()) continue;
    problems += fmt::format("  {} {}: {}\n", style.Red("!"), NodeName(topology, node), node.problem());
  }
  return problems.empty() ? text : text + "\n" + problems;
}

}  // namespace elastilab
