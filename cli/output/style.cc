#include "cli/output/style.h"

#include <fmt/format.h>

#include <array>

namespace elastilab {
namespace {

// Calls `visit(piece, is_visible)` for each character or escape sequence.
template <typename Visit>
void ForEachPiece(std::string_view text, Visit visit) {
  size_t i = 0;
  while (i < text.size()) {
    size_t end = i + 1;
    const bool escape = text[i] == '\033';
    if (escape) {
      while (end < text.size() && text[end - 1] != 'm') ++end;
    } else {
      while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    }
    visit(text.substr(i, end - i), !escape);
    i = end;
  }
}

}  // namespace

std::string Style::Paint(std::string_view code, std::string_view text) const {
  if (!color || text.empty()) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code, text);
}

std::string Style::State(std::string_view status) const {
  for (std::string_view good : {"available", "ready", "up", "active", "enabled", "in-sync"}) {
    if (status == good) return Green(status);
  }
  for (std::string_view bad : {"exited", "failed", "lost", "silent", "deleted"}) {
    if (status == bad) return Red(status);
  }
  if (status.find("fail") != status.npos || status.find("incompatible") != status.npos) return Red(status);
  return Yellow(status);
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  ForEachPiece(text, [&](std::string_view, bool visible) { width += visible ? 1 : 0; });
  return width;
}

std::string FitTo(std::string_view text, size_t width) {
  const size_t has = DisplayWidth(text);
  if (has <= width) return std::string(text) + std::string(width - has, ' ');
  std::string cut;
  size_t used = 0;
  ForEachPiece(text, [&](std::string_view piece, bool visible) {
    if (visible && used + 1 < width) {
      cut += piece;
      ++used;
    }
  });
  return width == 0 ? "" : cut + "…";
}

std::string BytesText(int64_t bytes) {
  if (bytes < 0) return "unknown";
  static constexpr std::array<const char*, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string MicrosText(int64_t micros) {
  if (micros < 0) return "–";
  if (micros < 1'000) return fmt::format("{} µs", micros);
  if (micros < 1'000'000) return fmt::format("{:.1f} ms", static_cast<double>(micros) / 1e3);
  if (micros < 60'000'000) return fmt::format("{:.1f} s", static_cast<double>(micros) / 1e6);
  const int64_t seconds = micros / 1'000'000;
  if (seconds < 3600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
  return fmt::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
}

}  // namespace elastilab
