// Security groups, reserved nodes, subnet groups: what an account has beside its caches and users.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "controlplane/region/catalog/catalog.h"
#include "controlplane/region/catalog/reserved_offerings.h"
#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/reserved_nodes.h"
#include "proto/elasticache/v1/reserved_nodes.pb.h"
#include "proto/elasticache/v1/security_groups.pb.h"
#include "tests/unit/api/fixture.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// ---- Cache security groups -----------------------------------------------------------------------------------------

class SecurityGroupTest : public ApiTest {
 protected:
  std::string Create(const std::string& name) {
    v1::CreateCacheSecurityGroupRequest r;
    r.set_cache_security_group_name(name);
    r.set_description("for a test");
    return Refusal<v1::CreateCacheSecurityGroupResponse>("CreateCacheSecurityGroup", r);
  }
  std::string Delete(const std::string& name) {
    v1::DeleteCacheSecurityGroupRequest r;
    r.set_cache_security_group_name(name);
    return Refusal<v1::DeleteCacheSecurityGroupResponse>("DeleteCacheSecurityGroup", r);
  }
  template <typename Request>
  static Request Ingress(const std::string& name, const std::string& ec2 = "web",
                         const std::string& owner = "123456789012") {
    Request r;
    r.set_cache_security_group_name(name);
    r.set_ec2_security_group_name(ec2);
    r.set_ec2_security_group_owner_id(owner);
    return r;
  }
  std::string Authorize(const v1::AuthorizeCacheSecurityGroupIngressRequest& r) {
    return Refusal<v1::AuthorizeCacheSecurityGroupIngressResponse>("AuthorizeCacheSecurityGroupIngress", r);
  }
  v1::CacheSecurityGroup Describe(const std::string& name) {
    v1::DescribeCacheSecurityGroupsRequest r;
    r.set_cache_security_group_name(name);
    v1::DescribeCacheSecurityGroupsResponse response;
    EXPECT_TRUE(Call("DescribeCacheSecurityGroups", r, &response).ok()) << name;
    return response.cache_security_groups_size() == 1 ? response.cache_security_groups(0) : v1::CacheSecurityGroup();
  }
};

using AuthorizeRequest = v1::AuthorizeCacheSecurityGroupIngressRequest;
using RevokeRequest = v1::RevokeCacheSecurityGroupIngressRequest;

TEST_F(SecurityGroupTest, LifeOfAGroup) {
  EXPECT_EQ(Create("My-Sec-Grp"), "");
  EXPECT_EQ(Create("my-sec-grp"), "CacheSecurityGroupAlreadyExists");
  EXPECT_EQ(Describe("MY-SEC-GRP").owner_id(), "000000000000");
  EXPECT_EQ(Describe("my-sec-grp").arn(), "arn:aws:elasticache:us-east-1:000000000000:securitygroup:my-sec-grp");
  for (const char* bad : {"a b", "a_b", "a.b", "\xc3\xa9"}) EXPECT_EQ(Create(bad), "InvalidParameterValue") << bad;
  EXPECT_EQ(Create(std::string(256, 'a')), "InvalidParameterValue");
  EXPECT_EQ(Delete("my-sec-grp"), "");
  EXPECT_EQ(Delete("my-sec-grp"), "CacheSecurityGroupNotFound");
}

TEST_F(SecurityGroupTest, IngressIsShownAsItComesAndGoes) {
  ASSERT_EQ(Create("g"), "");
  v1::AuthorizeCacheSecurityGroupIngressResponse authorized;
  ASSERT_TRUE(Call("AuthorizeCacheSecurityGroupIngress", Ingress<AuthorizeRequest>("g"), &authorized).ok());
  EXPECT_EQ(authorized.cache_security_group().ec2_security_groups(0).status(), "authorizing");
  EXPECT_EQ(Describe("g").ec2_security_groups(0).status(), "authorized");
  EXPECT_EQ(Authorize(Ingress<AuthorizeRequest>("g")), "AuthorizationAlreadyExists");
  EXPECT_EQ(Authorize(Ingress<AuthorizeRequest>("g", "web", "210987654321")), "") << "another owner's";
  EXPECT_EQ(Authorize(Ingress<AuthorizeRequest>("h")), "CacheSecurityGroupNotFound");
  EXPECT_EQ(Authorize(Ingress<AuthorizeRequest>("g", "web", "1234")), "InvalidParameterValue");
  v1::RevokeCacheSecurityGroupIngressResponse revoked;
  ASSERT_TRUE(Call("RevokeCacheSecurityGroupIngress", Ingress<RevokeRequest>("g"), &revoked).ok());
  EXPECT_EQ(revoked.cache_security_group().ec2_security_groups(0).status(), "revoking");
  EXPECT_EQ(revoked.cache_security_group().ec2_security_groups(1).status(), "authorized");
  EXPECT_EQ(Describe("g").ec2_security_groups_size(), 1);
  EXPECT_EQ(Refusal<v1::RevokeCacheSecurityGroupIngressResponse>("RevokeCacheSecurityGroupIngress",
                                                                 Ingress<RevokeRequest>("g")),
            "AuthorizationNotFound");
}

