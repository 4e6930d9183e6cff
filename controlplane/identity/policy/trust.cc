#include "controlplane/identity/policy/trust.h"

#include <fmt/format.h>

#include <algorithm>

#include "controlplane/identity/policy/compiled.h"
#include "controlplane/identity/policy/malformed.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

enum class Named { kNo, kAtLarge, kItself };  // kAtLarge: as one of its account, of all, or of all but some

// Whether an AWS principal of a trust policy means the caller.
Named NamesAws(std::string_view value, const TrustCaller& caller) {
  if (caller.arn.empty()) return Named::kNo;
  if (value == caller.arn) return Named::kItself;
  if (!caller.role_arn.empty() && value == caller.role_arn) return Named::kItself;
  const std::string_view id = caller.user_id;
  if (!id.empty() && value == id.substr(0, id.find(':'))) return Named::kItself;
  if (caller.account.empty()) return Named::kNo;
  const std::vector<std::string_view> fields = SplitArn(value, false);
  const bool account_root =
      fields.size() == 6 && fields[2] == "iam" && fields[4] == caller.account && fields[5] == "root";
  return value == caller.account || account_root ? Named::kAtLarge : Named::kNo;
}

Named Names(const PolicyPrincipal& principal, const TrustCaller& caller) {
  switch (principal.type) {
    case PolicyPrincipal::Type::kEveryone:
      return Named::kAtLarge;
    case PolicyPrincipal::Type::kAws:
      return NamesAws(principal.value, caller);
    case PolicyPrincipal::Type::kService:
      return !caller.service.empty() && principal.value == caller.service ? Named::kItself : Named::kNo;
    default:
      return Named::kNo;
  }
}

Named NamesCaller(const PolicyStatement& statement, const TrustCaller& caller) {
  Named best = Named::kNo;
  for (const PolicyPrincipal& principal : statement.principals) best = std::max(best, Names(principal, caller));
  if (!statement.not_principal) return best;
  return best == Named::kNo ? Named::kAtLarge : Named::kNo;
}

// "*", which "AWS": "*" is read as, too.
bool NamesEveryone(const PolicyStatement& statement) {
  return !statement.not_principal &&
         std::any_of(statement.principals.begin(), statement.principals.end(), [](const PolicyPrincipal& principal) {
           return principal.type == PolicyPrincipal::Type::kEveryone;
         });
}

}  // namespace

TrustDecision EvaluateTrust(const CompiledPolicy& trust, const TrustCaller& caller, std::string_view action,
                            const ConditionContext& context) {
  const std::string lower_action = ToLowerAscii(action);
  TrustDecision decision;
  MissingKeys missing;
  std::vector<StatementRef> allows;
  std::vector<StatementRef> denies;
  const AppliedPolicy applied{.id = "the role's trust policy", .owner = "", .policy = {CompiledPolicyPtr(), &trust}};
  for (size_t i = 0; i < trust.statements().size(); ++i) {
    const PolicyStatement& statement = trust.document().statements[i];
    const Named named = NamesCaller(statement, caller);
    if (named == Named::kNo) continue;
    if (trust.statements()[i].Match(lower_action, "", context, &missing) != Verdict::kMatches) continue;
    const bool allow = statement.effect == PolicyEffect::kAllow;
    (allow ? allows : denies).push_back(RefTo(PolicyLayer::kTrust, applied, i));
    if (!allow) continue;
    decision.names_caller = decision.names_caller || named == Named::kItself;
    decision.names_everyone = decision.names_everyone || NamesEveryone(statement);
  }
  decision.missing_keys = Sorted(missing);
  if (!denies.empty()) {
    decision.outcome = Outcome::kExplicitDeny;
    decision.statements = std::move(denies);
    return decision;
  }
  if (!allows.empty()) decision.outcome = Outcome::kAllowed;
  decision.statements = std::move(allows);
  return decision;
}

std::vector<std::string> NamedPrincipals(const PolicyDocument& trust) {
  std::vector<std::string> arns;
  for (const PolicyStatement& statement : trust.statements) {
    for (const PolicyPrincipal& principal : statement.principals) {
      const bool arn = principal.type == PolicyPrincipal::Type::kAws && principal.value.starts_with("arn:") &&
                       !principal.value.ends_with(":root");
      if (arn && std::find(arns.begin(), arns.end(), principal.value) == arns.end()) arns.push_back(principal.value);
    }
  }
  return arns;
}

Status InvalidPrincipal(std::string_view arn) {
  return MakeFault(elasticache::v1::MALFORMED_POLICY_DOCUMENT,
                   fmt::format("Invalid principal in policy: \"AWS\":{}. There is no such user or role.", Quoted(arn)));
}

}  // namespace elastilab
