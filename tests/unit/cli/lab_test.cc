// The lab from outside: settings, ports and their holders, processes, and calls over a real socket.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "cli/client/exit_code.h"
#include "cli/client/rpc.h"
#include "cli/lab/daemon.h"
#include "cli/lab/doctor.h"
#include "cli/lab/ports.h"
#include "cli/lab/process.h"
#include "common/os/lock_file.h"
#include "common/os/pidfd.h"
#include "common/os/spawn.h"
#include "cli/lab/settings.h"
#include "cli/lab/target.h"
#include "proto/admin/v1/admin.pb.h"

namespace elastilab {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class LabTest : public ::testing::Test {
 protected:
  LabTest() {
    char name[] = "/tmp/elastilab-cli-XXXXXX";
    files_.data_dir = ::mkdtemp(name);
  }
  ~LabTest() override { fs::remove_all(files_.data_dir); }

  LabFiles files_;
};

TEST_F(LabTest, SettingsAreKept) {
  EXPECT_EQ(LoadSettings(files_).status().code(), absl::StatusCode::kNotFound);
  LabSettings settings;
  settings.grpc_port = 5567;
  settings.zones = {"eu-west-1a", "eu-west-1b"};
  ASSERT_TRUE(SaveSettings(files_, settings).ok());
  EXPECT_EQ(*LoadSettings(files_), settings);
  EXPECT_EQ(settings.region(), "eu-west-1");
  struct stat info {};
  ASSERT_EQ(::stat(files_.settings().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  std::ofstream(files_.settings()) << "{ damaged";
  EXPECT_THAT(std::string(LoadSettings(files_).status().message()), HasSubstr("lab.json"));
}

TEST_F(LabTest, APortInUseNamesItsHolderAndTheFlag) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&where), size), 0);
  ASSERT_EQ(::listen(fd, 1), 0);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&where), &size);
  LabSettings settings;
  settings.grpc_port = ntohs(where.sin_port);
  const Status status = CheckPorts(settings);
  ::close(fd);
  EXPECT_THAT(std::string(status.message()), HasSubstr("--grpc-port"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("pid " + std::to_string(::getpid())));
}

TEST_F(LabTest, OnlyAHeldLockHasAHolder) {
  std::ofstream(files_.pid_file()) << "4711\n";
  EXPECT_EQ(RunningDaemon(files_), 0) << "a file that nobody holds is stale";
  const int fd = ::open(files_.pid_file().c_str(), O_RDONLY);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  EXPECT_EQ(RunningDaemon(files_), 4711);
  RemoveFreeLock(files_.pid_file());
  EXPECT_TRUE(fs::exists(files_.pid_file()));
  ::close(fd);
  RemoveFreeLock(files_.pid_file());
  EXPECT_FALSE(fs::exists(files_.pid_file()));
}

// Stands for an engine: a process whose stdout is a log file below zones/. A stubborn one never hears SIGTERM.
Child StartMarked(const std::string& log, bool stubborn) {
  fs::create_directories(fs::path(log).parent_path());
  Command command{.program = "/bin/sleep", .args = {"60"}};
  if (stubborn) command.held_signals = {SIGTERM};
  command.log_file = log;
  auto child = Spawn(command);
  EXPECT_TRUE(child.ok()) << child.status();
  return *std::move(child);
}

TEST_F(LabTest, StopsEnginesWithoutADaemon) {
  ASSERT_TRUE(PrepareDataDir(files_).ok());
  files_.data_dir = fs::canonical(files_.data_dir);
  const Child child = StartMarked(files_.zones_dir() + "/us-east-1a/nodes/1/engine.log", false);
  const auto nobody = MakeGrpc("unix:" + files_.socket());
  const auto report = StopLab(*nobody, files_, std::chrono::seconds(1));
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(report->was_running);
  EXPECT_EQ(report->leftovers, 1);
  EXPECT_EQ(report->killed, 0);
  EXPECT_EQ(TakeExitText(child.pidfd), "killed by SIGTERM");
}

