// AWS's JSON policy language, read and checked: text in, document out, or a MalformedPolicyDocument fault that says
// where and what is allowed. Grammar and limits are those of shared/reference/iam.md section 4 and of the IAM user
// guide.
//
//   Syntax errors in policy. Statement 2, Condition: "StringEqual" is not a condition operator, did you mean
//   "StringEquals"? (line 9, column 21)
//
// The first sentence is AWS's own where AWS has one, clients and people search for it; the rest is ours. Pure and
// thread-safe: no clock, no files, no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "controlplane/identity/policy/operators.h"

namespace elastilab {

// A place in the JSON text. Both count from 1; columns count characters, not bytes.
struct TextPosition {
  int line = 1;
  int column = 1;

  bool operator==(const TextPosition&) const = default;
};

// What a document is for decides what it may hold: only a trust policy (of a role) names principals, and it alone has
// no resources. The others have the same grammar.
enum class PolicyKind { kIdentity, kTrust, kSession, kBoundary };

enum class PolicyEffect { kAllow, kDeny };

// One operator on one key. The conditions of a statement must all hold.
struct PolicyCondition {
  ConditionOperator op = {};
  std::string op_text = {};              // as written: "ForAllValues:StringLike"
  std::string key = {};                  // as written: "aws:TagKeys"; compared without regard to case
  std::vector<std::string> values = {};  // as written, numbers and booleans as their text; may be empty
};

// One line of a Principal element.
struct PolicyPrincipal {
  enum class Type { kEveryone, kAws, kService, kFederated, kCanonicalUser };
  Type type = Type::kEveryone;
  std::string value = {};  // "*" for kEveryone
};

struct PolicyStatement {
  std::string sid = {};  // empty: none
  PolicyEffect effect = PolicyEffect::kAllow;
  bool not_action = false;  // `actions` came as NotAction
  std::vector<std::string> actions = {};
  bool not_resource = false;
  std::vector<std::string> resources = {};  // empty in trust policies only
  bool not_principal = false;
  std::vector<PolicyPrincipal> principals = {};  // empty but in trust policies
  std::vector<PolicyCondition> conditions = {};  // in the order of the text

  TextPosition start = {};  // the opening brace
  TextPosition end = {};    // the closing brace
  // The same two places as AWS's simulator tells them: where its parser stood before the statement (behind the '[', or
  // behind the statement before; behind the opening brace when Statement is no list) and behind the closing brace.
  TextPosition simulator_start = {};
  TextPosition simulator_end = {};
};

struct PolicyDocument {
  PolicyKind kind = PolicyKind::kIdentity;
  std::string version = "2008-10-17";  // or "2012-10-17", which alone has variables
  std::string id = {};
  std::vector<PolicyStatement> statements = {};  // at least one

  bool HasVariables() const { return version == "2012-10-17"; }
};

// Texts beyond these are refused before they cost anything: bytes, and JSON values (braces, brackets, keys' values).
inline constexpr size_t kMaxPolicyTextBytes = 131'072;
inline constexpr size_t kMaxPolicyJsonValues = 20'000;
inline constexpr int kMaxPolicyJsonDepth = 8;

// MalformedPolicyDocument when the text is not a policy of this kind. Size quotas are not checked here, see quota.h.
StatusOr<PolicyDocument> ParsePolicyDocument(std::string_view text, PolicyKind kind);

// Keys that conditions test and variables name ("aws:username" in "${aws:username}"), in the first spelling met, sorted
// and once each without regard to case: what GetContextKeysForCustomPolicy answers.
std::vector<std::string> ContextKeysOf(const std::vector<const PolicyDocument*>& documents);

}  // namespace elastilab