TEST_F(SecurityGroupTest, TheDefaultGroupIsThereAndStays) {
  EXPECT_THAT(Describe("default").ec2_security_groups(), IsEmpty());
  EXPECT_EQ(Create("Default"), "CacheSecurityGroupAlreadyExists");
  EXPECT_EQ(Authorize(Ingress<AuthorizeRequest>("default")), "");
  EXPECT_EQ(Describe("default").ec2_security_groups_size(), 1);
  EXPECT_EQ(Delete("default"), "InvalidCacheSecurityGroupState");
  v1::DescribeCacheSecurityGroupsResponse all;
  ASSERT_TRUE(Call("DescribeCacheSecurityGroups", v1::DescribeCacheSecurityGroupsRequest(), &all).ok());
  EXPECT_EQ(all.cache_security_groups_size(), 1) << "once, with a record or without";
}

TEST_F(SecurityGroupTest, Quota) {
  for (int i = 0; i < 50; ++i) ASSERT_EQ(Create(fmt::format("g{}", i)), "");
  EXPECT_EQ(Create("one-more"), "QuotaExceeded.CacheSecurityGroup");
}

// ---- Reserved nodes ------------------------------------------------------------------------------------------------

class ReservedNodeTest : public ApiTest {
 protected:
  using OfferingsRequest = v1::DescribeReservedCacheNodesOfferingsRequest;
  using OfferingsResponse = v1::DescribeReservedCacheNodesOfferingsResponse;
  static constexpr char kOfferings[] = "DescribeReservedCacheNodesOfferings";

  std::vector<v1::ReservedCacheNodesOffering> Offerings(OfferingsRequest r) {
    std::vector<v1::ReservedCacheNodesOffering> all;
    do {
      OfferingsResponse page;
      EXPECT_TRUE(Call(kOfferings, r, &page).ok());
      all.insert(all.end(), page.reserved_cache_nodes_offerings().begin(), page.reserved_cache_nodes_offerings().end());
      r.set_marker(page.marker());
    } while (!r.marker().empty());
    return all;
  }
  static OfferingsRequest For(const std::string& type, const std::string& product, const std::string& duration,
                              const std::string& paid) {
    OfferingsRequest r;
    r.set_cache_node_type(type);
    r.set_product_description(product);
    r.set_duration(duration);
    r.set_offering_type(paid);
    return r;
  }
  v1::PurchaseReservedCacheNodesOfferingRequest Buy(const std::string& id, int count = 1) {
    v1::PurchaseReservedCacheNodesOfferingRequest r;
    r.set_reserved_cache_nodes_offering_id(ReservedOfferings().front().id);
    if (!id.empty()) r.set_reserved_cache_node_id(id);
    r.set_cache_node_count(count);
    return r;
  }
  std::string Purchase(const v1::PurchaseReservedCacheNodesOfferingRequest& r) {
    return Refusal<v1::PurchaseReservedCacheNodesOfferingResponse>("PurchaseReservedCacheNodesOffering", r);
  }
  std::vector<v1::ReservedCacheNode> Nodes(const v1::DescribeReservedCacheNodesRequest& r = {}) {
    v1::DescribeReservedCacheNodesResponse response;
    EXPECT_TRUE(Call("DescribeReservedCacheNodes", r, &response).ok());
    return {response.reserved_cache_nodes().begin(), response.reserved_cache_nodes().end()};
  }
};

TEST_F(ReservedNodeTest, OfferingsHaveTheServicesShapeAndThePublishedPrices) {
  const auto t3 = Offerings(For("cache.t3.small", "memcached", "1", "Partial Upfront"));
  ASSERT_EQ(t3.size(), 1u);
  EXPECT_EQ(t3[0].duration(), 31536000);
  EXPECT_EQ(t3[0].fixed_price(), 97.0);
  EXPECT_EQ(t3[0].recurring_charges(0).recurring_charge_amount(), 0.011);
  EXPECT_EQ(t3[0].recurring_charges(0).recurring_charge_frequency(), "Hourly");
  EXPECT_EQ(Offerings(For("cache.t3.small", "redis", "31536000", "No Upfront"))[0]
                .recurring_charges(0)
                .recurring_charge_amount(),
            0.023);
  EXPECT_EQ(Offerings(For("cache.m6g.large", "redis", "3", "All Upfront"))[0].fixed_price(), 1758.0);
}

