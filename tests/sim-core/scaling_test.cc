// Noise, warm capacity and scaling policies by hand: one mechanism at a time.
#include <gtest/gtest.h>

#include "listed_traffic.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

constexpr Int128 kSecond = 1'000'000'000;

std::vector<Row> rows(std::initializer_list<double> at) {
  std::vector<Row> list;
  for (const double t : at) {
    Row row;
    row.at_s = t;
    list.push_back(row);
  }
  return list;
}

/// Cold starts take 2 s, requests 4 s.
PoolPlan pool() {
  PoolPlan plan;
  plan.keep_alive = 100s;
  plan.cold_start = {{"init", LoadAt::kInit, Distribution::constant(2s), 0ns}};
  plan.metering = {.granularity = 1s};
  plan.memory = Megabytes(1);
  return plan;
}

DeploymentResult serve(const PoolPlan& plan, std::initializer_list<double> at, Horizon horizon) {
  return result_of_rows(rows(at), on(plan, taking(Distribution::constant(4s))), horizon);
}

TEST(Noise, StretchesCpuTimeInEveryPool) {
  DeploymentPlan plain = on(pool(), taking(Distribution::constant(4s)));
  plain.noise.per_request = Distribution::constant(1500ms);  // 1.5
  EXPECT_EQ(result_of_rows(rows({0.0, 50.0}), plain).execution.sum_ns, 12 * kSecond);
  DeploymentPlan unlike = plain;
  unlike.noise.per_instance = Distribution::constant(2s);
  EXPECT_EQ(result_of_rows(rows({0.0, 50.0}), unlike).execution.sum_ns, 24 * kSecond);
  DeploymentPlan servers = on(ServerPlan{}, taking(Distribution::constant(4s)));
  servers.noise.per_request = Distribution::constant(1500ms);
  EXPECT_EQ(result_of_rows(rows({0.0}), servers).execution.sum_ns, 6 * kSecond);
  plain.work.is_final = true;
  EXPECT_EQ(result_of_rows(rows({0.0, 50.0}), plain).execution.sum_ns, 8 * kSecond);
}

