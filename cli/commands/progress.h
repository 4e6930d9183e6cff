// One line on stderr that is drawn over itself: "demo creating: nodes ready 2/3   1.2 s". Silent unless stderr is a
// terminal. Gone when it goes out of scope.
#pragma once

#include <chrono>
#include <string>

#include "cli/commands/context.h"

namespace elastilab {

class ProgressLine {
 public:
  explicit ProgressLine(Io& io) : io_(io), start_(std::chrono::steady_clock::now()) {}
  ~ProgressLine();

  bool visible() const { return io_.err_is_terminal; }
  void Show(const std::string& text);

 private:
  Io& io_;
  std::chrono::steady_clock::time_point start_;
  bool drawn_ = false;
};

// "310 ms", "2.1 s"
std::string ElapsedText(std::chrono::steady_clock::time_point start);

}  // namespace elastilab
