#include "sim-core/timeline.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <variant>
#include <vector>

#include "listed_traffic.h"
#include "sim-core/engine.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kSecond = 1'000'000'000;

// An instance from 0.5 s to 3.25 s, seen over [0, 4): half of second 0, all of 1 and 2, a quarter
// of 3.
TEST(TimelineMeter, AveragesInstancesOverEachBin) {
  TimelineMeter meter(0);
  meter.live(kSecond / 2, 1);
  meter.live(3 * kSecond + kSecond / 4, -1);
  const Timeline timeline = meter.timeline(4 * kSecond);
  ASSERT_EQ(timeline.bins.size(), 4U);
  EXPECT_EQ(timeline.bin, 1s);
  const double expected[] = {0.5, 1.0, 1.0, 0.25};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_DOUBLE_EQ(timeline.bins[i].instances, expected[i]);
}

// The last bin is cut at 3.5 s: the instance fills half of what is left of it.
TEST(TimelineMeter, CutsTheLastBin) {
  TimelineMeter meter(0);
  meter.live(0, 1);
  meter.live(3 * kSecond + kSecond / 4, -1);
  const Timeline timeline = meter.timeline(3 * kSecond + kSecond / 2);
  ASSERT_EQ(timeline.bins.size(), 4U);
  EXPECT_DOUBLE_EQ(timeline.bins[3].instances, 0.5);
}

TEST(TimelineMeter, WidensItsBinsAndKeepsSums) {
  TimelineMeter meter(10);
  for (std::int64_t s = 0; s < 5000; ++s) {
    meter.completed(10 + s * kSecond, s);
    if (s % 10 == 0) meter.cold(10 + s * kSecond);
    if (s % 100 == 0) meter.throttled(10 + s * kSecond);
  }
  meter.live(10, 2);
  const Timeline timeline = meter.timeline(10 + 5000 * kSecond);
  EXPECT_EQ(timeline.bin, 16s);
  std::uint64_t completed = 0;
  std::uint64_t cold = 0;
  std::uint64_t throttled = 0;
  for (const TimelineBin& bin : timeline.bins) {
    completed += bin.completed;
    cold += bin.cold_starts;
    throttled += bin.throttled;
    EXPECT_DOUBLE_EQ(bin.instances, 2.0);
  }
  EXPECT_EQ(completed, 5000U);
  EXPECT_EQ(cold, 500U);
  EXPECT_EQ(throttled, 50U);
}

/// Sums of a run's timeline are the run's own figures, whatever serves it.
void expect_sums(const DeploymentResult& result, std::int64_t span) {
  std::uint64_t completed = 0;
  std::uint64_t cold = 0;
  Int128 latency = 0;
  double live_ns = 0.0;
  std::int64_t left = span;
  for (const TimelineBin& bin : result.timeline.bins) {
    completed += bin.completed;
    cold += bin.cold_starts;
    latency += bin.latency_sum_ns;
    const std::int64_t length = std::min<std::int64_t>(left, result.timeline.bin.count());
    live_ns += bin.instances * static_cast<double>(length);
    left -= length;
  }
  EXPECT_EQ(completed, result.completed);
  EXPECT_EQ(cold, result.cold_starts);
  EXPECT_TRUE(latency == result.latency.sum_ns);
  EXPECT_NEAR(live_ns / static_cast<double>(result.instances.live_ns), 1.0, 1e-9);
  EXPECT_LE(left, 0);
}

Plan plan_of_every_kind(Horizon horizon) {
  PoolPlan level;
  level.keep_alive = 20s;
  PoolPlan plain = level;
  plain.reuse_order = ReuseOrder::kLeastRecentlyUsed;
  PoolPlan shared = level;
  shared.concurrency = 4;
  shared.minimum_instances = 2;
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(3, 100ms, 20min);
  plan.horizon = horizon;
  plan.warm_up = Instant(90s);
  const auto work = taking(Distribution::exponential(300ms));
  ServerPlan fixed;
  fixed.replicas = 8;
  ServerPlan scaled = fixed;
  scaled.autoscale = Autoscale{0.6, 10s, 20s, 30s, 1, 20};
  for (const std::variant<PoolPlan, ServerPlan>& side :
       std::vector<std::variant<PoolPlan, ServerPlan>>{level, plain, shared, fixed, scaled}) {
    DeploymentPlan deployment;
    deployment.side = side;
    deployment.work = work;
    plan.deployments.push_back(deployment);
  }
  return plan;
}

TEST(Timeline, AddsUpToTheRunsFigures) {
  for (const Horizon horizon : {Horizon{Horizon::Kind::kAt, Instant(20min)},
                                Horizon{Horizon::Kind::kLastCompletion, {}},
                                Horizon{Horizon::Kind::kDrain, {}}}) {
    RunOptions options;
    options.timeline = true;
    const RunResult one = run(plan_of_every_kind(horizon), options);
    for (const DeploymentResult& result : one.deployments) {
      SCOPED_TRACE(&result - one.deployments.data());
      SCOPED_TRACE(static_cast<int>(horizon.kind));
      // Each deployment finds its own horizon; the span follows from its own mean.
      const double span = static_cast<double>(result.instances.live_ns) / result.instances.mean;
      expect_sums(result, std::llround(span));
    }
    options.timeline = false;
    const RunResult without = run(plan_of_every_kind(horizon), options);
    EXPECT_EQ(without.fingerprint, one.fingerprint);
    EXPECT_TRUE(without.deployments.front().timeline.bins.empty());
  }
}

}  // namespace
}  // namespace faascast
