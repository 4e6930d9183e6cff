#include "controlplane/services/elasticache/parameter_groups.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/unit/api/fixture.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ParameterGroupsApiTest : public ApiTest {
 protected:
  static v1::CreateCacheParameterGroupRequest Named(const std::string& name, const std::string& family = "redis7") {
    v1::CreateCacheParameterGroupRequest request;
    request.set_cache_parameter_group_name(name);
    request.set_cache_parameter_group_family(family);
    request.set_description("for a test");
    return request;
  }
  std::string Create(const v1::CreateCacheParameterGroupRequest& request) {
    return Refusal<v1::CreateCacheParameterGroupResponse>("CreateCacheParameterGroup", request);
  }
  // The message of the refusal; "" when it was accepted.
  std::string Modify(const std::string& name, const std::vector<ParameterSetting>& settings) {
    v1::ModifyCacheParameterGroupRequest request;
    request.set_cache_parameter_group_name(name);
    for (const auto& setting : settings) {
      auto* item = request.add_parameter_name_values();
      item->set_parameter_name(setting.name);
      item->set_parameter_value(setting.value);
    }
    v1::ModifyCacheParameterGroupResponse response;
    const Status status = Call("ModifyCacheParameterGroup", request, &response);
    if (status.ok()) {
      EXPECT_EQ(response.cache_parameter_group_name(), name);
      return "";
    }
    return fmt::format("{}: {}", FaultWire(*FaultOf(status)), std::string(status.message()));
  }
  std::string Reset(const std::string& name, std::vector<std::string> parameters, bool all = false) {
    v1::ResetCacheParameterGroupRequest request;
    request.set_cache_parameter_group_name(name);
    if (all) request.set_reset_all_parameters(true);
    for (const auto& parameter : parameters) request.add_parameter_name_values()->set_parameter_name(parameter);
    return Refusal<v1::ResetCacheParameterGroupResponse>("ResetCacheParameterGroup", request);
  }
  std::string Delete(const std::string& name) {
    v1::DeleteCacheParameterGroupRequest request;
    request.set_cache_parameter_group_name(name);
    return Refusal<v1::DeleteCacheParameterGroupResponse>("DeleteCacheParameterGroup", request);
  }
  // All pages.
  std::vector<v1::Parameter> Parameters(const std::string& name, const std::string& source = "") {
    std::vector<v1::Parameter> all;
    v1::DescribeCacheParametersRequest request;
    request.set_cache_parameter_group_name(name);
    request.set_max_records(20);
    if (!source.empty()) request.set_source(source);
    while (true) {
      v1::DescribeCacheParametersResponse response;
      EXPECT_TRUE(Call("DescribeCacheParameters", request, &response).ok());
      all.insert(all.end(), response.parameters().begin(), response.parameters().end());
      if (!response.has_marker()) return all;
      request.set_marker(response.marker());
    }
  }
  v1::Parameter One(const std::string& group, const std::string& name) {
    for (const auto& parameter : Parameters(group)) {
      if (parameter.parameter_name() == name) return parameter;
    }
    ADD_FAILURE() << "no parameter " << name;
    return {};
  }
};

TEST_F(ParameterGroupsApiTest, AGroupIsACopyOfItsFamilysDefaults) {
  v1::CreateCacheParameterGroupResponse response;
  auto request = Named("My-Group");
  request.add_tags()->set_key("team");
  ASSERT_TRUE(Call("CreateCacheParameterGroup", request, &response).ok());
  const auto& group = response.cache_parameter_group();
  EXPECT_EQ(group.cache_parameter_group_name(), "my-group") << "stored in lower case";
  EXPECT_EQ(group.cache_parameter_group_family(), "redis7");
  EXPECT_FALSE(group.is_global());
  EXPECT_EQ(group.arn(), "arn:aws:elasticache:us-east-1:000000000000:parametergroup:my-group");
  EXPECT_EQ(Parameters("my-group").size(), FindParameterFamily("redis7")->parameters.size());
  EXPECT_THAT(Parameters("my-group", "user"), IsEmpty());
  EXPECT_THAT(Parameters("my-group", "engine-default"), IsEmpty());
  store_->Read([&](const State& state) { EXPECT_NE(state.Find<TagSet>(group.arn()), nullptr); });
}

