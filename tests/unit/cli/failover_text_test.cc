#include "cli/commands/failover_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastilab {
namespace {

using ::testing::HasSubstr;

admin::v1::Failover Promoted() {
  admin::v1::Failover failover;
  failover.set_replication_group_id("demo");
  failover.set_node_group_id("0001");
  failover.set_cause("exited");
  failover.set_old_primary("demo-001");
  failover.set_new_primary("demo-002");
  failover.set_promoted_micros(6'200);
  failover.set_replaced_micros(-1);
  failover.set_lost_bytes(0);
  failover.set_old_offset_age_micros(85'000);
  failover.set_outcome("promoted");
  return failover;
}

TEST(FailoverTextTest, SaysWhatIsKnownOfTheLossAndWhatIsNot) {
  EXPECT_EQ(FailoverLine(Promoted()),
            "demo 0001: demo-001 → demo-002 (exited), writes accepted again after 6.2 ms, lost: 0 B + last 85.0 ms");
  auto unread = Promoted();
  unread.set_lost_bytes(-1);
  EXPECT_EQ(LossText(unread), "unknown");
}

TEST(FailoverTextTest, NobodyToPromote) {
  auto failed = Promoted();
  failed.set_promoted_micros(-1);
  failed.set_outcome("no replica left");
  EXPECT_EQ(FailoverLine(failed), "demo 0001: no replica left (exited)");
}

TEST(FailoverTextTest, Table) {
  admin::v1::ListFailoversResponse response;
  EXPECT_EQ(FailoverTable(response, Style()), "no failovers\n");
  *response.add_failovers() = Promoted();
  EXPECT_THAT(FailoverTable(response, Style()), HasSubstr("6.2 ms"));
}

TEST(FailoverTextTest, Times) {
  google::protobuf::Timestamp time;
  time.set_seconds(1'482'424'076);
  time.set_nanos(88'000'000);
  EXPECT_EQ(TimeText(time), "2016-12-22 16:27:56.088");
}

}  // namespace
}  // namespace elastilab
