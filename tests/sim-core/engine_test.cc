#include "sim-core/engine.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

#include "listed_traffic.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

Plan long_plan() {
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(3, 1ms, 1h * 24 * 365);
  PoolPlan queueing;
  queueing.max_instances = 1;
  queueing.at_limit = AtLimit::kQueue;
  plan.deployments = {on(PoolPlan{}, taking(Distribution::exponential(100ms))),
                      on(queueing, taking(Distribution::exponential(100ms)))};
  return plan;
}

TEST(Monitor, StopsARun) {
  int calls = 0;
  std::uint64_t seen = 0;
  RunOptions options;
  options.monitor = [&](const Progress& progress) {
    seen = progress.requests;
    EXPECT_GT(progress.expected_requests, progress.requests);
    return ++calls < 3;
  };
  const RunResult result = run(long_plan(), options);
  EXPECT_TRUE(result.interrupted);
  EXPECT_GE(calls, 3);
  EXPECT_GT(seen, 0U);
  for (const DeploymentResult& r : result.deployments) {
    EXPECT_EQ(r.requests, r.completed + r.throttled + r.timed_out + r.failed + r.in_flight);
  }
  EXPECT_EQ(result.deployments[0].in_flight, 0U);
  EXPECT_GT(result.deployments[1].in_flight, 0U);  // still in the queue
}

TEST(Monitor, MayThrow) {
  RunOptions options;
  options.monitor = [](const Progress&) -> bool { throw std::runtime_error("enough"); };
  EXPECT_THROW(run(long_plan(), options), std::runtime_error);
}

TEST(Monitor, IsCalledAtMostTwentyTimesASecond) {
  int calls = 0;
  const auto begin = std::chrono::steady_clock::now();
  RunOptions options;
  options.monitor = [&](const Progress&) { return ++calls < 5; };
  EXPECT_TRUE(run(long_plan(), options).interrupted);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 240ms);
}

TEST(Monitor, DoesNotChangeTheResult) {
  Plan plan = long_plan();
  plan.horizon = until(60s);
  RunOptions options;
  const std::uint64_t without = run(plan, options).fingerprint;
  options.monitor = [](const Progress&) { return true; };
  EXPECT_EQ(run(plan, options).fingerprint, without);
}

TEST(Run, SeedsAndReplicationsDiffer) {
  Plan plan = long_plan();
  plan.horizon = until(10s);
  const std::uint64_t base = run(plan).fingerprint;
  EXPECT_EQ(run(plan).fingerprint, base);
  EXPECT_NE(run(plan, {.seed = {2, 0}}).fingerprint, base);
  EXPECT_NE(run(plan, {.seed = {1, 1}}).fingerprint, base);
}

TEST(Run, DeploymentsSeeTheSameWork) {
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(2, 10ms, 100s);
  PoolPlan small;
  small.keep_alive = 1s;
  PoolPlan large;
  large.keep_alive = 1h;
  ServerPlan fleet;
  fleet.replicas = 100;
  const Work work = taking(Distribution::lognormal(50ms, 2.0));
  plan.deployments = {on(small, work), on(large, work), on(fleet, work)};
  const RunResult r = run(plan);
  EXPECT_EQ(r.deployments[0].execution.sum_ns, r.deployments[1].execution.sum_ns);
  EXPECT_EQ(r.deployments[0].execution.sum_ns, r.deployments[2].execution.sum_ns);
  EXPECT_EQ(r.deployments[0].requests, r.deployments[2].requests);
  EXPECT_GT(r.deployments[0].cold_starts, r.deployments[1].cold_starts);
}

TEST(Run, ReadsNothingFromTheHorizonOn) {
  std::vector<Row> rows(4);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].at_s = static_cast<double>(i);
  const RunResult result = run(replay_of(rows, on(PoolPlan{}), until(2s)));
  EXPECT_EQ(result.deployments[0].requests, 2U);
  EXPECT_EQ(result.last_arrival, Instant(1s));
  EXPECT_EQ(result.horizon, Instant(2s));
}

TEST(Run, WithoutDeploymentsIsEmpty) {
  Plan plan = long_plan();
  plan.deployments.clear();
  plan.horizon = until(1s);
  EXPECT_TRUE(run(plan).deployments.empty());
}

TEST(Peak, OfSeveralFunctionsIsThatOfTheirSum) {
  // Function 0 lives 0-3, function 1 lives 3-6, function 2 lives 1-5: two at once, never three.
  std::vector<Row> rows(3);
  rows[0].execution_s = 3.0;
  rows[1] = rows[0];
  rows[1].at_s = 1.0;
  rows[1].execution_s = 4.0;
  rows[1].function = 2;
  rows[2] = rows[0];
  rows[2].at_s = 3.0;
  rows[2].function = 1;
  for (const bool independent : {false, true}) {
    Plan plan;
    plan.traffic = std::make_shared<ListedTraffic>(rows, independent);
    plan.deployments = {on(PoolPlan{})};
    const DeploymentResult r = run(plan).deployments[0];
    EXPECT_EQ(r.instances.peak, 2U);
    EXPECT_EQ(r.functions.size(), 3U);
    EXPECT_EQ(r.functions[2].latency_max_ns, 4'000'000'000);
    plan.warm_up = Instant(2s);
    plan.horizon = until(3s);
    EXPECT_EQ(run(plan).deployments[0].instances.peak, 2U);
    plan.warm_up = Instant(5s);
    plan.horizon = until(6s);
    EXPECT_EQ(run(plan).deployments[0].instances.peak, 1U);
  }
}

TEST(Minimum, IsPerFunctionAndEverySideOfTheGearsKnowsIt) {
  std::vector<Row> rows(1);
  rows[0].function = 2;
  rows[0].execution_s = 1.0;
  PoolPlan pool;
  pool.minimum_instances = 2;
  for (const bool independent : {false, true}) {
    Plan plan;
    plan.traffic = std::make_shared<ListedTraffic>(rows, independent);
    plan.deployments = {on(pool)};
    plan.horizon = until(10s);
    const DeploymentResult r = run(plan).deployments[0];
    EXPECT_EQ(r.instances.live_ns, Int128{60'000'000'000});
    EXPECT_EQ(r.instances.peak, 6U);
  }
}

}  // namespace
}  // namespace faascast
