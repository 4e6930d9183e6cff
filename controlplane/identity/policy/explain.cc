// Why a statement does or does not count, in words.
#include <fmt/format.h>

#include <algorithm>

#include "controlplane/identity/policy/compiled.h"
#include "controlplane/identity/policy/evaluate.h"
#include "controlplane/identity/policy/malformed.h"

namespace elastilab {
namespace {

constexpr size_t kMaxListed = 5;

// `"a", "b"`, the first few.
std::string Listed(const std::vector<std::string>& values) {
  if (values.empty()) return "no value";
  std::string list;
  for (size_t i = 0; i < values.size() && i < kMaxListed; ++i) {
    list += fmt::format("{}{}", i == 0 ? "" : ", ", Quoted(values[i]));
  }
  if (values.size() > kMaxListed) list += fmt::format(" and {} more", values.size() - kMaxListed);
  return list;
}

std::string ActionWhy(const PolicyStatement& statement, std::string_view action) {
  return fmt::format("{} {} {} {}.", statement.not_action ? "NotAction" : "Action", Listed(statement.actions),
                     statement.not_action ? "excludes" : "does not cover", Shown(action));
}

std::string ResourceWhy(const PolicyStatement& statement, std::string_view resource) {
  return fmt::format("{} {} {} {}.", statement.not_resource ? "NotResource" : "Resource", Listed(statement.resources),
                     statement.not_resource ? "excludes" : "does not cover", Shown(resource));
}

std::string ConditionWhy(const PolicyCondition& condition, const ConditionContext& context) {
  const std::vector<std::string>* asked = context.Find(condition.key);
  return fmt::format("{} {}: the request has {}, the policy lists {}.", condition.op_text, Shown(condition.key),
                     asked == nullptr ? "no such key" : Listed(*asked), Listed(condition.values));
}

// Names without a value among the variables of these texts.
void AddUnresolved(const std::vector<std::string>& texts, const ConditionContext& context,
                   std::vector<std::string>& names) {
  for (const std::string& text : texts) {
    for (std::string& name : VariablesOf(text)) {
      const std::vector<std::string>* values = context.Find(name);
      const bool known = std::find(names.begin(), names.end(), name) != names.end();
      if (!known && (values == nullptr || values->size() != 1)) names.push_back(std::move(name));
    }
  }
}

std::string UnresolvedWhy(const PolicyStatement& statement, const ConditionContext& context) {
  std::vector<std::string> names;
  AddUnresolved(statement.resources, context, names);
  for (const PolicyCondition& condition : statement.conditions) {
    if (TakesVariables(condition.op.comparison)) AddUnresolved(condition.values, context, names);
  }
  return fmt::format("The request has no single value for the variable {}.", Listed(names));
}

std::string ConditionsWhy(const PolicyStatement& statement, const CompiledStatement& compiled,
                          const ConditionContext& context) {
  std::string why;
  for (size_t i = 0; i < statement.conditions.size(); ++i) {
    if (compiled.conditions()[i].Evaluate(context, nullptr) == Match::kYes) continue;
    why += fmt::format("{}{}", why.empty() ? "" : " ", ConditionWhy(statement.conditions[i], context));
  }
  return why;
}

std::string Why(Verdict verdict, const PolicyStatement& statement, const CompiledStatement& compiled,
                std::string_view action, std::string_view resource, const ConditionContext& context) {
  switch (verdict) {
    case Verdict::kMatches:
      return statement.conditions.empty() ? "Action and resource match."
                                          : "Action and resource match and every condition is met.";
    case Verdict::kOtherAction:
      return ActionWhy(statement, action);
    case Verdict::kOtherResource:
      return ResourceWhy(statement, resource);
    case Verdict::kConditionNotMet:
      return ConditionsWhy(statement, compiled, context);
    case Verdict::kVariableUnresolved:
      return UnresolvedWhy(statement, context);
  }
  return "";
}

}  // namespace

std::vector<StatementTrace> Explain(const PolicySet& policies, std::string_view action, std::string_view resource,
                                    const ConditionContext& context) {
  const std::string lower_action = ToLowerAscii(action);
  std::vector<StatementTrace> traces;
  const auto add = [&](PolicyLayer layer, const std::vector<AppliedPolicy>& applied_policies) {
    for (const AppliedPolicy& applied : applied_policies) {
      const CompiledPolicy& policy = *applied.policy;
      for (size_t i = 0; i < policy.statements().size(); ++i) {
        const PolicyStatement& statement = policy.document().statements[i];
        const CompiledStatement& compiled = policy.statements()[i];
        const Verdict verdict = compiled.Match(lower_action, resource, context, nullptr);
        traces.push_back({.statement = RefTo(layer, applied, i),
                          .effect = statement.effect,
                          .verdict = verdict,
                          .why = Why(verdict, statement, compiled, action, resource, context)});
      }
    }
  };
  if (!policies.root) {
    add(PolicyLayer::kIdentity, policies.identity);
    add(PolicyLayer::kBoundary, policies.boundary);
  }
  add(PolicyLayer::kSession, policies.session);
  return traces;
}

}  // namespace elastilab
