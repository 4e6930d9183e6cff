#include "controlplane/services/elasticache/access_string.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "controlplane/region/catalog/acl_vocabulary.h"
#include "controlplane/region/faults/faults.h"
#include "controlplane/services/elasticache/identifiers.h"
#include "schema/scalar.h"

namespace elastilab {
namespace {

constexpr size_t kLongestShown = 128;

using Rules = std::vector<std::string>;

// What a user, or one selector of a user, may touch and call.
struct Scope {
  Rules keys;
  Rules channels;
  Rules commands;
};

struct Access {
  bool on = false;
  std::string sanitize;  // "sanitize-payload" or its opposite, if said
  Scope root;
  std::vector<Scope> selectors;
  std::string_view minimum = "6.0";

  void Needs(std::string_view version) { minimum = std::max(minimum, version); }
};

Status Refused(std::string_view rule, std::string_view why) {
  if (rule.size() > kLongestShown) rule = "(a very long one)";
  return InvalidParameterValue(fmt::format("The rule '{}' of the access string is not valid: {}", rule, why));
}

Status PasswordInside() {
  return InvalidParameterValue(
      "An access string can hold no password and none of nopass, resetpass and reset: use Passwords, "
      "NoPasswordRequired or "
      "AuthenticationMode.");
}

bool IsPasswordRule(std::string_view rule) {
  return rule == "nopass" || rule == "resetpass" || rule == "reset" ||
         std::string_view("><#!").find(rule[0]) != std::string_view::npos;
}

// ---- Keys and channels ---------------------------------------------------------------------------------------------

// As the engines: a pattern beside "everything" is a mistake, not a narrowing.
Status AddPattern(std::string rule, std::string_view everything, std::string_view reset, Rules& rules) {
  if (rule == everything) {
    rules = {std::move(rule)};
    return absl::OkStatus();
  }
  if (!rules.empty() && rules.front() == everything) {
    return Refused(rule,
                   fmt::format("a pattern after {} has no effect; {} would start an empty list.", everything, reset));
  }
  if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rules.push_back(std::move(rule));
  return absl::OkStatus();
}

// "%R~pattern": reading only; "%RW~" is the same as "~".
Status AddTypedPattern(std::string_view rule, Access& access, Scope& scope) {
  const size_t tilde = rule.find('~');
  const std::string kinds = LowerCase(rule.substr(1, tilde == std::string_view::npos ? tilde : tilde - 1));
  if (tilde == std::string_view::npos || kinds.empty() || kinds.find_first_not_of("rw") != std::string::npos) {
    return Refused(rule, "write %R~pattern, %W~pattern or %RW~pattern.");
  }
  access.Needs("7.0");
  const bool reads = kinds.find('r') != std::string::npos;
  const bool writes = kinds.find('w') != std::string::npos;
  const std::string prefix = reads && writes ? "" : (reads ? "%R" : "%W");
  return AddPattern(prefix + std::string(rule.substr(tilde)), "~*", "resetkeys", scope.keys);
}

// ---- Commands ------------------------------------------------------------------------------------------------------

// `name` in lower case, without its sign.
Status CheckCommand(std::string_view rule, const std::string& name, Access& access) {
  if (name[0] == '@') {
    return IsAclCategory(name.substr(1)) ? absl::OkStatus()
                                         : Refused(rule, "the engines have no such category of commands.");
  }
  if (IsWithheldCommand(name)) return Refused(rule, "the service keeps this command to itself.");
  const size_t bar = name.find('|');
  const std::string command = name.substr(0, bar);
  if (!IsAclCommand(command)) return Refused(rule, "the engines of this lab have no such command.");
  if (bar == std::string::npos) return absl::OkStatus();
  access.Needs("7.0");
  if (HasSubcommands(command)) {
    return IsAclCommand(name) ? absl::OkStatus() : Refused(rule, "the command has no such subcommand.");
  }
  // "+select|0": a command with that first argument. The engines can allow it, not forbid it.
  const bool one_argument = bar + 1 < name.size() && name.find('|', bar + 1) == std::string::npos;
  if (!one_argument || rule[0] == '-')
    return Refused(rule, "the command has no subcommands; only +command|argument is known.");
  return absl::OkStatus();
}

Status AddCommand(std::string_view rule, Access& access, Scope& scope) {
  const std::string name = LowerCase(rule.substr(1));
  if (name.empty()) return Refused(rule, "a command or @category must follow.");
  RETURN_IF_ERROR(CheckCommand(rule, name, access));
  const std::string written = std::string(1, rule[0]) + name;
  if (name == "@all") {
    scope.commands = {written};
    return absl::OkStatus();
  }
  // What an earlier rule said of the same is overruled now.
  std::erase_if(scope.commands, [&](const std::string& earlier) { return earlier.substr(1) == name; });
  scope.commands.push_back(written);
  return absl::OkStatus();
}

// ---- Rules ---------------------------------------------------------------------------------------------------------

// What may be said inside a selector too. False: none of these.
StatusOr<bool> AddScoped(std::string_view rule, Access& access, Scope& scope) {
  const std::string word = LowerCase(rule);
  Status added;
  if (word == "allkeys") {
    added = AddPattern("~*", "~*", "resetkeys", scope.keys);
  } else if (word == "resetkeys") {
    scope.keys.clear();
  } else if (word == "allchannels" || word == "resetchannels" || rule[0] == '&') {
    access.Needs("6.2");
    if (word == "resetchannels") {
      scope.channels = {word};  // stays in sight: engines older than 7.0 start with all channels
    } else {
      added = AddPattern(word == "allchannels" ? "&*" : std::string(rule), "&*", "resetchannels", scope.channels);
    }
  } else if (word == "allcommands" || word == "nocommands") {
    added = AddCommand(word == "allcommands" ? "+@all" : "-@all", access, scope);
  } else if (rule[0] == '~') {
    added = AddPattern(std::string(rule), "~*", "resetkeys", scope.keys);
  } else if (rule[0] == '%') {
    added = AddTypedPattern(rule, access, scope);
  } else if (rule[0] == '+' || rule[0] == '-') {
    added = AddCommand(rule, access, scope);
  } else {
    return false;
  }
  RETURN_IF_ERROR(added);
  return true;
}

// False: none of these.
bool AddForUser(const std::string& word, Access& access) {
  if (word == "on" || word == "off") {
    access.on = word == "on";
  } else if (word == "sanitize-payload" || word == "skip-sanitize-payload") {
    access.Needs("6.2");
    access.sanitize = word;
  } else if (word == "clearselectors") {
    access.Needs("7.0");
    access.selectors.clear();
  } else {
    return false;
  }
  return true;
}

std::string WithBase(const Scope& scope) {
  Rules rules = scope.keys;
  rules.insert(rules.end(), scope.channels.begin(), scope.channels.end());
  const bool based = !scope.commands.empty() && (scope.commands[0] == "+@all" || scope.commands[0] == "-@all");
  if (!based) rules.emplace_back("-@all");
  rules.insert(rules.end(), scope.commands.begin(), scope.commands.end());
  return fmt::format("{}", fmt::join(rules, " "));
}

std::string Written(const Access& access) {
  std::string text = access.on ? "on " : "off ";
  if (!access.sanitize.empty()) text += access.sanitize + " ";
  text += WithBase(access.root);
  for (const Scope& selector : access.selectors) text += " (" + WithBase(selector) + ")";
  return text;
}

StatusOr<std::vector<std::string_view>> Split(std::string_view text) {
  if (text.size() > kMaxAccessString) {
    return InvalidParameterValue(
        fmt::format("An access string has at most {} characters, not {}.", kMaxAccessString, text.size()));
  }
  const bool control = std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (control || !IsValidUtf8(text)) {
    return InvalidParameterValue(
        "An access string is text in UTF-8 without control characters; rules are separated by spaces.");
  }
  std::vector<std::string_view> rules;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) rules.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (rules.empty()) return InvalidParameterValue("The parameter AccessString must be provided and must not be blank.");
  return rules;
}

}  // namespace

