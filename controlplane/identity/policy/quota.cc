#include "controlplane/identity/policy/quota.h"

#include <fmt/format.h>

#include "schema/fault.h"

namespace elastilab {

namespace v1 = elasticache::v1;

size_t PolicySize(std::string_view text) {
  size_t size = 0;
  for (char c : text) {
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    const bool continuation = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (!blank && !continuation) ++size;
  }
  return size;
}

size_t MaxPolicySize(PolicyHome home) {
  switch (home) {
    case PolicyHome::kManaged:
      return 6144;
    case PolicyHome::kGroupInline:
      return 5120;
    case PolicyHome::kRoleInline:
      return 10240;
    case PolicyHome::kUserInline:
    case PolicyHome::kTrust:
    case PolicyHome::kSession:
      return 2048;
  }
  return 0;
}

Status CheckPolicySize(PolicyHome home, size_t size, std::string_view owner) {
  const size_t most = MaxPolicySize(home);
  if (size <= most) return absl::OkStatus();
  const auto inline_exceeded = [&](std::string_view kind) {
    return MakeFault(v1::LIMIT_EXCEEDED, fmt::format("Maximum policy size of {} bytes exceeded for {} {} ({} without "
                                                     "white space, all its inline policies together).",
                                                     most, kind, owner, size));
  };
  switch (home) {
    case PolicyHome::kManaged:
      return MakeFault(v1::LIMIT_EXCEEDED,
                       fmt::format("Cannot exceed quota for PolicySize: {} ({} without white space).", most, size));
    case PolicyHome::kUserInline:
      return inline_exceeded("user");
    case PolicyHome::kGroupInline:
      return inline_exceeded("group");
    case PolicyHome::kRoleInline:
      return inline_exceeded("role");
    case PolicyHome::kTrust:
      return MakeFault(v1::LIMIT_EXCEEDED,
                       fmt::format("Cannot exceed quota for ACLSizePerRole: {} ({} without white space).", most, size));
    case PolicyHome::kSession:
      return MakeFault(
          v1::PACKED_POLICY_TOO_LARGE,
          fmt::format("The session policy has {} characters without white space, it may have {}.", size, most));
  }
  return absl::OkStatus();
}

Status CheckManagedPolicyVersion(const PolicyDocument& document) {
  if (document.HasVariables()) return absl::OkStatus();
  return MakeFault(v1::MALFORMED_POLICY_DOCUMENT,
                   "Policy document must be version 2012-10-17 or greater. Add \"Version\": \"2012-10-17\".");
}

}  // namespace elastilab
