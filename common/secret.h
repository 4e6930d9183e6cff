// Secrets travel in a type that prints as ***, so that no log line, error or answer can carry one by accident (I6).
#pragma once

#include <fmt/format.h>

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "common/status.h"

namespace elastilab {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  // The only way to the text. Grep for it to see where secrets leave.
  const std::string& Reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string value_;
};

inline std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "***"; }

// The key of one lab, kept in a 0600 file beside the database and never inside it. Thread-safe after construction.
// Passwords of engines are derived from it, so that none is ever stored.
class LabKey {
 public:
  // Reads `path`, or creates it with 32 random bytes and mode 0600, to survive power loss once this returns. Refuses a
  // file that others can read.
  static StatusOr<LabKey> LoadOrCreate(const std::string& path);
  // For tests.
  explicit LabKey(std::string bytes) : bytes_(std::move(bytes)) {}

  // HMAC-SHA256 of `purpose`, as 64 hexadecimal digits. Same purpose, same secret.
  Secret Derive(std::string_view purpose) const;

 private:
  std::string bytes_;
};

// `bytes` random bytes from the kernel, as lower-case hexadecimal.
std::string RandomHex(size_t bytes);
// SHA-256 of `text` as 64 hexadecimal digits.
std::string Sha256Hex(std::string_view text);

}  // namespace elastilab

template <>
struct fmt::formatter<elastilab::Secret> : fmt::formatter<std::string_view> {
  auto format(const elastilab::Secret&, fmt::format_context& ctx) const {
    return fmt::formatter<std::string_view>::format("***", ctx);
  }
};
