// Intervals that say 95 % must hold the truth about that often: each is made a thousand times from
// runs of models whose answer is known.
#include <gtest/gtest.h>

#include <cstdio>

#include "sim-core/statistics.h"
#include "tests/oracles/estimate.h"

namespace faascast::oracles {
namespace {

constexpr std::uint32_t kRuns = 1000;

void expect_covers(int held, const char* what) {
  const double share = 100.0 * held / kRuns;
  std::printf("%s: the 95 %% interval held the truth in %.1f %% of %u runs\n", what, share, kRuns);
  EXPECT_GE(share, 92.0) << what;
  EXPECT_LE(share, 97.0) << what;
}

// Share of cold starts and mean instances of a keep-alive pool: ten replications an interval.
TEST(Coverage, OfReplications) {
  double cold = 0.0;
  double instances = 0.0;
  for (const OracleRow& row : oracle_rows("pool_mru_mm_inf")) {
    if (row.number("a") != 1.0 || row.number("theta") != 10.0) continue;
    if (row.quantity == "P(cold)") cold = row.value();
    if (row.quantity == "E[instances]") instances = row.value();
  }
  ASSERT_GT(cold, 0.0) << "no row with a = 1, theta = 10";
  ASSERT_GT(instances, 0.0);
  PoolPlan pool;
  pool.keep_alive = seconds(10.0);
  const Plan plan = plan_of(poisson(1.0), {.warm_up_s = 50.0, .length_s = 1000.0},
                            {pool_of(Distribution::exponential(seconds(1.0)), pool)});
  constexpr std::uint32_t kEach = 10;
  int cold_held = 0;
  int instances_held = 0;
  for (std::uint32_t i = 0; i < kRuns; ++i) {
    std::vector<double> colds;
    std::vector<double> means;
    for (std::uint32_t r = 0; r < kEach; ++r) {
      const RunResult result =
          run(plan, {.seed = {.seed = 7, .replication = i * kEach + r}, .threads = 1});
      colds.push_back(share(result.deployments[0].cold_starts, result.deployments[0].requests));
      means.push_back(result.deployments[0].instances.mean);
    }
    const auto holds = [](const MeanInterval& interval, double truth) {
      return interval.low() <= truth && truth <= interval.high();
    };
    cold_held += holds(mean_interval(colds), cold) ? 1 : 0;
    instances_held += holds(mean_interval(means), instances) ? 1 : 0;
  }
  expect_covers(cold_held, "share of cold starts");
  expect_covers(instances_held, "mean instances");
}

// M/M/1 at load 0.8: a mean stay of 1 / (1 - 0.8) = 5 s, from twenty batches of one run's timeline.
TEST(Coverage, OfBatchMeans) {
  const Plan plan = plan_of(poisson(0.8), {.warm_up_s = 500.0, .length_s = 65'536.0},
                            {servers_of(Distribution::exponential(seconds(1.0)), 1)});
  int held = 0;
  for (std::uint32_t i = 0; i < kRuns; ++i) {
    const RunResult result =
        run(plan, {.seed = {.seed = 11, .replication = i}, .threads = 1, .timeline = true});
    std::vector<double> bins;
    for (const TimelineBin& bin : result.deployments[0].timeline.bins) {
      // Latency that arrives a second: its mean is rate * mean latency = 0.8 * 5.
      bins.push_back(static_cast<double>(bin.latency_sum_ns) / 1e9 /
                     seconds_of(result.deployments[0].timeline.bin));
    }
    const MeanInterval interval = batch_means(bins, 20);
    held += interval.low() <= 4.0 && 4.0 <= interval.high() ? 1 : 0;
  }
  expect_covers(held, "batch means of M/M/1");
}

}  // namespace
}  // namespace faascast::oracles
