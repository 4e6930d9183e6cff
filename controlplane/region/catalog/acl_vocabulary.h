// The words that the ACL rules of a user may name. Pure, thread-safe; all names in lower case.
#pragma once

#include <string_view>

namespace elastilab {

// "read", "all", …: what may follow "+@".
bool IsAclCategory(std::string_view name);
// "get", or "client|list" for one subcommand.
bool IsAclCommand(std::string_view name);
// Whether the command is a family of subcommands, as "client" is.
bool HasSubcommands(std::string_view command);
// Whether the service keeps the command, or the family it belongs to, to itself: no rule may name it.
bool IsWithheldCommand(std::string_view name);

}  // namespace elastilab
