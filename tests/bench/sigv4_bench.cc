// What a signature costs per request. To reach: reading and verifying a Describe whose day key is cached <= 10 us.
#include <benchmark/benchmark.h>

#include "controlplane/identity/signature/sigv4.h"

namespace elastilab {
namespace {

constexpr SigningTime kNow{std::chrono::seconds(1'440'938'160)};
const std::vector<std::string> kRegions = {"us-east-1", "eu-west-1"};
const SigV4Rules kRules{.regions = kRegions, .service = "elasticache"};

const SigV4Signer& Signer(bool with_token) {
  static const auto make = [](std::string token) {
    return SigV4Signer{.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                       .secret = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                       .session_token = std::move(token),
                       .region = "us-east-1",
                       .service = "elasticache"};
  };
  static const SigV4Signer plain = make("");
  static const SigV4Signer temporary = make(std::string(356, 'T'));
  return with_token ? temporary : plain;
}

// DescribeCacheClusters as boto3 sends it: what it signs, and the headers that it does not.
struct Describe {
  explicit Describe(bool with_token, size_t body_bytes = 0) : body(kBody) {
    body.append(body_bytes, 'x');
    headers = {{"Host", "127.0.0.1:4566"}, {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
    added = *SignSigV4(View(), Signer(with_token), kNow, keys);
    for (const auto& [name, value] : added) headers.push_back({name, value});
    headers.push_back({"Accept-Encoding", "identity"});
    headers.push_back({"User-Agent", "Boto3/1.26.27 Python/3.11.2 Linux/6.1.0 Botocore/1.29.27"});
    headers.push_back({"Content-Length", "83"});
  }
  HttpRequestView View() const { return {.method = "POST", .target = "/", .headers = headers, .body = body}; }

  static constexpr char kBody[] = "Action=DescribeCacheClusters&Version=2015-02-02&CacheClusterId=orders-0001-001";
  SigningKeys keys;
  std::string body;
  std::vector<HttpHeaderView> headers;
  std::vector<std::pair<std::string, std::string>> added;
};

void Verify(benchmark::State& state, const Describe& request, SigningKeys& keys, bool fresh_keys) {
  for (auto _ : state) {
    const auto claim = ParseSigV4(request.View());
    SigningKeys none(1);
    const Status status =
        VerifySigV4(request.View(), **claim, Signer(false).secret, kRules, kNow, fresh_keys ? none : keys);
    if (!status.ok()) state.SkipWithError("does not verify");
  }
}

void BM_VerifyDescribe(benchmark::State& state) {
  static Describe request(false);  // threads share the keys
  Verify(state, request, request.keys, false);
}
BENCHMARK(BM_VerifyDescribe);
BENCHMARK(BM_VerifyDescribe)->Name("BM_VerifyDescribe_2_threads")->Threads(2);

void BM_VerifyDescribeWithSessionToken(benchmark::State& state) {
  Describe request(true);
  Verify(state, request, request.keys, false);
}
BENCHMARK(BM_VerifyDescribeWithSessionToken);

void BM_VerifyDescribeWithoutCachedKey(benchmark::State& state) {
  Describe request(false);
  Verify(state, request, request.keys, true);
}
BENCHMARK(BM_VerifyDescribeWithoutCachedKey);

void BM_VerifyLargeBody(benchmark::State& state) {
  Describe request(false, 64 << 10);
  Verify(state, request, request.keys, false);
}
BENCHMARK(BM_VerifyLargeBody);

void BM_Parse(benchmark::State& state) {
  Describe request(false);
  for (auto _ : state) benchmark::DoNotOptimize(ParseSigV4(request.View()));
}
BENCHMARK(BM_Parse);

void BM_Sign(benchmark::State& state) {
  Describe request(false);
  const std::vector<HttpHeaderView> unsigned_headers(request.headers.begin(), request.headers.begin() + 2);
  HttpRequestView view = request.View();
  view.headers = unsigned_headers;
  for (auto _ : state) benchmark::DoNotOptimize(SignSigV4(view, Signer(false), kNow, request.keys));
}
BENCHMARK(BM_Sign);

}  // namespace
}  // namespace elastilab
