// Fleets that share CPUs, break down and batch; hybrids, versions and external state: by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "listed_traffic.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

constexpr Int128 kMilli = 1'000'000;

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

TEST(SharedCores, TwoThreadsOfACoreDoNotDoTwiceAsMuch) {
  ServerPlan plan{.replicas = 1, .workers_per_replica = 2};
  plan.vcpu_share = MilliVcpu(2000);  // one core
  plan.hyperthread_yield = 1300;
  // Alone until 1, then both at 0.65: the first has 0.65 s left and is done at 2; the second has
  // done 0.65 by then and its other 0.65 alone by 2.65.
  const DeploymentResult r = result_of_rows(rows_of({{0, 1.65}, {1, 1.3}}), on(plan), until(10s));
  EXPECT_EQ(r.completed, 2U);
  EXPECT_NEAR(static_cast<double>(r.latency.sum_ns) * 1e-9, 2.0 + 1.65, 1e-8);
  EXPECT_NEAR(static_cast<double>(r.contention_ns) * 1e-9, 0.35 + 0.35, 1e-8);
  EXPECT_EQ(r.wait.sum_ns, 0);
}

TEST(SharedCores, TheLeastBusyServerIsChosen) {
  ServerPlan plan{.replicas = 2, .workers_per_replica = 2};
  plan.vcpu_share = MilliVcpu(2000);
  plan.hyperthread_yield = 1000;
  const DeploymentResult r = result_of_rows(rows_of({{0, 1}, {0, 1}}), on(plan), until(10s));
  EXPECT_EQ(r.contention_ns, 0);
}

ServerPlan breaking(std::uint16_t retries) {
  ServerPlan plan{.replicas = 1, .workers_per_replica = 1};
  plan.breakdown = Breakdown{
      .up = Distribution::constant(5s), .down = Distribution::constant(3s), .retries = retries};
  return plan;
}

