// The real program with the real redis-server: what `kill -9` does to either of them.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <thread>

#include "agent/journal/journal.h"
#include "common/os/files.h"
#include "common/os/pidfd.h"
#include "common/os/real_host.h"
#include "common/os/spawn.h"
#include "common/secret.h"
#include "tests/integration/agent/fake_control_plane.h"

namespace elastilab {
namespace {

using agent::v1::Assignment;
using agent::v1::ControlMessage;
using Report = FakeControlPlane::Report;
using testing::HasSubstr;

constexpr char kZone[] = "us-east-1a";

class AgentBinaryTest : public testing::Test {
 protected:
  void SetUp() override {
    if (access("/usr/bin/redis-server", X_OK) != 0) GTEST_SKIP() << "needs redis-server";
    StartAgent();
  }
  ~AgentBinaryTest() override {
    if (agent_.pid > 0) KillAgent();
    std::vector<ProcessIdentity> left;
    for (const MarkedProcess& process : FindMarkedProcesses(dir_)) left.push_back(process.identity);
    KillAndWait(left);
    (void)RemoveTree(dir_);
  }

  // `faults` as in ELASTILAB_FAULTS.
  Child SpawnAgent(const std::string& faults = "") {
    Command command;
    command.program = ELASTILAB_AGENT;
    command.args = {"--zone", kZone, "--data-dir", dir_, "--connect", target_, "--log-file", dir_ + "/agent.log"};
    command.environment["ELASTILAB_FAULTS"] = faults;
    auto child = Spawn(command);
    EXPECT_TRUE(child.ok()) << child.status();
    return *std::move(child);
  }
  void StartAgent(const std::string& faults = "") {
    (void)MakeDirectories(dir_);
    agent_ = SpawnAgent(faults);
  }
  // "exit code 0", "killed by SIGKILL".
  static std::string WaitFor(const Child& child) {
    EXPECT_TRUE(AwaitExit(child.pidfd, FakeControlPlane::kPatience));
    return TakeExitText(child.pidfd);
  }
  std::string WaitForAgent() { return WaitFor(std::exchange(agent_, Child{})); }
  std::string KillAgent() {
    SendSignal(agent_.pidfd, SIGKILL);
    return WaitForAgent();
  }

  static Assignment Node(int64_t uid) {
    Assignment a;
    a.set_uid(uid);
    a.set_incarnation(1);
    a.set_revision(1);
    a.set_name(fmt::format("demo-00{}", uid));
    a.set_family("redis");
    a.set_version("7.0");
    a.set_desired(agent::v1::DESIRED_RUN);
    a.set_restart(agent::v1::RESTART_POLICY_REPORT);
    a.set_address(fmt::format("127.46.3.{}", uid));
    a.set_port(6379);
    a.set_role(agent::v1::NODE_ROLE_PRIMARY);
    a.set_max_memory_bytes(64 << 20);
    a.set_control_password(std::string(64, 'c'));
    a.set_replication_password(std::string(64, 'r'));
    return a;
  }
  static Assignment ReplicaOf(int64_t primary, int64_t uid) {
    Assignment a = Node(uid);
    a.set_role(agent::v1::NODE_ROLE_REPLICA);
    a.mutable_follow()->set_address(Node(primary).address());
    a.mutable_follow()->set_port(6379);
    return a;
  }
  Report Running(const Assignment& a) {
    const size_t mark = control_.Mark();
    control_.Assign(a);
    return control_.AwaitPhase(a.uid(), agent::v1::PHASE_READY, mark);
  }
  static bool Alive(const Report& report) {
    const auto stat = ReadProcStat(report.pid());
    return stat && stat->identity.start_ticks == report.start_ticks() && stat->state != 'Z';
  }
  // Killed already, but a process takes its time to go.
  static bool DiesSoon(const Report& report) {
    return AwaitExit(OpenPidfd(report.pid()), std::chrono::seconds(5));
  }
  static std::string Redis(const std::string& address, const std::string& command) {
    FILE* cli = popen(fmt::format("redis-cli -h {} {} 2>&1", address, command).c_str(), "re");
    char line[256] = "";
    EXPECT_NE(fgets(line, sizeof(line), cli), nullptr);
    pclose(cli);
    return std::string(line, strcspn(line, "\n"));
  }

