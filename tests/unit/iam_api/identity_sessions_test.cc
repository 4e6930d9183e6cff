// Keys and sessions: who is who, for how long, and how far a role may be assumed.
#include "tests/unit/iam_api/fixture.h"

namespace elastilab {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class SessionTest : public IdentityTest {
 protected:
  // Assumes it and signs in with what comes of it.
  Json Assume(const std::string& role_arn, Json more = Json::object()) {
    more["RoleArn"] = role_arn;
    if (!more.contains("RoleSessionName")) more["RoleSessionName"] = "s1";
    Json reply = Ok("AssumeRole", more);
    if (reply.contains("Credentials")) SignInWith(reply["Credentials"]);
    return reply;
  }
  std::string AssumeFault(const std::string& role_arn, Json more = Json::object()) {
    more["RoleArn"] = role_arn;
    if (!more.contains("RoleSessionName")) more["RoleSessionName"] = "s1";
    return Fault("AssumeRole", more);
  }
  const std::string account_ = "arn:aws:iam::000000000000:root";
};

// ---- Access keys.

TEST_F(SessionTest, TheKnownRootKeyIsTheAccount) {
  SignInWith({{"AccessKeyId", "test"}, {"SecretAccessKey", "test"}});
  const Json who = Ok("GetCallerIdentity");
  EXPECT_EQ(who["Arn"], "arn:aws:iam::000000000000:root");
  EXPECT_EQ(who["UserId"], "000000000000");
  EXPECT_EQ(who["Account"], "000000000000");
  EXPECT_EQ(ProveFault({{"AccessKeyId", "test"}, {"SecretAccessKey", "Test"}}), "SignatureDoesNotMatch");
}

TEST_F(SessionTest, AUserWithoutPoliciesMayOnlyAskWhoItIs) {
  MakeUser("alice");
  SignInAsUser("Alice");  // found whatever its case
  const Json who = Ok("GetCallerIdentity");
  EXPECT_EQ(who["Arn"], UserArn("alice"));
  EXPECT_THAT(who["UserId"].get<std::string>(), MatchesRegex("AIDA[A-Z2-7]{17}"));
  EXPECT_EQ(Fault("ListUsers"), "AccessDenied");
  EXPECT_EQ(message_, "User: arn:aws:iam::000000000000:user/alice is not authorized to perform: iam:ListUsers on resource: * because "
                      "no identity-based policy allows the iam:ListUsers action");
}

TEST_F(SessionTest, AKeyIsShownOnceAndCanBeTurnedOff) {
  MakeUser("alice");
  const Json key = Ok("CreateAccessKey", {{"UserName", "alice"}})["AccessKey"];
  EXPECT_THAT(key["AccessKeyId"].get<std::string>(), MatchesRegex("AKIA[A-Z2-7]{16,17}"));
  EXPECT_EQ(key["SecretAccessKey"].get<std::string>().size(), 40u);
  EXPECT_EQ(key["Status"], "Active");
  EXPECT_THAT(Ok("ListAccessKeys", {{"UserName", "alice"}}).dump(), Not(HasSubstr("Secret")));
  EXPECT_EQ(ProveFault(key), "");

  const std::string id = key["AccessKeyId"];
  Ok("UpdateAccessKey", {{"UserName", "alice"}, {"AccessKeyId", id}, {"Status", "Inactive"}});
  EXPECT_EQ(Ok("ListAccessKeys", {{"UserName", "alice"}})["AccessKeyMetadata"][0]["Status"], "Inactive");
  EXPECT_EQ(ProveFault(key), "InvalidClientTokenId");
  Ok("UpdateAccessKey", {{"UserName", "alice"}, {"AccessKeyId", id}, {"Status", "Active"}});
  EXPECT_EQ(ProveFault(key), "");
  Ok("DeleteAccessKey", {{"UserName", "alice"}, {"AccessKeyId", id}});
  EXPECT_EQ(ProveFault(key), "InvalidClientTokenId");
  EXPECT_EQ(Fault("DeleteAccessKey", {{"UserName", "alice"}, {"AccessKeyId", id}}), "NoSuchEntity");
}

TEST_F(SessionTest, AUserHasTwoKeysAtMostAndNobodyElsesKey) {
  MakeUser("alice");
  MakeUser("bob");
  const Json first = Ok("CreateAccessKey", {{"UserName", "alice"}})["AccessKey"];
  const Json second = Ok("CreateAccessKey", {{"UserName", "alice"}})["AccessKey"];
  EXPECT_NE(first["SecretAccessKey"], second["SecretAccessKey"]);
  EXPECT_EQ(Fault("CreateAccessKey", {{"UserName", "alice"}}), "LimitExceeded");
  EXPECT_EQ(message_, "Cannot exceed quota for AccessKeysPerUser: 2");
  EXPECT_EQ(Fault("DeleteAccessKey", {{"UserName", "bob"}, {"AccessKeyId", first["AccessKeyId"]}}), "NoSuchEntity");
  EXPECT_EQ(Fault("UpdateAccessKey", {{"UserName", "alice"}, {"AccessKeyId", first["AccessKeyId"]}, {"Status", "Off"}}),
            "ValidationError");
  EXPECT_EQ(Fault("CreateAccessKey", {{"UserName", "nobody"}}), "NoSuchEntity");
}

TEST_F(SessionTest, AUserLooksAfterItsOwnKeysWithoutNamingItself) {
  const std::string own = R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
      "Action": ["iam:*AccessKey*", "iam:GetUser"], "Resource": "arn:aws:iam::*:user/${aws:username}"}})";
  MakeUser("alice", own);
  MakeUser("bob");
  SignInAsUser("alice");
  EXPECT_EQ(Ok("ListAccessKeys")["AccessKeyMetadata"].size(), 1u);
  EXPECT_EQ(Ok("CreateAccessKey")["AccessKey"]["UserName"], "alice");
  EXPECT_EQ(Ok("GetUser")["User"]["UserName"], "alice");
  EXPECT_EQ(Fault("ListAccessKeys", {{"UserName", "bob"}}), "AccessDenied");
  SignInAsRoot();
  EXPECT_EQ(Fault("CreateAccessKey"), "ValidationError") << "root has no keys to look after";
}

