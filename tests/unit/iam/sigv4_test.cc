// Signatures as stories. The vectors are AWS's published ones; how botocore signs is the matter of
// sigv4_oracle_test.py.
#include "controlplane/identity/signature/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "controlplane/identity/signature/sigv4_canonical.h"
#include "schema/fault.h"
#include "tests/unit/iam/sigv4_request.h"

namespace elastilab {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const SigV4Rules kRules{.regions = kRegions, .service = "iam"};

// "ok", "unsigned", or the fault's code and message.
std::string Verdict(TestRequest request, SigningTime now = kNow, SigV4Rules rules = kRules, Secret secret = kSecret) {
  const auto text = [](const Status& status) {
    return std::string(FaultWire(*FaultOf(status))) + ": " + std::string(status.message());
  };
  const auto claim = ParseSigV4(request.View());
  if (!claim.ok()) return text(claim.status());
  if (!claim->has_value()) return "unsigned";
  SigningKeys keys;
  const Status status = VerifySigV4(request.View(), **claim, secret, rules, now, keys);
  return status.ok() ? "ok" : text(status);
}

TestRequest Signed(TestRequest request, std::string token = "", std::string region = "us-east-1",
                   std::string service = "iam", SigningTime now = kNow) {
  SigningKeys keys;
  const SigV4Signer signer{.access_key_id = kKeyId,
                           .secret = kSecret,
                           .session_token = std::move(token),
                           .region = std::move(region),
                           .service = std::move(service)};
  const auto added = SignSigV4(request.View(), signer, now, keys);
  EXPECT_TRUE(added.ok()) << added.status();
  for (const auto& [name, value] : *added) request.With(name, value);
  return request;
}

TestRequest Post() {
  TestRequest request{.method = "POST", .body = "Action=ListUsers&Version=2010-05-08"};
  return request.With("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
}

// AWS's example of a presigned request shape, signed for kNow and one minute by botocore 1.29.
constexpr char kPresigned[] =
    "/?Action=ListUsers&Version=2010-05-08&X-Amz-Algorithm=AWS4-HMAC-SHA256"
    "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fiam%2Faws4_request"
    "&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host"
    "&X-Amz-Signature=8abfc5fa266740d570b5bc1bb3fe670e738aa231c98c606e628c6b5f9caa4313";

TestRequest Presigned() { return {.target = kPresigned}; }

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from << " is not in " << text;
  return text.replace(at, from.size(), to);
}

// ---- The published vectors.

TEST(SigV4Test, DerivesTheKeyOfAwsExample) {
  std::string hex;
  AppendHex(DeriveSigningKey(kSecret, "20150830", "us-east-1", "iam"), &hex);
  EXPECT_EQ(hex, "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

TEST(SigV4Test, SignsAwsExampleOfListUsers) {
  TestRequest request{.target = "/?Action=ListUsers&Version=2010-05-08", .headers = {{"Host", "iam.amazonaws.com"}}};
  request.With("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request = Signed(request);
  EXPECT_EQ(request.Header("X-Amz-Date"), "20150830T123600Z");
  EXPECT_EQ(request.Header("Authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
  EXPECT_EQ(Verdict(request), "ok");
}

TEST(SigV4Test, SignsGetVanillaOfTheTestSuite) {
  EXPECT_THAT(Signed({}, "", "us-east-1", "service").Header("Authorization"),
              HasSubstr("Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"));
}

TEST(SigV4Test, VerifiesWhatBotocorePresigned) {
  EXPECT_EQ(Verdict(Presigned()), "ok");
  const auto claim = ParseSigV4(Presigned().View());
  ASSERT_TRUE(claim.ok() && claim->has_value()) << claim.status();
  EXPECT_TRUE((*claim)->presigned);
  EXPECT_EQ((*claim)->access_key_id, "AKIDEXAMPLE");
  EXPECT_EQ((*claim)->scope_service, "iam");
  EXPECT_EQ((*claim)->time, kNow);
  EXPECT_EQ((*claim)->expires, seconds(60));
}

// ---- Reading the signature.

TEST(SigV4Test, UnsignedRequestsAreNoErrorHere) {
  EXPECT_EQ(Verdict({}), "unsigned");
  EXPECT_EQ(Verdict(TestRequest().With("Authorization", "Basic dGVzdDp0ZXN0")), "unsigned");
  EXPECT_EQ(Verdict({.target = "/?Action=ListUsers"}), "unsigned");
  EXPECT_EQ(FaultOf(MissingAuthenticationToken()), FaultCode::MISSING_AUTHENTICATION_TOKEN);
}

TEST(SigV4Test, ClaimTellsWhoAndForWhat) {
  TestRequest request = Signed(Post(), "the token");
  const auto claim = ParseSigV4(request.View());
  ASSERT_TRUE(claim.ok() && claim->has_value()) << claim.status();
  EXPECT_FALSE((*claim)->presigned);
  EXPECT_EQ((*claim)->access_key_id, kKeyId);
  EXPECT_EQ((*claim)->scope_date, "20150830");
  EXPECT_EQ((*claim)->scope_region, "us-east-1");
  EXPECT_EQ((*claim)->session_token, "the token");
  EXPECT_EQ((*claim)->expires, std::nullopt);
  EXPECT_THAT((*claim)->signed_headers,
              testing::ElementsAre("content-type", "host", "x-amz-date", "x-amz-security-token"));
}

TEST(SigV4Test, BlanksInTheAuthorizationHeaderDontMatter) {
  TestRequest request = Signed(Post());
  std::string& header = request.Header("Authorization");
  header = Replaced(header, "SHA256 ", "SHA256 \t ");
  header = Replaced(header, ", Signed", ",Signed");
  header = "  " + Replaced(header, ", Signature=", "\t,  Signature = ") + " ";
  EXPECT_EQ(Verdict(request), "ok");
}

TEST(SigV4Test, MissingPartsAreAllNamed) {
  TestRequest request = TestRequest().With("Authorization", "AWS4-HMAC-SHA256 ");
  EXPECT_EQ(Verdict(request),
            "IncompleteSignature: Authorization header requires 'Credential' parameter. Authorization header requires "
            "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header "
            "requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with "
            "Base64) Authorization=YI2YWea8FSxnksZL2ETHbs5elHm9HQufxTLK0W0ffV0=");
  EXPECT_THAT(Verdict(Signed(Post()).Without("X-Amz-Date")),
              StartsWith("IncompleteSignature: Authorization header requires existence of either a 'X-Amz-Date' or a "
                         "'Date' header. (Hashed"));
  EXPECT_EQ(Verdict({.target = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date="}),
            "IncompleteSignature: AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string "
            "parameters must include 'X-Amz-Signature'. AWS query-string parameters must include "
            "'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string "
            "parameters.");
}

struct Bent {
  std::string_view from, to, verdict;
};

TEST(SigV4Test, MalformedAuthorizationHeaders) {
  for (const Bent& bent : {
           Bent{"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1",
                "IncompleteSignature: Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now). "},
           Bent{"/iam/", "/",
                "IncompleteSignature: Credential must have exactly 5 slash-delimited elements, e.g. "
                "keyid/date/region/service/term, got 'AKIDEXAMPLE/20150830/us-east-1/aws4_request'"},
           Bent{"request,", "request/x,", "IncompleteSignature: Credential must have exactly 5"},
           Bent{"AKIDEXAMPLE", "", "IncompleteSignature: Credential must have exactly 5"},
           Bent{", Signature=", ", Signature:",
                "IncompleteSignature: Invalid key=value pair (missing equal-sign) in "
                "Authorization header (hashed with SHA-256 and encoded with Base64): '"},
           Bent{", Signature=", ", Signature=1, Signature=", "IncompleteSignature: Repeated parameter 'Signature'"},
           Bent{", Signature=", ", X=1, Signature=", "IncompleteSignature: Unknown parameter 'X'"},
           Bent{"content-type;host", "host;content-type",
                "SignatureDoesNotMatch: 'SignedHeaders' must list names in lower case, sorted"},
           Bent{";host;", ";Host;", "SignatureDoesNotMatch: 'SignedHeaders' must list names in lower case, sorted"},
           Bent{";host;", ";host;host;",
                "SignatureDoesNotMatch: 'SignedHeaders' must list names in lower case, sorted"},
           Bent{";host;", ";;", "SignatureDoesNotMatch: 'SignedHeaders' must list names in lower case, sorted"},
       }) {
    TestRequest request = Signed(Post());
    request.Header("Authorization") = Replaced(request.Header("Authorization"), bent.from, bent.to);
    EXPECT_THAT(Verdict(request), StartsWith(bent.verdict)) << bent.from;
  }
}

TEST(SigV4Test, MalformedQueries) {
  for (const Bent& bent : {
           Bent{"Expires=60", "Expires=0", "IncompleteSignature: X-Amz-Expires must be a number of seconds from 1"},
           Bent{"Expires=60", "Expires=604801",
                "IncompleteSignature: X-Amz-Expires must be a number of seconds from 1"},
           Bent{"Expires=60", "Expires=-1", "IncompleteSignature: X-Amz-Expires must be a number of seconds from 1"},
           Bent{"Expires=60", "Expires=6x", "IncompleteSignature: X-Amz-Expires must be a number of seconds from 1"},
           Bent{"Expires=60", "Expires=", "IncompleteSignature: X-Amz-Expires must be a number of seconds from 1"},
           Bent{"&X-Amz-Expires", "&X-Amz-Expires=1&X-Amz-Expires",
                "IncompleteSignature: The query has more than one 'X-Amz-Expires'"},
           Bent{"&X-Amz-Signature=", "&X-Amz-Signature=a&X-Amz-Signature=",
                "IncompleteSignature: The query has more than one 'X-Amz-Signature'"},
           Bent{"T123600Z", "T126000Z",
                "IncompleteSignature: Date must be in ISO-8601 'basic format'. Got "
                "'20150830T126000Z'."},
           Bent{"Action", "%4x", "MalformedQueryString: Illegal hex character in escape % pattern: %"},
           Bent{"Action=ListUsers", "%4", "MalformedQueryString: Incomplete trailing escape % sequence"},
       }) {
    TestRequest request = Presigned();
    request.target = Replaced(request.target, bent.from, bent.to);
    EXPECT_THAT(Verdict(request), StartsWith(bent.verdict)) << bent.to;
  }
}

TEST(SigV4Test, OneSignaturePerRequest) {
  EXPECT_EQ(Verdict(Presigned().With("Authorization", "AWS4-HMAC-SHA256 x")),
            "SignatureDoesNotMatch: Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP "
            "header.");
  TestRequest twice = Signed(Post());
  EXPECT_EQ(Verdict(twice.With("authorization", twice.Header("Authorization"))),
            "IncompleteSignature: The request has more than one header 'authorization': send it once.");
  EXPECT_THAT(Verdict(Signed(Post()).With("x-amz-date", "20150830T123600Z")), HasSubstr("more than one header"));
}

TEST(SigV4Test, MessagesQuoteNothingThatBreaksTheReply) {
  TestRequest request = Signed(Post());
  std::string& header = request.Header("Authorization");
  header = Replaced(header, "/us-east-1/", "/\xff\x01" + std::string(1000, 'x') + "/");
  const std::string verdict = Verdict(request);
  EXPECT_THAT(verdict, HasSubstr("valid region, not '??xxxx"));
  EXPECT_LT(verdict.size(), 700u);
}

// ---- Time.

TEST(SigV4Test, ClocksMayDifferByTheSkew) {
  const TestRequest request = Signed(Post());
  EXPECT_EQ(Verdict(request, kNow + minutes(5)), "ok");
  EXPECT_EQ(Verdict(request, kNow - minutes(5)), "ok");
  EXPECT_EQ(Verdict(request, kNow + minutes(5) + seconds(1)),
            "SignatureDoesNotMatch: Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
            "(20150830T124101Z - 5 min.)");
  EXPECT_EQ(Verdict(request, kNow - minutes(5) - seconds(1)),
            "SignatureDoesNotMatch: Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z "
            "(20150830T123059Z + 5 min.)");
  SigV4Rules strict = kRules;
  strict.max_skew = seconds(1);
  EXPECT_THAT(Verdict(request, kNow + seconds(2), strict), HasSubstr("- 1 s.)"));
}

TEST(SigV4Test, PresignedRequestsLiveAsLongAsTheySay) {
  EXPECT_EQ(Verdict(Presigned(), kNow + seconds(60)), "ok");
  EXPECT_EQ(Verdict(Presigned(), kNow + seconds(61)),
            "RequestExpired: Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
            "(20150830T123701Z - 1 min.)");
  EXPECT_EQ(Verdict(Presigned(), kNow - minutes(5)), "ok");
  EXPECT_THAT(Verdict(Presigned(), kNow - minutes(6)), StartsWith("SignatureDoesNotMatch: Signature not yet current"));
}

TEST(SigV4Test, DateHeaderServesWhenThereIsNoAmzDate) {
  // Signed by botocore 1.29.
  TestRequest request{.method = "POST", .headers = {{"Host", "127.0.0.1:4566"}}};
  request.body = "Action=DescribeCacheClusters&Version=2015-02-02";
  request.With("Date", "Sun, 30 Aug 2015 12:36:00 -0000")
      .With("Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/elasticache/aws4_request, "
            "SignedHeaders=date;host, Signature=f8368601372c2c556afe2fa83b15af2d2381df1e7db39c235b6cc9085345e520");
  const SigV4Rules rules{.regions = kRegions, .service = "elasticache"};
  EXPECT_EQ(Verdict(request, kNow, rules), "ok");
  request.Header("Date") = "yesterday";
  EXPECT_THAT(Verdict(request, kNow, rules), StartsWith("IncompleteSignature: Date must be in ISO-8601"));
}

// ---- Scope.

TEST(SigV4Test, ScopeIsToldAllThatIsWrongAtOnce) {
  EXPECT_EQ(Verdict(Signed(Post(), "", "eu-west-1")), "ok");
  EXPECT_EQ(Verdict(Signed(Post(), "", "mars-1")),
            "SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'mars-1'. This lab serves "
            "us-east-1, eu-west-1.");
  EXPECT_EQ(Verdict(Signed(Post(), "", "us-east-1", "sts")),
            "SignatureDoesNotMatch: Credential should be scoped to correct service: 'iam'.");
  TestRequest request = Signed(Post());
  std::string& header = request.Header("Authorization");
  header = Replaced(header, "20150830/us-east-1/iam/aws4_request", "20150831/x/y/aws5_request");
  EXPECT_EQ(
      Verdict(request),
      "SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'x'. This lab serves us-east-1, "
      "eu-west-1. Credential should be scoped to correct service: 'iam'. Credential should be scoped with a valid "
      "terminator: 'aws4_request', not 'aws5_request'. Date in Credential scope does not match YYYYMMDD from "
      "ISO-8601 version of date from HTTP: '20150831' != '20150830', from '20150830T123600Z'.");
}

// ---- What is signed.

constexpr char kMismatch[] = "SignatureDoesNotMatch: The request signature we calculated does not match the signature";

TEST(SigV4Test, AnotherSecretDoesNotMatch) {
  EXPECT_THAT(Verdict(Signed(Post()), kNow, kRules, Secret("other")), StartsWith(kMismatch));
  EXPECT_THAT(Verdict(Signed(Post()), kNow, kRules, Secret("")), StartsWith(kMismatch));
  EXPECT_THAT(Verdict(Signed(Post()), kNow, kRules, Secret("other")), Not(HasSubstr("other")));
}

TEST(SigV4Test, HostAndAmzHeadersMustBeSigned) {
  EXPECT_EQ(Verdict(Signed(Post()).With("X-Amz-Extra", "1")),
            "SignatureDoesNotMatch: 'x-amz-extra' must be a 'SignedHeader' in the AWS Authorization.");
  EXPECT_EQ(Verdict(Presigned().With("X-Amz-A", "1")),
            "SignatureDoesNotMatch: 'x-amz-a' must be a 'SignedHeader' in the AWS Authorization.");
  EXPECT_EQ(Verdict(Signed(Post()).With("X-Extra", "1")), "ok");
  TestRequest request = Signed(Post());
  request.Header("Authorization") = Replaced(request.Header("Authorization"), ";host;", ";");
  EXPECT_EQ(Verdict(request),
            "SignatureDoesNotMatch: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  EXPECT_THAT(
      Verdict(Signed(Post()).Without("Content-Type")),
      StartsWith("SignatureDoesNotMatch: The request has no header 'content-type', which 'SignedHeaders' names."));
}

TEST(SigV4Test, HeaderCaseAndBlanksDontMatterButOrderOfRepeatedOnesDoes) {
  TestRequest request = Signed(Post().With("X-List", " a  b ").With("x-list", "c"));
  request.Header("X-List") = "a b";
  EXPECT_EQ(Verdict(request), "ok");
  std::swap(request.headers[2], request.headers[3]);
  EXPECT_THAT(Verdict(request), StartsWith(kMismatch));
  request.Without("X-List").Without("x-list").With("X-LIST", "a\t b,c");
  EXPECT_EQ(Verdict(request), "ok");
}

TEST(SigV4Test, PayloadHeaderMustTellTheTruth) {
  std::string hash;
  AppendHex(Sha256(Post().body), &hash);
  TestRequest request = Signed(Post().With("X-Amz-Content-Sha256", hash));
  EXPECT_EQ(Verdict(request), "ok");
  request.Header("X-Amz-Content-Sha256") = std::string(64, 'a');
  EXPECT_EQ(Verdict(request),
            "SignatureDoesNotMatch: The provided 'x-amz-content-sha256' header does not match what was computed.");

  request = Signed(Post().With("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"));
  EXPECT_EQ(
      Verdict(request),
      "SignatureDoesNotMatch: An 'x-amz-content-sha256' of 'UNSIGNED-PAYLOAD' is not accepted here: sign the body.");
  SigV4Rules over_tls = kRules;
  over_tls.allow_unsigned_payload = true;
  EXPECT_EQ(Verdict(request, kNow, over_tls), "ok");
  request.body = "something else";
  EXPECT_EQ(Verdict(request, kNow, over_tls), "ok");
  // It has to be signed that the payload is not.
  EXPECT_THAT(Verdict(Signed(Post()).With("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"), kNow, over_tls),
              HasSubstr("'x-amz-content-sha256' must be a 'SignedHeader'"));
}

TEST(SigV4Test, PresignedRequestCannotBeGivenABody) {
  TestRequest request = Presigned();
  request.body = "Action=DeleteUser";
  EXPECT_THAT(Verdict(request), StartsWith(kMismatch));
}

TEST(SigV4Test, SignerRefusesWhatItCannotSign) {
  SigningKeys keys;
  const SigV4Signer signer{.access_key_id = kKeyId, .secret = kSecret, .region = "us-east-1", .service = "iam"};
  const auto sign = [&](TestRequest request) { return SignSigV4(request.View(), signer, kNow, keys).status(); };
  EXPECT_FALSE(sign({.headers = {}}).ok());  // no host
  EXPECT_FALSE(sign(TestRequest().With("x-amz-date", "20150830T123600Z")).ok());
  EXPECT_FALSE(sign(TestRequest().With("AUTHORIZATION", "x")).ok());
  EXPECT_FALSE(sign({.target = "/?%"}).ok());
  EXPECT_FALSE(sign(TestRequest().With("X-Amz-Content-Sha256", std::string(64, 'a'))).ok());
}

TEST(SigV4Test, SignerLeavesOutWhatChangesOnTheWay) {
  TestRequest request =
      Signed(Post().With("User-Agent", "a").With("Expect", "100-continue").With("Connection", "close"));
  request.Header("User-Agent") = "b";
  request.Without("Expect").Without("Connection");
  EXPECT_EQ(Verdict(request), "ok");
}

// ---- Keys.

TEST(SigningKeysTest, KeepsKeysUpToItsCapacity) {
  SigningKeys keys(3);
  for (int i = 0; i < 10; ++i) {
    const std::string date = "2015083" + std::to_string(i);
    EXPECT_EQ(keys.Get(kSecret, date, "r", "s"), DeriveSigningKey(kSecret, date, "r", "s"));
    EXPECT_EQ(keys.Get(kSecret, date, "r", "s"), DeriveSigningKey(kSecret, date, "r", "s"));
    EXPECT_EQ(keys.size(), std::min<size_t>(i + 1, 3));
  }
}

TEST(SigningKeysTest, ThreadsShareThem) {
  SigningKeys keys(2);  // so few that they keep pushing each other out
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const std::string date = std::to_string(i % 5);
        if (keys.Get(kSecret, date, "r", "s") != DeriveSigningKey(kSecret, date, "r", "s")) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(keys.size(), 2u);
}

TEST(SigningKeysTest, ChangedPartsNeverHit) {
  SigningKeys keys;
  const Sha256Digest key = keys.Get(Secret("one"), "20150830", "us-east-1", "iam");
  EXPECT_NE(keys.Get(Secret("two"), "20150830", "us-east-1", "iam"), key);
  EXPECT_NE(keys.Get(Secret("one"), "20150831", "us-east-1", "iam"), key);
  EXPECT_NE(keys.Get(Secret("one"), "20150830", "us-east-", "1iam"), key);
  EXPECT_EQ(keys.size(), 4u);
}

}  // namespace
}  // namespace elastilab
