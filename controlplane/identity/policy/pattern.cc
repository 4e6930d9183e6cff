#include "controlplane/identity/policy/pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/identity/policy/malformed.h"

namespace elastilab {
namespace {

// Special codes; all others are bytes.
constexpr char16_t kAnyRun = 256;     // any bytes, none included
constexpr char16_t kAnyChar = 257;    // one character
constexpr char16_t kFieldRun = 258;   // any bytes but ':'
constexpr char16_t kFieldChar = 259;  // one character but ':'

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

char16_t CodeOf(char c, bool ignore_case) { return static_cast<unsigned char>(ignore_case ? Lower(c) : c); }

// How many bytes at `at` one code (no run) takes; 0 when it does not match.
size_t Step(char16_t code, std::string_view text, size_t at, bool ignore_case) {
  const char c = text[at];
  if (code < kAnyRun) return code == CodeOf(c, ignore_case) ? 1 : 0;
  if (IsContinuation(c) || (code == kFieldChar && c == ':')) return 0;
  size_t end = at + 1;
  while (end < text.size() && IsContinuation(text[end])) ++end;
  return end - at;
}

// A mismatch goes back to the last run only: what stood before it matched as early as it could, which leaves the most
// text for the rest.
bool MatchesRuns(std::u16string_view pattern, std::string_view text, bool ignore_case) {
  constexpr size_t kNone = std::string_view::npos;
  size_t p = 0, t = 0, run = kNone, run_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == kAnyRun) {
      run = p++;
      run_text = t;
      if (p == pattern.size()) return true;
      continue;
    }
    const size_t step = p < pattern.size() ? Step(pattern[p], text, t, ignore_case) : 0;
    if (step > 0) {
      ++p;
      t += step;
      continue;
    }
    if (run == kNone) return false;
    p = run + 1;
    t = ++run_text;
  }
  while (p < pattern.size() && pattern[p] == kAnyRun) ++p;
  return p == pattern.size();
}

// With runs that stop at colons one run back is not enough, so all positions of the pattern go along at once.
bool MatchesFieldRuns(std::u16string_view pattern, std::string_view text, bool ignore_case) {
  // reach[t][p] in two dimensions would be large: `now` are the pattern positions alive before the byte t, `later` the
  // ones that a character of several bytes reaches beyond the next.
  const size_t n = pattern.size();
  std::vector<std::vector<bool>> alive(5, std::vector<bool>(n + 1, false));
  alive[0][0] = true;
  for (size_t t = 0; t <= text.size(); ++t) {
    std::vector<bool>& now = alive[t % 5];
    for (size_t p = 0; p < n; ++p) {
      if (!now[p]) continue;
      const bool run = pattern[p] == kAnyRun || pattern[p] == kFieldRun;
      if (run) now[p + 1] = true;
      if (t == text.size()) continue;
      if (run) {
        if (pattern[p] == kAnyRun || text[t] != ':') alive[(t + 1) % 5][p] = true;
      } else if (const size_t step = Step(pattern[p], text, t, ignore_case); step > 0 && step < 5) {
        alive[(t + step) % 5][p + 1] = true;
      }
    }
    if (t == text.size()) return now[n];
    std::fill(now.begin(), now.end(), false);
  }
  return false;
}

// Text with runs between: each piece where it first fits, the last at the end.
bool MatchesSegments(const std::vector<std::string>& segments, std::string_view text) {
  if (!text.starts_with(segments.front())) return false;
  text.remove_prefix(segments.front().size());
  for (size_t i = 1; i + 1 < segments.size(); ++i) {
    const size_t at = text.find(segments[i]);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + segments[i].size());
  }
  return text.ends_with(segments.back());
}

bool StartsWith(std::string_view text, std::string_view start, bool ignore_case) {
  if (!ignore_case || text.size() < start.size()) return text.starts_with(start);
  return std::equal(start.begin(), start.end(), text.begin(), [](char a, char b) { return Lower(a) == Lower(b); });
}

// A variable's value; nullptr when it has none, or several.
const std::string* ValueOf(const std::string& lower_key, const std::string& key, const ConditionContext& context,
                           MissingKeys* missing) {
  const std::vector<std::string>* values = context.FindLower(lower_key);
  if (values == nullptr && missing != nullptr) missing->push_back(&key);
  return values != nullptr && values->size() == 1 ? &values->front() : nullptr;
}

// A text cut at its variables.
struct VariablePiece {
  std::string_view literal;  // in front of the variable
  bool variable = false;     // false at the end of the text
  std::string_view key;      // "*", "?" and "$" are characters
  std::optional<std::string_view> fallback;
};

