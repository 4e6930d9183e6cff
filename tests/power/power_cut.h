// The disk that a recorded program left behind when the power went, at any position of its log.
//
// What is simulated. At a cut, of each file and directory what was synced is there, and of the rest chance decides:
//   bytes      each sector (512 bytes or 4 KiB) of a file holds what it held at some moment since the last sync: pages
//              are torn, the write under way is half there, later writes are there without earlier ones. In some cuts
//              the unsynced writes are even laid down in a shuffled order, which no real disk does.
//   length     any that the file has had since its last sync, or one between; what was never written reads as zeros, or
//              as what others left on the disk.
//   entries    a file that was created, renamed or removed is there under either name, or not at all, until its
//              directory was synced; in order, as journaling file systems do it, or in any (a sync of a file says
//              nothing of its name).
//   -shm       SQLite's, mapped into memory and never synced: missing, garbage or of some length.
//   modes      owner only; owners and times are not kept.
//
// What is not: sectors that were synced and rot; disks that lie about a sync (RecorderOptions::lying_syncs does, to
// test the tests); an fsync that fails (Linux then forgets what was dirty); hard links; a write that tears inside a
// sector.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/power/disk_log.h"

namespace elastilab::power {

struct DiskImage {
  std::map<std::string, std::string> files;  // path below the root → content
  std::vector<std::string> directories;      // parents first

  // Into `directory`, which is emptied first.
  void WriteTo(const std::string& directory) const;
};

// Follows a log. Positions may only grow.
class Disk {
 public:
  explicit Disk(const std::vector<DiskRecord>& records) : records_(records) {}

  void AdvanceTo(size_t position);
  // The power goes. The same engine state gives the same image.
  DiskImage Cut(std::mt19937_64& random) const;

 private:
  struct File {
    std::string synced;
    std::vector<const DiskRecord*> pending;  // writes and truncations since
  };
  using Entries = std::map<std::string, uint64_t>;  // name → id
  // One change of a directory: `id` got the name `add` or lost the name `drop`; empty: no such name.
  struct EntryChange {
    uint64_t id;
    std::string add;
    std::string drop;
  };
  struct Directory {
    Entries synced;
    Entries now;
    std::vector<EntryChange> pending;
  };
  struct Style;

  void Apply(const DiskRecord& record);
  void Sync(uint64_t id);
  void Enter(const std::string& path, uint64_t id);
  void Rename(const std::string& from, const std::string& to);
  Directory* DirectoryOf(const std::string& path);

  static void Change(Entries& entries, const EntryChange& change);
  static Entries SurvivingEntries(const Directory& directory, const Style& style, std::mt19937_64& random);
  static std::string SurvivingBytes(const File& file, const Style& style, std::mt19937_64& random);
  void CutDirectory(uint64_t id, const std::string& path, const Style& style, std::mt19937_64& random,
                    DiskImage& image) const;

  const std::vector<DiskRecord>& records_;
  size_t position_ = 0;
  // Inode numbers are used again, so each file gets a number of its own. The root is 1.
  std::map<uint64_t, uint64_t> id_of_inode_;
  uint64_t last_id_ = 0;
  std::map<uint64_t, File> files_;
  std::map<uint64_t, Directory> directories_;
};

}  // namespace elastilab::power
