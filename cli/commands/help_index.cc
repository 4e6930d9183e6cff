#include "cli/commands/help_index.h"

#include <fmt/format.h>

#include <map>

#include "cli/commands/registry.h"

namespace elastilab {

std::string HelpIndex() {
  std::string text =
      "elastilab: a local region of a managed cache service, with real redis, valkey and memcached processes.\n\n"
      "usage: elastilab COMMAND [arguments] [options]\n";
  std::string group;
  for (const Command& command : FriendlyCommands()) {
    if (command.spec.group.empty()) continue;  // hidden
    if (command.spec.group != group) {
      group = command.spec.group;
      text += "\n" + group + "\n";
    }
    text += fmt::format("  {:<18} {}\n", command.spec.name, command.spec.summary);
  }
  text += "\nThe API's operations, with the aws CLI's names and flags\n";
  size_t column = 0;
  for (const std::string& name : ApiCommandNames()) {
    if (column > 0 && column + name.size() + 1 > 100) {
      text += "\n";
      column = 0;
    }
    text += fmt::format("{}{}", column == 0 ? "  " : " ", name);
    column += name.size() + 2;
  }
  text += "\n\n";
  text +=
      "Help for one command: elastilab COMMAND --help\n\n"
      "Exit codes: 0 done · 1 failed (no lab, broken off) · 2 usage · 3 not found · 4 time-out · 5 refused by the service\n";
  return text;
}

std::string VersionText() { return "elastilab " ELASTILAB_VERSION "\n"; }

}  // namespace elastilab
