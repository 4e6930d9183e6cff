#include "tests/integration/dataplane/engine_process.h"

#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "common/os/pidfd.h"

namespace elastilab {

Status EngineProcess::Start(const Command& command) {
  ASSIGN_OR_RETURN(child_, Spawn(command));
  return absl::OkStatus();
}

void EngineProcess::Signal(int signal) const { SendSignal(child_.pidfd, signal); }

void EngineProcess::Stop() const {
  Signal(SIGSTOP);
  waitpid(static_cast<pid_t>(child_.pid), nullptr, WUNTRACED);
}

void EngineProcess::Kill() {
  if (!child_.pidfd.valid()) return;
  Signal(SIGKILL);
  AwaitExit(child_.pidfd, std::chrono::seconds(5));
  TakeExitText(child_.pidfd);
  child_ = Child{};
}

std::optional<std::string> EngineProcess::WaitExit(std::chrono::milliseconds patience) {
  if (!child_.pidfd.valid() || !AwaitExit(child_.pidfd, patience)) return std::nullopt;
  return TakeExitText(std::exchange(child_, Child{}).pidfd);
}

TemporaryDirectory::TemporaryDirectory() : path_("/tmp/el-dataplane-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) std::abort();
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace elastilab
