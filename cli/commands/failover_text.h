// Failovers in words, and times as people read them.
#pragma once

#include <string>

#include "cli/output/style.h"
#include "proto/admin/v1/admin.pb.h"

namespace elastilab {

// "2026-11-23 07:22:44.123", UTC.
std::string TimeText(const google::protobuf::Timestamp& time);

std::string FailoverTable(const admin::v1::ListFailoversResponse& response, const Style& style);

// "demo 0001: demo-001 → demo-002 (exited), writes accepted again after 6.2 ms, lost: 0 B + last 85.0 ms"
std::string FailoverLine(const admin::v1::Failover& failover);

// "0 B + last 85.0 ms": bytes known to be acknowledged and not taken over, and the time before the failure that nobody
// saw: writes of that time may be lost beyond the bytes. "unknown" without a reading.
std::string LossText(const admin::v1::Failover& failover);

}  // namespace elastilab
