#include "tests/integration/dataplane/engine_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace elastilab {
namespace {

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Status EngineProcess::Start(const Command& command) {
  int in[2];
  if (pipe2(in, O_CLOEXEC) != 0) return absl::InternalError("pipe2");
  const ssize_t written = write(in[1], command.stdin_text.data(), command.stdin_text.size());
  close(in[1]);
  if (written != static_cast<ssize_t>(command.stdin_text.size())) return absl::InternalError("stdin");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, command.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                   0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  if (!command.working_dir.empty()) posix_spawn_file_actions_addchdir_np(&actions, command.working_dir.c_str());
  std::vector<std::string> words = command.args;
  words.insert(words.begin(), command.program);
  std::vector<std::string> environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8"};
  for (const auto& [name, value] : command.environment) environment.push_back(name + "=" + value);
  const int error = posix_spawn(&pid_, command.program.c_str(), &actions, nullptr, Pointers(words).data(),
                                Pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  if (error == 0) return absl::OkStatus();
  pid_ = 0;
  return absl::InternalError(std::strerror(error));
}

void EngineProcess::Signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

void EngineProcess::Stop() const {
  Signal(SIGSTOP);
  waitpid(pid_, nullptr, WUNTRACED);
}

void EngineProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(std::exchange(pid_, 0), nullptr, 0);
}

std::optional<int> EngineProcess::WaitExit(std::chrono::milliseconds patience) {
  if (pid_ <= 0) return std::nullopt;
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  pollfd exited{fd, POLLIN, 0};
  const bool gone = poll(&exited, 1, static_cast<int>(patience.count())) == 1;
  close(fd);
  int status = 0;
  if (!gone || waitpid(std::exchange(pid_, 0), &status, 0) < 0) return std::nullopt;
  return status;
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TemporaryDirectory::TemporaryDirectory() : path_("/tmp/el-dataplane-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) std::abort();
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace elastilab