StatusOr<AccessRules> ParseAccessString(std::string_view text) {
  ASSIGN_OR_RETURN(const std::vector<std::string_view> rules, Split(text));
  Access access;
  std::optional<Scope> selector;  // the one that is open
  for (size_t i = 0; i < rules.size(); ++i) {
    std::string_view rule = rules[i];
    if (!selector && rule.front() == '(') {
      access.Needs("7.0");
      selector.emplace();
      rule.remove_prefix(1);
    }
    const bool closes = selector && rule.ends_with(')');
    if (closes) rule.remove_suffix(1);
    if (!rule.empty()) {
      if (IsPasswordRule(LowerCase(rule))) return PasswordInside();
      ASSIGN_OR_RETURN(bool known, AddScoped(rule, access, selector ? *selector : access.root));
      if (!known && !selector) known = AddForUser(LowerCase(rule), access);
      // It might be a password that lost its mark: say where it stands, not what it is.
      if (!known) {
        return InvalidParameterValue(
            fmt::format("Rule {} of the access string is no ACL rule that can stand there; rules look like "
                        "on ~app:* +@read.",
                        i + 1));
      }
    }
    if (closes) {
      access.selectors.push_back(*std::move(selector));
      selector.reset();
    }
  }
  if (selector) return InvalidParameterValue("A selector of the access string is not closed: ) is missing.");
  return AccessRules{Written(access), std::string(access.minimum)};
}

}  // namespace elastilab
