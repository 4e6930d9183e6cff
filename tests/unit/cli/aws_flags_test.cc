// Command lines written for the aws CLI. That they make the same requests as there is shown by
// aws_flags_oracle_test.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/commands/api_flags.h"
#include "cli/commands/skeleton.h"
#include "cli/commands/yaml_input.h"
#include "fake_rpc.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "proto/iam/v1/users.pb.h"
#include "schema/json.h"
#include "schema/operations.h"

namespace elastilab {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace v1 = elasticache::v1;

class AwsFlagsTest : public testing::Test {
 protected:
  AwsFlagsTest() {
    rpc_.Answer("CreateReplicationGroup", v1::CreateReplicationGroupResponse());
    rpc_.On("DescribeCacheClusters", [](const auto& request, auto* response) {
      const auto& asked = dynamic_cast<const v1::DescribeCacheClustersRequest&>(request);
      auto& page = dynamic_cast<v1::DescribeCacheClustersResponse&>(*response);
      const int start = std::atoi(asked.marker().c_str());
      const int end = std::min(5, start + (asked.has_max_records() ? asked.max_records() : 2));
      for (int i = start; i < end; ++i) page.add_cache_clusters()->set_cache_cluster_id(std::string(1, "abcde"[i]));
      if (end < 5) page.set_marker(std::to_string(end));
      return absl::OkStatus();
    });
  }

  Outcome Describe(std::vector<std::string> words) {
    words.insert(words.begin(), "describe-cache-clusters");
    rpc_.calls.clear();
    return RunWords(rpc_, words);
  }
  std::string Ids(const Outcome& outcome) {
    const ordered_json answer = ordered_json::parse(outcome.out, nullptr, /*allow_exceptions=*/false);
    if (!answer.is_object()) return outcome.err;
    std::string ids;
    for (const auto& cluster : answer["CacheClusters"]) ids += cluster["CacheClusterId"];
    return ids;
  }

  FakeRpc rpc_;
};

TEST_F(AwsFlagsTest, ALongListIsOneAnswerUnlessItIsLimited) {
  EXPECT_EQ(Ids(Describe({})), "abcde");
  EXPECT_EQ(rpc_.calls.size(), 3u);
  EXPECT_EQ(Ids(Describe({"--page-size", "4"})), "abcde");
  EXPECT_EQ(rpc_.calls.size(), 2u);
  const Outcome first = Describe({"--max-items", "3"});
  EXPECT_EQ(Ids(first), "abc");
  const std::string token = ordered_json::parse(first.out)["NextToken"];
  EXPECT_EQ(token, "eyJNYXJrZXIiOiAiMiIsICJib3RvX3RydW5jYXRlX2Ftb3VudCI6IDF9") << "botocore's, to the byte";
  const Outcome rest = Describe({"--starting-token", token});
  EXPECT_EQ(Ids(rest), "de");
  EXPECT_THAT(rest.out, Not(HasSubstr("NextToken")));
  EXPECT_EQ(Ids(Describe({"--starting-token", "4"})), "e") << "a bare marker";
  EXPECT_EQ(Describe({"--max-items", "2", "-o", "text", "--query", "CacheClusters[].CacheClusterId"}).out, "a\tb\n");
  EXPECT_THAT(Describe({"--max-items", "2", "-o", "text"}).out, HasSubstr("\nNEXTTOKEN\teyJNYXJrZXIiOiAiMiJ9\n"));
}

TEST_F(AwsFlagsTest, WhoPagesByHandGetsWhatTheServiceSays) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--no-paginate"},
                                                {"--max-records", "2"},
                                                {"--cli-input-json", R"({"MaxRecords": 2})"}}) {
    const Outcome outcome = Describe(words);
    EXPECT_EQ(Ids(outcome), "ab");
    EXPECT_THAT(outcome.out, HasSubstr("\"Marker\": \"2\""));
  }
  EXPECT_EQ(Ids(Describe({"--marker", "3"})), "de");
  const Outcome both = Describe({"--no-paginate", "--max-items", "2"});
  EXPECT_EQ(both.code, 2);
  EXPECT_THAT(both.err, HasSubstr("--max-items is for answers of all pages"));
}

TEST_F(AwsFlagsTest, BadTokensAndRepeatedMarkersEnd) {
  for (const char* token : {"eyJNb3JlIjogMX0=", "eyJib3RvX3RydW5jYXRlX2Ftb3VudCI6IC0xfQ=="}) {
    EXPECT_EQ(Describe({"--starting-token", token}).code, 2) << token;
    EXPECT_THAT(rpc_.calls, IsEmpty());
  }
  rpc_.On("DescribeCacheClusters", [](const auto&, auto* response) {
    dynamic_cast<v1::DescribeCacheClustersResponse&>(*response).set_marker("again");
    return absl::OkStatus();
  });
  const Outcome outcome = Describe({});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("gave the same marker twice: again"));
  EXPECT_EQ(rpc_.calls.size(), 2u);
}

