#include "cli/lab/target.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/lab/daemon.h"

namespace elastilab {
namespace {

constexpr size_t kLongestSocketPath = 107;
constexpr char kNowhere[] = "unix:/dev/null/no-lab";  // gRPC complains aloud about a path that is too long

}  // namespace

std::string CallTarget(const LabFiles& files) {
  return files.socket().size() <= kLongestSocketPath ? "unix:" + files.socket() : kNowhere;
}

std::string WhyNoAnswer(const LabFiles& files, const std::string& error) {
  if (::access(files.data_dir.c_str(), R_OK | X_OK) != 0 && errno != ENOENT) {
    return fmt::format("cannot look into {}: {}. Say where your lab is with --data-dir, or ask its owner", files.data_dir,
                       std::strerror(errno));
  }
  if (const int64_t pid = RunningDaemon(files); pid > 0) {
    return fmt::format("the control plane of {} (pid {}) runs, and could not do it: {}. What is wrong: elastilab doctor, and {}",
                       files.data_dir, pid, error, files.log());
  }
  if (absl::IsNotFound(LoadSettings(files).status())) {
    return fmt::format("there is no lab in {}. Start one with: elastilab up, or say where yours is with --data-dir", files.data_dir);
  }
  return fmt::format("the lab in {} is stopped. Start it with: elastilab up (what is wrong, if it should be running: elastilab "
                     "doctor, and {})",
                     files.data_dir, files.log());
}

}  // namespace elastilab
