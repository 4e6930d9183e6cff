#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "controlplane/region/faults/faults.h"
#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/identifiers.h"
#include "controlplane/services/elasticache/parameter_groups.h"
#include "controlplane/services/elasticache/parameter_use.h"

namespace elastilab {
namespace {

constexpr size_t kMaxValueLength = 255;
constexpr std::string_view kUser = "user";
constexpr std::string_view kSystem = "system";

v1::ChangeType ChangeTypeOf(const Parameter& parameter) {
  return parameter.requires_reboot ? v1::CHANGE_TYPE_REQUIRES_REBOOT : v1::CHANGE_TYPE_IMMEDIATE;
}

// What both kinds of parameters show.
template <typename Message>
void FillCommon(const Parameter& parameter, bool in_use, Message& out) {
  out.set_parameter_name(parameter.name);
  out.set_description(parameter.description);
  out.set_data_type(parameter.data_type);
  if (!parameter.allowed_values.empty()) out.set_allowed_values(parameter.allowed_values);
  out.set_is_modifiable(IsModifiable(parameter, in_use));
  out.set_minimum_engine_version(parameter.minimum_engine_version);
  out.set_change_type(ChangeTypeOf(parameter));
}

// A parameter of a family as a group has it.
struct Shown {
  const ParameterGroup& group;
  bool is_default = false;  // what a default group sets is the system's choice
  bool in_use = false;

  std::string_view Source(const Parameter& parameter) const {
    return !is_default && FindSetting(group, parameter.name) != nullptr ? kUser : kSystem;
  }
  void Fill(const Parameter& parameter, v1::Parameter& out) const {
    FillCommon(parameter, in_use, out);
    out.set_source(std::string(Source(parameter)));
    const std::string value = ValueUnder(group, parameter);
    if (!value.empty() || Source(parameter) == kUser) out.set_parameter_value(value);
  }
};

// A page of the family's parameters for which `source` (empty: any) is theirs, into a reply or a part of it. The ones
// that depend on the node type come with the first page, as they have no place of their own in the order.
template <typename Reply>
void FillParameters(const ParameterFamily& family, const Shown& shown, std::string_view source, const Page& page,
                    Reply& reply) {
  if (!page.after && (source.empty() || source == kSystem)) {
    for (const NodeTypeParameter& special : NodeTypeParameters(family)) {
      auto& out = *reply.add_cache_node_type_specific_parameters();
      FillCommon(special.parameter, true, out);
      out.set_source(std::string(kSystem));
      for (const auto& [type, value] : special.values) {
        auto& on_type = *out.add_cache_node_type_specific_values();
        on_type.set_cache_node_type(type);
        on_type.set_value(std::to_string(value));
      }
    }
  }
  for (const Parameter& parameter : family.parameters) {
    if (page.after && parameter.name <= *page.after) continue;
    if (!source.empty() && source != shown.Source(parameter)) continue;
    if (reply.parameters_size() == page.limit) {
      reply.set_marker(MarkerFor(page.listing, reply.parameters(page.limit - 1).parameter_name()));
      return;
    }
    shown.Fill(parameter, *reply.add_parameters());
  }
}

}  // namespace

bool IsModifiable(const Parameter& parameter, bool in_use) {
  return parameter.modifiable || (parameter.modifiable_while_unused && !in_use);
}

Status CheckParameterValue(const Parameter& parameter, bool in_use, const std::string& value) {
  if (!IsModifiable(parameter, in_use)) {
    const std::string_view why = parameter.modifiable_while_unused ? " It can be while no cache uses the group." : "";
    return InvalidParameterValue(fmt::format("The parameter {} cannot be modified.{}", parameter.name, why));
  }
  if (value.size() > kMaxValueLength) {
    return InvalidParameterValue(
        fmt::format("The value of parameter {} has more than {} characters.", parameter.name, kMaxValueLength));
  }
  if (parameter.name == "rename-commands" && !value.empty()) {
    return NotServedYet("Renaming commands (parameter rename-commands)");
  }
  // The agent asks its engines in the other protocol how they are; auto takes both from clients.
  if (parameter.name == "binding_protocol" && value == "binary") {
    return NotServedYet("The binary protocol alone (binding_protocol=binary; auto takes both)");
  }
  if (IsAllowedValue(parameter, value)) return absl::OkStatus();
  return InvalidParameterValue(fmt::format("The value '{}' is not allowed for parameter {} of type {}: it takes {}.",
                                           value, parameter.name, parameter.data_type,
                                           AllowedValuesForPeople(parameter)));
}

Status DescribeCacheParameters(RequestContext& context, const v1::DescribeCacheParametersRequest& request,
                               v1::DescribeCacheParametersResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  static constexpr std::array kSources = {kUser, kSystem, std::string_view("engine-default")};
  const std::string source = LowerCase(request.source());
  if (!source.empty() && std::find(kSources.begin(), kSources.end(), source) == kSources.end()) {
    return InvalidParameterValue(
        fmt::format("Invalid value for Source: {}. Choose user, system or engine-default.", request.source()));
  }
  const std::string name = LowerCase(request.cache_parameter_group_name());
  return context.region.store.Read([&](const State& state) -> Status {
    const auto group = FindParameterGroup(state, name);
    const ParameterFamily* family = group ? FindParameterFamily(group->family) : nullptr;
    if (family == nullptr) return CacheParameterGroupNotFound(request.cache_parameter_group_name());
    const bool is_default = state.Find<ParameterGroup>(name) == nullptr;
    FillParameters(*family, {*group, is_default, is_default || IsInUse(state, name)}, source, page, response);
    return absl::OkStatus();
  });
}

Status DescribeEngineDefaultParameters(RequestContext&, const v1::DescribeEngineDefaultParametersRequest& request,
                                       v1::DescribeEngineDefaultParametersResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  const ParameterFamily* family = FindParameterFamily(LowerCase(request.cache_parameter_group_family()));
  if (family == nullptr) {
    return InvalidParameterValue(fmt::format("CacheParameterGroupFamily {} is not a valid parameter group family.",
                                             request.cache_parameter_group_family()));
  }
  const ParameterGroup defaults = *MakeDefaultParameterGroup(DefaultParameterGroup(family->name, false));
  response.mutable_engine_defaults()->set_cache_parameter_group_family(family->name);
  FillParameters(*family, {defaults, true, true}, "", page, *response.mutable_engine_defaults());
  return absl::OkStatus();
}

}  // namespace elastilab
