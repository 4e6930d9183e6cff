// AWS Signature Version 4 for the services that speak AWS Query: reading a request's signature, verifying it, signing.
// Pure: no clock, no store. The steps of a front:
//
//   ParseSigV4(request)           what the request claims                     MissingAuthenticationToken (unsigned),
//                                                                             IncompleteSignature
//   look the access key up        the caller's part                           InvalidClientTokenId, ExpiredToken
//   VerifySigV4(request, …)       is it so, for this service and now          SignatureDoesNotMatch, RequestExpired
//
// Errors are faults in the service's words. They quote what the request says of itself, never a secret, a token or the
// signature that would have been right. A query with broken percent escapes is MalformedQueryString.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/secret.h"
#include "common/status.h"
#include "controlplane/identity/signature/http_request.h"
#include "controlplane/identity/signature/signing_keys.h"

namespace elastilab {

// Real time as the wall clock has it; not the service time that users can move.
using SigningTime = std::chrono::sys_seconds;

// What a request says about its signature. Nothing of it is proved before VerifySigV4.
struct SigV4Claim {
  bool presigned = false;  // in the query, instead of in an Authorization header
  std::string access_key_id;
  std::string scope_date;  // "20150830"
  std::string scope_region;
  std::string scope_service;                // which also tells the front whom the request is for
  std::string scope_terminator;             // "aws4_request", if all is well
  std::vector<std::string> signed_headers;  // lower case, sorted, each once
  std::string signature;
  std::string timestamp;                        // "20150830T123600Z"
  SigningTime time{};                           // the same
  std::string session_token;                    // empty: long-term key
  std::optional<std::chrono::seconds> expires;  // presigned requests: how long after `time`
};

// Empty: the request is not signed (another kind of Authorization header counts as none). The signature is in the
// Authorization header,
//   AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/iam/aws4_request, SignedHeaders=host;x-amz-date, Signature=5d6…
// with an X-Amz-Date or Date header; blanks around the parts don't matter. Or in the query: X-Amz-Algorithm,
// X-Amz-Credential, X-Amz-Date, X-Amz-SignedHeaders, X-Amz-Signature, and if need be X-Amz-Expires (1 s to 7 days;
// without it the request lives as long as one with a header) and X-Amz-Security-Token.
StatusOr<std::optional<SigV4Claim>> ParseSigV4(const HttpRequestView& request);

struct SigV4Rules {
  std::span<const std::string> regions = {};                // that the scope may name
  std::string_view service = {};                            // that it must name: "elasticache"
  std::chrono::seconds max_skew = std::chrono::minutes(5);  // between the request's time and ours, either way
  bool allow_unsigned_payload = false;  // take `x-amz-content-sha256: UNSIGNED-PAYLOAD` (over TLS, say)
};

// OK when whoever knows `secret` signed exactly this request, for us and lately. Compares in constant time.
// A presigned request past its X-Amz-Expires is RequestExpired, all else SignatureDoesNotMatch.
Status VerifySigV4(const HttpRequestView& request, const SigV4Claim& claim, const Secret& secret,
                   const SigV4Rules& rules, SigningTime now, SigningKeys& keys);

struct SigV4Signer {
  std::string access_key_id = {};
  Secret secret = {};
  std::string session_token = {};  // empty: none
  std::string region = {};
  std::string service = {};
};

// Signs in an Authorization header: returns the headers to add (X-Amz-Date, X-Amz-Security-Token if there is a token,
// Authorization). All headers given are signed, except those that change on the way (User-Agent, Connection, …); `host`
// must be among them, and none of those to add may. The target's path and query must be percent-encoded already.
StatusOr<std::vector<std::pair<std::string, std::string>>> SignSigV4(const HttpRequestView& request,
                                                                     const SigV4Signer& signer, SigningTime now,
                                                                     SigningKeys& keys);

// What callers say about keys.
Status MissingAuthenticationToken();
Status InvalidClientTokenId();
Status ExpiredToken();

}  // namespace elastilab
