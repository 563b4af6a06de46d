// Pools by hand, through run(): times in seconds, one instance's life at a time.
#include <gtest/gtest.h>

#include <vector>

#include "listed_traffic.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

constexpr Int128 kSecond = 1'000'000'000;

/// Every rule must hold in the fast pool and in the plain one.
enum class Kind { kLevels, kPlain };
class Pools : public testing::TestWithParam<Kind> {
 protected:
  PoolPlan pool(Duration keep_alive, Duration cold = 0s) const {
    PoolPlan plan;
    plan.keep_alive = keep_alive;
    if (cold > 0s) {
      plan.cold_start = {{"init", LoadAt::kInit, Distribution::constant(cold), 0ns}};
    }
    if (GetParam() == Kind::kPlain) {  // a queue that is never needed
      plan.max_instances = 1'000'000'000;
      plan.at_limit = AtLimit::kQueue;
    }
    return plan;
  }
  static std::vector<Row> rows(std::initializer_list<double> at) {
    std::vector<Row> list;
    for (const double t : at) {
      Row row;
      row.at_s = t;
      list.push_back(row);
    }
    return list;
  }
  static std::vector<Row> every(double period, int n) {
    std::vector<Row> list;
    for (int i = 0; i < n; ++i) {
      Row row;
      row.at_s = i * period;
      list.push_back(row);
    }
    return list;
  }
  static DeploymentPlan serving(PoolPlan plan, Duration service) {
    return on(std::move(plan), taking(Distribution::constant(service)));
  }
};
INSTANTIATE_TEST_SUITE_P(Both, Pools, testing::Values(Kind::kLevels, Kind::kPlain));

TEST_P(Pools, OneRequestLivesThroughItsKeepAlive) {
  const DeploymentResult r = result_of_rows(rows({1.0}), serving(pool(10s, 2s), 3s), kDrained);
  EXPECT_EQ(r.requests, 1U);
  EXPECT_EQ(r.completed, 1U);
  EXPECT_EQ(r.cold_starts, 1U);
  EXPECT_EQ(r.latency.sum_ns, 5 * kSecond);
  EXPECT_EQ(r.execution.sum_ns, 3 * kSecond);
  EXPECT_EQ(r.cold_start.sum_ns, 2 * kSecond);
  EXPECT_EQ(r.wait.count, 1U);
  EXPECT_EQ(r.wait.sum_ns, 0);
  EXPECT_EQ(r.instances.live_ns, 15 * kSecond);
  EXPECT_EQ(r.instances.busy_ns, 5 * kSecond);
  EXPECT_EQ(r.instances.peak, 1U);
  EXPECT_EQ(r.instances.expired, 0U);  // at 16 s, the horizon, which is not part of the window
  EXPECT_EQ(r.instances.mean, 15.0 / 16.0);
  EXPECT_EQ(r.instances.busy_mean, 5.0 / 16.0);
  EXPECT_EQ(r.instances.idle_mean, 10.0 / 16.0);
}

TEST_P(Pools, IdleForExactlyTheWindowIsExpired) {
  // Busy 0-3 (cold), idle from 3, expired at 13.
  const auto cold = [&](double second) {
    return result_of_rows(rows({0.0, second}), serving(pool(10s, 2s), 1s)).cold_starts;
  };
  EXPECT_EQ(cold(12.999999999), 1U);
  EXPECT_EQ(cold(13.0), 2U);
}

TEST_P(Pools, ACompletionComesBeforeAnArrivalAtOneInstant) {
  EXPECT_EQ(result_of_rows(rows({0.0, 1.0, 2.0}), serving(pool(10s), 1s)).cold_starts, 1U);
  EXPECT_EQ(result_of_rows(rows({0.0, 0.999999999}), serving(pool(10s), 1s)).cold_starts, 2U);
}

TEST_P(Pools, NoKeepAliveExpiresInTheCompletionsInstant) {
  const DeploymentResult r =
      result_of_rows(rows({0.0, 1.0, 2.0}), serving(pool(0s), 1s), until(10s));
  EXPECT_EQ(r.cold_starts, 3U);
  EXPECT_EQ(r.instances.live_ns, 3 * kSecond);
  EXPECT_EQ(r.instances.peak, 1U);
  EXPECT_EQ(r.instances.expired, 3U);
}

