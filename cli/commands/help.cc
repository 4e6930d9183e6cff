#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/aws_flags.h"
#include "cli/commands/command_line.h"

namespace elastilab {
namespace {

std::string FlagUsage(const Flag& flag) {
  std::string text = "--" + flag.name;
  if (flag.kind == FlagKind::kToggle) text += " | --no-" + flag.name;
  if (flag.kind == FlagKind::kValue) text += " " + flag.value;
  if (flag.kind == FlagKind::kMaybeValue) text += " [" + flag.value + "]";
  if (flag.kind == FlagKind::kList) text += " " + flag.value + " [" + flag.value + " ...]";
  return text;
}

std::string Wrapped(const std::string& text, size_t indent, size_t width) {
  std::string out;
  std::string line;
  size_t start = 0;
  const auto flush = [&] {
    if (!line.empty()) out += std::string(indent, ' ') + line + "\n";
    line.clear();
  };
  while (start < text.size()) {
    const size_t end = std::min(text.find(' ', start), text.size());
    const std::string word = text.substr(start, end - start);
    if (!line.empty() && indent + line.size() + 1 + word.size() > width) flush();
    line += (line.empty() ? "" : " ") + word;
    start = end + 1;
  }
  flush();
  return out;
}

std::string FlagHelp(const Flag& flag, size_t width) {
  std::string head = "  ";
  if (flag.letter != 0) head += fmt::format("-{}, ", flag.letter);
  head += FlagUsage(flag);
  if (flag.required) head += "  (required)";
  std::string text = flag.help;
  if (!flag.choices.empty()) {
    text += fmt::format("{}One of: {}.", text.empty() ? "" : " ", fmt::join(flag.choices, ", "));
  }
  return head + "\n" + Wrapped(text, 6, width);
}

// Levenshtein; for a handful of short names.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

const std::vector<Flag>& GlobalFlags() {
  static const auto& flags = *new std::vector<Flag>{
      {.name = "output",
       .value = "FORMAT",
       .help = "How to print the answer. Friendly commands default to table, the API's own to json.",
       .choices = {"table", "json", "yaml", "yaml-stream", "text"},
       .letter = 'o'},
      {.name = "query",
       .value = "JMESPATH",
       .help =
           "Print only what this expression picks from the answer, as the aws CLI does. Friendly commands print JSON "
           "then, unless --output says otherwise."},
      {.name = "data-dir",
       .value = "DIR",
       .help = "Where the lab keeps its state. Default: $ELASTILAB_DATA_DIR, else ~/.local/share/elastilab."},
      {.name = "endpoint",
       .value = "HOST:PORT",
       .help = "Talk to the control plane at this gRPC address instead of the data directory's socket."},
      {.name = "no-color", .kind = FlagKind::kSwitch, .help = "No colours; the same as setting NO_COLOR."},
      {.name = "help", .kind = FlagKind::kSwitch, .help = "Show this text.", .letter = 'h'},
  };
  static const auto& all = *[] {
    auto* with_aws_flags = new std::vector<Flag>(flags);
    for (Flag& flag : AwsFlags()) with_aws_flags->push_back(std::move(flag));
    return with_aws_flags;
  }();
  return all;
}

std::string UsageLine(const CommandSpec& spec) {
  std::string line = "usage: elastilab " + spec.name;
  for (const Positional& positional : spec.positionals) {
    const std::string name = positional.name + (positional.many ? " ..." : "");
    line += positional.required ? " " + name : " [" + name + "]";
  }
  size_t optional = 0;
  for (const Flag& flag : spec.flags) {
    if (flag.required) {
      line += " " + FlagUsage(flag);
    } else {
      ++optional;
    }
  }
  return line + (optional > 0 ? " [options]" : "");
}

std::string HelpText(const CommandSpec& spec, int width) {
  const auto columns = static_cast<size_t>(std::clamp(width, 60, 110));
  std::string text = Wrapped(UsageLine(spec), 0, columns) + "\n" + Wrapped(spec.summary, 0, columns);
  if (!spec.details.empty()) text += "\n" + spec.details + "\n";
  if (!spec.positionals.empty()) text += "\narguments:\n";
  for (const Positional& positional : spec.positionals) {
    text += "  " + positional.name + "\n" + Wrapped(positional.help, 6, columns);
    if (positional.kind == WordKind::kChoice) {
      text += Wrapped(fmt::format("One of: {}.", fmt::join(positional.choices, ", ")), 6, columns);
    }
  }
  if (!spec.flags.empty()) text += "\noptions:\n";
  for (const Flag& flag : spec.flags) text += FlagHelp(flag, columns);
  text += "\nfor every command:\n";
  for (const Flag& flag : GlobalFlags()) text += flag.hidden ? "" : FlagHelp(flag, columns);
  return text;
}

std::vector<std::string> Similar(const std::string& word, const std::vector<std::string>& names) {
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const std::string& name : names) {
    const size_t distance = Distance(word, name);
    const bool begins = word.size() >= 4 && name.starts_with(word);
    if (distance <= std::max<size_t>(2, word.size() / 5) || begins) ranked.emplace_back(begins ? 0 : distance, name);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> best;
  for (size_t i = 0; i < ranked.size() && i < 3; ++i) best.push_back(ranked[i].second);
  return best;
}

}  // namespace elastilab
