// What else a lab keeps in files, and what a power cut makes of it: the directories and the key of a new lab, the trail,
// the agents' journal. As store_power_test.cc: ELASTILAB_POWER_SEED, ELASTILAB_POWER_CUTS (of each story).
//
// The key and the database promise to survive; the trail and the journal promise that whoever opens them gets along with
// what is left.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "agent/journal/journal.h"
#include "agent/journal/recovery.h"
#include "common/directories.h"
#include "common/os/real_host.h"
#include "common/secret.h"
#include "controlplane/identity/trail/trail.h"
#include "controlplane/region/store/store.h"
#include "tests/power/disk_recorder.h"
#include "tests/power/power_cut.h"
#include "tests/power/workplace.h"

namespace elastilab::power {
namespace {

class FilesPowerTest : public testing::Test {
 protected:
  FilesPowerTest() { DiskImage().WriteTo(home()); }

  std::string home() const { return place_.Path("home"); }
  std::string cut() const { return place_.Path("cut"); }

  // Records `life`, which is told where its disk stands, then cuts it: `check` looks at each disk that is left, in cut().
  void Story(const std::function<void(const DiskLog&)>& life, const std::function<void(size_t position)>& check) {
    DiskLog log;
    size_t first = 0;
    {
      const DiskRecorder recorder(home(), log);
      first = log.Position();
      life(log);
    }
    const int64_t cuts = NumberFromEnvironment("ELASTILAB_POWER_CUTS", 1000);
    const auto seed = static_cast<uint64_t>(NumberFromEnvironment("ELASTILAB_POWER_SEED", 1));
    std::mt19937_64 random(seed);
    std::vector<size_t> positions;
    for (int64_t i = 0; i < cuts; ++i) positions.push_back(first + random() % (log.records().size() - first + 1));
    std::sort(positions.begin(), positions.end());
    Disk disk(log.records());
    for (size_t position : positions) {
      disk.AdvanceTo(position);
      disk.Cut(random).WriteTo(cut());
      check(position);
      if (HasFailure()) {
        place_.Keep();
        FAIL() << "ELASTILAB_POWER_SEED=" << seed << ", at position " << position << "; the disk is in " << cut();
      }
    }
  }

