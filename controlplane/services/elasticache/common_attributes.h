// What creating and modifying clusters and groups have in common: attributes that both carry under the same names.
#pragma once

#include <string>
#include <vector>

#include "controlplane/region/faults/faults.h"
#include "controlplane/region/model/records.h"
#include "controlplane/region/schedule/windows.h"
#include "controlplane/services/elasticache/identifiers.h"

namespace elastilab {

template <typename Tags>
std::vector<Tag> ReadTags(const Tags& tags) {
  std::vector<Tag> read;
  for (const auto& tag : tags) read.push_back({tag.key(), tag.value()});
  return read;
}

// Things that this version cannot make real are refused, never accepted and ignored.
template <typename Request>
Status RefuseWhatIsNotServed(const Request& request) {
  if (request.transit_encryption_enabled()) return NotServedYet("Encryption in transit (TransitEncryptionEnabled)");
  if (request.has_auth_token()) return NotServedYet("AUTH (AuthToken)");
  if (request.snapshot_arns_size() > 0 || request.has_snapshot_name()) return NotServedYet("Restoring a snapshot");
  if (request.log_delivery_configurations_size() > 0) return NotServedYet("Log delivery");
  if (request.cache_security_group_names_size() > 0) {
    return InvalidParameterValue("Use of cache security groups is not permitted in this API version for your account.");
  }
  if (request.network_type() > 1 || request.ip_discovery() > 1) {
    return InvalidParameterCombination("This lab has IPv4 addresses only: leave NetworkType and IpDiscovery out, or set ipv4.");
  }
  return absl::OkStatus();
}

// Windows, snapshot policy, notification and the like of a new cluster or group.
template <typename Request, typename Record>
Status FillCommonAttributes(const Request& request, Record& record) {
  RETURN_IF_ERROR(CheckSnapshotRetention(request.snapshot_retention_limit()));
  const auto given = [](bool has, const std::string& text) { return has ? std::optional(text) : std::nullopt; };
  ASSIGN_OR_RETURN(const Windows windows,
                   ChooseWindows(given(request.has_preferred_maintenance_window(), request.preferred_maintenance_window()),
                                 given(request.has_snapshot_window(), request.snapshot_window()),
                                 std::hash<std::string>{}(record.id)));
  record.maintenance_window = windows.maintenance;
  record.snapshots = {request.snapshot_retention_limit(), windows.snapshot};
  record.auto_minor_version_upgrade = !request.has_auto_minor_version_upgrade() || request.auto_minor_version_upgrade();
  if (request.has_notification_topic_arn()) record.notification = {request.notification_topic_arn(), "active"};
  record.security_group_ids.assign(request.security_group_ids().begin(), request.security_group_ids().end());
  return absl::OkStatus();
}

// Attributes that take effect at once, whatever ApplyImmediately says. True when one was given.
template <typename Request, typename Record>
StatusOr<bool> ModifyCommonAttributes(const Request& request, Record& record) {
  const bool windows = request.has_preferred_maintenance_window() || request.has_snapshot_window();
  if (windows) {
    const std::string maintenance =
        request.has_preferred_maintenance_window() ? request.preferred_maintenance_window() : record.maintenance_window;
    const std::string snapshot = request.has_snapshot_window() ? request.snapshot_window() : record.snapshots.window;
    // A memcached cluster has no snapshot window.
    const auto daily = snapshot.empty() ? std::nullopt : std::optional(snapshot);
    ASSIGN_OR_RETURN(const Windows chosen, ChooseWindows(maintenance, daily, 0));
    record.maintenance_window = chosen.maintenance;
    if (daily) record.snapshots.window = chosen.snapshot;
  }
  if (request.has_snapshot_retention_limit()) {
    RETURN_IF_ERROR(CheckSnapshotRetention(request.snapshot_retention_limit()));
    record.snapshots.retention_days = request.snapshot_retention_limit();
  }
  if (request.has_notification_topic_arn()) record.notification = {request.notification_topic_arn(), "active"};
  if (request.has_notification_topic_status()) record.notification.status = request.notification_topic_status();
  if (request.has_auto_minor_version_upgrade()) record.auto_minor_version_upgrade = request.auto_minor_version_upgrade();
  if (request.security_group_ids_size() > 0) {
    record.security_group_ids.assign(request.security_group_ids().begin(), request.security_group_ids().end());
  }
  return windows || request.has_snapshot_retention_limit() || request.has_notification_topic_arn() ||
         request.has_notification_topic_status() || request.has_auto_minor_version_upgrade() ||
         request.security_group_ids_size() > 0;
}

}  // namespace elastilab
