#include "controlplane/region/store/record_json.h"

#include "controlplane/region/model/identities.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/pfr.hpp>
#include <string>

namespace elastilab {
namespace {

using testing::HasSubstr;

constexpr ServiceTime kTime{milliseconds(1'482'424'076'088)};

CacheCluster FullCluster() {
  return {.id = "c-1",
          .generation = 2,
          .group_id = "g",
          .node_group_id = "0001",
          .engine = Engine::kMemcached,
          .engine_version = "1.6.22",
          .node_type = "cache.t4g.micro",
          .status = ClusterStatus::kRebooting,
          .nodes = {4, 5},
          .port = 11211,
          .cross_az = true,
          .preferred_zone = "Multiple",
          .parameter_group = "default.x",
          .subnet_group = "default",
          .security_group_ids = {"sg-1", "sg-2"},
          .maintenance_window = "sun:05:00-sun:06:00",
          .snapshots = {.retention_days = 3, .window = "05:00-06:00"},
          .auto_minor_version_upgrade = false,
          .notification = {.topic_arn = "arn:t", .status = "active"},
          .network_type = "dual_stack",
          .ip_discovery = "ipv6",
          .created_at = kTime,
          .pending = {.num_nodes = 0, .node_ids_to_remove = {"0002"}, .engine_version = "7.1", .node_type = "",
                      .parameter_group = "p"},
          .pending_since = kTime,
          .configuration_endpoint = {"127.0.0.9", 11211},
          .discovery_version = 7,
          .discovered = {5},
          .resize_from = 3};
}

ReplicationGroup FullGroup() {
  return {.id = "g",
          .generation = 3,
          .description = "cafés \"quoted\"\n\x01",
          .status = GroupStatus::kCreateFailed,
          .engine = Engine::kValkey,
          .engine_version = "8.0",
          .node_type = "t",
          .cluster_enabled = true,
          .automatic_failover = AutomaticFailover::kEnabling,
          .multi_az = true,
          .node_groups = {"0001", "0002"},
          .member_clusters = {"g-0001-001"},
          .port = 6379,
          .parameter_group = "p",
          .subnet_group = "s",
          .security_group_ids = {"sg"},
          .maintenance_window = "w",
          .snapshotting_cluster_id = "g-0001-002",
          .snapshots = {.retention_days = 1, .window = "x"},
          .auto_minor_version_upgrade = false,
          .at_rest_encryption = true,
          .notification = {.topic_arn = "t", .status = "inactive"},
          .network_type = "ipv6",
          .ip_discovery = "ipv6",
          .created_at = kTime,
          .pending = {.primary_cluster_id = "g-0001-002",
                      .automatic_failover = false,
                      .engine_version = "8.1",
                      .node_type = "u",
                      .parameter_group = "p"},
          .pending_since = kTime,
          .configuration_endpoint = {"127.0.0.2", 6379}};
}

NodeGroup FullNodeGroup() {
  return {.group_id = "g",
          .id = "0001",
          .status = NodeGroupStatus::kModifying,
          .primary = 3,
          .nodes = {3, 4},
          .slots = "0-8191",
          .primary_endpoint = {"127.0.0.3", 1},
          .reader_endpoint = {"127.0.0.4", 2},
          .failover = {.step = FailoverStep::kPromoting,
                       .cause = FailoverCause::kZoneLost,
                       .record_id = 9,
                       .old_primary = 3,
                       .candidate = 4,
                       .probe_id = 5,
                       .started_micros = 1LL << 60,
                       .step_micros = 8}};
}

CacheNode FullNode() {
  return {.uid = 1LL << 40,
          .cluster_id = "c",
          .id = "0001",
          .group_id = "g",
          .node_group_id = "0001",
          .zone = "us-east-1b",
          .address = "127.32.0.1",
          .port = 6379,
          .status = NodeStatus::kRecovering,
          .role = Role::kReplica,
          .follows = 3,
          .incarnation = 4,
          .revision = 5,
          .fenced = true,
          .ever_ready = true,
          .stopped = true,
          .holds_data = true,
          .keep_files = true,
          .told_silent = true,
          .process = {.pid = 7, .start_ticks = 8, .boot_id = "b"},
          .restarts = 2,
          .problem = "no redis-server",
          .startup_settings = {{"databases", "32"}},
          .parameters = ParameterStatus::kPendingReboot,
          .created_at = kTime};
}

FailoverRecord FullFailover() {
  return {.id = 1,
          .group_id = "g",
          .node_group_id = "0001",
          .cause = FailoverCause::kHung,
          .evidence = "silent",
          .old_primary = "g-1",
          .new_primary = "g-2",
          .started_at = kTime,
          .fenced_micros = 1,
          .chosen_micros = 2,
          .promoted_micros = 3,
          .replaced_micros = 4,
          .old_offset = 5,
          .old_offset_age_micros = 6,
          .new_offset = 7,
          .lost_bytes = 0,
          .lost_everything = true,
          .old_keys = 9,
          .new_keys = 10,
          .outcome = "promoted"};
}

// Every field differs from its default (so a field that was added to records.h and forgotten here is noticed), and
// comes back as it was (so one that was forgotten in record_json.cc is, too).
template <typename T>
void ExpectRoundTrip(const T& record) {
  boost::pfr::for_each_field(record, [&](const auto& field, auto index) {
    const T defaults{};
    EXPECT_FALSE(field == boost::pfr::get<index.value>(defaults)) << "field " << index.value << " has its default";
  });
  const auto read = FromJson<T>(ToJson(record));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(*read == record) << ToJson(record);
}

TEST(RecordJsonTest, EveryKindOfRecordComesBackWithEveryField) {
  ExpectRoundTrip(FullCluster());
  ExpectRoundTrip(FullGroup());
  ExpectRoundTrip(FullNodeGroup());
  ExpectRoundTrip(FullNode());
  ExpectRoundTrip(FullFailover());
  ExpectRoundTrip(TagSet{.arn = "arn:x", .tags = {{"k", "v"}, {"empty", ""}}});
  ExpectRoundTrip(
      SubnetGroup{.name = "s", .description = "d", .vpc_id = "vpc", .subnets = {{"subnet-1", "us-east-1a"}}});
  ExpectRoundTrip(CacheUser{.id = "u",
                            .name = "U",
                            .status = UserStatus::kModifying,
                            .engine = Engine::kValkey,
                            .access_string = "on ~* +@all",
                            .authentication = Authentication::kIam,
                            .password_hashes = {"ab", "cd"}});
  ExpectRoundTrip(CacheUserGroup{
      .id = "g", .status = UserStatus::kDeleting, .engine = Engine::kValkey, .user_ids = {"u", "default"}});
  ExpectRoundTrip(CacheSecurityGroup{.name = "s", .description = "d", .ingress = {{"web", "123456789012"}}});
  ExpectRoundTrip(IamUser{.name = "Alice",
                          .path = "/team/",
                          .id = "AIDA1",
                          .created_at = kTime,
                          .groups = {"devs"},
                          .attached = {"arn:p"},
                          .inline_policies = {{"i", "{}"}},
                          .boundary = "arn:b",
                          .tags = {{"k", "v"}}});
  ExpectRoundTrip(IamGroup{.name = "Devs",
                           .path = "/team/",
                           .id = "AGPA1",
                           .created_at = kTime,
                           .attached = {"arn:p"},
                           .inline_policies = {{"i", "{}"}}});
  ExpectRoundTrip(IamRole{.name = "Ops",
                          .path = "/team/",
                          .id = "AROA1",
                          .created_at = kTime,
                          .trust_policy = "{}",
                          .description = "d",
                          .max_session_seconds = 7200,
                          .attached = {"arn:p"},
                          .inline_policies = {{"i", "{}"}},
                          .boundary = "arn:b",
                          .tags = {{"k", "v"}}});
  ExpectRoundTrip(AccessKey{.id = "AKIA1", .user_name = "alice", .active = false, .created_at = kTime});
  ExpectRoundTrip(ManagedPolicy{.name = "P",
                                .path = "/team/",
                                .id = "ANPA1",
                                .description = "d",
                                .created_at = kTime,
                                .updated_at = kTime,
                                .versions = {{2, "{}", kTime}},
                                .default_version = 2,
                                .last_version = 3,
                                .tags = {{"k", "v"}}});
  ExpectRoundTrip(ReservedNode{.id = "ri-1",
                               .offering_id = "o",
                               .node_type = "cache.t4g.micro",
                               .product = "redis",
                               .offering_type = "All Upfront",
                               .seconds = 94'608'000,
                               .fixed_price = 1758.5,
                               .hourly_price = 0.011,
                               .count = 3,
                               .bought_at = kTime});
  ExpectRoundTrip(ParameterGroup{
      .name = "p", .family = "redis7", .description = "d", .settings = {{"timeout", "20"}, {"notify-keyspace-events", ""}}});
  ExpectRoundTrip(Zone{.name = "us-east-1a", .status = ZoneStatus::kLost});
  ExpectRoundTrip(LabSettings{
      .region = "eu-west-1", .account = "1", .dns_token = "abc123", .clock_offset_ms = -5, .suspended = true});
}

TEST(RecordJsonTest, NestedValuesHaveNoDefaultsLeftEither) {
  const auto all_set = [](const auto& value) {
    using T = std::decay_t<decltype(value)>;
    boost::pfr::for_each_field(value, [](const auto& field, auto index) {
      const T defaults{};
      EXPECT_FALSE(field == boost::pfr::get<index.value>(defaults)) << "field " << index.value;
    });
  };
  all_set(FullCluster().snapshots);
  all_set(FullCluster().notification);
  all_set(FullCluster().pending);
  all_set(FullCluster().configuration_endpoint);
  all_set(FullGroup().pending);
  all_set(FullNodeGroup().failover);
}

TEST(RecordJsonTest, ARecordOfDefaultsComesBack) {
  EXPECT_EQ(*FromJson<CacheCluster>(ToJson(CacheCluster{})), CacheCluster{});
  EXPECT_EQ(*FromJson<NodeGroup>(ToJson(NodeGroup{})), NodeGroup{});
}

template <typename E, typename R>
void ExpectWords(E R::*field, E last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    R record;
    record.*field = static_cast<E>(i);
    const auto read = FromJson<R>(ToJson(record));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ((*read).*field, static_cast<E>(i)) << ToJson(record);
  }
}

TEST(RecordJsonTest, EveryStatusHasAWordOfItsOwn) {
  ExpectWords(&CacheCluster::engine, Engine::kMemcached);
  ExpectWords(&CacheCluster::status, ClusterStatus::kDeleting);
  ExpectWords(&ReplicationGroup::status, GroupStatus::kDeleting);
  ExpectWords(&ReplicationGroup::automatic_failover, AutomaticFailover::kDisabling);
  ExpectWords(&NodeGroup::status, NodeGroupStatus::kDeleting);
  ExpectWords(&CacheNode::status, NodeStatus::kDeleting);
  ExpectWords(&CacheNode::role, Role::kReplica);
  ExpectWords(&CacheNode::parameters, ParameterStatus::kPendingReboot);
  ExpectWords(&FailoverRecord::cause, FailoverCause::kManual);
  ExpectWords(&Zone::status, ZoneStatus::kLost);
  ExpectWords(&CacheUser::status, UserStatus::kDeleting);
  ExpectWords(&CacheUser::authentication, Authentication::kIam);
  for (int step = 1; step <= static_cast<int>(FailoverStep::kReturning); ++step) {
    NodeGroup group;
    group.failover.step = static_cast<FailoverStep>(step);
    EXPECT_EQ(*FromJson<NodeGroup>(ToJson(group)), group);
  }
}

TEST(RecordJsonTest, ARecoveringNodeIsNotReadAsACreatingOne) {
  CacheNode node;
  node.status = NodeStatus::kRecovering;
  EXPECT_THAT(ToJson(node), HasSubstr(R"("status":"recovering")"));
}

TEST(RecordJsonTest, TimesAreReadable) { EXPECT_THAT(ToJson(FullNode()), HasSubstr("2016-12-22T16:27:56.088Z")); }

TEST(RecordJsonTest, OlderAndNewerDocumentsAreRead) {
  const auto node = FromJson<CacheNode>(R"({"uid": 7, "a_field_of_tomorrow": {"x": [1]}})");
  ASSERT_TRUE(node.ok()) << node.status();
  EXPECT_EQ(node->uid, 7);
  EXPECT_EQ(node->incarnation, 1);
}

TEST(RecordJsonTest, SaysWhichMemberIsWrong) {
  EXPECT_THAT(std::string(FromJson<CacheNode>(R"({"status": "dancing"})").status().message()),
              HasSubstr("status: unknown word 'dancing'"));
  EXPECT_THAT(std::string(FromJson<NodeGroup>(R"({"failover": {"step": 3}})").status().message()),
              HasSubstr("failover: step: "));
  EXPECT_THAT(std::string(FromJson<CacheCluster>(R"({"created_at": "yesterday"})").status().message()),
              HasSubstr("created_at: 'yesterday' is not a time"));
  EXPECT_TRUE(absl::IsDataLoss(FromJson<CacheCluster>("{\"id\": \"c").status()));
  EXPECT_TRUE(absl::IsDataLoss(FromJson<CacheCluster>("[]").status()));
}

TEST(RecordJsonTest, BytesThatAreNoTextDoNotStopASave) {
  ReplicationGroup group;
  group.description = "bad \xff byte";
  EXPECT_EQ(FromJson<ReplicationGroup>(ToJson(group))->description, "bad \xEF\xBF\xBD byte");
}

}  // namespace
}  // namespace elastilab
