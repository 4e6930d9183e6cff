#include "controlplane/faces/query/front.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/tags.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

using testing::HasSubstr;
namespace v1 = elasticache::v1;

// Writes down what arrives, and answers as told.
class FakeBackend final : public QueryBackend {
 public:
  StatusOr<Caller> Authenticate(const HttpRequest&, const QueryService& service, std::string_view action,
                                const std::string& request_id) override {
    seen.push_back("authenticate " + service.name + " " + std::string(action));
    last_id = request_id;
    if (!who.ok()) return who;
    return RootCaller("000000000000");
  }
  Status Call(const QueryService& service, const Caller& caller, const Operation& operation, const std::string& request_id,
              const google::protobuf::Message& request, google::protobuf::Message* response) override {
    seen.push_back("call " + service.name + " " + operation.name + " " + request.ShortDebugString());
    EXPECT_EQ(caller.account, "000000000000");
    EXPECT_EQ(request_id, last_id);
    if (auto* clusters = dynamic_cast<v1::DescribeCacheClustersResponse*>(response)) clusters->set_marker("m&m");
    return outcome;
  }

  std::vector<std::string> Problems() const override { return problems; }

  Status who;
  Status outcome;
  std::vector<std::string> problems;
  std::vector<std::string> seen;
  std::string last_id;
};

// Services with the same names of operations, as ElastiCache and IAM have them.
QueryService UserService() {
  QueryService service{"iam", "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/", {}};
  for (const char* name : {"CreateUser", "DeleteUser"}) service.operations.push_back(*FindOperation(name));
  return service;
}

class FrontTest : public testing::Test {
 protected:
  struct Request {
    std::string method = "POST";
    std::string target = "/";
    std::string body = {};
    std::vector<HttpHeaderView> headers = {};
  };

  static HttpHeaderView SignedFor(const std::string& service) {
    static std::vector<std::unique_ptr<std::string>> kept;
    kept.push_back(std::make_unique<std::string>("AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/" + service +
                                                 "/aws4_request, SignedHeaders=host, Signature=00"));
    return {"Authorization", *kept.back()};
  }

  HttpResponse Send(const Request& request) {
    const HttpRequest http{{request.method, request.target, request.headers, request.body}, "127.0.0.1", false};
    HttpReply reply = front_.Handle(http);
    was_work_ = std::holds_alternative<std::function<HttpResponse()>>(reply);
    return was_work_ ? std::get<1>(reply)() : std::get<0>(reply);
  }
  HttpResponse Post(const std::string& body) { return Send({.body = body, .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}}}); }

  FakeBackend backend_;
  QueryFront front_{{"1.2.3", {ElastiCacheQueryService(), UserService()}}, backend_};
  bool was_work_ = false;
};

TEST_F(FrontTest, ACallFromFormToXml) {
  const HttpResponse response = Post("Action=DescribeCacheClusters&Version=2015-02-02&CacheClusterId=c1");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/xml");
  EXPECT_EQ(response.request_id, backend_.last_id);
  EXPECT_EQ(response.request_id.size(), 36u);
  EXPECT_EQ(response.body,
            "<DescribeCacheClustersResponse xmlns=\"http://elasticache.amazonaws.com/doc/2015-02-02/\"><DescribeCacheClustersResult>"
            "<Marker>m&amp;m</Marker><CacheClusters/></DescribeCacheClustersResult><ResponseMetadata><RequestId>" +
                response.request_id + "</RequestId></ResponseMetadata></DescribeCacheClustersResponse>");
  EXPECT_THAT(backend_.seen, testing::ElementsAre("authenticate elasticache DescribeCacheClusters",
                                                  "call elasticache DescribeCacheClusters cache_cluster_id: \"c1\""));
}

TEST_F(FrontTest, OnlyWhatMutatesIsWorkForAnotherThread) {
  Post("Action=DescribeCacheClusters");
  EXPECT_FALSE(was_work_);
  EXPECT_EQ(Post("Action=DeleteCacheCluster&CacheClusterId=c").status, 200);
  EXPECT_TRUE(was_work_);
}

