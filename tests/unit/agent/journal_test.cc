#include "agent/journal/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "common/os/files.h"
#include "common/os/real_host.h"
#include "common/secret.h"

namespace elastilab {
namespace {

using testing::HasSubstr;

class JournalTest : public testing::Test {
 protected:
  JournalTest() : dir_("/tmp/elastilab-journal-" + RandomHex(6)) {}
  ~JournalTest() override { (void)RemoveTree(dir_); }
  StatusOr<Journal> Open() { return Journal::Open(files_, dir_, "us-east-1a"); }

  std::string dir_;
  RealFiles files_;
};

ProcessRecord SomeRecord() {
  ProcessRecord record;
  record.state = RecordState::kRunning;
  record.incarnation = 3;
  record.fenced = true;
  record.process = {4711, 123456789};
  record.boot_id = "b00t";
  record.run_id = "abc";
  record.was_ready = true;
  record.engine_version = "7.0.15";
  record.applied_revision = 9;
  record.restarts = 2;
  record.exit_text = "killed by SIGKILL";
  record.exit_micros = 42;
  return record;
}

TEST_F(JournalTest, RecordsComeBackAsWritten) {
  EXPECT_EQ(*ParseProcessRecord(FormatProcessRecord(SomeRecord())), SomeRecord());
  EXPECT_EQ(*ParseProcessRecord(FormatProcessRecord(ProcessRecord{})), ProcessRecord{});
}

// Each prefix of it, and each with one bit turned.
std::vector<std::string> DamagedFormsOf(const std::string& whole) {
  std::vector<std::string> damaged;
  for (size_t size = 0; size < whole.size(); ++size) damaged.push_back(whole.substr(0, size));
  for (size_t i = 0; i < whole.size(); ++i) {
    damaged.push_back(whole);
    damaged.back()[i] ^= 1;
  }
  return damaged;
}

TEST_F(JournalTest, NoDamageIsReadAsSomethingElse) {
  auto journal = Open();
  ASSERT_TRUE(journal->WriteAssignment(42, std::string("secret\0bytes", 12)).ok());
  ASSERT_TRUE(WriteRecord(files_, journal->Node(42).engine.record, SomeRecord()).ok());
  const std::string record = *ReadWholeFile(journal->Node(42).engine.record);
  const std::string assignment = *ReadWholeFile(journal->Node(42).assignment);
  for (const std::string& damaged : DamagedFormsOf(record)) {
    ASSERT_TRUE(WriteFileAtomically(journal->Node(42).engine.record, damaged).ok());
    EXPECT_TRUE(absl::IsDataLoss(ReadRecord(files_, journal->Node(42).engine.record).status())) << damaged;
  }
  for (const std::string& damaged : DamagedFormsOf(assignment)) {
    ASSERT_TRUE(WriteFileAtomically(journal->Node(42).assignment, damaged).ok());
    EXPECT_TRUE(absl::IsDataLoss(journal->Load().at(0).assignment.status())) << damaged;
  }
}

TEST_F(JournalTest, RecordOfANewerAgentIsReadAndADamagedOneRefused) {
  EXPECT_EQ(ParseProcessRecord("state exited\nfuture_key 1\n")->state, RecordState::kExited);
  EXPECT_FALSE(ParseProcessRecord("").ok());
  EXPECT_FALSE(ParseProcessRecord("state running\npid 12x\n").ok());
}

TEST_F(JournalTest, AssignmentsSurviveTheAgent) {
  {
    auto journal = Open();
    ASSERT_TRUE(journal.ok()) << journal.status();
    ASSERT_TRUE(journal->WriteAssignment(42, std::string("secret\0bytes", 12)).ok());
  }
  auto journal = Open();
  ASSERT_TRUE(journal.ok()) << journal.status();
  const auto nodes = journal->Load();
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].uid, 42);
  EXPECT_EQ(nodes[0].assignment.value(), std::string("secret\0bytes", 12));
}

