// Pools behind a batcher.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "listed_traffic.h"
#include "sim-core/closed_loop.h"
#include "sim-core/random.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

constexpr Int128 kSecond = 1'000'000'000;

PoolPlan pool_of(std::uint32_t size, Duration wait, std::vector<std::uint32_t> factor) {
  PoolPlan plan;
  plan.keep_alive = 1h;
  plan.metering.granularity = 1ms;
  plan.memory = Megabytes(1024);
  plan.batching =
      Batching{.maximum_size = size, .maximum_wait = wait, .time_factor = std::move(factor)};
  return plan;
}

std::vector<Row> rows_at(std::initializer_list<double> at, double execution_s = 1.0) {
  std::vector<Row> rows;
  for (const double s : at) {
    Row row;
    row.at_s = s;
    row.execution_s = execution_s;
    rows.push_back(row);
  }
  return rows;
}

TEST(BatchedPool, ByHand) {
  // 0 and 0.5 fill a batch that runs 0.5 to 2; 3 is alone, closes at 4 and runs to 5.
  const DeploymentResult r =
      result_of_rows(rows_at({0, 0.5, 3}), on(pool_of(2, 1s, {1000, 1500})));
  EXPECT_EQ(r.completed, 3U);
  EXPECT_EQ(r.batches, 2U);
  EXPECT_EQ(r.cold_starts, 1U);
  EXPECT_EQ(r.cold_affected, 2U);  // both of the first batch
  EXPECT_EQ(r.latency.sum_ns, 2 * kSecond + 3 * kSecond / 2 + 2 * kSecond);
  EXPECT_EQ(r.wait.sum_ns, kSecond / 2 + 0 + kSecond);
  EXPECT_EQ(r.instances.busy_ns, 5 * kSecond / 2);
  EXPECT_EQ(r.usage[Meter::kRequests], 2);  // invocations
  EXPECT_EQ(r.usage[Meter::kMemoryTime], 5 * kSecond / 2 * 1024);
  EXPECT_EQ(r.usage[Meter::kConnections], 3);
}

TEST(BatchedPool, ClosesBeforeAnArrivalOfThatInstant) {
  const DeploymentResult r = result_of_rows(rows_at({0, 1, 1.5}), on(pool_of(2, 1s, {})));
  EXPECT_EQ(r.batches, 2U);  // 0 alone; 1 and 1.5
  EXPECT_EQ(r.latency.sum_ns, 2 * kSecond + 3 * kSecond / 2 + kSecond);
}

TEST(BatchedPool, TheLongestOfABatchDecides) {
  std::vector<Row> rows = rows_at({0, 0, 0}, 1.0);
  rows[1].execution_s = 3.0;
  rows[2].execution_s = 2.0;
  const DeploymentResult r = result_of_rows(rows, on(pool_of(3, 1s, {1000, 1000, 2000})));
  EXPECT_EQ(r.latency.sum_ns, 3 * 6 * kSecond);
}

TEST(BatchedPool, WhatIsTurnedAwayIsEveryRequestOfIt) {
  PoolPlan plan = pool_of(2, 100ms, {});
  plan.max_instances = 1;
  const DeploymentResult r = result_of_rows(rows_at({0, 0, 0.5, 0.5, 2}), on(plan));
  EXPECT_EQ(r.completed, 3U);
  EXPECT_EQ(r.throttled, 2U);
  EXPECT_EQ(r.requests, 5U);
}

TEST(BatchedPool, AFailedStartFailsAll) {
  PoolPlan plan = pool_of(2, 100ms, {});
  plan.init_failure = 1.0;
  const DeploymentResult r = result_of_rows(rows_at({0, 0}), on(plan));
  EXPECT_EQ(r.failed, 2U);
  EXPECT_EQ(r.cold_starts, 1U);
  EXPECT_EQ(r.cold_affected, 2U);
}

