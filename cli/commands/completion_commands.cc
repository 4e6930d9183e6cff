// completion, and the hidden __complete that its scripts call.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/cluster_list.h"
#include "cli/commands/completion.h"
#include "cli/commands/registry.h"
#include "cli/commands/waiter.h"
#include "cli/output/picture.h"

namespace elastilab {
namespace {

StatusOr<std::vector<std::string>> Zones(Context& context) {
  ASSIGN_OR_RETURN(const auto lab,
                   AdminCall<admin::v1::GetLabResponse>(context.rpc(), "GetLab", admin::v1::GetLabRequest()));
  std::vector<std::string> names;
  for (const auto& zone : lab.zones()) names.push_back(zone.name());
  return names;
}

// What `fault` can hit: nodes and zones.
StatusOr<std::vector<std::string>> Targets(Context& context) {
  ASSIGN_OR_RETURN(auto targets, Zones(context));
  ASSIGN_OR_RETURN(const auto ids, ClusterIds(context));
  for (const std::string& id : ids) {
    const auto topology = DescribeTopology(context, id);
    if (!topology.ok()) continue;
    for (const auto& node : topology->nodes()) targets.push_back(NodeName(*topology, node));
  }
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  return targets;
}

StatusOr<int> Complete(Context& context) {
  const std::string kind = context.args.Word(0);
  auto words = kind == "ids" ? ClusterIds(context) : kind == "zones" ? Zones(context) : Targets(context);
  if (!words.ok()) return kExitFailure;  // quietly: the user is typing
  for (const std::string& word : *words) context.Print(word + "\n");
  return kExitOk;
}

StatusOr<int> Completion(Context& context) {
  const auto specs = AllSpecs();
  const std::string shell = context.args.Word(0);
  context.Print(shell == "bash" ? BashCompletion(specs) : shell == "zsh" ? ZshCompletion(specs) : FishCompletion(specs));
  return kExitOk;
}

}  // namespace

std::vector<CommandSpec> AllSpecs() {
  std::vector<CommandSpec> specs;
  for (const Command& command : FriendlyCommands()) {
    if (!command.spec.group.empty()) specs.push_back(command.spec);
  }
  const auto known = [&](const std::string& name) {
    return std::any_of(specs.begin(), specs.end(), [&](const CommandSpec& spec) { return spec.name == name; });
  };
  for (const std::string& name : ApiCommandNames()) {
    if (!known(name)) specs.push_back(ApiCommand(name)->spec);
  }
  return specs;
}

std::vector<Command> CompletionCommands() {
  return {
      {{.name = "completion",
        .group = "Shell",
        .summary = "Print the completion script of a shell.",
        .details = "  eval \"$(elastilab completion bash)\"\n"
                   "  elastilab completion fish > ~/.config/fish/completions/elastilab.fish",
        .positionals = {{.name = "SHELL", .help = "Whose.", .kind = WordKind::kChoice,
                         .choices = {"bash", "zsh", "fish"}}}},
       Completion},
      {{.name = "__complete",
        .group = "",
        .summary = "",
        .positionals = {{.name = "KIND", .help = "", .kind = WordKind::kChoice, .choices = {"ids", "targets", "zones"}}}},
       Complete},
  };
}

}  // namespace elastilab
