#include "agent/journal/journal.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <utility>

#include "agent/journal/files.h"

namespace elastilab {
namespace {

namespace fs = std::filesystem;

std::optional<int64_t> ParseUid(const std::string& name) {
  int64_t uid = 0;
  const char* end = name.data() + name.size();
  const auto result = std::from_chars(name.data(), end, uid);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return uid;
}

}  // namespace

StatusOr<Journal> Journal::Open(const std::string& data_dir, const std::string& zone) {
  RETURN_IF_ERROR(MakeDirectories(data_dir));
  std::error_code error;
  const fs::path canonical = fs::canonical(data_dir, error);
  if (error) return absl::FailedPreconditionError(fmt::format("cannot use {}: {}", data_dir, error.message()));
  ZonePaths paths(canonical.string(), zone);
  RETURN_IF_ERROR(MakePrivateDirectory(paths.zone_dir()));
  RETURN_IF_ERROR(MakeDirectories(paths.nodes_dir()));
  const std::string socket_parent = fs::path(paths.socket_dir()).parent_path().string();
  if (socket_parent != canonical) RETURN_IF_ERROR(MakePrivateDirectory(socket_parent));
  RETURN_IF_ERROR(MakePrivateDirectory(paths.socket_dir()));
  ASSIGN_OR_RETURN(ZoneLock lock, ZoneLock::Take(paths.lock_file(), zone));
  return Journal(std::move(paths), std::move(lock));
}

std::vector<Journal::Node> Journal::Load() const {
  std::vector<int64_t> uids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(paths_.nodes_dir(), error)) {
    if (auto uid = ParseUid(entry.path().filename().string())) uids.push_back(*uid);
  }
  std::vector<Node> nodes;
  for (int64_t uid : uids) {
    auto assignment = ReadWholeFile(Files(uid).assignment);
    if (assignment.ok()) {
      nodes.push_back({uid, *std::move(assignment)});
    } else if (absl::IsNotFound(assignment.status())) {
      (void)RemoveTree(Files(uid).directory);
    }
  }
  return nodes;
}

Status Journal::WriteAssignment(int64_t uid, const std::string& bytes) const {
  const NodeFiles files = Files(uid);
  RETURN_IF_ERROR(MakeDirectories(files.engine.working_dir));
  return WriteFileAtomically(files.assignment, bytes);
}

Status Journal::WipeNode(int64_t uid) const {
  const NodeFiles files = Files(uid);
  RETURN_IF_ERROR(RemoveTree(files.engine.record));
  RETURN_IF_ERROR(RemoveTree(files.engine.working_dir));
  RETURN_IF_ERROR(RemoveTree(files.engine.log_file));
  RETURN_IF_ERROR(RemoveTree(files.socket));
  return MakeDirectories(files.engine.working_dir);
}

Status Journal::RemoveNode(int64_t uid) const {
  const NodeFiles files = Files(uid);
  RETURN_IF_ERROR(RemoveTree(files.assignment));
  RETURN_IF_ERROR(RemoveTree(files.socket));
  return RemoveTree(files.directory);
}

std::optional<ProcessRecord> ReadRecord(const std::string& path) {
  auto text = ReadWholeFile(path);
  if (!text.ok()) return std::nullopt;
  auto record = ParseProcessRecord(*text);
  return record.ok() ? std::optional(*std::move(record)) : std::nullopt;
}

Status WriteRecord(const std::string& path, const ProcessRecord& record) {
  return WriteFileAtomically(path, FormatProcessRecord(record));
}

}  // namespace elastilab
