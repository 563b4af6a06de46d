// Traffic that is not one plain renewal process: groups, changing rates, many functions.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sim-core/error.h"
#include "tests/traces/replayed.h"
#include "traces/generators.h"
#include "traces/info.h"
#include "traces/scale.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr double kNsPerS = 1e9;

std::vector<double> counts_per(const std::vector<ArrivalRow>& rows, Duration bin, Duration span) {
  std::vector<double> counts(static_cast<std::size_t>(span / bin), 0.0);
  for (const ArrivalRow& row : rows) counts[static_cast<std::size_t>(row.at / bin.count())] += 1.0;
  return counts;
}

double between(const std::vector<ArrivalRow>& rows, Duration from, Duration to) {
  return static_cast<double>(std::count_if(rows.begin(), rows.end(), [&](const ArrivalRow& row) {
    return row.at >= from.count() && row.at < to.count();
  }));
}

TEST(Batches, GeometricGroupsAtExponentialDistances) {
  GeneratorSpec spec;
  spec.kind = "batch";
  spec.rate_per_s = 50.0;
  spec.batch_size = 5.0;
  spec.duration = 6h;
  const auto rows = replayed(*make_generator(spec));
  ASSERT_TRUE(is_sorted_by_time(rows));
  std::map<std::int64_t, int> groups;
  for (const ArrivalRow& row : rows) ++groups[row.at];
  const double expected_groups = 10.0 * 6.0 * 3600.0;
  const auto found = static_cast<double>(groups.size());
  EXPECT_NEAR(found, expected_groups, 5.0 * std::sqrt(expected_groups));
  double singles = 0.0;
  for (const auto& [at, size] : groups) singles += size == 1 ? 1.0 : 0.0;
  EXPECT_NEAR(singles / found, 0.2, 5.0 * std::sqrt(0.16 / found)) << "P(size 1) = 1 / mean";
  EXPECT_NEAR(static_cast<double>(rows.size()) / found, 5.0, 5.0 * std::sqrt(20.0 / found));
  double squares = 0.0;
  double last = 0.0;
  double mean = 0.0;
  for (const auto& [at, size] : groups) {
    const double gap = static_cast<double>(at) / kNsPerS - last;
    last = static_cast<double>(at) / kNsPerS;
    mean += gap / found;
    squares += gap * gap / found;
  }
  EXPECT_NEAR(std::sqrt(squares - mean * mean) / mean, 1.0, 0.03) << "exponential gaps";
}

TEST(Batches, OfSizeOneArePoisson) {
  GeneratorSpec spec;
  spec.kind = "batch";
  spec.batch_size = 1.0;
  spec.rate_per_s = 20.0;
  const TrafficInfo info = describe(*make_generator(spec), {5, 0});
  EXPECT_NEAR(info.interarrival_cv, 1.0, 0.03);
}

TEST(Mmpp, MeanRateAndDispersionAreTheFormulas) {
  GeneratorSpec spec;
  spec.kind = "mmpp";
  spec.rate_per_s = 10.0;
  spec.burst_ratio = 9.0;
  spec.calm = 30s;
  spec.burst = 10s;
  spec.duration = 60h;
  const auto rows = replayed(*make_generator(spec));
  const double calm_rate = 10.0 * 40.0 / (30.0 + 90.0);
  const double burst_rate = 9.0 * calm_rate;
  // Index of dispersion of a long interval, 1 + 2 (l1 - l2)^2 (s1 s2)^2 / ((s1 + s2)^2 (l1 s1 +
  // l2 s2)); an hour is 90 cycles.
  const double difference = burst_rate - calm_rate;
  const double dispersion = 1.0 + 2.0 * difference * difference * 300.0 * 300.0 / (1600.0 * 400.0);
  const auto hours = counts_per(rows, 1h, 60h);
  double mean = 0.0;
  for (const double count : hours) mean += count / 60.0;
  EXPECT_NEAR(mean, 36'000.0, 5.0 * std::sqrt(36'000.0 * dispersion / 60.0));
  double variance = 0.0;
  for (const double count : hours) variance += (count - mean) * (count - mean) / 59.0;
  // chi^2 with 59 degrees of freedom has a relative standard deviation of sqrt(2 / 59).
  EXPECT_NEAR(variance / mean, dispersion, 4.0 * dispersion * std::sqrt(2.0 / 59.0));
  EXPECT_TRUE(is_sorted_by_time(rows));
}

