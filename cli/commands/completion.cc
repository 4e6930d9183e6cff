#include "cli/commands/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "cli/commands/registry.h"

namespace elastilab {
namespace {

// Up to the first full stop: enough for a menu.
std::string FirstSentence(std::string text) {
  const size_t end = text.find(". ");
  if (end != std::string::npos) text.resize(end + 1);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' ');
  return text;
}

bool TakesValue(const Flag& flag) { return flag.kind != FlagKind::kSwitch && flag.kind != FlagKind::kToggle; }

WordKind KindOf(const Flag& flag) {
  if (flag.name == "cache-cluster-id" || flag.name == "replication-group-id") return WordKind::kClusterId;
  if (flag.name == "zones" || flag.name.find("availability-zone") != std::string::npos) return WordKind::kZone;
  return WordKind::kText;
}

bool TakesFile(const Flag& flag) { return flag.value == "FILE" || flag.value == "DIR"; }

void AddFlags(const std::vector<Flag>& flags, std::vector<Candidate>* words) {
  for (const Flag& flag : flags) {
    if (flag.hidden) continue;
    words->push_back({"--" + flag.name, FirstSentence(flag.help)});
    if (flag.kind == FlagKind::kToggle) words->push_back({"--no-" + flag.name, FirstSentence(flag.help)});
  }
}

void AddChoices(const std::vector<std::string>& choices, std::vector<Candidate>* words) {
  for (const std::string& choice : choices) words->push_back({choice, ""});
}

// What can follow the name of a service; without one, the first word.
std::vector<Candidate> CommandsOf(const std::string& service) {
  const std::string prefix = service.empty() || service == kElastiCache ? "" : service + " ";
  std::vector<Candidate> words;
  std::set<std::string> seen;
  const auto add = [&](const std::string& name, const std::string& help) {
    if (!name.starts_with(prefix)) return;
    const std::string word = name.substr(prefix.size());
    const bool is_one_word = word.find(' ') == std::string::npos;
    if (is_one_word && seen.insert(word).second) words.push_back({word, FirstSentence(help)});
  };
  for (const Command& command : FriendlyCommands()) {
    const bool of_service = service != kElastiCache || command.spec.name == "wait";
    if (of_service && !command.spec.group.empty()) add(command.spec.name, command.spec.summary);
  }
  if (service.empty()) {
    for (const std::string& name : ServiceNames()) add(name, "Operations of this service, as in the aws CLI.");
  }
  for (const std::string& name : ApiCommandNames()) add(name, ApiCommandSummary(name));
  return words;
}

// A line, read word by word up to the cursor.
class Line {
 public:
  void Take(const std::string& word) {
    if (word == "--") {
      lost_ = true;
    } else if (word.starts_with("-")) {
      const Flag* flag = FindFlag(spec_, word);
      flag_ = flag != nullptr && TakesValue(*flag) ? std::optional<Flag>(*flag) : std::nullopt;
    } else if (flag_) {
      if (flag_->kind != FlagKind::kList) flag_.reset();
    } else if (spec_.name.empty()) {
      TakeName(word);
    } else {
      ++place_;
    }
  }

  Completion At(const std::string& typed) const {
    Completion completion;
    if (lost_) return completion;
    const size_t equals = typed.find('=');
    if (typed.starts_with("-") && equals != std::string::npos) {
      const Flag* flag = FindFlag(spec_, typed.substr(0, equals));
      if (flag != nullptr && TakesValue(*flag)) AddValues(*flag, &completion);
      completion.prefix = typed.substr(0, equals + 1);
    } else if (typed.starts_with("-")) {
      AddAllFlags(&completion);
    } else if (flag_) {
      AddValues(*flag_, &completion);
      if (flag_->kind == FlagKind::kMaybeValue && typed.empty()) AddAllFlags(&completion);
    } else if (spec_.name.empty()) {
      completion.words = CommandsOf(service_);
    } else {
      AddPositional(&completion);
      if (completion.words.empty() && completion.ask == WordKind::kText) AddAllFlags(&completion);
    }
    return completion;
  }

