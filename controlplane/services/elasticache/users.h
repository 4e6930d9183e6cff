// What the handlers of users, user groups and tags share about users.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "common/status.h"
#include "controlplane/region/store/store.h"

namespace elastilab {

inline constexpr std::string_view kDefaultUser = "default";

// The user that every account has from the start: anybody, everything. Nobody can change or delete it.
const CacheUser& DefaultUser();

// The user of this id (lower case), `default` included; null: none. `source` is a Draft or the State.
template <typename Source>
const CacheUser* FindUser(const Source& source, const std::string& id) {
  return id == kDefaultUser ? &DefaultUser() : source.template Find<CacheUser>(id);
}

// Redis or valkey, in any case; InvalidParameterValue for other engines, which have no users.
StatusOr<Engine> ReadUserEngine(std::string_view text);

// Whether users of this kind may be in a group of that engine; InvalidParameterCombination, saying why, if not.
Status CheckFits(const CacheUser& user, Engine group);

// The oldest version of the user's engine that knows all that the user's rules say: "6.0".
std::string MinimumEngineVersion(const CacheUser& user);

}  // namespace elastilab
