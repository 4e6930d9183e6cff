// What a command takes, as data. The same description parses its words, prints its help and makes the shells'
// completion. CLI11 does the parsing, behind this interface: it compiles slowly, and bends values that start with a
// bracket.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/status.h"

namespace elastilab {

enum class FlagKind {
  kSwitch,      // --follow
  kToggle,      // --multi-az-enabled or --no-multi-az-enabled
  kValue,       // --port 6379, --port=6379; the last one counts
  kList,        // --zones a b c
  kMaybeValue,  // --generate-cli-skeleton, or --generate-cli-skeleton output; alone it means its first choice
};

struct Flag {
  std::string name = {};    // without dashes
  FlagKind kind = FlagKind::kValue;
  std::string value = {};   // what its value is called: "N"
  std::string help = {};
  bool required = false;
  std::vector<std::string> choices = {};  // empty: any
  char letter = 0;          // -o
  bool checked_later = false;  // the command itself checks whether it is given, and its choices
  bool hidden = false;         // taken, but neither shown nor completed
  std::string alias = {};      // another spelling, which nobody is told of
  bool last_list = false;      // kList: given twice, only the second counts, as in the aws CLI; otherwise both do
};

// What a word that is no flag means; completion offers what there is.
enum class WordKind { kText, kClusterId, kNodeName, kZone, kChoice };

struct Positional {
  std::string name = {};
  std::string help = {};
  bool required = true;
  WordKind kind = WordKind::kText;
  std::vector<std::string> choices = {};  // all that there are if the kind is kChoice, else words to be offered
  bool many = false;        // takes all words that remain
};

struct CommandSpec {
  std::string name = {};     // "create-cluster"
  std::string group = {};    // heading in the list of commands; empty: hidden
  bool answers = false;      // prints data, which --query can pick from
  std::string summary = {};  // one line
  std::string details = {};  // more, with examples
  std::vector<Positional> positionals = {};
  std::vector<Flag> flags = {};
};

// The words of one call, taken apart. Asking for a flag that the command lacks is a mistake in our code and asserts.
class Args {
 public:
  bool Has(const std::string& flag) const { return values_.count(flag) > 0; }
  std::string Get(const std::string& flag, const std::string& otherwise = "") const;
  // Of a kList flag; commas separate values as well when `split_commas`.
  std::vector<std::string> List(const std::string& flag, bool split_commas = false) const;
  std::optional<bool> Toggle(const std::string& flag) const;
  // Usage error unless it is a whole number from `min` to `max`.
  StatusOr<int> Int(const std::string& flag, int otherwise, int min, int max) const;

  // By place; empty when not given.
  std::string Word(size_t index) const { return index < words_.size() ? words_[index] : ""; }
  const std::vector<std::string>& words() const { return words_; }
  // What stood after "--".
  const std::vector<std::string>& rest() const { return rest_; }

  void Set(const std::string& flag, std::vector<std::string> values) { values_[flag] = std::move(values); }
  void SetWords(std::vector<std::string> words, std::vector<std::string> rest);

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::string> words_;
  std::vector<std::string> rest_;
};

// --output, --query, --data-dir, --endpoint, --no-color, --help, and those of the aws CLI (aws_flags.h): every command
// takes them, before or after its name.
const std::vector<Flag>& GlobalFlags();

// The command's flag or global flag that is spelt "--name" or "-n"; null when there is none, as for "--no-name".
const Flag* FindFlag(const CommandSpec& spec, const std::string& word);

// Usage errors name the flag or the word. Required flags are checked, all missing ones named at once, unless the
// command has been asked for help.
StatusOr<Args> ParseCommandLine(const CommandSpec& spec, const std::vector<std::string>& words);

// "usage: elastilab create-cluster ID [--engine E] …"
std::string UsageLine(const CommandSpec& spec);
std::string HelpText(const CommandSpec& spec, int width);

// Where the command's name is in argv[1…], skipping global flags and their values; words.size() when there is none.
size_t FindCommandWord(const std::vector<std::string>& words);

// The names closest to a misspelt one, best first; at most three.
std::vector<std::string> Similar(const std::string& word, const std::vector<std::string>& names);

}  // namespace elastilab
