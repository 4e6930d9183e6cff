// Sentences that hold for all policies and requests, tried on random ones. A failure prints its seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "controlplane/identity/policy/evaluate.h"
#include "controlplane/identity/policy/simulate.h"

namespace elastilab {
namespace {

class RandomWorld {
 public:
  explicit RandomWorld(unsigned seed) : random_(seed) {}

  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[random_() % from.size()];
  }
  bool Chance(int percent) { return static_cast<int>(random_() % 100) < percent; }

  PolicyCondition Condition() {
    static const std::vector<std::pair<std::string, std::vector<std::string>>> kOperators = {
        {"StringEquals", {"red", "blue", "${aws:username}", "${t, 'red'}"}},
        {"StringNotEquals", {"red", "blue", "${aws:username}"}},
        {"StringLike", {"r*", "?lue", "*"}},
        {"StringNotLike", {"r*", "${aws:username}*"}},
        {"NumericLessThan", {"3", "10"}},
        {"NumericNotEquals", {"3"}},
        {"Bool", {"true", "false"}},
        {"Null", {"true", "false"}}};
    const auto& [name, values] = Pick(kOperators);
    PolicyCondition condition;
    condition.op_text = name;
    if (name != "Null") {
      condition.op_text =
          Pick<std::string>({"", "", "ForAllValues:", "ForAnyValue:"}) + name + Pick<std::string>({"", "", "IfExists"});
    }
    condition.op = *ParseConditionOperator(condition.op_text);
    condition.key = Pick<std::string>({"k", "aws:TagKeys", "aws:username", "n"});
    for (size_t n = random_() % 3; n > 0; --n) condition.values.push_back(Pick(values));
    return condition;
  }

  PolicyStatement Statement(PolicyEffect effect) {
    PolicyStatement statement;
    statement.effect = effect;
    statement.not_action = Chance(20);
    statement.not_resource = Chance(20);
    for (size_t n = 1 + random_() % 2; n > 0; --n) {
      statement.actions.push_back(Pick<std::string>({"*", "*", "*", "a:*", "a:Get*", "A:PUT", "a:Get?", "b:*"}));
      statement.resources.push_back(Pick<std::string>({"*", "*", "*", "arn:aws:a:*:*:x/*", "arn:aws:a:us:1:x/1",
                                                       "arn:aws:a:u*s:1:y/${aws:username}", "arn:aws:b:*"}));
    }
    for (size_t n = Chance(50) ? 1 + random_() % 2 : 0; n > 0; --n) statement.conditions.push_back(Condition());
    return statement;
  }

  PolicyDocument Document() {
    PolicyDocument document;
    if (Chance(85)) document.version = "2012-10-17";
    for (size_t n = 1 + random_() % 4; n > 0; --n) {
      document.statements.push_back(Statement(Chance(70) ? PolicyEffect::kAllow : PolicyEffect::kDeny));
    }
    return document;
  }

  std::vector<PolicyDocument> Documents(size_t least, size_t most) {
    std::vector<PolicyDocument> documents(least + random_() % (most - least + 1));
    std::generate(documents.begin(), documents.end(), [this] { return Document(); });
    return documents;
  }

  void Request() {
    action = Pick<std::string>({"a:Get", "a:GetX", "a:Put", "b:Do"});
    resource = Pick<std::string>({"*", "arn:aws:a:us:1:x/1", "arn:aws:a:us:1:x/2", "arn:aws:a:us:1:y/red"});
    context = {};
    if (Chance(60)) context.Set("k", Pick<std::string>({"red", "blue", ""}));
    if (Chance(60)) context.Set("aws:username", Pick<std::string>({"red", "*"}));
    if (Chance(60)) context.Set("n", Pick<std::string>({"2", "3", "x"}));
    if (Chance(50))
      context.Set("aws:TagKeys", std::vector<std::string>(random_() % 3, Pick<std::string>({"red", "blue"})));
  }

  std::mt19937& random() { return random_; }

  std::string action;
  std::string resource;
  ConditionContext context;

 private:
  std::mt19937 random_;
};

std::vector<AppliedPolicy> Applied(const std::vector<PolicyDocument>& documents) {
  std::vector<AppliedPolicy> applied;
  for (const PolicyDocument& document : documents) applied.push_back({.id = "p", .policy = CompilePolicy(document)});
  return applied;
}

struct Documents {
  std::vector<PolicyDocument> identity;
  std::vector<PolicyDocument> boundary;
  std::vector<PolicyDocument> session;

