#include <fmt/format.h>
#include <gmock/gmock.h>

#include "controlplane/region/catalog/reserved_offerings.h"
#include "proto/elasticache/v1/reserved_nodes.pb.h"
#include "proto/elasticache/v1/security_groups.pb.h"
#include "proto/elasticache/v1/user_groups.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "tests/unit/api/fixture.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TagsTest : public ApiTest {
 protected:
  std::string ArnOf(const std::string& type, const std::string& name) { return Arn(region_.location, type, name); }

  std::string Add(const std::string& arn, const std::vector<std::pair<std::string, std::string>>& tags) {
    v1::AddTagsToResourceRequest r;
    r.set_resource_name(arn);
    for (const auto& [key, value] : tags) {
      auto* tag = r.add_tags();
      tag->set_key(key);
      tag->set_value(value);
    }
    return Refusal<v1::AddTagsToResourceResponse>("AddTagsToResource", r);
  }
  std::string Remove(const std::string& arn, const std::string& key) {
    v1::RemoveTagsFromResourceRequest r;
    r.set_resource_name(arn);
    r.add_tag_keys(key);
    return Refusal<v1::RemoveTagsFromResourceResponse>("RemoveTagsFromResource", r);
  }
  std::string ListRefusal(const std::string& arn) {
    v1::ListTagsForResourceRequest r;
    r.set_resource_name(arn);
    return Refusal<v1::ListTagsForResourceResponse>("ListTagsForResource", r);
  }
  std::vector<std::string> List(const std::string& arn) {
    v1::ListTagsForResourceRequest r;
    r.set_resource_name(arn);
    v1::ListTagsForResourceResponse response;
    EXPECT_TRUE(Call("ListTagsForResource", r, &response).ok()) << arn;
    std::vector<std::string> shown;
    for (const auto& tag : response.tag_list()) shown.push_back(tag.key() + "=" + tag.value());
    return shown;
  }
  template <typename Response, typename Request>
  void Make(const std::string& operation, Request request) {
    auto* tag = request.add_tags();
    tag->set_key("born");
    tag->set_value("with");
    ASSERT_EQ(Refusal<Response>(operation, request), "") << operation;
  }
  // One of each kind that can be made, tagged at create.
  void MakeAll() {
    v1::CreateUserRequest user;
    user.set_user_id("app");
    user.set_user_name("app");
    user.set_engine("redis");
    user.set_access_string("on");
    user.set_no_password_required(true);
    Make<v1::CreateUserResponse>("CreateUser", user);
    v1::CreateUserGroupRequest group;
    group.set_user_group_id("team");
    group.set_engine("redis");
    group.add_user_ids("default");
    Make<v1::CreateUserGroupResponse>("CreateUserGroup", group);
    v1::CreateCacheSubnetGroupRequest subnets;
    subnets.set_cache_subnet_group_name("nets");
    subnets.set_cache_subnet_group_description("d");
    subnets.add_subnet_ids("subnet-1");
    Make<v1::CreateCacheSubnetGroupResponse>("CreateCacheSubnetGroup", subnets);
    v1::CreateCacheSecurityGroupRequest security;
    security.set_cache_security_group_name("sec");
    security.set_description("d");
    Make<v1::CreateCacheSecurityGroupResponse>("CreateCacheSecurityGroup", security);
    v1::PurchaseReservedCacheNodesOfferingRequest reserved;
    reserved.set_reserved_cache_nodes_offering_id(ReservedOfferings().front().id);
    reserved.set_reserved_cache_node_id("ri-1");
    Make<v1::PurchaseReservedCacheNodesOfferingResponse>("PurchaseReservedCacheNodesOffering", reserved);
    Make<v1::CreateCacheClusterResponse>("CreateCacheCluster", Memcached("pages", 1));
    Make<v1::CreateReplicationGroupResponse>("CreateReplicationGroup", Group("demo", 2));
    BecomeAvailable();
  }
};

constexpr std::pair<const char*, const char*> kAll[] = {
    {"user", "app"},      {"usergroup", "team"},         {"subnetgroup", "nets"},      {"securitygroup", "sec"},
    {"cluster", "pages"}, {"reserved-instance", "ri-1"}, {"replicationgroup", "demo"},
};

