#include "schema/scalar.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/events.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

Status Set(google::protobuf::Message& message, const std::string& field, std::string_view text) {
  return SetScalar(&message, message.GetDescriptor()->FindFieldByName(field), text);
}
std::string Get(const google::protobuf::Message& message, const std::string& field, int index = 0) {
  return ScalarText(message, message.GetDescriptor()->FindFieldByName(field), index);
}

struct Story {
  std::string field;
  std::string given;
  std::string reads_back;  // empty: refused
};

TEST(ScalarTest, CreateCacheClusterTakesText) {
  const Story stories[] = {
      {"cache_cluster_id", "c1", "c1"},
      {"cache_cluster_id", "größe", "größe"},
      {"cache_cluster_id", "\xff", ""},
      {"num_cache_nodes", "3", "3"},
      {"num_cache_nodes", "-1", "-1"},
      {"num_cache_nodes", "3.0", ""},
      {"num_cache_nodes", " 3", ""},
      {"num_cache_nodes", "99999999999", ""},
      {"num_cache_nodes", "", ""},
      {"transit_encryption_enabled", "TRUE", "true"},
      {"transit_encryption_enabled", "false", "false"},
      {"transit_encryption_enabled", "1", ""},
      {"az_mode", "cross-az", "cross-az"},
      {"az_mode", "somewhere", ""},
      {"az_mode", "", ""},
  };
  for (const Story& story : stories) {
    v1::CreateCacheClusterRequest request;
    const Status status = Set(request, story.field, story.given);
    EXPECT_EQ(status.ok(), !story.reads_back.empty()) << story.field << " = " << story.given;
    if (status.ok()) {
      EXPECT_EQ(Get(request, story.field), story.reads_back);
    }
  }
}

TEST(ScalarTest, RepeatedFieldsGrow) {
  v1::CreateCacheClusterRequest request;
  ASSERT_TRUE(Set(request, "security_group_ids", "sg-1").ok());
  ASSERT_TRUE(Set(request, "security_group_ids", "sg-2").ok());
  EXPECT_EQ(Get(request, "security_group_ids", 1), "sg-2");
}

TEST(ScalarTest, TimesAreReadInManyFormsAndWrittenInOne) {
  for (const char* text : {"2024-01-31T00:00:00.5Z", "2024-01-31T01:00:00.500+01:00", "1706659200.5"}) {
    v1::DescribeEventsRequest request;
    ASSERT_TRUE(Set(request, "start_time", text).ok()) << text;
    EXPECT_EQ(Get(request, "start_time"), "2024-01-31T00:00:00.500Z") << text;
  }
  v1::DescribeEventsRequest request;
  EXPECT_FALSE(Set(request, "start_time", "yesterday").ok());
}

TEST(ScalarTest, DoublesShowThatTheyAreDoubles) {
  v1::SlotMigration migration;
  ASSERT_TRUE(Set(migration, "progress_percentage", "50").ok());
  EXPECT_EQ(Get(migration, "progress_percentage"), "50.0");
  EXPECT_EQ(DoubleText(12.25), "12.25");
}

TEST(ScalarTest, ErrorsNameTheParameterAndWhatItTakes) {
  v1::CreateCacheClusterRequest request;
  const Status status = Set(request, "az_mode", "here");
  EXPECT_EQ(FaultOf(status), v1::INVALID_PARAMETER_VALUE);
  EXPECT_EQ(std::string(status.message()),
            "Invalid value 'here' for parameter AZMode: must be one of: single-az, cross-az.");
}

TEST(ScalarTest, ErrorsNeverRepeatASecret) {
  v1::CreateCacheClusterRequest request;
  const Status status = Set(request, "auth_token", "hush\xff");
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(std::string(status.message()).find("hush"), std::string::npos);
}

TEST(ScalarTest, Utf8IsCheckedToTheLetter) {
  for (const char* good : {"", "abc", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf"}) {
    EXPECT_TRUE(IsValidUtf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8"}) {
    EXPECT_FALSE(IsValidUtf8(bad));
  }
}

}  // namespace
}  // namespace elastilab
