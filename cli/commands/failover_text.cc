#include "cli/commands/failover_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "cli/output/table.h"

namespace elastilab {

using admin::v1::Failover;

std::string TimeText(const google::protobuf::Timestamp& time) {
  const std::time_t seconds = time.seconds();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03}", parts, time.nanos() / 1'000'000);
}

std::string LossText(const Failover& failover) {
  if (failover.lost_everything()) {
    return failover.old_keys() < 0 ? "everything" : fmt::format("everything: {} keys", failover.old_keys());
  }
  if (failover.lost_bytes() < 0) return "unknown";
  const std::string known = BytesText(failover.lost_bytes());
  if (failover.old_offset_age_micros() < 0) return known;
  return fmt::format("{} + last {}", known, MicrosText(failover.old_offset_age_micros()));
}

std::string FailoverTable(const admin::v1::ListFailoversResponse& response, const Style& style) {
  if (response.failovers_size() == 0) return "no failovers\n";
  TextTable table({"WHEN (UTC)", "GROUP", "SHARD", "CAUSE", "FROM", "TO", "FENCED", "CHOSEN", "WRITABLE", "REPLACED", "LOST",
                   "OUTCOME"});
  for (const Failover& f : response.failovers()) {
    table.Add({TimeText(f.started_at()), f.replication_group_id(), f.node_group_id(), f.cause(), f.old_primary(),
               f.new_primary(), MicrosText(f.fenced_micros()), MicrosText(f.chosen_micros()),
               style.Bold(MicrosText(f.promoted_micros())), MicrosText(f.replaced_micros()), LossText(f), f.outcome()});
  }
  return table.Text(style);
}

std::string FailoverLine(const Failover& failover) {
  if (failover.promoted_micros() < 0) {
    return fmt::format("{} {}: {} ({})", failover.replication_group_id(), failover.node_group_id(), failover.outcome(),
                       failover.cause());
  }
  return fmt::format("{} {}: {} → {} ({}), writes accepted again after {}, lost: {}", failover.replication_group_id(),
                     failover.node_group_id(), failover.old_primary(), failover.new_primary(), failover.cause(),
                     MicrosText(failover.promoted_micros()), LossText(failover));
}

}  // namespace elastilab
