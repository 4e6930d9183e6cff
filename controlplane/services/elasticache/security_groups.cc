// Cache security groups: EC2-Classic's firewall. The lab keeps them as records, so that scripts which manage them run;
// as in every account of today, no cache can be put into one.
#include "controlplane/services/elasticache/security_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/common_attributes.h"
#include "controlplane/services/elasticache/handlers.h"
#include "controlplane/services/elasticache/provision.h"
#include "proto/elasticache/v1/security_groups.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

constexpr int kMaxGroups = 50;
constexpr size_t kMaxName = 255;

// Letters and digits, says the service; its own examples have hyphens, and so may ours.
StatusOr<std::string> CheckName(std::string_view name) {
  const bool good = name.size() <= kMaxName && std::all_of(name.begin(), name.end(), [](unsigned char c) {
                      return c < 0x80 && (std::isalnum(c) != 0 || c == '-');
                    });
  if (good) return LowerCase(name);
  return InvalidParameterValue(
      fmt::format("A CacheSecurityGroupName has at most {} letters, digits and hyphens.", kMaxName));
}

StatusOr<Ec2SecurityGroup> ReadIngress(std::string_view name, std::string_view owner) {
  const bool good_name =
      name.size() <= kMaxName && std::all_of(name.begin(), name.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!good_name) {
    return InvalidParameterValue(
        fmt::format("An EC2SecurityGroupName has at most {} printable ASCII characters.", kMaxName));
  }
  const bool digits = std::all_of(owner.begin(), owner.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (owner.size() != 12 || !digits) {
    return InvalidParameterValue(
        fmt::format("The EC2SecurityGroupOwnerId '{}' is no account: accounts have 12 digits.", owner));
  }
  return Ec2SecurityGroup{std::string(name), std::string(owner)};
}

// `changing`: the one that this call lets in or shuts out, as the service shows it while it does.
void FillSecurityGroup(const CacheSecurityGroup& group, const Region& region, v1::CacheSecurityGroup& out,
                       const Ec2SecurityGroup* changing = nullptr, std::string_view status = "") {
  out.set_owner_id(region.location.account);
  out.set_cache_security_group_name(group.name);
  out.set_description(group.description);
  for (const Ec2SecurityGroup& let_in : group.ingress) {
    auto* shown = out.add_ec2_security_groups();
    shown->set_status(changing != nullptr && let_in == *changing ? std::string(status) : "authorized");
    shown->set_ec2_security_group_name(let_in.name);
    shown->set_ec2_security_group_owner_id(let_in.owner_id);
  }
  out.set_arn(Arn(region.location, "securitygroup", group.name));
}

void Tell(Draft& draft, const std::string& name, std::string text, ServiceTime now) {
  draft.Emit({0, SourceType::kCacheSecurityGroup, name, std::move(text), now});
}

}  // namespace

Status CreateCacheSecurityGroup(RequestContext& context, const v1::CreateCacheSecurityGroupRequest& request,
                                v1::CreateCacheSecurityGroupResponse& response) {
  ASSIGN_OR_RETURN(const std::string name, CheckName(request.cache_security_group_name()));
  const CacheSecurityGroup group{name, request.description(), {}};
  RETURN_IF_ERROR(context.region.store.Mutate([&](Draft& draft) -> Status {
    if (FindSecurityGroup(draft, name) != nullptr) return CacheSecurityGroupAlreadyExists(name);
    const int quota = context.region.Quota(kMaxGroups);
    if (draft.Count<CacheSecurityGroup>() >= quota) return CacheSecurityGroupQuotaExceeded(quota);
    draft.Put(group);
    RETURN_IF_ERROR(PutTags(draft, Arn(context.region.location, "securitygroup", name), ReadTags(request.tags())));
    Tell(draft, name, "Cache security group created", context.now);
    return absl::OkStatus();
  }));
  FillSecurityGroup(group, context.region, *response.mutable_cache_security_group());
  return absl::OkStatus();
}

Status DescribeCacheSecurityGroups(RequestContext& context, const v1::DescribeCacheSecurityGroupsRequest& request,
                                   v1::DescribeCacheSecurityGroupsResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  return context.region.store.Read([&](const State& state) -> Status {
    const auto add = [&](const CacheSecurityGroup& group) {
      FillSecurityGroup(group, context.region, *response.add_cache_security_groups());
    };
    if (!request.cache_security_group_name().empty()) {
      const auto* group = FindSecurityGroup(state, LowerCase(request.cache_security_group_name()));
      if (group == nullptr) return CacheSecurityGroupNotFound(request.cache_security_group_name());
      add(*group);
      return absl::OkStatus();
    }
    const auto all = [](const CacheSecurityGroup&) { return true; };
    const std::string marker = FillPage(state.security_groups, &DefaultSecurityGroup(), page, all, add);
    if (!marker.empty()) response.set_marker(marker);
    return absl::OkStatus();
  });
}

