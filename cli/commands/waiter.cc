#include "cli/commands/waiter.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/progress.h"
#include "cli/output/picture.h"

namespace elastilab {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds kRedraw{150};       // of the elapsed time on a terminal
constexpr milliseconds kLongestWait{10'000};
constexpr milliseconds kWatchRefresh{1'000};  // lag and phases change without a revision
constexpr milliseconds kPatience{5'000};   // for an answer beyond the wait itself

milliseconds Since(SteadyClock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(SteadyClock::now() - start);
}

bool IsFinalFailure(const std::string& status) {
  return status == "create-failed" || status == "restore-failed" || status.starts_with("incompatible-");
}

// "; demo-001: <why it is not as it should be>" of the first node that has a problem, and how many more there are.
std::string Problems(const admin::v1::DescribeTopologyResponse& topology) {
  std::string text;
  int more = -1;
  for (const auto& node : topology.nodes()) {
    if (node.problem().empty()) continue;
    if (++more == 0) text = fmt::format("; {}: {}", NodeName(topology, node), node.problem());
  }
  return more > 0 ? fmt::format("{} (and {} more)", text, more) : text;
}

std::string NodesReady(const admin::v1::DescribeTopologyResponse& topology) {
  const auto ready = std::count_if(topology.nodes().begin(), topology.nodes().end(),
                                   [](const admin::v1::NodeInfo& node) { return node.phase() == "ready"; });
  return fmt::format("{} {}: nodes ready {}/{}{}", topology.id(), topology.status(), ready, topology.nodes_size(),
                     Problems(topology));
}

// The revision at which something was not there: taken before the look, so that no change falls between.
StatusOr<int64_t> CurrentRevision(Context& context) { return WaitForChange(context, -1, milliseconds(0)); }

StatusOr<Look> LookAt(Context& context, const std::string& id, Target target,
                      admin::v1::DescribeTopologyResponse* last) {
  auto topology = DescribeTopology(context, id);
  if (topology.status().code() == absl::StatusCode::kNotFound && target == Target::kDeleted) {
    return Look{.state = WaitState::kReached};
  }
  if (!topology.ok()) return topology.status();
  *last = *std::move(topology);
  Look look{.revision = last->revision(), .progress = NodesReady(*last)};
  if (target == Target::kAvailable) {
    if (last->status() == "available") look.state = WaitState::kReached;
    if (IsFinalFailure(last->status()) || last->status() == "deleting") {
      return absl::FailedPreconditionError(fmt::format("{} is {}{}", id, last->status(), Problems(*last)));
    }
  }
  return look;
}

}  // namespace

StatusOr<admin::v1::DescribeTopologyResponse> DescribeTopology(Context& context, const std::string& id) {
  admin::v1::DescribeTopologyRequest request;
  request.set_id(id);
  return AdminCall<admin::v1::DescribeTopologyResponse>(context.rpc(), "DescribeTopology", request);
}

StatusOr<int64_t> WaitForChange(Context& context, int64_t revision, milliseconds timeout) {
  admin::v1::WaitForChangeRequest request;
  request.set_revision(revision);
  request.set_timeout_ms(timeout.count());
  ASSIGN_OR_RETURN(const auto response, AdminCall<admin::v1::WaitForChangeResponse>(context.rpc(), "WaitForChange",
                                                                                    request, timeout + kPatience));
  return response.revision();
}

Status WaitUntil(Context& context, const std::string& what, milliseconds timeout,
                 const std::function<StatusOr<Look>()>& look) {
  const auto start = SteadyClock::now();
  ProgressLine progress(context.io);
  while (true) {
    ASSIGN_OR_RETURN(const Look seen, look());
    if (seen.state == WaitState::kReached) return absl::OkStatus();
    const milliseconds left = timeout - Since(start);
    if (left.count() <= 0) {
      return absl::DeadlineExceededError(fmt::format("waited {} s for {}; last seen: {}", timeout.count() / 1e3, what,
                                                     seen.progress));
    }
    progress.Show(seen.progress);
    const milliseconds step = progress.visible() ? kRedraw : kLongestWait;
    RETURN_IF_ERROR(WaitForChange(context, seen.revision, std::min(step, left)).status());
  }
}

Status WaitForCluster(Context& context, const std::string& id, Target target, milliseconds timeout,
                      admin::v1::DescribeTopologyResponse* last) {
  const std::string what = fmt::format("{} to be {}", id, target == Target::kAvailable ? "available" : "deleted");
  return WaitUntil(context, what, timeout, [&] { return LookAt(context, id, target, last); });
}

StatusOr<int> Watch(Context& context, const std::function<StatusOr<std::string>()>& render) {
  std::string shown;
  while (true) {
    ASSIGN_OR_RETURN(const int64_t revision, CurrentRevision(context));
    ASSIGN_OR_RETURN(const std::string text, render());
    if (text != shown) {
      if (context.io.out_is_terminal) context.Print("\033[H\033[2J\033[3J");
      if (!context.io.out_is_terminal && !shown.empty()) context.Print("\n");
      context.Print(text);
      shown = text;
    }
    RETURN_IF_ERROR(WaitForChange(context, revision, kWatchRefresh).status());
  }
}

}  // namespace elastilab
