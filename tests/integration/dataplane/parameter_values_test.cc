// What the catalog lets users say, the engines take: every bound of every parameter that can be changed, in running
// engines and at the start.
#include <gmock/gmock.h>

#include "controlplane/region/catalog/parameter_groups.h"
#include "dataplane/engine/memcached_driver.h"
#include "dataplane/engine/redis_driver.h"
#include "dataplane/engine/shim_path.h"
#include "tests/integration/dataplane/lab_node.h"

namespace elastilab {
namespace {

bool CanBeChanged(const Parameter& parameter) { return parameter.modifiable || parameter.modifiable_while_unused; }

// The words and the ends of the ranges; an open end is tried as far as it is allowed.
std::vector<std::string> Bounds(const Parameter& parameter) {
  std::vector<std::string> bounds;
  const auto add = [&](const std::string& value) {
    if (IsAllowedValue(parameter, value)) bounds.push_back(value);
  };
  std::string_view rest = parameter.allowed_values;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    const auto dash = item.find('-', 1);
    add(std::string(item));
    if (parameter.data_type == "string" || dash == std::string_view::npos) continue;
    add(std::string(item.substr(0, dash)));
    add(std::string(item.substr(dash + 1)));
  }
  if (parameter.data_type == "integer") {
    for (const char* value : {"-1", "2147483647", "9223372036854775807"}) add(value);
  }
  if (parameter.data_type == "float") add("1.01");
  if (parameter.name == "notify-keyspace-events") add("KEg$lshzxetdmnA");
  return bounds;
}

std::map<std::string, std::string> Defaults(const ParameterFamily& family) {
  const ParameterGroup group{.name = "mine", .family = family.name, .description = "", .settings = {}};
  return ParametersInForce(group, {});
}

class ParameterValuesTest : public testing::Test {
 protected:
  LaunchSpec Spec(const ParameterFamily& family, std::map<std::string, std::string> parameters) {
    LaunchSpec spec;
    spec.name = "values/0001";
    spec.family = family.engine == Engine::kMemcached ? EngineFamily::kMemcached : EngineFamily::kRedis;
    spec.address = "127.45.9.1";
    spec.port = family.engine == Engine::kMemcached ? 11211 : 6379;
    spec.max_memory_bytes = 400 << 20;
    spec.parameters = std::move(parameters);
    return spec;
  }

  boost::asio::io_context io_;
  std::unique_ptr<EngineDriver> redis_ = MakeRedisDriver(io_, FindShim());
  std::unique_ptr<EngineDriver> memcached_ = MakeMemcachedDriver(io_);
};

TEST_F(ParameterValuesTest, RunningEnginesTakeEveryBound) {
  for (const ParameterFamily& family : ParameterFamilies()) {
    if (family.engine == Engine::kMemcached) continue;
    auto values = Defaults(family);
    LabNode node(io_, *redis_, Spec(family, values));
    ASSERT_EQ(node.Start({.role = NodeRole::kPrimary, .follow = {}, .endpoints = {}}), absl::OkStatus()) << family.name;
    for (const Parameter& parameter : family.parameters) {
      if (!CanBeChanged(parameter) || IsStartupParameter(family.engine, parameter)) continue;
      for (const std::string& value : Bounds(parameter)) {
        values[parameter.name] = value;
        EXPECT_EQ(node.SetParameters(values), absl::OkStatus()) << family.name << " " << parameter.name << " " << value;
      }
      values[parameter.name] = parameter.default_value;
    }
    EXPECT_EQ(node.SetParameters(values), absl::OkStatus()) << "and all defaults again";
  }
}

TEST_F(ParameterValuesTest, RedisStartsWithEveryBoundTogether) {
  for (const ParameterFamily& family : ParameterFamilies()) {
    if (family.engine == Engine::kMemcached) continue;
    for (const bool last : {false, true}) {
      auto values = Defaults(family);
      for (const Parameter& parameter : family.parameters) {
        const auto bounds = CanBeChanged(parameter) ? Bounds(parameter) : std::vector<std::string>{};
        if (!bounds.empty()) values[parameter.name] = last ? bounds.back() : bounds.front();
      }
      values["cluster-enabled"] = "no";
      values["databases"] = "16";  // more of them take memory and time, and nothing can be wrong with them
      LabNode node(io_, *redis_, Spec(family, values));
      EXPECT_EQ(node.Start({.role = NodeRole::kPrimary, .follow = {}, .endpoints = {}}), absl::OkStatus())
          << family.name << (last ? ": all at the end" : ": all at the beginning");
    }
  }
}

TEST_F(ParameterValuesTest, MemcachedStartsWithEachBound) {
  const ParameterFamily& family = *FindParameterFamily("memcached1.6");
  for (const Parameter& parameter : family.parameters) {
    if (!CanBeChanged(parameter)) continue;
    for (const std::string& value : Bounds(parameter)) {
      if (value == "binary") continue;  // refused by the API: the agent could not talk to it
      auto values = Defaults(family);
      values[parameter.name] = value;
      LabNode node(io_, *memcached_, Spec(family, values));
      EXPECT_EQ(node.Start({}), absl::OkStatus()) << parameter.name << " " << value;
    }
  }
}

}  // namespace
}  // namespace elastilab