TEST_F(TagsTest, EveryKindOfResourceHasTags) {
  MakeAll();
  for (const auto& [type, name] : kAll) {
    const std::string arn = ArnOf(type, name);
    EXPECT_THAT(List(arn), ElementsAre("born=with")) << arn;
    EXPECT_EQ(Add(arn, {{"team", "blue"}, {"born", "later"}}), "") << arn;
    EXPECT_THAT(List(arn), ElementsAre("born=later", "team=blue")) << arn;
    EXPECT_EQ(Remove(arn, "born"), "") << arn;
    EXPECT_EQ(Remove(arn, "born"), "TagNotFound") << arn;
    EXPECT_EQ(Remove(arn, "team"), "") << arn;
    EXPECT_THAT(List(arn), IsEmpty()) << arn;
  }
  EXPECT_EQ(store_->Read([](const State& s) { return s.tags.size(); }), 0u) << "nothing is left behind";
}

TEST_F(TagsTest, WhatExistsWithoutARecordHasTagsToo) {
  for (const char* type : {"user", "subnetgroup", "securitygroup"}) {
    const std::string arn = ArnOf(type, "default");
    EXPECT_THAT(List(arn), IsEmpty());
    EXPECT_EQ(Add(arn, {{"k", "v"}}), "");
    EXPECT_THAT(List(arn), ElementsAre("k=v"));
  }
  const std::string standard = ArnOf("parametergroup", "default.redis7");
  EXPECT_THAT(List(standard), IsEmpty());
  EXPECT_EQ(Add(standard, {{"k", "v"}}), "InvalidParameterValue") << "AWS's own";
}

TEST_F(TagsTest, EachKindHasItsOwnNotFound) {
  const std::pair<const char*, const char*> cases[] = {
      {"cluster", "CacheClusterNotFound"},
      {"replicationgroup", "ReplicationGroupNotFoundFault"},
      {"subnetgroup", "CacheSubnetGroupNotFoundFault"},
      {"securitygroup", "CacheSecurityGroupNotFound"},
      {"parametergroup", "CacheParameterGroupNotFound"},
      {"snapshot", "SnapshotNotFoundFault"},
      {"reserved-instance", "ReservedCacheNodeNotFound"},
      {"user", "UserNotFound"},
      {"usergroup", "UserGroupNotFound"},
      {"serverlesscache", "ServerlessCacheNotFoundFault"},
      {"serverlesscachesnapshot", "ServerlessCacheSnapshotNotFoundFault"},
  };
  for (const auto& [type, code] : cases) {
    EXPECT_EQ(ListRefusal(ArnOf(type, "nobody")), code);
    EXPECT_EQ(Add(ArnOf(type, "nobody"), {{"k", "v"}}), code);
    EXPECT_EQ(Remove(ArnOf(type, "nobody"), "k"), code);
  }
}

TEST_F(TagsTest, StrangeArns) {
  MakeAll();
  for (const char* arn :
       {"app", "arn:aws:elasticache:us-east-1:000000000000:user", "arn:aws:elasticache:us-east-1:000000000000:user:",
        "arn:aws:elasticache:us-east-1:000000000000:user:app:x", "arn:aws:elasticache:us-east-1:000000000000:thing:app",
        "arn:aws:elasticache:eu-west-1:000000000000:user:app", "arn:aws:elasticache:us-east-1:123456789012:user:app",
        "arn:aws-cn:elasticache:us-east-1:000000000000:user:app", "arn:aws:rds:us-east-1:000000000000:user:app"}) {
    EXPECT_EQ(ListRefusal(arn), "InvalidARN") << arn;
  }
  EXPECT_THAT(List("arn:aws:elasticache:us-east-1:000000000000:user:APP"), ElementsAre("born=with"))
      << "ids are lower case";
  EXPECT_EQ(ListRefusal("arn:aws:elasticache::000000000000:globalreplicationgroup:x"), "InvalidParameterValue");
}

TEST_F(TagsTest, KeysAndValues) {
  MakeAll();
  const std::string arn = ArnOf("user", "app");
  EXPECT_EQ(Add(arn, {{"Team name+-=._:/@", "caf\xc3\xa9 \xe6\x97\xa5"}, {"empty", ""}}), "");
  for (const char* key : {"", "aws:x", "AWS:x", "a?b", "a\nb", "a\"b", "a\xff", "a\xc2\x85"}) {
    EXPECT_EQ(Add(arn, {{key, "v"}}), "InvalidParameterValue") << key;
  }
  for (const char* value : {"a?b", "a\tb", "\xff", "\xc3"})
    EXPECT_EQ(Add(arn, {{"k", value}}), "InvalidParameterValue") << value;
  std::string wide;
  for (int i = 0; i < 128; ++i) wide += "\xc3\xa9";
  EXPECT_EQ(Add(arn, {{wide, wide + wide}}), "") << "characters count, not bytes";
  EXPECT_EQ(Add(arn, {{wide + "x", "v"}}), "InvalidParameterValue");
  EXPECT_EQ(Add(arn, {{"k", wide + wide + "x"}}), "InvalidParameterValue");
  EXPECT_EQ(Add(arn, {{"twice", "a"}, {"twice", "b"}}), "InvalidParameterValue");
}