// Takes the next piece off `rest`. False: the variable is malformed, `*error` says how.
bool NextPiece(std::string_view& rest, VariablePiece& piece, std::string* error) {
  const auto fail = [error](std::string what) {
    if (error != nullptr) *error = std::move(what);
    return false;
  };
  piece = {};
  const size_t open = rest.find("${");
  piece.literal = rest.substr(0, open);
  if (open == std::string_view::npos) {
    rest = {};
    return true;
  }
  piece.variable = true;
  const std::string_view whole = rest.substr(open);
  rest.remove_prefix(open + 2);
  if (rest.size() >= 2 && rest[1] == '}' && (rest[0] == '*' || rest[0] == '?' || rest[0] == '$')) {
    piece.key = rest.substr(0, 1);
    rest.remove_prefix(2);
    return true;
  }
  const size_t key_end = rest.find_first_of(",}");
  if (key_end == std::string_view::npos) return fail(fmt::format("{} has no closing brace.", Quoted(whole)));
  piece.key = rest.substr(0, key_end);
  if (piece.key.empty()) return fail("a variable has no name, write for example ${aws:username}.");
  if (piece.key.find_first_of(" \t\r\n{$'\"") != std::string_view::npos) {
    return fail(fmt::format("{} is not a name of a variable, write for example ${{aws:username}}.", Quoted(piece.key)));
  }
  rest.remove_prefix(key_end);
  if (rest.front() == ',') {
    rest.remove_prefix(std::min(rest.find_first_not_of(' ', 1), rest.size()));
    const size_t end = rest.starts_with('\'') ? rest.find('\'', 1) : std::string_view::npos;
    if (end == std::string_view::npos) {
      return fail(fmt::format("{} has a default without single quotes, write ${{{}, 'value'}}.", Quoted(whole),
                              Shown(piece.key)));
    }
    piece.fallback = rest.substr(1, end - 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(' ', end + 1), rest.size()));
  }
  if (!rest.starts_with('}')) return fail(fmt::format("{} has no closing brace.", Quoted(whole)));
  rest.remove_prefix(1);
  return true;
}

}  // namespace

Pattern::Pattern(std::string_view text, const Options& options) : ignore_case_(options.ignore_case) {
  Append(text, options, kAnyRun, kAnyRun, kAnyChar);
  Prepare();
}

std::u16string& Pattern::Tail() {
  if (parts_.empty() || parts_.back().variable) parts_.emplace_back();
  return parts_.back().codes;
}

void Pattern::Append(std::string_view text, const Options& options, char16_t run, char16_t last_run, char16_t any) {
  const auto append_literal = [&](std::string_view literal, bool at_end) {
    if (literal.empty()) return;
    std::u16string& codes = Tail();
    for (size_t i = 0; i < literal.size(); ++i) {
      const char c = literal[i];
      if (!options.wildcards || (c != '*' && c != '?')) {
        codes += CodeOf(c, options.ignore_case);
        continue;
      }
      const bool last = at_end && literal.find_first_not_of('*', i) == std::string_view::npos;
      const char16_t code = c == '?' ? any : last ? last_run : run;
      const bool again = c == '*' && !codes.empty() && (codes.back() == kAnyRun || codes.back() == code);
      if (!again) codes += code;
      has_field_run_ = has_field_run_ || code == kFieldRun;
    }
  };
  if (!options.variables) return append_literal(text, true);
  std::string_view rest = text;
  VariablePiece piece;
  do {
    if (!NextPiece(rest, piece, nullptr)) return append_literal(rest, true);  // was refused at parsing
    append_literal(piece.literal, !piece.variable);
    if (!piece.variable) return;
    if (piece.key == "*" || piece.key == "?" || piece.key == "$") {
      Tail() += CodeOf(piece.key.front(), false);
      continue;
    }
    Part part{.variable = true,
              .has_default = piece.fallback.has_value(),
              .key = std::string(piece.key),
              .lower_key = ToLowerAscii(piece.key)};
    for (char c : piece.fallback.value_or("")) part.codes += CodeOf(c, options.ignore_case);
    parts_.push_back(std::move(part));
  } while (!rest.empty());
}

Pattern Pattern::Resource(std::string_view text, bool variables) {
  Pattern pattern;
  const Options options{.wildcards = true, .variables = variables, .ignore_case = false};
  if (text == "*") {
    pattern.Append(text, options, kAnyRun, kAnyRun, kAnyChar);
    pattern.Prepare();
    return pattern;
  }
  std::vector<std::string_view> fields = SplitArn(text, variables);
  fields.resize(6, "*");
  for (size_t i = 0; i < fields.size(); ++i) {
    const bool last = i + 1 == fields.size();
    pattern.Append(fields[i], options, last ? kAnyRun : kFieldRun, kAnyRun, last ? kAnyChar : kFieldChar);
    if (!last) pattern.Tail() += u':';
  }
  pattern.Prepare();
  return pattern;
}

void Pattern::Prepare() {
  const auto is_special = [](char16_t code) { return code >= kAnyRun; };
  const auto is_simple = [](char16_t code) { return code <= kAnyRun; };
  bool literal = true;
  for (Part& part : parts_) {
    literal = literal && std::none_of(part.codes.begin(), part.codes.end(), is_special);
    if (literal) part.bytes.assign(part.codes.begin(), part.codes.end());
  }
  if (literal) {
    shape_ = Shape::kLiteral;
    return;
  }
  const std::u16string& codes = parts_.front().codes;
  if (parts_.size() > 1 || ignore_case_ || !std::all_of(codes.begin(), codes.end(), is_simple)) return;
  shape_ = Shape::kSegments;
  segments_.emplace_back();
  for (char16_t code : codes) {
    if (code == kAnyRun) {
      segments_.emplace_back();
    } else {
      segments_.back() += static_cast<char>(code);
    }
  }
}

