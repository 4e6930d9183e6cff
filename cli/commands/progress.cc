#include "cli/commands/progress.h"

#include <fmt/format.h>

namespace elastilab {
namespace {
constexpr char kClearLine[] = "\r\033[K";
}

ProgressLine::~ProgressLine() {
  if (drawn_) io_.err << kClearLine << std::flush;
}

void ProgressLine::Show(const std::string& text) {
  if (!visible()) return;
  const std::string line = fmt::format("{}   {}", text, ElapsedText(start_));
  const size_t width = io_.style.width > 1 ? static_cast<size_t>(io_.style.width) - 1 : 1;
  io_.err << kClearLine << (DisplayWidth(line) > width ? FitTo(line, width) : line) << std::flush;
  drawn_ = true;
}

std::string ElapsedText(std::chrono::steady_clock::time_point start) {
  const auto elapsed = std::chrono::steady_clock::now() - start;
  return MicrosText(std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count());
}

}  // namespace elastilab
