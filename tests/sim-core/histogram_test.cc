#include "sim-core/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "sim-core/usage.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, SmallValuesAreExact) {
  for (std::int64_t ns = 0; ns < 1024; ++ns) {
    EXPECT_EQ(Histogram::representative(Histogram::bucket(ns)), ns);
  }
}

TEST(Histogram, EveryValueIsKnownToATenthOfAPercent) {
  for (std::int64_t ns = 1; ns < std::numeric_limits<std::int64_t>::max() / 3; ns += ns / 3 + 1) {
    const std::size_t bucket = Histogram::bucket(ns);
    ASSERT_LT(bucket, Histogram::kBuckets);
    EXPECT_NEAR(static_cast<double>(Histogram::representative(bucket)), static_cast<double>(ns),
                1e-3 * static_cast<double>(ns));
    EXPECT_GE(Histogram::bucket(ns + 1), bucket);
    EXPECT_EQ(Histogram::bucket(Histogram::representative(bucket)), bucket);
  }
  EXPECT_LT(Histogram::bucket(std::numeric_limits<std::int64_t>::max()), Histogram::kBuckets);
}

TEST(Histogram, QuantileIsTheOrderStatistic) {
  Histogram h;
  EXPECT_EQ(h.quantile(0.5), std::nullopt);
  for (std::int64_t ns = 1; ns <= 100; ++ns) h.add(ns);
  EXPECT_EQ(h.quantile(0.5), 50ns);
  EXPECT_EQ(h.quantile(0.501), 51ns);
  EXPECT_EQ(h.quantile(0.99), 99ns);
  EXPECT_EQ(h.quantile(1.0), 100ns);
  EXPECT_EQ(h.quantile(1e-9), 1ns);
}

TEST(Histogram, MergesAndLists) {
  Histogram a;
  Histogram b;
  a.add(5);
  b.add(5, 2);
  b.add(9);
  a.merge(b);
  EXPECT_EQ(a.count(), 4U);
  EXPECT_THAT(a.buckets(), testing::ElementsAre(std::pair{Duration(5), std::uint64_t{3}},
                                                std::pair{Duration(9), std::uint64_t{1}}));
}

TEST(DurationSummary, IsExactAndKnowsNegativeParts) {
  DurationSummary s;
  EXPECT_EQ(s.mean_s(), std::nullopt);
  EXPECT_EQ(s.max_s(), std::nullopt);
  EXPECT_EQ(s.quantile_s(0.5), std::nullopt);
  s.add(-3'000'000'000);
  EXPECT_EQ(s.max_s(), -3.0);
  s.add(1'000'000'000);
  s.add(8'000'000'000);
  EXPECT_EQ(s.mean_s(), 2.0);
  EXPECT_EQ(s.max_s(), 8.0);
  EXPECT_EQ(s.negative_sum_ns, -3'000'000'000);
  EXPECT_EQ(s.quantile_s(0.3), 0.0);
  EXPECT_NEAR(*s.quantile_s(0.5), 1.0, 1e-3);
  EXPECT_LE(*s.quantile_s(1.0), 8.0);
  DurationSummary all;
  all.merge(s);
  all.merge(DurationSummary{});
  EXPECT_EQ(all.count, 3U);
  EXPECT_EQ(all.sum_ns, s.sum_ns);
  EXPECT_EQ(all.max_ns, s.max_ns);
}

TEST(BilledDuration, RoundsUpAndKeepsTheMinimum) {
  Metering m{.granularity = 100ms, .minimum = 250ms};
  EXPECT_EQ(billed_duration(m, 0ms), 300ms);
  EXPECT_EQ(billed_duration(m, 300ms), 300ms);
  EXPECT_EQ(billed_duration(m, 300ms + 1ns), 400ms);
}

TEST(Meter, NamesAreDistinct) {
  for (std::size_t i = 0; i < kMeters; ++i) {
    EXPECT_FALSE(name_of(static_cast<Meter>(i)).empty());
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(name_of(static_cast<Meter>(i)), name_of(static_cast<Meter>(j)));
    }
  }
}

}  // namespace
}  // namespace faascast
