// SHA-256 and HMAC-SHA-256 as signatures need them: many short texts, so the algorithms are fetched from libcrypto once
// and each thread keeps its contexts. Thread-safe.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace elastilab {

using Sha256Digest = std::array<unsigned char, 32>;

Sha256Digest Sha256(std::string_view text);
Sha256Digest HmacSha256(std::string_view key, std::string_view text);

// 64 lower-case hexadecimal digits, appended.
void AppendHex(const Sha256Digest& digest, std::string* out);

inline std::string_view AsText(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace elastilab
