// How long requests take and what is billed, by hand, through run().
#include <gtest/gtest.h>

#include "listed_traffic.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

constexpr Int128 kMillisecond = 1'000'000;

/// Two requests far apart in time but within the keep-alive: one cold, one warm.
struct ColdAndWarm {
  Int128 cold_ns, warm_ns, billed_ns;
  std::uint64_t timed_out;
};
ColdAndWarm of(PoolPlan pool, const Work& work) {
  pool.keep_alive = 1h;
  pool.vcpu = MilliVcpu(1);  // so that the meter reads billed time
  pool.metering.granularity = 1ns;
  const Row first;
  Row second;
  second.at_s = 1000.0;
  const DeploymentResult r = result_of_rows({first, second}, on(pool, work));
  EXPECT_EQ(r.cold_starts, 1U);
  const DeploymentResult one = result_of_rows({first}, on(pool, work));
  return {one.instances.busy_ns, r.instances.busy_ns - one.instances.busy_ns,
          r.usage[Meter::kVcpuTime], r.timed_out};
}
ColdComponent component(LoadAt load_at, Duration wall, Duration cpu = 0ns) {
  return {"c", load_at, Distribution::constant(wall), cpu};
}
Work work_of(Duration execution, Duration handler = 0ns) {
  Work work;
  work.execution = Distribution::constant(execution);
  work.handler = handler;
  return work;
}

TEST(CpuLaw, ElapsesInPeriods) {
  const CpuLaw law{20ms, 5ms};
  EXPECT_EQ(law.elapsed(0ns), 0ns);
  EXPECT_EQ(law.elapsed(3ms), 3ms);
  EXPECT_EQ(law.elapsed(5ms), 5ms);
  EXPECT_EQ(law.elapsed(5ms + 1ns), 20ms + 1ns);
  EXPECT_EQ(law.elapsed(12ms), 42ms);
  EXPECT_EQ((CpuLaw{20ms, 0ns}).elapsed(12ms), 12ms);
}

TEST(Times, ThrottledWorkIsStretchedAsAWhole) {
  PoolPlan pool;
  pool.cpu = {20ms, 5ms};
  EXPECT_EQ(of(pool, work_of(10ms, 2ms)).warm_ns, 42 * kMillisecond);
  EXPECT_EQ(of(pool, work_of(10ms)).warm_ns, 25 * kMillisecond);
  Work fixed = work_of(10ms, 2ms);
  fixed.is_final = true;
  EXPECT_EQ(of(pool, fixed).warm_ns, 12 * kMillisecond);
}

TEST(Times, ColdComponentsElapseWhereTheyRun) {
  PoolPlan pool;
  pool.cpu = {20ms, 5ms};
  pool.cold_start = {component(LoadAt::kPlacement, 100ms), component(LoadAt::kInit, 30ms, 40ms),
                     component(LoadAt::kHandler, 7ms, 6ms)};
  // Handler part: C(6 + 6) + 7 = 42 + 7.
  ColdAndWarm t = of(pool, work_of(6ms));
  EXPECT_EQ(t.cold_ns, (100 + 70 + 49) * kMillisecond);
  EXPECT_EQ(t.warm_ns, 21 * kMillisecond);
  EXPECT_EQ(t.billed_ns, (49 + 21) * kMillisecond);
  pool.metering.bills_init = true;
  EXPECT_EQ(of(pool, work_of(6ms)).billed_ns, (70 + 49 + 21) * kMillisecond);
}

TEST(Times, FinalWorkIsAddedToStretchedComponents) {
  PoolPlan pool;
  pool.cpu = {20ms, 5ms};
  pool.cold_start = {component(LoadAt::kHandler, 7ms, 6ms)};
  Work work = work_of(6ms);
  work.is_final = true;
  EXPECT_EQ(of(pool, work).cold_ns, (21 + 7 + 6) * kMillisecond);
}

TEST(Times, InitBeyondItsLimitIsDoneAgainInTheHandler) {
  PoolPlan pool;
  pool.cpu = {20ms, 5ms};
  pool.init_limit = 50ms;
  pool.cold_start = {component(LoadAt::kInit, 30ms, 40ms)};
  pool.metering.bills_init = true;
  // 50 in vain, then C(40 + 5) + 30 = 8 * 20 + 5 + 30.
  const ColdAndWarm t = of(pool, work_of(5ms));
  EXPECT_EQ(t.cold_ns, (50 + 165 + 30) * kMillisecond);
  EXPECT_EQ(t.billed_ns, (50 + 165 + 30 + 5) * kMillisecond);
  pool.init_limit = 70ms;  // just reached
  EXPECT_EQ(of(pool, work_of(5ms)).cold_ns, (70 + 5) * kMillisecond);
}