TEST_F(ParameterGroupsApiTest, WrongGroupsAreRefused) {
  ASSERT_EQ(Create(Named("mine")), "");
  EXPECT_EQ(Create(Named("MINE")), "CacheParameterGroupAlreadyExists");
  for (const char* name : {"default.redis7", "1st", "two--hyphens", "end-", "under_score", "dot.ted", ""}) {
    EXPECT_EQ(Create(Named(name)), "InvalidParameterValue") << name;
  }
  EXPECT_EQ(Create(Named(std::string(256, 'a'))), "InvalidParameterValue");
  EXPECT_EQ(Create(Named(std::string(255, 'a'))), "");
  EXPECT_EQ(Create(Named("other", "redis8")), "InvalidParameterValue");
  EXPECT_EQ(Create(Named("other", "")), "InvalidParameterValue");
  auto undescribed = Named("other");
  undescribed.clear_description();
  EXPECT_EQ(Create(undescribed), "InvalidParameterValue");
  auto tagged = Named("other");
  tagged.add_tags()->set_key("aws:mine");
  EXPECT_EQ(Create(tagged), "InvalidParameterValue");
  store_->Read([](const State& state) { EXPECT_EQ(state.parameter_groups.size(), 2u); });
}

TEST_F(ParameterGroupsApiTest, ThreeHundredGroupsAndNoMore) {
  for (int i = 0; i < kMaxParameterGroups; ++i) ASSERT_EQ(Create(Named(fmt::format("g{}", i))), "");
  EXPECT_EQ(Create(Named("one-more")), "CacheParameterGroupQuotaExceeded");
  EXPECT_EQ(Delete("g7"), "");
  EXPECT_EQ(Create(Named("one-more")), "");
  region_.quota_factor = 2;
  EXPECT_EQ(Create(Named("raised")), "");
}

TEST_F(ParameterGroupsApiTest, DefaultGroupsAreListedAmongTheOthers) {
  for (int i = 0; i < 30; ++i) ASSERT_EQ(Create(Named(fmt::format("app{:02}", i))), "");
  std::vector<std::string> names;
  v1::DescribeCacheParameterGroupsRequest request;
  request.set_max_records(20);
  for (bool more = true; more;) {
    v1::DescribeCacheParameterGroupsResponse response;
    ASSERT_TRUE(Call("DescribeCacheParameterGroups", request, &response).ok());
    for (const auto& group : response.cache_parameter_groups()) names.push_back(group.cache_parameter_group_name());
    more = response.has_marker();
    request.set_marker(response.marker());
    if (names.size() == 20) {
      ASSERT_EQ(Create(Named("aaa-came-later")), "");
    }
  }
  EXPECT_EQ(names.size(), 30 + DefaultParameterGroups().size());
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_THAT(names, ::testing::IsSupersetOf(DefaultParameterGroups()));
  request.Clear();
  request.set_cache_parameter_group_name("default.redis7.cluster.on");
  v1::DescribeCacheParameterGroupsResponse response;
  ASSERT_TRUE(Call("DescribeCacheParameterGroups", request, &response).ok());
  EXPECT_EQ(response.cache_parameter_groups(0).description(),
            "Customized default parameter group for redis7 with cluster mode on");
  request.set_cache_parameter_group_name("nobody");
  EXPECT_EQ(Refusal<v1::DescribeCacheParameterGroupsResponse>("DescribeCacheParameterGroups", request),
            "CacheParameterGroupNotFound");
}