TEST_F(SessionTest, LastUseOfAKeyIsKnown) {
  MakeUser("alice");
  const Json key = Ok("CreateAccessKey", {{"UserName", "alice"}})["AccessKey"];
  Json used = Ok("GetAccessKeyLastUsed", {{"AccessKeyId", key["AccessKeyId"]}});
  EXPECT_EQ(used["UserName"], "alice");
  EXPECT_EQ(used["AccessKeyLastUsed"]["ServiceName"], "N/A");
  EXPECT_FALSE(used["AccessKeyLastUsed"].contains("LastUsedDate"));
  directory_.NoteUse(key["AccessKeyId"], "elasticache");
  used = Ok("GetAccessKeyLastUsed", {{"AccessKeyId", key["AccessKeyId"]}});
  EXPECT_EQ(used["AccessKeyLastUsed"]["ServiceName"], "elasticache");
  EXPECT_EQ(used["AccessKeyLastUsed"]["Region"], "us-east-1");
  EXPECT_TRUE(used["AccessKeyLastUsed"].contains("LastUsedDate"));
  directory_.NoteUse("ASIAAAAAAAAAAAAAAAAA", "sts");
  EXPECT_FALSE(directory_.LastUseOf("ASIAAAAAAAAAAAAAAAAA")) << "sessions would pile up";
  EXPECT_EQ(Fault("GetAccessKeyLastUsed", {{"AccessKeyId", "AKIAAAAAAAAAAAAAAAAA"}}), "NoSuchEntity");
}

TEST_F(SessionTest, SecretsComeFromTheLabsKeyAndAreNowhereInTheStore) {
  MakeUser("alice");
  const Json key = Ok("CreateAccessKey", {{"UserName", "alice"}})["AccessKey"];
  const LabKey other(std::string(32, 'o'));
  EXPECT_EQ(SecretAccessKey(key_, key["AccessKeyId"].get<std::string>()).Reveal(), key["SecretAccessKey"]);
  EXPECT_NE(SecretAccessKey(other, key["AccessKeyId"].get<std::string>()).Reveal(), key["SecretAccessKey"]);
}

