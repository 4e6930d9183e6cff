// Lays a disk as a power cut leaves it into a directory: power_image LOG POSITION SEED DIRECTORY
//
// LOG was recorded by libdisk_recorder.so, POSITION is a length of it. Prints what is on the disk, one path a line.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "tests/power/disk_log.h"
#include "tests/power/power_cut.h"

int main(int argc, char** argv) {
  using namespace elastilab::power;
  if (argc != 5) {
    fmt::print(stderr, "usage: power_image LOG POSITION SEED DIRECTORY\n");
    return 2;
  }
  const StoredLog log = ReadDiskLogFile(argv[1]);
  const uint64_t position = std::strtoull(argv[2], nullptr, 10);
  Disk disk(log.records);
  disk.AdvanceTo(static_cast<size_t>(std::upper_bound(log.ends.begin(), log.ends.end(), position) - log.ends.begin()));
  std::mt19937_64 random(std::strtoull(argv[3], nullptr, 10));
  const DiskImage image = disk.Cut(random);
  image.WriteTo(argv[4]);
  for (const auto& [path, bytes] : image.files) fmt::print("{} {}\n", path, bytes.size());
  return 0;
}
