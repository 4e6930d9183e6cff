#include "controlplane/region/catalog/naming.h"

#include <gtest/gtest.h>

namespace elastilab {
namespace {

const Location kVirginia{.region = "us-east-1", .account = "000000000000", .dns_token = "abc123"};

TEST(RegionShortCodeTest, IsAsSeen) {
  EXPECT_EQ(RegionShortCode("us-east-1"), "use1");
  EXPECT_EQ(RegionShortCode("us-west-2"), "usw2");
  EXPECT_EQ(RegionShortCode("ca-central-1"), "cac1");
  EXPECT_EQ(RegionShortCode("ap-northeast-1"), "apne1");
  EXPECT_EQ(RegionShortCode("ap-northeast-2"), "apn2");
  EXPECT_EQ(RegionShortCode("ap-southeast-2"), "apse2");
  EXPECT_EQ(RegionShortCode("eu-central-1"), "euc1");
  EXPECT_EQ(RegionShortCode("cn-north-1"), "cnn1");
  EXPECT_EQ(RegionShortCode("cn-northwest-1"), "cnw1");
  EXPECT_EQ(RegionShortCode("us-gov-west-1"), "usgw1");
  EXPECT_EQ(RegionShortCode("xx-centralnorth-2"), "xxcn2");
  EXPECT_EQ(RegionShortCode("local"), "local");
  EXPECT_EQ(RegionShortCode(""), "");
}

TEST(ArnTest, ThereAndBack) {
  const std::string arn = Arn(kVirginia, "cluster", "my-cluster");
  EXPECT_EQ(arn, "arn:aws:elasticache:us-east-1:000000000000:cluster:my-cluster");
  const auto parsed = ParseArn(arn);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->region, "us-east-1");
  EXPECT_EQ(parsed->account, "000000000000");
  EXPECT_EQ(parsed->type, "cluster");
  EXPECT_EQ(parsed->name, "my-cluster");
  EXPECT_EQ(ParseArn(Arn(kVirginia, "parametergroup", "default.redis7.cluster.on"))->name, "default.redis7.cluster.on");
}

TEST(ArnTest, PartitionAndGlobalGroups) {
  EXPECT_EQ(Arn({.region = "cn-north-1"}, "user", "u"), "arn:aws-cn:elasticache:cn-north-1:000000000000:user:u");
  EXPECT_EQ(Arn({.region = "us-gov-west-1"}, "user", "u"),
            "arn:aws-us-gov:elasticache:us-gov-west-1:000000000000:user:u");
  const std::string global = Arn(kVirginia, "globalreplicationgroup", "ldgnf-x");
  EXPECT_EQ(global, "arn:aws:elasticache::000000000000:globalreplicationgroup:ldgnf-x");
  EXPECT_EQ(ParseArn(global)->region, "");
}

TEST(ArnTest, OthersAreRefused) {
  for (const char* wrong :
       {"", "arn", "arn:aws:s3:us-east-1:000000000000:cluster:x", "arn:aws:elasticache:us-east-1:000000000000:cluster",
        "arn:aws:elasticache:us-east-1:000000000000:cluster:", "arn:aws:elasticache:us-east-1::cluster:x",
        "arn:aws:elasticache::000000000000:cluster:x", "arn:aws:elasticache:us-east-1:000000000000:castle:x",
        "arn:aws:elasticache:us-east-1:000000000000:cluster:a:b", "nra:aws:elasticache:us-east-1:1:cluster:x",
        "arn:xyz:elasticache:us-east-1:1:cluster:x",
        "arn:aws:elasticache:us-east-1:1:globalreplicationgroup:ldgnf-x"}) {
    EXPECT_FALSE(ParseArn(wrong).has_value()) << wrong;
  }
}

TEST(MemberIdsTest, HaveThreeAndFourDigits) {
  EXPECT_EQ(MemberClusterId("my-group", "0001", false, 1), "my-group-001");
  EXPECT_EQ(MemberClusterId("my-group", "0002", true, 12), "my-group-0002-012");
  EXPECT_EQ(FourDigits(7), "0007");
  EXPECT_EQ(FourDigits(12345), "12345");
}

TEST(DnsNamesTest, ThereAndBack) {
  const std::string node = NodeDnsName(kVirginia, "my-cluster", "0002");
  EXPECT_EQ(node, "my-cluster.abc123.0002.use1.cache.amazonaws.com");
  EXPECT_EQ(ParseDnsName(kVirginia, node), (ParsedDnsName{DnsNameKind::kNode, "my-cluster", "0002"}));

  EXPECT_EQ(PrimaryDnsName(kVirginia, "g"), "g.abc123.ng.0001.use1.cache.amazonaws.com");
  EXPECT_EQ(ParseDnsName(kVirginia, PrimaryDnsName(kVirginia, "g")), (ParsedDnsName{DnsNameKind::kPrimary, "g", ""}));
  EXPECT_EQ(ReaderDnsName(kVirginia, "g"), "g-ro.abc123.ng.0001.use1.cache.amazonaws.com");
  EXPECT_EQ(ParseDnsName(kVirginia, ReaderDnsName(kVirginia, "g")), (ParsedDnsName{DnsNameKind::kPrimary, "g-ro", ""}));

  EXPECT_EQ(ConfigurationDnsName(kVirginia, "g"), "g.abc123.clustercfg.use1.cache.amazonaws.com");
  EXPECT_EQ(ParseDnsName(kVirginia, ConfigurationDnsName(kVirginia, "g")),
            (ParsedDnsName{DnsNameKind::kConfiguration, "g", ""}));
  EXPECT_EQ(MemcachedConfigurationDnsName(kVirginia, "m"), "m.abc123.cfg.use1.cache.amazonaws.com");
  EXPECT_EQ(ParseDnsName(kVirginia, MemcachedConfigurationDnsName(kVirginia, "m")),
            (ParsedDnsName{DnsNameKind::kMemcachedConfiguration, "m", ""}));
}

TEST(DnsNamesTest, ChinaHasItsOwnDomain) {
  EXPECT_EQ(DnsDomain({.region = "cn-northwest-1"}), "cnw1.cache.amazonaws.com.cn");
}

TEST(DnsNamesTest, OthersAreNotOurs) {
  for (const char* wrong :
       {"", "use1.cache.amazonaws.com", ".use1.cache.amazonaws.com", "g.abc123.use1.cache.amazonaws.com",
        "g.zzz999.cfg.use1.cache.amazonaws.com", "g.abc123.cfg.usw2.cache.amazonaws.com",
        "g.abc123.ng.0002.use1.cache.amazonaws.com", ".abc123.cfg.use1.cache.amazonaws.com",
        "g.abc123.001.use1.cache.amazonaws.com", "g.abc123.00a1.use1.cache.amazonaws.com",
        "a.g.abc123.ng.0001.use1.cache.amazonaws.com", "g.abc123.cfg.use1.cache.amazonaws.com.evil.example"}) {
    EXPECT_FALSE(ParseDnsName(kVirginia, wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace elastilab