TEST_F(AwsFlagsTest, IamsMaxItemsIsThePageSizeOnlyByHand) {
  rpc_.Answer("ListUsers", iam::v1::ListUsersResponse());
  EXPECT_EQ(RunWords(rpc_, {"iam", "list-users", "--max-items", "7"}).code, 0);
  EXPECT_THAT(rpc_.calls.back().second, Not(HasSubstr("max_items")));
  RunWords(rpc_, {"iam", "list-users", "--max-items", "7", "--no-paginate"});
  EXPECT_THAT(rpc_.calls.back().second, HasSubstr("max_items: 7"));
  RunWords(rpc_, {"iam", "list-users", "--page-size", "8"});
  EXPECT_THAT(rpc_.calls.back().second, HasSubstr("max_items: 8"));
}

TEST_F(AwsFlagsTest, ValuesComeFromFiles) {
  const std::filesystem::path dir = testing::TempDir();
  std::ofstream(dir / "aws_flags_tags.json") << R"([{"Key": "a", "Value": "b"}])";
  ::setenv("AWS_FLAGS_TEST_DIR", dir.c_str(), 1);
  for (const std::string& word : {"file://" + (dir / "aws_flags_tags.json").string(),
                                  std::string("fileb://$AWS_FLAGS_TEST_DIR/aws_flags_tags.json")}) {
    const Outcome outcome = RunWords(rpc_, {"create-replication-group", "--replication-group-id", "g",
                                            "--replication-group-description", "d", "--tags", word});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(rpc_.calls.back().second, HasSubstr("tags { key: \"a\" value: \"b\" }")) << word;
  }
  const Outcome missing =
      RunWords(rpc_, {"create-replication-group", "--replication-group-id", "file:///no/such/file"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("cannot read /no/such/file"));
  EXPECT_EQ(RunWords(rpc_, {"create-replication-group", "--replication-group-id", "file:///"}).code, 2) << "a folder";
}

TEST_F(AwsFlagsTest, ASkeletonIsARequestToFillIn) {
  for (const Operation& operation : AllOperations()) {
    const ordered_json skeleton = Skeleton(operation.request, SkeletonOf::kInput);
    EXPECT_EQ(skeleton.size(), static_cast<size_t>(operation.request->field_count())) << operation.name;
    const std::unique_ptr<google::protobuf::Message> request(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(operation.request)->New());
    EXPECT_TRUE(FromAwsJson(skeleton.dump(), request.get()).ok()) << operation.name << ": " << skeleton.dump();
    EXPECT_EQ(RunWords(rpc_, {operation.cli_name, "--generate-cli-skeleton"}).out, skeleton.dump(4) + "\n");
    const Outcome yaml = RunWords(rpc_, {operation.cli_name, "--generate-cli-skeleton", "yaml-input"});
    EXPECT_EQ(YamlToJson(yaml.out).value_or(""), skeleton.dump()) << yaml.out;
  }
  EXPECT_THAT(rpc_.calls, IsEmpty());
}

TEST_F(AwsFlagsTest, SkeletonsOfAnswersObeyTheQueryAndCheckTheRequest) {
  const Outcome outcome = RunWords(rpc_, {"create-cache-cluster", "--generate-cli-skeleton", "output",
                                          "--cache-cluster-id", "a", "--query", "CacheCluster.CacheNodes[0].Endpoint"});
  EXPECT_EQ(outcome.out, "{\n    \"Address\": \"Address\",\n    \"Port\": 0\n}\n") << outcome.err;
  EXPECT_EQ(RunWords(rpc_, {"create-cache-cluster", "--generate-cli-skeleton", "output"}).code, 2) << "no id";
  EXPECT_EQ(RunWords(rpc_, {"create-cache-cluster", "--generate-cli-skeleton", "other"}).code, 2);
  EXPECT_THAT(RunWords(rpc_, {"describe-cache-clusters", "--generate-cli-skeleton", "yaml-input"}).out,
              HasSubstr("CacheClusterId: \"\"\nMaxRecords: 0\n"));
  EXPECT_THAT(rpc_.calls, IsEmpty());
}

TEST_F(AwsFlagsTest, TheRequestComesWholeAndFlagsWin) {
  const std::string json = R"({"ReplicationGroupId": "g", "ReplicationGroupDescription": "d", "Port": 1})";
  for (const char* flag : {"--cli-input-json", "--cli-input-yaml"}) {
    EXPECT_EQ(RunWords(rpc_, {"create-replication-group", flag, json, "--port", "2"}).code, 0);
    EXPECT_THAT(rpc_.calls.back().second, HasSubstr("port: 2"));
    EXPECT_THAT(rpc_.calls.back().second, HasSubstr("replication_group_id: \"g\""));
  }
  const std::string yaml = "ReplicationGroupId: g\nReplicationGroupDescription: d\nTags:\n- Key: k\n";
  EXPECT_EQ(RunWords(rpc_, {"create-replication-group", "--cli-input-yaml", yaml}).code, 0);
  EXPECT_THAT(rpc_.calls.back().second, HasSubstr("tags { key: \"k\" }"));
  EXPECT_THAT(RunWords(rpc_, {"create-replication-group", "--cli-input-yaml", "a: b: c"}).err, HasSubstr("line 1: "));
  EXPECT_EQ(RunWords(rpc_, {"create-replication-group", "--cli-input-json", json, "--cli-input-yaml", json}).code, 2);
  EXPECT_EQ(RunWords(rpc_, {"create-replication-group", "--cli-input-json", "{"}).code, 2);
}

TEST_F(AwsFlagsTest, ServicesHaveNamesAndHelpIsAWord) {
  EXPECT_EQ(
      Ids(RunWords(rpc_, {"--region", "us-east-1", "elasticache", "--output", "json", "describe-cache-clusters"})),
      "abcde");
  EXPECT_THAT(RunWords(rpc_, {"elasticache", "create-user", "help"}).out, HasSubstr("--access-string"));
  EXPECT_THAT(RunWords(rpc_, {"elasticache", "test-failover", "help"}).out, HasSubstr("--node-group-id"));
  EXPECT_THAT(RunWords(rpc_, {"help", "iam", "create-user"}).out, HasSubstr("--permissions-boundary"));
  rpc_.Answer("DescribeUsers", v1::DescribeUsersResponse());
  EXPECT_EQ(RunWords(rpc_, {"describe-users", "--user-id", "help"}).code, 0);
  EXPECT_THAT(rpc_.calls.back().second, HasSubstr("user_id: \"help\""));
  EXPECT_EQ(
      RunWords(rpc_, {"elasticache", "wait", "cache-cluster-available", "--show-cache-node-info", "--for", "x"}).code,
      2);
  EXPECT_EQ(RunWords(rpc_, {"elasticache", "no-such-operation"}).code, 2);
}

TEST_F(AwsFlagsTest, AServiceAloneListsItsOperations) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"iam", "help"}, {"iam", "--help"}, {"help", "iam"}}) {
    const Outcome outcome = RunWords(rpc_, words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("create-role"));
    EXPECT_THAT(outcome.out, HasSubstr("add-user"));
    EXPECT_THAT(outcome.out, Not(HasSubstr("create-replication-group")));
  }
  EXPECT_THAT(RunWords(rpc_, {"elasticache", "help"}).out, HasSubstr("create-replication-group"));
  const Outcome alone = RunWords(rpc_, {"sts"});
  EXPECT_EQ(alone.code, 2);
  EXPECT_THAT(alone.err, HasSubstr("which operation of sts?"));
  EXPECT_THAT(RunWords(rpc_, {"iam", "crate-role"}).err, HasSubstr("did you mean iam create-role"));
  EXPECT_THAT(RunWords(rpc_, {"elasticache", "crate-user"}).err, HasSubstr("did you mean elasticache create-user"));
}

