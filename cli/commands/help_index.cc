#include "cli/commands/help_index.h"

#include <fmt/format.h>

#include <vector>

#include "cli/commands/registry.h"

namespace elastilab {
namespace {

// Names beside each other, in lines of 100.
std::string InColumns(const std::vector<std::string>& names) {
  std::string text;
  size_t column = 0;
  for (const std::string& name : names) {
    if (column > 0 && column + name.size() + 1 > 100) {
      text += "\n";
      column = 0;
    }
    text += fmt::format("{}{}", column == 0 ? "  " : " ", name);
    column += name.size() + 2;
  }
  return text + "\n";
}

}  // namespace

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
  text += InColumns(ApiCommandNames()) + "\n";
  text +=
      "Help for one command: elastilab COMMAND --help\n\n"
      "Exit codes: 0 done · 1 failed (no lab, broken off) · 2 usage · 3 not found · 4 time-out · 5 refused by the "
      "service\n";
  return text;
}

std::string HelpIndexOf(const std::string& service) {
  const std::string prefix = service == "elasticache" ? "" : service + " ";
  std::vector<std::string> names;
  for (const std::string& name : ApiCommandNames()) {
    const bool in_service = prefix.empty() ? name.find(' ') == std::string::npos : name.starts_with(prefix);
    if (in_service) names.push_back(name.substr(prefix.size()));
  }
  std::string text = fmt::format("usage: elastilab {} OPERATION [options]\n\n", service);
  for (const Command& command : FriendlyCommands()) {
    const bool in_service = !prefix.empty() && command.spec.name.starts_with(prefix);
    if (in_service) text += fmt::format("  {:<18} {}\n", command.spec.name.substr(prefix.size()), command.spec.summary);
  }
  return fmt::format(
      "{0}\nThe API's operations, with the aws CLI's names and flags\n{1}\n"
      "Help for one: elastilab {2} OPERATION --help\n",
      text, InColumns(names), service);
}

std::string VersionText() { return "elastilab " ELASTILAB_VERSION "\n"; }

}  // namespace elastilab
