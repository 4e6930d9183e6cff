#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>

#include "controlplane/identity/signature/sigv4.h"
#include "controlplane/identity/signature/sigv4_canonical.h"
#include "controlplane/identity/signature/sigv4_time.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::chrono::seconds kLongestLife = std::chrono::hours(7 * 24);

Status Incomplete(std::string text) { return MakeFault(FaultCode::INCOMPLETE_SIGNATURE, std::move(text)); }

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The Authorization header for the one who sent it to recognise: it may hold something secret, so not in clear.
std::string HashForMessage(std::string_view header) {
  const Sha256Digest digest = Sha256(header);
  std::string text(4 * ((digest.size() + 2) / 3), '\0');
  unsigned char base64[64];
  EVP_EncodeBlock(base64, digest.data(), static_cast<int>(digest.size()));
  std::copy_n(base64, text.size(), text.begin());
  return text;
}

// ---- Parts that both forms have.

Status ReadAlgorithm(std::string_view algorithm) {
  if (algorithm == kAlgorithm) return absl::OkStatus();
  return Incomplete(
      fmt::format("Unsupported AWS 'algorithm': '{}' (only {} for now). ", QuoteForMessage(algorithm), kAlgorithm));
}

Status ReadCredential(std::string_view credential, SigV4Claim* claim) {
  std::string* const parts[] = {&claim->access_key_id, &claim->scope_date, &claim->scope_region, &claim->scope_service,
                                &claim->scope_terminator};
  const auto slashes = std::count(credential.begin(), credential.end(), '/');
  if (slashes != 4 || credential.front() == '/') {
    return Incomplete(
        fmt::format("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
                    "got '{}'",
                    QuoteForMessage(credential)));
  }
  for (std::string* part : parts) {
    *part = credential.substr(0, credential.find('/'));
    credential.remove_prefix(std::min(part->size() + 1, credential.size()));
  }
  return absl::OkStatus();
}

// Names that are not in the one order that is signed could not match: say so, it is a usual mistake of own signers.
Status ReadSignedHeaders(std::string_view list, SigV4Claim* claim) {
  while (true) {
    const std::string_view name = list.substr(0, list.find(';'));
    const bool sorted = claim->signed_headers.empty() || claim->signed_headers.back() < name;
    if (name.empty() || !sorted || name != LowerCase(name)) {
      return MakeFault(
          FaultCode::SIGNATURE_DOES_NOT_MATCH,
          fmt::format("'SignedHeaders' must list names in lower case, sorted, each once and with semicolons "
                      "between them: '{}' is out of place.",
                      QuoteForMessage(name)));
    }
    claim->signed_headers.emplace_back(name);
    if (name.size() == list.size()) return absl::OkStatus();
    list.remove_prefix(name.size() + 1);
  }
}

Status BadDate(std::string_view date) {
  return Incomplete(
      fmt::format("Date must be in ISO-8601 'basic format'. Got '{}'. See http://en.wikipedia.org/wiki/ISO_8601",
                  QuoteForMessage(date)));
}

// ---- The header form.

struct AuthorizationParts {
  std::string_view algorithm;
  std::string_view credential;
  std::string_view signed_headers;
  std::string_view signature;
};

StatusOr<AuthorizationParts> SplitAuthorization(std::string_view header) {
  const auto bad = [&](std::string_view what) {
    return Incomplete(fmt::format("{} in Authorization header (hashed with SHA-256 and encoded with Base64): '{}'.",
                                  what, HashForMessage(header)));
  };
  AuthorizationParts parts;
  std::string_view rest = Trim(header);
  parts.algorithm = rest.substr(0, rest.find_first_of(" \t"));
  rest = Trim(rest.substr(parts.algorithm.size()));
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find(','));
    rest = Trim(rest.substr(std::min(pair.size() + 1, rest.size())));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return bad("Invalid key=value pair (missing equal-sign)");
    const std::string_view name = Trim(pair.substr(0, equals));
    std::string_view* const part = name == "Credential"      ? &parts.credential
                                   : name == "SignedHeaders" ? &parts.signed_headers
                                   : name == "Signature"     ? &parts.signature
                                                             : nullptr;
    if (part == nullptr) return bad(fmt::format("Unknown parameter '{}'", QuoteForMessage(name)));
    if (!part->empty()) return bad(fmt::format("Repeated parameter '{}'", name));
    *part = Trim(pair.substr(equals + 1));
  }
  return parts;
}

// Headers that matter here. More than one of a kind could be read either way, so they are refused.
struct AuthHeaders {
  std::optional<std::string_view> authorization;
  std::optional<std::string_view> amz_date;
  std::optional<std::string_view> date;
  std::optional<std::string_view> security_token;
};

StatusOr<AuthHeaders> FindHeaders(const HttpRequestView& request) {
  AuthHeaders found;
  for (const HttpHeaderView& header : request.headers) {
    std::optional<std::string_view>* const slot =
        EqualsIgnoringCase(header.name, "authorization")          ? &found.authorization
        : EqualsIgnoringCase(header.name, "x-amz-date")           ? &found.amz_date
        : EqualsIgnoringCase(header.name, "date")                 ? &found.date
        : EqualsIgnoringCase(header.name, "x-amz-security-token") ? &found.security_token
                                                                  : nullptr;
    if (slot == nullptr) continue;
    if (slot->has_value()) {
      return Incomplete(
          fmt::format("The request has more than one header '{}': send it once.", QuoteForMessage(header.name)));
    }
    *slot = Trim(header.value);
  }
  return found;
}

