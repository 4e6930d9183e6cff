// Patterns of actions, resources and condition values: wildcards and variables, prepared once and matched often.
//
// Matching takes at most (length of pattern) x (length of text) steps; there is no backtracking beyond the last '*'.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controlplane/identity/policy/context.h"

namespace elastilab {

enum class Match { kNo, kYes, kUnresolved };  // kUnresolved: a variable has no value, the pattern matches nothing

// Keys that were asked for and absent, as spelled in the policy. Points into the policy.
using MissingKeys = std::vector<const std::string*>;

class Pattern {
 public:
  struct Options {
    bool wildcards = true;     // '*' and '?' are special; ${*} and ${?} are the plain characters
    bool variables = false;    // "${aws:username}" is replaced
    bool ignore_case = false;  // ASCII
  };

  Pattern(std::string_view text, const Options& options);

  // A resource: "*", or an ARN in which a '*' inside one of the first five fields stays within its field, while one
  // that ends a field, and any in the last, goes over colons as well. Missing fields are "*".
  static Pattern Resource(std::string_view text, bool variables);

  // A variable's value is plain text: wildcards in a tag give nobody more.
  Match Matches(std::string_view text, const ConditionContext& context, MissingKeys* missing) const;

 private:
  // Most patterns are simple and matched without looking at single characters.
  enum class Shape {
    kLiteral,   // text and variables, no wildcards
    kSegments,  // text and '*' that go over anything, case counts
    kGeneral,
  };
  struct Part {
    std::u16string codes = {};  // characters, or one of the special codes of pattern.cc
    std::string bytes = {};     // the same, when there are no special ones
    bool variable = false;      // then `codes` is its default, if it has one
    bool has_default = false;
    std::string key = {};  // as written
    std::string lower_key = {};
  };

  Pattern() = default;
  void Append(std::string_view text, const Options& options, char16_t run, char16_t last_run, char16_t any);
  std::u16string& Tail();
  void Prepare();
  Match MatchesLiteral(std::string_view text, const ConditionContext& context, MissingKeys* missing) const;
  Match MatchesGeneral(std::string_view text, const ConditionContext& context, MissingKeys* missing) const;

  std::vector<Part> parts_;  // at most one without variables
  Shape shape_ = Shape::kGeneral;
  std::vector<std::string> segments_;  // the texts around the '*', at least two
  bool ignore_case_ = false;
  bool has_field_run_ = false;
};

// Six patterns, one for each field of an ARN, none of which reaches over a colon but the last.
class ArnPattern {
 public:
  ArnPattern(std::string_view text, bool variables);

  Match Matches(std::string_view arn, const ConditionContext& context, MissingKeys* missing) const;

 private:
  bool any_ = false;             // "*"
  std::vector<Pattern> fields_;  // six; none: matches nothing
};

// The up to six fields of an ARN, the last with all further colons. Colons inside ${…} don't count when `variables`.
std::vector<std::string_view> SplitArn(std::string_view text, bool variables);

// What is wrong with the variables of a text, empty when nothing is: "${" without "}", an empty name, a name with
// blanks.
std::optional<std::string> CheckVariables(std::string_view text);

// The names of the variables of a text that CheckVariables likes.
std::vector<std::string> VariablesOf(std::string_view text);

}  // namespace elastilab
