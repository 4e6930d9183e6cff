#include "controlplane/identity/policy/quota.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/fault.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;
using ::testing::StartsWith;

TEST(PolicyQuotaTest, WhiteSpaceIsFreeAndCharactersCountOnce) {
  EXPECT_EQ(PolicySize(""), 0u);
  EXPECT_EQ(PolicySize(" {\n\t\"a\" : \"ä b\"\r\n}"), 10u);
}

TEST(PolicyQuotaTest, EachHomeHasItsQuota) {
  struct Story {
    PolicyHome home;
    size_t most;
    FaultCode fault;
    const char* message;
  };
  for (const Story& story : std::vector<Story>{
           {PolicyHome::kManaged, 6144, v1::LIMIT_EXCEEDED, "Cannot exceed quota for PolicySize: 6144"},
           {PolicyHome::kUserInline, 2048, v1::LIMIT_EXCEEDED,
            "Maximum policy size of 2048 bytes exceeded for user bob"},
           {PolicyHome::kGroupInline, 5120, v1::LIMIT_EXCEEDED,
            "Maximum policy size of 5120 bytes exceeded for group bob"},
           {PolicyHome::kRoleInline, 10240, v1::LIMIT_EXCEEDED,
            "Maximum policy size of 10240 bytes exceeded for role bob"},
           {PolicyHome::kTrust, 2048, v1::LIMIT_EXCEEDED, "Cannot exceed quota for ACLSizePerRole: 2048"},
           {PolicyHome::kSession, 2048, v1::PACKED_POLICY_TOO_LARGE, "The session policy has 2049 characters"}}) {
    EXPECT_TRUE(CheckPolicySize(story.home, story.most, "bob").ok());
    const Status over = CheckPolicySize(story.home, story.most + 1, "bob");
    EXPECT_EQ(FaultOf(over), story.fault);
    EXPECT_THAT(std::string(over.message()), StartsWith(story.message));
  }
  EXPECT_EQ(FaultHttpStatus(v1::LIMIT_EXCEEDED), 409);
  EXPECT_EQ(FaultHttpStatus(v1::MALFORMED_POLICY_DOCUMENT), 400);
}

TEST(PolicyQuotaTest, ManagedPoliciesAreOfTheNewVersion) {
  PolicyDocument document;
  EXPECT_EQ(FaultOf(CheckManagedPolicyVersion(document)), v1::MALFORMED_POLICY_DOCUMENT);
  EXPECT_THAT(std::string(CheckManagedPolicyVersion(document).message()),
              StartsWith("Policy document must be version 2012-10-17 or greater."));
  document.version = "2012-10-17";
  EXPECT_TRUE(CheckManagedPolicyVersion(document).ok());
}

}  // namespace
}  // namespace elastilab