// An engine that saves takes longer than a patience may be.
TEST_F(LabTest, WhatIsBeingWrittenIsWaitedFor) {
  const std::string out = files_.data_dir + "/dump";
  const pid_t pid = ::fork();
  if (pid == 0) {
    const std::string script = "trap '' TERM; echo ready > " + out + ".ready; for i in 1 2 3 4 5 6 7 8 9 10; do echo x; sleep 0.1; done > " + out;
    ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
    ::_exit(1);
  }
  while (!fs::exists(out + ".ready")) ::usleep(1'000);
  EXPECT_EQ(StopProcesses({pid}, std::chrono::milliseconds(400)), 0);
  int how = 0;
  EXPECT_EQ(::waitpid(pid, &how, 0), pid);
  EXPECT_TRUE(WIFEXITED(how));
}

class RefusingRpc final : public Rpc {
 public:
  explicit RefusingRpc(Status refusal = absl::PermissionDeniedError("user/alice may not call Shutdown"))
      : refusal_(std::move(refusal)) {}
  Status Call(const std::string&, const google::protobuf::Message&, google::protobuf::Message*, std::chrono::milliseconds) override {
    return refusal_;
  }

 private:
  const Status refusal_;
};

TEST_F(LabTest, WhoMayNotStopTheLabDoesNotKillIt) {
  const Child child = StartMarked(files_.zones_dir() + "/us-east-1a/nodes/1/engine.log", false);
  std::ofstream(files_.pid_file()) << child.pid << "\n";
  const int fd = ::open(files_.pid_file().c_str(), O_RDONLY);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  RefusingRpc rpc;
  EXPECT_EQ(StopLab(rpc, files_, std::chrono::seconds(1)).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_FALSE(AwaitExit(child.pidfd, std::chrono::milliseconds(0)));
  SendSignal(child.pidfd, SIGKILL);
  AwaitExit(child.pidfd, std::chrono::seconds(5));
  TakeExitText(child.pidfd);
  ::close(fd);
}

TEST_F(LabTest, ALabThatGoesOnIsLeftAloneUnlessForced) {
  const Child child = StartMarked(files_.zones_dir() + "/us-east-1a/nodes/1/engine.log", false);
  std::ofstream(files_.pid_file()) << child.pid << "\n";
  const int fd = ::open(files_.pid_file().c_str(), O_RDONLY);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  RefusingRpc rpc(absl::FailedPreconditionError("us-east-1a did not stop its engines: the lab goes on"));
  EXPECT_EQ(StopLab(rpc, files_, std::chrono::seconds(1)).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(AwaitExit(child.pidfd, std::chrono::milliseconds(0)));
  StopLab(rpc, files_, std::chrono::seconds(1), true).IgnoreError();
  EXPECT_TRUE(AwaitExit(child.pidfd, std::chrono::seconds(5)));
  TakeExitText(child.pidfd);
  ::close(fd);
}

TEST_F(LabTest, InsistsWhenAskedInVain) {
  const Child child = StartMarked(files_.zones_dir() + "/us-east-1a/nodes/1/engine.log", true);
  EXPECT_EQ(StopProcesses({child.pid}, std::chrono::milliseconds(50)), 1);
  EXPECT_EQ(TakeExitText(child.pidfd), "killed by SIGKILL");
}

TEST_F(LabTest, DoctorNamesAFixForWhatIsMissing) {
  for (const Check& check : RunDoctor(files_, LabSettings())) {
    EXPECT_FALSE(check.what.empty());
    EXPECT_TRUE(check.verdict != Verdict::kBad || !check.fix.empty()) << check.what;
  }
}

// A server that knows one operation and refuses the others with a fault.
class OneCall : public grpc::ServerGenericBidiReactor {
 public:
  explicit OneCall(grpc::GenericCallbackServerContext* context) : context_(context) { StartRead(&bytes_); }
  void OnReadDone(bool) override {
    if (context_->method() == "/elastilab.admin.v1.Admin/GetLab") {
      admin::v1::GetLabResponse lab;
      lab.set_pid(4711);
      const grpc::Slice slice(lab.SerializeAsString());
      bytes_ = grpc::ByteBuffer(&slice, 1);
      StartWriteAndFinish(&bytes_, grpc::WriteOptions(), grpc::Status::OK);
      return;
    }
    context_->AddTrailingMetadata("x-fault-code", "CacheClusterNotFound");
    Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "CacheCluster not found: x"));
  }
  void OnDone() override { delete this; }

 private:
  grpc::GenericCallbackServerContext* context_;
  grpc::ByteBuffer bytes_;
};

class FakeServer : public grpc::CallbackGenericService {
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    return new OneCall(context);
  }
};