TEST_F(AwsFlagsTest, WhatWouldCallSomebodyElseIsRefused) {
  const std::pair<const char*, const char*> lines[] = {
      {"--region=eu-west-1", "this lab is the region us-east-1"},
      {"--endpoint-url=http://127.0.0.1:9999", "not this lab's, http://127.0.0.1:4566;"},
      {"--endpoint-url=https://elasticache.amazonaws.com", "not this lab's"},
      {"--profile=alice", "ELASTILAB_ACCESS_KEY_ID"},
      {"--no-sign-request", "no anonymous caller"},
      {"--cli-auto-prompt", "no prompt"}};
  for (const auto& [word, reason] : lines) {
    const Outcome outcome = Describe({word});
    EXPECT_EQ(outcome.code, 2) << word;
    EXPECT_THAT(outcome.err, HasSubstr(reason));
    EXPECT_THAT(rpc_.calls, IsEmpty());
  }
  const Outcome all =
      Describe({"--region", "us-east-1", "--endpoint-url", "http://localhost:4566", "--no-verify-ssl", "--debug",
                "--color", "off", "--no-cli-pager", "--cli-read-timeout", "5", "--cli-connect-timeout=5",
                "--cli-binary-format", "base64", "--ca-bundle", "x", "--no-cli-auto-prompt"});
  EXPECT_EQ(Ids(all), "abcde") << all.err;
}

TEST_F(AwsFlagsTest, OfTwoListsTheLastCounts) {
  const std::vector<std::string> base = {"create-replication-group", "--replication-group-id", "g",
                                         "--replication-group-description", "d"};
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.begin(), base.begin(), base.end());
    return RunWords(rpc_, words).code;
  };
  EXPECT_EQ(with({"--security-group-ids", "a", "b", "--port", "1", "--security-group-ids", "c"}), 0);
  EXPECT_THAT(rpc_.calls.back().second, HasSubstr("security_group_ids: \"c\""));
  EXPECT_THAT(rpc_.calls.back().second, Not(HasSubstr("\"a\"")));
  EXPECT_EQ(with({"--security-group-ids"}), 0) << "an empty list";
  EXPECT_EQ(with({"--preferred-cache-cluster-a-zs", "us-east-1a"}), 0) << "the spelling of older aws CLIs";
  EXPECT_THAT(rpc_.calls.back().second, HasSubstr("preferred_cache_cluster_azs: \"us-east-1a\""));
}

}  // namespace
}  // namespace elastilab