TEST_P(Pools, ServiceMayTakeNoTime) {
  const DeploymentResult r =
      result_of_rows(rows({0.0, 0.0, 5.0}), serving(pool(5s), 0s), until(20s));
  EXPECT_EQ(r.cold_starts, 2U);  // idle since 0, expired at 5, before the arrival
  EXPECT_EQ(r.instances.live_ns, 10 * kSecond);
  EXPECT_EQ(r.instances.busy_ns, 0);
}

TEST_P(Pools, DeterministicArrivalsAsInTheDefinition) {
  // Cold starts, most instances, instance-seconds until the last reclaim: replayed in exact
  // arithmetic elsewhere.
  struct Case {
    int n;
    double period;
    Duration service, cold, keep_alive;
    std::uint64_t cold_starts, peak;
    double live_s;
  };
  const Case cases[] = {
      {100, 10.0, 1s, 3s, 7500ms, 50, 1, 925.0}, {100, 10.0, 1s, 3s, 9500ms, 1, 1, 1000.5},
      {100, 10.0, 1s, 3s, 6s, 100, 1, 1000.0},   {1000, 1.0, 2500ms, 0s, 60s, 3, 3, 3178.5},
      {1000, 1.0, 3s, 0s, 60s, 3, 3, 3180.0},    {10000, 0.01, 2s, 5s, 600s, 700, 700, 443500.0},
      {50, 1.0, 400ms, 2s, 600ms, 50, 3, 150.0}};
  for (const Case& c : cases) {
    const DeploymentResult r = result_of_rows(
        every(c.period, c.n), serving(pool(c.keep_alive, c.cold), c.service), kDrained);
    EXPECT_EQ(r.cold_starts, c.cold_starts);
    EXPECT_EQ(r.instances.peak, c.peak);
    EXPECT_EQ(r.instances.live_ns, static_cast<Int128>(c.live_s * 1e9));
  }
}

TEST_P(Pools, TheWindowIsHalfOpenAndClipsEverything) {
  // Lives 0-2 busy, 2-7 idle, expired at 7; again 8-10 busy, 10-15 idle.
  Plan plan = replay_of(rows({0.0, 8.0}), serving(pool(5s), 2s), until(9s));
  plan.warm_up = Instant(1s);
  DeploymentResult r = run(plan).deployments[0];
  EXPECT_EQ(r.requests, 1U);
  EXPECT_EQ(r.completed, 1U);  // in flight at the horizon, runs to its end
  EXPECT_EQ(r.latency.sum_ns, 2 * kSecond);
  EXPECT_EQ(r.instances.live_ns, 7 * kSecond);  // 1-7 and 8-9
  EXPECT_EQ(r.instances.busy_ns, 2 * kSecond);  // 1-2 and 8-9
  EXPECT_EQ(r.instances.expired, 1U);
  EXPECT_EQ(r.usage[Meter::kRequests], 1);
  EXPECT_EQ(r.instances.mean, 7.0 / 8.0);
  plan.horizon = until(7s);
  r = run(plan).deployments[0];
  EXPECT_EQ(r.requests, 0U);
  EXPECT_EQ(r.instances.expired, 0U);
  EXPECT_EQ(r.instances.peak, 1U);  // it lived when the window opened
  plan.warm_up = Instant(7s);
  plan.horizon = until(8s);
  r = run(plan).deployments[0];
  EXPECT_EQ(r.instances.expired, 1U);
  EXPECT_EQ(r.instances.peak, 0U);
  EXPECT_EQ(r.instances.live_ns, 0);
}

TEST_P(Pools, TheLastCompletionEndsARunByDefault) {
  const Plan plan = replay_of(rows({0.0, 4.0}), serving(pool(3s), 1s));
  const RunResult result = run(plan);
  EXPECT_EQ(result.horizon, Instant(5s));
  EXPECT_EQ(result.last_arrival, Instant(4s));
  EXPECT_FALSE(result.interrupted);
  const DeploymentResult& r = result.deployments[0];
  EXPECT_EQ(r.cold_starts, 2U);
  EXPECT_EQ(r.instances.expired, 1U);           // at 4
  EXPECT_EQ(r.instances.live_ns, 5 * kSecond);  // 0-4, 4-5
}

TEST_P(Pools, AWarmUpAfterTheEndLeavesNothing) {
  Plan plan = replay_of(rows({0.0, 4.0}), serving(pool(3s), 1s));
  plan.warm_up = Instant(100s);
  const DeploymentResult r = run(plan).deployments[0];
  EXPECT_EQ(r.requests, 0U);
  EXPECT_EQ(r.instances.live_ns, 0);
  EXPECT_EQ(r.instances.busy_ns, 0);
  EXPECT_EQ(r.instances.peak, 0U);
  EXPECT_EQ(r.instances.mean, 0.0);
}