TEST(Times, ATimeoutCutsTheHandlerPart) {
  PoolPlan pool;
  pool.timeout = 10ms;
  pool.cold_start = {component(LoadAt::kPlacement, 100ms), component(LoadAt::kInit, 30ms),
                     component(LoadAt::kHandler, 5ms)};
  const ColdAndWarm late = of(pool, work_of(6ms));
  EXPECT_EQ(late.cold_ns, 140 * kMillisecond);
  EXPECT_EQ(late.warm_ns, 6 * kMillisecond);
  EXPECT_EQ(late.billed_ns, 16 * kMillisecond);
  EXPECT_EQ(late.timed_out, 1U);
  EXPECT_EQ(of(pool, work_of(5ms)).timed_out, 0U);  // exactly in time
  const ColdAndWarm both = of(pool, work_of(20ms));
  EXPECT_EQ(both.timed_out, 2U);
  EXPECT_EQ(both.warm_ns, 10 * kMillisecond);
}

TEST(Times, TimedOutRequestsCountApartButAreBilled) {
  PoolPlan pool;
  pool.timeout = 10ms;
  DeploymentPlan plan = on(pool, work_of(20ms));
  plan.request_bytes = Bytes(3);
  plan.response_bytes = Bytes(5);
  const DeploymentResult r = result_of_rows({Row{}}, plan);
  EXPECT_EQ(r.requests, 1U);
  EXPECT_EQ(r.timed_out, 1U);
  EXPECT_EQ(r.completed, 0U);
  EXPECT_EQ(r.cold_starts, 1U);
  EXPECT_EQ(r.latency.count, 0U);
  EXPECT_EQ(r.usage[Meter::kRequests], 1);
  EXPECT_EQ(r.usage[Meter::kBytesIn], 0);
  EXPECT_EQ(r.usage[Meter::kConnections], 1);
}

TEST(Columns, AreFinal) {
  PoolPlan pool;
  pool.keep_alive = 1h;
  pool.cpu = {20ms, 5ms};
  pool.cold_start = {component(LoadAt::kInit, 300ms), component(LoadAt::kHandler, 7ms, 6ms)};
  pool.memory = Megabytes(100);
  DeploymentPlan plan = on(pool, work_of(77ms, 5ms));
  plan.network = Distribution::constant(1s);
  Row cold;
  cold.execution_s = 0.5;
  cold.cold_s = 0.4;
  Row warm;
  warm.at_s = 10.0;
  warm.execution_s = 0.25;
  warm.cold_s = 9.0;
  DeploymentResult r = result_of_rows({cold, warm}, plan);
  EXPECT_EQ(r.latency.sum_ns, (400 + 250) * kMillisecond);
  EXPECT_EQ(r.execution.sum_ns, (500 + 250) * kMillisecond);
  EXPECT_EQ(r.cold_start.sum_ns, -100 * kMillisecond);
  EXPECT_EQ(r.cold_start.negative_sum_ns, -100 * kMillisecond);
  EXPECT_EQ(r.usage[Meter::kMemoryTime], 650 * kMillisecond * 100);
  cold.cold_s.reset();  // only execution_s: the platform's cold start is added
  r = result_of_rows({cold}, plan);
  EXPECT_EQ(r.latency.sum_ns, (300 + 7 + 21 + 500) * kMillisecond);
  EXPECT_EQ(r.usage[Meter::kMemoryTime], (7 + 21 + 500) * kMillisecond * 100);
  warm.execution_s.reset();  // an empty cell: the model's time, and the network
  r = result_of_rows({cold, warm}, plan);
  EXPECT_EQ(r.latency.max_ns, static_cast<std::int64_t>((1000 + 322) * kMillisecond));
}

