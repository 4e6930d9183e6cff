#include "controlplane/faces/query/form_decoder.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <chrono>

#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/global_replication_groups.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/serverless_caches.pb.h"
#include "proto/elasticache/v1/service_updates.pb.h"
#include "proto/elasticache/v1/subnet_groups.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "schema/fault.h"
#include "tests/unit/query/other_service.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;
using query_test::Everything;

Status Decode(std::string_view text, google::protobuf::Message* message) {
  const auto form = Form::Parse("", text);
  if (!form.ok()) return form.status();
  return DecodeForm(*form, message);
}

// What the form becomes, in protobuf's own text on one line; or the fault's code and message.
template <typename Message>
std::string Decoded(std::string_view form) {
  Message message;
  const Status status = Decode(form, &message);
  if (!status.ok()) return std::string(FaultWire(*FaultOf(status))) + ": " + std::string(status.message());
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(message, &text);
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

struct Case {
  std::string form;
  std::string wanted;
};

template <typename Message>
void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(Decoded<Message>(c.form), c.wanted) << c.form;
}

// The samples of the wire reference.

TEST(FormDecoderTest, CreateCacheCluster) {
  Check<v1::CreateCacheClusterRequest>(
      {{"Action=CreateCacheCluster&Version=2015-02-02&CacheClusterId=c1&Engine=memcached&NumCacheNodes=2"
        "&PreferredAvailabilityZones.PreferredAvailabilityZone.1=us-east-1a&SecurityGroupIds.SecurityGroupId.1=sg-1"
        "&Tags.Tag.1.Key=env&Tags.Tag.1.Value=dev&AZMode=cross-az&AutoMinorVersionUpgrade=True",
        R"(cache_cluster_id: "c1" az_mode: AZ_MODE_CROSS_AZ preferred_availability_zones: "us-east-1a" num_cache_nodes: 2 )"
        R"(engine: "memcached" security_group_ids: "sg-1" tags { key: "env" value: "dev" } auto_minor_version_upgrade: true)"}});
}

TEST(FormDecoderTest, ElementsGoByEitherName) {
  Check<v1::RebootCacheClusterRequest>({
      {"CacheNodeIdsToReboot.CacheNodeId.1=0001", R"(cache_node_ids_to_reboot: "0001")"},
      {"CacheNodeIdsToReboot.member.1=0001", R"(cache_node_ids_to_reboot: "0001")"},
      {"CacheNodeIdsToReboot.member.2=b&CacheNodeIdsToReboot.CacheNodeId.1=a",
       R"(cache_node_ids_to_reboot: "a" cache_node_ids_to_reboot: "b")"},
  });
  Check<v1::CreateCacheSubnetGroupRequest>({
      {"SubnetIds.SubnetIdentifier.1=subnet-1", R"(subnet_ids: "subnet-1")"},
      {"SubnetIds.SubnetId.1=subnet-1",
       "MalformedInput: SubnetIds is a list: its elements are SubnetIds.SubnetIdentifier.1 and so on, not SubnetIds.SubnetId.1."},
  });
  Check<v1::CreateServerlessCacheRequest>({{"SubnetIds.SubnetId.1=subnet-1", R"(subnet_ids: "subnet-1")"}});
}

TEST(FormDecoderTest, NumbersGiveTheOrderAndMayHaveGaps) {
  Check<Everything>({{"Names.member.10=c&Names.member.9=b&Names.member.2=a&Names.member.10000=d",
                      R"(names: "a" names: "b" names: "c" names: "d")"}});
}

TEST(FormDecoderTest, ListsOfStructures) {
  Check<v1::CreateReplicationGroupRequest>(
      {{"NodeGroupConfiguration.NodeGroupConfiguration.1.NodeGroupId=0001"
        "&NodeGroupConfiguration.NodeGroupConfiguration.1.Slots=0-16383"
        "&NodeGroupConfiguration.NodeGroupConfiguration.1.ReplicaCount=0"
        "&NodeGroupConfiguration.NodeGroupConfiguration.1.ReplicaAvailabilityZones.AvailabilityZone.2=c"
        "&NodeGroupConfiguration.NodeGroupConfiguration.1.ReplicaAvailabilityZones.AvailabilityZone.1=b"
        "&NodeGroupConfiguration.member.2.NodeGroupId=0002",
        R"(node_group_configuration { node_group_id: "0001" slots: "0-16383" replica_count: 0 )"
        R"(replica_availability_zones: "b" replica_availability_zones: "c" } node_group_configuration { node_group_id: "0002" })"}});
}

