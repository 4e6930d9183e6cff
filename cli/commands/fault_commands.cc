// fault, test-failover, clock: the levers of the simulator.
#include <fmt/format.h>

#include <map>

#include "cli/commands/api_flags.h"
#include "cli/commands/duration.h"
#include "cli/commands/failover_text.h"
#include "cli/commands/registry.h"
#include "cli/commands/waiter.h"
#include "proto/elasticache/v1/replication_groups.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;
using admin::v1::Failover;

constexpr char kTestFailover[] = "test-failover";

const std::map<std::string, admin::v1::FaultKind>& FaultKinds() {
  static const auto& kinds = *new std::map<std::string, admin::v1::FaultKind>{
      {"kill-node", admin::v1::FAULT_KIND_KILL_NODE},         {"stop-node", admin::v1::FAULT_KIND_STOP_NODE},
      {"continue-node", admin::v1::FAULT_KIND_CONTINUE_NODE}, {"lose-zone", admin::v1::FAULT_KIND_LOSE_ZONE},
      {"restore-zone", admin::v1::FAULT_KIND_RESTORE_ZONE},   {"kill-agent", admin::v1::FAULT_KIND_KILL_AGENT},
  };
  return kinds;
}

StatusOr<int> Fault(Context& context) {
  ASSIGN_OR_RETURN(const auto format, context.Format(OutputFormat::kDrawn));
  admin::v1::InjectFaultRequest request;
  request.set_kind(FaultKinds().at(context.args.Word(0)));
  request.set_target(context.args.Word(1));
  ASSIGN_OR_RETURN(const auto response,
                   AdminCall<admin::v1::InjectFaultResponse>(context.rpc(), "InjectFault", request));
  RETURN_IF_ERROR(context.PrintAnswer(response, format, response.what_happened() + "\n"));
  return kExitOk;
}

StatusOr<Failover> NewestFailover(Context& context, const std::string& id, const std::string& shard) {
  admin::v1::ListFailoversRequest request;
  request.set_replication_group_id(id);
  ASSIGN_OR_RETURN(const auto response,
                   AdminCall<admin::v1::ListFailoversResponse>(context.rpc(), "ListFailovers", request));
  for (const Failover& failover : response.failovers()) {
    if (failover.node_group_id() == shard) return failover;
  }
  return Failover();
}

StatusOr<Look> LookForFailover(Context& context, const std::string& id, const std::string& shard, int64_t before,
                               Failover* found) {
  ASSIGN_OR_RETURN(const int64_t revision, WaitForChange(context, -1, std::chrono::milliseconds(0)));
  ASSIGN_OR_RETURN(*found, NewestFailover(context, id, shard));
  const bool done = found->id() > before && (found->promoted_micros() >= 0 || !found->outcome().empty());
  return Look{.state = done ? WaitState::kReached : WaitState::kNotYet,
              .revision = revision,
              .progress = id + ": failing over"};
}

// Without ID: the API's own operation under the same name, with its own flags.
StatusOr<int> TestFailover(Context& context) {
  const std::string id = context.args.Word(0);
  if (id.empty()) return ApiCommand(kTestFailover)->run(context);
  const std::string shard = context.args.Get("node-group-id", "0001");
  ASSIGN_OR_RETURN(const auto format, context.Format(OutputFormat::kDrawn));
  ASSIGN_OR_RETURN(const auto timeout, ParseDuration(context.args.Get("timeout", "60s")));
  ASSIGN_OR_RETURN(const Failover before, NewestFailover(context, id, shard));
  v1::TestFailoverRequest request;
  request.set_replication_group_id(id);
  request.set_node_group_id(shard);
  ASSIGN_OR_RETURN(const auto response, ApiCall<v1::TestFailoverResponse>(context.rpc(),
                                                                          "ReplicationGroups/TestFailover", request));
  if (context.args.Has("no-wait")) {
    RETURN_IF_ERROR(context.PrintAnswer(response, format));
    return kExitOk;
  }
  Failover found;
  RETURN_IF_ERROR(WaitUntil(context, "the failover of " + id, timeout,
                            [&] { return LookForFailover(context, id, shard, before.id(), &found); }));
  RETURN_IF_ERROR(context.PrintAnswer(found, format, FailoverLine(found) + "\n"));
  return kExitOk;
}

