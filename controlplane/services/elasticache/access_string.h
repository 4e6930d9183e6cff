// Access strings: what a user may do, in the ACL language of redis (https://redis.io/docs/management/security/acl),
// less what the service keeps to itself. Pure, thread-safe.
//
// Rules work from left to right. Like the service, which shows what its engines make of a string, we show a normal
// form:
//
//   on|off, then key patterns, channels, commands, selectors; words such as allkeys by their symbols (~*); "off" when
//   neither was said; commands from -@all or +@all on; what a later rule undoes is left out.
//
//   ~objects:* ~items:*        off ~objects:* ~items:* -@all
//   on allkeys allcommands     on ~* +@all
//   on +get ~keys*             on ~keys* -@all +get
#pragma once

#include <string>
#include <string_view>

#include "common/status.h"

namespace elastilab {

inline constexpr size_t kMaxAccessString = 8 * 1024;

struct AccessRules {
  std::string text;  // the normal form; parsing it again gives the same
  std::string
      minimum_engine_version;  // of redis: "6.0"; "6.2" with channels, "7.0" with selectors, %R~ and -command|sub
};

// InvalidParameterValue for anything the engines would refuse, for passwords (>, <, #, !, nopass, resetpass, reset),
// and for commands that the service withholds. The message never repeats a rule that might be a password.
StatusOr<AccessRules> ParseAccessString(std::string_view text);

}  // namespace elastilab