TEST_F(ParameterGroupsApiTest, AChangedParameterIsTheUsers) {
  ASSERT_EQ(Create(Named("mine")), "");
  ASSERT_EQ(Modify("mine", {{"maxmemory-policy", "allkeys-lru"}, {"timeout", "60"}}), "");
  const auto changed = Parameters("mine", "user");
  ASSERT_EQ(changed.size(), 2u);
  EXPECT_EQ(changed[0].parameter_name(), "maxmemory-policy");
  EXPECT_EQ(changed[0].parameter_value(), "allkeys-lru");
  EXPECT_EQ(changed[0].source(), "user");
  EXPECT_EQ(Parameters("mine", "system").size(), FindParameterFamily("redis7")->parameters.size() - 2);
  ASSERT_EQ(Modify("mine", {{"timeout", "0"}}), "");
  EXPECT_EQ(One("mine", "timeout").source(), "user") << "also when it is the default's value";
  ASSERT_EQ(Reset("mine", {"timeout"}), "");
  EXPECT_EQ(One("mine", "timeout").source(), "system");
  ASSERT_EQ(Reset("mine", {}, true), "");
  EXPECT_THAT(Parameters("mine", "user"), IsEmpty());
}

TEST_F(ParameterGroupsApiTest, UsersAreToldWhatChanged) {
  ASSERT_EQ(Create(Named("mine")), "");
  ASSERT_EQ(Modify("mine", {{"maxmemory-policy", "allkeys-lru"}, {"timeout", "0"}}), "");
  v1::DescribeEventsRequest request;
  request.set_source_type(v1::SOURCE_TYPE_CACHE_PARAMETER_GROUP);
  request.set_source_identifier("Mine");
  v1::DescribeEventsResponse response;
  ASSERT_TRUE(Call("DescribeEvents", request, &response).ok());
  ASSERT_EQ(response.events_size(), 1) << "timeout is what it was";
  EXPECT_EQ(response.events(0).message(), "Updated parameter maxmemory-policy to allkeys-lru");
}