StatusOr<int> Clock(Context& context) {
  ASSIGN_OR_RETURN(const auto format, context.Format(OutputFormat::kDrawn));
  admin::v1::GetClockResponse clock;
  if (context.args.Word(0) == "advance") {
    if (context.args.Word(1).empty()) return UsageError("say by how much: clock advance 7d");
    ASSIGN_OR_RETURN(const auto by, ParseDuration(context.args.Word(1)));
    admin::v1::AdvanceClockRequest request;
    request.set_by_ms(by.count());
    ASSIGN_OR_RETURN(clock, AdminCall<admin::v1::GetClockResponse>(context.rpc(), "AdvanceClock", request));
  } else {
    if (!context.args.Word(1).empty()) return UsageError(fmt::format("unexpected argument '{}'", context.args.Word(1)));
    ASSIGN_OR_RETURN(clock, AdminCall<admin::v1::GetClockResponse>(context.rpc(), "GetClock",
                                                                   admin::v1::GetClockRequest()));
  }
  if (format != OutputFormat::kDrawn) {
    RETURN_IF_ERROR(context.PrintAnswer(clock, format));
    return kExitOk;
  }
  context.Print(fmt::format("{} UTC{}\n", TimeText(clock.service_time()),
                            clock.offset_ms() == 0 ? "" : fmt::format(", {} ahead of the host's clock",
                                                                      MicrosText(clock.offset_ms() * 1'000))));
  return kExitOk;
}

std::vector<std::string> FaultNames() {
  std::vector<std::string> names;
  for (const auto& [name, kind] : FaultKinds()) names.push_back(name);
  return names;
}

CommandSpec FaultSpec() {
  return {.name = "fault",
          .group = "Practice",
          .answers = true,
          .summary = "Do harm to one thing, to see it heal.",
          .details = "  elastilab fault kill-node demo-001        kill -9 of the process\n"
                     "  elastilab fault stop-node demo-001        SIGSTOP: alive, but silent\n"
                     "  elastilab fault continue-node demo-001    SIGCONT\n"
                     "  elastilab fault lose-zone us-east-1a      all engines of the zone, and its agent\n"
                     "  elastilab fault restore-zone us-east-1a\n"
                     "  elastilab fault kill-agent us-east-1a     caches serve on; it adopts them when it is back",
          .positionals = {{.name = "WHAT", .help = "What to do.", .kind = WordKind::kChoice, .choices = FaultNames()},
                          {.name = "TARGET",
                           .help = "A node (demo-001, pages/0002) or a zone.",
                           .kind = WordKind::kNodeName}}};
}

CommandSpec TestFailoverSpec() {
  CommandSpec spec = {
      .name = kTestFailover,
      .group = "Practice",
      .answers = true,
      .summary = "Let the service fail a shard over, and say how long it took.",
      .details =
          "  elastilab test-failover demo\n\n"
          "With --replication-group-id instead of ID it is the API's operation, and prints its answer.",
      .positionals =
          {{.name = "ID", .help = "Of a replication group.", .required = false, .kind = WordKind::kClusterId}},
      .flags = {{.name = "no-wait", .kind = FlagKind::kSwitch, .help = "Return as soon as it is accepted."},
                {.name = "timeout", .value = "TIME", .help = "How long to wait. Default 60s."},
                {.name = "replication-group-id", .value = "TEXT", .help = "The API's spelling of ID."},
                {.name = "node-group-id", .value = "SHARD", .help = "Default 0001."}}};
  for (Flag& flag : InputFlags()) spec.flags.push_back(std::move(flag));
  return spec;
}

}  // namespace

std::vector<Command> FaultCommands() {
  return {
      {FaultSpec(), Fault},
      {TestFailoverSpec(), TestFailover},
      {{.name = "clock",
        .group = "Practice",
        .answers = true,
        .summary = "Service time (windows, retention, event times): show it, or move it forward.",
        .details = "  elastilab clock\n  elastilab clock advance 7d",
        .positionals = {{.name = "WHAT", .help = "Default show.", .required = false, .kind = WordKind::kChoice,
                         .choices = {"show", "advance"}},
                        {.name = "TIME", .help = "7d, 2h30m, 90s.", .required = false}}},
       Clock},
  };
}

}  // namespace elastilab
