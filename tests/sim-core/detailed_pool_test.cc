// Concurrency, keep-alive laws and limits by hand: times in seconds, one mechanism at a time.
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

/// Cold starts take 2 s, requests 4 s when alone.
PoolPlan pool(std::uint32_t concurrency, std::int64_t vcpus = 0) {
  PoolPlan plan;
  plan.keep_alive = 100s;
  plan.concurrency = concurrency;
  plan.vcpu_share = MilliVcpu(1000 * vcpus);
  plan.cold_start = {{"init", LoadAt::kInit, Distribution::constant(2s), 0ns}};
  plan.metering = {.granularity = 1s, .bills_init = true};
  plan.memory = Megabytes(1);
  return plan;
}

DeploymentResult serve(const PoolPlan& plan, std::initializer_list<double> at) {
  return result_of_rows(rows(at), on(plan, taking(Distribution::constant(4s))), kDrained);
}

TEST(Concurrency, WhoJoinsAStartingInstanceWaitsForIt) {
  const DeploymentResult r = serve(pool(2), {0.0, 1.0, 1.5});  // the third starts another one
  EXPECT_EQ(r.cold_starts, 2U);
  EXPECT_EQ(r.cold_affected, 3U);
  EXPECT_EQ(r.latency.sum_ns, (6 + 5 + 6) * kSecond);
  EXPECT_EQ(r.wait.sum_ns, kSecond);
  EXPECT_EQ(r.contention_ns, 0);
}

TEST(Concurrency, RequestsShareTheCpus) {
  // Ready at 2; the first alone until 4, then both at half speed until 8; then the second alone.
  const DeploymentResult r = serve(pool(10, 1), {0.0, 4.0});
  EXPECT_EQ(r.latency.sum_ns, (8 + 6) * kSecond);
  EXPECT_EQ(r.contention_ns, 4 * kSecond);
  EXPECT_EQ(r.execution.sum_ns, 8 * kSecond);
  EXPECT_EQ(r.instances.busy_ns, 10 * kSecond);
}

TEST(Concurrency, TheTimeoutIsOfElapsedTime) {
  PoolPlan plan = pool(10, 1);
  plan.timeout = 5s;
  // Half speed from 4 on: the first has 3.5 s of its 4 at 7, the second 3.5 s at 9.
  EXPECT_EQ(serve(plan, {0.0, 4.0}).timed_out, 2U);
  // From 5 on: both are done in their timeout's instant.
  const DeploymentResult r = serve(plan, {0.0, 5.0});
  EXPECT_EQ(r.completed, 2U);
  EXPECT_EQ(r.latency.sum_ns, (7 + 5) * kSecond);
}

TEST(Concurrency, OverlapIsBilledOnceOrByRequest) {
  PoolPlan plan = pool(10);
  const auto billed = [&](Metering::Basis basis) {
    plan.metering.basis = basis;
    const DeploymentResult r = serve(plan, {0.0, 3.0, 50.0});
    EXPECT_EQ(r.usage[Meter::kRequests], 3);
    return r.usage[Meter::kMemoryTime];
  };
  EXPECT_EQ(billed(Metering::Basis::kPerRequest), (6 + 4 + 4) * kSecond);
  EXPECT_EQ(billed(Metering::Basis::kPerActiveInstance), (7 + 4) * kSecond);
}

