#include "traces/generators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sim-core/random.h"
#include "tests/traces/replayed.h"
#include "traces/info.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

GeneratorSpec renewal(std::string kind, double rate_per_s, double cv, Duration duration) {
  GeneratorSpec spec;
  spec.kind = std::move(kind);
  spec.rate_per_s = rate_per_s;
  spec.cv = cv;
  spec.duration = duration;
  return spec;
}

class Renewal : public ::testing::TestWithParam<GeneratorSpec> {};

// A renewal process of n expected arrivals has a count with standard deviation cv sqrt(n). 5 of
// them are exceeded once in 1.7 million.
TEST_P(Renewal, RateAndOrder) {
  const GeneratorSpec& spec = GetParam();
  const auto traffic = make_generator(spec);
  EXPECT_TRUE(traffic->independent());
  EXPECT_EQ(traffic->functions(), 1U);
  EXPECT_EQ(traffic->duration(), spec.duration);
  EXPECT_EQ(traffic->default_scale_by(), ScaleBy::kTime);
  const auto rows = replayed(*traffic);
  const double expected = spec.rate_per_s * seconds_of(spec.duration);
  EXPECT_NEAR(static_cast<double>(rows.size()), expected,
              5.0 * spec.cv * std::sqrt(expected) + 1.0);
  EXPECT_LT(5.0 * spec.cv * std::sqrt(expected), 0.1 * expected) << "too noisy to prove anything";
  EXPECT_TRUE(is_sorted_by_time(rows));
  EXPECT_LT(rows.back().at, spec.duration.count());
  EXPECT_GT(rows.front().at, 0) << "the first arrives one gap after the start";
}

TEST_P(Renewal, GapsHaveTheCv) {
  const GeneratorSpec& spec = GetParam();
  const TrafficInfo info = describe(*make_generator(spec), {3, 0});
  // The relative error of a sample cv is about cv sqrt(kurtosis / 4n); these laws have a kurtosis
  // below 9 + 40 cv^2.
  const double n = spec.rate_per_s * seconds_of(spec.duration);
  const double error = std::sqrt((9.0 + 40.0 * spec.cv * spec.cv) / (4.0 * n));
  EXPECT_NEAR(info.interarrival_cv, spec.cv, spec.cv * 5.0 * error + 1e-6);
}

TEST_P(Renewal, WorkWordsAreWordOneOfTheRequest) {
  const auto rows = replayed(*make_generator(GetParam()), 0, {42, 7});
  const Stream stream(42, 0, Purpose::kRequest, 0, 7);
  for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 2000); ++i) {
    ASSERT_EQ(rows[i].number, i);
    ASSERT_EQ(rows[i].work_word, stream.words(i)[1]);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Laws, Renewal,
    ::testing::Values(renewal("poisson", 50.0, 1.0, 1h), renewal("gamma", 50.0, 0.0, 10min),
                      renewal("gamma", 50.0, 0.5, 1h), renewal("gamma", 50.0, 4.0, 4h),
                      renewal("weibull", 50.0, 0.5, 1h), renewal("weibull", 50.0, 2.0, 4h)));

TEST(Generators, LongerRunsExtendShorterOnes) {
  for (const char* kind : {"poisson", "gamma", "diurnal"}) {
    const auto whole = replayed(*make_generator(renewal(kind, 10.0, 1.0, 20min)));
    const auto part = replayed(*make_generator(renewal(kind, 10.0, 1.0, 10min)));
    ASSERT_LT(part.size(), whole.size());
    for (std::size_t i = 0; i < part.size(); ++i) ASSERT_EQ(part[i].at, whole[i].at);
    EXPECT_GE(whole[part.size()].at, Duration(10min).count());
  }
}

TEST(Generators, EmptyWhenNothingArrivesInTime) {
  EXPECT_TRUE(replayed(*make_generator(renewal("gamma", 0.001, 0.0, 10s))).empty());
  GeneratorSpec still = renewal("diurnal", 1.0, 1.0, 48h);
  still.weekend_factor = 0.0;
  still.day = 1h;
  still.duration = 7h;
  for (const ArrivalRow& row : replayed(*make_generator(still))) {
    ASSERT_LT(row.at, Duration(5h).count()) << "no traffic at weekends";
  }
}

