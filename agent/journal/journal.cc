#include "agent/journal/journal.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

#include "agent/journal/sealed.h"

namespace elastilab {
namespace {

std::optional<int64_t> ParseUid(const std::string& name) {
  int64_t uid = 0;
  const char* end = name.data() + name.size();
  const auto result = std::from_chars(name.data(), end, uid);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return uid;
}

}  // namespace

StatusOr<Journal> Journal::Open(Files& files, const std::string& data_dir, const std::string& zone) {
  RETURN_IF_ERROR(files.MakeDirectories(data_dir));
  ASSIGN_OR_RETURN(const std::string canonical, files.CanonicalPath(data_dir));
  ZonePaths paths(canonical, zone);
  RETURN_IF_ERROR(files.MakePrivateDirectory(paths.zone_dir()));
  RETURN_IF_ERROR(files.MakeDirectories(paths.nodes_dir()));
  const std::string socket_parent = paths.socket_dir().substr(0, paths.socket_dir().rfind('/'));
  if (socket_parent != canonical) RETURN_IF_ERROR(files.MakePrivateDirectory(socket_parent));
  RETURN_IF_ERROR(files.MakePrivateDirectory(paths.socket_dir()));
  auto lock = files.TakeLock(paths.lock_file());
  if (absl::IsAlreadyExists(lock.status())) {
    return absl::FailedPreconditionError(
        fmt::format("zone {} is already served by pid {}", zone, std::string(lock.status().message())));
  }
  RETURN_IF_ERROR(lock.status());
  return Journal(files, std::move(paths), *std::move(lock));
}

std::vector<Journal::Entry> Journal::Load() const {
  std::vector<Entry> entries;
  for (const std::string& name : files_->ListDirectory(paths_.nodes_dir())) {
    const auto uid = ParseUid(name);
    if (!uid) continue;
    auto sealed = files_->ReadWholeFile(Node(*uid).assignment);
    entries.push_back({*uid, sealed.ok() ? Unseal(*sealed) : sealed.status()});
  }
  return entries;
}

Status Journal::WriteAssignment(int64_t uid, const std::string& bytes) const {
  const NodeFiles node = Node(uid);
  RETURN_IF_ERROR(files_->MakeDirectories(node.engine.working_dir));
  return files_->WriteFileAtomically(node.assignment, Seal(bytes));
}

Status Journal::WipeNode(int64_t uid) const {
  const NodeFiles node = Node(uid);
  RETURN_IF_ERROR(files_->RemoveTree(node.engine.working_dir));
  RETURN_IF_ERROR(files_->RemoveTree(node.engine.log_file));
  RETURN_IF_ERROR(files_->RemoveTree(node.socket));
  RETURN_IF_ERROR(files_->RemoveTree(node.engine.record));
  return files_->MakeDirectories(node.engine.working_dir);
}

Status Journal::RemoveNode(int64_t uid) const {
  const NodeFiles node = Node(uid);
  RETURN_IF_ERROR(files_->RemoveTree(node.assignment));
  RETURN_IF_ERROR(files_->RemoveTree(node.socket));
  return files_->RemoveTree(node.directory);
}

StatusOr<ProcessRecord> ReadRecord(Files& files, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string sealed, files.ReadWholeFile(path));
  ASSIGN_OR_RETURN(const std::string text, Unseal(sealed));
  auto record = ParseProcessRecord(text);
  if (!record.ok()) return absl::DataLossError(std::string(record.status().message()));
  return record;
}

Status WriteRecord(Files& files, const std::string& path, const ProcessRecord& record) {
  return files.WriteFileAtomically(path, Seal(FormatProcessRecord(record)));
}

}  // namespace elastilab