// ---- GetSessionToken.

TEST_F(SessionTest, AUsersSessionIsTheUserUntilItEnds) {
  MakeUser("alice", Allow("elasticache:*"));
  SignInAsUser("alice");
  const Json credentials = Ok("GetSessionToken", {{"DurationSeconds", 900}})["Credentials"];
  EXPECT_THAT(credentials["AccessKeyId"].get<std::string>(), MatchesRegex("ASIA[A-Z2-7]{16,17}"));
  SignInWith(credentials);
  EXPECT_EQ(Ok("GetCallerIdentity")["Arn"], UserArn("alice"));
  EXPECT_TRUE(May("elasticache:CreateCacheCluster"));
  EXPECT_FALSE(May("iam:ListUsers"));

  clock_.Advance(899s);
  EXPECT_EQ(ProveFault(credentials), "");
  clock_.Advance(1s);
  EXPECT_EQ(ProveFault(credentials), "ExpiredToken");
}

TEST_F(SessionTest, ASessionCannotProlongItself) {
  MakeUser("alice", Allow("*"));
  SignInAsUser("alice");
  SignInWith(Ok("GetSessionToken")["Credentials"]);
  EXPECT_EQ(Fault("GetSessionToken"), "AccessDenied");
  EXPECT_EQ(message_, "Cannot call GetSessionToken with session credentials");
  EXPECT_EQ(Fault("ListUsers"), "InvalidClientTokenId") << "IAM takes no such credentials";
}

