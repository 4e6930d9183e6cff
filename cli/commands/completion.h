// What the shells offer for a line that is being typed. Their scripts are a few lines long and ask `elastilab
// __complete` at every TAB, so that the three know the same and an upgrade needs no new script; an answer takes some
// milliseconds.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/command_line.h"

namespace elastilab {

// A word that can stand at the cursor, and what it means, in one sentence.
struct Candidate {
  std::string word = {};
  std::string help = {};
};

struct Completion {
  std::vector<Candidate> words = {};  // all, whatever has been typed of them
  WordKind ask = WordKind::kText;     // kClusterId, kNodeName, kZone: those of the running lab, too
  bool files = false;                 // any file
  std::string prefix = {};            // "--output=": belongs before each word
};

// `words` is what stands behind `elastilab` up to the cursor; the last one is being typed and can be empty. Behind a
// command that does not exist, and behind "--", nothing is known.
Completion CompleteLine(const std::vector<std::string>& words);

// bash takes words apart at '=' and ':'. Joins them, and says how much of the last one stands before what bash thinks
// is being typed: so much must be left out of an answer.
struct BashWords {
  std::vector<std::string> words = {};
  size_t cut = 0;
};
BashWords JoinBashWords(const std::vector<std::string>& words);

// `shell` is "bash", "zsh" or "fish".
std::string CompletionScript(const std::string& shell);
// One line of the answer, as the shell's script reads it: bash only the word, zsh `word:help`, fish word, tab, help.
std::string CompletionLine(const std::string& shell, const Candidate& candidate);

}  // namespace elastilab
