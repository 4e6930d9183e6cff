// The cache security group that every account has; it gets a record when somebody changes it.
#pragma once

#include <string>
#include <string_view>

#include "controlplane/region/store/store.h"

namespace elastilab {

inline constexpr std::string_view kDefaultSecurityGroup = "default";

inline const CacheSecurityGroup& DefaultSecurityGroup() {
  static const CacheSecurityGroup& group =
      *new CacheSecurityGroup{std::string(kDefaultSecurityGroup), "Default security group", {}};
  return group;
}

// The group of this name (lower case), `default` included; null: none. `source` is a Draft or the State.
template <typename Source>
const CacheSecurityGroup* FindSecurityGroup(const Source& source, const std::string& name) {
  const auto* found = source.template Find<CacheSecurityGroup>(name);
  return found == nullptr && name == kDefaultSecurityGroup ? &DefaultSecurityGroup() : found;
}

}  // namespace elastilab