TEST_P(Pools, MinimumInstancesAreReadyAndNeverExpire) {
  PoolPlan plan = pool(2s, 1s);
  plan.minimum_instances = 2;
  plan.memory = Megabytes(10);
  plan.vcpu = MilliVcpu(500);
  // Three at once at 10: two warm (10-11), one cold (10-12) that leaves a third, gone 14 s at last.
  const DeploymentResult r =
      result_of_rows(rows({10.0, 10.0, 10.0}), serving(plan, 1s), until(20s));
  EXPECT_EQ(r.cold_starts, 1U);
  EXPECT_EQ(r.instances.peak, 3U);
  EXPECT_EQ(r.instances.expired, 1U);
  // N is 3 in 10-11 and 1 in 11-12, so of two reserved 2 and then 1 are busy; the third level
  // falls idle at 11 and expires at 13.
  EXPECT_EQ(r.instances.live_ns, (2 * 20 + 3) * kSecond);
  EXPECT_EQ(r.usage[Meter::kIdleMemoryTime], (2 * 20 - 3) * kSecond * 10);
  EXPECT_EQ(r.usage[Meter::kIdleVcpuTime], (2 * 20 - 3) * kSecond * 500);
}

TEST_P(Pools, MinimumInstancesLiveWithoutAnyRequest) {
  PoolPlan plan = pool(2s, 1s);
  plan.minimum_instances = 3;
  Plan replay = replay_of({}, serving(plan, 1s), until(20s));
  replay.warm_up = Instant(5s);
  const DeploymentResult r = run(replay).deployments[0];
  EXPECT_EQ(r.instances.live_ns, 45 * kSecond);
  EXPECT_EQ(r.instances.peak, 3U);
  EXPECT_EQ(r.instances.idle_mean, 3.0);
}

TEST_P(Pools, KeptForEver) {
  const DeploymentResult r =
      result_of_rows(rows({0.0, 1000.0}), serving(pool(Duration::max()), 1s), kDrained);
  EXPECT_EQ(r.cold_starts, 1U);
  EXPECT_EQ(r.instances.expired, 0U);
  EXPECT_EQ(r.instances.live_ns, 1001 * kSecond);
}

TEST_P(Pools, AnEmptyTraceIsNothing) {
  const Plan plan = replay_of({}, serving(pool(1s), 1s));
  const RunResult result = run(plan);
  EXPECT_EQ(result.deployments[0].requests, 0U);
  EXPECT_EQ(result.deployments[0].latency.mean_s(), std::nullopt);
  EXPECT_EQ(result.horizon, Instant(0s));
}

// --- one pool only ---

std::vector<Row> at(std::initializer_list<double> instants) {
  std::vector<Row> list;
  for (const double t : instants) {
    Row row;
    row.at_s = t;
    list.push_back(row);
  }
  return list;
}

TEST(Limit, RejectsWhenAllAreBusy) {
  PoolPlan pool;
  pool.keep_alive = 10s;
  pool.max_instances = 2;
  const DeploymentResult r =
      result_of_rows(at({0.0, 0.1, 0.2, 1.0}), on(pool, taking(Distribution::constant(1s))));
  EXPECT_EQ(r.requests, 4U);
  EXPECT_EQ(r.throttled, 1U);
  EXPECT_EQ(r.completed, 3U);
  EXPECT_EQ(r.cold_starts, 2U);
  EXPECT_EQ(r.latency.count, 3U);
  EXPECT_EQ(r.usage[Meter::kRequests], 3);
  EXPECT_EQ(r.usage[Meter::kConnections], 4);
  EXPECT_EQ(r.functions.at(0).requests, 4U);
}

TEST(Limit, OfZeroTurnsEverybodyAway) {
  for (const AtLimit policy : {AtLimit::kReject, AtLimit::kQueue}) {
    PoolPlan pool;
    pool.max_instances = 0;
    pool.at_limit = policy;
    EXPECT_EQ(result_of_rows(at({0.0, 0.1}), on(pool)).throttled, 2U);
  }
}

