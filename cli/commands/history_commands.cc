// events and failovers: what happened.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands/event_feed.h"
#include "cli/commands/failover_text.h"
#include "cli/commands/registry.h"
#include "cli/commands/waiter.h"
#include "cli/output/table.h"

namespace elastilab {
namespace {

using elasticache::v1::Event;

constexpr std::chrono::milliseconds kFollowWait{10'000};

std::string EventLine(const Event& event, const Style& style) {
  return fmt::format("{}  {}  {}\n", style.Dim(TimeText(event.date())), style.Bold(event.source_identifier()),
                     event.message());
}

StatusOr<std::string> EventsText(const Context& context, const std::vector<Event>& events, OutputFormat format) {
  if (format != OutputFormat::kDrawn) {
    elasticache::v1::DescribeEventsResponse all;
    for (const Event& event : events) *all.add_events() = event;
    return context.Render(all, format);
  }
  std::string text;
  for (const Event& event : events) text += EventLine(event, context.io.style);
  return text;
}

StatusOr<int> Events(Context& context) {
  ASSIGN_OR_RETURN(const auto format, context.Format(OutputFormat::kDrawn));
  EventFeed feed(context.args.Word(0));
  const bool follow = context.args.Has("follow");
  do {
    ASSIGN_OR_RETURN(int64_t revision, WaitForChange(context, -1, std::chrono::milliseconds(0)));
    ASSIGN_OR_RETURN(const auto events, feed.Next(context));
    if (!events.empty() || !follow) {
      ASSIGN_OR_RETURN(const std::string text, EventsText(context, events, format));
      context.Print(text);
    }
    if (follow) RETURN_IF_ERROR(WaitForChange(context, revision, kFollowWait).status());
  } while (follow);
  return kExitOk;
}

StatusOr<int> Failovers(Context& context) {
  ASSIGN_OR_RETURN(const auto format, context.Format(OutputFormat::kDrawn));
  admin::v1::ListFailoversRequest request;
  request.set_replication_group_id(context.args.Word(0));
  ASSIGN_OR_RETURN(const int limit, context.args.Int("limit", 0, 1, 1'000));
  request.set_limit(limit);
  ASSIGN_OR_RETURN(const auto response,
                   AdminCall<admin::v1::ListFailoversResponse>(context.rpc(), "ListFailovers", request));
  RETURN_IF_ERROR(context.PrintAnswer(response, format, FailoverTable(response, context.io.style)));
  return kExitOk;
}

}  // namespace

std::vector<Command> HistoryCommands() {
  return {
      {{.name = "events",
        .group = "What happened",
        .answers = true,
        .summary = "Events of a cluster or of all, oldest first.",
        .positionals = {{.name = "ID",
                         .help = "Only of this cluster or group and its members.",
                         .required = false,
                         .kind = WordKind::kClusterId}},
        .flags = {{.name = "follow", .kind = FlagKind::kSwitch, .help = "Go on and print new ones as they come.",
                   .letter = 'f'}}},
       Events},
      {{.name = "failovers",
        .group = "What happened",
        .answers = true,
        .summary = "Each change of primary: cause, timings, what can have been lost.",
        .positionals = {{.name = "ID", .help = "Only of this replication group.", .required = false,
                         .kind = WordKind::kClusterId}},
        .flags = {{.name = "limit", .value = "N", .help = "At most this many, newest first. Default 20."}}},
       Failovers},
  };
}

}  // namespace elastilab