TEST(KeepAlive, HalvesThePool) {
  PoolPlan plan = pool(1);
  plan.keep_alive = 100s;
  plan.keep_alive_rule = KeepAliveRule::kHalving;
  // Eight idle from 6 on: four go at 106, two at 206, one at 306 and one at 406.
  const DeploymentResult r = serve(plan, {0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(r.instances.live_ns, (8 * 6 + 8 * 100 + 4 * 100 + 2 * 100 + 100) * kSecond);
}

TEST(KeepAlive, MayBeDrawn) {
  PoolPlan plan = pool(1);
  plan.keep_alive_rule = KeepAliveRule::kDrawn;
  plan.idle_life = Distribution::constant(10s);
  EXPECT_EQ(serve(plan, {0.0, 15.0}).cold_starts, 1U);
  EXPECT_EQ(serve(plan, {0.0, 16.0}).cold_starts, 2U);
}

TEST(MaximumLife, EndsIdleInstancesAndDrainsBusyOnes) {
  PoolPlan plan = pool(1);
  plan.maximum_life = 5s;
  const DeploymentResult r = serve(plan, {0.0, 6.0});  // busy until 6, gone then
  EXPECT_EQ(r.cold_starts, 2U);
  EXPECT_EQ(r.instances.live_ns, 12 * kSecond);
}

TEST(ScaleOut, TakesATokenAnInstance) {
  PoolPlan plan = pool(1);
  plan.scale_out = {.burst = 1, .instances = 1, .period = 3s};
  EXPECT_EQ(serve(plan, {0.0, 0.0, 3.0}).throttled, 1U);
  plan.at_limit = AtLimit::kQueue;  // the second starts an instance at 3, the third gets the first
  const DeploymentResult r = serve(plan, {0.0, 0.0, 3.0});
  EXPECT_EQ(r.cold_starts, 2U);
  EXPECT_EQ(r.wait.sum_ns, (3 + 3) * kSecond);
}

TEST(Queue, HasRoomAndPatience) {
  PoolPlan plan = pool(1);
  plan.max_instances = 1;
  plan.at_limit = AtLimit::kQueue;
  plan.queue_limit = 1;
  plan.patience = Distribution::constant(5s);
  const DeploymentResult r = serve(plan, {0.0, 0.5, 0.75, 1.0, 1.0 + 5.5});
  // 0.5 gives up at 5.5; 0.75 and 1 find the queue full; the last one is served from 6.5.
  EXPECT_EQ(r.abandoned, 1U);
  EXPECT_EQ(r.timed_out, 1U);
  EXPECT_EQ(r.throttled, 2U);
  EXPECT_EQ(r.completed, 2U);
}

TEST(Retry, BacksOffAndGivesUp) {
  PoolPlan plan = pool(1);
  plan.max_instances = 1;
  plan.retry = {.most = 2, .delay = Distribution::constant(1s), .factor = 2};
  DeploymentResult r = serve(plan, {0.0, 0.5});  // again at 1.5 and 3.5, in vain
  EXPECT_EQ(r.retries, 2U);
  EXPECT_EQ(r.throttled, 1U);
  plan.retry.most = 3;  // and at 7.5
  r = serve(plan, {0.0, 0.5});
  EXPECT_EQ(r.retries, 3U);
  EXPECT_EQ(r.completed, 2U);
  EXPECT_EQ(r.latency.max_ns, 11 * kSecond);
}

TEST(InitFailure, FailsWhoWaitsForTheInstance) {
  PoolPlan plan = pool(2);
  plan.init_failure = 1.0;
  const DeploymentResult r = serve(plan, {0.0, 1.0});
  EXPECT_EQ(r.failed, 2U);
  EXPECT_EQ(r.cold_starts, 1U);
  EXPECT_EQ(r.cold_affected, 2U);
  EXPECT_EQ(r.usage[Meter::kMemoryTime], 2 * kSecond);  // INIT
  EXPECT_EQ(r.instances.live_ns, 2 * kSecond);
}

TEST(AccountLimit, IsSharedByAllFunctions) {
  std::vector<Row> list = rows({0.0, 1.0, 5.0});
  list[1].function = 1;
  list[2].function = 2;
  PoolPlan plan = pool(1);
  plan.account_concurrency = 1;
  for (const bool independent : {false, true}) {
    Plan all;
    all.traffic = std::make_shared<ListedTraffic>(list, independent);
    all.deployments = {on(plan, taking(Distribution::constant(2s)))};
    const DeploymentResult r = run(all).deployments[0];
    EXPECT_EQ(r.throttled, 1U);
    EXPECT_EQ(r.completed, 2U);
  }
}

TEST(Peak, DoesNotCountWhatLivesForNoTime) {
  PoolPlan plan;  // no keep-alive, no cold start
  const auto peak = [&](Duration service, Duration end) {
    return result_of_rows(rows({1.0, 1.0, 2.0}), on(plan, taking(Distribution::constant(service))),
                          until(end))
        .instances.peak;
  };
  EXPECT_EQ(peak(0s, 10s), 0U);
  EXPECT_EQ(peak(1s, 10s), 2U);
  EXPECT_EQ(peak(5s, 10s), 3U);
  EXPECT_EQ(peak(5s, 2s), 2U);
}

}  // namespace
}  // namespace faascast
