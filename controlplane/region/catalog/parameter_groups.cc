#include "controlplane/region/catalog/parameter_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace elastilab {
namespace {

constexpr std::string_view kClusterEnabled = "cluster-enabled";
constexpr int64_t kMebibyte = 1 << 20;

int64_t Number(const std::map<std::string, std::string>& parameters, const std::string& name, int64_t fallback) {
  const auto it = parameters.find(name);
  if (it == parameters.end()) return fallback;
  int64_t value = fallback;
  std::from_chars(it->second.data(), it->second.data() + it->second.size(), value);
  return value;
}

}  // namespace

std::optional<ParameterGroup> MakeDefaultParameterGroup(std::string_view name) {
  const auto parsed = ParseDefaultParameterGroup(name);
  if (!parsed) return std::nullopt;
  ParameterGroup group{.name = std::string(name), .family = parsed->family, .description = {}, .settings = {}};
  if (parsed->cluster_mode) {
    group.description = fmt::format("Customized default parameter group for {} with cluster mode on", parsed->family);
    group.settings = {{std::string(kClusterEnabled), "yes"}};
  } else {
    group.description = fmt::format("Default parameter group for {}", parsed->family);
  }
  return group;
}

const ParameterSetting* FindSetting(const ParameterGroup& group, std::string_view name) {
  const auto it = std::find_if(group.settings.begin(), group.settings.end(),
                               [&](const ParameterSetting& setting) { return setting.name == name; });
  return it == group.settings.end() ? nullptr : &*it;
}

std::string ValueUnder(const ParameterGroup& group, const Parameter& parameter) {
  const ParameterSetting* setting = FindSetting(group, parameter.name);
  return setting == nullptr ? parameter.default_value : setting->value;
}

bool HasClusterEnabled(const ParameterGroup& group) {
  const ParameterSetting* setting = FindSetting(group, kClusterEnabled);
  return setting != nullptr && setting->value == "yes";
}

bool IsStartupParameter(Engine engine, const Parameter& parameter) {
  return parameter.requires_reboot || engine == Engine::kMemcached;
}

std::vector<ParameterSetting> StartupSettings(const ParameterGroup& group) {
  std::vector<ParameterSetting> startup;
  const ParameterFamily* family = FindParameterFamily(group.family);
  if (family == nullptr) return startup;
  for (const ParameterSetting& setting : group.settings) {
    const Parameter* parameter = FindParameter(*family, setting.name);
    if (parameter == nullptr || !IsStartupParameter(family->engine, *parameter)) continue;
    if (setting.value != parameter->default_value) startup.push_back(setting);
  }
  std::sort(startup.begin(), startup.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return startup;
}

std::vector<std::string> WaitingForReboot(const ParameterGroup& group,
                                          const std::vector<ParameterSetting>& startup_settings) {
  const auto wished = ParametersInForce(group, StartupSettings(group));
  const auto present = ParametersInForce(group, startup_settings);
  std::vector<std::string> names;
  for (const auto& [name, value] : wished) {
    if (present.at(name) != value) names.push_back(name);
  }
  return names;
}

std::map<std::string, std::string> ParametersInForce(const ParameterGroup& group,
                                                     const std::vector<ParameterSetting>& startup_settings) {
  std::map<std::string, std::string> values;
  const ParameterFamily* family = FindParameterFamily(group.family);
  if (family == nullptr) return values;
  for (const Parameter& parameter : family->parameters) {
    const bool startup = IsStartupParameter(family->engine, parameter);
    values.emplace(parameter.name, startup ? parameter.default_value : ValueUnder(group, parameter));
  }
  for (const ParameterSetting& setting : startup_settings) {
    if (auto it = values.find(setting.name); it != values.end()) it->second = setting.value;
  }
  return values;
}

int64_t MemoryInForce(const NodeType& type, Engine engine, const std::map<std::string, std::string>& parameters) {
  if (engine == Engine::kMemcached) {
    return EffectiveItemMemory(type, static_cast<int>(Number(parameters, "memcached_connections_overhead", 100)));
  }
  if (parameters.contains("reserved-memory")) {
    return std::max(kMebibyte, type.redis_max_memory - Number(parameters, "reserved-memory", 0));
  }
  return EffectiveMaxMemory(type, static_cast<int>(Number(parameters, "reserved-memory-percent", 25)));
}

}  // namespace elastilab
