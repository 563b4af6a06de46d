#include <gtest/gtest.h>

#include "listed_traffic.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

constexpr Int128 kSecond = 1'000'000'000;

std::vector<Row> rows_of(std::initializer_list<std::pair<double, double>> at_and_execution) {
  std::vector<Row> rows;
  for (const auto& [at, execution] : at_and_execution) {
    Row row;
    row.at_s = at;
    row.execution_s = execution;
    rows.push_back(row);
  }
  return rows;
}

/// A scaled fleet that never scales must do what a fixed one does.
enum class Kind { kFixed, kScaled };
class Fleets : public testing::TestWithParam<Kind> {
 protected:
  ServerPlan fleet(std::uint32_t replicas, std::uint32_t workers) const {
    ServerPlan plan;
    plan.replicas = replicas;
    plan.workers_per_replica = workers;
    if (GetParam() == Kind::kScaled) {
      plan.autoscale = Autoscale{.target_utilisation = 0.5,
                                 .period = 1s,
                                 .boot_lag = 1s,
                                 .cooldown = 0s,
                                 .minimum = replicas,
                                 .maximum = replicas};
    }
    return plan;
  }
};
INSTANTIATE_TEST_SUITE_P(Both, Fleets, testing::Values(Kind::kFixed, Kind::kScaled));

TEST_P(Fleets, OneWorkerIsLindleysQueue) {
  // 0-2, 2-4 (waits 1), 4-5 (waits 2.5), 9-10.
  const DeploymentResult r =
      result_of_rows(rows_of({{0, 2}, {1, 2}, {1.5, 1}, {9, 1}}), on(fleet(1, 1)), until(20s));
  EXPECT_EQ(r.completed, 4U);
  EXPECT_EQ(r.cold_starts, 0U);
  EXPECT_EQ(r.wait.sum_ns, 3 * kSecond + kSecond / 2);
  EXPECT_EQ(r.latency.sum_ns, 9 * kSecond + kSecond / 2);
  EXPECT_EQ(r.execution.sum_ns, 6 * kSecond);
  EXPECT_EQ(r.instances.busy_ns, 6 * kSecond);
  EXPECT_EQ(r.instances.live_ns, 20 * kSecond);
  EXPECT_EQ(r.instances.peak, 1U);
  EXPECT_EQ(r.usage[Meter::kServerTime], 20 * kSecond);
  EXPECT_EQ(r.usage[Meter::kRequests], 0);
  EXPECT_EQ(r.usage[Meter::kConnections], 4);
}

TEST_P(Fleets, WorkersOfAllReplicasShareTheQueue) {
  const DeploymentResult r =
      result_of_rows(rows_of({{0, 4}, {0, 3}, {0, 5}, {0, 6}, {1, 1}}), on(fleet(2, 2)));
  EXPECT_EQ(r.wait.max_ns, static_cast<std::int64_t>(2 * kSecond));  // the worker free at 3
  EXPECT_EQ(r.instances.busy_ns, 19 * kSecond / 2);
  EXPECT_EQ(r.instances.live_ns, 12 * kSecond);  // until the last completion at 6
  EXPECT_EQ(r.instances.peak, 2U);
}

TEST_P(Fleets, ALimitedQueueTurnsAway) {
  ServerPlan plan = fleet(1, 1);
  plan.queue_limit = 1;
  // Served 0-2; one waits for 2-4; the third is turned away; at 2 the second has started.
  const DeploymentResult r = result_of_rows(rows_of({{0, 2}, {1, 2}, {1.5, 2}, {2, 2}}), on(plan));
  EXPECT_EQ(r.throttled, 1U);
  EXPECT_EQ(r.completed, 3U);
  EXPECT_EQ(r.wait.sum_ns, 3 * kSecond);
  plan.queue_limit = 0;
  EXPECT_EQ(result_of_rows(rows_of({{0, 2}, {1, 2}, {1.5, 2}, {2, 2}}), on(plan)).throttled, 2U);
}

TEST_P(Fleets, FiguresCoverTheWindow) {
  Plan plan = replay_of(rows_of({{0, 4}, {8, 4}}), on(fleet(3, 1)), until(10s));
  plan.warm_up = Instant(2s);
  const DeploymentResult r = run(plan).deployments[0];
  EXPECT_EQ(r.requests, 1U);
  EXPECT_EQ(r.instances.live_ns, 24 * kSecond);
  EXPECT_EQ(r.instances.busy_ns, 4 * kSecond);
  EXPECT_EQ(r.instances.mean, 3.0);
  EXPECT_EQ(r.instances.busy_mean, 0.5);
}