TEST_F(ParameterGroupsApiTest, WrongValuesAreRefusedAndChangeNothing) {
  ASSERT_EQ(Create(Named("mine")), "");
  ASSERT_EQ(Create(Named("pages", "memcached1.6")), "");
  const struct {
    const char* group;
    ParameterSetting setting;
    const char* says;
  } cases[] = {
      {"mine", {"no-such", "1"}, "InvalidParameterValue: Parameter no-such doesn't exist"},
      {"mine", {"maxclients", "100"}, "InvalidParameterValue: The parameter maxclients cannot be modified."},
      {"mine", {"appendonly", "yes"}, "cannot be modified"},
      {"mine", {"maxmemory", "1"}, "Parameter maxmemory doesn't exist"},
      {"mine",
       {"maxmemory-policy", "allkeys"},
       "InvalidParameterValue: The value 'allkeys' is not allowed for parameter maxmemory-policy"},
      {"mine", {"timeout", "19"}, "it takes 0,20-"},
      {"mine", {"timeout", "soon"}, "of type integer"},
      {"mine", {"timeout", ""}, "not allowed"},
      {"mine", {"notify-keyspace-events", "K\r\nrequirepass x"}, "letters of"},
      {"mine", {"rename-commands", "KEYS foo"}, "does not serve it yet"},
      {"pages", {"chunk_size", "1025"}, "1-1024"},
      {"pages", {"binding_protocol", "binary"}, "auto takes both"},
      {"pages", {"watch", "yes"}, "one of 0,1"},
      {"pages", {"maxmemory-policy", "allkeys-lru"}, "doesn't exist"},
      {"pages", {"chunk_size_growth_factor", "1"}, "more than 1"},
      {"pages", {"chunk_size_growth_factor", "1,modern"}, "not allowed"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(Modify(c.group, {c.setting}), HasSubstr(c.says)) << c.setting.name;
    // A good value beside it is not taken either.
    const ParameterSetting good =
        c.group == std::string("mine") ? ParameterSetting{"lfu-log-factor", "7"} : ParameterSetting{"chunk_size", "96"};
    if (good.name != c.setting.name) {
      EXPECT_NE(Modify(c.group, {good, c.setting}), "");
    }
  }
  EXPECT_THAT(Parameters("mine", "user"), IsEmpty());
  EXPECT_THAT(Parameters("pages", "user"), IsEmpty());
}

TEST_F(ParameterGroupsApiTest, TwentyParametersAtATime) {
  ASSERT_EQ(Create(Named("mine")), "");
  std::vector<ParameterSetting> settings;
  for (const Parameter& parameter : FindParameterFamily("redis7")->parameters) {
    if (parameter.modifiable && settings.size() < 21) settings.push_back({parameter.name, parameter.default_value});
  }
  EXPECT_EQ(Modify("mine", settings),
            "InvalidParameterCombination: Cannot modify more than 20 parameters in a single request");
  settings.pop_back();
  EXPECT_EQ(Modify("mine", settings), "");
  EXPECT_THAT(Modify("mine", {}), HasSubstr("InvalidParameterValue"));
  EXPECT_THAT(Modify("mine", {{"timeout", "20"}, {"timeout", "30"}}), HasSubstr("named twice"));
}

TEST_F(ParameterGroupsApiTest, ResetTakesAllOrSomeNotBothAndNotNothing) {
  ASSERT_EQ(Create(Named("mine")), "");
  EXPECT_EQ(Reset("mine", {}), "InvalidParameterCombination");
  EXPECT_EQ(Reset("mine", {"timeout"}, true), "InvalidParameterCombination");
  EXPECT_EQ(Reset("mine", {"no-such"}), "InvalidParameterValue");
  EXPECT_EQ(Reset("mine", {"maxclients"}), "InvalidParameterValue");
  EXPECT_EQ(Reset("nobody", {"timeout"}), "CacheParameterGroupNotFound");
}

TEST_F(ParameterGroupsApiTest, DefaultGroupsStayAsTheyAre) {
  EXPECT_THAT(Modify("default.redis7", {{"timeout", "60"}}), HasSubstr("InvalidCacheParameterGroupState"));
  EXPECT_EQ(Reset("default.redis7", {}, true), "InvalidCacheParameterGroupState");
  EXPECT_EQ(Delete("default.redis7"), "InvalidCacheParameterGroupState");
  EXPECT_EQ(Delete("default.redis99"), "CacheParameterGroupNotFound");
  EXPECT_THAT(Modify("nobody", {{"timeout", "60"}}), HasSubstr("CacheParameterGroupNotFound"));
}

TEST_F(ParameterGroupsApiTest, ADeletedGroupTakesItsTagsAlong) {
  auto request = Named("mine");
  request.add_tags()->set_key("team");
  ASSERT_EQ(Create(request), "");
  v1::AddTagsToResourceRequest tags;
  tags.set_resource_name("arn:aws:elasticache:us-east-1:000000000000:parametergroup:mine");
  tags.add_tags()->set_key("stage");
  v1::AddTagsToResourceResponse tagged;
  ASSERT_TRUE(Call("AddTagsToResource", tags, &tagged).ok());
  EXPECT_EQ(tagged.tag_list_size(), 2);
  tags.set_resource_name("arn:aws:elasticache:us-east-1:000000000000:parametergroup:default.redis7");
  EXPECT_EQ(Refusal<v1::AddTagsToResourceResponse>("AddTagsToResource", tags), "InvalidParameterValue");
  EXPECT_EQ(Delete("MINE"), "");
  EXPECT_EQ(Delete("mine"), "CacheParameterGroupNotFound");
  store_->Read([](const State& state) {
    EXPECT_TRUE(state.parameter_groups.empty());
    EXPECT_TRUE(state.tags.empty());
  });
}

TEST_F(ParameterGroupsApiTest, EachParameterSaysWhatItIs) {
  ASSERT_EQ(Create(Named("mine")), "");
  const auto policy = One("mine", "maxmemory-policy");
  EXPECT_EQ(policy.parameter_value(), "volatile-lru");
  EXPECT_EQ(policy.data_type(), "string");
  EXPECT_THAT(policy.allowed_values(), HasSubstr("allkeys-lfu"));
  EXPECT_TRUE(policy.is_modifiable());
  EXPECT_EQ(policy.change_type(), v1::CHANGE_TYPE_IMMEDIATE);
  EXPECT_EQ(policy.minimum_engine_version(), "7.0.4");
  EXPECT_EQ(policy.source(), "system");
  EXPECT_FALSE(policy.description().empty());
  EXPECT_FALSE(One("mine", "notify-keyspace-events").has_parameter_value());
  EXPECT_EQ(One("mine", "databases").change_type(), v1::CHANGE_TYPE_REQUIRES_REBOOT);
  EXPECT_TRUE(One("mine", "databases").is_modifiable()) << "no cache uses the group yet";
  EXPECT_FALSE(One("default.redis7", "databases").is_modifiable());
  EXPECT_EQ(One("default.redis7.cluster.on", "cluster-enabled").parameter_value(), "yes");
  EXPECT_EQ(One("default.redis7.cluster.on", "cluster-enabled").source(), "system");
}

TEST_F(ParameterGroupsApiTest, NodeTypesHaveParametersOfTheirOwn) {
  v1::DescribeCacheParametersRequest request;
  request.set_cache_parameter_group_name("default.redis7");
  request.set_max_records(20);
  v1::DescribeCacheParametersResponse first;
  ASSERT_TRUE(Call("DescribeCacheParameters", request, &first).ok());
  ASSERT_EQ(first.cache_node_type_specific_parameters_size(), 3);
  const auto& memory = first.cache_node_type_specific_parameters(2);
  EXPECT_EQ(memory.parameter_name(), "maxmemory");
  EXPECT_FALSE(memory.is_modifiable());
  EXPECT_THAT(memory.cache_node_type_specific_values(), ::testing::Contains(::testing::Truly([](const auto& v) {
                return v.cache_node_type() == "cache.t4g.micro" && v.value() == "536870912";
              })));
  request.set_marker(first.marker());
  v1::DescribeCacheParametersResponse second;
  ASSERT_TRUE(Call("DescribeCacheParameters", request, &second).ok());
  EXPECT_EQ(second.cache_node_type_specific_parameters_size(), 0) << "they came with the first page";
  request.set_source("nobody");
  EXPECT_EQ(Refusal<v1::DescribeCacheParametersResponse>("DescribeCacheParameters", request), "InvalidParameterValue");
  request.set_cache_parameter_group_name("nobody");
  request.clear_source();
  EXPECT_EQ(Refusal<v1::DescribeCacheParametersResponse>("DescribeCacheParameters", request),
            "CacheParameterGroupNotFound");
}

TEST_F(ParameterGroupsApiTest, AFamilysDefaultsComeInPagesToo) {
  v1::DescribeEngineDefaultParametersRequest request;
  request.set_cache_parameter_group_family("memcached1.6");
  request.set_max_records(20);
  v1::DescribeEngineDefaultParametersResponse first, second;
  ASSERT_TRUE(Call("DescribeEngineDefaultParameters", request, &first).ok());
  EXPECT_EQ(first.engine_defaults().cache_parameter_group_family(), "memcached1.6");
  EXPECT_EQ(first.engine_defaults().parameters_size(), 20);
  request.set_marker(first.engine_defaults().marker());
  ASSERT_TRUE(Call("DescribeEngineDefaultParameters", request, &second).ok());
  EXPECT_EQ(second.engine_defaults().parameters_size(), 11);
  EXPECT_FALSE(second.engine_defaults().has_marker());
  request.set_cache_parameter_group_family("memcached9");
  EXPECT_EQ(Refusal<v1::DescribeEngineDefaultParametersResponse>("DescribeEngineDefaultParameters", request),
            "InvalidParameterValue");
}

}  // namespace
}  // namespace elastilab
