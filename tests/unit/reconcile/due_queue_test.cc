#include "controlplane/region/reconcile/due_queue.h"

#include <gtest/gtest.h>

#include <string>

namespace elastilab {
namespace {

TEST(DueQueueTest, EarliestFirstAndNothingBeforeItsTime) {
  DueQueue<std::string> queue;
  queue.Add("late", 30);
  queue.Add("early", 10);
  EXPECT_EQ(queue.Next(), 10);
  EXPECT_EQ(queue.Take(9), std::nullopt);
  EXPECT_EQ(queue.Take(10), "early");
  EXPECT_EQ(queue.Take(29), std::nullopt);
  EXPECT_EQ(queue.Take(100), "late");
  EXPECT_EQ(queue.Next(), std::nullopt);
}

TEST(DueQueueTest, AKeyWaitsOnceAndKeepsTheEarlierTime) {
  DueQueue<std::string> queue;
  EXPECT_TRUE(queue.Add("a", 20));
  EXPECT_FALSE(queue.Add("a", 25));
  EXPECT_TRUE(queue.Add("a", 15));
  EXPECT_EQ(queue.Take(15), "a");
  EXPECT_EQ(queue.Take(100), std::nullopt);
  EXPECT_TRUE(queue.Add("a", 50));
}

TEST(DueQueueTest, AKeyThatIsAlwaysDueKeepsNobodyWaiting) {
  DueQueue<std::string> queue;
  queue.Add("a", 5);
  queue.Add("z", 5);
  EXPECT_EQ(queue.Take(5), "a");
  queue.Add("a", 5);
  EXPECT_EQ(queue.Take(5), "z");
  EXPECT_EQ(queue.Take(5), "a");
}

}  // namespace
}  // namespace elastilab