  PolicySet Set() const {
    return {.identity = Applied(identity), .boundary = Applied(boundary), .session = Applied(session)};
  }
};

Documents RandomDocuments(RandomWorld& world) {
  return {.identity = world.Documents(0, 3), .boundary = world.Documents(0, 1), .session = world.Documents(0, 2)};
}

// Calls `check` with many worlds; `check` returns whether the interesting case occurred.
template <typename Check>
void ForManyWorlds(const Check& check) {
  int interesting = 0;
  for (unsigned seed = 1; seed <= 3'000; ++seed) {
    SCOPED_TRACE(seed);
    RandomWorld world(seed);
    const Documents documents = RandomDocuments(world);
    world.Request();
    interesting +=
        check(world, documents, Evaluate(documents.Set(), world.action, world.resource, world.context)) ? 1 : 0;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(interesting, 50);
}

TEST(PolicyPropertyTest, OneMoreDenyNeverWidens) {
  ForManyWorlds([](RandomWorld& world, Documents documents, const Decision& before) {
    auto& layer = world.Chance(50) ? documents.identity : world.Chance(50) ? documents.boundary : documents.session;
    if (layer.empty()) return false;
    layer.back().statements.push_back(world.Statement(PolicyEffect::kDeny));
    const Decision after = Evaluate(documents.Set(), world.action, world.resource, world.context);
    EXPECT_TRUE(before.allowed() || !after.allowed());
    return before.allowed() && !after.allowed();
  });
}

TEST(PolicyPropertyTest, OneMoreAllowNeverNarrows) {
  ForManyWorlds([](RandomWorld& world, Documents documents, const Decision& before) {
    auto& layer = world.Chance(50) ? documents.identity : world.Chance(50) ? documents.boundary : documents.session;
    if (layer.empty()) return false;
    layer.back().statements.push_back(world.Statement(PolicyEffect::kAllow));
    const Decision after = Evaluate(documents.Set(), world.action, world.resource, world.context);
    EXPECT_TRUE(!before.allowed() || after.allowed());
    return !before.allowed() && after.allowed();
  });
}

TEST(PolicyPropertyTest, OrderNeverCounts) {
  ForManyWorlds([](RandomWorld& world, Documents documents, const Decision& before) {
    for (auto* layer : {&documents.identity, &documents.boundary, &documents.session}) {
      std::shuffle(layer->begin(), layer->end(), world.random());
      for (PolicyDocument& document : *layer) {
        std::shuffle(document.statements.begin(), document.statements.end(), world.random());
        for (PolicyStatement& statement : document.statements) {
          std::shuffle(statement.actions.begin(), statement.actions.end(), world.random());
          std::shuffle(statement.conditions.begin(), statement.conditions.end(), world.random());
        }
      }
    }
    const Decision after = Evaluate(documents.Set(), world.action, world.resource, world.context);
    EXPECT_EQ(after.outcome, before.outcome);
    EXPECT_EQ(after.layer, before.layer);
    EXPECT_EQ(after.missing_keys, before.missing_keys);
    EXPECT_EQ(after.statements.size(), before.statements.size());
    return before.statements.size() > 1;
  });
}

TEST(PolicyPropertyTest, ABoundaryOrSessionNeverWidens) {
  ForManyWorlds([](RandomWorld& world, Documents documents, const Decision& before) {
    if (documents.boundary.empty()) documents.boundary = world.Documents(1, 1);
    if (documents.session.empty()) documents.session = world.Documents(1, 2);
    const Decision after = Evaluate(documents.Set(), world.action, world.resource, world.context);
    EXPECT_TRUE(before.allowed() || !after.allowed());
    return before.allowed() && !after.allowed();
  });
}

TEST(PolicyPropertyTest, DecisionsExplainAndSimulateAlike) {
  ForManyWorlds([](RandomWorld& world, const Documents& documents, const Decision& decision) {
    const PolicySet set = documents.Set();
    std::vector<StatementRef> allows;
    std::vector<StatementRef> denies;
    for (const StatementTrace& trace : Explain(set, world.action, world.resource, world.context)) {
      EXPECT_FALSE(trace.why.empty());
      if (trace.verdict != Verdict::kMatches) continue;
      (trace.effect == PolicyEffect::kAllow ? allows : denies).push_back(trace.statement);
    }
    EXPECT_EQ(decision.outcome == Outcome::kExplicitDeny, !denies.empty());
    EXPECT_EQ(decision.statements, denies.empty() ? allows : denies);
    EXPECT_EQ(RefusalReason(decision, world.action).empty(), decision.allowed());
    const auto simulated = Simulate(set, {world.action}, {world.resource}, world.context);
    EXPECT_TRUE(simulated.ok() && simulated->front().outcome == decision.outcome);
    return !decision.statements.empty();
  });
}

}  // namespace
}  // namespace elastilab