  std::string dir_ = "/tmp/elastilab-binary-" + RandomHex(6);
  std::string target_ = "unix:" + dir_ + ".control";
  FakeControlPlane control_{target_};
  RealFiles files_;
  Child agent_;
};

TEST_F(AgentBinaryTest, ReplicaLinksUpAndIsPromotedWhenItsPrimaryIsKilled) {
  const Report primary = Running(Node(1));
  EXPECT_TRUE(primary.engine_version().starts_with("7."));
  Assignment replica = ReplicaOf(1, 2);
  Running(replica);
  const Report linked = control_.Await([](const Report& r) { return r.uid() == 2 && r.link_up(); });
  EXPECT_EQ(linked.follows().address(), "127.46.3.1");
  EXPECT_EQ(Redis("127.46.3.1", "SET greeting hello"), "OK");

  const int64_t killed = NowMicros();
  kill(static_cast<pid_t>(primary.pid()), SIGKILL);
  EXPECT_EQ(control_.AwaitPhase(1, agent::v1::PHASE_EXITED).exit_text(), "killed by SIGKILL");
  const int64_t seen = NowMicros();
  replica.set_revision(2);
  replica.set_role(agent::v1::NODE_ROLE_PRIMARY);
  replica.clear_follow();
  replica.add_endpoints("127.46.3.99");
  control_.Assign(replica);
  const Report promoted = control_.Await([](const Report& r) { return r.uid() == 2 && r.applied_revision() == 2; });
  std::printf("kill to report %ld us, to promotion confirmed %ld us\n", seen - killed, NowMicros() - killed);
  EXPECT_EQ(promoted.role(), agent::v1::NODE_ROLE_PRIMARY);
  EXPECT_THAT(promoted.endpoints(), testing::ElementsAre("127.46.3.99"));
  EXPECT_EQ(Redis("127.46.3.99", "SET greeting again"), "OK");
}

TEST_F(AgentBinaryTest, EngineDoesNotNoticeThatItsAgentWasKilled) {
  const Report ready = Running(Node(1));
  EXPECT_EQ(Redis("127.46.3.1", "SET key value"), "OK");
  KillAgent();
  EXPECT_EQ(Redis("127.46.3.1", "GET key"), "value");
  StartAgent();
  const auto hello = control_.AwaitHello(2);
  ASSERT_EQ(hello.nodes_size(), 1);
  EXPECT_EQ(hello.nodes(0).pid(), ready.pid());
  EXPECT_EQ(hello.nodes(0).run_id(), ready.run_id());
  EXPECT_EQ(hello.nodes(0).phase(), agent::v1::PHASE_READY);
  EXPECT_EQ(hello.nodes(0).applied_revision(), 1);
  kill(static_cast<pid_t>(ready.pid()), SIGKILL);  // not a child of this agent: its exit is seen all the same
  EXPECT_EQ(control_.AwaitPhase(1, agent::v1::PHASE_EXITED).pid(), ready.pid());
}

TEST_F(AgentBinaryTest, AgentThatDiesAroundASpawnNeverRunsANodeTwice) {
  for (const char* fault : {"agent.before_spawn=crash", "agent.after_spawn=crash"}) {
    KillAgent();
    StartAgent(fault);
    const int64_t uid = fault == std::string("agent.before_spawn=crash") ? 1 : 2;
    control_.AwaitHello(uid == 1 ? 1 : 3);
    control_.Assign(Node(uid));
    EXPECT_EQ(WaitForAgent(), "exit code 86") << fault;
    const size_t mark = control_.Mark();
    StartAgent();
    EXPECT_EQ(control_.AwaitPhase(uid, agent::v1::PHASE_READY, mark).restarts(), 0) << fault;
    size_t processes = 0;
    const std::string log = ZonePaths(dir_, kZone).Node(uid).engine.log_file;
    for (const MarkedProcess& process : FindMarkedProcesses(dir_)) processes += process.log_file == log;
    EXPECT_EQ(processes, 1u) << fault;
  }
}

TEST_F(AgentBinaryTest, SuspendedDataIsThereAfterTheResume) {
  Running(Node(1));
  EXPECT_EQ(Redis("127.46.3.1", "SET key value"), "OK");
  ControlMessage message;
  message.mutable_suspend();
  control_.Send(message);
  EXPECT_TRUE(control_.AwaitSuspended());
  EXPECT_EQ(WaitForAgent(), "exit code 0");
  EXPECT_TRUE(FindMarkedProcesses(dir_).empty());
  const size_t mark = control_.Mark();
  StartAgent();
  control_.AwaitPhase(1, agent::v1::PHASE_READY, mark);
  EXPECT_EQ(Redis("127.46.3.1", "GET key"), "value");
}

TEST_F(AgentBinaryTest, AgentThatDiesDuringAnOrderlyRestartLosesNothing) {
  control_.AwaitHello(1);
  KillAgent();
  StartAgent("agent.on_exit=crash");
  control_.AwaitHello(2);
  Assignment node = Node(1);
  const Report ready = Running(node);
  EXPECT_EQ(Redis("127.46.3.1", "SET key value"), "OK");
  node.set_revision(2);
  node.set_threads(2);  // takes a new process
  control_.Assign(node);
  EXPECT_EQ(WaitForAgent(), "exit code 86");
  EXPECT_FALSE(Alive(ready));
  const size_t mark = control_.Mark();
  StartAgent();
  EXPECT_EQ(control_.AwaitHello(3).nodes(0).phase(), agent::v1::PHASE_STOPPED);
  EXPECT_NE(control_.AwaitPhase(1, agent::v1::PHASE_READY, mark).pid(), ready.pid());
  EXPECT_EQ(Redis("127.46.3.1", "GET key"), "value");
}

TEST_F(AgentBinaryTest, EngineWithoutItsSocketFileIsAdoptedAndGoesOnBeingLedOverTcp) {
  Assignment node = Node(1);
  const Report ready = Running(node);
  EXPECT_EQ(Redis("127.46.3.1", "SET key value"), "OK");
  KillAgent();
  ASSERT_EQ(unlink(ZonePaths(dir_, kZone).Node(1).socket.c_str()), 0);
  StartAgent();
  EXPECT_EQ(control_.AwaitHello(2).nodes(0).phase(), agent::v1::PHASE_READY);
  node.set_revision(2);
  node.add_endpoints("127.46.3.99");
  control_.Assign(node);
  const Report applied = control_.Await([](const Report& r) { return r.applied_revision() == 2; });
  EXPECT_EQ(applied.pid(), ready.pid());
  EXPECT_EQ(applied.run_id(), ready.run_id());
  EXPECT_EQ(Redis("127.46.3.99", "GET key"), "value");
}

TEST_F(AgentBinaryTest, RecordsThatAreGoneCostNoData) {
  const Report ready = Running(Node(1));
  EXPECT_EQ(Redis("127.46.3.1", "SET key value"), "OK");
  KillAgent();
  const NodeFiles files = ZonePaths(dir_, kZone).Node(1);
  for (const std::string& path : {files.assignment, files.engine.record, files.socket}) {
    ASSERT_EQ(unlink(path.c_str()), 0) << path;
  }
  const size_t mark = control_.Mark();
  StartAgent();
  const Report adopted = control_.AwaitPhase(1, agent::v1::PHASE_READY, mark);
  EXPECT_EQ(adopted.pid(), ready.pid());
  EXPECT_EQ(adopted.run_id(), ready.run_id());
  EXPECT_EQ(adopted.engine_version(), ready.engine_version());
  EXPECT_EQ(Redis("127.46.3.1", "GET key"), "value");
}

TEST_F(AgentBinaryTest, StoppedEngineIsSilentAndThenFenced) {
  Assignment node = Node(1);
  const Report ready = Running(node);
  ControlMessage message;
  message.mutable_inject()->set_harm(agent::v1::HARM_STOP);
  message.mutable_inject()->set_uid(1);
  const int64_t stopped = NowMicros();
  control_.Send(message);
  control_.AwaitPhase(1, agent::v1::PHASE_FROZEN);
  std::printf("stop to silent report %ld us\n", NowMicros() - stopped);
  node.set_revision(2);
  node.set_desired(agent::v1::DESIRED_FENCED);
  control_.Assign(node);
  EXPECT_EQ(control_.AwaitPhase(1, agent::v1::PHASE_EXITED).exit_text(), "killed by SIGKILL");
  EXPECT_FALSE(Alive(ready));
}

TEST_F(AgentBinaryTest, LostZoneLeavesNothingAlive) {
  const Report first = Running(Node(1));
  const Report second = Running(Node(2));
  ControlMessage message;
  message.mutable_inject()->set_harm(agent::v1::HARM_LOSE_ZONE);
  control_.Send(message);
  EXPECT_EQ(WaitForAgent(), "killed by SIGKILL");
  EXPECT_TRUE(DiesSoon(first));
  EXPECT_TRUE(DiesSoon(second));
}

// --- the configuration endpoint of memcached ------------------------------------------------------------------------

// One request, one answer; "" when nobody listens.
std::string Ask(const std::string& address, int port, const std::string& request) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string answer;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0 &&
      send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    char buffer[4096];
    ssize_t n = 0;
    while (answer.find("END\r\n") == std::string::npos && (n = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
      answer.append(buffer, static_cast<size_t>(n));
    }
  }
  close(fd);
  return answer;
}

// The endpoint reports to nobody, so it is asked until it says so.
bool EndpointSoonSays(const std::string& what) {
  for (int i = 0; i < 1000; ++i) {
    if (Ask("127.46.3.50", 11211, "config get cluster\r\n").find(what) != std::string::npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

TEST_F(AgentBinaryTest, ConfigurationEndpointFollowsTheWishAndOutlivesEveryKill) {
  if (access("/usr/bin/memcached", X_OK) != 0) GTEST_SKIP() << "needs memcached";
  Assignment node = Node(1);
  node.set_family("memcached");
  node.set_version("1.6");
  node.set_port(11211);
  node.set_role(agent::v1::NODE_ROLE_UNSPECIFIED);
  auto& discovery = *node.mutable_discovery();
  discovery.mutable_listen()->set_address("127.46.3.50");
  discovery.mutable_listen()->set_port(11211);
  discovery.set_version(1);
  auto& member = *discovery.add_nodes();
  member.set_host("mem.0001.local");
  member.set_address("127.46.3.1");
  member.set_port(11211);
  const Report ready = Running(node);
  EXPECT_TRUE(EndpointSoonSays("\r\n1\nmem.0001.local|127.46.3.1|11211\n"));

  node.set_revision(2);
  discovery.set_version(2);
  control_.Assign(node);
  EXPECT_TRUE(EndpointSoonSays("\r\n2\nmem.0001.local|"));
  EXPECT_EQ(control_.Await([](const Report& r) { return r.applied_revision() == 2; }).pid(), ready.pid());

  const ProcessRecord before = *ReadRecord(files_, ZonePaths(dir_, kZone).Node(1).discovery.record);
  KillAgent();
  EXPECT_TRUE(EndpointSoonSays("\r\n2\n"));
  StartAgent();
  control_.AwaitHello(2);
  const ProcessRecord adopted = *ReadRecord(files_, ZonePaths(dir_, kZone).Node(1).discovery.record);
  EXPECT_EQ(adopted.process, before.process);
  KillAndWait({adopted.process});
  EXPECT_TRUE(EndpointSoonSays("\r\n2\n"));
}

// --- agents ---------------------------------------------------------------------------------------------------------

TEST_F(AgentBinaryTest, SigtermEndsTheAgentNotTheEngines) {
  const Report ready = Running(Node(1));
  SendSignal(agent_.pidfd, SIGTERM);
  EXPECT_EQ(WaitForAgent(), "exit code 0");
  EXPECT_TRUE(Alive(ready));
}

TEST_F(AgentBinaryTest, SecondAgentOfAZoneIsRefused) {
  control_.AwaitHello(1);
  EXPECT_EQ(WaitFor(SpawnAgent()), "exit code 1");
  EXPECT_THAT(*ReadWholeFile(dir_ + "/agent.log"),
              HasSubstr(fmt::format("zone us-east-1a is already served by pid {}", agent_.pid)));
}

}  // namespace
}  // namespace elastilab
