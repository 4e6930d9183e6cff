#include "dataplane/engine/redis_files.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "common/directories.h"

namespace elastilab {
namespace {

namespace fs = std::filesystem;

// The auxiliary fields fit into that by far.
constexpr size_t kHeadBytes = 4096;
// data, <uid>, nodes, <zone>, zones: agent/journal/paths.h draws them.
constexpr int kLevelsToFlush = 5;

// Reads the length-prefixed strings of RDB: plain ones, and integers written as 8, 16 or 32 bits.
class RdbReader {
 public:
  explicit RdbReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<uint8_t> Byte() {
    if (rest_.empty()) return std::nullopt;
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }

  std::optional<std::string> String() {
    const auto first = Byte();
    if (!first) return std::nullopt;
    switch (*first >> 6) {
      case 0:
        return Plain(*first & 0x3f);
      case 1: {
        const auto second = Byte();
        return second ? Plain((static_cast<size_t>(*first & 0x3f) << 8) | *second) : std::nullopt;
      }
      case 3:
        return Integer(*first & 0x3f);
      default:
        return std::nullopt;
    }
  }

 private:
  std::optional<std::string> Plain(size_t length) {
    if (rest_.size() < length) return std::nullopt;
    std::string text(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return text;
  }

  std::optional<std::string> Integer(int encoding) {
    if (encoding > 2) return std::nullopt;  // compressed: no auxiliary field is that long
    const size_t width = size_t{1} << encoding;
    const auto bytes = Plain(width);
    if (!bytes) return std::nullopt;
    uint32_t value = 0;
    for (size_t i = 0; i < width; ++i) value |= static_cast<uint32_t>(static_cast<uint8_t>((*bytes)[i])) << (8 * i);
    if (width == 1) return std::to_string(static_cast<int8_t>(value));
    if (width == 2) return std::to_string(static_cast<int16_t>(value));
    return std::to_string(static_cast<int32_t>(value));
  }

  std::string_view rest_;
};

int64_t BytesBelow(const fs::path& directory) {
  int64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    std::error_code none;
    const auto size = entry.file_size(none);
    if (!none) bytes += static_cast<int64_t>(size);
  }
  return bytes;
}

}  // namespace

RdbPosition PositionOf(std::string_view rdb_head) {
  constexpr std::string_view kMagic = "REDIS";
  constexpr size_t kMagicAndVersion = 9;
  constexpr uint8_t kAuxiliary = 0xfa;
  RdbPosition position;
  if (!rdb_head.starts_with(kMagic) || rdb_head.size() < kMagicAndVersion) return position;
  RdbReader reader(rdb_head.substr(kMagicAndVersion));
  while (reader.Byte() == kAuxiliary) {
    const auto name = reader.String();
    const auto value = reader.String();
    if (!name || !value) break;
    if (*name == "repl-id") position.history = *value;
    if (*name != "repl-offset") continue;
    int64_t offset = -1;
    const auto end = value->data() + value->size();
    if (std::from_chars(value->data(), end, offset).ptr == end) position.offset = offset;
  }
  return position;
}

bool KeepsAppendOnlyFile(const LaunchSpec& launch) {
  const auto it = launch.parameters.find("appendonly");
  return it != launch.parameters.end() && it->second == "yes";
}

bool HoldsOrderedDump(const NodePaths& paths) {
  const fs::path data(paths.data_dir);
  std::error_code error;
  return fs::exists(data / kResumeMark, error) && fs::exists(data / "dump.rdb", error);
}

void OrderDump(const NodePaths& paths) {
  if (HoldsOrderedDump(paths)) return;
  const fs::path data(paths.data_dir);
  std::error_code error;
  fs::remove(data / "dump.rdb", error);
  std::ofstream(data / kResumeMark) << "ordered\n";
  // The engine flushes its dump; what the dump is found by is flushed here, up to the directory of all zones.
  fs::path directory = data;
  for (int level = 0; level < kLevelsToFlush; ++level, directory = directory.parent_path()) {
    SyncDirectory(directory.string()).IgnoreError();  // worth no more than the power cut that does not come
  }
}

SavedData ReadSavedData(const LaunchSpec& launch, const NodePaths& paths) {
  const fs::path data(paths.data_dir);
  if (KeepsAppendOnlyFile(launch)) return {.bytes = BytesBelow(data / "appendonlydir"), .offset = -1, .history = {}};
  if (!HoldsOrderedDump(paths)) return {};
  std::error_code error;
  const auto size = fs::file_size(data / "dump.rdb", error);
  if (error) return {};
  std::ifstream file(data / "dump.rdb", std::ios::binary);
  std::string head(kHeadBytes, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<size_t>(file.gcount()));
  const RdbPosition position = PositionOf(head);
  return {.bytes = static_cast<int64_t>(size), .offset = position.offset, .history = position.history};
}

}  // namespace elastilab