TEST(FormDecoderTest, StructuresInStructures) {
  Check<v1::ModifyReplicationGroupRequest>(
      {{"LogDeliveryConfigurations.LogDeliveryConfigurationRequest.1.LogType=slow-log"
        "&LogDeliveryConfigurations.LogDeliveryConfigurationRequest.1.DestinationDetails.CloudWatchLogsDetails.LogGroup=lg"
        "&LogDeliveryConfigurations.LogDeliveryConfigurationRequest.1.Enabled=false&UserGroupIdsToAdd=",
        R"(log_delivery_configurations { log_type: LOG_TYPE_SLOW_LOG destination_details { cloud_watch_logs_details { )"
        R"(log_group: "lg" } } enabled: false })"}});
  Check<v1::CreateServerlessCacheRequest>(
      {{"CacheUsageLimits.DataStorage.Maximum=10&CacheUsageLimits.DataStorage.Unit=GB&CacheUsageLimits.ECPUPerSecond.Maximum=5000",
        "cache_usage_limits { data_storage { maximum: 10 unit: DATA_STORAGE_UNIT_GB } ecpu_per_second { maximum: 5000 } }"}});
}

TEST(FormDecoderTest, TimesAsSdksSendThem) {
  using std::chrono::sys_seconds;
  for (const char* text : {"2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000000Z", "2024-01-01T01:00:00%2B01:00", "1704067200"}) {
    v1::DescribeUpdateActionsRequest request;
    ASSERT_TRUE(Decode(std::string("ServiceUpdateTimeRange.StartTime=") + text, &request).ok()) << text;
    EXPECT_EQ(request.service_update_time_range().start_time().seconds(), 1704067200) << text;
  }
  v1::DescribeUpdateActionsRequest request;
  ASSERT_TRUE(Decode("ServiceUpdateTimeRange.StartTime=2024-01-01T00:00:00.123000Z", &request).ok());
  EXPECT_EQ(request.service_update_time_range().start_time().nanos(), 123'000'000);
}

TEST(FormDecoderTest, AbsentIsNeitherZeroNorEmpty) {
  Everything message;
  ASSERT_TRUE(Decode("Small=0&Text=", &message).ok());
  EXPECT_TRUE(message.has_small());
  EXPECT_TRUE(message.has_text());
  EXPECT_FALSE(message.has_big());
  EXPECT_FALSE(message.has_flag());
}

TEST(FormDecoderTest, EmptyListsAndStructures) {
  Check<Everything>({{"Names=&Leaves=&Labels=", ""}, {"Leaf=", "leaf { }"}, {"Leaves.member.1=", "leaves { }"}});
}

TEST(FormDecoderTest, OtherServicesToo) {
  Check<Everything>({
      {"ARN=a&Flag=TRUE&Small=-5&Big=9223372036854775807&Count=4294967295&Ratio=1.5&Color=Deep-Blue&Plain=p",
       R"(flag: true small: -5 big: 9223372036854775807 count: 4294967295 ratio: 1.5 color: COLOR_DEEP_BLUE arn: "a" plain: "p")"},
      {"Colors.member.1=red&Numbers.Number.1=7&Leaves.member.1.Name=n&Leaves.member.1.Weight=3",
       R"(numbers: 7 colors: COLOR_RED leaves { name: "n" weight: 3 })"},
      {"Labels.entry.1.key=k&Labels.entry.1.value=v", R"(labels { key: "k" value: "v" })"},
      {"LeafByName.entry.1.key=k&LeafByName.entry.1.value.Weight=2", R"(leaf_by_name { key: "k" value { weight: 2 } })"},
      {"Labels.member.1.key=k", "MalformedInput: Labels is a list: its elements are Labels.entry.1 and so on, not Labels.member.1.key."},
  });
}

TEST(FormDecoderTest, UnknownParametersAreIgnored) {
  Check<Everything>({
      {"Nobody=1&Nobody=2&Nobody.member.x=3&text=low&Leaf.Nobody=4&X-Amz-Signature=5&.=6&..=7&=8", "leaf { }"},
  });
}

TEST(FormDecoderTest, ValuesThatDoNotFit) {
  Check<Everything>({
      {"Small=x", "InvalidParameterValue: Invalid value 'x' for parameter Small: must be an integer."},
      {"Small=", "InvalidParameterValue: Invalid value '' for parameter Small: must be an integer."},
      {"Small=2147483648", "InvalidParameterValue: Invalid value '2147483648' for parameter Small: must be an integer."},
      {"Flag=1", "InvalidParameterValue: Invalid value '1' for parameter Flag: must be true or false."},
      {"Color=", "InvalidParameterValue: Invalid value '' for parameter Color: must be one of: red, Deep-Blue."},
      {"When=never", "InvalidParameterValue: Invalid value 'never' for parameter When: must be a time such as 2024-01-31T00:00:00Z."},
      {"Leaves.member.2.Weight=z",
       "InvalidParameterValue: Invalid value 'z' for parameter Leaves.member.2.Weight: must be an integer."},
      {"Text=%ff", "InvalidParameterValue: Invalid value for parameter Text: must be text in UTF-8."},
      {"SecretAccessKey=%ff", "InvalidParameterValue: Invalid value for parameter SecretAccessKey: must be text in UTF-8."},
      {"Text=a%00b", "InvalidParameterValue: The parameter Text has a control character in it."},
      {"Names.member.1=%1b", "InvalidParameterValue: The parameter Names.member.1 has a control character in it."},
      {"Text=%EF%BF%BF", "InvalidParameterValue: The parameter Text has a control character in it."},
      {"Text=%09a%0D%0A%7F%C3%A9", "text: \"\\ta\\r\\n\\177\u00e9\""},
  });
}