TEST_F(ReservedNodeTest, TheCatalogIsTheSameInEveryRun) {
  const auto all = Offerings({});
  std::set<std::string> ids;
  for (const auto& offering : all) {
    ids.insert(offering.reserved_cache_nodes_offering_id());
    EXPECT_TRUE(FindNodeType(offering.cache_node_type())->creatable);
    EXPECT_GT(offering.fixed_price() + offering.recurring_charges(0).recurring_charge_amount(), 0);
  }
  EXPECT_EQ(ids.size(), all.size());
  EXPECT_EQ(all.size(), ReservedOfferings().size());
  // Scripts may hold on to it: a change of the way ids are made is a change for users.
  EXPECT_EQ(Offerings(For("cache.t4g.micro", "redis", "1", "No Upfront"))[0].reserved_cache_nodes_offering_id(),
            "97529ed3-aa39-5753-8027-5dd81d2983d8");
}

TEST_F(ReservedNodeTest, FiltersOfOfferings) {
  for (const auto& offering : Offerings(For("", "VALKEY", "3", ""))) {
    EXPECT_EQ(offering.product_description(), "valkey");
    EXPECT_EQ(offering.duration(), 94608000);
  }
  EXPECT_EQ(Offerings(For("", "VALKEY", "P3Y", "")).size(), Offerings(For("", "VALKEY", "3", "")).size()) << "Terraform's words";
  EXPECT_FALSE(Offerings(For("", "VALKEY", "P1Y", "")).empty());
  EXPECT_EQ(Refusal<OfferingsResponse>(kOfferings, For("", "", "P2Y", "")), "InvalidParameterValue");
  EXPECT_THAT(Offerings(For("cache.nosuch", "", "", "")), IsEmpty());
  EXPECT_THAT(Offerings(For("", "", "", "Heavy Utilization")), IsEmpty()) << "of old";
  EXPECT_EQ(Refusal<OfferingsResponse>(kOfferings, For("", "", "2", "")), "InvalidParameterValue");
  EXPECT_EQ(Refusal<OfferingsResponse>(kOfferings, For("", "", "", "Free")), "InvalidParameterValue");
  OfferingsRequest by_id;
  by_id.set_reserved_cache_nodes_offering_id(ReservedOfferings().back().id);
  EXPECT_EQ(Offerings(by_id).size(), 1u);
  by_id.set_reserved_cache_nodes_offering_id("nosuch");
  EXPECT_EQ(Refusal<OfferingsResponse>(kOfferings, by_id), "ReservedCacheNodesOfferingNotFound");
  OfferingsRequest stray;
  stray.set_marker(MarkerFor(OfferingsRequest::descriptor()->name(), "aa"));
  EXPECT_EQ(Refusal<OfferingsResponse>(kOfferings, stray), "InvalidParameterValue") << "a marker that no reply gave";
}

TEST_F(ReservedNodeTest, AReservationLivesByTheServicesClock) {
  v1::PurchaseReservedCacheNodesOfferingResponse bought;
  ASSERT_TRUE(Call("PurchaseReservedCacheNodesOffering", Buy("", 3), &bought).ok());
  const auto& node = bought.reserved_cache_node();
  EXPECT_EQ(node.state(), "payment-pending");
  EXPECT_EQ(node.cache_node_count(), 3);
  EXPECT_THAT(node.reserved_cache_node_id(), ::testing::MatchesRegex("ri-[0-9]{4}(-[0-9]{2}){5}-[0-9]{3}"));
  EXPECT_EQ(node.reservation_arn(),
            "arn:aws:elasticache:us-east-1:000000000000:reserved-instance:" + node.reserved_cache_node_id());
  clock_.Advance(kPaymentTakes);
  EXPECT_EQ(Nodes()[0].state(), "active");
  clock_.Advance(std::chrono::seconds(node.duration()));
  EXPECT_EQ(Nodes()[0].state(), "retired");
}

