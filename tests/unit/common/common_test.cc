#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "common/clock.h"
#include "common/directories.h"
#include "common/fault_point.h"
#include "common/secret.h"
#include "common/time_text.h"

namespace elastilab {
namespace {

ServiceTime At(int64_t ms) { return ServiceTime(milliseconds(ms)); }

TEST(TimeTextTest, PrintsAsTheServiceDoes) {
  EXPECT_EQ(FormatIso8601(At(1'482'424'076'088)), "2016-12-22T16:27:56.088Z");
  EXPECT_EQ(FormatIso8601(At(0)), "1970-01-01T00:00:00.000Z");
}

TEST(TimeTextTest, ReadsWhatClientsSend) {
  const struct {
    const char* text;
    int64_t ms;
  } cases[] = {
      {"2024-01-01T00:00:00Z", 1'704'067'200'000},       {"2024-01-01T00:00:00.123000Z", 1'704'067'200'123},
      {"2024-01-01T01:00:00+01:00", 1'704'067'200'000}, {"2024-01-01T00:00:00", 1'704'067'200'000},
      {"2024-01-01", 1'704'067'200'000},                 {"1704067200", 1'704'067'200'000},
      {"1704067200.5", 1'704'067'200'500},
  };
  for (const auto& c : cases) EXPECT_EQ(ParseIso8601(c.text), At(c.ms)) << c.text;
}

TEST(TimeTextTest, RefusesWhatIsNoTime) {
  for (const char* text : {"", "yesterday", "2024-13-01T00:00:00Z", "2024-02-30", "2024-01-01T25:00:00Z",
                           "2024-01-01T00:00:00Zx", "-5", "2024-01-01T00:00:00.Z"}) {
    EXPECT_FALSE(ParseIso8601(text).has_value()) << text;
  }
}

TEST(ManualClockTest, BothClocksMoveTogetherAndOnlyByHand) {
  ManualClock clock(At(1'000));
  const RealTime before = clock.Monotonic();
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(clock.Now(), At(3'601'000));
  EXPECT_EQ(clock.Monotonic() - before, std::chrono::hours(1));
}

TEST(SystemClockTest, ServiceTimeCanBeMovedAndRealTimeCannot) {
  SystemClock clock;
  const RealTime real = clock.Monotonic();
  const ServiceTime service = clock.Now();
  clock.Advance(std::chrono::days(7));
  EXPECT_GE(clock.Now() - service, std::chrono::days(7));
  EXPECT_LT(clock.Monotonic() - real, std::chrono::hours(1));
  EXPECT_EQ(clock.Offset(), std::chrono::days(7));
}

class FaultPointTest : public ::testing::Test {
 protected:
  void TearDown() override { DisarmFaultPoints(); }
};

TEST_F(FaultPointTest, DoesNothingUnlessArmed) { EXPECT_TRUE(FaultPoint("store.commit").ok()); }

TEST_F(FaultPointTest, FiresOnceAtTheNthPassage) {
  ASSERT_TRUE(ArmFaultPointsFrom("store.commit=error@2").ok());
  EXPECT_TRUE(FaultPoint("store.commit").ok());
  EXPECT_TRUE(FaultPoint("another").ok());
  EXPECT_TRUE(absl::IsUnavailable(FaultPoint("store.commit")));
  EXPECT_TRUE(FaultPoint("store.commit").ok());
}

TEST_F(FaultPointTest, ACrashIsLikeAPowerCut) {
  EXPECT_EXIT(
      {
        ArmFaultPoint("here", FaultKind::kCrash);
        FaultPoint("here").IgnoreError();
      },
      ::testing::ExitedWithCode(kFaultCrashExitCode), "");
}

TEST_F(FaultPointTest, SaysWhatIsWrongWithAList) {
  for (const char* list : {"store.commit", "store.commit=explode", "store.commit=error@zero", "store.commit=error@0"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ArmFaultPointsFrom(list))) << list;
  }
}

TEST(SecretTest, PrintsAsStars) {
  const Secret secret("hunter2");
  std::ostringstream out;
  out << secret << fmt::format(" {}", secret);
  EXPECT_EQ(out.str(), "*** ***");
}

class LabKeyTest : public ::testing::Test {
 protected:
  LabKeyTest() {
    char name[] = "/tmp/elastilab-key-XXXXXX";
    dir_ = mkdtemp(name);
  }
  ~LabKeyTest() override { std::filesystem::remove_all(dir_); }
  std::string path() const { return dir_ + "/lab.key"; }
  std::string dir_;
};

// That they survive a power cut is tests/power's business.
TEST_F(LabKeyTest, DirectoriesAreMadeForTheirOwnerAndNamedWhenTheyCannotBe) {
  EXPECT_TRUE(MakeDurableDirectories(dir_ + "/a/b/c/").ok());
  EXPECT_TRUE(MakeDurableDirectories(dir_ + "/a/b/c").ok()) << "once more";
  struct stat info {};
  ASSERT_EQ(stat((dir_ + "/a/b/c").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  ASSERT_TRUE(LabKey::LoadOrCreate(path()).ok());
  const Status below_a_file = MakeDurableDirectories(path() + "/d");
  EXPECT_NE(below_a_file.message().find(path()), absl::string_view::npos) << below_a_file;
  EXPECT_FALSE(SyncDirectory(dir_ + "/absent").ok());
}

TEST_F(LabKeyTest, IsMadeOnceAndReadAgain) {
  const auto first = LabKey::LoadOrCreate(path());
  const auto again = LabKey::LoadOrCreate(path());
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->Derive("control:1"), again->Derive("control:1"));
  EXPECT_NE(first->Derive("control:1").Reveal(), first->Derive("control:2").Reveal());
  struct stat info {};
  stat(path().c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(LabKeyTest, RefusesAKeyThatOthersCanRead) {
  ASSERT_TRUE(LabKey::LoadOrCreate(path()).ok());
  chmod(path().c_str(), 0644);
  const auto key = LabKey::LoadOrCreate(path());
  ASSERT_FALSE(key.ok());
  EXPECT_NE(std::string(key.status().message()).find("chmod 600"), std::string::npos);
}

TEST_F(LabKeyTest, RefusesADamagedKey) {
  ASSERT_TRUE(LabKey::LoadOrCreate(path()).ok());
  ASSERT_EQ(truncate(path().c_str(), 5), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(LabKey::LoadOrCreate(path()).status()));
}

}  // namespace
}  // namespace elastilab