TEST(FormDecoderTest, KeysThatDoNotFit) {
  Check<Everything>({
      {"Text=a&Text=b", "MalformedInput: The parameter Text is given more than once."},
      {"Text.member.1=a", "MalformedInput: Text is a single value: it has no parts such as Text.member.1."},
      {"Text=a&Text.=b", "MalformedInput: Text is a single value: it has no parts such as Text.."},
      {"Leaf=x", "MalformedInput: Leaf is a structure: give its members, as Leaf.Name=value."},
      {"Leaf=&Leaf=", "MalformedInput: The parameter Leaf is given more than once."},
      {"Leaf.Name=a&Leaf.Name=b", "MalformedInput: The parameter Leaf.Name is given more than once."},
      {"Names=x", "MalformedInput: Names is a list: give its elements, as Names.member.1=value."},
      {"Numbers=1", "MalformedInput: Numbers is a list: give its elements, as Numbers.Number.1=value."},
      {"Names=&Names.member.1=a", "MalformedInput: The parameter Names is given more than once."},
      {"Names.1=a", "MalformedInput: Names is a list: its elements are Names.member.1 and so on, not Names.1."},
      {"Names.member=a", "MalformedInput: Names.member lacks the number of the element: Names.member.1 is the first."},
      {"Names.member.=a", "MalformedInput:  is not a valid index in Names.member.: list elements are numbered from 1 to 10000."},
      {"Names.member.0=a", "MalformedInput: 0 is not a valid index in Names.member.0: list elements are numbered from 1 to 10000."},
      {"Names.member.-1=a", "MalformedInput: -1 is not a valid index in Names.member.-1: list elements are numbered from 1 to 10000."},
      {"Names.member.1x=a", "MalformedInput: 1x is not a valid index in Names.member.1x: list elements are numbered from 1 to 10000."},
      {"Names.member.999999999=a",
       "MalformedInput: 999999999 is not a valid index in Names.member.999999999: list elements are numbered from 1 to 10000."},
      {"Names.member.99999999999999999999=a",
       "MalformedInput: 99999999999999999999 is not a valid index in Names.member.99999999999999999999: "
       "list elements are numbered from 1 to 10000."},
      {"Names.member.1=a&Names.member.01=b", "MalformedInput: The parameter Names.member.1 is given more than once."},
      {"Names.member.1=a&Names.member.1=b", "MalformedInput: The parameter Names.member.1 is given more than once."},
      {"Numbers.member.1=1&Numbers.Number.1=2", "MalformedInput: The parameter Numbers.member.1 is given more than once."},
      {"Names.member.1.Name=a", "MalformedInput: Names.member.1 is a single value: it has no parts such as Names.member.1.Name."},
      {"Leaves.member.1=x", "MalformedInput: Leaves.member.1 is a structure: give its members, as Leaves.member.1.Name=value."},
  });
}

TEST(FormDecoderTest, SecretsAreTakenButNeverQuoted) {
  v1::CreateUserRequest request;
  ASSERT_TRUE(Decode("Passwords.member.1=hunter2hunter2hunter2", &request).ok());
  EXPECT_EQ(request.passwords(0), "hunter2hunter2hunter2");
  for (const char* form : {"AuthToken=hunter2&AuthToken=hunter2", "AuthToken.x=hunter2", "AuthToken=hunter2%ff", "AuthToken=hunter2%01"}) {
    v1::CreateReplicationGroupRequest group;
    const Status status = Decode(form, &group);
    ASSERT_FALSE(status.ok()) << form;
    EXPECT_EQ(status.message().find("hunter2"), absl::string_view::npos) << form;
  }
}

TEST(FormDecoderTest, TypesThatContainThemselvesEndAtTheDepthLimit) {
  std::string key = "Name";
  for (int i = 0; i < 31; ++i) key = "Left." + key;
  query_test::Tree tree;
  EXPECT_TRUE(Decode(key + "=x", &tree).ok());
  EXPECT_EQ(FaultOf(Decode("Left." + key + "=x", &tree)), FaultCode::MALFORMED_INPUT);
}

// Ten thousand elements in reverse order: sorted once, not searched each.
TEST(FormDecoderTest, LargestFormIsQuick) {
  std::string form;
  for (int i = kMaxListIndex; i > 0; --i) form += "Names.member." + std::to_string(i) + "=value-of-some-length-" + std::to_string(i) + "&";
  Everything message;
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(Decode(form, &message).ok());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
  ASSERT_EQ(message.names_size(), kMaxListIndex);
  EXPECT_EQ(message.names(0), "value-of-some-length-1");
  EXPECT_EQ(message.names(kMaxListIndex - 1), "value-of-some-length-10000");
}

}  // namespace
}  // namespace elastilab