Status ReadHeaderTime(const AuthHeaders& headers, SigV4Claim* claim) {
  const std::string_view text = headers.amz_date ? *headers.amz_date : *headers.date;
  const auto time = headers.amz_date ? ParseSigningTime(text) : ParseDateHeader(text);
  if (!time) return BadDate(text);
  claim->time = *time;
  claim->timestamp = FormatSigningTime(*time);
  return absl::OkStatus();
}

StatusOr<SigV4Claim> ParseHeaderForm(const AuthHeaders& headers) {
  ASSIGN_OR_RETURN(const AuthorizationParts parts, SplitAuthorization(*headers.authorization));
  std::string missing;
  const auto require = [&](std::string_view value, std::string_view name) {
    if (value.empty()) missing += fmt::format("Authorization header requires '{}' parameter. ", name);
  };
  require(parts.credential, "Credential");
  require(parts.signature, "Signature");
  require(parts.signed_headers, "SignedHeaders");
  if (!headers.amz_date && !headers.date) {
    missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (!missing.empty()) {
    return Incomplete(fmt::format("{}(Hashed with SHA-256 and encoded with Base64) Authorization={}", missing,
                                  HashForMessage(*headers.authorization)));
  }
  SigV4Claim claim;
  RETURN_IF_ERROR(ReadHeaderTime(headers, &claim));
  RETURN_IF_ERROR(ReadAlgorithm(parts.algorithm));
  RETURN_IF_ERROR(ReadCredential(parts.credential, &claim));
  RETURN_IF_ERROR(ReadSignedHeaders(parts.signed_headers, &claim));
  claim.signature = parts.signature;
  claim.session_token = headers.security_token.value_or("");
  return claim;
}

// ---- The query form.

struct AuthQuery {
  std::optional<std::string> algorithm, credential, signature, signed_headers, date, expires, security_token;

  bool Any() const { return algorithm || credential || signature; }
};

StatusOr<AuthQuery> FindParameters(std::string_view query) {
  AuthQuery found;
  // Most requests say nothing here.
  if (query.empty()) return found;
  ASSIGN_OR_RETURN(std::vector<QueryParameter> parameters, DecodeQuery(query));
  for (QueryParameter& parameter : parameters) {
    std::optional<std::string>* const slot = parameter.name == "X-Amz-Algorithm"        ? &found.algorithm
                                             : parameter.name == "X-Amz-Credential"     ? &found.credential
                                             : parameter.name == "X-Amz-Signature"      ? &found.signature
                                             : parameter.name == "X-Amz-SignedHeaders"  ? &found.signed_headers
                                             : parameter.name == "X-Amz-Date"           ? &found.date
                                             : parameter.name == "X-Amz-Expires"        ? &found.expires
                                             : parameter.name == "X-Amz-Security-Token" ? &found.security_token
                                                                                        : nullptr;
    if (slot == nullptr) continue;
    if (slot->has_value()) {
      return Incomplete(fmt::format("The query has more than one '{}': send it once.", parameter.name));
    }
    *slot = std::move(parameter.value);
  }
  return found;
}

Status ReadExpires(std::string_view text, SigV4Claim* claim) {
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 1 || seconds > kLongestLife.count()) {
    return Incomplete(fmt::format("X-Amz-Expires must be a number of seconds from 1 to {} (a week), got '{}'.",
                                  kLongestLife.count(), QuoteForMessage(text)));
  }
  claim->expires = std::chrono::seconds(seconds);
  return absl::OkStatus();
}

StatusOr<SigV4Claim> ParseQueryForm(const AuthQuery& query) {
  std::string missing;
  const auto require = [&](const std::optional<std::string>& value, std::string_view name) {
    if (value.value_or("").empty()) missing += fmt::format("AWS query-string parameters must include '{}'. ", name);
  };
  require(query.algorithm, "X-Amz-Algorithm");
  require(query.credential, "X-Amz-Credential");
  require(query.signature, "X-Amz-Signature");
  require(query.signed_headers, "X-Amz-SignedHeaders");
  require(query.date, "X-Amz-Date");
  if (!missing.empty()) return Incomplete(missing + "Re-examine the query-string parameters.");

  SigV4Claim claim;
  claim.presigned = true;
  const auto time = ParseSigningTime(*query.date);
  if (!time) return BadDate(*query.date);
  claim.time = *time;
  claim.timestamp = *query.date;
  if (query.expires) RETURN_IF_ERROR(ReadExpires(*query.expires, &claim));
  RETURN_IF_ERROR(ReadAlgorithm(*query.algorithm));
  RETURN_IF_ERROR(ReadCredential(*query.credential, &claim));
  RETURN_IF_ERROR(ReadSignedHeaders(*query.signed_headers, &claim));
  claim.signature = *query.signature;
  claim.session_token = query.security_token.value_or("");
  return claim;
}

}  // namespace

StatusOr<std::optional<SigV4Claim>> ParseSigV4(const HttpRequestView& request) {
  ASSIGN_OR_RETURN(const AuthHeaders headers, FindHeaders(request));
  ASSIGN_OR_RETURN(const AuthQuery query, FindParameters(SplitTarget(request.target).query));
  const bool in_header = headers.authorization && headers.authorization->starts_with("AWS4-");
  if (query.Any() && headers.authorization) {
    return MakeFault(FaultCode::SIGNATURE_DOES_NOT_MATCH,
                     "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
  }
  if (!in_header && !query.Any()) return std::optional<SigV4Claim>();
  ASSIGN_OR_RETURN(SigV4Claim claim, in_header ? ParseHeaderForm(headers) : ParseQueryForm(query));
  return std::optional<SigV4Claim>(std::move(claim));
}

}  // namespace elastilab
