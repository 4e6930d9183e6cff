#include "controlplane/identity/signature/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace elastilab {
namespace {

// Only a broken installation gets here: nothing can be verified then, and nobody may be let in.
template <typename T>
T Need(T result) {
  if (!result) {
    std::fprintf(stderr, "libcrypto cannot compute SHA-256: check the installation of libssl3\n");
    std::abort();
  }
  return result;
}

struct Algorithms {
  EVP_MD* sha256 = Need(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  EVP_MAC* hmac = Need(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
};

// Never freed: threads may still sign while the program ends.
const Algorithms& Fetched() {
  static const Algorithms* const kAlgorithms = new Algorithms;
  return *kAlgorithms;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

EVP_MAC_CTX* NewHmacContext() {
  EVP_MAC_CTX* context = Need(EVP_MAC_CTX_new(Fetched().hmac));
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
  Need(EVP_MAC_CTX_set_params(context, params));
  return context;
}

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

Sha256Digest Sha256(std::string_view text) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(Need(EVP_MD_CTX_new()));
  Sha256Digest digest;
  Need(EVP_DigestInit_ex2(context.get(), Fetched().sha256, nullptr));
  Need(EVP_DigestUpdate(context.get(), text.data(), text.size()));
  Need(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr));
  return digest;
}

Sha256Digest HmacSha256(std::string_view key, std::string_view text) {
  thread_local const std::unique_ptr<EVP_MAC_CTX, FreeContext> context(NewHmacContext());
  Sha256Digest digest;
  size_t size = 0;
  // An empty key still needs an address: without one the context would keep its last key.
  static constexpr unsigned char kNoKey = 0;
  Need(EVP_MAC_init(context.get(), key.empty() ? &kNoKey : Bytes(key), key.size(), nullptr));
  Need(EVP_MAC_update(context.get(), Bytes(text), text.size()));
  Need(EVP_MAC_final(context.get(), digest.data(), &size, digest.size()));
  return digest;
}

void AppendHex(const Sha256Digest& digest, std::string* out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (const unsigned char byte : digest) {
    out->push_back(kDigits[byte >> 4]);
    out->push_back(kDigits[byte & 15]);
  }
}

}  // namespace elastilab
