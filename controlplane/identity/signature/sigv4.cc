#include "controlplane/identity/signature/sigv4.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>

#include "controlplane/identity/signature/sigv4_canonical.h"
#include "controlplane/identity/signature/sigv4_time.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
constexpr std::string_view kTerminator = "aws4_request";

Status DoesNotMatch(std::string text) { return MakeFault(FaultCode::SIGNATURE_DOES_NOT_MATCH, std::move(text)); }

// "5 min.", "90 s."
std::string SpanText(std::chrono::seconds span) {
  return span.count() % 60 == 0 ? fmt::format("{} min.", span.count() / 60) : fmt::format("{} s.", span.count());
}

Status CheckTime(const SigV4Claim& claim, SigningTime now, std::chrono::seconds max_skew) {
  if (claim.time > now + max_skew) {
    return DoesNotMatch(fmt::format("Signature not yet current: {} is still later than {} ({} + {})", claim.timestamp,
                                    FormatSigningTime(now + max_skew), FormatSigningTime(now), SpanText(max_skew)));
  }
  const std::chrono::seconds life = claim.expires.value_or(max_skew);
  if (claim.time + life >= now) return absl::OkStatus();
  std::string text = fmt::format("Signature expired: {} is now earlier than {} ({} - {})", claim.timestamp,
                                 FormatSigningTime(now - life), FormatSigningTime(now), SpanText(life));
  return claim.expires ? MakeFault(FaultCode::REQUEST_EXPIRED, std::move(text)) : DoesNotMatch(std::move(text));
}

// All that is wrong with the scope at once, as the service says it.
Status CheckScope(const SigV4Claim& claim, const SigV4Rules& rules) {
  std::vector<std::string> wrong;
  if (std::find(rules.regions.begin(), rules.regions.end(), claim.scope_region) == rules.regions.end()) {
    wrong.push_back(fmt::format("Credential should be scoped to a valid region, not '{}'. This lab serves {}.",
                                QuoteForMessage(claim.scope_region), fmt::join(rules.regions, ", ")));
  }
  if (claim.scope_service != rules.service) {
    wrong.push_back(fmt::format("Credential should be scoped to correct service: '{}'.", rules.service));
  }
  if (claim.scope_terminator != kTerminator) {
    wrong.push_back(fmt::format("Credential should be scoped with a valid terminator: '{}', not '{}'.", kTerminator,
                                QuoteForMessage(claim.scope_terminator)));
  }
  const std::string_view date = std::string_view(claim.timestamp).substr(0, 8);
  if (claim.scope_date != date) {
    wrong.push_back(
        fmt::format("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
                    "HTTP: '{}' != '{}', from '{}'.",
                    QuoteForMessage(claim.scope_date), date, claim.timestamp));
  }
  if (wrong.empty()) return absl::OkStatus();
  return DoesNotMatch(fmt::format("{}", fmt::join(wrong, " ")));
}

// What stands for the body in the canonical form. What x-amz-content-sha256 says of it must be true, whoever signed it.
StatusOr<std::string> PayloadHash(const HttpRequestView& request, bool allow_unsigned) {
  std::string hash;
  hash.reserve(64);
  AppendHex(Sha256(request.body), &hash);
  for (const HttpHeaderView& header : request.headers) {
    if (!EqualsIgnoringCase(header.name, "x-amz-content-sha256") || header.value == hash) continue;
    if (header.value != kUnsignedPayload) {
      return DoesNotMatch("The provided 'x-amz-content-sha256' header does not match what was computed.");
    }
    if (!allow_unsigned) {
      return DoesNotMatch("An 'x-amz-content-sha256' of 'UNSIGNED-PAYLOAD' is not accepted here: sign the body.");
    }
    hash = kUnsignedPayload;
  }
  return hash;
}

std::string StringToSign(std::string_view timestamp, std::string_view region, std::string_view service,
                         std::string_view canonical_request) {
  std::string text = fmt::format("AWS4-HMAC-SHA256\n{}\n{}/{}/{}/{}\n", timestamp, timestamp.substr(0, 8), region,
                                 service, kTerminator);
  AppendHex(Sha256(canonical_request), &text);
  return text;
}

