#include "controlplane/identity/trail/trail.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "controlplane/identity/trail/audit_record.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;
using Json = nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

Caller Alice() {
  Caller caller;
  caller.type = PrincipalType::kUser;
  caller.account = "000000000000";
  caller.arn = "arn:aws:iam::000000000000:user/alice";
  caller.user_id = "AIDAEXAMPLE";
  caller.user_name = "alice";
  caller.access_key_id = "AKIAEXAMPLE";
  caller.source_ip = "127.0.0.1";
  caller.user_agent = "aws-cli/2";
  return caller;
}

Json RecordOf(const Caller& caller, const Status& outcome, const google::protobuf::Message* request = nullptr,
              const google::protobuf::Message* response = nullptr) {
  return Json::parse(AuditRecord({"elasticache", "CreateReplicationGroup", false, "req-1", "us-east-1", ServiceTime(), caller,
                                  outcome, "Statement 1 of p", request, response},
                                 "event-1"));
}

TEST(AuditRecordTest, SaysWhoDidWhatFromWhere) {
  v1::CreateReplicationGroupRequest request;
  request.set_replication_group_id("demo");
  const Json record = RecordOf(Alice(), absl::OkStatus(), &request);
  EXPECT_EQ(record["userIdentity"]["type"], "IAMUser");
  EXPECT_EQ(record["userIdentity"]["userName"], "alice");
  EXPECT_EQ(record["userIdentity"]["accessKeyId"], "AKIAEXAMPLE");
  EXPECT_EQ(record["eventSource"], "elasticache.amazonaws.com");
  EXPECT_EQ(record["sourceIPAddress"], "127.0.0.1");
  EXPECT_EQ(record["requestParameters"]["replicationGroupId"], "demo");
  EXPECT_TRUE(record["responseElements"].is_null());
  EXPECT_FALSE(record.contains("errorCode"));
  EXPECT_EQ(record["additionalEventData"], (Json{{"decision", "allowed"}, {"decidedBy", "Statement 1 of p"}}));
}

TEST(AuditRecordTest, ASessionNamesItsRole) {
  Caller caller;
  caller.type = PrincipalType::kAssumedRole;
  caller.account = "000000000000";
  caller.arn = "arn:aws:sts::000000000000:assumed-role/ops/s1";
  caller.role_name = "ops";
  caller.role_arn = "arn:aws:iam::000000000000:role/night/ops";
  const Json issuer = RecordOf(caller, absl::OkStatus())["userIdentity"]["sessionContext"]["sessionIssuer"];
  EXPECT_EQ(issuer["arn"], caller.role_arn);
  EXPECT_EQ(issuer["userName"], "ops");
}

TEST(AuditRecordTest, ARefusalHasItsCodeAndReason) {
  const Json record = RecordOf(Alice(), MakeFault(v1::ACCESS_DENIED, "User: alice is not authorized"));
  EXPECT_EQ(record["errorCode"], "AccessDenied");
  EXPECT_EQ(record["errorMessage"], "User: alice is not authorized");
}

TEST(AuditRecordTest, SecretsAreHidden) {
  v1::CreateReplicationGroupRequest request;
  request.set_auth_token("correct-horse-battery-staple");
  const Json record = RecordOf(Alice(), absl::OkStatus(), &request);
  EXPECT_EQ(record["requestParameters"]["authToken"], "HIDDEN_DUE_TO_SECURITY_REASONS");
  EXPECT_THAT(record.dump(), Not(HasSubstr("correct-horse")));
}

// The service refuses them there, but whoever sent one must not find it in a file.
TEST(AuditRecordTest, PasswordsInAccessStringsAreHidden) {
  v1::CreateUserRequest request;
  request.set_access_string("on >pass1word ~a#b +get (+set #0123abcd !0123abce) <pass2word");
  EXPECT_EQ(RecordOf(Alice(), absl::OkStatus(), &request)["requestParameters"]["accessString"],
            "on >HIDDEN_DUE_TO_SECURITY_REASONS ~a#b +get (+set #HIDDEN_DUE_TO_SECURITY_REASONS "
            "!HIDDEN_DUE_TO_SECURITY_REASONS <HIDDEN_DUE_TO_SECURITY_REASONS");
}

