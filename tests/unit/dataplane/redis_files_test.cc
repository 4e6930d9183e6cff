#include "dataplane/engine/redis_files.h"

#include <gtest/gtest.h>

namespace elastilab {
namespace {

std::string Short(const std::string& text) { return std::string(1, static_cast<char>(text.size())) + text; }
std::string Aux(const std::string& name, const std::string& encoded) { return "\xfa" + Short(name) + encoded; }

const std::string kHead = "REDIS0010" + Aux("redis-ver", Short("7.0.15")) + Aux("redis-bits", "\xc0\x40") +
                          Aux("used-mem", std::string("\xc2\x00\x10\x0c\x00", 5));

TEST(RedisFilesTest, TheOffsetAndItsHistoryAreInTheHeadOfADump) {
  const RdbPosition position = PositionOf(kHead + Aux("repl-id", Short(std::string(40, 'a'))) + Aux("repl-offset", "\xc1\x39\x30") + "\xfe");
  EXPECT_EQ(position.offset, 12345);
  EXPECT_EQ(position.history, std::string(40, 'a'));
  EXPECT_EQ(PositionOf(kHead + Aux("repl-offset", Short("98765432101"))).offset, 98765432101);
}

TEST(RedisFilesTest, ADumpThatWasNeverReplicatedHasNone) { EXPECT_EQ(PositionOf(kHead + "\xfe").offset, -1); }

TEST(RedisFilesTest, AnyBytesAreTaken) {
  const std::string whole = kHead + Aux("repl-offset", "\xc1\x39\x30");
  for (size_t length = 0; length < whole.size(); ++length) PositionOf(whole.substr(0, length));
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string wrong = whole;
    wrong[at] = '\xff';
    PositionOf(wrong);
  }
  EXPECT_EQ(PositionOf("").offset, -1);
  EXPECT_EQ(PositionOf("PNG").offset, -1);
}

}  // namespace
}  // namespace elastilab
