#include "pricing/money.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace faascast {
namespace {

std::int64_t micro(const std::vector<Charge>& charges, Int128 per) {
  return cost_of(charges, per).value();
}

// A micro-dollar is 10^6 pico-dollars.
TEST(Money, RoundsHalfUpToTheMicroDollar) {
  EXPECT_EQ(micro({{1, 499'999}}, 1), 0);
  EXPECT_EQ(micro({{1, 500'000}}, 1), 1);
  EXPECT_EQ(micro({{1, 1'499'999}}, 1), 1);
  EXPECT_EQ(micro({{1, 1'500'000}}, 1), 2);
}

// 3 * 1'999'999 / 4 = 1'499'999.25 pico-dollars: just below the half.
TEST(Money, AFractionOfAPicoDollarDecides) {
  EXPECT_EQ(micro({{3 * 1'999'999, 1}}, 4), 1);
  EXPECT_EQ(micro({{3 * 2'000'000, 1}}, 4), 2);
}

// Two halves of a micro-dollar in one line are one, not two.
TEST(Money, RoundsALineOnce) {
  EXPECT_EQ(micro({{1, 500'000}, {1, 500'000}}, 1), 1);
  // The parts below a pico-dollar add up too: 2 * 0.5 pico-dollars turn 499'999 into 500'000.
  EXPECT_EQ(micro({{1, 1}, {1, 1}, {1, 999'998}}, 2), 1);
  EXPECT_EQ(micro({{1, 1}, {1, 999'998}}, 2), 0);
}

TEST(Money, NothingCostsNothing) {
  EXPECT_EQ(micro({}, 1'024'000'000'000), 0);
  EXPECT_EQ(micro({{0, 16'666'700}}, 1'024'000'000'000), 0);
}

// 10^22 MB*ns = 9'765'625'000 GB-s at $0.0000166667 = $162'760.7421875, a half to be rounded up;
// the product on the way is 1.7e29, far beyond 64 bits.
TEST(Money, IsExactForAYearOfALargeFleet) {
  Int128 amount = 1;
  for (int i = 0; i < 22; ++i) amount *= 10;
  EXPECT_EQ(micro({{amount, 16'666'700}}, 1'024'000'000'000), 162'760'742'188);
}

TEST(Money, StopsAtTheBound) {
  const Int128 huge = Int128{1} << 126U;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(micro({{huge, kMost}, {huge, kMost}}, 1), kMost);
  EXPECT_EQ(micro({{huge, 1}}, 1), kMost);
}

TEST(Scaled, RoundsHalfUpOnce) {
  EXPECT_TRUE(scaled(1, 1, 2) == 1);
  EXPECT_TRUE(scaled(1, 1, 3) == 0);
  EXPECT_TRUE(scaled(2, 1, 3) == 1);
  EXPECT_TRUE(scaled(7, 3, 2) == 11);
}

// 10^30 * (2^62 / 2^62) would need 192 bits in between.
TEST(Scaled, SurvivesAWideProduct) {
  Int128 amount = 1;
  for (int i = 0; i < 30; ++i) amount *= 10;
  constexpr std::int64_t kWide = std::int64_t{1} << 62U;
  EXPECT_TRUE(scaled(amount, kWide, kWide) == amount);
  EXPECT_TRUE(scaled(amount, kWide - 2, kWide / 2 - 1) == 2 * amount);
}

}  // namespace
}  // namespace faascast