 private:
  void TakeName(const std::string& word) {
    if (word == "help" && service_.empty()) return;  // `help create-cluster`
    if (service_.empty() && IsService(word)) {
      service_ = word;
      return;
    }
    const auto command = FindCommand(service_.empty() ? word : service_ + " " + word);
    if (command) spec_ = command->spec;
    lost_ = !command;
  }

  void AddAllFlags(Completion* completion) const {
    AddFlags(spec_.flags, &completion->words);
    AddFlags(GlobalFlags(), &completion->words);
  }

  static void AddValues(const Flag& flag, Completion* completion) {
    AddChoices(flag.choices, &completion->words);
    completion->ask = KindOf(flag);
    completion->files = TakesFile(flag);
  }

  void AddPositional(Completion* completion) const {
    const auto& all = spec_.positionals;
    if (all.empty() || (place_ >= all.size() && !all.back().many)) return;
    const Positional& positional = all[std::min(place_, all.size() - 1)];
    AddChoices(positional.choices, &completion->words);
    completion->ask = positional.kind == WordKind::kChoice ? WordKind::kText : positional.kind;
  }

  std::string service_;
  CommandSpec spec_;          // without a name: none yet
  std::optional<Flag> flag_;  // waits for its value
  size_t place_ = 0;          // of the positional at the cursor
  bool lost_ = false;
};

constexpr char kBash[] = R"sh(# bash completion for elastilab; made by `elastilab completion bash`
# eval "$(elastilab completion bash)", or put it into ~/.local/share/bash-completion/completions/elastilab
_elastilab() {
  mapfile -t COMPREPLY < <("$1" __complete bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ "${COMPREPLY[0]-}" = @files ]; then
    mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]#=}")
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _elastilab elastilab
)sh";

constexpr char kZsh[] = R"sh(#compdef elastilab
# zsh completion for elastilab; made by `elastilab completion zsh`
# Put it as _elastilab into a folder of $fpath, or: source <(elastilab completion zsh)
_elastilab() {
  local -a elastilab_words
  elastilab_words=("${(@f)$(elastilab __complete zsh -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  if [[ "${elastilab_words[1]}" == @files ]]; then
    _files
  elif [[ -n "${elastilab_words[1]}" ]]; then
    _describe elastilab elastilab_words
  fi
}
if [ "${funcstack[1]}" = "_elastilab" ]; then _elastilab "$@"; else compdef _elastilab elastilab; fi
)sh";

constexpr char kFish[] = R"sh(# fish completion for elastilab; made by `elastilab completion fish`
# elastilab completion fish > ~/.config/fish/completions/elastilab.fish
function __elastilab_complete
    set -l before (commandline -opc)
    set -e before[1]
    set -l typed (commandline -ct)
    set -l answer (elastilab __complete fish -- $before "$typed" 2>/dev/null)
    if test "$answer[1]" = @files
        __fish_complete_path "$typed"
    else
        printf '%s\n' $answer
    end
end
complete -c elastilab -f -a '(__elastilab_complete)'
)sh";

}  // namespace

Completion CompleteLine(const std::vector<std::string>& words) {
  Line line;
  for (size_t i = 0; i + 1 < words.size(); ++i) line.Take(words[i]);
  return line.At(words.empty() ? "" : words.back());
}

BashWords JoinBashWords(const std::vector<std::string>& words) {
  BashWords joined;
  bool join_next = false;
  for (const std::string& word : words) {
    const bool is_break = word == "=" || word == ":";
    joined.cut = 0;
    if ((is_break || join_next) && !joined.words.empty()) {
      std::string& last = joined.words.back();
      joined.cut = last.size() + (is_break ? 1 : 0);
      last += word;
    } else {
      joined.words.push_back(word);
    }
    join_next = is_break;
  }
  return joined;
}

std::string CompletionScript(const std::string& shell) {
  if (shell == "bash") return kBash;
  return shell == "zsh" ? kZsh : kFish;
}

std::string CompletionLine(const std::string& shell, const Candidate& candidate) {
  if (shell == "fish") return fmt::format("{}\t{}\n", candidate.word, candidate.help);
  if (shell == "bash" || candidate.word.empty()) return candidate.word + "\n";
  std::string word;
  for (const char c : candidate.word) word += c == ':' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return candidate.help.empty() ? word + "\n" : fmt::format("{}:{}\n", word, candidate.help);
}

}  // namespace elastilab