TEST(Mmpp, StartsInItsSteadyState) {
  GeneratorSpec spec;
  spec.kind = "mmpp";
  spec.rate_per_s = 10.0;
  spec.calm = 30s;
  spec.burst = 10s;
  spec.duration = 1s;
  double requests = 0.0;
  for (std::uint32_t replication = 0; replication < 4000; ++replication) {
    requests += static_cast<double>(replayed(*make_generator(spec), 0, {1, replication}).size());
  }
  // A replication's variance: rate + that of the rate, (40/110)^2 * (56^2 * 3/16).
  const double variance = 10.0 + 0.1322 * 588.0;
  EXPECT_NEAR(requests / 4000.0, 10.0, 5.0 * std::sqrt(variance / 4000.0));
}

TEST(FlashCrowd, RisesToThePeakAndFades) {
  GeneratorSpec spec;
  spec.kind = "flash-crowd";
  spec.rate_per_s = 20.0;
  spec.peak = 10.0;
  spec.start = 10min;
  spec.rise = 2min;
  spec.decay = 20min;
  spec.duration = 4h;
  const auto rows = replayed(*make_generator(spec));
  const auto near = [&](Duration from, Duration to, double expected) {
    EXPECT_NEAR(between(rows, from, to), expected, 5.0 * std::sqrt(expected) + 0.01 * expected);
  };
  near(0s, 10min, 12'000.0);
  near(10min, 12min, 120.0 * 20.0 * 5.5);
  near(12min, 32min, 20.0 * 1200.0 * (1.0 + 9.0 * (1.0 - std::exp(-1.0))));
  near(3h, 4h, 72'000.0);
}

TEST(Weekly, FollowsTheProfile) {
  GeneratorSpec spec;
  spec.kind = "weekly";
  spec.profile = {1.0, 0.0, 3.0, 1.0, 1.0, 0.5, 0.5};
  spec.rate_per_s = 1.0;
  spec.day = 1h;
  spec.duration = 14h;
  const auto hours = counts_per(replayed(*make_generator(spec)), 1h, 14h);
  for (std::size_t hour = 0; hour < hours.size(); ++hour) {
    const double expected = 3600.0 * spec.profile[hour % 7];  // the profile's mean is 1
    EXPECT_NEAR(hours[hour], expected, 5.0 * std::sqrt(expected)) << hour;
  }
}

TEST(AzureLike, TheWholePopulationHasThePublishedTotals) {
  GeneratorSpec spec;
  spec.kind = "azure-like";
  spec.functions = 24'275;
  spec.duration = 24h;
  const auto traffic = make_generator(spec);
  ASSERT_TRUE(traffic->independent());
  ASSERT_EQ(traffic->functions(), 24'275U);
  double total = 0.0;
  double of_busy = 0.0;
  double busy = 0.0;
  double once_a_minute = 0.0;
  for (std::uint32_t i = 0; i < traffic->functions(); ++i) {
    const auto requests = static_cast<double>(traffic->expected_requests(i));
    total += requests;
    if (requests >= 1440.0) once_a_minute += 1.0;
    if (requests < 86'400.0) continue;
    busy += 1.0;
    of_busy += requests;
  }
  EXPECT_NEAR(total, 892.6e6, 0.02 * 892.6e6);
  EXPECT_NEAR(busy / 24'275.0, 0.0226, 0.001);
  EXPECT_NEAR(of_busy / total, 0.943, 0.01);
  EXPECT_NEAR(once_a_minute / 24'275.0, 0.181, 0.002);
}

TEST(AzureLike, FunctionsAreInTheirSteadyStateAndKeepTheirRates) {
  GeneratorSpec spec;
  spec.kind = "azure-like";
  spec.functions = 2000;
  spec.duration = 24h;
  const auto traffic = make_generator(spec);
  double expected = 0.0;
  double in_first_minute = 0.0;
  double seen = 0.0;
  std::size_t periodic = 0;
  for (std::uint32_t i = 0; i < 1600; ++i) {  // up to 40 a minute: enough to see, quick to replay
    const auto rows = replayed(*traffic, i);
    ASSERT_TRUE(is_sorted_by_time(rows)) << i;
    expected += static_cast<double>(traffic->expected_requests(i));
    seen += static_cast<double>(rows.size());
    in_first_minute += between(rows, 0s, 1min);
    if (rows.size() < 3) continue;
    const auto gap = [&](std::size_t at) { return rows[at].at - rows[at - 1].at; };
    if (std::abs(gap(1) - gap(2)) <= 1) ++periodic;
  }
  EXPECT_NEAR(seen, expected, 0.35 * expected) << "a few functions with a high cv carry the sum";
  // The trough is 2/3 of the mean: without residual first gaps most functions would start at 0.
  EXPECT_NEAR(in_first_minute, expected / 1440.0 * 0.75, expected / 1440.0 * 0.5);
  EXPECT_GT(periodic, 100U);
}

TEST(AzureLike, MembersDoNotDependOnTheSeed) {
  GeneratorSpec spec;
  spec.kind = "azure-like";
  spec.functions = 50;
  const auto traffic = make_generator(spec);
  EXPECT_EQ(instants(replayed(*traffic, 49, {1, 0})), instants(replayed(*traffic, 49, {1, 0})));
  EXPECT_NE(instants(replayed(*traffic, 49, {1, 0})), instants(replayed(*traffic, 49, {2, 0})));
  EXPECT_EQ(traffic->expected_requests(49), make_generator(spec)->expected_requests(49));
}

TEST(MlPerf, OfflineIsEverythingAtOnceAndServerIsPoisson) {
  GeneratorSpec spec;
  spec.kind = "mlperf-offline";
  const auto rows = replayed(*make_generator(spec));
  ASSERT_EQ(rows.size(), 24'576U);
  EXPECT_EQ(rows.back().at, 0);
  EXPECT_EQ(rows.back().number, 24'575U);
  spec.kind = "mlperf-server";
  const auto server = instants(replayed(*make_generator(spec)));
  spec.kind = "poisson";
  EXPECT_EQ(server, instants(replayed(*make_generator(spec))));
}

TEST(Kinds, EveryKindReplaysAlikeAndNumbersItsRequests) {
  for (const std::string& kind : generator_kinds()) {
    GeneratorSpec spec;
    spec.kind = kind;
    spec.duration = 30min;
    spec.profile = {1.0, 2.0};
    spec.functions = 3;
    const auto traffic = make_generator(spec);
    EXPECT_EQ(traffic->closed_loop() != nullptr, is_closed_loop(spec)) << kind;
    if (is_closed_loop(spec)) {  // arrivals depend on answers
      EXPECT_THROW((void)traffic->open(0, {9, 4}), InputError) << kind;
      EXPECT_THROW((void)scale_traffic(traffic, 2.0, ScaleBy::kThin), InputError) << kind;
      continue;
    }
    const auto once = replayed(*traffic, traffic->functions() - 1, {9, 4});
    const auto again = replayed(*traffic, traffic->functions() - 1, {9, 4});
    EXPECT_EQ(instants(once), instants(again)) << kind;
    for (std::size_t i = 0; i < once.size(); ++i) ASSERT_EQ(once[i].number, i) << kind;
    EXPECT_TRUE(once.empty() || once.back().at < 30min / 1ns) << kind;
    EXPECT_FALSE(traffic->description().empty());
  }
}

TEST(Kinds, OutOfRangeIsNamed) {
  GeneratorSpec spec;
  spec.kind = "weekly";
  spec.batch_size = 0.5;
  spec.burst_ratio = std::nan("");
  spec.decay = 0s;
  spec.functions = 0;
  const std::string message = message_of([&] { (void)make_generator(spec); });
  for (const char* key : {"profile", "batch_size", "burst_ratio", "decay", "functions"}) {
    EXPECT_THAT(message, HasSubstr(std::string("generator.") + key));
  }
  spec.kind = "mmp";
  EXPECT_THAT(message_of([&] { (void)make_generator(spec); }), HasSubstr("did you mean 'mmpp'"));
}

}  // namespace
}  // namespace faascast
