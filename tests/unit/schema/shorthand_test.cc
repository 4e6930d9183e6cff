#include "schema/shorthand.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/tags.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "schema/fault.h"
#include "schema/json.h"

namespace elastilab {
namespace {

using testing::HasSubstr;
namespace v1 = elasticache::v1;

template <typename Message>
std::string Read(std::string_view shorthand) {
  Message message;
  const Status status = ParseShorthand(shorthand, &message);
  return status.ok() ? ToAwsJson(message, {.indent = 0, .empty_lists = false}) : std::string(status.message());
}

TEST(ShorthandTest, Pairs) {
  EXPECT_EQ(Read<v1::Tag>("Key=env,Value=dev"), R"({"Key": "env", "Value": "dev"})");
  EXPECT_EQ(Read<v1::Tag>(" Key = env , Value = dev"), R"({"Key": "env", "Value": "dev"})");
  EXPECT_EQ(Read<v1::Tag>("Key env"), "Cannot read the shorthand: expected '=' after 'Key' at character 5.");
  EXPECT_EQ(Read<v1::Tag>("Key=a=b"), R"({"Key": "a=b"})");
  EXPECT_EQ(Read<v1::Tag>("Key=env,Value="), R"({"Key": "env", "Value": ""})");
}

TEST(ShorthandTest, QuotesAndBackslashes) {
  EXPECT_EQ(Read<v1::Tag>(R"(Key="a,b=c",Value='it\'s')"), R"({"Key": "a,b=c", "Value": "it's"})");
  EXPECT_EQ(Read<v1::Tag>(R"(Key=a\,b,Value=c:\d)"), R"({"Key": "a,b", "Value": "c:\\d"})");
}

TEST(ShorthandTest, ListsInAllForms) {
  const std::string two =
      R"({"NodeGroupId": "0001", "ReplicaAvailabilityZones": ["a", "b"], "ReplicaOutpostArns": ["x"]})";
  EXPECT_EQ(Read<v1::NodeGroupConfiguration>("NodeGroupId=0001,ReplicaAvailabilityZones=a,b,ReplicaOutpostArns=x"),
            two);
  EXPECT_EQ(Read<v1::NodeGroupConfiguration>("NodeGroupId=0001,ReplicaAvailabilityZones=[a,b],ReplicaOutpostArns=[x]"),
            two);
  EXPECT_EQ(Read<v1::NodeGroupConfiguration>("ReplicaCount=2,Slots=\"0-99,200\""),
            R"({"Slots": "0-99,200", "ReplicaCount": 2})");
}

TEST(ShorthandTest, StructuresInStructures) {
  EXPECT_EQ(Read<v1::LogDeliveryConfigurationRequest>(
                "LogType=slow-log,DestinationDetails={CloudWatchLogsDetails={LogGroup=lg}},Enabled=true"),
            R"({"LogType": "slow-log", "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "lg"}}, )"
            R"("Enabled": true})");
}

TEST(ShorthandTest, BadTextIsRefusedWithThePlace) {
  EXPECT_THAT(Read<v1::Tag>(""), HasSubstr("expected a name at character 1"));
  EXPECT_THAT(Read<v1::Tag>("Key"), HasSubstr("expected '=' after 'Key'"));
  EXPECT_THAT(Read<v1::Tag>("Key=\"x"), HasSubstr("the quote is not closed"));
  EXPECT_THAT(Read<v1::NodeGroupConfiguration>("ReplicaAvailabilityZones=a,,b"), HasSubstr("two commas with nothing"));
  EXPECT_THAT(Read<v1::NodeGroupConfiguration>("ReplicaAvailabilityZones=a,b,"), HasSubstr("nothing after it"));
  EXPECT_THAT(Read<v1::Tag>("Key=a,Key=b"), HasSubstr("'Key' is given twice"));
  EXPECT_THAT(Read<v1::Tag>("Nope=a"), HasSubstr("unknown member 'Nope'; there are: Key, Value."));
  EXPECT_THAT(Read<v1::Tag>("Key=a,b"), HasSubstr("Key: expected one value, got array."));
  EXPECT_THAT(Read<v1::Tag>("Key=" + std::string(50, '[')), HasSubstr("more than 16 levels"));
  EXPECT_THAT(Read<v1::NodeGroupConfiguration>("ReplicaCount=x"), HasSubstr("ReplicaCount: must be an integer"));
}

TEST(ShorthandTest, AuthenticationModeNeverLeaksItsPasswords) {
  EXPECT_EQ(Read<v1::AuthenticationMode>("Type=password,Passwords=hush").find("hush"), std::string::npos);
  EXPECT_EQ(Read<v1::AuthenticationMode>("Type=password,Passwords=\"hush").find("hush"), std::string::npos);
}

struct WordsStory {
  std::string field;
  std::vector<std::string> words;
  std::string reads_as;
};

TEST(SetFromWordsTest, EveryKindOfMember) {
  const WordsStory stories[] = {
      {"port", {"6380"}, R"({"Port": 6380})"},
      {"port", {"6380", "6381"}, "--port takes one value, got 2."},
      {"port", {}, "--port takes one value, got 0."},
      {"security_group_ids", {"sg-1", "sg-2"}, R"({"SecurityGroupIds": ["sg-1", "sg-2"]})"},
      {"security_group_ids", {R"(["sg-1", "sg-2"])"}, R"({"SecurityGroupIds": ["sg-1", "sg-2"]})"},
      {"tags", {"Key=a,Value=1", R"({"Key": "b"})"}, R"({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b"}]})"},
      {"tags", {R"([{"Key": "a"}])"}, R"({"Tags": [{"Key": "a"}]})"},
      {"tags", {R"([{"Key": 1}])"}, "Tags[0].Key: expected a string, got number."},
  };
  for (const WordsStory& story : stories) {
    v1::CreateCacheClusterRequest request;
    const Status status = SetFromWords(story.words, request.GetDescriptor()->FindFieldByName(story.field), &request);
    EXPECT_EQ(status.ok() ? ToAwsJson(request, {.indent = 0, .empty_lists = false}) : std::string(status.message()),
              story.reads_as);
  }
}

TEST(SetFromWordsTest, StructureInOneWord) {
  for (const char* word :
       {"ScalePercentage=20,ScaleIntervalMinutes=5", R"({"ScalePercentage": 20, "ScaleIntervalMinutes": 5})"}) {
    v1::ModifyCacheClusterRequest request;
    ASSERT_TRUE(SetFromWords({word}, request.GetDescriptor()->FindFieldByName("scale_config"), &request).ok());
    EXPECT_EQ(request.scale_config().scale_interval_minutes(), 5);
  }
}

}  // namespace
}  // namespace elastilab
