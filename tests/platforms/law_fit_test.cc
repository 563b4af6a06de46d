// Samples whose law is known: the quantiles of a law at even probabilities have no sampling error,
// so what is fitted to them has to be the law itself.

#include "platforms/law_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "platforms/keep_alive_fit.h"
#include "sim-core/random.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

std::vector<double> even_quantiles(const ShiftedLaw& law, int n) {
  std::vector<double> samples;
  // In an order without trend, so that the held-out part has the same law.
  const int step = 7;  // coprime to n below
  for (int i = 0; i < n; ++i) samples.push_back(law.quantile((i * step % n + 0.5) / n));
  return samples;
}

class KnownLaw : public ::testing::TestWithParam<ShiftedLaw> {};

TEST_P(KnownLaw, IsFoundAgainWithItsParameters) {
  const std::vector<LawFit> fits = fit_laws(even_quantiles(GetParam(), 1000));
  ASSERT_EQ(fits.size(), 5U);
  const LawFit& best = fits.front();
  EXPECT_EQ(best.law.family, GetParam().family);
  // The ends of an even grid stop half a sample short, which moves moments by about 1 %.
  for (const double p : {0.05, 0.5, 0.95}) {
    const double truth = GetParam().quantile(p);
    EXPECT_NEAR(best.law.quantile(p), truth, 0.02 * truth) << p;
  }
  EXPECT_LT(best.ks, 0.01);
  EXPECT_LT(best.holdout_ks, ks_bound(300));
  EXPECT_GE(fits.back().aic, best.aic);
}

INSTANTIATE_TEST_SUITE_P(
    Families, KnownLaw,
    ::testing::Values(ShiftedLaw{LawFamily::kExponential, 0.2, 0.5, 1.0},
                      ShiftedLaw{LawFamily::kGamma, 0.0, 3.0, 0.05},
                      ShiftedLaw{LawFamily::kWeibull, 0.0, 2.5, 0.3},
                      ShiftedLaw{LawFamily::kLognormal, 0.05, 0.1, 0.6},
                      ShiftedLaw{LawFamily::kInverseGaussian, 0.0, 0.4, 0.3}),
    [](const auto& each) {
      std::string name = name_of(each.param.family);
      std::erase(name, ' ');
      return name;
    });

TEST(FittedParameters, IntervalsHaveTheWidthOfTheInformation) {
  // Of a lognormal without shift the median's logarithm has standard error sigma / sqrt(n).
  const std::vector<double> samples =
      even_quantiles({LawFamily::kLognormal, 0.0, 1.0, 0.5}, 401);
  for (const LawFit& fit : fit_laws(samples)) {
    if (fit.law.family != LawFamily::kLognormal) continue;
    const FittedParameter& median = fit.parameters[1];
    EXPECT_NEAR(std::log(median.high / median.low), 2 * 1.96 * fit.law.second / std::sqrt(401.0),
                0.002);
  }
}

TEST(SampleQuantiles, IntervalsAreOrderStatistics) {
  std::vector<double> sorted;
  for (int i = 1; i <= 100; ++i) sorted.push_back(i);
  const SampleQuantile median = sample_quantile(sorted, 0.5);
  EXPECT_EQ(median.value, 50.0);
  EXPECT_EQ(median.low, 40.0);   // floor(50 - 9.8)
  EXPECT_EQ(median.high, 61.0);  // ceil(50 + 9.8) + 1
}

std::vector<IdleObservation> seen(double window, double from, double to, int n) {
  std::vector<IdleObservation> all;
  for (int i = 0; i < n; ++i) {
    const double t = from + (to - from) * i / (n - 1);
    all.push_back({t, t >= window});
  }
  return all;
}

TEST(KeepAlive, WindowLiesBetweenTheLastAliveAndTheFirstGone) {
  const KeepAliveAnswer answer = fit_keep_alive(seen(300.0, 1.0, 600.0, 600));
  ASSERT_FALSE(answer.fits.empty()) << answer.refusal;
  const KeepAliveFit& best = answer.fits.front();
  EXPECT_EQ(best.law, "fixed window");
  EXPECT_NEAR(best.median_s, 300.0, 1.5);
  EXPECT_LE(best.low_s, 300.0);
  EXPECT_GE(best.high_s, 300.0);
  EXPECT_LT(best.high_s - best.low_s, 10.0);
  EXPECT_LT(best.recycled, 1e-3);
}

TEST(KeepAlive, SpreadLivesAreNoWindow) {
  const Stream stream(7, 0, Purpose::kKeepAlive);
  const ShiftedLaw life{LawFamily::kLognormal, 0.0, 300.0, 0.4};
  std::vector<IdleObservation> all;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    const double idle = 20.0 + 1200.0 * uniform_from_word(stream.words(i)[0]);
    all.push_back({idle, life.quantile(uniform_from_word(stream.words(i)[1])) <= idle});
  }
  const KeepAliveAnswer answer = fit_keep_alive(all);
  ASSERT_FALSE(answer.fits.empty());
  const KeepAliveFit& best = answer.fits.front();
  EXPECT_EQ(best.law, "lognormal");
  EXPECT_LE(best.low_s, 300.0);
  EXPECT_GE(best.high_s, 300.0);
  EXPECT_NEAR(best.spread, 0.4, 0.06);
  for (std::size_t i = 1; i < answer.curve.size(); ++i) {
    EXPECT_GT(answer.curve[i].gone, answer.curve[i - 1].gone);  // a survival curve never rises
  }
}

TEST(KeepAlive, IdleTimesWithinTheWindowTellNothing) {
  const KeepAliveAnswer answer = fit_keep_alive(seen(300.0, 1.0, 200.0, 500));
  EXPECT_TRUE(answer.fits.empty());
  EXPECT_THAT(answer.refusal, HasSubstr("no instance was found gone"));
  EXPECT_EQ(answer.at_least_s, 200.0);
}

TEST(KeepAlive, FewAndCensoredDataAreRefused) {
  EXPECT_THAT(fit_keep_alive({}).refusal, HasSubstr("no request came after an idle time"));
  EXPECT_THAT(fit_keep_alive(seen(300.0, 290.0, 305.0, 16)).refusal, HasSubstr("gone 6 times"));
  EXPECT_THAT(fit_keep_alive(seen(10.0, 1.0, 400.0, 40)).refusal, HasSubstr("alive 1 times"));
  std::vector<IdleObservation> recycled = seen(1e9, 1.0, 200.0, 500);
  for (std::size_t i = 0; i < recycled.size(); i += 20) recycled[i].gone = true;
  EXPECT_THAT(fit_keep_alive(recycled).refusal, HasSubstr("censored before the median"));
}

}  // namespace
}  // namespace faascast
