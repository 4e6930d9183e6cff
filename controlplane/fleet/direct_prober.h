// Asks engines whether they live, as a client would, without their agents; and kills by pid what an agent can't.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "controlplane/model/observation.h"

namespace elastilab {

// One question on a thread of its own, so that nothing waits for a silent engine. Questions that come while others are
// asked are asked together afterwards. Thread-safe.
class DirectProber {
 public:
  struct Question {
    std::string address;
    int port = 0;
    Engine engine = Engine::kRedis;
    int64_t incarnation = 0;
  };
  using Answer = std::function<void(NodeUid, int64_t incarnation, DirectVerdict)>;

  explicit DirectProber(Answer answer);
  ~DirectProber();
  // Asking again before the answer is the same question.
  void Ask(NodeUid uid, Question question);

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

// Kills the process with this pid if it is still the one that started at `start_ticks` (field 22 of /proc/<pid>/stat).
// True when it was signalled.
bool KillProcess(int64_t pid, int64_t start_ticks);

}  // namespace elastilab