// Counts of disjoint periods are Poisson with the integral of the rate as their mean.
TEST(Diurnal, EachQuarterOfADayHasItsMean) {
  GeneratorSpec spec = renewal("diurnal", 2.0, 1.0, 24h);
  spec.amplitude = 0.8;
  const auto rows = replayed(*make_generator(spec));
  double counts[4] = {};
  for (const ArrivalRow& row : rows) ++counts[row.at / Duration(6h).count()];
  const double base = 2.0 * 6 * 3600;
  // The mean of sin over a quarter turn is 2/pi.
  const double swing = 0.8 * 2.0 / std::numbers::pi;
  for (int quarter = 0; quarter < 4; ++quarter) {
    const double mean = base * (1.0 + (quarter < 2 ? swing : -swing));
    EXPECT_NEAR(counts[quarter], mean, 5.0 * std::sqrt(mean)) << quarter;
  }
  EXPECT_TRUE(is_sorted_by_time(rows));
}

TEST(Diurnal, WeekendsAndPhase) {
  GeneratorSpec spec = renewal("diurnal", 5.0, 1.0, 14h);
  spec.day = 1h;
  spec.weekend_factor = 0.5;
  spec.amplitude = 1.0;
  spec.phase = -std::numbers::pi / 2;
  const auto rows = replayed(*make_generator(spec));
  std::vector<double> days(14);
  double first_tenth = 0.0;
  for (const ArrivalRow& row : rows) {
    ++days[static_cast<std::size_t>(row.at / Duration(1h).count())];
    if (row.at < Duration(6min).count()) ++first_tenth;
  }
  for (std::size_t day = 0; day < 14; ++day) {
    const double mean = 5.0 * 3600 * (day % 7 >= 5 ? 0.5 : 1.0);
    EXPECT_NEAR(days[day], mean, 5.0 * std::sqrt(mean)) << day;
  }
  // From the trough, a tenth of a turn holds 0.1 - sin(0.2 pi) / (2 pi) of the day.
  const double mean = 18'000.0 * (0.1 - std::sin(0.2 * std::numbers::pi) / (2 * std::numbers::pi));
  EXPECT_NEAR(first_tenth, mean, 5.0 * std::sqrt(mean));
}

TEST(Diurnal, WithoutAmplitudeItIsPoisson) {
  const TrafficInfo info = describe(*make_generator(renewal("diurnal", 50.0, 1.0, 1h)), {});
  EXPECT_NEAR(info.interarrival_cv, 1.0, 5.0 * std::sqrt(9.0 / (4.0 * 180'000.0)));
  // 60 minutes: the sample dispersion has a standard deviation of sqrt(2/59).
  EXPECT_NEAR(info.dispersion, 1.0, 5.0 * std::sqrt(2.0 / 59.0));
}

TEST(Generators, AllProblemsAtOnce) {
  GeneratorSpec spec;
  spec.kind = "poison";
  spec.rate_per_s = std::nan("");
  spec.duration = Duration::zero();
  spec.amplitude = 2.0;
  spec.weekend_factor = -1.0;
  spec.day = 1s;
  spec.cv = -1.0;
  const std::string message = message_of([&] { (void)make_generator(spec); });
  EXPECT_THAT(message, HasSubstr("unknown generator 'poison'\n    did you mean 'poisson'?"));
  for (const char* key : {"rate_per_s", "duration", "amplitude", "weekend_factor", "day", "cv"}) {
    EXPECT_THAT(message, HasSubstr(std::string("generator.") + key));
  }
  EXPECT_THAT(message_of([] { (void)make_generator(renewal("poisson", 1.0, 2.0, 1h)); }),
              HasSubstr("only gamma and weibull have a cv"));
}

}  // namespace
}  // namespace faascast
