#include "common/os/proc_fs.h"

#include <dirent.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "common/os/files.h"

namespace elastilab {

std::optional<ProcStat> ParseProcStat(const std::string& text) {
  // pid (command name) state ppid … ; the name ends at the last parenthesis, the start time is field 22 of the whole.
  constexpr int kFieldsFromStateToStart = 22 - 3;
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= text.size()) return std::nullopt;
  ProcStat stat;
  stat.identity.pid = std::strtoll(text.c_str(), nullptr, 10);
  const char* field = text.c_str() + name_end + 2;
  stat.state = *field;
  stat.parent = std::strtoll(field + 1, nullptr, 10);
  for (int i = 0; i < kFieldsFromStateToStart; ++i) {
    while (*field != ' ' && *field != '\0') ++field;
    if (*field == '\0') return std::nullopt;
    ++field;
  }
  stat.identity.start_ticks = std::strtoll(field, nullptr, 10);
  return stat;
}

std::optional<ProcStat> ReadProcStat(int64_t pid) {
  auto text = ReadWholeFile(fmt::format("/proc/{}/stat", pid));
  return text.ok() ? ParseProcStat(*text) : std::nullopt;
}

std::vector<std::string> ReadCommandLine(int64_t pid) {
  std::vector<std::string> words;
  const std::string text = ReadWholeFile(fmt::format("/proc/{}/cmdline", pid)).value_or("");
  for (size_t from = 0; from < text.size();) {
    const size_t end = std::min(text.find('\0', from), text.size());
    words.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return words;
}

std::string ReadBootId() {
  auto text = ReadWholeFile("/proc/sys/kernel/random/boot_id");
  if (!text.ok()) return "";
  return text->substr(0, text->find('\n'));
}

std::vector<MarkedProcess> FindMarkedProcesses(const std::string& directory) {
  constexpr std::string_view kDeleted = " (deleted)";  // what the kernel adds when the file has no name any more
  const std::string prefix = directory + "/";
  std::vector<MarkedProcess> found;
  std::unique_ptr<DIR, int (*)(DIR*)> proc(opendir("/proc"), closedir);
  if (proc == nullptr) return found;
  while (const dirent* entry = readdir(proc.get())) {
    const int64_t pid = std::strtoll(entry->d_name, nullptr, 10);
    if (pid <= 0) continue;
    char target[PATH_MAX];
    // Fails for the processes of other users, and for zombies, which have no open files.
    const ssize_t length = readlink(fmt::format("/proc/{}/fd/1", pid).c_str(), target, sizeof(target));
    if (length <= 0) continue;
    std::string log_file(target, static_cast<size_t>(length));
    if (log_file.ends_with(kDeleted)) log_file.resize(log_file.size() - kDeleted.size());
    if (log_file.compare(0, prefix.size(), prefix) != 0) continue;
    if (auto stat = ReadProcStat(pid)) found.push_back({stat->identity, stat->parent, log_file});
  }
  return found;
}

}  // namespace elastilab