TEST(Billing, RoundsUpEachRequestAndItsMemory) {
  PoolPlan pool;
  pool.keep_alive = 1h;
  pool.metering = {.granularity = 100ms, .minimum = 200ms, .bills_requests = true};
  pool.memory = Megabytes(300);
  pool.memory_step = Megabytes(128);
  pool.vcpu = MilliVcpu(2);
  pool.clock_mhz = 3;
  std::vector<Row> rows(3);
  rows[0].execution_s = 0.05;
  rows[1].execution_s = 0.2;
  rows[1].at_s = 1.0;
  rows[1].memory_mb = 129;
  rows[2].execution_s = 0.201;
  rows[2].at_s = 2.0;
  rows[2].memory_mb = 0;
  DeploymentResult r = result_of_rows(rows, on(pool));
  EXPECT_EQ(r.usage[Meter::kMemoryTime], 700 * kMillisecond * 300);
  EXPECT_EQ(r.usage[Meter::kVcpuTime], 700 * kMillisecond * 2);
  EXPECT_EQ(r.usage[Meter::kClockTime], 700 * kMillisecond * 3);
  pool.bills_memory_used = true;
  r = result_of_rows(rows, on(pool));
  EXPECT_EQ(r.usage[Meter::kMemoryTime],
            200 * kMillisecond * 384 + 200 * kMillisecond * 256 + 300 * kMillisecond * 128);
  pool.metering.bills_requests = false;
  EXPECT_EQ(result_of_rows(rows, on(pool)).usage[Meter::kRequests], 0);
}

TEST(Billing, OfUsedMemoryWithoutAColumnRoundsThePlansMemory) {
  PoolPlan pool;
  pool.keep_alive = 1h;
  pool.memory = Megabytes(300);
  pool.memory_step = Megabytes(128);
  pool.bills_memory_used = true;
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(1, 1s, 100s);
  plan.deployments = {on(pool, work_of(1ms))};
  const DeploymentResult r = run(plan).deployments[0];
  EXPECT_GT(r.completed, 50U);
  EXPECT_EQ(r.usage[Meter::kMemoryTime], static_cast<Int128>(r.completed) * kMillisecond * 384);
}

TEST(Network, IsAddedToLatencyOnly) {
  PoolPlan pool;
  DeploymentPlan plan = on(pool, work_of(10ms));
  plan.network = Distribution::constant(3ms);
  plan.request_bytes = Bytes(7);
  plan.response_bytes = Bytes(9);
  const DeploymentResult r = result_of_rows({Row{}}, plan);
  EXPECT_EQ(r.latency.sum_ns, 13 * kMillisecond);
  EXPECT_EQ(r.instances.busy_ns, 10 * kMillisecond);
  EXPECT_EQ(r.usage[Meter::kBytesIn], 7);
  EXPECT_EQ(r.usage[Meter::kBytesOut], 9);
}

TEST(Tokens, AddTheirTime) {
  Work work = work_of(10ms, 1ms);
  work.uses_tokens = true;
  work.token_base = 100ms;
  work.per_input_token = 2ms;
  work.per_output_token = 30ms;
  Row row;
  row.input_tokens = 5;
  row.output_tokens = 2;
  EXPECT_EQ(result_of_rows({row}, on(PoolPlan{}, work)).latency.sum_ns,
            (11 + 100 + 10 + 60) * kMillisecond);
  EXPECT_EQ(result_of_rows({row}, on(ServerPlan{}, work)).latency.sum_ns,
            (11 + 100 + 10 + 60) * kMillisecond);
}

TEST(Draws, AreTheRequestsOwn) {
  PoolPlan pool;
  pool.keep_alive = 1h;
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(1, 1s, 3s);
  const Distribution law = Distribution::lognormal(200ms, 1.0);
  const Distribution network = Distribution::exponential(5ms);
  const Distribution init = Distribution::exponential(2s);
  pool.cold_start = {component(LoadAt::kPlacement, 0s), {"init", LoadAt::kInit, init, 0ns}};
  plan.deployments = {on(pool, taking(law))};
  plan.deployments[0].network = network;
  const ReplaySeed seed{9, 4};
  const DeploymentResult r = run(plan, {.seed = seed}).deployments[0];
  Int128 execution = 0;
  Int128 latency = 0;
  for (std::uint64_t i = 0; i < r.requests; ++i) {
    const Stream request(9, 0, Purpose::kRequest, 0, 4);
    const Stream path(9, 0, Purpose::kNetwork, 0, 4);
    execution += law.at_word(request.words(i)[1]).count();
    latency += network.at_word(path.words(i)[0]).count();
  }
  EXPECT_EQ(r.execution.sum_ns, execution);
  EXPECT_EQ(r.latency.sum_ns, execution + latency + r.cold_start.sum_ns);
  const Stream cold(9, 0, Purpose::kColdStart, 1, 4);
  EXPECT_GE(r.cold_start.max_ns, init.at_word(cold.words(0)[0]).count());
}

}  // namespace
}  // namespace faascast