Match Pattern::Matches(std::string_view text, const ConditionContext& context, MissingKeys* missing) const {
  switch (shape_) {
    case Shape::kLiteral:
      return MatchesLiteral(text, context, missing);
    case Shape::kSegments:
      return MatchesSegments(segments_, text) ? Match::kYes : Match::kNo;
    case Shape::kGeneral:
      return MatchesGeneral(text, context, missing);
  }
  return Match::kNo;
}

Match Pattern::MatchesLiteral(std::string_view text, const ConditionContext& context, MissingKeys* missing) const {
  bool unresolved = false;
  bool same = true;
  for (const Part& part : parts_) {
    const std::string* piece = &part.bytes;
    if (part.variable) {
      const std::string* value = ValueOf(part.lower_key, part.key, context, missing);
      if (value != nullptr) piece = value;
      unresolved = unresolved || (value == nullptr && !part.has_default);
    }
    same = same && StartsWith(text, *piece, ignore_case_);
    if (same) text.remove_prefix(piece->size());
  }
  if (unresolved) return Match::kUnresolved;
  return same && text.empty() ? Match::kYes : Match::kNo;
}

Match Pattern::MatchesGeneral(std::string_view text, const ConditionContext& context, MissingKeys* missing) const {
  const auto matches = [&](std::u16string_view codes) {
    // Each code but a run takes a byte at least: long hostile patterns end here.
    const auto is_run = [](char16_t code) { return code == kAnyRun || code == kFieldRun; };
    const auto runs = static_cast<size_t>(std::count_if(codes.begin(), codes.end(), is_run));
    if (codes.size() - runs > text.size()) return false;
    return has_field_run_ ? MatchesFieldRuns(codes, text, ignore_case_) : MatchesRuns(codes, text, ignore_case_);
  };
  if (parts_.size() == 1 && !parts_.front().variable) return matches(parts_.front().codes) ? Match::kYes : Match::kNo;
  std::u16string whole;
  size_t from_values = 0;
  bool unresolved = false;
  for (const Part& part : parts_) {
    const std::string* value = part.variable ? ValueOf(part.lower_key, part.key, context, missing) : nullptr;
    if (value == nullptr) {
      unresolved = unresolved || (part.variable && !part.has_default);
      whole += part.codes;
      continue;
    }
    // Values longer than the text cannot match, so hostile ones cost no memory.
    from_values += value->size();
    if (from_values > text.size()) continue;
    for (char c : *value) whole += CodeOf(c, ignore_case_);
  }
  if (unresolved) return Match::kUnresolved;
  return from_values <= text.size() && matches(whole) ? Match::kYes : Match::kNo;
}

ArnPattern::ArnPattern(std::string_view text, bool variables) : any_(text == "*") {
  const std::vector<std::string_view> fields = SplitArn(text, variables);
  if (fields.size() != 6) return;
  for (std::string_view field : fields) {
    fields_.emplace_back(field, Pattern::Options{.wildcards = true, .variables = variables, .ignore_case = false});
  }
}

Match ArnPattern::Matches(std::string_view arn, const ConditionContext& context, MissingKeys* missing) const {
  const std::vector<std::string_view> fields = SplitArn(arn, false);
  if (fields.size() != 6 || fields.front() != "arn") return Match::kNo;
  if (any_) return Match::kYes;
  if (fields_.empty()) return Match::kNo;
  Match result = Match::kYes;
  for (size_t i = 0; i < fields_.size(); ++i) {
    const Match field = fields_[i].Matches(fields[i], context, missing);
    if (field == Match::kNo) return Match::kNo;
    if (field == Match::kUnresolved) result = Match::kUnresolved;
  }
  return result;
}

std::vector<std::string_view> SplitArn(std::string_view text, bool variables) {
  std::vector<std::string_view> fields;
  size_t start = 0;
  for (size_t i = 0; i < text.size() && fields.size() < 5; ++i) {
    if (variables && text.substr(i, 2) == "${") {
      std::string_view rest = text.substr(i);
      VariablePiece piece;
      if (NextPiece(rest, piece, nullptr)) i = text.size() - rest.size() - 1;
    } else if (text[i] == ':') {
      fields.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  fields.push_back(text.substr(start));
  return fields;
}

std::optional<std::string> CheckVariables(std::string_view text) {
  std::string error;
  VariablePiece piece;
  while (!text.empty()) {
    if (!NextPiece(text, piece, &error)) return error;
  }
  return std::nullopt;
}

std::vector<std::string> VariablesOf(std::string_view text) {
  std::vector<std::string> names;
  VariablePiece piece;
  while (!text.empty() && NextPiece(text, piece, nullptr)) {
    const bool character = piece.key == "*" || piece.key == "?" || piece.key == "$";
    if (piece.variable && !character) names.emplace_back(piece.key);
  }
  return names;
}

}  // namespace elastilab