TEST_F(LabTest, CallsOverTheSocket) {
  fs::create_directories(files_.data_dir + "/run");
  FakeServer service;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + files_.socket(), grpc::InsecureServerCredentials());
  builder.RegisterCallbackGenericService(&service);
  const auto server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);

  EXPECT_EQ(CallTarget(files_), "unix:" + files_.socket());
  const auto rpc = MakeGrpc(CallTarget(files_));
  const auto lab = AdminCall<admin::v1::GetLabResponse>(*rpc, "GetLab", admin::v1::GetLabRequest());
  ASSERT_TRUE(lab.ok()) << lab.status();
  EXPECT_EQ(lab->pid(), 4711);
  const auto refused = AdminCall<admin::v1::GetLabResponse>(*rpc, "Other", admin::v1::GetLabRequest());
  EXPECT_EQ(FaultCodeText(refused.status()), "CacheClusterNotFound");
  EXPECT_EQ(ErrorText(refused.status()),
            "An error occurred (CacheClusterNotFound) when calling the Other operation: CacheCluster not found: x");
  server->Shutdown();
}

// Another lab, or anybody, may listen on the port that this directory's lab once had, and on the default one.
TEST_F(LabTest, ADirectoryMeansItsOwnLabOrNone) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&where), size), 0);
  ASSERT_EQ(::listen(fd, 1), 0);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&where), &size);
  EXPECT_EQ(CallTarget(files_), "unix:" + files_.socket()) << "no lab was ever here";
  LabSettings settings;
  settings.grpc_port = ntohs(where.sin_port);
  ASSERT_TRUE(SaveSettings(files_, settings).ok());
  EXPECT_EQ(CallTarget(files_), "unix:" + files_.socket()) << "the lab of this directory is stopped";

  std::ofstream(files_.pid_file()) << ::getpid() << "\n";
  const int lock = ::open(files_.pid_file().c_str(), O_RDONLY);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  EXPECT_EQ(CallTarget(files_), "unix:" + files_.socket()) << "its control plane runs, its socket file is gone";
  EXPECT_THAT(CallTarget({"/tmp/" + std::string(200, 'x')}), ::testing::StartsWith("unix:"));
  ::close(lock);
  ::close(fd);
}

TEST_F(LabTest, WhyNobodyAnswersHasItsOwnSentenceEach) {
  EXPECT_THAT(WhyNoAnswer({files_.data_dir + "/nothing"}, "x"), HasSubstr("there is no lab in"));
  EXPECT_THAT(WhyNoAnswer(files_, "x"), HasSubstr("there is no lab in"));
  ASSERT_TRUE(SaveSettings(files_, LabSettings()).ok());
  EXPECT_THAT(WhyNoAnswer(files_, "x"), HasSubstr("is stopped"));
  std::ofstream(files_.pid_file()) << ::getpid() << "\n";
  const int lock = ::open(files_.pid_file().c_str(), O_RDONLY);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  EXPECT_THAT(WhyNoAnswer(files_, "could not save: disk full"), HasSubstr("could not save: disk full"));
  ::close(lock);
  if (::geteuid() == 0) return;  // root looks into everything
  ASSERT_EQ(::chmod(files_.data_dir.c_str(), 0), 0);
  EXPECT_THAT(WhyNoAnswer(files_, "x"), HasSubstr("Permission denied"));
  ::chmod(files_.data_dir.c_str(), 0700);
}

TEST_F(LabTest, NobodyAnswers) {
  const auto rpc = MakeGrpc("unix:" + files_.socket());
  const auto lab = AdminCall<admin::v1::GetLabResponse>(*rpc, "GetLab", admin::v1::GetLabRequest());
  EXPECT_EQ(lab.status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace elastilab