TEST(Queue, IsServedInOrderWhereAnInstanceFallsFree) {
  PoolPlan pool;
  pool.keep_alive = 10s;
  pool.max_instances = 1;
  pool.at_limit = AtLimit::kQueue;
  pool.cold_start = {{"init", LoadAt::kInit, Distribution::constant(2s), 0ns}};
  // Cold 0-3; queued: 3-4, 4-5; the last arrives when it is idle.
  const DeploymentResult r = result_of_rows(at({0.0, 1.0, 2.0, 5.5}),
                                            on(pool, taking(Distribution::constant(1s))), kDrained);
  EXPECT_EQ(r.completed, 4U);
  EXPECT_EQ(r.cold_starts, 1U);
  EXPECT_EQ(r.wait.count, 4U);
  EXPECT_EQ(r.wait.sum_ns, 4 * kSecond);
  EXPECT_EQ(r.wait.max_ns, static_cast<std::int64_t>(2 * kSecond));
  EXPECT_EQ(r.latency.sum_ns, (3 + 3 + 3 + 1) * kSecond);
  EXPECT_EQ(r.instances.busy_ns, 6 * kSecond);
  EXPECT_EQ(r.instances.live_ns, 16 * kSecond + kSecond / 2);  // 0-6.5 and 10 idle
  EXPECT_EQ(r.instances.peak, 1U);
}

/// Three instances A, B, C (in order of creation) fall idle at 3, 2 and 4; one request at 5 takes
/// one of them until 6; then each idles 10 s. The last expiry and the sum of lives tell which.
DeploymentResult with(ReuseOrder order) {
  PoolPlan pool;
  pool.keep_alive = 10s;
  pool.reuse_order = order;
  std::vector<Row> rows = at({0.0, 0.0, 0.0, 5.0, 13.5});
  rows[0].execution_s = 3.0;
  rows[1].execution_s = 2.0;
  rows[2].execution_s = 4.0;
  rows[3].execution_s = 1.0;
  rows[4].execution_s = 1.0;
  return result_of_rows(rows, on(pool), kDrained);
}

TEST(ReuseOrders, ChooseTheirInstance) {
  // Without the request at 13.5: idle since (A, B, C) = (3, 2, 4), one of them since 6 instead.
  // Lives end at 12, 13, 14, 16; the request at 13.5 keeps one of what lives then until 24.5.
  // MRU: C is used at 5 (idle 6), A gone 13, B gone 12, C used at 13.5.
  EXPECT_EQ(with(ReuseOrder::kMostRecentlyIdle).instances.live_ns,
            (12 + 13) * kSecond + 24 * kSecond + kSecond / 2);
  // LRU: B is used at 5 (idle 6); A gone 13; at 13.5 C (idle for longer) is used, B gone at 16.
  EXPECT_EQ(with(ReuseOrder::kLeastRecentlyUsed).instances.live_ns,
            (13 + 16) * kSecond + 24 * kSecond + kSecond / 2);
  // Newest: C at 5 and at 13.5.
  EXPECT_EQ(with(ReuseOrder::kNewestFirst).instances.live_ns,
            (12 + 13) * kSecond + 24 * kSecond + kSecond / 2);
  // Oldest: A at 5 (idle 6); B gone 12; at 13.5 A again; C gone 14.
  EXPECT_EQ(with(ReuseOrder::kOldestFirst).instances.live_ns,
            (12 + 14) * kSecond + 24 * kSecond + kSecond / 2);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(with(static_cast<ReuseOrder>(i)).cold_starts, 3U);
    EXPECT_EQ(with(static_cast<ReuseOrder>(i)).instances.peak, 3U);
  }
}

TEST(ReuseOrders, RandomTakesTheDrawnNumberInOrderOfCreation) {
  const double u = Stream(1, 0, Purpose::kReuse).uniform(3);
  const auto first = static_cast<int>(u * 3);  // of A, B, C at 5
  double idle_since[] = {3, 2, 4};
  idle_since[first] = 6;
  std::vector<int> alive;
  double sum = 0.0;
  for (int i = 0; i < 3; ++i) {
    if (idle_since[i] + 10 <= 13.5) {
      sum += idle_since[i] + 10;
    } else {
      alive.push_back(i);
    }
  }
  const double v = Stream(1, 0, Purpose::kReuse).uniform(4);
  const int second = alive[static_cast<std::size_t>(v * static_cast<double>(alive.size()))];
  for (const int i : alive) sum += i == second ? 24.5 : idle_since[i] + 10;
  EXPECT_EQ(with(ReuseOrder::kRandom).instances.live_ns, static_cast<Int128>(sum * 1e9));
}

}  // namespace
}  // namespace faascast
