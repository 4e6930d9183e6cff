// Version numbers of engines, as far as they decide anything: "7.0.15", "7.1", "6.x".
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace elastilab {

struct ProgramVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;
  auto operator<=>(const ProgramVersion&) const = default;

  // Reads the leading numbers; what is missing or no number is 0. Empty when there is no number at all.
  static std::optional<ProgramVersion> Parse(std::string_view text);
  bool SameMinor(const ProgramVersion& other) const { return major == other.major && minor == other.minor; }
};

}  // namespace elastilab
