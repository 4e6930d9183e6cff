#include "controlplane/identity/policy/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

#include "controlplane/identity/policy/condition.h"
#include "controlplane/identity/policy/context.h"
#include "controlplane/identity/policy/grammar.h"
#include "controlplane/identity/policy/json_tree.h"
#include "controlplane/identity/policy/malformed.h"
#include "controlplane/identity/policy/pattern.h"

namespace elastilab {
namespace {

constexpr auto kPolicyElements = std::to_array<std::string_view>({"Version", "Id", "Statement"});
constexpr auto kStatementElements = std::to_array<std::string_view>(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"});

template <size_t N>
std::string Listed(const std::array<std::string_view, N>& names) {
  std::string list;
  for (size_t i = 0; i < N; ++i) list += fmt::format("{}{}", i == 0 ? "" : i + 1 < N ? ", " : " and ", names[i]);
  return list;
}

// Walks over the tree of one policy and checks each element where it stands.
class DocumentReader {
 public:
  DocumentReader(const PolicyText& text, PolicyKind kind) : text_(text) { document_.kind = kind; }

  StatusOr<PolicyDocument> Read(const JsonNode& root) {
    if (!root.IsObject()) return WrongType(root, "", "an object with a Statement");
    RETURN_IF_ERROR(CheckElements(root, "", kPolicyElements, "a policy"));
    // The version tells whether resources and values have variables, wherever it stands.
    if (const JsonNode* version = Child(root, "Version")) RETURN_IF_ERROR(ReadVersion(*version));
    if (const JsonNode* id = Child(root, "Id")) {
      if (!id->IsString()) return WrongType(*id, "Id", "a string");
      document_.id = id->text;
    }
    const JsonNode* statements = Child(root, "Statement");
    if (statements == nullptr) return Wrong(root, "", {.what = "The policy has no Statement."});
    RETURN_IF_ERROR(ReadStatements(*statements));
    return std::move(document_);
  }

 private:
  bool trust() const { return document_.kind == PolicyKind::kTrust; }
  bool variables() const { return document_.HasVariables(); }

  Status Wrong(const JsonNode& node, std::string_view place, const Complaint& complaint) const {
    return text_.Malformed(node.start, place, complaint);
  }

  Status WrongType(const JsonNode& node, std::string_view place, std::string_view wanted) const {
    return Wrong(node, place,
                 {.what = fmt::format("{} {}, it must be {}.", place.empty() ? "The policy is" : "this is",
                                      TypeName(node.type), wanted)});
  }

  static const JsonNode* Child(const JsonNode& object, std::string_view key) {
    for (const JsonNode& child : object.children) {
      if (child.key == key) return &child;
    }
    return nullptr;
  }

  template <size_t N>
  Status CheckElements(const JsonNode& object, std::string_view place, const std::array<std::string_view, N>& known,
                       std::string_view owner) const {
    for (const JsonNode& child : object.children) {
      if (std::find(known.begin(), known.end(), child.key) != known.end()) continue;
      const auto meant = std::find_if(known.begin(), known.end(), [&](std::string_view name) {
        return ToLowerAscii(name) == ToLowerAscii(child.key);
      });
      std::string what = fmt::format("{} is not an element of {}, ", Quoted(child.key), owner);
      what +=
          meant != known.end() ? fmt::format("write it \"{}\".", *meant) : fmt::format("there are {}.", Listed(known));
      return text_.Malformed(child.key_start, place, {.what = std::move(what)});
    }
    return absl::OkStatus();
  }

  Status ReadVersion(const JsonNode& node) {
    if (!node.IsString()) return WrongType(node, "Version", "a string");
    if (node.text != "2012-10-17" && node.text != "2008-10-17") {
      return Wrong(node, "Version",
                   {.what = fmt::format("{} is not a version, use \"2012-10-17\" (or \"2008-10-17\", which has no "
                                        "variables).",
                                        Quoted(node.text))});
    }
    document_.version = node.text;
    return absl::OkStatus();
  }

  Status ReadStatements(const JsonNode& node) {
    if (node.IsObject()) return ReadStatement(node, node.start + 1);
    if (!node.IsArray()) return WrongType(node, "Statement", "an object or a list of objects");
    if (node.children.empty()) return Wrong(node, "Statement", {.what = "the list is empty, it needs a statement."});
    size_t before = node.start + 1;
    for (const JsonNode& child : node.children) {
      RETURN_IF_ERROR(ReadStatement(child, before));
      before = child.end;
    }
    return absl::OkStatus();
  }

  // `before` is where AWS's parser stands when it comes to the statement.
  Status ReadStatement(const JsonNode& node, size_t before) {
    const std::string place = fmt::format("Statement {}", document_.statements.size() + 1);
    if (!node.IsObject()) return WrongType(node, place, "an object");
    RETURN_IF_ERROR(CheckElements(node, place, kStatementElements, "a statement"));
    PolicyStatement statement;
    statement.simulator_start = text_.PositionOf(before);
    statement.start = text_.PositionOf(node.start);
    RETURN_IF_ERROR(ReadSid(node, place, statement));
    RETURN_IF_ERROR(ReadEffect(node, place, statement));
    RETURN_IF_ERROR(ReadPrincipals(node, place, statement));
    RETURN_IF_ERROR(ReadActions(node, place, statement));
    RETURN_IF_ERROR(ReadResources(node, place, statement));
    if (const JsonNode* conditions = Child(node, "Condition")) {
      RETURN_IF_ERROR(ReadConditions(*conditions, place + ", Condition", statement));
    }
    statement.end = text_.PositionOf(node.end - 1);
    statement.simulator_end = text_.PositionOf(node.end);
    document_.statements.push_back(std::move(statement));
    return absl::OkStatus();
  }

  Status ReadSid(const JsonNode& node, const std::string& place, PolicyStatement& statement) {
    const JsonNode* sid = Child(node, "Sid");
    if (sid == nullptr) return absl::OkStatus();
    if (!sid->IsString()) return WrongType(*sid, place + ", Sid", "a string");
    if (auto wrong = CheckSid(sid->text)) return Wrong(*sid, place + ", Sid", *wrong);
    if (!sid->text.empty() && !sids_.insert(sid->text).second) {
      return Wrong(*sid, place,
                   {.sentence = "Statement IDs (SID) in a single policy must be unique.",
                    .what = fmt::format("{} is another statement's already.", Quoted(sid->text))});
    }
    statement.sid = sid->text;
    return absl::OkStatus();
  }

  Status ReadEffect(const JsonNode& node, const std::string& place, PolicyStatement& statement) {
    const JsonNode* effect = Child(node, "Effect");
    if (effect == nullptr) return Wrong(node, place, {.what = "Effect is missing, it is \"Allow\" or \"Deny\"."});
    if (!effect->IsString()) return WrongType(*effect, place + ", Effect", "\"Allow\" or \"Deny\"");
    if (effect->text != "Allow" && effect->text != "Deny") {
      return Wrong(*effect, place + ", Effect",
                   {.what = fmt::format("{} is no effect, use \"Allow\" or \"Deny\".", Quoted(effect->text))});
    }
    statement.effect = effect->text == "Allow" ? PolicyEffect::kAllow : PolicyEffect::kDeny;
    return absl::OkStatus();
  }

  // The one of `name` and "Not"+name that the statement has; nullptr for none, an error for both.
  StatusOr<const JsonNode*> EitherOf(const JsonNode& node, const std::string& name, const std::string& place,
                                     bool& negated) const {
    const JsonNode* plain = Child(node, name);
    const JsonNode* with_not = Child(node, "Not" + name);
    if (plain != nullptr && with_not != nullptr) {
      return text_.Malformed(with_not->key_start, place,
                             {.what = fmt::format("{0} and Not{0} exclude each other.", name)});
    }
    negated = with_not != nullptr;
    return negated ? with_not : plain;
  }

  // A string, or a list of strings: calls `take(node)` for each.
  template <typename Take>
  Status EachString(const JsonNode& node, const std::string& place, const Take& take) const {
    if (node.IsString()) return take(node);
    if (!node.IsArray()) return WrongType(node, place, "a string or a list of strings");
    for (const JsonNode& child : node.children) {
      if (!child.IsString()) return WrongType(child, place, "a string");
      RETURN_IF_ERROR(take(child));
    }
    return absl::OkStatus();
  }

  Status ReadActions(const JsonNode& node, const std::string& place, PolicyStatement& statement) {
    ASSIGN_OR_RETURN(const JsonNode* actions, EitherOf(node, "Action", place, statement.not_action));
    if (actions != nullptr) {
      const std::string here = fmt::format("{}, {}", place, actions->key);
      RETURN_IF_ERROR(EachString(*actions, here, [&](const JsonNode& text) -> Status {
        const auto wrong = trust() && !statement.not_action ? CheckTrustAction(text.text) : CheckAction(text.text);
        if (wrong) return Wrong(text, here, *wrong);
        statement.actions.push_back(text.text);
        return absl::OkStatus();
      }));
    }
    if (!statement.actions.empty()) return absl::OkStatus();
    return Wrong(actions != nullptr ? *actions : node, place,
                 {.sentence = "Policy statement must contain actions.", .what = "give it an Action or a NotAction."});
  }

  Status ReadResources(const JsonNode& node, const std::string& place, PolicyStatement& statement) {
    ASSIGN_OR_RETURN(const JsonNode* resources, EitherOf(node, "Resource", place, statement.not_resource));
    if (trust()) {
      if (resources == nullptr) return absl::OkStatus();
      return text_.Malformed(resources->key_start, place,
                             {.sentence = fmt::format("Has prohibited field {}.", resources->key),
                              .what = "a trust policy is about its own role."});
    }
    if (resources != nullptr) {
      const std::string here = fmt::format("{}, {}", place, resources->key);
      RETURN_IF_ERROR(EachString(*resources, here, [&](const JsonNode& text) -> Status {
        if (auto wrong = CheckResource(text.text, variables())) return Wrong(text, here, *wrong);
        statement.resources.push_back(text.text);
        return absl::OkStatus();
      }));
    }
    if (!statement.resources.empty()) return absl::OkStatus();
    return Wrong(resources != nullptr ? *resources : node, place,
                 {.sentence = "Policy statement must contain resources.",
                  .what = "give it a Resource (\"*\" for all) or a NotResource."});
  }

  Status ReadPrincipals(const JsonNode& node, const std::string& place, PolicyStatement& statement) {
    ASSIGN_OR_RETURN(const JsonNode* principals, EitherOf(node, "Principal", place, statement.not_principal));
    if (principals == nullptr) {
      if (!trust()) return absl::OkStatus();
      return Wrong(node, place,
                   {.sentence = "Missing required field Principal.",
                    .what = "say who may assume the role: {\"AWS\": \"arn:aws:iam::000000000000:root\"}."});
    }
    if (!trust()) {
      return text_.Malformed(principals->key_start, place,
                             {.sentence = "Policy document should not specify a principal.",
                              .what = "it applies to whom it is attached to."});
    }
    const std::string here = fmt::format("{}, {}", place, principals->key);
    if (principals->IsString() && principals->text == "*") {
      statement.principals.push_back({PolicyPrincipal::Type::kEveryone, "*"});
      return absl::OkStatus();
    }
    if (!principals->IsObject()) return WrongType(*principals, here, "\"*\" or an object such as {\"AWS\": …}");
    for (const JsonNode& child : principals->children) RETURN_IF_ERROR(ReadPrincipalType(child, here, statement));
    if (!statement.principals.empty()) return absl::OkStatus();
    return Wrong(*principals, here, {.sentence = "Missing required field Principal.", .what = "it names nobody."});
  }

  Status ReadPrincipalType(const JsonNode& node, const std::string& place, PolicyStatement& statement) {
    static const std::map<std::string, PolicyPrincipal::Type> kTypes = {
        {"AWS", PolicyPrincipal::Type::kAws},
        {"Service", PolicyPrincipal::Type::kService},
        {"Federated", PolicyPrincipal::Type::kFederated},
        {"CanonicalUser", PolicyPrincipal::Type::kCanonicalUser}};
    const auto type = kTypes.find(node.key);
    if (type == kTypes.end()) {
      return text_.Malformed(
          node.key_start, place,
          {.what = fmt::format("{} is no type of principal, there are AWS, Service and Federated.", Quoted(node.key))});
    }
    return EachString(node, place + " " + node.key, [&](const JsonNode& text) -> Status {
      if (auto wrong = CheckPrincipal(type->second, node.key, text.text)) return Wrong(text, place, *wrong);
      const bool everyone = type->second == PolicyPrincipal::Type::kAws && text.text == "*";
      statement.principals.push_back({everyone ? PolicyPrincipal::Type::kEveryone : type->second, text.text});
      return absl::OkStatus();
    });
  }

  Status ReadConditions(const JsonNode& node, const std::string& place, PolicyStatement& statement) {
    if (!node.IsObject()) return WrongType(node, place, "an object of operators");
    for (const JsonNode& child : node.children) {
      const std::optional<ConditionOperator> op = ParseConditionOperator(child.key);
      if (!op) {
        const std::string nearest = NearestConditionOperator(child.key);
        return text_.Malformed(
            child.key_start, place,
            {.what = fmt::format("{} is not a condition operator{}", Quoted(child.key),
                                 nearest.empty() ? ", such as StringEquals, NumericLessThan, Bool, ArnLike or Null."
                                                 : fmt::format(", did you mean \"{}\"?", nearest))});
      }
      RETURN_IF_ERROR(ReadOperator(child, *op, place + " " + child.key, statement));
    }
    return absl::OkStatus();
  }

  Status ReadOperator(const JsonNode& node, const ConditionOperator& op, const std::string& place,
                      PolicyStatement& statement) {
    if (!node.IsObject()) return WrongType(node, place, "an object of keys and values");
    std::unordered_set<std::string> keys;
    for (const JsonNode& child : node.children) {
      if (child.key.empty()) {
        return text_.Malformed(child.key_start, place, {.what = "a condition key has no name."});
      }
      if (!keys.insert(ToLowerAscii(child.key)).second) {
        return text_.Malformed(child.key_start, place,
                               {.what = fmt::format("{} appears twice (case does not count), write one list of values.",
                                                    Quoted(child.key))});
      }
      PolicyCondition condition{.op = op, .op_text = node.key, .key = child.key, .values = {}};
      RETURN_IF_ERROR(ReadValues(child, fmt::format("{} {}", place, Shown(child.key)), condition));
      statement.conditions.push_back(std::move(condition));
    }
    return absl::OkStatus();
  }

  Status ReadValues(const JsonNode& node, const std::string& place, PolicyCondition& condition) {
    const auto take = [&](const JsonNode& value) -> Status {
      const bool scalar =
          value.IsString() || value.type == JsonNode::Type::kNumber || value.type == JsonNode::Type::kBool;
      if (!scalar) return WrongType(value, place, "a string, a number or a boolean");
      if (auto wrong = CheckConditionValue(condition.op.comparison, value.text, variables())) {
        return Wrong(value, place, {.what = std::move(*wrong)});
      }
      condition.values.push_back(value.text);
      return absl::OkStatus();
    };
    if (!node.IsArray()) return take(node);
    for (const JsonNode& child : node.children) RETURN_IF_ERROR(take(child));
    return absl::OkStatus();
  }

  const PolicyText& text_;
  PolicyDocument document_;
  std::unordered_set<std::string> sids_;
};

}  // namespace

StatusOr<PolicyDocument> ParsePolicyDocument(std::string_view text, PolicyKind kind) {
  const PolicyText policy(text);
  ASSIGN_OR_RETURN(const JsonNode root, ParseJsonTree(policy));
  return DocumentReader(policy, kind).Read(root);
}

std::vector<std::string> ContextKeysOf(const std::vector<const PolicyDocument*>& documents) {
  std::map<std::string, std::string> by_lower;
  const auto add = [&](const std::string& key) { by_lower.emplace(ToLowerAscii(key), key); };
  const auto add_variables = [&](const std::string& text) {
    for (const std::string& name : VariablesOf(text)) add(name);
  };
  for (const PolicyDocument* document : documents) {
    for (const PolicyStatement& statement : document->statements) {
      if (document->HasVariables()) {
        std::for_each(statement.resources.begin(), statement.resources.end(), add_variables);
      }
      for (const PolicyCondition& condition : statement.conditions) {
        add(condition.key);
        const bool variables = document->HasVariables() && TakesVariables(condition.op.comparison);
        if (variables) std::for_each(condition.values.begin(), condition.values.end(), add_variables);
      }
    }
  }
  std::vector<std::string> keys;
  for (auto& [_, key] : by_lower) keys.push_back(std::move(key));
  return keys;
}

}  // namespace elastilab
