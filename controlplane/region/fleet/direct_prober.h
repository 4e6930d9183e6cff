// Asks engines whether they live without their agents: looks for the process on this host, then asks as a client would;
// and kills by pid what an agent can't. One refused or broken connection proves nothing (evidence/evidence.h).
#pragma once

#include <signal.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "controlplane/region/model/observation.h"

namespace elastilab {

// Sends the signal to the process with this pid if it is still the one that started at `start_ticks` (field 22 of
// /proc/<pid>/stat). True when it was signalled.
bool SignalProcess(int64_t pid, int64_t start_ticks, int signal);

// The way to an engine that does not go through its agent. Simulations have one of their own.
class DirectLine {
 public:
  struct Question {
    std::string address;
    int port = 0;
    Engine engine = Engine::kRedis;
    int64_t incarnation = 0;
    ProcessName process;  // of the incarnation, as last seen; pid 0: not known
  };
  virtual ~DirectLine() = default;
  // The answer goes to Fleet::SetDirect. Asking again before the answer is the same question. Must not block.
  virtual void Ask(NodeUid uid, Question question) = 0;
  // SIGKILL for the process with this pid, if it is still the one that started at `start_ticks`.
  virtual bool Kill(int64_t pid, int64_t start_ticks) = 0;
};

// Asks on a thread of its own, so that nothing waits for a silent engine. Questions that come while others are asked
// are asked together afterwards. Thread-safe.
class DirectProber final : public DirectLine {
 public:
  using Answer = std::function<void(NodeUid, int64_t incarnation, DirectVerdict)>;

  explicit DirectProber(Answer answer);
  ~DirectProber() override { Stop(); }
  // No answer comes after it. May be called again.
  void Stop();
  void Ask(NodeUid uid, Question question) override;
  bool Kill(int64_t pid, int64_t start_ticks) override { return SignalProcess(pid, start_ticks, SIGKILL); }

  static constexpr std::chrono::milliseconds kTimeout{250};

 private:
  void Run();

  Answer answer_;
  std::mutex mu_;
  std::condition_variable wake_;
  std::map<NodeUid, Question> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace elastilab
