#include "controlplane/faces/query/xml_encoder.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "controlplane/faces/query/xml_text.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/parameter_groups.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/subnet_groups.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "schema/fault.h"
#include "schema/operations.h"
#include "schema/scalar.h"
#include "tests/unit/query/other_service.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;
using query_test::Everything;

constexpr char kNamespace[] = "http://elasticache.amazonaws.com/doc/2015-02-02/";

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

template <typename Message>
std::string Members(const std::string& text) {
  std::string xml;
  AppendXmlMembers(FromText<Message>(text), &xml);
  return xml;
}

std::string Escaped(std::string_view text) {
  std::string out;
  AppendXmlText(text, &out);
  return out;
}

TEST(XmlTextTest, EscapesWhatMeansSomething) {
  EXPECT_EQ(Escaped("a<b>&c\"d'"), "a&lt;b&gt;&amp;c\"d'");
  EXPECT_EQ(Escaped(""), "");
  EXPECT_EQ(Escaped("\t\n"), "\t\n");
  EXPECT_EQ(Escaped("a\r\nb"), "a&#xD;\nb");
  EXPECT_EQ(Escaped("é世🙂\x7F"), "é世🙂\x7F");
}

TEST(XmlTextTest, ReplacesWhatNoDocumentMayContain) {
  EXPECT_EQ(Escaped(std::string("a\0b\x1F", 4)), "a\uFFFDb\uFFFD");
  EXPECT_EQ(Escaped("\xFF\xC3"), "\uFFFD\uFFFD");                          // no UTF-8, and cut short
  EXPECT_EQ(Escaped("\xED\xA0\x80x"), "\uFFFD\uFFFD\uFFFDx");              // a surrogate
  EXPECT_EQ(Escaped("\xEF\xBF\xBE\xEF\xBF\xBD"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // U+FFFE is none, U+FFFD is one
}

TEST(XmlTextTest, WhatIsXmlTextIsNeverReplaced) {
  for (const char* good : {"", "plain", "\t\r\n", "é世🙂", "\x7F", "<&>"}) EXPECT_TRUE(IsXmlText(good)) << good;
  for (const char* bad : {"\x01", "\x1B[0m", "\xFF", "\xC3", "\xEF\xBF\xBF", "\xC0\x80"}) EXPECT_FALSE(IsXmlText(bad)) << bad;
  EXPECT_FALSE(IsXmlText(std::string_view("\0", 1)));
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (int n = 0; n < 6; ++n) text += static_cast<char>(random() % 3 == 0 ? 0x80 + random() % 128 : random() % 256);
    const std::string escaped = Escaped(text);
    EXPECT_TRUE(IsXmlText(escaped));
    if (IsXmlText(text)) {
      EXPECT_EQ(escaped.find("\uFFFD") == std::string::npos, text.find("\uFFFD") == std::string::npos);
    } else {
      EXPECT_NE(escaped.find("\uFFFD"), std::string::npos);
    }
  }
}

TEST(XmlEncoderTest, Scalars) {
  EXPECT_EQ(Members<query_test::Leaf>("name: 'a<b' weight: 0"), "<Name>a&lt;b</Name><Weight>0</Weight>");
  EXPECT_EQ(Members<Everything>("flag: false small: -7 big: 9000000000 count: 3 ratio: 50 color: COLOR_DEEP_BLUE text: '' arn: 'x' plain: 'p'")
                .substr(0, 120),
            "<Text></Text><Flag>false</Flag><Small>-7</Small><Big>9000000000</Big><Count>3</Count><Ratio>50.0</Ratio>"
            "<Color>Deep-Blue");
}

TEST(XmlEncoderTest, TimesHaveMilliseconds) {
  const auto when = [](int64_t seconds, int nanos) {
    query_test::Everything message;
    message.mutable_when()->set_seconds(seconds);
    message.mutable_when()->set_nanos(nanos);
    std::string xml;
    AppendXmlMembers(message, &xml);
    return xml.substr(0, xml.find("</When>"));
  };
  EXPECT_EQ(when(1482424076, 88'999'999), "<When>2016-12-22T16:27:56.088Z");
  EXPECT_EQ(when(0, 0), "<When>1970-01-01T00:00:00.000Z");
  EXPECT_EQ(when(-1, 0), "<When>1969-12-31T23:59:59.000Z");
  EXPECT_EQ(when(253402300799, 0), "<When>9999-12-31T23:59:59.000Z");
}

TEST(XmlEncoderTest, ListsHaveTheirElementNames) {
  EXPECT_EQ(Members<v1::CacheSubnetGroup>("cache_subnet_group_name: 's' subnets { subnet_identifier: 'subnet-1' "
                                          "subnet_availability_zone { name: 'a' } supported_network_types: NETWORK_TYPE_IPV4 }"),
            "<CacheSubnetGroupName>s</CacheSubnetGroupName><Subnets><Subnet><SubnetIdentifier>subnet-1</SubnetIdentifier>"
            "<SubnetAvailabilityZone><Name>a</Name></SubnetAvailabilityZone>"
            "<SupportedNetworkTypes><member>ipv4</member></SupportedNetworkTypes></Subnet></Subnets><SupportedNetworkTypes/>");
  EXPECT_EQ(Members<v1::ReplicationGroup>("replication_group_id: 'g' member_clusters: 'g-001' member_clusters: 'g-002'")
                .substr(0, 144),
            "<ReplicationGroupId>g</ReplicationGroupId><MemberClusters><ClusterId>g-001</ClusterId><ClusterId>g-002</ClusterId>"
            "</MemberClusters><NodeGroups/>");
}

TEST(XmlEncoderTest, EmptyListsShowAndEmptyStructuresAreOneElement) {
  EXPECT_EQ(Members<v1::DescribeCacheClustersResponse>(""), "<CacheClusters/>");
  EXPECT_EQ(Members<v1::CreateCacheClusterResponse>("cache_cluster { pending_modified_values {} }"),
            "<CacheCluster><PendingModifiedValues/><CacheSecurityGroups/><CacheNodes/><SecurityGroups/>"
            "<LogDeliveryConfigurations/></CacheCluster>");
  EXPECT_EQ(Members<v1::CreateCacheClusterResponse>("cache_cluster {}"), "<CacheCluster/>");
  EXPECT_EQ(Members<v1::CreateCacheClusterResponse>(""), "");
}

TEST(XmlEncoderTest, OtherServicesToo) {
  EXPECT_EQ(Members<query_test::Tree>("name: 'a' left { name: 'b' } branches { name: 'c' }"),
            "<Name>a</Name><Left><Name>b</Name><Branches/></Left><Branches><member><Name>c</Name><Branches/></member></Branches>");
  const std::string xml = Members<Everything>(
      "labels { key: 'k' value: 'v&w' } leaf_by_name { key: 'l' value { weight: 2 } } times { seconds: 1 } colors: COLOR_RED "
      "numbers: 4 secret_access_key: 'wJalr'");
  for (const char* part : {"<Labels><entry><key>k</key><value>v&amp;w</value></entry></Labels>",
                           "<LeafByName><entry><key>l</key><value><Weight>2</Weight></value></entry></LeafByName>",
                           "<Times><member>1970-01-01T00:00:01.000Z</member></Times>", "<Colors><member>red</member></Colors>",
                           "<Numbers><Number>4</Number></Numbers>", "<SecretAccessKey>wJalr</SecretAccessKey>"}) {
    EXPECT_NE(xml.find(part), std::string::npos) << part << " in " << xml;
  }
}

TEST(XmlReplyTest, WholeReply) {
  EXPECT_EQ(XmlReply(*FindOperation("ModifyCacheParameterGroup"), kNamespace,
                     FromText<v1::ModifyCacheParameterGroupResponse>("cache_parameter_group_name: 'g'"), "id-1"),
            "<ModifyCacheParameterGroupResponse xmlns=\"http://elasticache.amazonaws.com/doc/2015-02-02/\">"
            "<ModifyCacheParameterGroupResult><CacheParameterGroupName>g</CacheParameterGroupName>"
            "</ModifyCacheParameterGroupResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata>"
            "</ModifyCacheParameterGroupResponse>");
}

TEST(XmlReplyTest, NoResultWhereTheServiceHasNone) {
  EXPECT_EQ(XmlReply(*FindOperation("DeleteCacheSubnetGroup"), kNamespace, v1::DeleteCacheSubnetGroupResponse(), "id-2"),
            "<DeleteCacheSubnetGroupResponse xmlns=\"http://elasticache.amazonaws.com/doc/2015-02-02/\">"
            "<ResponseMetadata><RequestId>id-2</RequestId></ResponseMetadata></DeleteCacheSubnetGroupResponse>");
  EXPECT_NE(XmlReply(*FindOperation("DescribeUsers"), kNamespace, v1::DescribeUsersResponse(), "x").find("<DescribeUsersResult><Users/></DescribeUsersResult>"),
            std::string::npos);
}

TEST(XmlReplyTest, AnEmptyResultWhereTheServiceHasOne) {
  Operation operation = *FindOperation("DeleteCacheSubnetGroup");
  operation.empty_result = true;
  EXPECT_NE(XmlReply(operation, kNamespace, v1::DeleteCacheSubnetGroupResponse(), "x").find("<DeleteCacheSubnetGroupResult></DeleteCacheSubnetGroupResult>"),
            std::string::npos);
}

TEST(XmlErrorTest, FaultsGoByTheirWireCodes) {
  EXPECT_EQ(XmlError(MakeFault(v1::CACHE_CLUSTER_NOT_FOUND, "CacheCluster not found: <x>"), kNamespace, "id-3"),
            "<ErrorResponse xmlns=\"http://elasticache.amazonaws.com/doc/2015-02-02/\"><Error><Type>Sender</Type>"
            "<Code>CacheClusterNotFound</Code><Message>CacheCluster not found: &lt;x&gt;</Message></Error>"
            "<RequestId>id-3</RequestId></ErrorResponse>");
}

TEST(XmlErrorTest, OtherErrorsAreOurs) {
  const auto part = [](const Status& status) {
    const std::string xml = XmlError(status, kNamespace, "x");
    return xml.substr(xml.find("<Type>"), xml.find("<Message>") - xml.find("<Type>"));
  };
  EXPECT_EQ(part(absl::InternalError("?")), "<Type>Receiver</Type><Code>InternalFailure</Code>");
  EXPECT_EQ(part(absl::UnavailableError("?")), "<Type>Receiver</Type><Code>ServiceUnavailable</Code>");
}

v1::CacheCluster FullCluster(int i) {
  return FromText<v1::CacheCluster>(
      "cache_cluster_id: 'bench-" + std::to_string(i) +
      "' client_download_landing_page: 'https://console.aws.amazon.com/elasticache/home#client-download:' cache_node_type: "
      "'cache.t3.micro' engine: 'redis' engine_version: '7.1.0' cache_cluster_status: 'available' num_cache_nodes: 1 "
      "preferred_availability_zone: 'us-east-1a' cache_cluster_create_time { seconds: 1482424076 } "
      "preferred_maintenance_window: 'fri:09:30-fri:10:30' pending_modified_values {} cache_parameter_group { "
      "cache_parameter_group_name: 'default.redis7' parameter_apply_status: 'in-sync' } cache_subnet_group_name: 'default' "
      "cache_nodes { cache_node_id: '0001' cache_node_status: 'available' cache_node_create_time { seconds: 1482424076 } endpoint { "
      "address: '127.51.0.2' port: 6379 } parameter_group_status: 'in-sync' customer_availability_zone: 'us-east-1a' } "
      "auto_minor_version_upgrade: true security_groups { security_group_id: 'sg-1' status: 'active' } "
      "snapshot_retention_limit: 0 snapshot_window: '19:00-20:00' auth_token_enabled: false transit_encryption_enabled: false "
      "at_rest_encryption_enabled: false arn: 'arn:aws:elasticache:us-east-1:000000000000:cluster:bench' "
      "replication_group_log_delivery_enabled: false network_type: NETWORK_TYPE_IPV4 ip_discovery: IP_DISCOVERY_IPV4");
}

// Generous, for slow machines and sanitizers: the benchmark has the figure.
TEST(XmlReplyTest, OnePageIsQuick) {
  v1::DescribeCacheClustersResponse page;
  for (int i = 0; i < 100; ++i) *page.add_cache_clusters() = FullCluster(i);
  std::string xml;
  auto best = std::chrono::nanoseconds::max();
  for (int i = 0; i < 10; ++i) {
    const auto start = std::chrono::steady_clock::now();
    xml = XmlReply(*FindOperation("DescribeCacheClusters"), kNamespace, page, "id");
    best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - start);
  }
  RecordProperty("microseconds", static_cast<int>(best.count() / 1000));
  RecordProperty("bytes", static_cast<int>(xml.size()));
  EXPECT_GT(xml.size(), 150'000u);
  EXPECT_LT(best, std::chrono::milliseconds(30));
}

}  // namespace
}  // namespace elastilab