TEST_F(FrontTest, GetCarriesItAllInTheQuery) {
  EXPECT_EQ(Send({.method = "GET", .target = "/?Action=DescribeCacheClusters&CacheClusterId=a%20b"}).status, 200);
  EXPECT_EQ(backend_.seen.back(), "call elasticache DescribeCacheClusters cache_cluster_id: \"a b\"");
  EXPECT_EQ(Send({.method = "GET", .target = "http://127.0.0.1:4566/?Action=DescribeCacheClusters"}).status, 200);
  EXPECT_EQ(Send({.method = "GET", .target = "?Action=DescribeCacheClusters"}).status, 200);
}

TEST_F(FrontTest, TheServiceIsInTheCredentialScope) {
  Send({.body = "Action=CreateUser&Version=2010-05-08", .headers = {SignedFor("iam")}});
  EXPECT_THAT(backend_.seen.front(), "authenticate iam CreateUser");
  backend_.seen.clear();
  Send({.target = "/?X-Amz-Credential=AKID%2F20150830%2Fus-east-1%2Fiam%2Faws4_request", .body = "Action=DeleteUser"});
  EXPECT_THAT(backend_.seen.front(), "authenticate iam DeleteUser");
  backend_.seen.clear();
  // The scope wins: a request signed for one service can't become another's.
  EXPECT_THAT(Send({.body = "Action=CreateUser&Version=2010-05-08", .headers = {SignedFor("elasticache")}}).body,
              HasSubstr("Could not find operation CreateUser for version 2010-05-08"));
  EXPECT_THAT(backend_.seen, testing::ElementsAre("authenticate elasticache CreateUser"));
}

TEST_F(FrontTest, UnsignedTheVersionAndTheActionTell) {
  const auto service = [&](const std::string& body) {
    backend_.seen.clear();
    Post(body);
    return backend_.seen.front();
  };
  EXPECT_EQ(service("Action=CreateUser&Version=2010-05-08"), "authenticate iam CreateUser");
  EXPECT_EQ(service("Action=CreateUser&Version=2015-02-02"), "authenticate elasticache CreateUser");
  EXPECT_EQ(service("Action=CreateUser"), "authenticate elasticache CreateUser");
  EXPECT_EQ(service("Action=Nothing"), "authenticate elasticache Nothing");
  EXPECT_EQ(service(""), "authenticate elasticache ");
}

TEST_F(FrontTest, WhoCallsComesBeforeWhat) {
  backend_.who = MakeFault(v1::MISSING_AUTHENTICATION_TOKEN, "Request is missing Authentication Token");
  for (const char* body : {"", "Action=Nobody", "Action=DescribeCacheClusters&MaxRecords=x", "Action=DescribeCacheClusters&Marker.1=x"}) {
    const HttpResponse response = Post(body);
    EXPECT_EQ(response.status, 403) << body;
    EXPECT_THAT(response.body, HasSubstr("<Code>MissingAuthenticationToken</Code>")) << body;
  }
}

TEST_F(FrontTest, FaultsOfARequest) {
  struct Case {
    const char* body;
    int status;
    const char* code;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"Version=2015-02-02", 400, "MissingAction"},
           {"Action=", 400, "MissingAction"},
           {"Action=describecacheclusters", 400, "InvalidAction"},
           {"Action=DescribeCacheClusters&Version=2014-01-01", 400, "InvalidAction"},
           {"Action=DescribeCacheClusters&Action=CreateUser", 400, "MalformedInput"},
           {"Action=DescribeCacheClusters&Version=2015-02-02&Version=2015-02-02", 400, "MalformedInput"},
           {"Action=DescribeCacheClusters&MaxRecords=many", 400, "InvalidParameterValue"},
           {"Action=DeleteCacheCluster&CacheClusterId.member.1=x", 400, "MalformedInput"},
           {"Action=DescribeCacheClusters&Marker=%zz", 404, "MalformedQueryString"},
       }) {
    const HttpResponse response = Post(c.body);
    EXPECT_EQ(response.status, c.status) << c.body;
    EXPECT_THAT(response.body, HasSubstr("<Code>" + std::string(c.code) + "</Code>")) << c.body;
    EXPECT_THAT(response.body, HasSubstr("<RequestId>" + response.request_id + "</RequestId>")) << c.body;
  }
  for (const std::string& seen : backend_.seen) EXPECT_THAT(seen, testing::StartsWith("authenticate"));
}

TEST_F(FrontTest, FaultsOfACall) {
  backend_.outcome = MakeFault(v1::CACHE_CLUSTER_NOT_FOUND, "CacheCluster not found: c");
  const HttpResponse response = Post("Action=DescribeCacheClusters&CacheClusterId=c");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, HasSubstr("<Type>Sender</Type><Code>CacheClusterNotFound</Code><Message>CacheCluster not found: c</Message>"));
  backend_.outcome = absl::UnavailableError("stopping");
  EXPECT_EQ(Post("Action=DescribeCacheClusters").status, 503);
}

