#include "cli/commands/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace elastilab {
namespace {

// What `__complete` is asked for, "" when the word is free text.
std::string KindName(WordKind kind) {
  switch (kind) {
    case WordKind::kClusterId:
      return "ids";
    case WordKind::kNodeName:
      return "targets";
    case WordKind::kZone:
      return "zones";
    default:
      return "";
  }
}

// Flags of API operations whose values are ids that the lab knows.
std::string FlagKindName(const Flag& flag) {
  if (flag.name == "cache-cluster-id" || flag.name == "replication-group-id") return "ids";
  if (flag.name == "zones" || flag.name.find("availability-zone") != std::string::npos) return "zones";
  return "";
}

std::vector<std::string> FlagWords(const CommandSpec& spec) {
  std::vector<std::string> words;
  for (const auto* flags : {&spec.flags, &GlobalFlags()}) {
    for (const Flag& flag : *flags) {
      words.push_back("--" + flag.name);
      if (flag.kind == FlagKind::kToggle) words.push_back("--no-" + flag.name);
    }
  }
  return words;
}

std::string CommandNames(const std::vector<CommandSpec>& specs) {
  std::string names;
  for (const CommandSpec& spec : specs) names += (names.empty() ? "" : " ") + spec.name;
  return names;
}

// Three tables of `case` lines, in a syntax that bash and zsh share: flags of a command, values of a flag, and what
// stands without a flag.
std::string FlagCases(const std::vector<CommandSpec>& specs) {
  std::string text;
  for (const CommandSpec& spec : specs) {
    text += fmt::format("    {}) flags=\"{}\" ;;\n", spec.name, fmt::join(FlagWords(spec), " "));
  }
  return text;
}

std::string ValueCases(const std::vector<CommandSpec>& specs) {
  std::string text = "    *:-o|*:--output) values=\"table json yaml text\" ;;\n    *:--data-dir) values=\"@files\" ;;\n";
  for (const CommandSpec& spec : specs) {
    for (const Flag& flag : spec.flags) {
      if (flag.kind == FlagKind::kSwitch || flag.kind == FlagKind::kToggle) continue;
      std::string values = fmt::format("{}", fmt::join(flag.choices, " "));
      if (std::string kind = FlagKindName(flag); values.empty() && !kind.empty()) values = "@" + kind;
      text += fmt::format("    {}:--{}) values=\"{}\" ;;\n", spec.name, flag.name, values.empty() ? "@none" : values);
    }
  }
  return text;
}

std::string WordCases(const std::vector<CommandSpec>& specs) {
  std::string text;
  for (const CommandSpec& spec : specs) {
    for (size_t i = 0; i < spec.positionals.size(); ++i) {
      const Positional& positional = spec.positionals[i];
      std::string values = fmt::format("{}", fmt::join(positional.choices, " "));
      if (std::string kind = KindName(positional.kind); values.empty() && !kind.empty()) values = "@" + kind;
      if (!values.empty()) text += fmt::format("    {}:{}) values=\"{}\" ;;\n", spec.name, i, values);
    }
  }
  return text;
}

// Finds the command and how many words without dashes follow it; shared by bash and zsh through their own word arrays.
constexpr char kLookup[] = R"sh(  local flags="" values="" cmd="" place=0 skip="" w
  for w in "${before[@]}"; do
    if [ -n "$skip" ]; then skip=""; continue; fi
    case "$w" in
      -o|--output|--data-dir|--endpoint) skip=1 ;;
      -*) ;;
      *) if [ -z "$cmd" ]; then cmd="$w"; else place=$((place + 1)); fi ;;
    esac
  done
)sh";

std::string Replace(std::string text, const std::string& mark, const std::string& with) {
  const size_t at = text.find(mark);
  return at == std::string::npos ? text : text.replace(at, mark.size(), with);
}

std::string Quoted(std::string text) {
  std::erase_if(text, [](char c) { return c == '\'' || c == '\\' || c == '\n'; });
  return "'" + text + "'";
}

// Up to the first full stop: enough for a menu.
std::string FirstSentence(const std::string& text) {
  const size_t end = text.find(". ");
  return end == std::string::npos ? text : text.substr(0, end + 1);
}

void AddFishFlag(const std::string& condition, const Flag& flag, std::string* text) {
  const bool takes_value = flag.kind == FlagKind::kValue || flag.kind == FlagKind::kList;
  *text += fmt::format("complete -c elastilab {}-l {}", condition, flag.name);
  if (flag.letter != 0) *text += fmt::format(" -s {}", flag.letter);
  if (takes_value) *text += " -x";
  std::string values = fmt::format("{}", fmt::join(flag.choices, " "));
  if (std::string kind = FlagKindName(flag); values.empty() && !kind.empty()) {
    values = fmt::format("(elastilab __complete {} 2>/dev/null)", kind);
  }
  if (takes_value && !values.empty()) *text += fmt::format(" -a '{}'", values);
  *text += fmt::format(" -d {}\n", Quoted(FirstSentence(flag.help)));
  if (flag.kind == FlagKind::kToggle) *text += fmt::format("complete -c elastilab {}-l no-{}\n", condition, flag.name);
}

}  // namespace

