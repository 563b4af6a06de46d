// The same bits from both gears, any number of threads, and the fast and the plain pool.
#include <gtest/gtest.h>

#include "listed_traffic.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

void expect_equal(const DeploymentResult& a, const DeploymentResult& b, const char* what) {
  EXPECT_EQ(a.fingerprint, b.fingerprint) << what;
  EXPECT_EQ(a.requests, b.requests) << what;
  EXPECT_EQ(a.completed, b.completed) << what;
  EXPECT_EQ(a.throttled, b.throttled) << what;
  EXPECT_EQ(a.timed_out, b.timed_out) << what;
  EXPECT_EQ(a.in_flight, b.in_flight) << what;
  EXPECT_EQ(a.cold_starts, b.cold_starts) << what;
  const auto same = [&](const DurationSummary& x, const DurationSummary& y) {
    EXPECT_EQ(x.count, y.count) << what;
    EXPECT_EQ(x.sum_ns, y.sum_ns) << what;
    EXPECT_EQ(x.max_ns, y.max_ns) << what;
    EXPECT_EQ(x.negative_sum_ns, y.negative_sum_ns) << what;
    EXPECT_EQ(x.histogram.buckets(), y.histogram.buckets()) << what;
  };
  same(a.latency, b.latency);
  same(a.execution, b.execution);
  same(a.cold_start, b.cold_start);
  same(a.wait, b.wait);
  EXPECT_EQ(a.instances.live_ns, b.instances.live_ns) << what;
  EXPECT_EQ(a.instances.busy_ns, b.instances.busy_ns) << what;
  EXPECT_EQ(a.instances.peak, b.instances.peak) << what;
  EXPECT_EQ(a.instances.expired, b.instances.expired) << what;
  EXPECT_EQ(a.instances.mean, b.instances.mean) << what;
  EXPECT_EQ(a.usage, b.usage) << what;
  ASSERT_EQ(a.functions.size(), b.functions.size()) << what;
  for (std::size_t f = 0; f < a.functions.size(); ++f) {
    EXPECT_EQ(a.functions[f].requests, b.functions[f].requests) << what;
    EXPECT_EQ(a.functions[f].cold_starts, b.functions[f].cold_starts) << what;
    EXPECT_EQ(a.functions[f].latency_sum_ns, b.functions[f].latency_sum_ns) << what;
    EXPECT_EQ(a.functions[f].latency_max_ns, b.functions[f].latency_max_ns) << what;
  }
}

void expect_equal(const RunResult& a, const RunResult& b, const char* what) {
  EXPECT_EQ(a.fingerprint, b.fingerprint) << what;
  EXPECT_EQ(a.horizon, b.horizon) << what;
  EXPECT_EQ(a.last_arrival, b.last_arrival) << what;
  ASSERT_EQ(a.deployments.size(), b.deployments.size());
  for (std::size_t d = 0; d < a.deployments.size(); ++d) {
    expect_equal(a.deployments[d], b.deployments[d], what);
  }
}

PoolPlan rich_pool() {
  PoolPlan pool;
  pool.keep_alive = 2s;
  pool.cold_start = {{"placement", LoadAt::kPlacement, Distribution::exponential(50ms), 0ns},
                     {"import", LoadAt::kInit, Distribution::lognormal(100ms, 1.0), 20ms},
                     {"weights", LoadAt::kHandler, Distribution::exponential(10ms), 30ms}};
  pool.cpu = {20ms, 7ms};
  pool.init_limit = 250ms;
  pool.metering = {.granularity = 1ms, .minimum = 5ms, .bills_init = true};
  pool.memory = Megabytes(700);
  pool.vcpu = MilliVcpu(300);
  return pool;
}

/// Several kinds of deployments over several functions.
Plan rich_plan(std::uint32_t functions) {
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(functions, 60ms, 200s);
  Work work = taking(Distribution::lognormal(80ms, 1.5));
  work.handler = 3ms;
  const auto add = [&](PoolPlan pool) {
    plan.deployments.push_back(on(std::move(pool), work));
    plan.deployments.back().network = Distribution::exponential(4ms);
  };
  add(rich_pool());
  PoolPlan tight = rich_pool();
  tight.max_instances = 3;
  tight.minimum_instances = 2;
  tight.timeout = 400ms;
  add(tight);
  tight.at_limit = AtLimit::kQueue;
  add(tight);
  for (int i = 1; i < 5; ++i) {
    PoolPlan pool = rich_pool();
    pool.reuse_order = static_cast<ReuseOrder>(i);
    pool.minimum_instances = 1;
    pool.max_instances = 9;
    add(pool);
  }
  ServerPlan fleet;
  fleet.replicas = functions;
  fleet.workers_per_replica = 4;
  fleet.queue_limit = 10;
  plan.deployments.push_back(on(fleet, work));
  fleet.autoscale = Autoscale{.period = 5s, .boot_lag = 2s, .cooldown = 20s, .maximum = 50};
  plan.deployments.push_back(on(fleet, work));
  plan.warm_up = Instant(10s);
  return plan;
}

