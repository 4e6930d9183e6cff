// The machine's side of the door: alarms that keep their appointments, processes that are watched.
#include "common/os/real_host.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <csignal>
#include <functional>
#include <memory>
#include <string>

#include "common/os/pidfd.h"
#include "common/os/spawn.h"

namespace elastilab {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RealHostTest : public testing::Test {
 protected:
  bool RunUntil(const std::function<bool()>& finished) {
    const auto end = host_.Now() + seconds(10);
    while (!finished() && host_.Now() < end) io_.run_one_for(milliseconds(100));
    return finished();
  }

  boost::asio::io_context io_{1};
  RealHost host_{io_};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ = boost::asio::make_work_guard(io_);
};

TEST_F(RealHostTest, AlarmHasOneAppointment) {
  int rang = 0;
  auto alarm = host_.MakeAlarm();
  alarm->Set(host_.Now(), [&] { rang += 1; });
  alarm->Set(milliseconds(1), [&] { rang += 10; });
  EXPECT_TRUE(RunUntil([&] { return rang == 10; }));
  alarm->Set(host_.Now(), [&] { rang += 100; });
  alarm->Cancel();
  auto gone = host_.MakeAlarm();
  gone->Set(host_.Now(), [&] { rang += 1000; });
  gone.reset();
  bool later = false;
  auto after = host_.MakeAlarm();
  after->Set(milliseconds(5), [&] { later = true; });
  EXPECT_TRUE(RunUntil([&] { return later; }));
  EXPECT_EQ(rang, 10);
}

TEST_F(RealHostTest, ExitOfAChildIsSeenOnce) {
  std::string text;
  int times = 0;
  auto process = host_.Spawn({.program = "sleep", .args = {"60"}}, [&](const ProcessExit& exit) {
    text = exit.text;
    ++times;
  });
  ASSERT_TRUE(process.ok()) << process.status();
  EXPECT_EQ(host_.StatOf((*process)->identity().pid)->identity, (*process)->identity());
  (*process)->Signal(SIGKILL);
  EXPECT_TRUE(RunUntil([&] { return times > 0; }));
  EXPECT_EQ(text, "killed by SIGKILL");
}

TEST_F(RealHostTest, AdoptedProcessIsWatchedToo) {
  auto child = Spawn({.program = "sleep", .args = {"60"}});
  ASSERT_TRUE(child.ok());
  const ProcessIdentity identity = ReadProcStat(child->pid)->identity;
  EXPECT_TRUE(absl::IsNotFound(host_.Adopt({identity.pid, identity.start_ticks + 1}, nullptr).status()));
  bool exited = false;
  auto process = host_.Adopt(identity, [&](const ProcessExit&) { exited = true; });
  ASSERT_TRUE(process.ok());
  (*process)->Signal(SIGTERM);
  EXPECT_TRUE(RunUntil([&] { return exited; }));
}

// Two sockets have something to say at the same moment; whoever is heard first closes the other and starts a process, for
// which Asio uses the closed one's place, event included.
TEST_F(RealHostTest, EventOfAClosedDescriptorIsNoExit) {
  using Descriptor = boost::asio::posix::stream_descriptor;
  std::unique_ptr<Descriptor> sockets[2];
  std::unique_ptr<Process> process;
  std::string exited;
  int writers[2];
  for (int i : {0, 1}) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    writers[i] = ends[1];
    sockets[i] = std::make_unique<Descriptor>(io_, ends[0]);
    sockets[i]->async_wait(Descriptor::wait_read, [&, i](const boost::system::error_code&) {
      if (process != nullptr) return;
      sockets[1 - i].reset();
      process = *host_.Spawn({.program = "sleep", .args = {"60"}}, [&](const ProcessExit& exit) { exited = exit.text; });
    });
  }
  io_.poll();  // both are being watched
  for (int writer : writers) ASSERT_EQ(write(writer, "x", 1), 1);
  EXPECT_TRUE(RunUntil([&] { return process != nullptr; }));
  bool later = false;
  auto after = host_.MakeAlarm();
  after->Set(milliseconds(5), [&] { later = true; });
  EXPECT_TRUE(RunUntil([&] { return later; }));
  EXPECT_EQ(exited, "");
  process->Signal(SIGKILL);
  EXPECT_TRUE(RunUntil([&] { return !exited.empty(); }));
  EXPECT_EQ(exited, "killed by SIGKILL") << "it is still watched";
  for (int writer : writers) close(writer);
}

TEST_F(RealHostTest, ForgottenProcessLivesOnAndCallsNobody) {
  bool exited = false;
  auto process = host_.Spawn({.program = "sleep", .args = {"60"}}, [&](const ProcessExit&) { exited = true; });
  ASSERT_TRUE(process.ok());
  const ProcessIdentity identity = (*process)->identity();
  const UniqueFd pidfd = OpenPidfd(identity);
  process->reset();
  EXPECT_FALSE(AwaitExit(pidfd, milliseconds(20)));
  KillAndWait({identity});
  io_.run_for(milliseconds(20));
  EXPECT_FALSE(exited);
}

TEST_F(RealHostTest, ExitMayDestroyTheProcess) {
  std::unique_ptr<Process> process;
  bool exited = false;
  auto spawned = host_.Spawn({.program = "true"}, [&](const ProcessExit& exit) {
    EXPECT_EQ(exit.text, "exit code 0");
    process.reset();
    exited = true;
  });
  ASSERT_TRUE(spawned.ok());
  process = *std::move(spawned);
  EXPECT_TRUE(RunUntil([&] { return exited; }));
}

}  // namespace
}  // namespace elastilab