TEST(Noise, LeavesTheMeanWhereItsLawHasMeanOne) {
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(1, 100ms, 20'000s);
  plan.deployments = {on(pool(), taking(Distribution::constant(1s)))};
  plan.deployments[0].noise.per_request = Distribution::lognormal(1s, 0.3);
  const DeploymentResult r = run(plan).deployments[0];
  // 200 000 draws of deviation 0.3: the standard error is 0.0007.
  EXPECT_NEAR(
      static_cast<double>(r.execution.sum_ns) / static_cast<double>(r.execution.count) * 1e-9, 1.0,
      0.003);
}

TEST(Parallel, FollowsAmdahl) {
  Work work = taking(Distribution::constant(4s));
  work.handler = 1s;
  work.parallel_fraction = 0.75;
  work.threads = 3;  // 1/4 + 3/4 / 3
  EXPECT_EQ(result_of_rows(rows({0.0}), on(pool(), work)).execution.sum_ns, 3 * kSecond);
}

TEST(Warm, ProvisionedFirstThenTheOthers) {
  PoolPlan plan = pool();
  plan.warm = WarmCapacity{.instances = 1, .provisioned = true};
  const DeploymentResult r = serve(plan, {0.0, 1.0, 10.0}, until(30s));
  EXPECT_EQ(r.cold_starts, 1U);  // the one at 1 s spills over
  EXPECT_EQ(r.usage[Meter::kProvisionedMemoryTime], 30 * kSecond);
  EXPECT_EQ(r.usage[Meter::kProvisionedExecution], 8 * kSecond);
  EXPECT_EQ(r.usage[Meter::kMemoryTime], 4 * kSecond);
  EXPECT_EQ(r.usage[Meter::kRequests], 3);
  EXPECT_EQ(r.usage[Meter::kIdleMemoryTime], 0);
}

TEST(Warm, FollowsItsSchedule) {
  PoolPlan plan = pool();
  plan.keep_alive = 200s;
  plan.warm = WarmCapacity{.instances = 0,
                           .schedule = {{10s, 2}, {20s, 0}},
                           .repeats = 100s,
                           .lead = 3s,
                           .provisioned = true,
                           .configured_step = 15s};
  // At 12 s none is ready yet; from 13 s on both are; at 119 s again; that at 119.5 s drains.
  const DeploymentResult r = serve(plan, {12.0, 14.0, 15.0, 119.5, 121.0}, until(150s));
  EXPECT_EQ(r.cold_starts, 1U);
  EXPECT_EQ(r.usage[Meter::kProvisionedMemoryTime], 2 * 2 * 15 * kSecond);
  EXPECT_EQ(r.usage[Meter::kProvisionedExecution], 3 * 4 * kSecond);
}

TEST(Warm, MinimumInstancesAreBilledWhileIdle) {
  PoolPlan plan = pool();
  plan.warm = WarmCapacity{.instances = 2, .provisioned = false};
  const DeploymentResult r = serve(plan, {0.0, 10.0}, until(20s));
  EXPECT_EQ(r.cold_starts, 0U);
  EXPECT_EQ(r.usage[Meter::kIdleMemoryTime], (2 * 20 - 8) * kSecond);
  EXPECT_EQ(r.usage[Meter::kMemoryTime], 8 * kSecond);
  EXPECT_EQ(r.usage[Meter::kProvisionedMemoryTime], 0);
}

TEST(Warm, TracksItsTarget) {
  PoolPlan plan = pool();
  plan.warm = WarmCapacity{
      .instances = 1,
      .tracking = TargetTracking{.target = 0.5, .period = 10s, .minimum = 1, .maximum = 8}};
  // 4 s of use in [0, 10): 0.4 / 0.5 -> 1; 8 s in [10, 20): 0.8 / 0.5 -> 2; none after: 1.
  const DeploymentResult r = serve(plan, {1.0, 11.0, 15.5}, until(40s));
  EXPECT_EQ(r.usage[Meter::kProvisionedMemoryTime], (20 + 2 * 10 + 10) * kSecond);
}

TEST(Knative, StartsFromNothingAndGoesBack) {
  PoolPlan plan = pool();
  plan.scaling.rule = ScalingRule::kKnative;
  plan.scaling.target = 1.0;
  // At 1 s one starts, ready at 3 s; the request runs until 7 s. No request from 7 s on, so the
  // average over 60 s is nought from 68 s on; 30 s later the last one goes.
  const DeploymentResult r = serve(plan, {1.0}, until(200s));
  EXPECT_EQ(r.latency.sum_ns, 6 * kSecond);
  EXPECT_EQ(r.wait.sum_ns, 2 * kSecond);
  EXPECT_EQ(r.cold_starts, 0U);
  EXPECT_EQ(r.cold_affected, 1U);
  EXPECT_EQ(r.own_starts, 1U);
  EXPECT_EQ(r.instances.live_ns, 97 * kSecond);
}

TEST(Histogram, StartsAheadOfTheNextRequest) {
  PoolPlan plan = pool();
  plan.keep_alive = 5s;
  plan.keep_alive_rule = KeepAliveRule::kHistogram;
  plan.idle_histogram = {.bin = 10s, .bins = 30, .margin = 0.0, .least_cv = 0.0, .fewest = 2};
  // Idle for 94 s each time: after the third request (the second idle time is known) an instance
  // goes at once, and another is ready from 92 s after its end on.
  const DeploymentResult r = serve(plan, {0.0, 100.0, 200.0, 298.0}, until(310s));
  EXPECT_EQ(r.cold_starts, 3U);
  EXPECT_EQ(r.own_starts, 1U);
  EXPECT_EQ(r.latency.sum_ns, (6 + 6 + 6 + 4) * kSecond);
}

TEST(Reserved, SetsConcurrencyAside) {
  PoolPlan plan = pool();
  plan.account_concurrency = 3;
  plan.reserved = {{0, 2}};
  std::vector<Row> list;
  for (const std::uint32_t function : {0U, 0U, 0U, 1U, 1U}) {
    Row row;
    row.at_s = static_cast<double>(list.size()) * 0.1;
    row.function = function;
    list.push_back(row);
  }
  const DeploymentResult r = result_of_rows(list, on(plan, taking(Distribution::constant(4s))));
  EXPECT_EQ(r.throttled, 2U);  // the third of function 0, the second of function 1
  EXPECT_EQ(r.functions[0].cold_starts, 2U);
  EXPECT_EQ(r.functions[1].cold_starts, 1U);
}

}  // namespace
}  // namespace faascast
