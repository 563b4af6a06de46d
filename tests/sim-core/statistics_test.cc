#include "sim-core/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace faascast {
namespace {

// 1 .. 5: mean 3, standard deviation sqrt(2.5); t(4, 97.5 %) = 2.776445.
TEST(MeanInterval, IsStudentsT) {
  const std::vector<double> values = {1, 2, 3, 4, 5};
  const MeanInterval interval = mean_interval(values);
  EXPECT_DOUBLE_EQ(interval.mean, 3.0);
  EXPECT_NEAR(interval.half_width, 2.776445 * std::sqrt(2.5 / 5.0), 1e-6);
  EXPECT_NEAR(interval.relative(), interval.half_width / 3.0, 1e-15);
  EXPECT_EQ(interval.count, 5U);
}

TEST(MeanInterval, OfOneValueSaysNothingAndOfEqualOnesAll) {
  EXPECT_TRUE(std::isinf(mean_interval(std::vector<double>{7.0}).half_width));
  EXPECT_EQ(mean_interval(std::vector<double>{7.0, 7.0, 7.0}).half_width, 0.0);
  EXPECT_EQ(mean_interval(std::vector<double>{0.0, 0.0}).relative(), 0.0);
}

// What both share cancels: the difference is known far better than either.
TEST(PairedDifference, CancelsWhatIsShared) {
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 20; ++i) {
    const double shared = 100.0 * std::sin(i);
    a.push_back(shared);
    b.push_back(shared + 1.0 + 0.01 * std::cos(3.0 * i));
  }
  const MeanInterval difference = paired_difference(a, b);
  EXPECT_NEAR(difference.mean, 1.0, 0.01);
  EXPECT_LT(difference.half_width, 0.01);
  EXPECT_GT(mean_interval(a).half_width, 10.0);
}

// Seven values in three batches of two: the first is left out; means 2.5, 4.5, 6.5.
TEST(BatchMeans, LeavesTheRestOutAtTheStart) {
  const std::vector<double> values = {100, 2, 3, 4, 5, 6, 7};
  const MeanInterval interval = batch_means(values, 3);
  EXPECT_DOUBLE_EQ(interval.mean, 4.5);
  EXPECT_EQ(interval.count, 3U);
  EXPECT_NEAR(interval.half_width, 4.302653 * 2.0 / std::sqrt(3.0), 1e-5);
}

TEST(Mser5, KeepsASteadySeriesAndRefusesOneThatNeverSettles) {
  std::vector<double> steady;
  std::vector<double> climbing;
  for (int i = 0; i < 1000; ++i) {
    steady.push_back(i % 7);
    climbing.push_back(i);
  }
  EXPECT_LT(mser5(steady).dropped, 100U);
  EXPECT_TRUE(mser5(steady).is_found);
  EXPECT_FALSE(mser5(climbing).is_found);
}

}  // namespace
}  // namespace faascast
