// Policies, keys and requests from anyone: a decision in bounded time that obeys the laws of evaluation.
//
// Lines: the action; the resource; the keys as "key=value|value;key=…"; then documents of the identity, the boundary
// and the session, each ended by a line "%" (a document that is no policy counts as none).
#include <algorithm>
#include <string>

#include "controlplane/identity/policy/evaluate.h"
#include "controlplane/identity/policy/simulate.h"
#include "tests/fuzz/fuzz_target.h"

namespace elastilab {
namespace {

ConditionContext ReadContext(std::string_view line) {
  ConditionContext context;
  FuzzInput keys(reinterpret_cast<const uint8_t*>(line.data()), line.size());
  while (!keys.empty()) {
    const std::string_view entry = keys.Until(';');
    const size_t equals = entry.find('=');
    const std::string_view name = entry.substr(0, equals);
    context.Set(name, std::vector<std::string>{});
    if (equals == std::string_view::npos) continue;
    const std::string_view values = entry.substr(equals + 1);
    FuzzInput rest(reinterpret_cast<const uint8_t*>(values.data()), values.size());
    do {
      context.Add(name, std::string(rest.Until('|')));
    } while (!rest.empty());
  }
  return context;
}

void AddPolicy(std::string_view text, PolicyKind kind, std::vector<AppliedPolicy>& to) {
  auto policy = CompilePolicy(text, kind);
  if (policy.ok()) to.push_back({.id = "p", .policy = *std::move(policy)});
}

// The same policies with their statements in the opposite order.
std::vector<AppliedPolicy> Reversed(std::vector<AppliedPolicy> policies) {
  std::reverse(policies.begin(), policies.end());
  for (AppliedPolicy& applied : policies) {
    PolicyDocument document = DocumentOf(*applied.policy);
    std::reverse(document.statements.begin(), document.statements.end());
    applied.policy = CompilePolicy(std::move(document));
  }
  return policies;
}

void CheckLaws(PolicySet set, const std::string& action, const std::string& resource, const ConditionContext& context) {
  const Decision decision = Evaluate(set, action, resource, context);
  FUZZ_CHECK(decision.allowed() == RefusalReason(decision, action).empty());
  FUZZ_CHECK(!decision.allowed() || (decision.identity_allows && decision.boundary_allows && decision.session_allows));
  const auto denies = [](const StatementTrace& trace) {
    return trace.effect == PolicyEffect::kDeny && trace.verdict == Verdict::kMatches;
  };
  const auto traces = Explain(set, action, resource, context);
  FUZZ_CHECK(std::any_of(traces.begin(), traces.end(), denies) == (decision.outcome == Outcome::kExplicitDeny));

  const PolicySet reversed{
      .identity = Reversed(set.identity), .boundary = Reversed(set.boundary), .session = Reversed(set.session)};
  const Decision again = Evaluate(reversed, action, resource, context);
  FUZZ_CHECK(again.outcome == decision.outcome && again.layer == decision.layer);
  FUZZ_CHECK(again.missing_keys == decision.missing_keys);

  AddPolicy(R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})", PolicyKind::kIdentity, set.identity);
  FUZZ_CHECK(Evaluate(set, action, resource, context).outcome == Outcome::kExplicitDeny);
}

void Run(FuzzInput input) {
  const std::string action(input.Line());
  const std::string resource(input.Line());
  const ConditionContext context = ReadContext(input.Line());
  PolicySet set;
  const auto document = [&input] {
    std::string text;
    while (!input.empty()) {
      const std::string_view line = input.Line();
      if (line == "%") break;
      text.append(line).append("\n");
    }
    return text;
  };
  AddPolicy(document(), PolicyKind::kIdentity, set.identity);
  AddPolicy(document(), PolicyKind::kBoundary, set.boundary);
  AddPolicy(document(), PolicyKind::kSession, set.session);
  CheckLaws(std::move(set), action, resource, context);
}

}  // namespace
}  // namespace elastilab

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  elastilab::Run({data, size});
  return 0;
}
