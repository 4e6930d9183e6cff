// Requests from anyone, written as HTTP writes them: "METHOD target", lines "name: value", an empty line, the body.
// What claims to be signed is read and verified; then the same request is signed by us and must verify.
#include <algorithm>
#include <cctype>

#include "controlplane/identity/signature/sigv4.h"
#include "controlplane/identity/signature/sigv4_canonical.h"
#include "schema/fault.h"
#include "tests/fuzz/fuzz_target.h"

namespace elastilab {
namespace {

const std::vector<std::string> kRegions = {"us-east-1", "eu-west-1"};
const SigV4Rules kRules{.regions = kRegions, .service = "elasticache"};
const SigV4Signer kSigner{.access_key_id = "AKIDEXAMPLE",
                          .secret = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                          .session_token = "token",
                          .region = "eu-west-1",
                          .service = "elasticache"};

// An HTTP server lets nothing else through.
bool IsToken(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool SetBySigning(std::string_view name) {
  return EqualsIgnoringCase(name, "authorization") || EqualsIgnoringCase(name, "x-amz-date") ||
         EqualsIgnoringCase(name, "x-amz-security-token") || EqualsIgnoringCase(name, "date");
}

void CheckFault(const Status& status) {
  const auto fault = FaultOf(status);
  FUZZ_CHECK(fault == FaultCode::INCOMPLETE_SIGNATURE || fault == FaultCode::SIGNATURE_DOES_NOT_MATCH ||
             fault == FaultCode::REQUEST_EXPIRED || fault == FaultCode::MALFORMED_QUERY_STRING);
  FUZZ_CHECK(!status.message().empty() && status.message().size() < 2000);
  for (const char c : status.message()) FUZZ_CHECK(c >= ' ' && c <= '~');
}

void CheckQuery(std::string_view target) {
  const auto parameters = DecodeQuery(SplitTarget(target).query);
  if (!parameters.ok()) return;
  std::string once, twice;
  AppendCanonicalQuery(*parameters, &once);
  AppendCanonicalQuery(*DecodeQuery(once), &twice);
  FUZZ_CHECK(once == twice);
}

void ReadAndVerify(const HttpRequestView& request, SigningKeys& keys) {
  const auto claim = ParseSigV4(request);
  if (!claim.ok()) return CheckFault(claim.status());
  if (!claim->has_value()) return;
  const SigV4Claim& read = **claim;
  FUZZ_CHECK(!read.access_key_id.empty() && !read.signature.empty() && read.timestamp.size() == 16);
  FUZZ_CHECK(!read.signed_headers.empty() && std::is_sorted(read.signed_headers.begin(), read.signed_headers.end()));
  FUZZ_CHECK(!read.expires || (read.presigned && read.expires->count() >= 1 && read.expires->count() <= 604800));
  const Status status = VerifySigV4(request, read, kSigner.secret, kRules, read.time, keys);
  if (!status.ok()) CheckFault(status);
}

void SignAndVerify(HttpRequestView request, std::vector<HttpHeaderView> headers, SigningKeys& keys) {
  std::erase_if(headers, [](const auto& header) { return !IsToken(header.name) || SetBySigning(header.name); });
  headers.push_back({"Host", "lab"});
  request.headers = headers;
  const SigningTime now{std::chrono::seconds(1'440'938'160)};
  const auto added = SignSigV4(request, kSigner, now, keys);
  if (!added.ok()) return;  // a broken query, or an x-amz-content-sha256 of another body
  for (const auto& [name, value] : *added) headers.push_back({name, value});
  request.headers = headers;

  // A query that claims a signature too makes it two.
  const auto claim = ParseSigV4(request);
  if (!claim.ok()) return CheckFault(claim.status());
  FUZZ_CHECK(claim->has_value());
  SigV4Rules rules = kRules;
  rules.allow_unsigned_payload = true;
  FUZZ_CHECK(VerifySigV4(request, **claim, kSigner.secret, rules, now, keys).ok());
  FUZZ_CHECK(!VerifySigV4(request, **claim, Secret("other"), rules, now, keys).ok());
  const std::string method = std::string(request.method) + "X";
  request.method = method;
  FUZZ_CHECK(!VerifySigV4(request, **claim, kSigner.secret, rules, now, keys).ok());
}

void Run(FuzzInput input) {
  HttpRequestView request;
  request.method = input.Until(' ');
  request.target = input.Line();
  std::vector<HttpHeaderView> headers;
  while (!input.empty()) {
    const std::string_view line = input.Line();
    if (line.empty()) break;
    const size_t colon = std::min(line.find(':'), line.size());
    headers.push_back({line.substr(0, colon), line.substr(std::min(colon + 1, line.size()))});
  }
  request.headers = headers;
  request.body = input.Rest();

  SigningKeys keys(4);
  CheckQuery(request.target);
  ReadAndVerify(request, keys);
  SignAndVerify(request, headers, keys);
}

}  // namespace
}  // namespace elastilab

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  elastilab::Run({data, size});
  return 0;
}