const Horizon kHorizons[] = {{}, kDrained, until(150s)};

TEST(Threads, DoNotChangeAResult) {
  for (const std::uint32_t functions : {1U, 4U, 9U}) {
    for (const Horizon& horizon : kHorizons) {
      Plan plan = rich_plan(functions);
      plan.horizon = horizon;
      const RunResult one = run(plan, {.seed = {3, 1}, .threads = 1});
      EXPECT_GT(one.deployments[1].throttled, 0U);
      EXPECT_GT(one.deployments[2].wait.max_ns, 0);
      expect_equal(one, run(plan, {.seed = {3, 1}, .threads = 2}), "2 threads");
      expect_equal(one, run(plan, {.seed = {3, 1}, .threads = 7}), "7 threads");
    }
  }
}

TEST(Gears, GiveTheSameResult) {
  for (const std::uint32_t functions : {1U, 6U}) {
    for (const Horizon& horizon : kHorizons) {
      Plan plan = rich_plan(functions);
      plan.horizon = horizon;
      const ReplaySeed seed{8, 2};
      const RunResult apart = run(plan, {.seed = seed});
      plan.traffic = as_merged(*plan.traffic, seed);
      expect_equal(apart, run(plan, {.seed = seed, .threads = 1}), "merged");
      expect_equal(apart, run(plan, {.seed = seed, .threads = 4}), "merged, 4 threads");
    }
  }
}

TEST(Pools, OfLevelsAndOfInstancesAgree) {
  for (const std::uint32_t functions : {1U, 4U}) {
    for (const Duration keep_alive : {Duration(0s), Duration(300ms), Duration(20s)}) {
      for (const std::uint32_t minimum : {0U, 3U}) {
        for (const Horizon& horizon : kHorizons) {
          Plan plan = rich_plan(functions);
          plan.horizon = horizon;
          PoolPlan pool = rich_pool();
          pool.keep_alive = keep_alive;
          pool.minimum_instances = minimum;
          plan.deployments.resize(1);
          plan.deployments[0].side = pool;
          const RunResult fast = run(plan);
          pool.max_instances = 1'000'000;
          pool.at_limit = AtLimit::kQueue;  // which is never needed
          plan.deployments[0].side = pool;
          expect_equal(fast, run(plan), "plain pool");
          EXPECT_GT(fast.deployments[0].cold_starts, 0U);
        }
      }
    }
  }
}

TEST(Pools, AgreeOnManyTies) {
  // Everything on a grid of one second: completions, expiries and arrivals fall together.
  std::vector<Row> rows;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const auto [when, what] = Stream(4, 0, Purpose::kSpread).words(i);
    Row row;
    row.at_s = static_cast<double>(i / 4 + when % 2);
    row.execution_s = static_cast<double>(what % 5);
    row.cold_s = static_cast<double>(what % 7);
    row.function = static_cast<std::uint32_t>(when % 3);
    rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return a.at_s != b.at_s ? a.at_s < b.at_s : a.function < b.function;
  });
  for (const Duration keep_alive : {Duration(0s), Duration(1s), Duration(3s)}) {
    PoolPlan pool;
    pool.keep_alive = keep_alive;
    pool.minimum_instances = 1;
    Plan plan;
    plan.warm_up = Instant(100s);
    plan.deployments = {on(pool)};
    plan.traffic = std::make_shared<ListedTraffic>(rows);
    const RunResult merged = run(plan);
    plan.traffic = std::make_shared<ListedTraffic>(rows, true);
    expect_equal(merged, run(plan), "gear");
    pool.max_instances = 1'000'000;
    pool.at_limit = AtLimit::kQueue;
    plan.deployments = {on(pool)};
    expect_equal(merged, run(plan), "plain pool");
  }
}

TEST(Blocks, OfAnySizeGiveTheSameResult) {
  std::vector<Row> rows(2000);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].at_s = static_cast<double>(i) * 0.05;
    rows[i].function = static_cast<std::uint32_t>(i % 3);
  }
  Plan plan = rich_plan(1);
  plan.traffic = std::make_shared<ListedTraffic>(rows, false, 1);
  const RunResult ones = run(plan);
  plan.traffic = std::make_shared<ListedTraffic>(rows, false, 512);
  expect_equal(ones, run(plan), "512");
}

}  // namespace
}  // namespace faascast
