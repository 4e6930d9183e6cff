// What OpenStore refuses, and what it says then.
#include <filesystem>
#include <fstream>

#include "controlplane/region/store/migrations.h"
#include "tests/unit/store/store_fixture.h"

namespace elastilab {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class OpenTest : public StoreTest {
 protected:
  std::string Refusal() {
    const auto store = OpenStore(path_);
    EXPECT_TRUE(absl::IsFailedPrecondition(store.status())) << store.status();
    return Message(store.status());
  }
  void WriteFile(const std::string& text) { std::ofstream(path_, std::ios::binary) << text; }
};

TEST_F(OpenTest, ANewDatabaseGetsTheSchema) {
  Open();
  EXPECT_EQ(Sql("PRAGMA user_version"), std::to_string(SchemaVersion()));
  EXPECT_EQ(Sql("PRAGMA application_id"), std::to_string(kApplicationId));
  EXPECT_EQ(Sql("PRAGMA journal_mode"), "wal");
}

// It holds hashes of passwords, whoever may look into the folder.
TEST_F(OpenTest, OnlyItsOwnerReadsIt) {
  WriteFile("");
  std::filesystem::permissions(path_, std::filesystem::perms(0644));
  const auto store = Open();
  ASSERT_TRUE(store->Mutate(PutCluster("a")).ok());
  for (const char* suffix : {"", "-wal", "-shm"}) {
    EXPECT_EQ(std::filesystem::status(path_ + suffix).permissions(), std::filesystem::perms(0600)) << suffix;
  }
}

TEST_F(OpenTest, ACrashInAMigrationIsContinuedByTheNextStart) {
  const int code = InChild([this] {
    ArmFaultPoint("store.migrate", FaultKind::kCrash);
    Open();
  });
  EXPECT_EQ(code, kFaultCrashExitCode);
  EXPECT_TRUE(Open()->Mutate(PutCluster("a")).ok());
}

TEST_F(OpenTest, AFailedMigrationIsToldAndLeavesNothing) {
  ArmFaultPoint("store.migrate", FaultKind::kError);
  EXPECT_THAT(Refusal(), AllOf(HasSubstr(path_), HasSubstr("store.migrate")));
  EXPECT_EQ(Sql("PRAGMA user_version"), "0");
  EXPECT_TRUE(Open()->Mutate(PutCluster("a")).ok());
}

TEST_F(OpenTest, ANewerSchemaIsRefused) {
  Open();
  Sql("PRAGMA user_version = 70");
  EXPECT_EQ(Refusal(), fmt::format("{} was written by a newer ElastiLab (schema 70, this one knows {}): use that "
                                   "version or another --data-dir",
                                   path_, SchemaVersion()));
}

TEST_F(OpenTest, AFileThatIsNoDatabaseIsRefusedAndLeftAlone) {
  const std::string text(5000, 'x');
  WriteFile(text);
  EXPECT_EQ(Refusal(), path_ + " is not a database: move it away, or use another --data-dir");
  std::ifstream file(path_, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

TEST_F(OpenTest, ADatabaseOfAnotherProgramIsRefused) {
  Sql("CREATE TABLE bookmarks (url TEXT)");
  EXPECT_EQ(Refusal(), path_ + " is a database of another program: use another --data-dir");
}

TEST_F(OpenTest, ADamagedDatabaseIsRefused) {
  {
    auto store = Open();
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(store->Mutate(PutCluster(fmt::format("c-{}", i))).ok());
  }
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  for (int page : {4, 5, 6, 7, 8, 9, 10, 11}) {
    file.seekp(page * 4096);
    file << std::string(4096, '\x55');
  }
  file.close();
  EXPECT_THAT(Refusal(), AllOf(HasSubstr(path_ + " is damaged ("), HasSubstr("another --data-dir")));
}

TEST_F(OpenTest, AnUnreadableRecordIsNamed) {
  ASSERT_TRUE(Open()->Mutate(PutCluster("c-1")).ok());
  Sql("UPDATE cache_cluster SET doc = json_set(doc, '$.status', 'dancing')");
  EXPECT_THAT(Refusal(), HasSubstr("is damaged (cache_cluster c-1: status: unknown word 'dancing')"));
}

TEST_F(OpenTest, ADatabaseInUseIsRefusedWithThePid) {
  auto store = Open();
  EXPECT_EQ(Refusal(), fmt::format("{} is in use by another control plane (pid {}): stop it, or use another --data-dir",
                                   path_, getpid()));
  store.reset();
  Open();
}

TEST_F(OpenTest, AShellInTheMiddleOfAChangeIsNoticed) {
  Open();
  sqlite3* shell = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &shell), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(shell, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_THAT(Refusal(), HasSubstr("is locked by another program"));
  sqlite3_close(shell);
  Open();
}

TEST_F(OpenTest, AMissingDirectoryIsNamed) {
  path_ = (dir_ / "nowhere" / "elastilab.db").string();
  EXPECT_THAT(Refusal(), AllOf(HasSubstr(path_), HasSubstr("No such file or directory")));
}

TEST_F(OpenTest, AFileOfSomebodyElseIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  Open();
  std::filesystem::permissions(dir_, std::filesystem::perms::all);
  std::filesystem::permissions(path_, std::filesystem::perms(0644));
  std::filesystem::permissions(path_ + ".lock", std::filesystem::perms(0666));
  ASSERT_EQ(seteuid(65534), 0);
  const std::string refusal = Refusal();
  ASSERT_EQ(seteuid(0), 0);
  EXPECT_THAT(refusal, AllOf(HasSubstr("cannot open " + path_ + " for writing"), HasSubstr("--data-dir")));
}

}  // namespace
}  // namespace elastilab
