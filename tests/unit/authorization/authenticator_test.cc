#include "controlplane/identity/signature/authenticator.h"

#include <absl/strings/escaping.h>
#include <gtest/gtest.h>

#include "schema/fault.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

constexpr SigningTime kNow{std::chrono::seconds(1'795'000'000)};

StatusOr<KnownKey> Keys(const std::string& id, const std::string& token) {
  if (id != "AKIAALICE" || !token.empty()) return InvalidClientTokenId();
  KnownKey key{Secret("open sesame"), {}};
  key.caller.arn = "arn:aws:iam::000000000000:user/alice";
  return key;
}

Authenticator Lab() { return Authenticator("us-east-1", std::chrono::minutes(5), Keys); }

std::string Basic(const std::string& pair) { return "Basic " + absl::Base64Escape(pair); }

struct SignedCall {
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<HttpHeaderView> views;
  HttpRequestView request;

  explicit SignedCall(const std::string& secret, SigningTime at = kNow, const std::string& region = "us-east-1",
                      const std::string& id = "AKIAALICE") {
    headers = {{"host", "127.0.0.1:4566"}};
    SigningKeys keys;
    request = {"POST", "/", View(), "Action=DescribeCacheClusters"};
    const auto added = SignSigV4(request, {id, Secret(secret), "", region, "elasticache"}, at, keys);
    headers.insert(headers.end(), added->begin(), added->end());
    request.headers = View();
  }
  std::span<const HttpHeaderView> View() {
    views.clear();
    for (const auto& [name, value] : headers) views.push_back({name, value});
    return views;
  }
};

std::optional<FaultCode> FaultOfCall(const SignedCall& call, SigningTime now = kNow) {
  auto lab = Lab();
  return FaultOf(lab.BySignature(call.request, "elasticache", now).status());
}

TEST(AuthenticatorTest, ASignatureProvesWhoCalls) {
  SignedCall call("open sesame");
  auto lab = Lab();
  const auto caller = lab.BySignature(call.request, "elasticache", kNow);
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->arn, "arn:aws:iam::000000000000:user/alice");
  EXPECT_EQ(caller->access_key_id, "AKIAALICE");
}

TEST(AuthenticatorTest, EachWayToFailHasItsCode) {
  EXPECT_EQ(FaultOfCall(SignedCall("wrong")), v1::SIGNATURE_DOES_NOT_MATCH);
  EXPECT_EQ(FaultOfCall(SignedCall("open sesame", kNow, "us-east-1", "AKIANOBODY")), v1::INVALID_CLIENT_TOKEN_ID);
  EXPECT_EQ(FaultOfCall(SignedCall("open sesame", kNow, "eu-west-1")), v1::SIGNATURE_DOES_NOT_MATCH);
  EXPECT_EQ(FaultOfCall(SignedCall("open sesame"), kNow + std::chrono::minutes(6)), v1::SIGNATURE_DOES_NOT_MATCH);
  EXPECT_EQ(FaultOfCall(SignedCall("open sesame"), kNow + std::chrono::minutes(4)), std::nullopt);
  auto lab = Lab();
  EXPECT_EQ(FaultOf(lab.BySignature({"POST", "/", {}, ""}, "elasticache", kNow).status()), v1::MISSING_AUTHENTICATION_TOKEN);
  SignedCall call("open sesame");
  EXPECT_EQ(FaultOf(lab.BySignature(call.request, "iam", kNow).status()), v1::SIGNATURE_DOES_NOT_MATCH);
}

TEST(AuthenticatorTest, AKeyAndItsSecretProveItToo) {
  const auto caller = Lab().ByBasic(Basic("AKIAALICE:open sesame"), "");
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->access_key_id, "AKIAALICE");
  EXPECT_EQ(FaultOf(Lab().ByBasic(Basic("AKIAALICE:wrong"), "").status()), v1::SIGNATURE_DOES_NOT_MATCH);
  EXPECT_EQ(FaultOf(Lab().ByBasic(Basic("AKIANOBODY:open sesame"), "").status()), v1::INVALID_CLIENT_TOKEN_ID);
  EXPECT_EQ(FaultOf(Lab().ByBasic(Basic("AKIAALICE:open sesame"), "token").status()), v1::INVALID_CLIENT_TOKEN_ID);
  EXPECT_EQ(FaultOf(Lab().ByBasic("", "").status()), v1::MISSING_AUTHENTICATION_TOKEN);
  for (const char* odd : {"Bearer x", "Basic", "Basic ***", "basic QUtJQQ=="}) {
    EXPECT_EQ(FaultOf(Lab().ByBasic(odd, "").status()), v1::INCOMPLETE_SIGNATURE) << odd;
  }
  EXPECT_EQ(FaultOf(Lab().ByBasic(Basic("no colon"), "").status()), v1::INCOMPLETE_SIGNATURE);
}

}  // namespace
}  // namespace elastilab
