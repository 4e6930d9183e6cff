#include "cli/commands/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/client/exit_code.h"
#include "cli/commands/api_flags.h"
#include "cli/commands/duration.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "schema/operations.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using elasticache::v1::CreateReplicationGroupRequest;

CommandSpec Spec() {
  return {.name = "try",
          .group = "Test",
          .positionals = {{.name = "ID"}, {.name = "COLOR", .required = false, .kind = WordKind::kChoice,
                                           .choices = {"red", "blue"}}},
          .flags = {{.name = "follow", .kind = FlagKind::kSwitch, .letter = 'f'},
                    {.name = "fast", .kind = FlagKind::kToggle},
                    {.name = "port", .value = "N"},
                    {.name = "zones", .kind = FlagKind::kList, .value = "Z"},
                    {.name = "mode", .value = "M", .choices = {"a", "b"}}}};
}

std::string ErrorOf(const std::vector<std::string>& words) {
  const auto args = ParseCommandLine(Spec(), words);
  EXPECT_FALSE(args.ok());
  EXPECT_TRUE(IsUsageError(args.status()));
  return std::string(args.status().message());
}

TEST(CommandLineTest, TakesFlagsInAnyPlaceAndSpelling) {
  const auto args = ParseCommandLine(Spec(), {"--port=1", "x", "-f", "--no-fast", "--port", "2", "-o", "json"});
  ASSERT_TRUE(args.ok()) << args.status();
  EXPECT_EQ(args->Word(0), "x");
  EXPECT_TRUE(args->Has("follow"));
  EXPECT_EQ(args->Toggle("fast"), false);
  EXPECT_EQ(args->Get("port"), "2");
  EXPECT_EQ(args->Get("output"), "json");
  EXPECT_EQ(args->Toggle("missing"), std::nullopt);
}

TEST(CommandLineTest, ValuesStayAsTheyAre) {
  const std::vector<std::string> odd = {"[a,b]", "{}", "", "++", "a=b"};
  std::vector<std::string> words = {"x", "--zones"};
  words.insert(words.end(), odd.begin(), odd.end());
  const auto args = ParseCommandLine(Spec(), words);
  ASSERT_TRUE(args.ok()) << args.status();
  EXPECT_EQ(args->List("zones"), odd);
}

TEST(CommandLineTest, ListsTakeWordsAndCommas) {
  const auto args = ParseCommandLine(Spec(), {"x", "--zones", "a,b", "c"});
  ASSERT_TRUE(args.ok());
  EXPECT_THAT(args->List("zones", true), ElementsAre("a", "b", "c"));
}

TEST(CommandLineTest, WhatFollowsTwoDashesIsLeftAlone) {
  const auto args = ParseCommandLine(Spec(), {"x", "--", "get", "--port"});
  ASSERT_TRUE(args.ok());
  EXPECT_THAT(args->rest(), ElementsAre("get", "--port"));
}

TEST(CommandLineTest, ErrorsNameTheArgument) {
  EXPECT_THAT(ErrorOf({}), HasSubstr("required: ID"));
  EXPECT_THAT(ErrorOf({"x", "--prot", "1"}), HasSubstr("did you mean --port?"));
  EXPECT_THAT(ErrorOf({"x", "red", "more"}), HasSubstr("'more'"));
  EXPECT_THAT(ErrorOf({"x", "green"}), HasSubstr("COLOR takes red, blue, not 'green'"));
  EXPECT_THAT(ErrorOf({"x", "--mode", "c"}), HasSubstr("--mode takes a, b, not 'c'"));
  EXPECT_THAT(ErrorOf({"x", "--port"}), HasSubstr("--port"));
}