TEST_F(ReservedNodeTest, PurchaseRules) {
  EXPECT_EQ(Purchase(Buy("Mine")), "");
  EXPECT_EQ(Purchase(Buy("mine")), "ReservedCacheNodeAlreadyExists");
  EXPECT_EQ(Purchase(Buy("bad name")), "InvalidParameterValue");
  EXPECT_EQ(Purchase(Buy("none", 0)), "InvalidParameterValue");
  EXPECT_EQ(Purchase(Buy("many", 300)), "ReservedCacheNodeQuotaExceeded");
  EXPECT_EQ(Purchase(Buy("many", INT32_MAX)), "ReservedCacheNodeQuotaExceeded");
  EXPECT_EQ(Purchase(Buy("many", 299)), "");
  clock_.Advance(std::chrono::seconds(ReservedOfferings().front().term));
  EXPECT_EQ(Purchase(Buy("again", 300)), "") << "retired ones don't count";
  auto unknown = Buy("x");
  unknown.set_reserved_cache_nodes_offering_id("nosuch");
  EXPECT_EQ(Purchase(unknown), "ReservedCacheNodesOfferingNotFound");
}

TEST_F(ReservedNodeTest, ReservationsBoughtInTheSameMillisecondHaveNamesOfTheirOwn) {
  for (int i = 0; i < 25; ++i) ASSERT_EQ(Purchase(Buy("")), "");
  v1::DescribeReservedCacheNodesRequest page;
  page.set_max_records(20);
  EXPECT_EQ(Nodes(page).size(), 20u);
  EXPECT_EQ(Nodes().size(), 25u);
  v1::DescribeReservedCacheNodesRequest filtered;
  filtered.set_duration("3");
  EXPECT_THAT(Nodes(filtered), IsEmpty()) << "the first offering is for one year";
  v1::DescribeReservedCacheNodesRequest unknown;
  unknown.set_reserved_cache_node_id("nosuch");
  EXPECT_EQ(Refusal<v1::DescribeReservedCacheNodesResponse>("DescribeReservedCacheNodes", unknown),
            "ReservedCacheNodeNotFound");
}

// ---- Subnet groups -------------------------------------------------------------------------------------------------

class SubnetGroupTest : public ApiTest {
 protected:
  static v1::CreateCacheSubnetGroupRequest Subnets(const std::string& name, const std::vector<std::string>& ids) {
    v1::CreateCacheSubnetGroupRequest r;
    r.set_cache_subnet_group_name(name);
    r.set_cache_subnet_group_description("for a test");
    for (const auto& id : ids) r.add_subnet_ids(id);
    return r;
  }
  std::string Create(const std::string& name, const std::vector<std::string>& ids) {
    return Refusal<v1::CreateCacheSubnetGroupResponse>("CreateCacheSubnetGroup", Subnets(name, ids));
  }
  std::string Modify(const std::string& name, const std::vector<std::string>& ids) {
    v1::ModifyCacheSubnetGroupRequest r;
    r.set_cache_subnet_group_name(name);
    for (const auto& id : ids) r.add_subnet_ids(id);
    return Refusal<v1::ModifyCacheSubnetGroupResponse>("ModifyCacheSubnetGroup", r);
  }
  // "subnet-x:us-east-1a", …
  std::vector<std::string> SubnetsOf(const std::string& name) {
    v1::DescribeCacheSubnetGroupsRequest r;
    r.set_cache_subnet_group_name(name);
    v1::DescribeCacheSubnetGroupsResponse response;
    EXPECT_TRUE(Call("DescribeCacheSubnetGroups", r, &response).ok()) << name;
    std::vector<std::string> shown;
    if (response.cache_subnet_groups_size() != 1) return shown;
    for (const auto& subnet : response.cache_subnet_groups(0).subnets()) {
      shown.push_back(subnet.subnet_identifier() + ":" + subnet.subnet_availability_zone().name());
    }
    return shown;
  }
};

TEST_F(SubnetGroupTest, TheDefaultGroupShowsTheLabsSubnets) {
  EXPECT_THAT(SubnetsOf("Default"),
              ElementsAre("subnet-0a000001:us-east-1a", "subnet-0a000002:us-east-1b", "subnet-0a000003:us-east-1c"));
  ASSERT_EQ(Create("mine", {"subnet-0a000003"}), "");
  EXPECT_THAT(SubnetsOf("mine"), ElementsAre("subnet-0a000003:us-east-1c"));
}

