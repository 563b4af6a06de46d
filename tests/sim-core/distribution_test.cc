#include "sim-core/distribution.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "sim-core/kernels.h"
#include "sim-core/random.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

/// Mean and second moment (in s and s^2) by the midpoint rule in v = min(u, 1-u) on a log grid.
struct Moments {
  double mean = 0.0;
  double second = 0.0;
};
Moments moments_of(const Distribution& law) {
  Moments m;
  for (int octave = 1; octave <= 41; ++octave) {
    constexpr int cells = 512;
    const double low = std::ldexp(0.5, -octave);
    for (int i = 0; i < cells; ++i) {
      const double v = low * (1.0 + (i + 0.5) / cells);
      for (const double u : {v, 1.0 - v}) {
        const double x = seconds_of(law.quantile(u));
        m.mean += x * low / cells;
        m.second += x * x * low / cells;
      }
    }
  }
  return m;
}

TEST(Lognormal, HasTheExactQuantiles) {
  // exp(mu + sigma z_p), sigma^2 = ln(1 + cv^2), mu = ln mean - sigma^2 / 2
  const Distribution two = Distribution::lognormal(2s, 0.5);
  EXPECT_NEAR(seconds_of(two.quantile(0.5)), 1.788854381999832, 1e-7);
  EXPECT_NEAR(seconds_of(two.quantile(0.99)), 5.368224952943088, 5e-4);
  EXPECT_NEAR(seconds_of(two.quantile(0.999999)), 16.89472488145687, 2e-3);
  const Distribution tenth = Distribution::lognormal(100ms, 2.0);
  EXPECT_NEAR(seconds_of(tenth.quantile(0.01)), 0.002337687065901796, 1e-6);
  EXPECT_NEAR(seconds_of(tenth.quantile(0.95)), 0.3603847289585011, 1e-4);
  EXPECT_NEAR(seconds_of(tenth.quantile(0.9999)), 5.006690138546718, 1e-3);
}

TEST(Laws, HaveTheirMeanAndSecondMoment) {
  const double mean = 0.2;
  for (const double cv : {0.1, 0.5, 1.0, 3.0}) {
    for (const Distribution& law :
         {Distribution::lognormal(200ms, cv), Distribution::gamma(200ms, cv),
          Distribution::weibull(200ms, cv)}) {
      const Moments m = moments_of(law);
      EXPECT_NEAR(m.mean, mean, mean * 2e-4) << cv;
      EXPECT_NEAR(m.second, mean * mean * (1 + cv * cv), mean * mean * (1 + cv * cv) * 1e-3) << cv;
      EXPECT_NEAR(seconds_of(law.mean()), m.mean, 1e-5 * mean) << cv;
    }
  }
  EXPECT_NEAR(moments_of(Distribution::exponential(1s)).second, 2.0, 1e-3);
  EXPECT_NEAR(seconds_of(Distribution::exponential(1s).quantile(0.9)), std::log(10.0), 1e-4);
}

TEST(Laws, OfCoefficientOneAreTheExponential) {
  for (const double u : {1e-9, 0.01, 0.4, 0.77, 0.999999}) {
    const double exact = seconds_of(Distribution::exponential(10s).quantile(u));
    EXPECT_NEAR(seconds_of(Distribution::gamma(10s, 1.0).quantile(u)), exact, 1e-8);
    EXPECT_NEAR(seconds_of(Distribution::weibull(10s, 1.0).quantile(u)), exact, 1e-8);
  }
}

TEST(Laws, AreMonotone) {
  for (const Distribution& law :
       {Distribution::lognormal(50ms, 4.0), Distribution::gamma(20ms, 2.0),
        Distribution::empirical({1ms, 7ms, 7ms, 9ms, 4ms})}) {
    Duration before{};
    for (double u = 0.0005; u < 1.0; u += 0.0005) {
      EXPECT_LE(before, law.quantile(u));
      before = law.quantile(u);
    }
  }
}

