#include "dataplane/discovery/cluster_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastilab {
namespace {

TEST(ClusterViewTest, AnswersByteForByte) {
  const auto view = ParseClusterView(
      "listen 127.34.0.1 11211\nversion 12\n"
      "node b.cache.local 127.32.0.4 11211\nnode a.cache.local 127.31.0.4 11212\n");
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->listen_address, "127.34.0.1");
  EXPECT_EQ(ConfigPayload(*view), "12\na.cache.local|127.31.0.4|11212 b.cache.local|127.32.0.4|11211\n");
  EXPECT_EQ(ConfigGetReply(*view),
            "CONFIG cluster 0 65\r\n12\na.cache.local|127.31.0.4|11212 b.cache.local|127.32.0.4|11211\n\r\nEND\r\n");
  EXPECT_EQ(LegacyGetReply(*view).substr(0, 39), "VALUE AmazonElastiCache:cluster 0 65\r\n1");
}

TEST(ClusterViewTest, EmptyClusterHasAnEmptyLine) {
  EXPECT_EQ(ConfigPayload(*ParseClusterView("listen 127.34.0.1 11211\nversion 1\n")), "1\n\n");
}

TEST(ClusterViewTest, NonsenseIsNamedByItsLine) {
  struct {
    const char* text;
    const char* message;
  } kCases[] = {
      {"", "no line `listen`"},
      {"version 1\n", "no line `listen`"},
      {"listen 127.34.0.1 11211\nversion x\n", "line 2"},
      {"listen localhost 11211\n", "line 1"},
      {"listen 127.34.0.1 0\n", "not a port"},
      {"listen 127.34.0.1 11211\nnode a|b 127.31.0.1 1\n", "holds a |"},
      {"listen 127.34.0.1 11211\nnode a 127.31.0.1\n", "wrong number of words"},
      {"listen 127.34.0.1 11211\nwhatever 1 2\n", "line 2"},
  };
  for (const auto& c : kCases) {
    EXPECT_THAT(std::string(ParseClusterView(c.text).status().message()), testing::HasSubstr(c.message)) << c.text;
  }
}

}  // namespace
}  // namespace elastilab