TEST_F(SubnetGroupTest, StrangeSubnetsSpreadOverTheZonesAndStayWhereTheyAre) {
  ASSERT_EQ(Create("one", {"subnet-1234abcd", "subnet-0a000001", "subnet-mine", "subnet-mine"}), "");
  EXPECT_THAT(SubnetsOf("one"),
              ElementsAre("subnet-1234abcd:us-east-1b", "subnet-0a000001:us-east-1a", "subnet-mine:us-east-1c"));
  ASSERT_EQ(Create("two", {"subnet-mine", "subnet-new"}), "");
  EXPECT_THAT(SubnetsOf("two"), ElementsAre("subnet-mine:us-east-1c", "subnet-new:us-east-1a"));
  ASSERT_EQ(Modify("one", {"subnet-mine"}), "");
  EXPECT_THAT(SubnetsOf("one"), ElementsAre("subnet-mine:us-east-1c"));
}

TEST_F(SubnetGroupTest, Rules) {
  for (const char* bad : {"", "subnet-", "sub-1", "subnet-a b", "subnet-\xc3\xa9"}) {
    EXPECT_EQ(Create("g", {bad}), "InvalidParameterValue") << bad;
  }
  EXPECT_EQ(Create("g", {}), "InvalidParameterValue");
  EXPECT_EQ(Create("g", {"subnet-" + std::string(80, 'a')}), "InvalidParameterValue");
  for (const char* bad : {"a_b", "a.b", "a b"}) EXPECT_EQ(Create(bad, {"subnet-1"}), "InvalidParameterValue") << bad;
  std::vector<std::string> many;
  for (int i = 0; i < 21; ++i) many.push_back(fmt::format("subnet-{}", i));
  EXPECT_EQ(Create("g", many), "CacheSubnetQuotaExceededFault");
  EXPECT_EQ(Create("default", {"subnet-1"}), "CacheSubnetGroupAlreadyExists");
  EXPECT_EQ(Modify("g", {"subnet-1"}), "CacheSubnetGroupNotFoundFault");
  EXPECT_EQ(Modify("default", {}), "InvalidParameterCombination") << "nothing to modify";
}

TEST_F(SubnetGroupTest, ASubnetWithNodesInItStays) {
  ASSERT_EQ(Create("g", {"subnet-0a000001", "subnet-0a000002", "subnet-extra", "subnet-0a000003"}), "");
  auto cluster = Memcached("pages", 1);
  cluster.set_cache_subnet_group_name("g");
  cluster.set_preferred_availability_zone("us-east-1b");
  ASSERT_EQ(CreateCluster(cluster), "");
  EXPECT_EQ(Modify("g", {"subnet-0a000001", "subnet-extra"}), "SubnetInUse");
  EXPECT_EQ(Modify("g", {"subnet-0a000002"}), "") << "nothing lives in the others";
  v1::DeleteCacheSubnetGroupRequest r;
  r.set_cache_subnet_group_name("g");
  EXPECT_EQ(Refusal<v1::DeleteCacheSubnetGroupResponse>("DeleteCacheSubnetGroup", r), "CacheSubnetGroupInUse");
}

TEST_F(SubnetGroupTest, TheDefaultGroupCanChangeButNotGo) {
  ASSERT_EQ(Modify("default", {"subnet-0a000002"}), "");
  EXPECT_THAT(SubnetsOf("default"), ElementsAre("subnet-0a000002:us-east-1b"));
  auto cluster = Memcached("pages", 1);
  cluster.set_preferred_availability_zone("us-east-1a");
  EXPECT_NE(CreateCluster(cluster), "") << "clusters go by it";
  v1::DeleteCacheSubnetGroupRequest r;
  r.set_cache_subnet_group_name("default");
  EXPECT_EQ(Refusal<v1::DeleteCacheSubnetGroupResponse>("DeleteCacheSubnetGroup", r), "CacheSubnetGroupInUse");
  ASSERT_EQ(Modify("default", {"subnet-0a000001", "subnet-0a000002", "subnet-0a000003"}), "") << "and back";
}

TEST_F(SubnetGroupTest, QuotaAndPages) {
  for (int i = 0; i < 300; ++i) ASSERT_EQ(Create(fmt::format("g{:03}", i), {"subnet-0a000001"}), "");
  EXPECT_EQ(Create("one-more", {"subnet-0a000001"}), "CacheSubnetGroupQuotaExceeded");
  v1::DescribeCacheSubnetGroupsRequest r;
  std::vector<std::string> names;
  do {
    v1::DescribeCacheSubnetGroupsResponse page;
    ASSERT_TRUE(Call("DescribeCacheSubnetGroups", r, &page).ok());
    for (const auto& group : page.cache_subnet_groups()) names.push_back(group.cache_subnet_group_name());
    r.set_marker(page.marker());
  } while (!r.marker().empty());
  EXPECT_EQ(names.size(), 301u);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(names.front(), "default");
}

}  // namespace
}  // namespace elastilab
