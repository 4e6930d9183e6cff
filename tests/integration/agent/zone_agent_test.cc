// The agent of a zone against a fake control plane, with `sleep` for engines: real processes, real signals, real files.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "agent/journal/sealed.h"
#include "tests/integration/agent/agent_world.h"

namespace elastilab {
namespace {

using agent::v1::ControlMessage;
using agent::v1::PHASE_ABSENT;
using agent::v1::PHASE_BUSY;
using agent::v1::PHASE_EXITED;
using agent::v1::PHASE_FAILED;
using agent::v1::PHASE_READY;
using agent::v1::PHASE_STARTING;
using agent::v1::PHASE_STOPPED;
using Report = FakeControlPlane::Report;
using testing::HasSubstr;

ControlMessage Injected(agent::v1::Harm harm, int64_t uid, int64_t inject_id = 0) {
  ControlMessage message;
  message.mutable_inject()->set_harm(harm);
  message.mutable_inject()->set_uid(uid);
  message.mutable_inject()->set_inject_id(inject_id);
  return message;
}

TEST_F(AgentTest, AssignedNodeStartsAndBecomesReady) {
  const Report ready = Running(Node(1));
  EXPECT_TRUE(Alive(ready));
  EXPECT_EQ(ready.applied_revision(), 1);
  EXPECT_EQ(ready.incarnation(), 1);
  EXPECT_EQ(ready.engine_version(), "7.0.15");
  EXPECT_EQ(ready.role(), agent::v1::NODE_ROLE_PRIMARY);
  EXPECT_EQ(control_.Reports().front().phase(), PHASE_STARTING);
}

TEST_F(AgentTest, EngineIsInASessionOfItsOwnWithoutOurDescriptorsOrSecrets) {
  const Report ready = Running(Node(1));
  const pid_t pid = static_cast<pid_t>(ready.pid());
  EXPECT_EQ(getsid(pid), pid);
  const std::string proc = fmt::format("/proc/{}", pid);
  // A program that is still being loaded holds its libraries open for a moment; what it inherited stays open.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  long descriptors = 0;
  do {
    descriptors = std::distance(std::filesystem::directory_iterator(proc + "/fd"), std::filesystem::directory_iterator());
  } while (descriptors != 3 && std::chrono::steady_clock::now() < deadline);
  EXPECT_EQ(descriptors, 3);
  EXPECT_THAT(*ReadWholeFile(proc + "/environ"), testing::Not(HasSubstr("s3cret")));
  EXPECT_THAT(*ReadWholeFile(proc + "/cmdline"), testing::Not(HasSubstr("s3cret")));
}

TEST_F(AgentTest, KilledPrimaryIsReportedAndStaysDown) {
  const Report ready = Running(Node(1));
  const int64_t killed_at = NowMicros();
  kill(static_cast<pid_t>(ready.pid()), SIGKILL);
  const Report exited = control_.AwaitPhase(1, PHASE_EXITED);
  const int64_t reported_after = NowMicros() - killed_at;
  EXPECT_EQ(exited.exit_text(), "killed by SIGKILL");
  EXPECT_LT(exited.exit_micros() - killed_at, 100'000);
  RecordProperty("kill_to_report_micros", static_cast<int>(reported_after));
  std::printf("kill to exit seen %ld us, to report heard %ld us\n", exited.exit_micros() - killed_at, reported_after);
  EXPECT_EQ(engines_.With(1, [](auto& node) { return node.launches; }), 1);
}

TEST_F(AgentTest, KilledReplicaComesBackOnItsFiles) {
  auto node = Node(1);
  node.set_restart(agent::v1::RESTART_POLICY_IN_PLACE);
  const Report ready = Running(node);
  const size_t mark = control_.Mark();
  control_.Send(Injected(agent::v1::HARM_KILL, 1));
  EXPECT_EQ(control_.AwaitPhase(1, PHASE_EXITED, mark).pid(), ready.pid());
  const Report again = control_.AwaitPhase(1, PHASE_READY, mark);
  EXPECT_NE(again.pid(), ready.pid());
  EXPECT_EQ(again.restarts(), 1);
  EXPECT_EQ(again.applied_revision(), 1);
}

TEST_F(AgentTest, RevisionIsAppliedToTheRunningProcess) {
  auto node = Node(1);
  const Report ready = Running(node);
  node.set_revision(2);
  node.set_role(agent::v1::NODE_ROLE_REPLICA);
  node.mutable_follow()->set_address("127.46.1.2");
  node.add_endpoints("127.46.1.9");
  control_.Assign(node);
  const Report applied = control_.Await([](const Report& r) { return r.applied_revision() == 2; });
  EXPECT_EQ(applied.pid(), ready.pid());
  EXPECT_EQ(applied.role(), agent::v1::NODE_ROLE_REPLICA);
  EXPECT_EQ(applied.follows().address(), "127.46.1.2");
  EXPECT_THAT(applied.endpoints(), testing::ElementsAre("127.46.1.9"));
}

TEST_F(AgentTest, RefusedApplyIsToldAndTriedAgain) {
  auto node = Node(1);
  Running(node);
  engines_.With(1, [](auto& engine) { engine.applies = false; });
  node.set_revision(2);
  node.add_endpoints("127.46.1.9");
  control_.Assign(node);
  const Report refused = control_.Await([](const Report& r) { return !r.problem().empty(); });
  EXPECT_EQ(refused.problem(), "the engine refuses");
  EXPECT_EQ(refused.phase(), PHASE_READY);
  EXPECT_EQ(refused.applied_revision(), 1);
  engines_.With(1, [](auto& engine) { engine.applies = true; });
  EXPECT_EQ(control_.Await([](const Report& r) { return r.applied_revision() == 2; }).problem(), "");
}

TEST_F(AgentTest, ParametersThatNeedARestartRestartInAnOrderlyWay) {
  auto node = Node(1);
  const Report ready = Running(node);
  engines_.With(1, [](auto& engine) { engine.parameters = absl::FailedPreconditionError("databases"); });
  node.set_revision(2);
  (*node.mutable_parameters())["databases"] = "32";
  control_.Assign(node);
  const Report again = control_.Await([](const Report& r) { return r.applied_revision() == 2; });
  EXPECT_NE(again.pid(), ready.pid());
  EXPECT_EQ(again.restarts(), 0);
}

TEST_F(AgentTest, HigherIncarnationReplacesTheProcessAndWipesItsFiles) {
  auto node = Node(1);
  const Report ready = Running(node);
  const std::string dump = Paths(1).engine.working_dir + "/dump.rdb";
  ASSERT_TRUE(WriteFileAtomically(dump, "data").ok());
  node.set_incarnation(2);
  const Report replaced = Running(node);
  EXPECT_EQ(replaced.incarnation(), 2);
  EXPECT_FALSE(Alive(ready));
  EXPECT_FALSE(std::filesystem::exists(dump));
}

TEST_F(AgentTest, FencedNodeIsDeadAndStaysSo) {
  auto node = Node(1);
  node.set_restart(agent::v1::RESTART_POLICY_IN_PLACE);
  const Report ready = Running(node);
  kill(static_cast<pid_t>(ready.pid()), SIGSTOP);  // hung: only SIGKILL helps
  node.set_revision(2);
  node.set_desired(agent::v1::DESIRED_FENCED);
  control_.Assign(node);
  EXPECT_EQ(control_.AwaitPhase(1, PHASE_EXITED).pid(), ready.pid());
  EXPECT_FALSE(Alive(ready));

  const size_t mark = control_.Mark();
  node.set_revision(3);
  node.set_desired(agent::v1::DESIRED_RUN);
  control_.Assign(node);
  EXPECT_EQ(control_.AwaitPhase(1, PHASE_EXITED, mark).uid(), 1);
  EXPECT_EQ(engines_.With(1, [](auto& engine) { return engine.launches; }), 1);
  node.set_incarnation(2);
  EXPECT_TRUE(Alive(Running(node)));
}

TEST_F(AgentTest, SilentEngineIsReportedAndSoIsItsReturn) {
  Running(Node(1));
  engines_.With(1, [](auto& engine) { engine.answers = false; });
  EXPECT_EQ(control_.AwaitPhase(1, PHASE_BUSY).uid(), 1) << "its process runs";
  const size_t mark = control_.Mark();
  engines_.With(1, [](auto& engine) { engine.answers = true; });
  EXPECT_EQ(control_.AwaitPhase(1, PHASE_READY, mark).uid(), 1);
}

TEST_F(AgentTest, EngineThatExitsWhileStartingFailsWithItsLastWordsAndWithoutItsSecrets) {
  engines_.With(1, [](auto& engine) {
    engine.answers = false;
    engine.program = "/bin/sh";
    engine.args = {"-c", "echo first; cat; echo Bad directive; exit 3"};
  });
  control_.Assign(Node(1));
  const Report failed = control_.AwaitPhase(1, PHASE_FAILED);
  EXPECT_EQ(failed.problem(), "exit code 3; its log ends: requirepass *** | Bad directive");
  engines_.With(1, [](auto& engine) { engine = {}; });
  EXPECT_EQ(control_.AwaitPhase(1, PHASE_READY).problem(), "");
}

TEST_F(AgentTest, EngineThatNeverAnswersIsKilledAtItsDeadline) {
  engines_.With(1, [](auto& engine) { engine.answers = false; });
  control_.Assign(Node(1));
  const Report starting = control_.AwaitPhase(1, PHASE_STARTING);
  EXPECT_EQ(control_.AwaitPhase(1, PHASE_FAILED).problem(), "did not answer within 1 s");
  EXPECT_FALSE(Alive(starting));
}

TEST_F(AgentTest, ProgramThatIsNotThereIsNamed) {
  engines_.With(1, [](auto& engine) { engine.program = "/nowhere/redis-server"; });
  control_.Assign(Node(1));
  EXPECT_THAT(control_.AwaitPhase(1, PHASE_FAILED).problem(), HasSubstr("cannot start /nowhere/redis-server: No such"));
}

TEST_F(AgentTest, WithdrawnNodeLeavesNothing) {
  const Report ready = Running(Node(1));
  ControlMessage message;
  message.mutable_withdraw()->set_uid(1);
  message.mutable_withdraw()->set_incarnation(1);
  control_.Send(message);
  control_.AwaitPhase(1, PHASE_ABSENT);
  EXPECT_FALSE(Alive(ready));
  EXPECT_FALSE(std::filesystem::exists(Paths(1).directory));

  message.mutable_withdraw()->set_uid(77);  // never heard of: answered all the same
  control_.Send(message);
  EXPECT_EQ(control_.AwaitPhase(77, PHASE_ABSENT).incarnation(), 1);
}

TEST_F(AgentTest, ProbeIsAnsweredEvenForTheDead) {
  Running(Node(1));
  ControlMessage message;
  message.mutable_probe()->set_uid(1);
  message.mutable_probe()->set_probe_id(41);
  control_.Send(message);
  EXPECT_EQ(control_.Await([](const Report& r) { return r.probe_id() == 41; }).phase(), PHASE_READY);
  control_.Send(Injected(agent::v1::HARM_KILL, 1));
  control_.AwaitPhase(1, PHASE_EXITED);
  message.mutable_probe()->set_probe_id(42);
  control_.Send(message);
  EXPECT_EQ(control_.Await([](const Report& r) { return r.probe_id() == 42; }).phase(), PHASE_EXITED);
}

TEST_F(AgentTest, HarmIsAnsweredOnceItIsDone) {
  const Report ready = Running(Node(1));
  control_.Send(Injected(agent::v1::HARM_STOP, 1, 7));
  EXPECT_EQ(control_.AwaitInjected(7), ready.pid());
  control_.Send(Injected(agent::v1::HARM_KILL, 1, 8));
  EXPECT_EQ(control_.AwaitInjected(8), ready.pid());
  control_.AwaitPhase(1, PHASE_EXITED);
  control_.Send(Injected(agent::v1::HARM_KILL, 1, 9));
  EXPECT_EQ(control_.AwaitInjected(9), 0) << "nothing was left to kill";
  control_.Send(Injected(agent::v1::HARM_KILL, 4711, 10));
  EXPECT_EQ(control_.AwaitInjected(10), 0) << "no such node";
}

// --- lives of agents -----------------------------------------------------------------------------------------------

TEST_F(AgentTest, NextAgentAdoptsWhatRuns) {
  const Report ready = Running(Node(1));
  StopAgent();
  EXPECT_TRUE(Alive(ready));
  StartAgent();
  const auto hello = control_.AwaitHello(2);
  ASSERT_EQ(hello.nodes_size(), 1);
  EXPECT_EQ(hello.nodes(0).pid(), ready.pid());
  EXPECT_EQ(hello.nodes(0).phase(), PHASE_READY);
  EXPECT_EQ(hello.nodes(0).applied_revision(), 1);
  EXPECT_EQ(hello.nodes(0).role(), agent::v1::NODE_ROLE_PRIMARY);

  const size_t mark = control_.Mark();
  kill(static_cast<pid_t>(ready.pid()), SIGKILL);
  EXPECT_EQ(control_.AwaitPhase(1, PHASE_EXITED, mark).pid(), ready.pid());
  EXPECT_EQ(engines_.With(1, [](auto& engine) { return engine.launches; }), 1);
}

TEST_F(AgentTest, EngineThatDiedUnwatchedIsExitedForThePrimaryAndRestartedForTheReplica) {
  auto replica = Node(2);
  replica.set_restart(agent::v1::RESTART_POLICY_IN_PLACE);
  const Report first = Running(Node(1));
  const Report second = Running(replica);
  StopAgent();
  KillAndWait({{first.pid(), first.start_ticks()}, {second.pid(), second.start_ticks()}});
  const size_t mark = control_.Mark();
  StartAgent();
  EXPECT_EQ(control_.AwaitHello(2).nodes(0).phase(), PHASE_EXITED);
  EXPECT_EQ(control_.AwaitPhase(2, PHASE_READY, mark).restarts(), 1);
  EXPECT_EQ(engines_.With(1, [](auto& engine) { return engine.launches; }), 1);
}

TEST_F(AgentTest, WithTheControlPlaneDeadReplicasAreStillRestarted) {
  auto replica = Node(1);
  replica.set_restart(agent::v1::RESTART_POLICY_IN_PLACE);
  const Report ready = Running(replica);
  control_.Down();
  KillAndWait({{ready.pid(), ready.start_ticks()}});
  const size_t mark = control_.Mark();
  control_.Up();
  const auto hello = control_.AwaitHello(2);
  ASSERT_EQ(hello.nodes_size(), 1);
  if (hello.nodes(0).phase() != PHASE_READY) control_.AwaitPhase(1, PHASE_READY, mark);
  EXPECT_EQ(hello.nodes(0).restarts(), 1);
}

TEST_F(AgentTest, ProcessOfAnAgentThatDiedBetweenSpawnAndRecordIsFound) {
  const Report ready = Running(Node(1));
  StopAgent();
  ProcessRecord record = *ReadRecord(files_, Paths(1).engine.record);
  record.state = RecordState::kIntent;
  record.process = {};
  ASSERT_TRUE(WriteRecord(files_, Paths(1).engine.record, record).ok());
  StartAgent();
  EXPECT_EQ(control_.AwaitHello(2).nodes(0).pid(), ready.pid());
}

// What became of two records of a node while no agent ran.
struct Damage {
  const char* name;
  std::function<void(const std::string& path)> harm;
};
const Damage kDamages[] = {
    {"cut short", [](const std::string& path) { std::filesystem::resize_file(path, FileSize(path) / 2); }},
    {"garbled",
     [](const std::string& path) {
       std::string text = *ReadWholeFile(path);
       for (size_t i = 90; i < text.size(); i += 7) text[i] ^= 0x15;
       (void)WriteFileAtomically(path, text);
     }},
    {"deleted", [](const std::string& path) { std::filesystem::remove(path); }}};

TEST_F(AgentTest, DamagedRecordsCostNoEngineItsLife) {
  for (const Damage& damage : kDamages) {
    for (const bool process : {false, true}) {
      for (const bool assignment : {false, true}) {
        if (!process && !assignment) continue;
        SCOPED_TRACE(fmt::format("{}: {}{}", damage.name, process ? "process " : "", assignment ? "assignment" : ""));
        const Report before = Running(Node(1));
        StopAgent();
        if (process) damage.harm(Paths(1).engine.record);
        if (assignment) damage.harm(Paths(1).assignment);
        const size_t mark = control_.Mark();
        StartAgent();
        const Report after = control_.AwaitPhase(1, PHASE_READY, mark);
        EXPECT_EQ(after.pid(), before.pid());
        EXPECT_EQ(after.incarnation(), before.incarnation());
        EXPECT_EQ(after.problem(), "");
        EXPECT_TRUE(Alive(before));
        // Both records are whole again.
        EXPECT_EQ(ReadRecord(files_, Paths(1).engine.record)->process.pid, before.pid());
        EXPECT_TRUE(Unseal(*ReadWholeFile(Paths(1).assignment)).ok());
      }
    }
  }
  EXPECT_EQ(engines_.With(1, [](auto& engine) { return engine.launches; }), 1);
}

TEST_F(AgentTest, EngineWithoutAnAssignmentIsInHelloBeforeItIsWishedForAgain) {
  const Report ready = Running(Node(1));
  StopAgent();
  std::filesystem::remove(Paths(1).assignment);
  StartAgent();
  const auto hello = control_.AwaitHello(2);
  ASSERT_EQ(hello.nodes_size(), 1);
  EXPECT_EQ(hello.nodes(0).uid(), 1);
  EXPECT_EQ(hello.nodes(0).incarnation(), 1);
  EXPECT_EQ(hello.nodes(0).pid(), ready.pid());
  EXPECT_EQ(hello.nodes(0).phase(), PHASE_STARTING);
  EXPECT_THAT(hello.nodes(0).problem(), HasSubstr("assignment was lost or damaged"));
}

TEST_F(AgentTest, AdoptedWithoutARecordAndSilentItIsLeftAloneAndSaid) {
  const Report ready = Running(Node(1));
  StopAgent();
  std::filesystem::remove(Paths(1).engine.record);
  engines_.With(1, [](auto& engine) { engine.answers = false; });
  StartAgent();
  const Report hello = control_.AwaitHello(2).nodes(0);
  EXPECT_EQ(hello.pid(), ready.pid());
  EXPECT_THAT(hello.problem(), AllOf(HasSubstr("adopted without a record"), HasSubstr(fmt::format("kill {}", ready.pid()))));
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));  // longer than the deadline of a start
  EXPECT_TRUE(Alive(ready));
  engines_.With(1, [](auto& engine) { engine.answers = true; });
  EXPECT_EQ(control_.AwaitPhase(1, PHASE_READY).problem(), "");
}

TEST_F(AgentTest, EngineThatIsGoneWithItsRecordHasExited) {
  const Report ready = Running(Node(1));
  StopAgent();
  KillAndWait({{ready.pid(), ready.start_ticks()}});
  ASSERT_TRUE(WriteFileAtomically(Paths(1).engine.record, "nonsense").ok());
  const size_t mark = control_.Mark();
  StartAgent();
  EXPECT_EQ(control_.AwaitPhase(1, PHASE_EXITED, mark).incarnation(), 1);
  EXPECT_EQ(engines_.With(1, [](auto& engine) { return engine.launches; }), 1) << "not started again, empty, in silence";
}

TEST_F(AgentTest, OrphansAreSweptAndUnwantedNodesGo) {
  const Report orphan = Running(Node(1));
  const Report unwanted = Running(Node(2));
  const Report wanted = Running(Node(3));
  StopAgent();
  std::filesystem::remove_all(Paths(1).directory);  // nobody claims its process now
  control_.Forget(1);
  control_.Forget(2);
  StartAgent();
  EXPECT_EQ(control_.AwaitHello(2).nodes_size(), 3) << "ended only when all wishes are known";
  control_.AwaitPhase(2, PHASE_ABSENT);
  EXPECT_FALSE(Alive(orphan));
  EXPECT_FALSE(Alive(unwanted));
  EXPECT_TRUE(Alive(wanted));
}

TEST_F(AgentTest, SuspendStopsInOrderAndResumeStartsOnTheSameFiles) {
  const Report exited = Running(Node(1));
  const Report ready = Running(Node(2));
  control_.Send(Injected(agent::v1::HARM_KILL, 1));
  control_.AwaitPhase(1, PHASE_EXITED);
  const std::string dump = Paths(2).engine.working_dir + "/dump.rdb";
  ASSERT_TRUE(WriteFileAtomically(dump, "data").ok());
  ControlMessage message;
  message.mutable_suspend();
  const size_t mark = control_.Mark();
  control_.Send(message);
  EXPECT_EQ(control_.AwaitPhase(2, PHASE_STOPPED, mark).exit_text(), "killed by SIGTERM");
  EXPECT_TRUE(control_.AwaitSuspended());
  EXPECT_TRUE(agent_->Finished());
  EXPECT_FALSE(Alive(ready));
  StopAgent();

  const size_t resumed = control_.Mark();
  StartAgent();
  EXPECT_EQ(control_.AwaitPhase(2, PHASE_READY, resumed).restarts(), 0);
  EXPECT_TRUE(std::filesystem::exists(dump));
  EXPECT_EQ(control_.AwaitPhase(1, PHASE_EXITED, resumed).pid(), exited.pid());
}

}  // namespace
}  // namespace elastilab
