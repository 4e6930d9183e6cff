#include "controlplane/region/fleet/direct_prober.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "common/os/pidfd.h"
#include "common/os/proc_fs.h"

namespace elastilab {
namespace {

// One TCP conversation, advanced by poll: connect, send, read one byte.
struct Conversation {
  NodeUid uid = 0;
  int64_t incarnation = 0;
  std::string_view request;
  int fd = -1;
  bool sent = false;
  bool over = false;                // no answer will come of it
  ProcessName process = {};
  DirectVerdict verdict = DirectVerdict::kUnknown;
};

// Whether the process is certainly not on this host any more.
bool IsGone(const ProcessName& process) {
  if (process.pid == 0) return false;
  if (process.boot_id != ReadBootId()) return !process.boot_id.empty();
  const auto stat = ReadProcStat(process.pid);
  return !stat || stat->identity.start_ticks != process.start_ticks || stat->state == 'Z' || stat->state == 'X';
}

// What its silence means.
DirectVerdict OfSilence(const ProcessName& process) {
  if (process.pid == 0) return DirectVerdict::kSilent;
  if (IsGone(process)) return DirectVerdict::kGone;
  const auto stat = ReadProcStat(process.pid);
  const bool stopped = stat && (stat->state == 'T' || stat->state == 't');
  return stopped ? DirectVerdict::kFrozen : DirectVerdict::kBusy;
}

Conversation Open(NodeUid uid, const DirectProber::Question& question) {
  Conversation talk{uid, question.incarnation, question.engine == Engine::kMemcached ? "version\r\n" : "PING\r\n"};
  talk.process = question.process;
  if (IsGone(talk.process)) {
    talk.verdict = DirectVerdict::kGone;
    return talk;
  }
  talk.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<uint16_t>(question.port));
  inet_pton(AF_INET, question.address.c_str(), &where.sin_addr);
  if (connect(talk.fd, reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0 && errno != EINPROGRESS) {
    talk.over = true;
  }
  return talk;
}

void Advance(Conversation& talk) {
  if (!talk.sent) {
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(talk.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
      talk.over = true;
      return;
    }
    talk.sent = send(talk.fd, talk.request.data(), talk.request.size(), MSG_NOSIGNAL) > 0;
    return;
  }
  char byte = 0;
  const ssize_t got = recv(talk.fd, &byte, 1, 0);
  if (got > 0) talk.verdict = DirectVerdict::kAnswers;
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) talk.over = true;
}

void Converse(std::vector<Conversation>& talks) {
  const auto deadline = std::chrono::steady_clock::now() + DirectProber::kTimeout;
  while (true) {
    std::vector<pollfd> fds;
    std::vector<Conversation*> open;
    for (Conversation& talk : talks) {
      if (talk.over || talk.verdict != DirectVerdict::kUnknown) continue;
      fds.push_back({talk.fd, static_cast<short>(talk.sent ? POLLIN : POLLOUT), 0});
      open.push_back(&talk);
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (open.empty() || left.count() <= 0) break;
    if (poll(fds.data(), fds.size(), static_cast<int>(left.count())) <= 0) break;
    for (size_t i = 0; i < open.size(); ++i) {
      if (fds[i].revents != 0) Advance(*open[i]);
    }
  }
  for (Conversation& talk : talks) {
    if (talk.verdict == DirectVerdict::kUnknown) talk.verdict = OfSilence(talk.process);
    if (talk.fd >= 0) close(talk.fd);
  }
}

}  // namespace

DirectProber::DirectProber(Answer answer) : answer_(std::move(answer)), thread_([this] { Run(); }) {}

void DirectProber::Stop() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void DirectProber::Ask(NodeUid uid, Question question) {
  {
    std::lock_guard lock(mu_);
    waiting_[uid] = std::move(question);
  }
  wake_.notify_all();
}

void DirectProber::Run() {
  std::unique_lock lock(mu_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    std::vector<Conversation> talks;
    for (const auto& [uid, question] : waiting_) talks.push_back(Open(uid, question));
    waiting_.clear();
    lock.unlock();
    Converse(talks);
    for (const Conversation& talk : talks) answer_(talk.uid, talk.incarnation, talk.verdict);
    lock.lock();
  }
}

bool SignalProcess(int64_t pid, int64_t start_ticks, int signal) {
  return pid > 1 && SendSignal(OpenPidfd(ProcessIdentity{pid, start_ticks}), signal);
}

}  // namespace elastilab