TEST(Breakdown, WorkStartsAnew) {
  // Up 0-5, 8-13: four seconds of work from 3 are lost at 5, and done from 8 to 12.
  const DeploymentResult r = result_of_rows(rows_of({{3, 4}}), on(breaking(1)), until(20s));
  EXPECT_EQ(r.completed, 1U);
  EXPECT_EQ(r.retries, 1U);
  EXPECT_EQ(r.latency.sum_ns, 9'000 * kMilli);
  EXPECT_EQ(r.wait.sum_ns, 5'000 * kMilli);
  EXPECT_EQ(r.instances.busy_ns, 6'000 * kMilli);
  EXPECT_EQ(r.usage[Meter::kServerTime], 20'000 * kMilli) << "paid for while it is down";
}

TEST(Breakdown, WithoutRetriesItFails) {
  const DeploymentResult r = result_of_rows(rows_of({{3, 4}}), on(breaking(0)), until(20s));
  EXPECT_EQ(r.failed, 1U);
  EXPECT_EQ(r.completed + r.retries, 0U);
}

TEST(Breakdown, WorkLongerThanAServerLivesEnds) {
  const DeploymentResult r = result_of_rows(rows_of({{0, 60}}), on(breaking(3)), until(20s));
  EXPECT_EQ(r.failed, 1U);
  EXPECT_EQ(r.retries, 3U);
}

TEST(Batches, StartFullOrAfterTheLongestWait) {
  ServerPlan plan{.replicas = 1, .workers_per_replica = 1};
  plan.batching = Batching{.maximum_size = 2, .maximum_wait = 1s, .time_factor = {1000, 1400}};
  // Two at 0.5 take 1.4 s; the one of 5 starts at 6 and takes 1 s.
  const DeploymentResult r =
      result_of_rows(rows_of({{0, 1}, {0.5, 0.9}, {5, 1}}), on(plan), until(20s));
  EXPECT_EQ(r.completed, 3U);
  EXPECT_EQ(r.batches, 2U);
  EXPECT_EQ(r.wait.sum_ns, (500 + 0 + 1000) * kMilli);
  EXPECT_EQ(r.latency.sum_ns, (1900 + 1400 + 2000) * kMilli);
  EXPECT_EQ(r.instances.busy_ns, 2'400 * kMilli);
}

TEST(Batches, TimesGoOnBeyondTheTable) {
  const Batching batching{.maximum_size = 8, .time_factor = {1000, 1400}};
  EXPECT_EQ(batching.factor(1), 1000);
  EXPECT_EQ(batching.factor(2), 1400);
  EXPECT_EQ(batching.factor(4), 2200);
}

TEST(Batches, ArrivalsOfAServiceFillTheNextBatch) {
  // M/D/1 with batches of any size: a service of D finds N ~ Poisson(lambda D) at its end and takes
  // them, or waits for one: lambda D + e^(-lambda D) requests a batch in the mean.
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(1, 1s, std::chrono::hours(100));
  ServerPlan servers{.replicas = 1, .workers_per_replica = 1};
  servers.batching = Batching{.maximum_size = 1000};
  plan.deployments = {on(servers, taking(Distribution::constant(1500ms)))};
  const DeploymentResult r = run(plan).deployments.at(0);
  const double size = static_cast<double>(r.completed) / static_cast<double>(r.batches);
  EXPECT_NEAR(size, 1.5 + std::exp(-1.5), 0.02);  // 200 000 batches, deviation about 1: 9 sigma
}

PoolPlan cold_pool() {
  PoolPlan pool;
  pool.keep_alive = 60s;
  pool.cold_start = {
      {.name = "placement", .load_at = LoadAt::kPlacement, .wall = Distribution::constant(500ms)}};
  return pool;
}

DeploymentPlan hybrid(std::uint64_t queue) {
  ServerPlan servers{.replicas = 1, .workers_per_replica = 1};
  servers.queue_limit = queue;
  DeploymentPlan plan;
  plan.split = Split::kOverflow;
  plan.parts = {on(servers), on(cold_pool())};
  plan.side = servers;
  return plan;
}

TEST(Hybrid, WhatFindsAllWorkersBusyOverflows) {
  // 0-2 on the server; 1 goes to the functions: cold, done at 3.5; 2 on the server again.
  const DeploymentResult r =
      result_of_rows(rows_of({{0, 2}, {1, 2}, {2, 1}}), hybrid(0), until(20s));
  ASSERT_EQ(r.parts.size(), 2U);
  EXPECT_EQ(r.requests, 3U);
  EXPECT_EQ(r.throttled, 0U);
  EXPECT_EQ(r.parts[0].requests, 2U);
  EXPECT_EQ(r.parts[1].requests, 1U);
  EXPECT_EQ(r.cold_starts, 1U);
  EXPECT_EQ(r.latency.sum_ns, (2000 + 2500 + 1000) * kMilli);
  EXPECT_EQ(r.usage[Meter::kServerTime], 20'000 * kMilli);
  EXPECT_EQ(r.usage[Meter::kRequests], 1);
  EXPECT_EQ(r.instances.peak, 2U);
  EXPECT_EQ(r.instances.live_ns, (20'000 + 19'000) * kMilli);
}

TEST(Hybrid, TheQueueTakesWhatItHasRoomFor) {
  const DeploymentResult r =
      result_of_rows(rows_of({{0, 2}, {1, 2}, {1.5, 1}}), hybrid(1), until(20s));
  EXPECT_EQ(r.parts[0].requests, 2U);
  EXPECT_EQ(r.parts[0].wait.sum_ns, 1'000 * kMilli);
  EXPECT_EQ(r.parts[1].requests, 1U);
}

TEST(Hybrid, BothSidesEndTogether) {
  // The functions end at 1.5 + 9.5; the server is paid until then.
  const DeploymentResult r = result_of_rows(rows_of({{0, 2}, {1, 9}}), hybrid(0));
  EXPECT_EQ(r.parts[0].instances.live_ns, 10'500 * kMilli);
}

TEST(Versions, ShareRequestsByWeight) {
  DeploymentPlan plan;
  plan.split = Split::kVersions;
  plan.parts = {on(cold_pool(), taking(Distribution::constant(100ms))),
                on(cold_pool(), taking(Distribution::constant(200ms)))};
  plan.weights = {1.0, 3.0};
  plan.side = plan.parts[0].side;
  Plan all;
  all.traffic = std::make_shared<PoissonTraffic>(3, 100ms, 10000s);
  all.deployments = {plan};
  const DeploymentResult r = run(all).deployments.at(0);
  ASSERT_EQ(r.parts.size(), 2U);
  const auto n = static_cast<double>(r.requests);
  EXPECT_EQ(r.parts[0].requests + r.parts[1].requests, r.requests);
  EXPECT_NEAR(static_cast<double>(r.parts[0].requests), n / 4, 6.0 * std::sqrt(n * 3 / 16));
  EXPECT_EQ(r.execution.sum_ns, 100 * kMilli * Int128(r.parts[0].requests) +
                                    200 * kMilli * Int128(r.parts[1].requests));
}

TEST(State, TakesItsTimeOnTheInstanceAndIsMetered) {
  Work work = taking(Distribution::constant(100ms));
  work.state = {.reads = 2,
                .writes = 1,
                .read_latency = Distribution::constant(10ms),
                .write_latency = Distribution::constant(30ms)};
  Row row;
  row.at_s = 1;
  for (const DeploymentPlan& plan : {on(ServerPlan{}, work), on(cold_pool(), work)}) {
    const DeploymentResult r = result_of_rows({row}, plan, until(20s));
    EXPECT_EQ(r.execution.sum_ns, 150 * kMilli);
    EXPECT_EQ(r.usage[Meter::kStateReads], 2);
    EXPECT_EQ(r.usage[Meter::kStateWrites], 1);
  }
}

}  // namespace
}  // namespace faascast