std::string BashCompletion(const std::vector<CommandSpec>& specs) {
  std::string text = R"sh(# bash completion for elastilab; made by `elastilab completion bash`
# eval "$(elastilab completion bash)", or put it into ~/.local/share/bash-completion/completions/elastilab
_elastilab() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}"
  local before=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
)sh";
  text += kLookup;
  text += R"sh(  COMPREPLY=()
  if [ -z "$cmd$skip" ]; then
    COMPREPLY=($(compgen -W "@COMMANDS@" -- "$cur"))
    return
  fi
  case "$cmd" in
@FLAGS@  esac
  case "$cmd:$prev" in
@VALUES@  esac
  if [ -z "$values" ]; then
    if [[ "$cur" == -* ]]; then
      COMPREPLY=($(compgen -W "$flags" -- "$cur"))
      return
    fi
    case "$cmd:$place" in
@WORDS@    esac
  fi
  case "$values" in
    @none) ;;
    @files) COMPREPLY=($(compgen -f -- "$cur")) ;;
    @*) COMPREPLY=($(compgen -W "$(elastilab __complete "${values#@}" 2>/dev/null)" -- "$cur")) ;;
    "") COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -W "$values" -- "$cur")) ;;
  esac
}
complete -F _elastilab elastilab
)sh";
  text = Replace(text, "@COMMANDS@", CommandNames(specs));
  text = Replace(text, "@FLAGS@", FlagCases(specs));
  text = Replace(text, "@VALUES@", ValueCases(specs));
  return Replace(text, "@WORDS@", WordCases(specs));
}

std::string ZshCompletion(const std::vector<CommandSpec>& specs) {
  std::string menu;
  for (const CommandSpec& spec : specs) {
    std::string summary = FirstSentence(spec.summary);
    std::replace(summary.begin(), summary.end(), ':', ' ');
    menu += "    " + Quoted(spec.name + ":" + summary) + "\n";
  }
  std::string text = R"sh(#compdef elastilab
# zsh completion for elastilab; made by `elastilab completion zsh`
# Put it as _elastilab into a folder of $fpath, or: source <(elastilab completion zsh)
_elastilab() {
  local cur="${words[CURRENT]}" prev="${words[CURRENT-1]}"
  local -a before commands
  before=("${(@)words[2,CURRENT-1]}")
)sh";
  text += kLookup;
  text += R"sh(  if [ -z "$cmd$skip" ]; then
    commands=(
@MENU@    )
    _describe -t commands 'elastilab command' commands
    return
  fi
  case "$cmd" in
@FLAGS@  esac
  case "$cmd:$prev" in
@VALUES@  esac
  if [ -z "$values" ]; then
    if [[ "$cur" == -* ]]; then
      compadd -- ${=flags}
      return
    fi
    case "$cmd:$place" in
@WORDS@    esac
  fi
  case "$values" in
    @none) ;;
    @files) _files ;;
    @*) compadd -- $(elastilab __complete "${values#@}" 2>/dev/null) ;;
    "") compadd -- ${=flags} ;;
    *) compadd -- ${=values} ;;
  esac
}
if [ "${funcstack[1]}" = "_elastilab" ]; then _elastilab "$@"; else compdef _elastilab elastilab; fi
)sh";
  text = Replace(text, "@MENU@", menu);
  text = Replace(text, "@FLAGS@", FlagCases(specs));
  text = Replace(text, "@VALUES@", ValueCases(specs));
  return Replace(text, "@WORDS@", WordCases(specs));
}

std::string FishCompletion(const std::vector<CommandSpec>& specs) {
  std::string text =
      "# fish completion for elastilab; made by `elastilab completion fish`\n"
      "# elastilab completion fish > ~/.config/fish/completions/elastilab.fish\n"
      "complete -c elastilab -f\n";
  for (const Flag& flag : GlobalFlags()) AddFishFlag("", flag, &text);
  for (const CommandSpec& spec : specs) {
    text += fmt::format("complete -c elastilab -n __fish_use_subcommand -a {} -d {}\n", spec.name,
                        Quoted(FirstSentence(spec.summary)));
    const std::string condition = fmt::format("-n '__fish_seen_subcommand_from {}' ", spec.name);
    for (const Positional& positional : spec.positionals) {
      std::string values = fmt::format("{}", fmt::join(positional.choices, " "));
      if (std::string kind = KindName(positional.kind); values.empty() && !kind.empty()) {
        values = fmt::format("(elastilab __complete {} 2>/dev/null)", kind);
      }
      if (!values.empty()) text += fmt::format("complete -c elastilab {}-a '{}'\n", condition, values);
    }
    for (const Flag& flag : spec.flags) AddFishFlag(condition, flag, &text);
  }
  return text;
}

}  // namespace elastilab
