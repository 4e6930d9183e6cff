#include "cli/commands/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "cli/client/exit_code.h"

namespace elastilab {
namespace {

// Marks a word as a value, so that CLI11 doesn't look into it ("[…]", "{}", "" and "++" mean something there).
constexpr char kValueMark = '\x01';

std::string Marked(const std::string& word) { return kValueMark + word; }

std::string Unmarked(const std::string& word) {
  return !word.empty() && word.front() == kValueMark ? word.substr(1) : word;
}

std::vector<std::string> Unmarked(std::vector<std::string> words) {
  for (std::string& word : words) word = Unmarked(word);
  return words;
}

bool LooksLikeFlag(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && !std::isdigit(static_cast<unsigned char>(word[1]));
}

// Takes `--name a b` out again.
void RemoveFlag(const std::string& name, std::vector<std::string>* prepared) {
  const auto start = std::find(prepared->begin(), prepared->end(), name);
  if (start == prepared->end()) return;
  const auto is_value = [](const std::string& word) { return word[0] == kValueMark; };
  const auto end = std::find_if_not(start + 1, prepared->end(), is_value);
  prepared->erase(start, end);
}

// Splits --name=value and marks the values; words after "--" go to `rest`.
std::vector<std::string> Prepare(const CommandSpec& spec, const std::vector<std::string>& words,
                                 std::vector<std::string>* rest) {
  std::vector<std::string> prepared;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      rest->assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    const size_t equals = word.find('=');
    const Flag* flag = FindFlag(spec, word.substr(0, equals));
    if (flag != nullptr && flag->last_list) RemoveFlag("--" + flag->name, &prepared);
    if (!LooksLikeFlag(word)) {
      prepared.push_back(Marked(word));
    } else if (word.starts_with("--") && equals != std::string::npos) {
      prepared.push_back(word.substr(0, equals));
      prepared.push_back(Marked(word.substr(equals + 1)));
    } else {
      prepared.push_back(word);
      const bool alone = i + 1 == words.size() || LooksLikeFlag(words[i + 1]);
      const bool may_be_alone = flag != nullptr && flag->kind == FlagKind::kMaybeValue;
      if (alone && may_be_alone) prepared.push_back(Marked(flag->choices.front()));
    }
  }
  return prepared;
}

std::string FlagNames(const Flag& flag) {
  std::string names = flag.letter != 0 ? fmt::format("-{},", flag.letter) : "";
  names += "--" + flag.name;
  if (!flag.alias.empty()) names += ",--" + flag.alias;
  if (flag.kind == FlagKind::kToggle) names += ",!--no-" + flag.name;
  return names;
}

// Where CLI11 puts what it finds; map nodes do not move.
struct Found {
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, int> counts;
  std::vector<std::string> words;
};

void AddFlag(CLI::App* app, const Flag& flag, Found* found) {
  switch (flag.kind) {
    case FlagKind::kSwitch:
    case FlagKind::kToggle:
      app->add_flag(FlagNames(flag), found->counts[flag.name])->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
      break;
    case FlagKind::kValue:
    case FlagKind::kMaybeValue:
      app->add_option(FlagNames(flag), found->values[flag.name])
          ->expected(1)
          ->allow_extra_args(false)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
      break;
    case FlagKind::kList:
      app->add_option(FlagNames(flag), found->values[flag.name])->expected(flag.last_list ? 0 : 1, 10'000);
      break;
  }
}

Status BadFlag(const CommandSpec& spec, const std::vector<std::string>& extras) {
  for (const std::string& extra : extras) {
    if (!LooksLikeFlag(extra)) continue;
    std::vector<std::string> names;
    for (const auto* flags : {&spec.flags, &GlobalFlags()}) {
      for (const Flag& flag : *flags) names.push_back("--" + flag.name);
    }
    const auto similar = Similar(extra, names);
    return UsageError(fmt::format("unknown option {}{}", extra,
                                  similar.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(similar, ", "))));
  }
  return UsageError(fmt::format("unexpected argument '{}'", Unmarked(extras.front())));
}

Status CheckChoice(const std::string& name, const std::vector<std::string>& choices, const std::string& value) {
  if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end()) return absl::OkStatus();
  return UsageError(fmt::format("{} takes {}, not '{}'", name, fmt::join(choices, ", "), value));
}

Status CheckComplete(const CommandSpec& spec, const Args& args) {
  std::vector<std::string> missing;
  for (size_t i = 0; i < spec.positionals.size(); ++i) {
    const Positional& positional = spec.positionals[i];
    if (i >= args.words().size()) {
      if (positional.required) missing.push_back(positional.name);
    } else if (positional.kind == WordKind::kChoice) {
      RETURN_IF_ERROR(CheckChoice(positional.name, positional.choices, args.Word(i)));
    }
  }
  for (const Flag& flag : spec.flags) {
    if (flag.required && !flag.checked_later && !args.Has(flag.name)) missing.push_back("--" + flag.name);
  }
  if (missing.empty()) return absl::OkStatus();
  return UsageError(fmt::format("the following arguments are required: {}", fmt::join(missing, ", ")));
}

