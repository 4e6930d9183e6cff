#include "controlplane/identity/signature/authenticator.h"

#include <absl/strings/escaping.h>
#include <openssl/crypto.h>

#include "common/secret.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

constexpr std::string_view kBasic = "Basic ";

// Digests have one length, so that the time tells nothing of the secret's.
bool SameSecret(const Secret& secret, const std::string& given) {
  const std::string a = Sha256Hex(secret.Reveal());
  const std::string b = Sha256Hex(given);
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

StatusOr<Caller> Authenticator::BySignature(const HttpRequestView& request, std::string_view service, SigningTime now) {
  ASSIGN_OR_RETURN(const auto claim, ParseSigV4(request));
  if (!claim) return MissingAuthenticationToken();
  ASSIGN_OR_RETURN(KnownKey key, keys_(claim->access_key_id, claim->session_token));
  SigV4Rules rules;
  rules.regions = service == "iam" || service == "sts" ? global_regions_ : regions_;
  rules.service = service;
  rules.max_skew = max_skew_;
  RETURN_IF_ERROR(VerifySigV4(request, *claim, key.secret, rules, now, signing_keys_));
  key.caller.access_key_id = claim->access_key_id;
  return std::move(key.caller);
}

StatusOr<Caller> Authenticator::ByBasic(std::string_view authorization, const std::string& session_token) const {
  if (authorization.empty()) return MissingAuthenticationToken();
  std::string pair;
  const bool basic = authorization.starts_with(kBasic) &&
                     absl::Base64Unescape({authorization.data() + kBasic.size(), authorization.size() - kBasic.size()}, &pair);
  const size_t colon = pair.find(':');
  if (!basic || colon == std::string::npos) {
    return MakeFault(elasticache::v1::INCOMPLETE_SIGNATURE,
                     "authorization must be 'Basic ' and the base64 of <access key id>:<secret access key>.");
  }
  const std::string access_key_id = pair.substr(0, colon);
  ASSIGN_OR_RETURN(KnownKey key, keys_(access_key_id, session_token));
  if (!SameSecret(key.secret, pair.substr(colon + 1))) {
    return MakeFault(elasticache::v1::SIGNATURE_DOES_NOT_MATCH, "The secret access key is not that of the access key id given.");
  }
  key.caller.access_key_id = access_key_id;
  return std::move(key.caller);
}

}  // namespace elastilab
