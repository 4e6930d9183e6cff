#include "tests/power/power_cut.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <utility>

namespace elastilab::power {

// How chance decides at one cut.
struct Disk::Style {
  enum class Bytes { kSyncedOnly, kAll, kBySector, kShuffled };
  enum class Names { kSyncedOnly, kAll, kInOrder, kAny };
  Bytes bytes;
  Names names;
  uint64_t sector;  // bytes
  double age;       // of surviving sectors: 1 as likely old as new, more: rather old, less: rather new
  double survival;  // kShuffled and kAny: of a write, of a change of an entry
  bool garbage;     // what was never written
};

namespace {

constexpr uint64_t kRoot = 1;

uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

double Fraction(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

template <typename T>
T Pick(std::mt19937_64& random, std::initializer_list<T> choices) {
  return choices.begin()[random() % choices.size()];
}

std::string Fill(size_t size, bool garbage, std::mt19937_64& random) {
  if (!garbage) return std::string(size, '\0');
  std::string fill;
  while (fill.size() < size) {
    const uint64_t word = random();
    fill.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  fill.resize(size);
  return fill;
}

void GrowTo(std::string& bytes, size_t size, bool garbage, std::mt19937_64& random) {
  if (bytes.size() < size) bytes += Fill(size - bytes.size(), garbage, random);
}

// Calls f(sector, begin, end) for each sector that [begin, end) touches.
template <typename F>
void ForEachSector(uint64_t begin, uint64_t end, uint64_t sector, F&& f) {
  while (begin < end) {
    const uint64_t stop = std::min(end, (begin / sector + 1) * sector);
    f(begin / sector, begin, stop);
    begin = stop;
  }
}

std::string Parent(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string Name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

// --- following the log -----------------------------------------------------------------------------------------------

void Disk::AdvanceTo(size_t position) {
  while (position_ < position) Apply(records_[position_++]);
}

void Disk::Apply(const DiskRecord& record) {
  switch (record.op) {
    case DiskOp::kMakeDirectory:
    case DiskOp::kCreate: {
      const uint64_t id = ++last_id_;
      id_of_inode_[record.inode] = id;
      if (record.op == DiskOp::kCreate)
        files_[id];
      else
        directories_[id];
      if (id != kRoot) Enter(record.path, id);
      break;
    }
    case DiskOp::kWrite:
    case DiskOp::kTruncate:
      if (const auto it = id_of_inode_.find(record.inode); it != id_of_inode_.end()) {
        files_[it->second].pending.push_back(&record);
      }
      break;
    case DiskOp::kSync:
      if (const auto it = id_of_inode_.find(record.inode); it != id_of_inode_.end()) Sync(it->second);
      break;
    case DiskOp::kRename:
      Rename(record.path, record.to);
      break;
    case DiskOp::kRemove:
      if (Directory* directory = DirectoryOf(record.path)) {
        directory->pending.push_back({0, "", Name(record.path)});
        Change(directory->now, directory->pending.back());
      }
      break;
  }
}

void Disk::Sync(uint64_t id) {
  if (const auto it = directories_.find(id); it != directories_.end()) {
    it->second.synced = it->second.now;
    it->second.pending.clear();
    return;
  }
  File& file = files_[id];
  for (const DiskRecord* change : file.pending) {
    if (change->op == DiskOp::kTruncate) {
      file.synced.resize(change->offset);
    } else {
      if (file.synced.size() < change->offset + change->data.size()) {
        file.synced.resize(change->offset + change->data.size());
      }
      file.synced.replace(change->offset, change->data.size(), change->data);
    }
  }
  file.pending.clear();
}

// Null when nobody recorded how it was made.
Disk::Directory* Disk::DirectoryOf(const std::string& path) {
  uint64_t id = kRoot;
  const std::filesystem::path parent = Parent(path);
  for (const auto& name : parent) {
    const auto directory = directories_.find(id);
    if (directory == directories_.end()) return nullptr;
    const auto entry = directory->second.now.find(name.string());
    if (entry == directory->second.now.end()) return nullptr;
    id = entry->second;
  }
  const auto found = directories_.find(id);
  return found == directories_.end() ? nullptr : &found->second;
}

void Disk::Enter(const std::string& path, uint64_t id) {
  Directory* directory = DirectoryOf(path);
  if (directory == nullptr) return;
  directory->pending.push_back({id, Name(path), ""});
  Change(directory->now, directory->pending.back());
}

void Disk::Rename(const std::string& from, const std::string& to) {
  Directory* source = DirectoryOf(from);
  Directory* target = DirectoryOf(to);
  if (source == nullptr || target == nullptr) return;
  const auto entry = source->now.find(Name(from));
  if (entry == source->now.end()) return;
  const uint64_t id = entry->second;
  if (source == target) {
    source->pending.push_back({id, Name(to), Name(from)});  // one change: both names or neither
    return Change(source->now, source->pending.back());
  }
  Enter(to, id);
  source->pending.push_back({id, "", Name(from)});
  Change(source->now, source->pending.back());
}

void Disk::Change(Entries& entries, const EntryChange& change) {
  if (!change.drop.empty()) entries.erase(change.drop);
  if (!change.add.empty()) entries[change.add] = change.id;
}

// --- the cut ---------------------------------------------------------------------------------------------------------

DiskImage Disk::Cut(std::mt19937_64& random) const {
  using Bytes = Style::Bytes;
  using Names = Style::Names;
  const Style style{
      .bytes = Pick(random, {Bytes::kSyncedOnly, Bytes::kAll, Bytes::kBySector, Bytes::kBySector, Bytes::kBySector,
                             Bytes::kShuffled}),
      .names = Pick(random, {Names::kSyncedOnly, Names::kAll, Names::kInOrder, Names::kAny}),
      .sector = Pick<uint64_t>(random, {512, 4096}),
      .age = Pick(random, {0.1, 1.0, 5.0}),
      .survival = Pick(random, {0.1, 0.5, 0.9}),
      .garbage = Pick(random, {false, true}),
  };
  DiskImage image;
  if (directories_.contains(kRoot)) CutDirectory(kRoot, "", style, random, image);
  return image;
}

void Disk::CutDirectory(uint64_t id, const std::string& path, const Style& style, std::mt19937_64& random,
                        DiskImage& image) const {
  for (const auto& [name, child] : SurvivingEntries(directories_.at(id), style, random)) {
    const std::string below = path.empty() ? name : path + "/" + name;
    if (directories_.contains(child)) {
      image.directories.push_back(below);
      CutDirectory(child, below, style, random, image);
    } else if (name.ends_with("-shm")) {
      if (random() % 3 != 0) image.files[below] = Fill(random() % 3 * 16384 + random() % 4096, true, random);
    } else if (const auto file = files_.find(child); file != files_.end()) {
      image.files[below] = SurvivingBytes(file->second, style, random);
    }
  }
}

Disk::Entries Disk::SurvivingEntries(const Directory& directory, const Style& style, std::mt19937_64& random) {
  if (style.names == Style::Names::kAll) return directory.now;
  Entries entries = directory.synced;
  if (style.names == Style::Names::kSyncedOnly || directory.pending.empty()) return entries;
  const size_t first_lost = random() % (directory.pending.size() + 1);
  for (size_t i = 0; i < directory.pending.size(); ++i) {
    const bool survives = style.names == Style::Names::kInOrder ? i < first_lost : Fraction(random()) < style.survival;
    if (survives) Change(entries, directory.pending[i]);
  }
  return entries;
}

std::string Disk::SurvivingBytes(const File& file, const Style& style, std::mt19937_64& random) {
  std::string bytes = file.synced;
  if (style.bytes == Style::Bytes::kSyncedOnly || file.pending.empty()) return bytes;

  std::vector<uint64_t> lengths = {bytes.size()};
  for (const DiskRecord* change : file.pending) {
    const uint64_t end = change->offset + change->data.size();
    lengths.push_back(change->op == DiskOp::kTruncate ? change->offset : std::max(lengths.back(), end));
  }
  std::vector<const DiskRecord*> changes = file.pending;
  if (style.bytes == Style::Bytes::kShuffled) std::shuffle(changes.begin(), changes.end(), random);
  const uint64_t seed = random();
  // The moment of a sector: it holds what it held after so many changes.
  const auto survives = [&](uint64_t sector, size_t change) {
    if (style.bytes == Style::Bytes::kAll) return true;
    if (style.bytes == Style::Bytes::kShuffled) return Fraction(Mix(seed ^ Mix(sector) ^ change)) < style.survival;
    const double moment = std::pow(Fraction(Mix(seed ^ Mix(sector))), style.age);
    return static_cast<double>(change) < moment * static_cast<double>(changes.size() + 1) - 1;
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    const DiskRecord& change = *changes[i];
    const bool truncate = change.op == DiskOp::kTruncate;
    const uint64_t end = truncate ? bytes.size() : change.offset + change.data.size();
    ForEachSector(change.offset, end, style.sector, [&](uint64_t sector, uint64_t begin, uint64_t stop) {
      if (!survives(sector, i)) return;
      GrowTo(bytes, stop, style.garbage, random);
      if (truncate)
        std::fill(bytes.begin() + static_cast<long>(begin), bytes.begin() + static_cast<long>(stop), '\0');
      else
        bytes.replace(begin, stop - begin, change.data, begin - change.offset, stop - begin);
    });
  }

  uint64_t length = lengths.back();
  if (style.bytes != Style::Bytes::kAll) {
    const auto [shortest, longest] = std::minmax_element(lengths.begin(), lengths.end());
    length = random() % 2 == 0 ? lengths[random() % lengths.size()] : *shortest + random() % (*longest - *shortest + 1);
  }
  GrowTo(bytes, length, style.garbage, random);
  bytes.resize(length);
  return bytes;
}

// --- onto another disk -----------------------------------------------------------------------------------------------

void DiskImage::WriteTo(const std::string& directory) const {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  for (const std::string& path : directories) {
    if (mkdir((directory + "/" + path).c_str(), 0700) != 0) abort();
  }
  for (const auto& [path, bytes] : files) {
    const int fd = open((directory + "/" + path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) abort();
    close(fd);
  }
}

}  // namespace elastilab::power