TEST(Constant, IsConstant) {
  EXPECT_TRUE(Distribution::constant(7ms).is_constant());
  EXPECT_EQ(Distribution::constant(7ms).quantile(0.3), 7ms);
  EXPECT_EQ(Distribution().mean(), 0ns);
  EXPECT_EQ(Distribution::constant(-7ms).mean(), 0ns);
  EXPECT_TRUE(Distribution::lognormal(7ms, 0.0).is_constant());
  EXPECT_EQ(Distribution::constant(7ms).scaled(1.5).plus(1ms).mean(), 11500us);
  EXPECT_TRUE(Distribution::exponential(7ms).scaled(0.0).is_constant());
}

TEST(Empirical, KeepsTheMeanAndTheRangeOfTheSample) {
  const Distribution law = Distribution::empirical({10ms, 20ms, 30ms, 90ms});
  EXPECT_NEAR(seconds_of(law.mean()), 0.0375, 1e-5);
  EXPECT_EQ(law.quantile(1e-9), 10ms);
  EXPECT_EQ(law.quantile(0.125), 10ms);
  EXPECT_EQ(law.quantile(0.375), 20ms);
  EXPECT_EQ(law.quantile(0.5), 25ms);
  EXPECT_EQ(law.quantile(0.999), 90ms);
  EXPECT_EQ(Distribution::empirical({5ms}).quantile(0.9), 5ms);
}

TEST(FromQuantiles, GoesThroughItsPoints) {
  const double p[] = {0.05, 0.5, 0.95, 0.99};
  const Duration x[] = {10ms, 100ms, 1000ms, 5000ms};
  const Distribution law = Distribution::from_quantiles(p, x);
  EXPECT_EQ(law.quantile(0.01), 10ms);
  EXPECT_EQ(law.quantile(0.5), 100ms);
  EXPECT_NEAR(seconds_of(law.quantile(0.95)), 1.0, 2e-2);
  EXPECT_NEAR(seconds_of(law.quantile(0.275)), 0.1 / std::sqrt(10.0), 1e-5);  // log-linear
  EXPECT_EQ(law.quantile(0.9999), 5000ms);
}

TEST(FromQuantileFunction, IsTabulated) {
  const Distribution law = Distribution::from_quantile_function([](double u) { return u; });
  EXPECT_NEAR(seconds_of(law.quantile(0.3)), 0.3, 1e-9);
  EXPECT_EQ(seconds_of(law.mean()), 0.5);
}

TEST(Distribution, ShiftedLognormalIsShifted) {
  const Distribution law = Distribution::shifted_lognormal_ms(100.0, std::log(50.0), 0.5);
  EXPECT_NEAR(seconds_of(law.quantile(0.5)), 0.15, 1e-9);
  EXPECT_GE(law.quantile(1e-15), 100ms);
}

TEST(Distribution, WordsEqualSingleDrawsOnEveryInstructionSet) {
  std::vector<std::uint64_t> words(515);
  Stream(1, 2, Purpose::kRequest).words(0, {}, words);
  words[0] = 0;
  words[1] = ~std::uint64_t{0};
  words[2] = std::uint64_t{1} << 63U;
  words[3] = words[2] - 1;
  for (const Distribution& law :
       {Distribution::lognormal(2s, 3.0), Distribution::exponential(1h * 24 * 200),
        Distribution::constant(3ms), Distribution::empirical({1ms, 3ms})}) {
    std::vector<std::int64_t> ns(words.size());
    law.at_words(words, ns);
    for (std::size_t i = 0; i < words.size(); ++i) ASSERT_EQ(ns[i], law.at_word(words[i]).count());
  }
  std::vector<double> table(4096);
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = 1e9 * static_cast<double>(i * i + 1);
  std::vector<std::int64_t> a(words.size()), b(words.size());
  for (const Kernels* set : available_kernels()) {
    available_kernels().front()->table(table.data(), words.data(), words.size(), a.data());
    set->table(table.data(), words.data(), words.size(), b.data());
    EXPECT_EQ(a, b) << set->name;
  }
}

TEST(Distribution, AbsurdTailsStayWithinAnInstant) {
  const Distribution law = Distribution::lognormal(1h * 24 * 365 * 100, 10.0);
  EXPECT_GT(law.quantile(1.0 - 0x1p-53), 0ns);
  EXPECT_LE(law.quantile(1.0 - 0x1p-53).count(), std::int64_t{1} << 62U);
}

}  // namespace
}  // namespace faascast
