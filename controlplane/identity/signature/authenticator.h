// Who makes a call? Proves it from an AWS signature (HTTP) or from a key and its secret (gRPC). Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/secret.h"
#include "common/status.h"
#include "controlplane/identity/signature/caller.h"
#include "controlplane/identity/signature/sigv4.h"

namespace elastilab {

struct KnownKey {
  Secret secret;
  Caller caller;  // whose key it is; how the call came is filled in by the face
};

class Authenticator {
 public:
  // Looks a key up: InvalidClientTokenId for one that is unknown, inactive or has another session token, ExpiredToken.
  using KeySource = std::function<StatusOr<KnownKey>(const std::string& access_key_id, const std::string& session_token)>;

  // Signatures are good for this region only (those of IAM and STS, which are global, for us-east-1 too), and for
  // `max_skew` around our clock.
  Authenticator(std::string region, std::chrono::seconds max_skew, KeySource keys)
      : regions_{region}, global_regions_{std::move(region), "us-east-1"}, max_skew_(max_skew), keys_(std::move(keys)) {}

  // `service` is the one that is called: "elasticache". Errors are those of sigv4.h.
  StatusOr<Caller> BySignature(const HttpRequestView& request, std::string_view service, SigningTime now);

  // `authorization` is "Basic " and base64 of "<access key id>:<secret access key>", as gRPC clients send it in the
  // metadata; `session_token` that of temporary credentials. MissingAuthenticationToken when it is empty,
  // IncompleteSignature when it has another form, SignatureDoesNotMatch for a wrong secret.
  StatusOr<Caller> ByBasic(std::string_view authorization, const std::string& session_token) const;

 private:
  const std::vector<std::string> regions_;
  const std::vector<std::string> global_regions_;
  const std::chrono::seconds max_skew_;
  const KeySource keys_;
  SigningKeys signing_keys_;
};

}  // namespace elastilab