Status CheckWordCount(const CommandSpec& spec, const Args& args) {
  if (!spec.positionals.empty() && spec.positionals.back().many) return absl::OkStatus();
  if (args.words().size() <= spec.positionals.size()) return absl::OkStatus();
  return UsageError(fmt::format("unexpected argument '{}'", args.Word(spec.positionals.size())));
}

StatusOr<Args> Collect(const CommandSpec& spec, const CLI::App& app, const Found& found) {
  Args args;
  for (const auto* flags : {&GlobalFlags(), &spec.flags}) {
    for (const Flag& flag : *flags) {
      if (app.count("--" + flag.name) == 0) continue;
      if (flag.kind == FlagKind::kSwitch || flag.kind == FlagKind::kToggle) {
        args.Set(flag.name, {found.counts.at(flag.name) > 0 ? "true" : "false"});
        continue;
      }
      std::vector<std::string> values = found.values.at(flag.name);
      std::erase(values, "");  // how CLI11 says that a list has no words; ours have a mark
      values = Unmarked(std::move(values));
      if (!flag.checked_later) {
        for (const std::string& value : values) RETURN_IF_ERROR(CheckChoice("--" + flag.name, flag.choices, value));
      }
      args.Set(flag.name, std::move(values));
    }
  }
  return args;
}

}  // namespace

std::string Args::Get(const std::string& flag, const std::string& otherwise) const {
  auto found = values_.find(flag);
  return found == values_.end() || found->second.empty() ? otherwise : found->second.back();
}

std::vector<std::string> Args::List(const std::string& flag, bool split_commas) const {
  auto found = values_.find(flag);
  if (found == values_.end()) return {};
  if (!split_commas) return found->second;
  std::vector<std::string> parts;
  for (const std::string& value : found->second) {
    size_t start = 0;
    while (start <= value.size()) {
      const size_t comma = std::min(value.find(',', start), value.size());
      if (comma > start) parts.push_back(value.substr(start, comma - start));
      start = comma + 1;
    }
  }
  return parts;
}

std::optional<bool> Args::Toggle(const std::string& flag) const {
  if (!Has(flag)) return std::nullopt;
  return Get(flag) == "true";
}

StatusOr<int> Args::Int(const std::string& flag, int otherwise, int min, int max) const {
  if (!Has(flag)) return otherwise;
  const std::string text = Get(flag);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max) {
    return UsageError(fmt::format("--{} takes a whole number from {} to {}, not '{}'", flag, min, max, text));
  }
  return value;
}

void Args::SetWords(std::vector<std::string> words, std::vector<std::string> rest) {
  words_ = std::move(words);
  rest_ = std::move(rest);
}

const Flag* FindFlag(const CommandSpec& spec, const std::string& word) {
  for (const auto* flags : {&spec.flags, &GlobalFlags()}) {
    for (const Flag& flag : *flags) {
      if (word == "--" + flag.name || (!flag.alias.empty() && word == "--" + flag.alias)) return &flag;
      if (flag.letter != 0 && word == fmt::format("-{}", flag.letter)) return &flag;
    }
  }
  return nullptr;
}

StatusOr<Args> ParseCommandLine(const CommandSpec& spec, const std::vector<std::string>& words) {
  std::vector<std::string> rest;
  std::vector<std::string> prepared = Prepare(spec, words, &rest);
  std::reverse(prepared.begin(), prepared.end());  // as CLI11 wants them

  CLI::App app;
  app.set_help_flag();
  Found found;
  for (const Flag& flag : GlobalFlags()) AddFlag(&app, flag, &found);
  for (const Flag& flag : spec.flags) AddFlag(&app, flag, &found);
  app.add_option("words", found.words)->expected(0, 10'000);
  app.allow_extras();
  try {
    app.parse(std::move(prepared));
  } catch (const CLI::ParseError& error) {
    std::string text = error.what();
    std::erase(text, kValueMark);
    return UsageError(text);
  }
  if (const auto extras = app.remaining(); !extras.empty()) return BadFlag(spec, extras);
  ASSIGN_OR_RETURN(Args args, Collect(spec, app, found));
  args.SetWords(Unmarked(found.words), std::move(rest));
  if (args.Has("help")) return args;
  RETURN_IF_ERROR(CheckWordCount(spec, args));
  RETURN_IF_ERROR(CheckComplete(spec, args));
  return args;
}

size_t FindCommandWord(const std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (!LooksLikeFlag(words[i])) return i;
    if (words[i] == "--") return words.size();
    for (const Flag& flag : GlobalFlags()) {
      if (flag.kind != FlagKind::kValue && flag.kind != FlagKind::kMaybeValue) continue;
      if (words[i] == "--" + flag.name || (flag.letter != 0 && words[i] == fmt::format("-{}", flag.letter))) ++i;
    }
  }
  return words.size();
}

}  // namespace elastilab