TEST_F(FrontTest, FaultsGoUnderTheServicesNamespace) {
  EXPECT_THAT(Post("Action=Nothing&Version=2010-05-08").body, HasSubstr("<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">"));
}

TEST_F(FrontTest, HealthNeedsNoSignature) {
  backend_.who = absl::InternalError("never asked");
  for (const char* target : {"/health", "/_localstack/health", "/health?x=1"}) {
    const HttpResponse response = Send({.method = "GET", .target = target});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(response.body, R"({"services": {"elasticache": "running", "iam": "running"}, "edition": "elastilab", "version": "1.2.3"})");
  }
  EXPECT_EQ(Send({.method = "POST", .target = "/health"}).status, 405);
}

TEST_F(FrontTest, HealthTellsWhatIsNotWell) {
  backend_.problems = {"could not save: disk \"full\"", "the control socket: newcomers wait"};
  const HttpResponse response = Send({.method = "GET", .target = "/health"});
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr(R"("problems": ["could not save: disk \"full\"", "the control socket: newcomers wait"])"));
  backend_.problems.clear();
  EXPECT_EQ(Send({.method = "GET", .target = "/health"}).status, 200);
}

// Without its last part the Region stands where the service was: no service to complain about.
TEST_F(FrontTest, ACredentialThatIsCutShortNamesNoService) {
  constexpr std::string_view kCut = "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/iam, SignedHeaders=host, Signature=00";
  Send({.body = "Action=DescribeCacheClusters", .headers = {{"Authorization", kCut}}});
  EXPECT_THAT(backend_.seen.front(), "authenticate elasticache DescribeCacheClusters");
}

TEST_F(FrontTest, WhatIsNotServedIsSaid) {
  HttpResponse response = Send({.method = "GET", .target = "/bucket", .headers = {SignedFor("s3")}});
  EXPECT_EQ(response.status, 501);
  EXPECT_THAT(response.body, HasSubstr("The service 's3' is not served here; these are: elasticache, iam."));
  response = Send({.headers = {SignedFor("dynamodb"), {"Content-Type", "application/x-amz-json-1.0"}}});
  EXPECT_EQ(response.content_type, "application/x-amz-json-1.0");
  EXPECT_THAT(response.body, testing::StartsWith(R"({"__type":"NotImplemented","message":"The service 'dynamodb' is not)"));
  EXPECT_EQ(Send({.method = "GET", .target = "/nope"}).status, 404);
  EXPECT_EQ(Send({.body = "{}", .headers = {{"Content-Type", "application/json"}}}).status, 415);
  for (const char* method : {"PUT", "DELETE", "HEAD", "OPTIONS", "get"}) {
    response = Send({.method = method});
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.allow, "GET, POST");
  }
  EXPECT_TRUE(backend_.seen.empty());
}

TEST_F(FrontTest, ABodyWithoutTypeCountsAsAForm) {
  EXPECT_EQ(Send({.body = "Action=DescribeCacheClusters"}).status, 200);
}

TEST(HeaderScopeServiceTest, TakesOnlyWhatIsAScope) {
  const auto scope = [](std::string_view value) {
    const HttpHeaderView header{"authorization", value};
    return std::string(HeaderScopeService({{"GET", "/", {&header, 1}, ""}}));
  };
  EXPECT_EQ(scope("AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/sts/aws4_request, SignedHeaders=host"), "sts");
  EXPECT_EQ(scope("AWS4-HMAC-SHA256 SignedHeaders=host,Credential=a/b/20150830/us-east-1/sts/aws4_request"), "sts");
  EXPECT_EQ(scope("AWS4-HMAC-SHA256 Credential=AKID"), "");
  EXPECT_EQ(scope("AWS4-HMAC-SHA256 Credential=/"), "");
  EXPECT_EQ(scope("AWS4-HMAC-SHA256 Credential="), "");
  EXPECT_EQ(scope("AWS4-HMAC-SHA256"), "");
  EXPECT_EQ(scope("Basic dGVzdDp0ZXN0"), "");
  EXPECT_EQ(scope(""), "");
}

}  // namespace
}  // namespace elastilab