// A stranger could push all else out of the trail with them.
TEST(AuditRecordTest, HugeTextsAreCut) {
  v1::CreateReplicationGroupRequest request;
  request.set_replication_group_description(std::string(500'000, 'x'));
  Caller caller;
  caller.access_key_id = caller.user_agent = std::string(500'000, 'x');
  const std::string record =
      AuditRecord({"elasticache", std::string(500'000, 'A'), false, "r", "us-east-1", ServiceTime(), caller,
                   MakeFault(v1::ACCESS_DENIED, std::string(500'000, 'x')), "", &request, nullptr},
                  "event-1");
  EXPECT_LT(record.size(), 5000);
  EXPECT_EQ(Json::parse(record)["eventName"], std::string(128, 'A') + "…");
  EXPECT_EQ(Json::parse(record)["requestParameters"]["omitted"], "500035 bytes are more than the trail takes");
}

TEST(AuditRecordTest, AStrangerIsUnknown) {
  Caller caller;
  caller.access_key_id = "AKIASTRANGER";
  const Json record = RecordOf(caller, MakeFault(v1::INVALID_CLIENT_TOKEN_ID, "The security token is invalid."));
  EXPECT_EQ(record["userIdentity"], (Json{{"type", "Unknown"}, {"accessKeyId", "AKIASTRANGER"}}));
}

TEST(AuditRecordTest, HostileTextStaysOneLine) {
  v1::CreateReplicationGroupRequest request;
  request.set_replication_group_description("line\nbreak \"quote\" \x01");
  Caller caller = Alice();
  caller.user_agent = "\xff\n";
  const std::string record = AuditRecord({"elasticache", "CreateReplicationGroup", false, "r", "us-east-1", ServiceTime(), caller,
                                          absl::OkStatus(), "", &request, nullptr},
                                         NewUuid());
  EXPECT_THAT(record, Not(HasSubstr("\n")));
  EXPECT_EQ(Json::parse(record)["requestParameters"]["replicationGroupDescription"], "line\nbreak \"quote\" \x01");
}

TEST(AuditRecordTest, ReadsAreAuditedOnlyWhenRefused) {
  EXPECT_TRUE(IsAudited(false, absl::OkStatus()));
  EXPECT_FALSE(IsAudited(true, absl::OkStatus()));
  EXPECT_FALSE(IsAudited(true, MakeFault(v1::CACHE_CLUSTER_NOT_FOUND, "x")));
  EXPECT_TRUE(IsAudited(true, MakeFault(v1::ACCESS_DENIED, "x")));
  EXPECT_TRUE(IsAudited(true, MakeFault(v1::SIGNATURE_DOES_NOT_MATCH, "x")));
}

// A stranger's DescribeUsers is told from a stranger's CreateUser.
TEST(AuditRecordTest, WhatOnlyReadsIsKnownByItsName) {
  EXPECT_TRUE(IsReadOnly("elasticache", "DescribeCacheClusters"));
  EXPECT_TRUE(IsReadOnly("elasticache", "ListTagsForResource"));
  EXPECT_TRUE(IsReadOnly("iam", "ListUsers"));
  EXPECT_TRUE(IsReadOnly("sts", "GetCallerIdentity"));
  EXPECT_FALSE(IsReadOnly("elasticache", "CreateCacheCluster"));
  EXPECT_FALSE(IsReadOnly("iam", "CreateUser"));
  EXPECT_FALSE(IsReadOnly("iam", "DescribeCacheClusters")) << "it has none of that name";
  EXPECT_FALSE(IsReadOnly("elasticache", "DescribeEverything"));
  EXPECT_FALSE(IsReadOnly("", ""));
}

TEST(UuidTest, HasItsForm) {
  EXPECT_THAT(NewUuid(), ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_NE(NewUuid(), NewUuid());
}

class TrailTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string Line(const std::string& event, const std::string& user, bool refused = false) {
    Json record = {{"eventName", event}, {"userIdentity", {{"arn", "arn:aws:iam::1:user/" + user}}}};
    if (refused) record["errorCode"] = "AccessDenied";
    return record.dump();
  }
  std::vector<std::string> Names(const Trail& trail, const TrailQuery& query) {
    std::vector<std::string> names;
    const auto read = trail.Read(query);
    for (const std::string& line : *read) names.push_back(Json::parse(line)["eventName"]);
    return names;
  }
  const std::string directory_ = testing::TempDir() + "trail-" + NewUuid();
  const std::string path_ = (std::filesystem::create_directory(directory_), directory_ + "/trail.jsonl");
};

TEST_F(TrailTest, NewestThatMatchOldestFirst) {
  auto trail = *Trail::Open(path_);
  trail->Append(Line("Create", "alice"));
  trail->Append(Line("Modify", "bob"));
  trail->Append(Line("Delete", "alice", true));
  EXPECT_THAT(Names(*trail, {}), testing::ElementsAre("Create", "Modify", "Delete"));
  EXPECT_THAT(Names(*trail, {.user = "alice"}), testing::ElementsAre("Create", "Delete"));
  EXPECT_THAT(Names(*trail, {.event_name = "modify"}), testing::ElementsAre("Modify"));
  EXPECT_THAT(Names(*trail, {.refused_only = true}), testing::ElementsAre("Delete"));
  EXPECT_THAT(Names(*trail, {.limit = 2}), testing::ElementsAre("Modify", "Delete"));
}

TEST_F(TrailTest, GoesOnAfterARestartAndSkipsACutLine) {
  { (*Trail::Open(path_))->Append(Line("Before", "a")); }
  std::ofstream(path_, std::ios::app) << "{\"eventName\": \"Cu\n";
  auto trail = *Trail::Open(path_);
  trail->Append(Line("After", "a"));
  EXPECT_THAT(Names(*trail, {}), testing::ElementsAre("Before", "After"));
}

TEST_F(TrailTest, GoesOnAfterHalfALineAndWhatAPowerCutLeavesBehindIt) {
  { (*Trail::Open(path_))->Append(Line("Before", "a")); }
  std::ofstream(path_, std::ios::app) << Line("Lost", "a") << std::string(512, '\0');
  (*Trail::Open(path_))->Append(Line("After", "a"));
  std::ofstream(path_, std::ios::app) << "{\"eventName\": 7, \"userIdentity\": [1]}\n{\"eventNa";
  auto trail = *Trail::Open(path_);
  trail->Append(Line("Later", "a"));
  EXPECT_THAT(Names(*trail, {.event_name = "after"}), testing::ElementsAre("After"));
  EXPECT_THAT(Names(*trail, {.user = "a"}), testing::ElementsAre("Before", "After", "Later"));
}

TEST_F(TrailTest, IsPutAsideWhenItIsFull) {
  auto trail = *Trail::Open(path_, 300);
  for (int i = 0; i < 9; ++i) trail->Append(Line("Event" + std::to_string(i), "a"));
  EXPECT_TRUE(std::filesystem::exists(path_ + ".1"));
  EXPECT_LE(std::filesystem::file_size(path_), 300u);
  const auto names = Names(*trail, {});
  EXPECT_EQ(names.back(), "Event8");
  EXPECT_GE(names.size(), 4u) << "the one put aside is still read";
}

TEST_F(TrailTest, OnlyItsOwnerReadsIt) {
  auto trail = *Trail::Open(path_);
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600);
}

TEST_F(TrailTest, AFileThatCannotBeWrittenIsNamed) {
  const auto trail = Trail::Open(directory_ + "/absent/trail.jsonl");
  EXPECT_THAT(std::string(trail.status().message()), HasSubstr("absent/trail.jsonl"));
}

}  // namespace
}  // namespace elastilab