TEST_F(SessionTest, LengthOfAUsersSession) {
  MakeUser("alice");
  SignInAsUser("alice");
  const auto length = [&](const Json& request) {
    const Json credentials = Ok("GetSessionToken", request)["Credentials"];
    int64_t seconds = 0;
    for (const int64_t end : {900, 3600, 43'200, 129'600}) {
      ManualClock later;
      later.Advance(clock_.Now() - later.Now() + std::chrono::seconds(end) - 1s);
      const Directory then(*store_, later, key_, where_);
      if (then.FindKey(credentials["AccessKeyId"], credentials["SessionToken"]).ok()) seconds = end;
    }
    return seconds;
  };
  EXPECT_EQ(length(Json::object()), 43'200);
  EXPECT_EQ(length({{"DurationSeconds", 900}}), 900);
  EXPECT_EQ(length({{"DurationSeconds", 129'600}}), 129'600);
  EXPECT_EQ(Fault("GetSessionToken", {{"DurationSeconds", 899}}), "ValidationError");
  EXPECT_THAT(message_, HasSubstr("Value '899' at 'durationSeconds'"));
  EXPECT_EQ(Fault("GetSessionToken", {{"DurationSeconds", 129'601}}), "ValidationError");
  SignInAsRoot();
  EXPECT_EQ(length({{"DurationSeconds", 129'600}}), 3600) << "root's are an hour at most";
}

TEST_F(SessionTest, ATokenIsOneWithItsKeyAndItsLab) {
  MakeUser("alice");
  MakeUser("bob");
  SignInAsUser("alice");
  const Json alice = Ok("GetSessionToken")["Credentials"];
  SignInAsUser("bob");
  const Json bob = Ok("GetSessionToken")["Credentials"];

  Json mixed = alice;
  mixed["SessionToken"] = bob["SessionToken"];
  EXPECT_EQ(ProveFault(mixed), "InvalidClientTokenId");
  Json without = alice;
  without.erase("SessionToken");
  EXPECT_EQ(ProveFault(without), "InvalidClientTokenId");
  Json wrong_secret = alice;
  wrong_secret["SecretAccessKey"] = bob["SecretAccessKey"];
  EXPECT_EQ(ProveFault(wrong_secret), "SignatureDoesNotMatch");
  Json root = {{"AccessKeyId", "test"}, {"SecretAccessKey", "test"}, {"SessionToken", alice["SessionToken"]}};
  EXPECT_EQ(ProveFault(root), "InvalidClientTokenId");

  const LabKey other_key(std::string(32, 'o'));
  const Directory other_lab(*store_, clock_, other_key, where_);
  EXPECT_FALSE(other_lab.FindKey(alice["AccessKeyId"], alice["SessionToken"]).ok());
  const Directory restarted(*store_, clock_, key_, where_);
  EXPECT_TRUE(restarted.FindKey(alice["AccessKeyId"], alice["SessionToken"]).ok());
}

TEST_F(SessionTest, NoByteOfATokenCanBeChanged) {
  MakeUser("alice");
  SignInAsUser("alice");
  const Json credentials = Ok("GetSessionToken")["Credentials"];
  const std::string token = credentials["SessionToken"];
  const std::string id = credentials["AccessKeyId"];
  ASSERT_TRUE(directory_.FindKey(id, token).ok());
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(directory_.FindKey(id, changed).ok()) << i;
  }
  for (const size_t size : {size_t{1}, size_t{63}, size_t{64}, size_t{65}, token.size() - 1}) {
    EXPECT_FALSE(directory_.FindKey(id, token.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(directory_.FindKey(id, token + "A").ok());
}

TEST_F(SessionTest, ASessionEndsWithItsUserAndSurvivesItsRenaming) {
  MakeUser("alice", Allow("elasticache:*"));
  SignInAsUser("alice");
  const Json credentials = Ok("GetSessionToken")["Credentials"];
  SignInAsRoot();
  Ok("UpdateUser", {{"UserName", "alice"}, {"NewUserName", "alina"}, {"NewPath", "/team/"}});
  SignInWith(credentials);
  EXPECT_EQ(caller_.arn, UserArn("team/alina"));
  EXPECT_TRUE(May("elasticache:CreateCacheCluster"));

  SignInAsRoot();
  MakeUser("alice", Allow("*"));  // another one
  SignInWith(credentials);
  EXPECT_FALSE(May("iam:ListUsers")) << "the name alone is not who one is";

  SignInAsRoot();
  Ok("DeleteAccessKey", {{"UserName", "alina"},
                         {"AccessKeyId", Ok("ListAccessKeys", {{"UserName", "alina"}})["AccessKeyMetadata"][0]["AccessKeyId"]}});
  Ok("DeleteUserPolicy", {{"UserName", "alina"}, {"PolicyName", "own"}});
  Ok("DeleteUser", {{"UserName", "alina"}});
  EXPECT_EQ(ProveFault(credentials), "InvalidClientTokenId");
}

TEST_F(SessionTest, ThereAreNoMfaDevices) {
  MakeUser("alice");
  SignInAsUser("alice");
  EXPECT_EQ(Fault("GetSessionToken", {{"SerialNumber", "arn:aws:iam::000000000000:mfa/alice"}, {"TokenCode", "123456"}}), "AccessDenied");
  EXPECT_THAT(message_, HasSubstr("MultiFactorAuthentication failed"));
}

TEST_F(SessionTest, AccountOfAKey) {
  EXPECT_EQ(Ok("GetAccessKeyInfo", {{"AccessKeyId", "AKIAIOSFODNN7EXAMPLE"}})["Account"], "000000000000");
  EXPECT_EQ(Fault("GetAccessKeyInfo", {{"AccessKeyId", "short"}}), "ValidationError");
  EXPECT_EQ(Fault("GetAccessKeyInfo", {{"AccessKeyId", "AKIAIOSFODNN7EXAMPL!"}}), "ValidationError");
}

// ---- AssumeRole.

TEST_F(SessionTest, ARoleThatTrustsTheAccountNeedsTheCallersPolicyToo) {
  const std::string ops = MakeRole("ops", {{"AWS", account_}});
  Ok("PutRolePolicy", {{"RoleName", "ops"}, {"PolicyName", "p"}, {"PolicyDocument", Allow("elasticache:*")}});
  MakeUser("alice");
  MakeUser("bob", Allow("sts:AssumeRole", ops));
  SignInAsUser("alice");
  EXPECT_EQ(AssumeFault(ops), "AccessDenied");
  EXPECT_EQ(message_, "User: arn:aws:iam::000000000000:user/alice is not authorized to perform: sts:AssumeRole on resource: " + ops);

  SignInAsUser("bob");
  const Json reply = Assume(ops, {{"RoleSessionName", "bob@work"}});
  EXPECT_EQ(reply["AssumedRoleUser"]["Arn"], "arn:aws:sts::000000000000:assumed-role/ops/bob@work");
  EXPECT_THAT(reply["AssumedRoleUser"]["AssumedRoleId"].get<std::string>(), MatchesRegex("AROA[A-Z2-7]{17}:bob@work"));
  EXPECT_FALSE(reply.contains("PackedPolicySize"));
  EXPECT_EQ(Ok("GetCallerIdentity")["Arn"], "arn:aws:sts::000000000000:assumed-role/ops/bob@work");
  EXPECT_TRUE(May("elasticache:DeleteCacheCluster"));
  EXPECT_FALSE(May("sts:AssumeRole", ops)) << "the role's policies count, not bob's";
}

TEST_F(SessionTest, ARoleThatTrustsTheUserItselfNeedsNothingElse) {
  MakeUser("alice");
  MakeUser("mallory");
  const std::string ops = MakeRole("ops", {{"AWS", UserArn("alice")}});
  SignInAsUser("alice");
  Assume(ops);
  SignInAsUser("mallory");
  EXPECT_EQ(AssumeFault(ops), "AccessDenied");
  SignInAsRoot();
  Ok("PutUserPolicy", {{"UserName", "alice"}, {"PolicyName", "no"}, {"PolicyDocument", Deny("sts:*")}});
  SignInAsUser("alice");
  EXPECT_EQ(AssumeFault(ops), "AccessDenied");
  EXPECT_THAT(message_, HasSubstr("with an explicit deny in an identity-based policy"));
}

TEST_F(SessionTest, StrangersDontLearnWhichRolesExist) {
  const std::string ops = MakeRole("ops", {{"AWS", account_}});
  MakeUser("alice");
  SignInAsUser("alice");
  EXPECT_EQ(AssumeFault(ops), "AccessDenied");
  const std::string there = message_;
  EXPECT_EQ(AssumeFault("arn:aws:iam::000000000000:role/nop"), "AccessDenied");
  EXPECT_EQ(message_.substr(0, message_.rfind(':')), there.substr(0, there.rfind(':')));
  EXPECT_EQ(AssumeFault("arn:aws:iam::111111111111:role/ops"), "AccessDenied");
  EXPECT_EQ(AssumeFault("ops"), "AccessDenied");
  SignInAsRoot();
  EXPECT_EQ(AssumeFault(ops), "AccessDenied");
  EXPECT_EQ(message_, "Roles may not be assumed by root accounts.");
}

TEST_F(SessionTest, ConditionsOfATrustPolicyCount) {
  MakeUser("alice");
  const std::string partner =
      MakeRole("partner", {{"AWS", UserArn("alice")}}, {{"StringEquals", {{"sts:ExternalId", "s3cr3t"}}}});
  const std::string named =
      MakeRole("named", {{"AWS", UserArn("alice")}}, {{"StringLike", {{"sts:RoleSessionName", "${aws:username}"}}}});
  SignInAsUser("alice");
  EXPECT_EQ(AssumeFault(partner), "AccessDenied");
  EXPECT_EQ(AssumeFault(partner, {{"ExternalId", "wrong"}}), "AccessDenied");
  EXPECT_EQ(AssumeFault(partner, {{"ExternalId", "s3cr3t"}}), "");
  EXPECT_EQ(AssumeFault(named), "AccessDenied");
  EXPECT_EQ(AssumeFault(named, {{"RoleSessionName", "alice"}}), "");
}

TEST_F(SessionTest, LengthOfARolesSession) {
  MakeUser("alice");
  Ok("CreateRole", {{"RoleName", "ops"}, {"AssumeRolePolicyDocument", Trust({{"AWS", UserArn("alice")}})}, {"MaxSessionDuration", 7200}});
  const std::string ops = Ok("GetRole", {{"RoleName", "ops"}})["Role"]["Arn"];
  SignInAsUser("alice");
  EXPECT_EQ(AssumeFault(ops, {{"DurationSeconds", 7201}}), "ValidationError");
  EXPECT_EQ(message_, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  EXPECT_EQ(AssumeFault(ops, {{"DurationSeconds", 899}}), "ValidationError");
  EXPECT_EQ(AssumeFault(ops, {{"DurationSeconds", 43'201}}), "ValidationError");
  const Json two_hours = Ok("AssumeRole", {{"RoleArn", ops}, {"RoleSessionName", "s1"}, {"DurationSeconds", 7200}})["Credentials"];
  const Json usual = Ok("AssumeRole", {{"RoleArn", ops}, {"RoleSessionName", "s1"}})["Credentials"];
  clock_.Advance(3599s);
  EXPECT_EQ(ProveFault(usual), "");
  clock_.Advance(1s);
  EXPECT_EQ(ProveFault(usual), "ExpiredToken");
  EXPECT_EQ(ProveFault(two_hours), "");
  clock_.Advance(1h);
  EXPECT_EQ(ProveFault(two_hours), "ExpiredToken");
}

TEST_F(SessionTest, ChainedRolesLastAnHourAtMost) {
  MakeUser("alice");
  const std::string first = MakeRole("first", {{"AWS", UserArn("alice")}});
  Ok("CreateRole", {{"RoleName", "second"}, {"AssumeRolePolicyDocument", Trust({{"AWS", first}})}, {"MaxSessionDuration", 43'200}});
  const std::string second = Ok("GetRole", {{"RoleName", "second"}})["Role"]["Arn"];
  SignInAsUser("alice");
  EXPECT_EQ(AssumeFault(second), "AccessDenied") << "it trusts the role, not alice";
  Assume(first);
  EXPECT_EQ(AssumeFault(second, {{"DurationSeconds", 3601}}), "ValidationError");
  EXPECT_EQ(message_, "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining");
  Assume(second, {{"DurationSeconds", 3600}});
  EXPECT_EQ(caller_.role_name, "second");
}

TEST_F(SessionTest, SessionPoliciesNarrowAndNeverWiden) {
  MakeUser("alice");
  const std::string ops = MakeRole("ops", {{"AWS", UserArn("alice")}});
  Ok("PutRolePolicy", {{"RoleName", "ops"}, {"PolicyName", "p"}, {"PolicyDocument", Allow("elasticache:*")}});
  const std::string describe = MakePolicy("describe", Allow("elasticache:Describe*"));
  SignInAsUser("alice");
  const Caller alice = caller_;

  const Json reply = Assume(ops, {{"Policy", Allow(Json::array({"elasticache:CreateCacheCluster", "iam:*"}))}});
  EXPECT_TRUE(May("elasticache:CreateCacheCluster"));
  EXPECT_FALSE(May("elasticache:DeleteCacheCluster"));
  EXPECT_FALSE(May("iam:ListUsers"));
  EXPECT_GT(reply["PackedPolicySize"], 0);

  caller_ = alice;
  Assume(ops, {{"PolicyArns", {{{"arn", describe}}}}});
  EXPECT_TRUE(May("elasticache:DescribeUsers"));
  EXPECT_FALSE(May("elasticache:CreateCacheCluster"));

  caller_ = alice;
  Assume(ops, {{"PolicyArns", {{{"arn", describe}}}}, {"Policy", Allow("elasticache:CreateCacheCluster")}});
  EXPECT_TRUE(May("elasticache:DescribeUsers"));
  EXPECT_TRUE(May("elasticache:CreateCacheCluster"));
  EXPECT_FALSE(May("elasticache:DeleteCacheCluster"));

  // The managed policy that narrowed it is gone: nothing of it is left, and the other still counts.
  const Caller narrowed = caller_;
  SignInAsRoot();
  Ok("DeletePolicy", {{"PolicyArn", describe}});
  caller_ = narrowed;
  EXPECT_FALSE(May("elasticache:DescribeUsers"));
  EXPECT_TRUE(May("elasticache:CreateCacheCluster"));
}

TEST_F(SessionTest, ANarrowedSessionStaysNarrowWhenItAssumesARoleThatTrustsIt) {
  MakeUser("alice");
  const std::string first = MakeRole("first", {{"AWS", UserArn("alice")}});
  const std::string second = MakeRole("second", {{"AWS", first}});
  SignInAsUser("alice");
  const Caller alice = caller_;
  Assume(first, {{"Policy", Allow("elasticache:*")}});
  EXPECT_EQ(AssumeFault(second), "AccessDenied");
  caller_ = alice;
  Assume(first, {{"Policy", Allow("sts:*")}});
  EXPECT_EQ(AssumeFault(second), "");
}

TEST_F(SessionTest, BadSessionPoliciesAreRefused) {
  MakeUser("alice");
  const std::string ops = MakeRole("ops", {{"AWS", UserArn("alice")}});
  SignInAsUser("alice");
  EXPECT_EQ(AssumeFault(ops, {{"Policy", "{}"}}), "MalformedPolicyDocument");
  EXPECT_EQ(AssumeFault(ops, {{"PolicyArns", {{{"arn", "arn:aws:iam::000000000000:policy/none"}}}}}), "NoSuchEntity");
  EXPECT_EQ(AssumeFault(ops, {{"Policy", Allow("elasticache:" + std::string(2048, 'x'))}}), "PackedPolicyTooLarge");
  Json eleven = Json::array();
  for (int i = 0; i < 11; ++i) eleven.push_back({{"arn", "arn:aws:iam::aws:policy/IAMFullAccess"}});
  EXPECT_EQ(AssumeFault(ops, {{"PolicyArns", eleven}}), "ValidationError");
  EXPECT_EQ(AssumeFault(ops, {{"RoleSessionName", "x"}}), "ValidationError");
  EXPECT_EQ(AssumeFault(ops, {{"RoleSessionName", "a b"}}), "ValidationError");
  EXPECT_EQ(AssumeFault(ops, {{"RoleSessionName", std::string(65, 'x')}}), "ValidationError");
  EXPECT_EQ(AssumeFault(ops, {{"SourceIdentity", "alice"}}), "ValidationError");
}

TEST_F(SessionTest, TagsOfASessionNeedTagSession) {
  MakeUser("alice");
  const std::string tags = MakeRole("tags", {{"AWS", UserArn("alice")}});
  Ok("CreateRole", {{"RoleName", "plain"}, {"AssumeRolePolicyDocument", Trust({{"AWS", UserArn("alice")}}, nullptr, "sts:AssumeRole")}});
  const std::string plain = Ok("GetRole", {{"RoleName", "plain"}})["Role"]["Arn"];
  SignInAsUser("alice");
  const Json team = {{"Tags", {{{"Key", "team"}, {"Value", "blue"}}}}};
  EXPECT_EQ(AssumeFault(plain, team), "AccessDenied");
  EXPECT_THAT(message_, HasSubstr("sts:TagSession"));
  Assume(tags, team);
  EXPECT_EQ(caller_.session_tags.at("team"), "blue");
}

TEST_F(SessionTest, ATagOfTheSessionHidesTheRolesWhateverItsCase) {
  MakeUser("alice");
  const std::string ops = MakeRole("ops", {{"AWS", UserArn("alice")}});
  Ok("TagRole", {{"RoleName", "ops"}, {"Tags", {{{"Key", "team"}, {"Value", "red"}}, {{"Key", "kept"}, {"Value", "yes"}}}}});
  SignInAsUser("alice");
  Assume(ops, {{"Tags", {{{"Key", "Team"}, {"Value", "blue"}}}}});
  EXPECT_EQ(caller_.session_tags, (std::map<std::string, std::string>{{"Team", "blue"}, {"kept", "yes"}}));
  SignInAsUser("alice");
  EXPECT_EQ(AssumeFault(ops, {{"Tags", {{{"Key", "a"}, {"Value", "1"}}, {{"Key", "A"}, {"Value", "2"}}}}}), "InvalidInput");
  EXPECT_EQ(AssumeFault(ops, {{"Tags", {{{"Key", "aws:x"}, {"Value", "1"}}}}}), "ValidationError");
}

TEST_F(SessionTest, TransitiveTagsGoAlongAChain) {
  MakeUser("alice");
  const std::string first = MakeRole("first", {{"AWS", UserArn("alice")}});
  const std::string second = MakeRole("second", {{"AWS", first}});
  SignInAsUser("alice");
  EXPECT_EQ(AssumeFault(first, {{"TransitiveTagKeys", {"team"}}}), "ValidationError") << "which is none of the tags";
  Assume(first, {{"Tags", {{{"Key", "team"}, {"Value", "blue"}}, {{"Key", "once"}, {"Value", "1"}}}}, {"TransitiveTagKeys", {"Team"}}});
  EXPECT_EQ(AssumeFault(second, {{"Tags", {{{"Key", "TEAM"}, {"Value", "red"}}}}}), "ValidationError");
  Assume(second);
  EXPECT_EQ(caller_.session_tags, (std::map<std::string, std::string>{{"team", "blue"}}));
}

TEST_F(SessionTest, TagsOfARoleCountInItsTrustPolicy) {
  const std::string trust = R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"},
      "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}}})";
  Ok("CreateRole", {{"RoleName", "blue"}, {"AssumeRolePolicyDocument", trust}, {"Tags", {{{"Key", "team"}, {"Value", "blue"}}}}});
  const std::string blue = Ok("GetRole", {{"RoleName", "blue"}})["Role"]["Arn"];
  for (const char* name : {"alice", "bob"}) MakeUser(name, Allow("sts:AssumeRole"));
  Ok("TagUser", {{"UserName", "alice"}, {"Tags", {{{"Key", "team"}, {"Value", "blue"}}}}});
  Ok("TagUser", {{"UserName", "bob"}, {"Tags", {{{"Key", "team"}, {"Value", "red"}}}}});
  SignInAsUser("alice");
  EXPECT_EQ(AssumeFault(blue), "");
  SignInAsUser("bob");
  EXPECT_EQ(AssumeFault(blue), "AccessDenied");
}

// "For IAM users and role principals within your account, no other permissions are required."
TEST_F(SessionTest, ATrustInEveryoneNeedsNoPolicyOfTheCaller) {
  MakeUser("alice");
  const std::string open = MakeRole("open", {{"AWS", "*"}});
  const std::string account_only = MakeRole("account-only", {{"AWS", account_}});
  SignInAsUser("alice");
  EXPECT_EQ(AssumeFault(account_only), "AccessDenied") << "the account trusts its users by their policies";
  Assume(open);
  EXPECT_EQ(AssumeFault(open), "") << "a session may, too";
}

TEST_F(SessionTest, ATrustInEveryoneOverridesNoDenyAndNoBoundary) {
  const std::string open = MakeRole("open", {{"AWS", "*"}});
  MakeUser("alice", R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:*","Resource":"*"}})");
  SignInAsUser("alice");
  EXPECT_EQ(AssumeFault(open), "AccessDenied");
  SignInAsRoot();
  Ok("CreateUser", {{"UserName", "bob"}, {"PermissionsBoundary", "arn:aws:iam::aws:policy/ReadOnlyAccess"}});
  SignInAsUser("bob");
  EXPECT_EQ(AssumeFault(open), "AccessDenied") << "only a grant to the user's own ARN escapes the boundary";
}

TEST_F(SessionTest, ASessionEndsWithItsRole) {
  MakeUser("alice");
  const std::string ops = MakeRole("ops", {{"AWS", UserArn("alice")}});
  SignInAsUser("alice");
  const Json credentials = Assume(ops)["Credentials"];
  SignInAsRoot();
  Ok("DeleteRole", {{"RoleName", "ops"}});
  EXPECT_EQ(ProveFault(credentials), "InvalidClientTokenId");
  MakeRole("ops", {{"AWS", UserArn("alice")}});
  EXPECT_EQ(ProveFault(credentials), "InvalidClientTokenId") << "another role of that name";
}

}  // namespace
}  // namespace elastilab