TEST_F(TagsTest, FiftyAreTheLimit) {
  MakeAll();
  const std::string arn = ArnOf("subnetgroup", "nets");
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 49; ++i) many.emplace_back(fmt::format("k{}", i), "v");
  EXPECT_EQ(Add(arn, many), "") << "with the one from its birth";
  EXPECT_EQ(Add(arn, {{"one-more", "v"}}), "TagQuotaPerResourceExceeded");
  EXPECT_EQ(Add(arn, {{"born", "new value"}}), "");
}

TEST_F(TagsTest, WhatIsNotAvailableCannotBeTagged) {
  MakeAll();
  ASSERT_TRUE(store_
                  ->Mutate([](Draft& draft) {
                    CacheUser user = *draft.Find<CacheUser>("app");
                    user.status = UserStatus::kModifying;
                    draft.Put(user);
                    CacheUserGroup group = *draft.Find<CacheUserGroup>("team");
                    group.status = UserStatus::kModifying;
                    draft.Put(group);
                    ReplicationGroup demo = *draft.Find<ReplicationGroup>("demo");
                    demo.status = GroupStatus::kModifying;
                    draft.Put(demo);
                    CacheCluster pages = *draft.Find<CacheCluster>("pages");
                    pages.status = ClusterStatus::kDeleting;
                    draft.Put(pages);
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(ListRefusal(ArnOf("user", "app")), "UserNotFound");
  EXPECT_EQ(ListRefusal(ArnOf("usergroup", "team")), "UserGroupNotFound");
  EXPECT_EQ(ListRefusal(ArnOf("replicationgroup", "demo")), "InvalidReplicationGroupState");
  EXPECT_EQ(ListRefusal(ArnOf("cluster", "pages")), "CacheClusterNotFound");
}

TEST_F(TagsTest, TagsGoWithTheirResource) {
  MakeAll();
  v1::DeleteUserRequest user;
  user.set_user_id("app");
  ASSERT_EQ(Refusal<v1::DeleteUserResponse>("DeleteUser", user), "");
  v1::DeleteUserGroupRequest group;
  group.set_user_group_id("team");
  ASSERT_EQ(Refusal<v1::DeleteUserGroupResponse>("DeleteUserGroup", group), "");
  v1::DeleteCacheSubnetGroupRequest subnets;
  subnets.set_cache_subnet_group_name("nets");
  ASSERT_EQ(Refusal<v1::DeleteCacheSubnetGroupResponse>("DeleteCacheSubnetGroup", subnets), "");
  v1::DeleteCacheSecurityGroupRequest security;
  security.set_cache_security_group_name("sec");
  ASSERT_EQ(Refusal<v1::DeleteCacheSecurityGroupResponse>("DeleteCacheSecurityGroup", security), "");
  for (const auto& [type, name] : {std::pair<const char*, const char*>("user", "app"),
                                   {"usergroup", "team"},
                                   {"subnetgroup", "nets"},
                                   {"securitygroup", "sec"}}) {
    EXPECT_TRUE(store_->Read([&](const State& s) { return s.Find<TagSet>(ArnOf(type, name)) == nullptr; })) << type;
  }
}

TEST_F(TagsTest, BadTagsAtCreateMakeNothing) {
  v1::CreateUserRequest user;
  user.set_user_id("app");
  user.set_user_name("app");
  user.set_engine("redis");
  user.set_access_string("on");
  user.set_no_password_required(true);
  user.add_tags()->set_key("aws:mine");
  EXPECT_EQ(Refusal<v1::CreateUserResponse>("CreateUser", user), "InvalidParameterValue");
  EXPECT_TRUE(store_->Read([](const State& s) { return s.cache_users.empty() && s.tags.empty(); }));
}

}  // namespace
}  // namespace elastilab
