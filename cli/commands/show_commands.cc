// describe-cluster, list-clusters, explain.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "cli/commands/cluster_list.h"
#include "cli/commands/registry.h"
#include "cli/commands/waiter.h"
#include "cli/output/picture.h"

namespace elastilab {
namespace {

const Flag kWatch = {.name = "watch", .kind = FlagKind::kSwitch, .help = "Show it again whenever it changes."};
const Positional kId = {
    .name = "ID", .help = "Of a replication group or cache cluster.", .kind = WordKind::kClusterId};

StatusOr<std::string> RenderCluster(Context& context, OutputFormat format) {
  ASSIGN_OR_RETURN(const auto topology, DescribeTopology(context, context.args.Word(0)));
  if (format != OutputFormat::kDrawn) return context.Render(topology, format);
  return TopologyPicture(topology, context.io.style);
}

StatusOr<int> ShowOnceOrWatch(Context& context, StatusOr<std::string> (*render)(Context&, OutputFormat)) {
  ASSIGN_OR_RETURN(const auto format, context.Format(OutputFormat::kDrawn));
  if (context.args.Has("watch")) return Watch(context, [&] { return render(context, format); });
  ASSIGN_OR_RETURN(const std::string text, render(context, format));
  context.Print(text);
  return kExitOk;
}

StatusOr<int> DescribeCluster(Context& context) { return ShowOnceOrWatch(context, RenderCluster); }
StatusOr<int> ListClusters(Context& context) { return ShowOnceOrWatch(context, RenderClusterList); }

StatusOr<int> Explain(Context& context) {
  ASSIGN_OR_RETURN(const auto format, context.Format(OutputFormat::kDrawn));
  admin::v1::ExplainRequest request;
  request.set_id(context.args.Word(0));
  ASSIGN_OR_RETURN(const auto response, AdminCall<admin::v1::ExplainResponse>(context.rpc(), "Explain", request));
  if (format != OutputFormat::kDrawn) {
    RETURN_IF_ERROR(context.PrintAnswer(response, format));
    return kExitOk;
  }
  context.Print(response.summary() + "\n");
  for (const std::string& line : response.lines()) context.Print("  " + line + "\n");
  return kExitOk;
}

}  // namespace

std::vector<Command> ShowCommands() {
  return {
      {{.name = "describe-cluster",
        .group = "Clusters",
        .answers = true,
        .summary = "Picture of a cluster: zones, nodes, roles, endpoints.",
        .positionals = {kId},
        .flags = {kWatch}},
       DescribeCluster},
      {{.name = "list-clusters",
        .group = "Clusters",
        .answers = true,
        .summary = "All replication groups and cache clusters.",
        .flags = {kWatch}},
       ListClusters},
      {{.name = "explain",
        .group = "Clusters",
        .answers = true,
        .summary = "Why a cluster is in its state, and what it waits for.",
        .positionals = {kId}},
       Explain},
  };
}

}  // namespace elastilab
