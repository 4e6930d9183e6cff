// "An acknowledged call survives power loss": the store under load, its power cut ten thousand times.
//
//   ELASTILAB_POWER_SEED=7   another seed; the default is 1, and each failure says which life and cut of which seed
//   ELASTILAB_POWER_CUTS=N   as many cuts as one likes; 10,000 by default
//   ELASTILAB_POWER_LIFE=12  only this life of the seed, for a failure (it lives on what the lives before it left, so
//                            these are lived too, but not cut). A life from threads differs from run to run; what it
//                            left is kept beside the message.
//
// A life is a store opened, loaded and closed (store_life.h) with everything it does to its disk recorded
// (disk_recorder.h). Each cut is a disk as it may be found after the power went at some moment of that life
// (power_cut.h), and the real OpenStore has to make of it what was acknowledged. Most lives begin on what a power cut
// has left of the one before, so that recoveries are cut, too. Disks are cut in memory and laid into /dev/shm.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <random>
#include <string>
#include <vector>

#include "tests/power/power_cut.h"
#include "tests/power/store_life.h"
#include "tests/power/workplace.h"

namespace elastilab::power {
namespace {

constexpr int kCutsPerLife = 200;
constexpr int kLivesPerLine = 3;  // then a new database is begun
constexpr int kCutters = 2;

struct Failure {
  int cut;
  size_t position;
  std::string what;
};

uint64_t SeedOf(uint64_t seed, int life, int cut) {
  std::seed_seq sequence{static_cast<uint64_t>(seed), static_cast<uint64_t>(life), static_cast<uint64_t>(cut)};
  uint32_t words[2];
  sequence.generate(words, words + 2);
  return uint64_t{words[0]} << 32 | words[1];
}

// Cuts `first`, `first` + `step`, … of a life, in the order of their positions.
std::vector<Failure> CutLife(const Life& life, uint64_t seed, int number, int cuts, int first, int step,
                             const std::string& directory) {
  std::vector<std::pair<size_t, int>> order;
  for (int cut = first; cut < cuts; cut += step) {
    std::mt19937_64 random(SeedOf(seed, number, cut));
    const size_t span = life.last_position() - life.first_position() + 1;
    order.emplace_back(life.first_position() + random() % span, cut);
  }
  std::sort(order.begin(), order.end());
  Disk disk(life.records());
  std::vector<Failure> failures;
  for (const auto& [position, cut] : order) {
    disk.AdvanceTo(position);
    std::mt19937_64 random(~SeedOf(seed, number, cut));
    const DiskImage image = disk.Cut(random);
    image.WriteTo(directory);
    const Status status = life.Check(directory, position);
    if (status.ok()) continue;
    if (failures.empty()) image.WriteTo(directory + ".failed");
    failures.push_back({cut, position, status.ToString()});
  }
  return failures;
}

std::vector<Failure> CutLife(const Life& life, uint64_t seed, int number, int cuts, const Workplace& place) {
  std::vector<std::future<std::vector<Failure>>> cutters;
  for (int i = 0; i < kCutters; ++i) {
    cutters.push_back(std::async(std::launch::async, [&, i] {
      return CutLife(life, seed, number, cuts, i, kCutters, place.Path(fmt::format("cut-{}-{}", number, i)));
    }));
  }
  std::vector<Failure> failures;
  for (auto& cutter : cutters) {
    for (Failure& failure : cutter.get()) failures.push_back(std::move(failure));
  }
  return failures;
}

TEST(StorePowerTest, EveryAcknowledgedCallSurvives) {
  const auto seed = static_cast<uint64_t>(NumberFromEnvironment("ELASTILAB_POWER_SEED", 1));
  const int cuts = static_cast<int>(NumberFromEnvironment("ELASTILAB_POWER_CUTS", 10'000));
  const int only = static_cast<int>(NumberFromEnvironment("ELASTILAB_POWER_LIFE", -1));
  Workplace place;
  fmt::print("ELASTILAB_POWER_SEED={}\n", seed);
  Floor floor;
  int done = 0;
  size_t calls = 0;
  for (int number = 0; done < cuts; ++number) {
    const std::string home = place.Path("home");
    if (number % kLivesPerLine == 0) {
      DiskImage().WriteTo(home);
      floor = {};
    }
    const LifeOptions options{.seed = SeedOf(seed, number, -1), .number = number, .threads = number % 5 == 4};
    const auto life = Life::Live(home, options, floor);
    ASSERT_TRUE(life.ok()) << "life " << number << " does not begin: " << life.status();
    const int here = std::min(kCutsPerLife, cuts - done);
    done += here;
    calls += static_cast<size_t>(options.calls);
    if (only < 0 || only == number) {
      const std::vector<Failure> failures = CutLife(**life, seed, number, here, place);
      if (!failures.empty()) {
        place.Keep();
        const Failure& f = failures.front();
        FAIL() << failures.size() << " of " << here << " cuts of life " << number << " lost something; the first, cut "
               << f.cut << " at position " << f.position << " of " << (*life)->last_position() << ": " << f.what
               << "\nAgain: ELASTILAB_POWER_SEED=" << seed << " ELASTILAB_POWER_LIFE=" << number << "; the disk is in "
               << place.Path("");
      }
    }
    if (only == number) break;
    // One more cut is what the next life finds.
    std::mt19937_64 random(SeedOf(seed, number, -2));
    const size_t span = (*life)->last_position() - (*life)->first_position() + 1;
    const size_t position = (*life)->first_position() + random() % span;
    Disk disk((*life)->records());
    disk.AdvanceTo(position);
    const DiskImage image = disk.Cut(random);
    image.WriteTo(place.Path("probe"));
    ASSERT_TRUE((*life)->Check(place.Path("probe"), position, &floor).ok());
    image.WriteTo(home);
  }
  fmt::print("{} cuts, {} calls\n", done, calls);
}

// --- would it be noticed? --------------------------------------------------------------------------------------------

// The losses among the first 300 cuts of a life.
int LossesIn(const LifeOptions& options) {
  Workplace place;
  DiskImage().WriteTo(place.Path("home"));
  const auto life = Life::Live(place.Path("home"), options, {});
  EXPECT_TRUE(life.ok()) << life.status();
  return life.ok() ? static_cast<int>(CutLife(**life, options.seed, 0, 300, place).size()) : 0;
}

TEST(StorePowerTest, NoticesASynchronousOff) {
  const int losses = LossesIn({.durable = false});
  fmt::print("{} of 300 cuts lose something with synchronous = OFF\n", losses);
  EXPECT_GT(losses, 30);
}

TEST(StorePowerTest, NoticesADiskThatLiesAboutSyncs) {
  const int losses = LossesIn({.recorder = {.lying_syncs = true}});
  fmt::print("{} of 300 cuts lose something on a disk that lies\n", losses);
  EXPECT_GT(losses, 30);
}

TEST(StorePowerTest, LosesNothingOtherwise) { EXPECT_EQ(LossesIn({}), 0); }

}  // namespace
}  // namespace elastilab::power