TEST(FixedAndScaled, AgreeOnARandomStream) {
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(2, 100ms, 300s);
  ServerPlan fixed;
  fixed.replicas = 3;
  fixed.workers_per_replica = 2;
  fixed.queue_limit = 5;
  ServerPlan scaled = fixed;
  scaled.autoscale = Autoscale{.period = 7s, .minimum = 3, .maximum = 3};
  for (const ServerPlan& side : {fixed, scaled}) {
    plan.deployments.push_back(on(side, taking(Distribution::lognormal(180ms, 1.0))));
  }
  plan.warm_up = Instant(20s);
  const RunResult r = run(plan);
  EXPECT_GT(r.deployments[0].throttled, 0U);
  EXPECT_EQ(r.deployments[0].fingerprint, r.deployments[1].fingerprint);
  EXPECT_EQ(r.deployments[0].latency.sum_ns, r.deployments[1].latency.sum_ns);
  EXPECT_EQ(r.deployments[0].wait.max_ns, r.deployments[1].wait.max_ns);
  EXPECT_EQ(r.deployments[0].instances.live_ns, r.deployments[1].instances.live_ns);
  EXPECT_EQ(r.deployments[0].instances.busy_ns, r.deployments[1].instances.busy_ns);
}

ServerPlan scaling() {
  ServerPlan plan;
  plan.replicas = 1;
  plan.autoscale = Autoscale{.target_utilisation = 0.5,
                             .period = 10s,
                             .boot_lag = 5s,
                             .cooldown = 20s,
                             .minimum = 1,
                             .maximum = 4};
  return plan;
}

TEST(Autoscaler, ScalesOutByUtilisationAndBillsFromTheDecision) {
  // Busy all the time until 40: u = 1 at 10 -> 2 replicas; the new one takes the waiting request
  // at 15. Replicas 1 until 10, 2 until 20: u over 10-20 is (10 + 5)/20 -> ceil(2 * .75/.5) = 3.
  const DeploymentResult r = result_of_rows(rows_of({{0, 40}, {1, 10}}), on(scaling()), until(20s));
  EXPECT_EQ(r.wait.max_ns, static_cast<std::int64_t>(14 * kSecond));
  EXPECT_EQ(r.instances.live_ns, (10 + 20) * kSecond);
  EXPECT_EQ(r.instances.busy_ns, 25 * kSecond);
  EXPECT_EQ(r.instances.peak, 2U);  // the tick at 20 is outside
  EXPECT_EQ(
      result_of_rows(rows_of({{0, 40}, {1, 10}}), on(scaling()), until(20s + 1ns)).instances.peak,
      3U);
}

TEST(Autoscaler, ScalesInAfterTheCooldownIdleReplicasFirst) {
  // One second of work in the first second of each of two replicas ... a burst of 12 s that makes
  // 2 replicas at 10, then nothing: cooldown until 30, then one replica goes.
  const DeploymentResult r = result_of_rows(rows_of({{0, 12}}), on(scaling()), until(60s));
  EXPECT_EQ(r.instances.peak, 2U);
  EXPECT_EQ(r.instances.live_ns, (60 + 20) * kSecond);
  EXPECT_EQ(r.instances.expired, 0U);
}

TEST(Autoscaler, ABusyReplicaFinishesFirst) {
  ServerPlan plan = scaling();
  plan.replicas = 3;
  plan.autoscale->target_utilisation = 1.0;
  plan.autoscale->cooldown = 0s;
  // At 10: u = 20/30 -> 2 replicas: the idle third goes at 10. At 20: u = 20/20 -> 2. Requests
  // end at 21 and 26: at 30 u = (1 + 6)/20 -> 1: the newest idle one goes.
  DeploymentResult r = result_of_rows(rows_of({{0, 21}, {0, 26}}), on(plan), until(100s));
  EXPECT_EQ(r.instances.live_ns, (10 + 30 + 100) * kSecond);
  // Ends at 21 and 62: at 30, u = 11/20 -> 2; at 40, u = 10/20 -> 1: the idle one, the older, goes.
  r = result_of_rows(rows_of({{0, 21}, {0, 62}}), on(plan), until(100s));
  EXPECT_EQ(r.instances.live_ns, (10 + 40 + 100) * kSecond);
  // Two workers a replica, each with one or two long requests: nobody idles when one must go.
  plan.replicas = 2;
  plan.workers_per_replica = 2;
  // a, b on the first, c on the second; b ends at 1; at 10 u = (10 + 1 + 10)/40 -> ceil(1.05) = 2;
  // at 20 u = 20/40 -> 1: one busy worker each, so the newest drains until 25.
  r = result_of_rows(rows_of({{0, 45}, {0, 1}, {0, 25}}), on(plan), until(100s));
  EXPECT_EQ(r.instances.live_ns, (25 + 100) * kSecond);
}

TEST(Autoscaler, PassesOverQuietTimeWithoutTickingThroughIt) {
  ServerPlan plan = scaling();
  plan.autoscale->period = 1us;
  const DeploymentResult r =
      result_of_rows(rows_of({{0, 0.0001}, {1e6, 0.0001}}), on(plan), until(2'000'000s));
  EXPECT_EQ(r.completed, 2U);
}

TEST(Autoscaler, BringsTheInitialCountWithinItsBounds) {
  ServerPlan plan = scaling();
  plan.replicas = 9;
  EXPECT_EQ(result_of_rows({}, on(plan), until(5s)).instances.live_ns, 20 * kSecond);
}

}  // namespace
}  // namespace faascast
