// What an IAM decision costs. To reach: 20 us for 50 statements.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "controlplane/identity/policy/evaluate.h"

namespace elastilab {
namespace {

constexpr char kAction[] = "elasticache:CreateReplicationGroup";
constexpr char kResource[] = "arn:aws:elasticache:us-east-1:000000000000:replicationgroup:prod-orders-1";

std::string Document(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}

// As policies in the wild are: some actions by name, one resource or two, two conditions. `same_action`: every one is
// about the action asked for, otherwise one in ten.
std::string TypicalStatements(int count, bool same_action) {
  std::string statements;
  for (int i = 0; i < count; ++i) {
    const bool same = same_action || i % 10 == 9;
    statements += fmt::format(
        R"({}{{"Sid":"S{}","Effect":"{}","Action":["elasticache:{}","elasticache:ModifyUser{}","elasticache:Describe*"],)"
        R"("Resource":["arn:aws:elasticache:*:*:cluster:team{}-*",)"
        R"("arn:aws:elasticache:*:000000000000:replicationgroup:*"],)"
        R"("Condition":{{"StringLikeIfExists":{{"elasticache:CacheNodeType":["cache.t?.*","cache.m6g.*"]}},)"
        R"("StringEquals":{{"aws:RequestTag/team":"${{aws:PrincipalTag/team}}"}}}}}})",
        i == 0 ? "" : ",", i, i % 7 == 6 ? "Deny" : "Allow", same ? "CreateReplicationGroup" : "CreateSnapshot", i, i);
  }
  return statements;
}

PolicySet SetOf(const std::string& statements) {
  return {.identity = {{.id = "p", .policy = *CompilePolicy(Document(statements), PolicyKind::kIdentity)}}};
}

ConditionContext TypicalContext() {
  ConditionContext context;
  context.Set("aws:username", "alice");
  context.Set("aws:userid", "AIDAALICE0000000");
  context.Set("aws:PrincipalArn", "arn:aws:iam::000000000000:user/alice");
  context.Set("aws:PrincipalTag/team", "orders");
  context.Set("aws:RequestTag/team", "billing");
  context.Set("aws:TagKeys", "team");
  context.Set("aws:SourceIp", "127.0.0.1");
  context.Set("aws:CurrentTime", "2026-11-23T12:00:00Z");
  context.Set("aws:SecureTransport", "false");
  context.Set("elasticache:CacheNodeType", "cache.t3.micro");
  context.Set("elasticache:NumNodeGroups", "2");
  context.Set("elasticache:TransitEncryptionEnabled", "true");
  return context;
}

void Run(benchmark::State& state, const PolicySet& set) {
  const ConditionContext context = TypicalContext();
  for (auto _ : state) benchmark::DoNotOptimize(Evaluate(set, kAction, kResource, context));
}

void Evaluate50Statements(benchmark::State& state) { Run(state, SetOf(TypicalStatements(50, false))); }
BENCHMARK(Evaluate50Statements)->Unit(benchmark::kMicrosecond);

void Evaluate50StatementsOfOneAction(benchmark::State& state) { Run(state, SetOf(TypicalStatements(50, true))); }
BENCHMARK(Evaluate50StatementsOfOneAction)->Unit(benchmark::kMicrosecond);

void EvaluateAdministrator(benchmark::State& state) {
  Run(state, SetOf(R"({"Effect":"Allow","Action":"*","Resource":"*"})"));
}
BENCHMARK(EvaluateAdministrator)->Unit(benchmark::kMicrosecond);

void EvaluateThreeLayersOf50(benchmark::State& state) {
  PolicySet set = SetOf(TypicalStatements(50, false));
  set.boundary = set.identity;
  set.session = set.identity;
  Run(state, set);
}
BENCHMARK(EvaluateThreeLayersOf50)->Unit(benchmark::kMicrosecond);

void Compile6KiB(benchmark::State& state) {
  const std::string text = Document(TypicalStatements(16, false));
  for (auto _ : state) benchmark::DoNotOptimize(CompilePolicy(text, PolicyKind::kIdentity));
  state.counters["bytes"] = static_cast<double>(text.size());
}
BENCHMARK(Compile6KiB)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace elastilab
