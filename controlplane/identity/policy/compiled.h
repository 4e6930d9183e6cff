// A policy ready for matching. Shared by evaluation, explanation and trust.
#pragma once

#include <string_view>
#include <vector>

#include "controlplane/identity/policy/condition.h"
#include "controlplane/identity/policy/evaluate.h"
#include "controlplane/identity/policy/pattern.h"

namespace elastilab {

class CompiledStatement {
 public:
  CompiledStatement(const PolicyStatement& statement, bool variables);

  // Whether the statement counts for this request, ignoring principals. Absent keys go into `missing` only when the
  // action matches.
  Verdict Match(std::string_view lower_action, std::string_view resource, const ConditionContext& context,
                MissingKeys* missing) const;

  const std::vector<CompiledCondition>& conditions() const { return conditions_; }

 private:
  bool MatchesAction(std::string_view lower_action) const;
  elastilab::Match MatchesResource(std::string_view resource, const ConditionContext& context,
                                   MissingKeys* missing) const;

  bool deny_ = false;
  bool not_action_ = false;
  bool not_resource_ = false;
  bool any_resource_ = false;  // of a trust policy
  std::vector<Pattern> actions_;
  std::vector<Pattern> resources_;
  std::vector<CompiledCondition> conditions_;
};

class CompiledPolicy {
 public:
  explicit CompiledPolicy(PolicyDocument document);

  const PolicyDocument& document() const { return document_; }
  // In the order of the document's statements.
  const std::vector<CompiledStatement>& statements() const { return statements_; }

 private:
  PolicyDocument document_;
  std::vector<CompiledStatement> statements_;
};

// Refers to statement `index` (from 0) of the policy.
StatementRef RefTo(PolicyLayer layer, const AppliedPolicy& policy, size_t index);

// Spelled as in the policy, sorted, once each.
std::vector<std::string> Sorted(const MissingKeys& missing);

}  // namespace elastilab
