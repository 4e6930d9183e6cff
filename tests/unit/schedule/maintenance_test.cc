#include "controlplane/region/schedule/maintenance.h"

#include <gtest/gtest.h>

#include <memory>

namespace elastilab {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Sunday 2026-11-22 00:00 UTC.
constexpr ServiceTime kSunday = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

ServiceTime At(int day, int hour, int minute = 0) {
  return kSunday + std::chrono::days(day) + hours(hour) + minutes(minute);
}

TEST(MaintenanceWindowTest, OpensOnItsWeekday) {
  EXPECT_EQ(NextOpening("sun:05:00-sun:06:00", At(0, 0)), At(0, 5));
  EXPECT_EQ(NextOpening("wed:23:00-thu:01:30", At(1, 12)), At(3, 23));
  EXPECT_EQ(NextOpening("sun:05:00-sun:06:00", At(0, 6)), At(7, 5)) << "it has just closed";
  EXPECT_EQ(NextOpening("sun:05:00-sun:06:00", At(0, 5) - milliseconds(1)), At(0, 5));
}

TEST(MaintenanceWindowTest, InsideItIsOpen) {
  EXPECT_EQ(NextOpening("sun:05:00-sun:06:00", At(0, 5)), At(0, 5));
  EXPECT_EQ(NextOpening("sun:05:00-sun:06:00", At(0, 5, 59)), At(0, 5, 59));
}

TEST(MaintenanceWindowTest, MayWrapTheWeek) {
  EXPECT_EQ(NextOpening("sat:23:30-sun:00:30", At(0, 0, 10)), At(0, 0, 10));
  EXPECT_EQ(NextOpening("sat:23:30-sun:00:30", At(0, 0, 30)), At(6, 23, 30));
}

TEST(MaintenanceWindowTest, WhatIsNoWindowNeverOpens) { EXPECT_EQ(NextOpening("", At(0, 0)), std::nullopt); }

CacheCluster Waiting(const std::string& id, ServiceTime since) {
  CacheCluster cluster;
  cluster.id = id;
  cluster.status = ClusterStatus::kAvailable;
  cluster.maintenance_window = "sun:05:00-sun:06:00";
  cluster.pending.node_type = "cache.t4g.small";
  cluster.pending_since = since;
  return cluster;
}

TEST(AppointmentsTest, EarliestFirstAndOnlyWhatWaits) {
  State state;
  auto put = [&](CacheCluster cluster) { state.clusters[cluster.id] = std::make_shared<const CacheCluster>(cluster); };
  put(Waiting("a-later", At(3, 0)));
  put(Waiting("b-sooner", At(0, 1)));
  CacheCluster idle = Waiting("c-nothing", At(0, 1));
  idle.pending = {};
  put(idle);
  CacheCluster busy = Waiting("d-busy", At(0, 1));
  busy.status = ClusterStatus::kModifying;
  put(busy);
  CacheCluster member = Waiting("e-member", At(0, 1));
  member.group_id = "g";
  put(member);
  EXPECT_EQ(Appointments(state), (std::vector<Appointment>{{false, "b-sooner", At(0, 5)}, {false, "a-later", At(7, 5)}}));
}

}  // namespace
}  // namespace elastilab
