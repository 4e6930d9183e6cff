// The keys that SigV4 signs with: derived from a secret for one day, region and service in four HMACs, and kept.
#pragma once

#include <cstddef>
#include <cstring>
#include <deque>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "common/secret.h"
#include "controlplane/identity/signature/digest.h"

namespace elastilab {

// Computes the key anew.
Sha256Digest DeriveSigningKey(const Secret& secret, std::string_view date, std::string_view region,
                              std::string_view service);

// Remembers derived keys. A key is found by a digest of all it was derived from, the secret included: a secret that was
// changed never hits, and no secret is kept here. Holds at most `capacity` keys (at least 1), the oldest goes first,
// and what goes is wiped. Thread-safe.
class SigningKeys {
 public:
  explicit SigningKeys(size_t capacity = 1024);
  ~SigningKeys();
  SigningKeys(const SigningKeys&) = delete;
  SigningKeys& operator=(const SigningKeys&) = delete;

  // `date` is "20150830".
  Sha256Digest Get(const Secret& secret, std::string_view date, std::string_view region, std::string_view service);

  size_t size() const;

 private:
  struct DigestHash {
    size_t operator()(const Sha256Digest& digest) const {
      size_t hash = 0;
      std::memcpy(&hash, digest.data(), sizeof hash);  // a digest is spread evenly already
      return hash;
    }
  };

  const size_t capacity_;
  mutable std::mutex mu_;
  std::unordered_map<Sha256Digest, Sha256Digest, DigestHash> keys_;
  std::deque<Sha256Digest> oldest_first_;
};

}  // namespace elastilab
