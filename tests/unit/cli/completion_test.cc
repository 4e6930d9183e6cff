#include "cli/commands/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/commands/registry.h"
#include "fake_rpc.h"
#include "proto/admin/v1/admin.pb.h"

namespace elastilab {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using Words = std::vector<std::string>;

Words WordsOf(const Completion& completion) {
  Words words;
  for (const Candidate& candidate : completion.words) words.push_back(candidate.word);
  return words;
}

// What can stand behind these words, where nothing has been typed.
Words Behind(Words words) {
  words.emplace_back();
  return WordsOf(CompleteLine(words));
}

// Which flags can stand behind these words.
Words FlagsBehind(Words words) {
  words.emplace_back("--");
  return WordsOf(CompleteLine(words));
}

TEST(CompletionTest, FirstComeCommandsAndServices) {
  const Words first = Behind({});
  EXPECT_THAT(first, IsSupersetOf({"up", "create-cluster", "create-replication-group", "iam", "sts", "elasticache"}));
  EXPECT_THAT(first, Not(Contains("__complete")));
  EXPECT_THAT(first, Not(Contains(HasSubstr(" "))));
  EXPECT_EQ(std::count(first.begin(), first.end(), "test-failover"), 1) << "ours and the API's in one";
  EXPECT_EQ(Behind({"--region", "us-east-1"}), first);
  EXPECT_EQ(Behind({"help"}), first);
}

TEST(CompletionTest, ServicesHaveTheirOwnOperations) {
  EXPECT_THAT(Behind({"iam"}), IsSupersetOf({"add-user", "explain", "create-role", "simulate-principal-policy"}));
  EXPECT_THAT(Behind({"iam"}), Not(Contains("create-replication-group")));
  EXPECT_THAT(Behind({"sts"}), IsSupersetOf({"assume-role", "get-caller-identity"}));
  EXPECT_THAT(Behind({"sts"}), Not(Contains("create-role")));
  EXPECT_THAT(Behind({"elasticache"}), IsSupersetOf({"create-replication-group", "test-failover", "wait"}));
  EXPECT_THAT(Behind({"elasticache"}), Not(Contains("create-cluster"))) << "not the service's";
  EXPECT_THAT(Behind({"help", "iam"}), Contains("create-role"));
}

TEST(CompletionTest, EveryCommandHasItsFlagsAndThoseOfAll) {
  for (const std::string& name : ApiCommandNames()) {
    const size_t blank = name.find(' ');
    const Words words = blank == std::string::npos ? Words{name} : Words{name.substr(0, blank), name.substr(blank + 1)};
    Words expected = {"--output", "--query"};
    const auto command = FindCommand(name);
    ASSERT_TRUE(command);
    for (const Flag& flag : command->spec.flags) {
      if (!flag.hidden) expected.push_back("--" + flag.name);
    }
    EXPECT_THAT(FlagsBehind(words), IsSupersetOf(expected)) << name;
    EXPECT_THAT(expected, IsSupersetOf({"--cli-input-json", "--generate-cli-skeleton"})) << name;
  }
  EXPECT_THAT(FlagsBehind({"elasticache", "describe-events"}), IsSupersetOf({"--max-items", "--starting-token"}));
  EXPECT_THAT(FlagsBehind({"create-replication-group"}), Contains("--no-multi-az-enabled"));
  EXPECT_THAT(FlagsBehind({"iam", "explain"}), IsSupersetOf({"--request", "--source-ip"}));
  EXPECT_THAT(FlagsBehind({"create-cluster"}), Not(Contains("--no-verify-ssl"))) << "taken, not shown";
}

TEST(CompletionTest, ValuesFollowTheirFlags) {
  EXPECT_THAT(Behind({"describe-events", "-o"}), ElementsAre("table", "json", "yaml", "yaml-stream", "text"));
  EXPECT_THAT(Behind({"create-cluster", "demo", "--engine"}), Contains("memcached"));
  EXPECT_THAT(Behind({"create-cache-cluster", "--az-mode"}), ElementsAre("single-az", "cross-az"));
  EXPECT_THAT(Behind({"create-cache-cluster", "--port"}), IsEmpty()) << "a number";
  EXPECT_THAT(Behind({"create-cache-cluster", "--port", "1"}), Contains("--az-mode"));
  EXPECT_THAT(Behind({"create-cache-cluster", "--generate-cli-skeleton"}), IsSupersetOf({"yaml-input", "--az-mode"}));
  EXPECT_EQ(CompleteLine({"delete-cache-cluster", "--cache-cluster-id", ""}).ask, WordKind::kClusterId);
  EXPECT_EQ(CompleteLine({"create-cluster", "x", "--zones", "us-east-1a", ""}).ask, WordKind::kZone)
      << "a list goes on";
  EXPECT_TRUE(CompleteLine({"--data-dir", ""}).files);
  EXPECT_TRUE(CompleteLine({"iam", "add-user", "alice", "--policy", ""}).files);

  const Completion joined = CompleteLine({"create-cache-cluster", "--az-mode=s"});
  EXPECT_EQ(joined.prefix, "--az-mode=");
  EXPECT_THAT(WordsOf(joined), ElementsAre("single-az", "cross-az"));
  EXPECT_THAT(WordsOf(CompleteLine({"create-cache-cluster", "--no-such="})), IsEmpty());
}

TEST(CompletionTest, PlainWordsHaveTheirPlace) {
  EXPECT_EQ(CompleteLine({"connect", ""}).ask, WordKind::kClusterId);
  EXPECT_THAT(Behind({"fault"}), Contains("kill-node"));
  EXPECT_EQ(CompleteLine({"fault", "kill-node", ""}).ask, WordKind::kNodeName);
  EXPECT_THAT(Behind({"wait"}), Contains("cache-cluster-available"));
  EXPECT_EQ(CompleteLine({"wait", "--timeout", "5s", ""}).ask, WordKind::kClusterId) << "5s is the flag's";
  EXPECT_THAT(Behind({"completion", "zsh"}), Contains("--help")) << "nothing but flags is left";
}

TEST(CompletionTest, OfTheUnknownNothingIsKnown) {
  for (const Words& words : {Words{"no-such-command"}, {"iam", "no-such-operation"}, {"connect", "demo", "--"}}) {
    EXPECT_THAT(Behind(words), IsEmpty()) << words.back();
    EXPECT_THAT(FlagsBehind(words), IsEmpty()) << words.back();
  }
  EXPECT_THAT(CompleteLine({}).words, Not(IsEmpty())) << "no word is an empty word";
}

TEST(CompletionTest, WordsThatBashTookApart) {
  const auto joined = JoinBashWords({"--output", "=", "js"});
  EXPECT_THAT(joined.words, ElementsAre("--output=js"));
  EXPECT_EQ(joined.cut, 9u);
  EXPECT_EQ(JoinBashWords({"--output", "="}).cut, 9u);
  const auto arn = JoinBashWords({"a", "--arn", "arn", ":", "aws", ":", "i"});
  EXPECT_THAT(arn.words, ElementsAre("a", "--arn", "arn:aws:i"));
  EXPECT_EQ(arn.cut, 8u);
  EXPECT_EQ(JoinBashWords({"--a", "=", "b", "c"}).cut, 0u);
  EXPECT_THAT(JoinBashWords({"=", ""}).words, ElementsAre("="));
  EXPECT_THAT(JoinBashWords({}).words, IsEmpty());
}

TEST(CompletionTest, TheShellsAskAndTheLabIsAsked) {
  FakeRpc rpc;
  admin::v1::GetLabResponse lab;
  lab.add_zones()->set_name("us-east-1a");
  lab.add_zones()->set_name("eu-west-1b");
  rpc.Answer("GetLab", lab);
  EXPECT_EQ(RunWords(rpc, {"__complete", "bash", "--", "create-cluster", "x", "--zones", "us"}).out, "us-east-1a\n");
  EXPECT_EQ(RunWords(rpc, {"__complete", "bash", "--", "create-cluster", "--zones", "=", "us"}).out, "us-east-1a\n");
  EXPECT_EQ(RunWords(rpc, {"__complete", "fish", "--", "create-cluster", "--zones=us"}).out, "--zones=us-east-1a\t\n");
  EXPECT_EQ(RunWords(rpc, {"__complete", "zsh", "--", "iam", "add-user"}).out,
            "add-user:A user with policies and a key, in one step.\n"
            "add-user-to-group:The group's policies bind the user too from now on.\n");
  EXPECT_EQ(RunWords(rpc, {"__complete", "fish", "--", "--data-dir", ""}).out, "@files\n");

  FakeRpc nobody;
  const Outcome outcome = RunWords(nobody, {"__complete", "bash", "--", "wait", "cache-cluster-d"});
  EXPECT_EQ(outcome.out, "cache-cluster-deleted\n") << "what needs no lab";
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.code, 0);
}

TEST(CompletionTest, ALineAboutAnotherLabAsksThat) {
  std::string asked;
  FakeRpc rpc;
  std::ostringstream out;
  Io io{.out = out, .err = out};
  RunCli({"__complete", "bash", "--", "--endpoint", "host:1", "connect", ""}, io, [&](const std::string& target) {
    asked = target;
    return std::make_unique<RpcView>(rpc);
  });
  EXPECT_EQ(asked, "host:1");
}

TEST(CompletionTest, ColonsAreZshsOwn) {
  EXPECT_EQ(CompletionLine("zsh", {"arn:aws", "an ARN"}), "arn\\:aws:an ARN\n");
  EXPECT_EQ(CompletionLine("bash", {"arn:aws", "an ARN"}), "arn:aws\n");
}

}  // namespace
}  // namespace elastilab
