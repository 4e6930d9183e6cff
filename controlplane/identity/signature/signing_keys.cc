#include "controlplane/identity/signature/signing_keys.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <string>

namespace elastilab {
namespace {

// Each part with its length, so that no two lists of parts have the same digest.
Sha256Digest Fingerprint(const Secret& secret, std::string_view date, std::string_view region,
                         std::string_view service) {
  std::string text;
  text.reserve(secret.Reveal().size() + date.size() + region.size() + service.size() + 4 * sizeof(size_t));
  for (const std::string_view part : {std::string_view(secret.Reveal()), date, region, service}) {
    const size_t size = part.size();
    text.append(reinterpret_cast<const char*>(&size), sizeof size).append(part);
  }
  const Sha256Digest digest = Sha256(text);
  OPENSSL_cleanse(text.data(), text.size());
  return digest;
}

}  // namespace

Sha256Digest DeriveSigningKey(const Secret& secret, std::string_view date, std::string_view region,
                              std::string_view service) {
  std::string start = "AWS4" + secret.Reveal();
  Sha256Digest key = HmacSha256(start, date);
  OPENSSL_cleanse(start.data(), start.size());
  for (const std::string_view part : {region, service, std::string_view("aws4_request")}) {
    key = HmacSha256(AsText(key), part);
  }
  return key;
}

SigningKeys::SigningKeys(size_t capacity) : capacity_(std::max<size_t>(capacity, 1)) {}

SigningKeys::~SigningKeys() {
  for (auto& [fingerprint, key] : keys_) OPENSSL_cleanse(key.data(), key.size());
}

Sha256Digest SigningKeys::Get(const Secret& secret, std::string_view date, std::string_view region,
                              std::string_view service) {
  const Sha256Digest fingerprint = Fingerprint(secret, date, region, service);
  {
    const std::lock_guard lock(mu_);
    if (const auto found = keys_.find(fingerprint); found != keys_.end()) return found->second;
  }
  const Sha256Digest key = DeriveSigningKey(secret, date, region, service);
  const std::lock_guard lock(mu_);
  // Someone else may have been faster.
  if (!keys_.emplace(fingerprint, key).second) return key;
  oldest_first_.push_back(fingerprint);
  if (keys_.size() > capacity_) {
    const auto oldest = keys_.find(oldest_first_.front());
    OPENSSL_cleanse(oldest->second.data(), oldest->second.size());
    keys_.erase(oldest);
    oldest_first_.pop_front();
  }
  return key;
}

size_t SigningKeys::size() const {
  const std::lock_guard lock(mu_);
  return keys_.size();
}

}  // namespace elastilab
