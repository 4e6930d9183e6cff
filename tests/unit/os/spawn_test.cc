// What a child gets from its parent, and what it doesn't.
#include "common/os/spawn.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>

#include "common/os/files.h"
#include "common/os/lock_file.h"
#include "common/os/pidfd.h"
#include "common/secret.h"

namespace elastilab {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

class SpawnTest : public testing::Test {
 protected:
  SpawnTest() { EXPECT_TRUE(MakeDirectories(dir_).ok()); }
  ~SpawnTest() override { (void)RemoveTree(dir_); }

  Command Shell(const std::string& script) const {
    Command command{.program = "/bin/sh", .args = {"-c", script}};
    command.log_file = Log();
    return command;
  }
  std::string Log() const { return dir_ + "/log"; }
  Command OwnStatus() const {  // no shell: those have ideas of their own about signals
    Command command{.program = "grep", .args = {"-E", "Sig(Blk|Ign)", "/proc/self/status"}};
    command.log_file = Log();
    return command;
  }
  // What it wrote, once it has ended in order.
  std::string Run(const Command& command) {
    auto child = Spawn(command);
    EXPECT_TRUE(child.ok()) << child.status();
    if (!child.ok()) return "";
    EXPECT_TRUE(AwaitExit(child->pidfd, seconds(10)));
    EXPECT_EQ(TakeExitText(child->pidfd), "exit code 0");
    return ReadWholeFile(Log()).value_or("");
  }

  std::string dir_ = "/tmp/elastilab-spawn-" + RandomHex(6);
};

// Blocks and ignores what a daemon blocks and ignores, for the length of a test.
class DeafParent {
 public:
  DeafParent() {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (int signal : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&blocked, signal);
    pthread_sigmask(SIG_BLOCK, &blocked, &before_);
    pipe_ = signal(SIGPIPE, SIG_IGN);
  }
  ~DeafParent() {
    signal(SIGPIPE, pipe_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t before_;
  sighandler_t pipe_;
};

TEST_F(SpawnTest, ChildOfADeafParentHearsEverySignal) {
  const DeafParent deaf;
  const std::string status = Run(OwnStatus());
  EXPECT_THAT(status, HasSubstr("SigBlk:\t0000000000000000"));
  constexpr uint64_t kOfLibc = 3ull << 31;  // its two internal signals
  const uint64_t ignored = std::stoull(status.substr(status.find("SigIgn:") + 7), nullptr, 16);
  EXPECT_EQ(ignored & ~kOfLibc, 0u);
  auto child = Spawn({.program = "sleep", .args = {"60"}});
  ASSERT_TRUE(child.ok());
  SendSignal(child->pidfd, SIGTERM);
  EXPECT_TRUE(AwaitExit(child->pidfd, seconds(5)));
  EXPECT_EQ(TakeExitText(child->pidfd), "killed by SIGTERM");
}

TEST_F(SpawnTest, HeldSignalsWaitForTheChild) {
  Command command = OwnStatus();
  command.held_signals = {SIGHUP};
  EXPECT_THAT(Run(command), HasSubstr("SigBlk:\t0000000000000001"));
}

TEST_F(SpawnTest, OnlyNamedDescriptorsReachTheChild) {
  const UniqueFd open_in_parent(open("/dev/null", O_RDONLY));
  ASSERT_GT(open_in_parent.get(), 2);
  Command list{.program = "ls", .args = {"/proc/self/fd"}};
  list.log_file = Log();
  EXPECT_EQ(Run(list), "0\n1\n2\n3\n");  // the fourth is the directory that it reads
  (void)RemoveTree(Log());
  const UniqueFd shared(open((dir_ + "/shared").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  Command command = Shell("echo four >&4");
  command.more_fds = {open_in_parent.get(), shared.get()};
  Run(command);
  EXPECT_EQ(ReadWholeFile(dir_ + "/shared").value_or(""), "four\n");
}

TEST_F(SpawnTest, StandardInputIsTheTextTheDescriptorOrNothing) {
  Command command = Shell("cat");
  EXPECT_EQ(Run(command), "");
  const std::string text(200'000, 'x');  // more than a pipe holds by default
  command.stdin_text = text;
  EXPECT_EQ(Run(command), text);
  (void)RemoveTree(Log());
  ASSERT_TRUE(WriteFileAtomically(dir_ + "/in", "from a descriptor").ok());
  const UniqueFd in(open((dir_ + "/in").c_str(), O_RDONLY | O_CLOEXEC));
  command.stdin_fd = in.get();
  EXPECT_EQ(Run(command), "from a descriptor");
}

TEST_F(SpawnTest, EnvironmentIsMinimalUnlessAskedFor) {
  setenv("EL_SPAWN_TEST", "ours", 1);
  Command command = Shell("env; pwd");
  command.working_dir = dir_;
  command.environment["ADDED"] = "1";
  EXPECT_THAT(Run(command), AllOf(HasSubstr("ADDED=1"), HasSubstr("PATH=/"), HasSubstr(dir_ + "\n"),
                                  Not(HasSubstr("EL_SPAWN_TEST"))));
  command.whole_environment = true;
  EXPECT_THAT(Run(command), HasSubstr("EL_SPAWN_TEST=ours"));
  unsetenv("EL_SPAWN_TEST");
}

TEST_F(SpawnTest, ChildIsASessionOfItsOwn) {
  auto child = Spawn({.program = "sleep", .args = {"60"}});
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(getsid(static_cast<pid_t>(child->pid)), child->pid);
  KillAndWait({ReadProcStat(child->pid)->identity});
}

TEST_F(SpawnTest, WhatCannotBeStartedIsNamed) {
  const auto missing = Spawn({.program = dir_ + "/nothing"});
  EXPECT_THAT(std::string(missing.status().message()), AllOf(HasSubstr(dir_ + "/nothing"), HasSubstr("No such file")));
  Command nowhere = Shell("true");
  nowhere.working_dir = dir_ + "/nowhere";
  EXPECT_FALSE(Spawn(nowhere).ok());
}

TEST_F(SpawnTest, CodeOfAProcessThatSomebodyElseReapedIsUnknown) {
  auto child = Spawn({.program = "true"});
  ASSERT_TRUE(child.ok());
  ASSERT_EQ(waitpid(static_cast<pid_t>(child->pid), nullptr, 0), child->pid);
  EXPECT_TRUE(AwaitExit(child->pidfd, seconds(5)));
  EXPECT_EQ(TakeExitText(child->pidfd), "exited, code unknown");
}

TEST_F(SpawnTest, LockGoesWithItsHolder) {
  const std::string path = dir_ + "/lock";
  {
    const auto held = LockFile::Take(path);
    ASSERT_TRUE(held.ok());
    EXPECT_EQ(LockHolder(path), getpid());
    const auto second = LockFile::Take(path);
    EXPECT_TRUE(absl::IsAlreadyExists(second.status()));
    EXPECT_EQ(std::string(second.status().message()), std::to_string(getpid()));
    RemoveFreeLock(path);
    EXPECT_EQ(LockHolder(path), getpid());
  }
  EXPECT_EQ(LockHolder(path), 0);
  RemoveFreeLock(path);
  EXPECT_TRUE(absl::IsNotFound(ReadWholeFile(path).status()));
}

}  // namespace
}  // namespace elastilab
