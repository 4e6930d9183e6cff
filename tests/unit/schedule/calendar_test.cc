#include "controlplane/region/schedule/maintenance_calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

namespace elastilab {
namespace {

TEST(MaintenanceCalendarTest, WhatIsQueuedIsAppliedWhenItIsDue) {
  SystemClock clock;
  auto store = OpenStore(":memory:", {.durable = false, .rehearse = true}).value();
  std::promise<std::string> kept;
  MaintenanceCalendar calendar(*store, clock, [&](const Appointment& appointment) -> Status {
    kept.set_value(appointment.id);
    return store->Mutate([](Draft& draft) -> Status {
      draft.Erase<CacheCluster>("a");
      return absl::OkStatus();
    });
  });
  store->OnChange([&](const Change& change) { calendar.OnChange(change); });
  calendar.Start();
  const ServiceTime queued = clock.Now() - std::chrono::weeks(1);  // a mutation that reads a clock can't run twice
  ASSERT_TRUE(store->Mutate([&](Draft& draft) -> Status {
    CacheCluster cluster;
    cluster.id = "a";
    cluster.status = ClusterStatus::kAvailable;
    cluster.maintenance_window = "sun:05:00-sun:06:00";
    cluster.pending.node_type = "cache.t4g.small";
    cluster.pending_since = queued;
    draft.Put(cluster);
    return absl::OkStatus();
  }).ok());
  auto id = kept.get_future();
  ASSERT_EQ(id.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(id.get(), "a");
  calendar.Stop();
}

TEST(MaintenanceCalendarTest, AnAppointmentThatThrowsKeepsNoOtherWaiting) {
  ManualClock clock;
  auto store = OpenStore(":memory:", {.durable = false, .rehearse = true}).value();
  ASSERT_TRUE(store->Mutate([&](Draft& draft) -> Status {
    for (const char* id : {"a", "b", "c"}) {
      CacheCluster cluster;
      cluster.id = id;
      cluster.status = ClusterStatus::kAvailable;
      cluster.maintenance_window = "sun:05:00-sun:06:00";
      cluster.pending.node_type = "cache.t4g.small";
      cluster.pending_since = clock.Now();
      draft.Put(cluster);
    }
    return absl::OkStatus();
  }).ok());
  clock.Advance(std::chrono::weeks(1));
  std::vector<std::string> tried;
  MaintenanceCalendar calendar(*store, clock, [&](const Appointment& appointment) -> Status {
    tried.push_back(appointment.id);
    if (appointment.id == "b") throw std::out_of_range("map::at");
    return absl::OkStatus();
  });
  EXPECT_EQ(calendar.KeepAppointments(), 2);
  EXPECT_THAT(tried, testing::ElementsAre("a", "b", "c"));
}

}  // namespace
}  // namespace elastilab