/// Random arrivals, their batches worked out here, and the same pool fed with those.
TEST(BatchedPool, IsThePoolOnItsBatches) {
  constexpr double kWait = 0.25;
  constexpr std::size_t kSize = 4;
  const std::vector<std::uint32_t> factor = {1000, 1300, 1600, 1900};
  std::vector<Row> rows;
  double now = 0.0;
  const Stream stream(5, 0, Purpose::kPhase);
  for (std::uint64_t i = 0; i < 3000; ++i) {
    now += std::round(-std::log(stream.uniform(2 * i)) * 100.0) / 1000.0;
    Row row;
    row.at_s = now;
    row.execution_s = 0.1 + std::round(stream.uniform(2 * i + 1) * 1000.0) / 1000.0;
    rows.push_back(row);
  }
  std::vector<Row> batches;
  std::vector<std::vector<Row>> members;
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t end = i;
    double longest = 0.0;
    const std::int64_t due = ns_from(rows[i].at_s) + ns_from(kWait);
    while (end < rows.size() && end - i < kSize && ns_from(rows[end].at_s) < due) {
      longest = std::max(longest, *rows[end].execution_s);
      ++end;
    }
    const bool full = end - i == kSize;
    Row batch;
    batch.at_s = full ? rows[end - 1].at_s : static_cast<double>(due) * 1e-9;
    batch.execution_s = longest * factor[end - i - 1] / 1000.0;
    batches.push_back(batch);
    members.emplace_back(rows.begin() + static_cast<std::ptrdiff_t>(i),
                         rows.begin() + static_cast<std::ptrdiff_t>(end));
    i = end;
  }
  for (const ReuseOrder order : {ReuseOrder::kMostRecentlyIdle, ReuseOrder::kLeastRecentlyUsed}) {
    for (const std::uint32_t concurrency : {1U, 3U}) {
      PoolPlan plan = pool_of(kSize, 250ms, factor);
      plan.keep_alive = 2s;
      plan.reuse_order = order;
      plan.concurrency = concurrency;
      PoolPlan plain = plan;
      plain.batching.reset();
      const DeploymentResult batched = result_of_rows(rows, on(plan), kDrained);
      const DeploymentResult alone = result_of_rows(batches, on(plain), kDrained);
      EXPECT_EQ(batched.batches, alone.completed);
      EXPECT_EQ(batched.completed, rows.size());
      EXPECT_EQ(batched.cold_starts, alone.cold_starts);
      EXPECT_EQ(batched.instances.live_ns, alone.instances.live_ns);
      EXPECT_EQ(batched.instances.busy_ns, alone.instances.busy_ns);
      EXPECT_EQ(batched.instances.expired, alone.instances.expired);
      EXPECT_EQ(batched.usage[Meter::kRequests], alone.usage[Meter::kRequests]);
      EXPECT_EQ(batched.usage[Meter::kMemoryTime], alone.usage[Meter::kMemoryTime]);
    }
  }
}

TEST(BatchedPool, FunctionsHaveBatchesOfTheirOwnInBothGears) {
  const auto traffic = std::make_shared<PoissonTraffic>(5, 100ms, 60s);
  Plan plan;
  plan.traffic = traffic;
  DeploymentPlan deployment = on(pool_of(3, 200ms, {1000, 1200, 1400}),
                                 taking(Distribution::exponential(300ms)));
  deployment.network = Distribution::exponential(20ms);
  plan.deployments = {deployment};
  plan.horizon = until(60s);
  const RunResult apart = run(plan, {.threads = 3});
  EXPECT_GT(apart.deployments[0].batches, 0U);
  EXPECT_LT(apart.deployments[0].batches, apart.deployments[0].completed);
  EXPECT_EQ(run(plan, {.threads = 1}).fingerprint, apart.fingerprint);
  plan.traffic = as_merged(*traffic, {});
  const RunResult merged = run(plan, {.threads = 1});
  EXPECT_EQ(merged.deployments[0].fingerprint, apart.deployments[0].fingerprint);
  EXPECT_EQ(merged.deployments[0].latency.sum_ns, apart.deployments[0].latency.sum_ns);
}

}  // namespace
}  // namespace faascast