  Workplace place_;
  RealFiles files_;
};

// --- a new lab -------------------------------------------------------------------------------------------------------

TEST_F(FilesPowerTest, ANewLabIsThereOnceItSaysSo) {
  const std::string below = "/.local/share/elastilab";
  std::string secret;
  size_t key_made = SIZE_MAX, acknowledged = SIZE_MAX;
  Story(
      [&](const DiskLog& log) {  // in the order of ControlPlane::Start
        ASSERT_TRUE(MakeDurableDirectories(home() + below).ok());
        const auto key = LabKey::LoadOrCreate(home() + below + "/lab.key");
        ASSERT_TRUE(key.ok()) << key.status();
        secret = key->Derive("engine").Reveal();
        key_made = log.Position();
        const auto store = OpenStore(home() + below + "/elastilab.db");
        ASSERT_TRUE(store.ok()) << store.status();
        ASSERT_TRUE((*store)->Mutate([](Draft& draft) {
          CacheCluster cluster;
          cluster.id = "demo";
          draft.Put(cluster);
          return absl::OkStatus();
        }).ok());
        acknowledged = log.Position();
      },
      [&](size_t position) {
        ASSERT_TRUE(MakeDurableDirectories(cut() + below).ok());
        const auto key = LabKey::LoadOrCreate(cut() + below + "/lab.key");
        ASSERT_TRUE(key.ok()) << key.status();
        if (position >= key_made) {
          EXPECT_EQ(key->Derive("engine").Reveal(), secret);
        }
        const auto store = OpenStore(cut() + below + "/elastilab.db");
        ASSERT_TRUE(store.ok()) << store.status();
        const bool there = (*store)->Read([](const State& state) { return state.Find<CacheCluster>("demo") != nullptr; });
        if (position >= acknowledged) {
          EXPECT_TRUE(there);
        }
      });
}

// --- the trail -------------------------------------------------------------------------------------------------------

std::string TrailLine(int number) {
  return nlohmann::json{{"eventName", "CreateCacheCluster"},
                        {"number", number},
                        {"userIdentity", {{"arn", "arn:aws:iam::000000000000:user/alice"}}},
                        {"requestParameters", std::string(static_cast<size_t>(number * 37 % 700), 'x')}}
      .dump();
}

TEST_F(FilesPowerTest, TheTrailIsReadAsFarAsItIsWholeAndGoesOn) {
  constexpr int kLines = 200;
  std::vector<std::string> lines;
  for (int i = 0; i < kLines; ++i) lines.push_back(TrailLine(i));
  const std::set<std::string> written(lines.begin(), lines.end());
  const TrailQuery all{.user = "alice", .event_name = "createcachecluster", .limit = 10 * kLines};
  Story(
      [&](const DiskLog&) {
        const auto trail = Trail::Open(home() + "/trail.jsonl", 40'000);
        ASSERT_TRUE(trail.ok()) << trail.status();
        for (const std::string& line : lines) (*trail)->Append(line);
      },
      [&](size_t) {
        const auto trail = Trail::Open(cut() + "/trail.jsonl", 40'000);
        ASSERT_TRUE(trail.ok()) << trail.status();
        const std::string fresh = TrailLine(kLines);
        (*trail)->Append(fresh);
        const auto read = (*trail)->Read(all);
        ASSERT_TRUE(read.ok()) << read.status();
        ASSERT_FALSE(read->empty());
        EXPECT_EQ(read->back(), fresh);
        // What is left are whole lines; those of both files, should the rename that put one aside be lost.
        for (auto line = read->begin(); line != std::prev(read->end()); ++line) {
          EXPECT_TRUE(written.contains(*line)) << *line;
        }
      });
}

// --- the agents' journal ---------------------------------------------------------------------------------------------

// After a power cut no engine runs. This host is worse: every process that was ever recorded still does, so that a
// record which is read wrong would name a stranger.
TEST_F(FilesPowerTest, AJournalOpensAndNamesNoProcessThatItDidNotKnow) {
  const std::string boot = "11111111-2222-3333-4444-555555555555";
  std::map<int64_t, std::set<ProcessIdentity>> recorded;  // by uid
  std::set<std::string> assignments;
  Story(
      [&](const DiskLog&) {
        const auto journal = Journal::Open(files_, home() + "/data", "us-east-1a");
        ASSERT_TRUE(journal.ok()) << journal.status();
        std::mt19937_64 random(7);
        for (int i = 0; i < 60; ++i) {
          const int64_t uid = 1 + static_cast<int64_t>(random() % 5);
          const std::string assignment = fmt::format("assignment {} of {}: {}", i, uid, std::string(random() % 900, 'a'));
          assignments.insert(assignment);
          ASSERT_TRUE(journal->WriteAssignment(uid, assignment).ok());
          ProcessRecord record;
          record.incarnation = i;
          record.boot_id = boot;
          ASSERT_TRUE(WriteRecord(files_, journal->Node(uid).engine.record, record).ok());
          record.state = RecordState::kRunning;
          record.process = {.pid = 1000 + static_cast<int64_t>(random() % 30000), .start_ticks = 100'000 + 7 * i};
          recorded[uid].insert(record.process);
          ASSERT_TRUE(WriteRecord(files_, journal->Node(uid).engine.record, record).ok());
          if (random() % 8 == 0) {
            ASSERT_TRUE(journal->RemoveNode(uid).ok());
          }
        }
      },
      [&](size_t) {
        HostView host;
        host.boot_id = boot;
        host.stat = [&](int64_t pid) -> std::optional<ProcStat> {
          for (const auto& [uid, processes] : recorded) {
            for (const ProcessIdentity& process : processes) {
              if (process.pid == pid) return ProcStat{.identity = process};
            }
          }
          return ProcStat{.identity = {.pid = pid, .start_ticks = 1}};
        };
        const auto journal = Journal::Open(files_, cut() + "/data", "us-east-1a");
        ASSERT_TRUE(journal.ok()) << journal.status();
        for (const Journal::Entry& node : journal->Load()) {
          const NodeFiles files = journal->Node(node.uid);
          const Recovered found = JudgeRecord(ReadRecord(files_, files.engine.record), {.log_file = files.engine.log_file}, host);
          if (found.fate == Fate::kAlive) {
            EXPECT_THAT(recorded[node.uid], testing::Contains(found.process));
          }
        }
        ASSERT_TRUE(journal->WriteAssignment(1, "another").ok()) << "the journal goes on";
        EXPECT_FALSE(journal->Load().empty());
      });
}

}  // namespace
}  // namespace elastilab::power