// Done when the call returns; the reply shows it under way, as the service's does.
Status AuthorizeCacheSecurityGroupIngress(RequestContext& context,
                                          const v1::AuthorizeCacheSecurityGroupIngressRequest& request,
                                          v1::AuthorizeCacheSecurityGroupIngressResponse& response) {
  const std::string name = LowerCase(request.cache_security_group_name());
  ASSIGN_OR_RETURN(const Ec2SecurityGroup wish,
                   ReadIngress(request.ec2_security_group_name(), request.ec2_security_group_owner_id()));
  const auto authorize = [&](Draft& draft) -> StatusOr<CacheSecurityGroup> {
    const CacheSecurityGroup* found = FindSecurityGroup(draft, name);
    if (found == nullptr) return CacheSecurityGroupNotFound(name);
    CacheSecurityGroup group = *found;
    if (std::find(group.ingress.begin(), group.ingress.end(), wish) != group.ingress.end()) {
      return AuthorizationAlreadyExists(name, wish.name);
    }
    group.ingress.push_back(wish);
    draft.Put(group);
    Tell(draft, name, fmt::format("EC2 security group {} authorized", wish.name), context.now);
    return group;
  };
  ASSIGN_OR_RETURN(const CacheSecurityGroup group, context.region.store.Mutate(authorize));
  FillSecurityGroup(group, context.region, *response.mutable_cache_security_group(), &wish, "authorizing");
  return absl::OkStatus();
}

Status RevokeCacheSecurityGroupIngress(RequestContext& context,
                                       const v1::RevokeCacheSecurityGroupIngressRequest& request,
                                       v1::RevokeCacheSecurityGroupIngressResponse& response) {
  const std::string name = LowerCase(request.cache_security_group_name());
  ASSIGN_OR_RETURN(const Ec2SecurityGroup wish,
                   ReadIngress(request.ec2_security_group_name(), request.ec2_security_group_owner_id()));
  const auto revoke = [&](Draft& draft) -> StatusOr<CacheSecurityGroup> {
    const CacheSecurityGroup* found = FindSecurityGroup(draft, name);
    if (found == nullptr) return CacheSecurityGroupNotFound(name);
    const CacheSecurityGroup before = *found;
    CacheSecurityGroup group = before;
    if (std::erase(group.ingress, wish) == 0) return AuthorizationNotFound(name, wish.name);
    draft.Put(group);
    Tell(draft, name, fmt::format("EC2 security group {} revoked", wish.name), context.now);
    return before;
  };
  ASSIGN_OR_RETURN(const CacheSecurityGroup before, context.region.store.Mutate(revoke));
  FillSecurityGroup(before, context.region, *response.mutable_cache_security_group(), &wish, "revoking");
  return absl::OkStatus();
}

Status DeleteCacheSecurityGroup(RequestContext& context, const v1::DeleteCacheSecurityGroupRequest& request,
                                v1::DeleteCacheSecurityGroupResponse&) {
  const std::string name = LowerCase(request.cache_security_group_name());
  return context.region.store.Mutate([&](Draft& draft) -> Status {
    if (name == kDefaultSecurityGroup)
      return InvalidCacheSecurityGroupState("The cache security group default cannot be deleted.");
    if (draft.Find<CacheSecurityGroup>(name) == nullptr) return CacheSecurityGroupNotFound(name);
    draft.Erase<CacheSecurityGroup>(name);
    draft.Erase<TagSet>(Arn(context.region.location, "securitygroup", name));
    Tell(draft, name, "Cache security group deleted", context.now);
    return absl::OkStatus();
  });
}

void AddSecurityGroupHandlers(HandlerTable& table) {
  table["CreateCacheSecurityGroup"] = Typed(CreateCacheSecurityGroup);
  table["DescribeCacheSecurityGroups"] = Typed(DescribeCacheSecurityGroups);
  table["AuthorizeCacheSecurityGroupIngress"] = Typed(AuthorizeCacheSecurityGroupIngress);
  table["RevokeCacheSecurityGroupIngress"] = Typed(RevokeCacheSecurityGroupIngress);
  table["DeleteCacheSecurityGroup"] = Typed(DeleteCacheSecurityGroup);
}

}  // namespace elastilab
