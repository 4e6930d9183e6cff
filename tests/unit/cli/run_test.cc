// Whole commands against a control plane of canned answers: requests, answers, exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_rpc.h"
#include "proto/admin/v1/admin.pb.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/events.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"

namespace elastilab {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace v1 = elasticache::v1;

admin::v1::DescribeTopologyResponse Topology(const std::string& id, const std::string& status, int64_t revision) {
  admin::v1::DescribeTopologyResponse topology;
  topology.set_id(id);
  topology.set_kind("replication group");
  topology.set_status(status);
  topology.set_engine("redis");
  topology.set_revision(revision);
  auto* node = topology.add_nodes();
  node->set_cluster_id(id + "-001");
  node->set_phase(status == "available" ? "ready" : "starting");
  auto* endpoint = topology.add_endpoints();
  endpoint->set_kind("primary");
  endpoint->set_address("127.30.0.1");
  endpoint->set_port(6379);
  return topology;
}

// Becomes `states` one after the other, each at the next WaitForChange.
void BecomesOneAfterTheOther(FakeRpc* rpc, const std::string& id, std::vector<std::string> states) {
  auto at = std::make_shared<size_t>(0);
  rpc->On("DescribeTopology", [=](const auto&, auto* response) -> Status {
    if (states[*at] == "gone") return absl::NotFoundError("no such cluster");
    response->CopyFrom(Topology(id, states[*at], static_cast<int64_t>(*at)));
    return absl::OkStatus();
  });
  rpc->On("WaitForChange", [=](const auto& request, auto* response) -> Status {
    EXPECT_EQ(dynamic_cast<const admin::v1::WaitForChangeRequest&>(request).revision(), static_cast<int64_t>(*at));
    if (*at + 1 < states.size()) ++*at;
    dynamic_cast<admin::v1::WaitForChangeResponse&>(*response).set_revision(static_cast<int64_t>(*at));
    return absl::OkStatus();
  });
}

TEST(ApiOperationTest, PrintsJsonAsTheAwsCliDoes) {
  FakeRpc rpc;
  v1::CreateCacheClusterResponse response;
  response.mutable_cache_cluster()->set_cache_cluster_id("pages");
  response.mutable_cache_cluster()->set_num_cache_nodes(3);
  rpc.Answer("CreateCacheCluster", response);
  const Outcome outcome = RunWords(rpc, {"create-cache-cluster", "--cache-cluster-id", "pages", "--num-cache-nodes", "3"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("{\n    \"CacheCluster\": {\n        \"CacheClusterId\": \"pages\","));
  ASSERT_EQ(rpc.calls.size(), 1u);
  EXPECT_EQ(rpc.calls.at(0).first, "/elasticache.v1.CacheClusters/CreateCacheCluster");
  EXPECT_THAT(rpc.calls.at(0).second, HasSubstr("num_cache_nodes: 3"));
}

TEST(ApiOperationTest, FaultsReadAsTheAwsCliPrintsThem) {
  FakeRpc rpc;
  rpc.Refuse("DescribeCacheClusters", absl::StatusCode::kNotFound, "CacheClusterNotFound", "CacheCluster not found: x");
  const Outcome outcome = RunWords(rpc, {"describe-cache-clusters", "--cache-cluster-id", "x"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.err,
            "An error occurred (CacheClusterNotFound) when calling the DescribeCacheClusters operation: "
            "CacheCluster not found: x\n");
  EXPECT_EQ(outcome.out, "");
}

TEST(ApiOperationTest, AllPagesBecomeOneAnswer) {
  FakeRpc rpc;
  rpc.On("DescribeCacheClusters", [](const auto& request, auto* response) {
    auto& page = dynamic_cast<v1::DescribeCacheClustersResponse&>(*response);
    const std::string marker = dynamic_cast<const v1::DescribeCacheClustersRequest&>(request).marker();
    page.add_cache_clusters()->set_cache_cluster_id(marker.empty() ? "a" : "b");
    if (marker.empty()) page.set_marker("2");
    return absl::OkStatus();
  });
  Outcome outcome = RunWords(rpc, {"describe-cache-clusters", "-o", "text"});
  EXPECT_THAT(outcome.out, HasSubstr("CACHECLUSTERS\ta\nCACHECLUSTERS\tb\n"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("2\n")));
  outcome = RunWords(rpc, {"describe-cache-clusters", "--no-paginate"});
  EXPECT_THAT(outcome.out, HasSubstr("\"Marker\": \"2\""));
}

TEST(ExitCodeTest, OneForEachKindOfEnd) {
  struct Case {
    absl::StatusCode code;
    const char* fault;
    int exit;
  };
  for (const Case& c : {Case{absl::StatusCode::kInvalidArgument, "InvalidParameterValue", 5},
                        Case{absl::StatusCode::kAlreadyExists, "CacheClusterAlreadyExists", 5},
                        Case{absl::StatusCode::kPermissionDenied, "AccessDenied", 5},
                        Case{absl::StatusCode::kFailedPrecondition, "", 5},
                        Case{absl::StatusCode::kNotFound, "", 3}, Case{absl::StatusCode::kInternal, "", 1},
                        Case{absl::StatusCode::kDeadlineExceeded, "", 4}}) {
    FakeRpc rpc;
    rpc.Refuse("DescribeEvents", c.code, c.fault, "no");
    EXPECT_EQ(RunWords(rpc, {"describe-events"}).code, c.exit) << static_cast<int>(c.code);
  }
  FakeRpc nobody;
  const Outcome outcome = RunWords(nobody, {"describe-events"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("elastilab up"));
  EXPECT_EQ(RunWords(nobody, {"describe-evnts"}).code, 2);
  EXPECT_EQ(RunWords(nobody, {"describe-events", "--bad"}).code, 2);
  EXPECT_EQ(RunWords(nobody, {"status"}).code, 3);
  EXPECT_EQ(RunWords(nobody, {"status", "--help"}).code, 0);
  EXPECT_TRUE(nobody.calls.size() == 1) << "usage errors must not be sent";
}

TEST(CreateClusterTest, RedisIsAReplicationGroup) {
  FakeRpc rpc;
  rpc.Answer("CreateReplicationGroup", v1::CreateReplicationGroupResponse());
  BecomesOneAfterTheOther(&rpc, "demo", {"creating", "creating", "available"});
  const Outcome outcome = RunWords(rpc, {"create-cluster", "demo", "--engine", "redis", "--replicas", "2", "--multi-az",
                                    "--zones", "us-east-1a,us-east-1b,us-east-1c"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("redis-cli -h 127.30.0.1 -p 6379"));
  EXPECT_EQ(outcome.err, "") << "quiet in a pipe";
  EXPECT_THAT(rpc.calls.at(0).second, HasSubstr("automatic_failover_enabled: true multi_az_enabled: true "
                                             "num_cache_clusters: 3 preferred_cache_cluster_azs: \"us-east-1a\""));
}

TEST(CreateClusterTest, MemcachedIsACacheClusterAcrossZones) {
  FakeRpc rpc;
  rpc.Answer("CreateCacheCluster", v1::CreateCacheClusterResponse());
  BecomesOneAfterTheOther(&rpc, "pages", {"available"});
  EXPECT_EQ(RunWords(rpc, {"create-cluster", "pages", "--engine", "memcached", "--nodes", "3"}).code, 0);
  EXPECT_THAT(rpc.calls.at(0).second, HasSubstr("az_mode: AZ_MODE_CROSS_AZ num_cache_nodes: 3"));
  EXPECT_EQ(RunWords(rpc, {"create-cluster", "pages", "--engine", "memcached", "--replicas", "1"}).code, 2);
}

TEST(CreateClusterTest, AFailedOneEndsTheWait) {
  FakeRpc rpc;
  rpc.Answer("CreateReplicationGroup", v1::CreateReplicationGroupResponse());
  BecomesOneAfterTheOther(&rpc, "demo", {"creating", "create-failed"});
  const Outcome outcome = RunWords(rpc, {"create-cluster", "demo"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("demo is create-failed"));
}

TEST(WaitTest, ReturnsWhenTheStateIsReached) {
  FakeRpc rpc;
  BecomesOneAfterTheOther(&rpc, "demo", {"modifying", "available"});
  EXPECT_EQ(RunWords(rpc, {"wait", "demo", "--for", "available"}).code, 0);
  BecomesOneAfterTheOther(&rpc, "demo", {"deleting", "gone"});
  EXPECT_EQ(RunWords(rpc, {"wait", "demo", "--for", "deleted"}).code, 0);
}

TEST(WaitTest, TimeOutIsFour) {
  FakeRpc rpc;
  BecomesOneAfterTheOther(&rpc, "demo", {"creating"});
  const Outcome outcome = RunWords(rpc, {"wait", "demo", "--timeout", "0s"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("nodes ready 0/1"));
}

TEST(WaitTest, AwsWaiters) {
  FakeRpc rpc;
  rpc.Answer("WaitForChange", admin::v1::WaitForChangeResponse());
  v1::DescribeCacheClustersResponse response;
  response.add_cache_clusters()->set_cache_cluster_status("available");
  rpc.Answer("DescribeCacheClusters", response);
  EXPECT_EQ(RunWords(rpc, {"wait", "cache-cluster-available", "--cache-cluster-id", "x"}).code, 0);
  response.mutable_cache_clusters(0)->set_cache_cluster_status("restore-failed");
  rpc.Answer("DescribeCacheClusters", response);
  EXPECT_EQ(RunWords(rpc, {"wait", "cache-cluster-available", "--cache-cluster-id", "x"}).code, 1);
  rpc.Refuse("DescribeReplicationGroups", absl::StatusCode::kNotFound, "ReplicationGroupNotFoundFault", "not found");
  EXPECT_EQ(RunWords(rpc, {"wait", "replication-group-deleted", "--replication-group-id", "x"}).code, 0);
  EXPECT_EQ(RunWords(rpc, {"wait", "replication-group-available", "--replication-group-id", "x"}).code, 3);
}

TEST(DeleteClusterTest, AsksForTheRightKindAndWaitsUntilItIsGone) {
  FakeRpc rpc;
  BecomesOneAfterTheOther(&rpc, "demo", {"available", "gone"});
  rpc.Answer("DeleteReplicationGroup", v1::DeleteReplicationGroupResponse());
  const Outcome outcome = RunWords(rpc, {"delete-cluster", "demo"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("demo is deleted"));
}

TEST(FaultTest, SendsKindAndTarget) {
  FakeRpc rpc;
  admin::v1::InjectFaultResponse response;
  response.set_what_happened("killed process 4711");
  rpc.Answer("InjectFault", response);
  const Outcome outcome = RunWords(rpc, {"fault", "kill-node", "demo-001"});
  EXPECT_EQ(outcome.out, "killed process 4711\n");
  EXPECT_EQ(rpc.calls.at(0).second, "kind: FAULT_KIND_KILL_NODE target: \"demo-001\"");
}

TEST(EventsTest, OldestFirstAndOnlyOfTheGroup) {
  FakeRpc rpc;
  rpc.Answer("WaitForChange", admin::v1::WaitForChangeResponse());
  v1::DescribeEventsResponse response;
  for (const auto& [source, text] : {std::pair{"demo", "newest"}, {"other", "not this"}, {"demo-001", "oldest"}}) {
    auto* event = response.add_events();
    event->set_source_identifier(source);
    event->set_message(text);
  }
  rpc.Answer("DescribeEvents", response);
  const Outcome outcome = RunWords(rpc, {"events", "demo"});
  EXPECT_LT(outcome.out.find("oldest"), outcome.out.find("newest"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("not this")));
}

TEST(ClockTest, Advances) {
  FakeRpc rpc;
  admin::v1::GetClockResponse response;
  response.set_offset_ms(604'800'000);
  rpc.Answer("AdvanceClock", response);
  const Outcome outcome = RunWords(rpc, {"clock", "advance", "7d"});
  EXPECT_EQ(outcome.out, "1970-01-01 00:00:00.000 UTC, 168h00m ahead of the host's clock\n");
  EXPECT_EQ(rpc.calls.at(0).second, "by_ms: 604800000");
  EXPECT_EQ(RunWords(rpc, {"clock", "advance"}).code, 2);
}

}  // namespace
}  // namespace elastilab
