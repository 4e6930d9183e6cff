#include "controlplane/identity/trail/trail.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/text.h"

namespace elastilab {
namespace {

using Json = nlohmann::json;

int OpenForAppend(const std::string& path) { return open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600); }

// Empty when there is no such text: the file may have been edited, or damaged.
std::string TextOf(const Json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

bool Matches(const std::string& line, const TrailQuery& query) {
  // A crash can cut a line short, or leave zeros after it, which the parser takes for its end.
  if (line.find('\0') != std::string::npos) return false;
  const Json record = Json::parse(line, nullptr, false);
  if (!record.is_object()) return false;
  if (query.refused_only && !record.contains("errorCode")) return false;
  if (!query.event_name.empty() && !EqualsIgnoringCase(TextOf(record, "eventName"), query.event_name)) return false;
  if (query.user.empty()) return true;
  const auto identity = record.find("userIdentity");
  if (identity == record.end()) return false;
  return TextOf(*identity, "arn").find(query.user) != std::string::npos ||
         TextOf(*identity, "accessKeyId").find(query.user) != std::string::npos;
}

void ReadFile(const std::string& path, const TrailQuery& query, std::deque<std::string>& newest) {
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    if (!Matches(line, query)) continue;
    newest.push_back(std::move(line));
    if (newest.size() > query.limit) newest.pop_front();
  }
}

// A power cut can leave half a line at the end: what is appended must not become a part of it.
bool EndsInsideALine(const std::string& path, off_t size) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  char last = '\n';
  const bool read = fd >= 0 && size > 0 && pread(fd, &last, 1, size - 1) == 1;
  if (fd >= 0) close(fd);
  return read && last != '\n';
}

}  // namespace

StatusOr<std::unique_ptr<Trail>> Trail::Open(std::string path, int64_t max_bytes) {
  UniqueFd fd(OpenForAppend(path));
  struct stat info {};
  if (!fd.valid() || fstat(fd.get(), &info) != 0) {
    return absl::FailedPreconditionError(fmt::format("cannot write the trail {}: {}", path, std::strerror(errno)));
  }
  if (EndsInsideALine(path, info.st_size) && write(fd.get(), "\n", 1) == 1) ++info.st_size;
  return std::unique_ptr<Trail>(new Trail(std::move(path), std::move(fd), info.st_size, max_bytes));
}

Trail::Trail(std::string path, UniqueFd fd, int64_t size, int64_t max_bytes)
    : path_(std::move(path)), max_bytes_(max_bytes), fd_(std::move(fd)), size_(size) {}

void Trail::Append(std::string_view record) {
  std::string line(record);
  line += '\n';
  std::lock_guard lock(mu_);
  if (size_ > 0 && size_ + static_cast<int64_t>(line.size()) > max_bytes_) PutAside();
  const ssize_t written = write(fd_.get(), line.data(), line.size());
  if (written == static_cast<ssize_t>(line.size())) {
    size_ += written;
    failing_ = false;
    return;
  }
  const int error = written < 0 ? errno : ENOSPC;
  if (written > 0) (void)!ftruncate(fd_.get(), size_);  // no half lines
  if (!std::exchange(failing_, true)) spdlog::error("cannot write the trail {}: {}", path_, std::strerror(error));
}

void Trail::PutAside() {
  if (rename(path_.c_str(), (path_ + ".1").c_str()) != 0) return;
  UniqueFd fresh(OpenForAppend(path_));
  if (!fresh.valid()) return;
  fd_ = std::move(fresh);
  size_ = 0;
}

StatusOr<std::vector<std::string>> Trail::Read(const TrailQuery& query) const {
  std::deque<std::string> newest;
  ReadFile(path_ + ".1", query, newest);
  ReadFile(path_, query, newest);
  return std::vector<std::string>(std::make_move_iterator(newest.begin()), std::make_move_iterator(newest.end()));
}

}  // namespace elastilab