TEST_F(JournalTest, SecretsAreNotForOthers) {
  auto journal = Open();
  ASSERT_TRUE(journal->WriteAssignment(42, "secret").ok());
  struct stat info {};
  ASSERT_EQ(stat(journal->Node(42).assignment.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(stat(journal->paths().zone_dir().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(JournalTest, DirectoryWithoutAnAssignmentIsKeptUntilSomebodySaysWhatItIs) {
  auto journal = Open();
  ASSERT_TRUE(journal->WriteAssignment(42, "x").ok());
  const NodeFiles files = journal->Node(42);
  unlink(files.assignment.c_str());
  ASSERT_EQ(journal->Load().size(), 1u);
  EXPECT_TRUE(absl::IsNotFound(journal->Load()[0].assignment.status()));
  EXPECT_TRUE(std::filesystem::exists(files.directory));
}

TEST_F(JournalTest, LogsAreKnownForTheirNodes) {
  const ZonePaths paths("/lab", "z");
  EXPECT_EQ(paths.NodeOfLog(paths.Node(42).engine.log_file), 42);
  EXPECT_EQ(paths.NodeOfLog(paths.Node(7).discovery.log_file), 7);
  EXPECT_EQ(paths.NodeOfLog("/lab/zones/z/nodes/x/engine.log"), std::nullopt);
  EXPECT_EQ(paths.NodeOfLog("/lab/zones/z/nodes/42"), std::nullopt);
  EXPECT_EQ(paths.NodeOfLog("/elsewhere"), std::nullopt);
}

TEST_F(JournalTest, WipeKeepsTheAssignment) {
  auto journal = Open();
  ASSERT_TRUE(journal->WriteAssignment(42, "x").ok());
  const NodeFiles files = journal->Node(42);
  ASSERT_TRUE(WriteFileAtomically(files.engine.working_dir + "/dump.rdb", "old").ok());
  ASSERT_TRUE(WriteRecord(files_, files.engine.record, SomeRecord()).ok());
  ASSERT_TRUE(journal->WipeNode(42).ok());
  EXPECT_FALSE(std::filesystem::exists(files.engine.working_dir + "/dump.rdb"));
  EXPECT_FALSE(ReadRecord(files_, files.engine.record).ok());
  EXPECT_EQ(journal->Load().size(), 1u);
}

TEST_F(JournalTest, ZoneHasOneAgent) {
  auto first = Open();
  ASSERT_TRUE(first.ok());
  auto second = Open();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(std::string(second.status().message()),
            "zone us-east-1a is already served by pid " + std::to_string(getpid()));
  EXPECT_TRUE(Journal::Open(files_, dir_, "us-east-1b").ok());
}

TEST_F(JournalTest, SocketsOfALongDataDirectoryMoveToTmp) {
  EXPECT_EQ(ZonePaths("/data", "z").Node(1).socket, "/data/run/1.sock");
  const std::string socket = ZonePaths("/" + std::string(100, 'x'), "z").Node(INT64_MAX).socket;
  EXPECT_THAT(socket, testing::StartsWith("/tmp/elastilab-"));
  EXPECT_LE(socket.size(), 107u);
}

TEST_F(JournalTest, LastLinesSkipWhatWasThereBefore) {
  ASSERT_TRUE(MakeDirectories(dir_).ok());
  const std::string log = dir_ + "/log";
  ASSERT_TRUE(WriteFileAtomically(log, "old\none\n\ntwo\nthree\n").ok());
  EXPECT_EQ(LastLines(log, 4, 2), "two | three");
  EXPECT_EQ(LastLines(log, 4, 9), "one | two | three");
  EXPECT_EQ(LastLines(log, FileSize(log), 2), "");
  EXPECT_EQ(LastLines(dir_ + "/nothing", 0, 2), "");
}

}  // namespace
}  // namespace elastilab