TEST(CommandLineTest, NumbersHaveRanges) {
  const auto args = ParseCommandLine(Spec(), {"x", "--port", "70000"});
  ASSERT_TRUE(args.ok());
  EXPECT_FALSE(args->Int("port", 0, 1, 65'535).ok());
  EXPECT_EQ(*args->Int("port", 0, 1, 100'000), 70'000);
  EXPECT_EQ(*args->Int("mode", 7, 1, 10), 7);
}

TEST(CommandLineTest, FindsTheCommandBehindGlobalFlags) {
  EXPECT_EQ(FindCommandWord({"--data-dir", "up", "status"}), 2u);
  EXPECT_EQ(FindCommandWord({"-o", "json", "--no-color", "status"}), 3u);
  EXPECT_EQ(FindCommandWord({"--data-dir=x", "status"}), 1u);
  EXPECT_EQ(FindCommandWord({"--help"}), 1u);
}

TEST(DurationTest, Reads) {
  const std::pair<const char*, int64_t> good[] = {{"500ms", 500},      {"60s", 60'000},    {"2h30m", 9'000'000},
                                                  {"7d", 604'800'000}, {"1w", 604'800'000}, {"90", 90'000},
                                                  {"1.5s", 1'500},     {"0s", 0}};
  for (const auto& [text, millis] : good) {
    const auto duration = ParseDuration(text);
    ASSERT_TRUE(duration.ok()) << text;
    EXPECT_EQ(duration->count(), millis) << text;
  }
  for (const char* text : {"", "x", "5x", "-5s", "5s5", "1h 2m", "99999d", "s", "."}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

CreateReplicationGroupRequest RequestOf(const std::vector<std::string>& words) {
  const auto args = ParseCommandLine(OperationSpec(*FindOperation("CreateReplicationGroup")), words);
  EXPECT_TRUE(args.ok()) << args.status();
  CreateReplicationGroupRequest request;
  const Status status = FillRequest(*args, &request);
  EXPECT_TRUE(status.ok()) << status;
  return request;
}

TEST(ApiFlagsTest, FlagsBecomeTheRequest) {
  const auto request = RequestOf({"--replication-group-id", "demo", "--replication-group-description", "a demo",
                                  "--num-cache-clusters", "3", "--no-multi-az-enabled", "--automatic-failover-enabled",
                                  "--preferred-cache-cluster-azs", "us-east-1a", "us-east-1b", "us-east-1c",
                                  "--tags", "Key=a,Value=b", "Key=c,Value=d", "--network-type", "ipv4"});
  EXPECT_EQ(request.replication_group_description(), "a demo");
  EXPECT_EQ(request.num_cache_clusters(), 3);
  EXPECT_TRUE(request.has_multi_az_enabled());
  EXPECT_FALSE(request.multi_az_enabled());
  EXPECT_TRUE(request.automatic_failover_enabled());
  EXPECT_EQ(request.preferred_cache_cluster_azs_size(), 3);
  ASSERT_EQ(request.tags_size(), 2);
  EXPECT_EQ(request.tags(1).value(), "d");
}

TEST(ApiFlagsTest, JsonListsAndInputJson) {
  const auto request = RequestOf({"--cli-input-json", R"({"ReplicationGroupId":"x","ReplicationGroupDescription":"d","Port":1})",
                                  "--port", "7000", "--tags", R"([{"Key":"a","Value":"b"}])"});
  EXPECT_EQ(request.replication_group_id(), "x");
  EXPECT_EQ(request.port(), 7000);
  ASSERT_EQ(request.tags_size(), 1);
  EXPECT_EQ(request.tags(0).key(), "a");
}

TEST(ApiFlagsTest, MissingAndMalformedAreUsageErrors) {
  const CommandSpec spec = OperationSpec(*FindOperation("CreateReplicationGroup"));
  CreateReplicationGroupRequest request;
  const auto missing = ParseCommandLine(spec, {"--port", "1"});
  ASSERT_TRUE(missing.ok());
  EXPECT_THAT(std::string(FillRequest(*missing, &request).message()),
              HasSubstr("--replication-group-id, --replication-group-description"));
  const auto wrong = ParseCommandLine(spec, {"--port", "many"});
  const Status status = FillRequest(*wrong, &request);
  EXPECT_TRUE(IsUsageError(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("--port"));
}

// Every operation can be parsed (no flag clashes with a global one), and its help names every flag.
TEST(ApiFlagsTest, EveryOperationHasACommand) {
  EXPECT_EQ(AllOperations().size(), 75u);
  for (const Operation& operation : AllOperations()) {
    const CommandSpec spec = OperationSpec(operation);
    EXPECT_TRUE(ParseCommandLine(spec, {"--help"}).ok()) << spec.name;
    const std::string help = HelpText(spec, 100);
    for (const Flag& flag : spec.flags) EXPECT_THAT(help, HasSubstr("--" + flag.name));
    EXPECT_FALSE(spec.summary.empty());
  }
}

}  // namespace
}  // namespace elastilab
