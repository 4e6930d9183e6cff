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

StatusOr<std::vector<std::string>> AskLab(Context& context, WordKind what) {
  switch (what) {
    case WordKind::kClusterId:
      return ClusterIds(context);
    case WordKind::kZone:
      return Zones(context);
    case WordKind::kNodeName:
      return Targets(context);
    default:
      return std::vector<std::string>();
  }
}

// Of the lab that the line being typed is about.
StatusOr<std::vector<std::string>> AskLabOfLine(Context& context, const std::vector<std::string>& words,
                                                WordKind what) {
  Args args;
  for (size_t i = 0; i + 2 < words.size(); ++i) {
    if (words[i] == "--data-dir" || words[i] == "--endpoint") args.Set(words[i].substr(2), {words[i + 1]});
  }
  ASSIGN_OR_RETURN(const std::string data_dir, FindDataDir(args.Get("data-dir")));
  Context there = context.ForLab(args, LabFiles{data_dir});
  return AskLab(there, what);
}

// Nothing is said about what goes wrong: the user is typing.
StatusOr<int> Complete(Context& context) {
  const std::string shell = context.args.Word(0);
  BashWords line{.words = context.args.rest()};
  if (shell == "bash") line = JoinBashWords(line.words);
  Completion completion = CompleteLine(line.words);
  if (completion.files && (completion.prefix.empty() || shell == "bash")) {
    context.Print("@files\n");
    return kExitOk;
  }
  if (const auto ids = AskLabOfLine(context, line.words, completion.ask); ids.ok()) {
    for (const std::string& id : *ids) completion.words.push_back({id, ""});
  }
  const std::string typed = line.words.empty() ? "" : line.words.back();
  for (Candidate& candidate : completion.words) {
    candidate.word.insert(0, completion.prefix);
    if (!candidate.word.starts_with(typed)) continue;
    candidate.word.erase(0, line.cut);
    context.Print(CompletionLine(shell, candidate));
  }
  return kExitOk;
}

StatusOr<int> PrintScript(Context& context) {
  context.Print(CompletionScript(context.args.Word(0)));
  return kExitOk;
}

}  // namespace

std::vector<Command> CompletionCommands() {
  return {
      {{.name = "completion",
        .group = "Shell",
        .summary = "Print the completion script of a shell.",
        .details = "  eval \"$(elastilab completion bash)\"\n"
                   "  elastilab completion fish > ~/.config/fish/completions/elastilab.fish",
        .positionals =
            {{.name = "SHELL", .help = "Whose.", .kind = WordKind::kChoice, .choices = {"bash", "zsh", "fish"}}}},
       PrintScript},
      {{.name = "__complete",
        .group = "",
        .summary = "",
        .positionals = {{.name = "SHELL", .kind = WordKind::kChoice, .choices = {"bash", "zsh", "fish"}}}},
       Complete},
  };
}

}  // namespace elastilab