std::string Signature(const Sha256Digest& key, std::string_view string_to_sign) {
  std::string signature;
  signature.reserve(64);
  AppendHex(HmacSha256(AsText(key), string_to_sign), &signature);
  return signature;
}

bool SameInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// Headers that clients and proxies set or change after signing.
bool ChangesOnTheWay(std::string_view lower_case_name) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "connection",        "expect",     "keep-alive",     "proxy-connection", "te",
      "transfer-encoding", "user-agent", "x-amzn-trace-id"};
  return std::find(kNames.begin(), kNames.end(), lower_case_name) != kNames.end();
}

}  // namespace

Status VerifySigV4(const HttpRequestView& request, const SigV4Claim& claim, const Secret& secret,
                   const SigV4Rules& rules, SigningTime now, SigningKeys& keys) {
  RETURN_IF_ERROR(CheckTime(claim, now, rules.max_skew));
  RETURN_IF_ERROR(CheckScope(claim, rules));
  ASSIGN_OR_RETURN(const std::string payload_hash, PayloadHash(request, rules.allow_unsigned_payload));
  ASSIGN_OR_RETURN(const std::string canonical, CanonicalRequest(request, claim.signed_headers, payload_hash));
  const Sha256Digest key = keys.Get(secret, claim.scope_date, claim.scope_region, claim.scope_service);
  const std::string expected =
      Signature(key, StringToSign(claim.timestamp, claim.scope_region, claim.scope_service, canonical));
  if (SameInConstantTime(expected, claim.signature)) return absl::OkStatus();
  return DoesNotMatch(
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
      "and signing method. Consult the service documentation for details.");
}

StatusOr<std::vector<std::pair<std::string, std::string>>> SignSigV4(const HttpRequestView& request,
                                                                     const SigV4Signer& signer, SigningTime now,
                                                                     SigningKeys& keys) {
  std::vector<std::pair<std::string, std::string>> added = {{"X-Amz-Date", FormatSigningTime(now)}};
  if (!signer.session_token.empty()) added.emplace_back("X-Amz-Security-Token", signer.session_token);

  std::vector<HttpHeaderView> headers(request.headers.begin(), request.headers.end());
  for (const auto& [name, value] : added) headers.push_back({name, value});
  std::vector<std::string> names;
  for (const HttpHeaderView& header : headers) {
    std::string name = LowerCase(header.name);
    if (!ChangesOnTheWay(name)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  for (const std::string_view once : {"authorization", "x-amz-date", "x-amz-security-token"}) {
    const auto times = std::count(names.begin(), names.end(), once);
    if (times > (once == "authorization" ? 0 : 1)) {
      return absl::InvalidArgumentError(fmt::format("signing adds the header {}: take yours away", once));
    }
  }
  names.erase(std::unique(names.begin(), names.end()), names.end());

  HttpRequestView whole = request;
  whole.headers = headers;
  ASSIGN_OR_RETURN(const std::string payload_hash, PayloadHash(whole, true));
  ASSIGN_OR_RETURN(const std::string canonical, CanonicalRequest(whole, names, payload_hash));
  const std::string& timestamp = added[0].second;
  const std::string date = timestamp.substr(0, 8);
  const std::string signature = Signature(keys.Get(signer.secret, date, signer.region, signer.service),
                                          StringToSign(timestamp, signer.region, signer.service, canonical));
  added.emplace_back(
      "Authorization",
      fmt::format("AWS4-HMAC-SHA256 Credential={}/{}/{}/{}/{}, SignedHeaders={}, Signature={}", signer.access_key_id,
                  date, signer.region, signer.service, kTerminator, fmt::join(names, ";"), signature));
  return added;
}

Status MissingAuthenticationToken() {
  return MakeFault(FaultCode::MISSING_AUTHENTICATION_TOKEN, "Request is missing Authentication Token");
}

Status InvalidClientTokenId() {
  return MakeFault(FaultCode::INVALID_CLIENT_TOKEN_ID, "The security token included in the request is invalid.");
}

Status ExpiredToken() {
  return MakeFault(FaultCode::EXPIRED_TOKEN, "The security token included in the request is expired");
}

}  // namespace elastilab
