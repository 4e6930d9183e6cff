// --query: picks from any answer before it is printed, and is checked before anything is sent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_rpc.h"
#include "proto/admin/v1/admin.pb.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"

namespace elastilab {
namespace {

using ::testing::HasSubstr;
namespace v1 = elasticache::v1;

class QueryFlagTest : public testing::Test {
 protected:
  QueryFlagTest() {
    v1::DescribeCacheClustersResponse response;
    for (const char* id : {"pages", "demo-001"}) {
      auto* cluster = response.add_cache_clusters();
      cluster->set_cache_cluster_id(id);
      cluster->set_engine(std::string(id) == "pages" ? "memcached" : "redis");
    }
    rpc_.Answer("DescribeCacheClusters", response);
    rpc_.Answer("DescribeReplicationGroups", v1::DescribeReplicationGroupsResponse());
  }

  std::string Ask(const std::string& query, const std::string& format) {
    const Outcome outcome = RunWords(rpc_, {"describe-cache-clusters", "--query", query, "--output", format});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  }

  FakeRpc rpc_;
};

TEST_F(QueryFlagTest, IsAppliedBeforeTheFormat) {
  const std::string ids = "CacheClusters[].CacheClusterId";
  EXPECT_EQ(Ask(ids, "json"), "[\n    \"pages\",\n    \"demo-001\"\n]\n");
  EXPECT_EQ(Ask(ids, "text"), "pages\tdemo-001\n");
  EXPECT_EQ(Ask(ids, "yaml"), "- pages\n- demo-001\n");
  EXPECT_EQ(Ask("CacheClusters[].[CacheClusterId,Engine]", "text"), "pages\tmemcached\ndemo-001\tredis\n");
  EXPECT_EQ(Ask("CacheClusters[].{Id:CacheClusterId,E:Engine}", "table"), "Id        E\npages     memcached\ndemo-001  redis\n");
  EXPECT_EQ(Ask("CacheClusters[0].CacheClusterId", "text"), "pages\n");
  EXPECT_EQ(Ask("Nothing", "text"), "None\n");
  EXPECT_EQ(Ask("Nothing", "json"), "null\n");
  EXPECT_EQ(Ask("CacheClusters[0].CacheNodes", "json"), "[]\n") << "lists are there even when empty, as boto has them";
}

TEST_F(QueryFlagTest, IsReadBeforeAnythingIsSent) {
  for (const char* query : {"CacheClusters[", "lenght(@)", "", "length()", "[::0]"}) {
    const Outcome outcome = RunWords(rpc_, {"create-cache-cluster", "--cache-cluster-id", "a", "--query", query});
    EXPECT_EQ(outcome.code, 2) << query;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr("--query cannot be read:\n" + std::string(query))) << query;
    EXPECT_THAT(outcome.err, HasSubstr("^ ")) << query;
  }
  EXPECT_TRUE(rpc_.calls.empty());
}

TEST_F(QueryFlagTest, OneThatDoesNotFitTheAnswerSaysThatTheCallWasMade) {
  const Outcome outcome = RunWords(rpc_, {"describe-cache-clusters", "--query", "sum(CacheClusters)"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("the call was made, but --query does not fit its answer:\n"
                                     "sum(CacheClusters)\n    ^ sum() takes here: array of numbers"));
}

TEST_F(QueryFlagTest, FriendlyVerbsPrintJsonThen) {
  EXPECT_THAT(RunWords(rpc_, {"list-clusters"}).out, HasSubstr("ID        KIND"));
  EXPECT_EQ(RunWords(rpc_, {"list-clusters", "--query", "Clusters[].Id"}).out, "[\n    \"pages\",\n    \"demo-001\"\n]\n");
  EXPECT_EQ(RunWords(rpc_, {"list-clusters", "--query", "Clusters[].[Id, Engine]", "-o", "table"}).out,
            "pages     memcached\ndemo-001  redis\n");
  admin::v1::DescribeTopologyResponse topology;
  topology.set_id("demo");
  topology.add_nodes()->set_zone("us-east-1a");
  rpc_.Answer("DescribeTopology", topology);
  EXPECT_EQ(RunWords(rpc_, {"describe-cluster", "demo", "--query", "Nodes[].Zone", "-o", "text"}).out, "us-east-1a\n");
}

TEST_F(QueryFlagTest, IsRefusedWhereThereIsNoData) {
  const Outcome outcome = RunWords(rpc_, {"--query", "@", "env"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("env prints no data that --query could pick from"));
}

TEST_F(QueryFlagTest, TheTrailIsCloudTrailsEnvelope) {
  admin::v1::LookupTrailResponse trail;
  trail.add_records(R"({"eventName":"CreateUser","awsRegion":"us-east-1"})");
  trail.add_records(R"({"eventName":"DeleteUser"})");
  rpc_.Answer("LookupTrail", trail);
  EXPECT_EQ(RunWords(rpc_, {"trail", "-o", "json"}).out,
            "{\"eventName\":\"CreateUser\",\"awsRegion\":\"us-east-1\"}\n{\"eventName\":\"DeleteUser\"}\n");
  EXPECT_EQ(RunWords(rpc_, {"trail", "--query", "Records[].eventName", "-o", "text"}).out, "CreateUser\tDeleteUser\n");
}

}  // namespace
}  // namespace elastilab
