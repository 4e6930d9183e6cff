#include "dataplane/discovery/barrier.h"

#include <gtest/gtest.h>

namespace elastilab {
namespace {

TEST(BarrierTest, CutsTheMarkerOutWhereverTheStreamIsBroken) {
  const std::string before = "STORED\r\nVALUE k 0 9\r\nNF Otoke\r\n\r\nEND\r\nNF O";
  const std::string stream = before + "NF Otoken1\r\n";
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    Barrier barrier("token1");
    std::string passed;
    bool reached = false;
    for (size_t at = 0; at < stream.size(); at += piece) {
      ASSERT_FALSE(reached);
      Barrier::Passed step = barrier.Feed(std::string_view(stream).substr(at, piece));
      passed += step.bytes;
      reached = step.reached;
    }
    EXPECT_TRUE(reached);
    ASSERT_EQ(passed, before) << "in pieces of " << piece;
  }
}

TEST(BarrierTest, HoldsBackOnlyWhatMayBecomeTheMarker) {
  Barrier barrier("token1");
  EXPECT_EQ(barrier.Feed("END\r\nNF Otok").bytes, "END\r\n");
  EXPECT_EQ(barrier.Feed("x").bytes, "NF Otokx");
  EXPECT_EQ(barrier.request(), "md elastilab-barrier-token1 Otoken1\r\n");
}

}  // namespace
}  // namespace elastilab
