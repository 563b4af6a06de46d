#include "sim-core/closed_loop.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numeric>

#include "listed_traffic.h"
#include "sim-core/statistics.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

constexpr Int128 kSecond = 1'000'000'000;

class LoopTraffic final : public Traffic {
 public:
  explicit LoopTraffic(ClosedLoop loop) : loop_(std::move(loop)) {}
  bool independent() const override { return true; }
  std::uint32_t functions() const override { return 1; }
  std::uint64_t expected_requests(std::uint32_t /*function*/) const override { return 0; }
  std::unique_ptr<ArrivalSource> open(std::uint32_t, ReplaySeed) const override { return nullptr; }
  Duration duration() const override { return loop_.until; }
  std::string description() const override { return "clients"; }
  ScaleBy default_scale_by() const override { return ScaleBy::kThin; }
  const ClosedLoop* closed_loop() const override { return &loop_; }

 private:
  ClosedLoop loop_;
};

Plan plan_of(const ClosedLoop& loop, std::vector<DeploymentPlan> deployments,
             Horizon horizon = {}) {
  Plan plan;
  plan.traffic = std::make_shared<LoopTraffic>(loop);
  plan.deployments = std::move(deployments);
  plan.horizon = horizon;
  return plan;
}

ServerPlan servers(std::uint32_t count) {
  ServerPlan plan;
  plan.replicas = count;
  return plan;
}

/// The same fleet for the engine that knows every mechanism: it never scales.
ServerPlan detailed_servers(std::uint32_t count) {
  ServerPlan plan = servers(count);
  plan.autoscale = Autoscale{.target_utilisation = 0.5,
                             .period = 1s,
                             .boot_lag = 1s,
                             .cooldown = 0s,
                             .minimum = count,
                             .maximum = count};
  return plan;
}

/// Instances that always live, with a queue: a pool that is a fleet.
PoolPlan warm_pool(std::uint32_t count) {
  PoolPlan plan;
  plan.minimum_instances = plan.max_instances = count;
  plan.keep_alive = Duration::max();
  plan.at_limit = AtLimit::kQueue;
  return plan;
}

/// The same for the pool that knows every mechanism: nobody loses patience within a year.
PoolPlan detailed_pool(std::uint32_t count) {
  PoolPlan plan = warm_pool(count);
  plan.patience = Distribution::constant(24h * 365);
  return plan;
}

TEST(ClosedLoop, TwoClientsAtOneWorkerByHand) {
  // Both think 1 s and ask at 1; 1-3 and 3-5 are served. Then at 4 (5-7), at 6 (7-9), at 8 (9-11);
  // the next would ask at 10, when the clients stop.
  const ClosedLoop loop{.clients = 2, .think = Distribution::constant(1s), .until = 10s};
  for (const DeploymentPlan& deployment :
       {on(servers(1), taking(Distribution::constant(2s))),
        on(detailed_servers(1), taking(Distribution::constant(2s))),
        on(warm_pool(1), taking(Distribution::constant(2s))),
        on(detailed_pool(1), taking(Distribution::constant(2s)))}) {
    const RunResult run_result = run(plan_of(loop, {deployment}));
    const DeploymentResult& r = run_result.deployments.at(0);
    EXPECT_EQ(r.requests, 5U);
    EXPECT_EQ(r.completed, 5U);
    EXPECT_EQ(r.wait.sum_ns, 5 * kSecond);
    EXPECT_EQ(r.latency.sum_ns, 15 * kSecond);
    EXPECT_EQ(run_result.last_arrival, Instant(8s));
  }
}

TEST(ClosedLoop, AQueryIsOverWhenItsLastRequestIs) {
  // Three requests at 0 on two workers: 0-1, 0-1, 1-2. The next three at 2.
  const ClosedLoop loop{.clients = 1, .samples = 3, .until = 4s};
  const DeploymentResult r =
      run(plan_of(loop, {on(servers(2), taking(Distribution::constant(1s)))})).deployments.at(0);
  EXPECT_EQ(r.completed, 6U);
  EXPECT_EQ(r.wait.sum_ns, 2 * kSecond);
}

TEST(ClosedLoop, TheNetworkIsPartOfTheAnswer) {
  DeploymentPlan deployment = on(servers(1), taking(Distribution::constant(1s)));
  deployment.network = Distribution::constant(500ms);
  const ClosedLoop loop{.clients = 1, .until = 3s};
  EXPECT_EQ(run(plan_of(loop, {deployment})).deployments.at(0).completed, 2U);  // at 0 and 1.5
}

TEST(ClosedLoop, WhoIsTurnedAwayBacksOff) {
  // Client 0 is served 0-10 and again from 10; client 1 is turned away at 0, 1, ..., 10.
  PoolPlan pool;
  pool.max_instances = 1;
  pool.keep_alive = 1h;
  const ClosedLoop loop{.clients = 2, .back_off = 1s, .until = 10s + 1ns};
  const DeploymentResult r =
      run(plan_of(loop, {on(pool, taking(Distribution::constant(10s)))})).deployments.at(0);
  EXPECT_EQ(r.completed, 2U);
  EXPECT_EQ(r.throttled, 11U);
  EXPECT_EQ(r.cold_starts, 1U);
}

TEST(ClosedLoop, NothingRunsForEverAtOneInstant) {
  const ClosedLoop loop{.clients = 1, .until = 1ms};
  const DeploymentResult r =
      run(plan_of(loop, {on(servers(1), taking(Distribution::constant(0s)))})).deployments.at(0);
  EXPECT_EQ(r.completed, 1000U);  // one in a microsecond
}

TEST(ClosedLoop, OneSampleAfterAnotherMeansThroughputIsOneOverLatency) {
  const ClosedLoop loop{.clients = 1, .until = 1h};
  const DeploymentResult r =
      run(plan_of(loop, {on(servers(1), taking(Distribution::exponential(20ms)))}))
          .deployments.at(0);
  EXPECT_NEAR(static_cast<double>(r.completed) * r.latency.mean_s().value(), 3600.0, 0.5);
}

/// Throughput of M/M/c//N, the machine-repair queue: birth and death with (N - n) / Z up and
/// min(n, c) / S down (Kleinrock, Queueing Systems I, 1975, section 3.8).
double machine_repair_throughput(unsigned clients, unsigned workers, double think_s,
                                 double service_s) {
  std::vector<double> p{1.0};
  double rate = 0.0;
  for (unsigned n = 1; n <= clients; ++n) {
    const double up = (clients - (n - 1.0)) / think_s;
    const double down = std::min(n, workers) / service_s;
    p.push_back(p.back() * up / down);
    rate += p.back() * down;
  }
  return rate / std::accumulate(p.begin(), p.end(), 0.0);
}

TEST(ClosedLoop, AgreesWithTheMachineRepairQueue) {
  constexpr unsigned kClients = 12;
  constexpr unsigned kWorkers = 3;
  const ClosedLoop loop{
      .clients = kClients, .think = Distribution::exponential(1s), .until = 2000s};
  const double expected = machine_repair_throughput(kClients, kWorkers, 1.0, 0.3);
  const Plan plan =
      [&] {
        Plan p = plan_of(loop, {on(servers(kWorkers), taking(Distribution::exponential(300ms)))},
                         until(2000s));
        p.warm_up = Instant(50s);
        return p;
      }();
  constexpr int kReplications = 20;
  std::vector<double> throughput;
  std::vector<double> latency;
  for (int r = 0; r < kReplications; ++r) {
    const auto result = run(plan, {.seed = {7, static_cast<std::uint32_t>(r)}});
    const DeploymentResult& d = result.deployments.at(0);
    throughput.push_back(static_cast<double>(d.requests) / 1950.0);
    latency.push_back(d.latency.mean_s().value());
  }
  const auto within = [&](const std::vector<double>& values, double truth) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / kReplications;
    double squares = 0.0;
    for (const double v : values) squares += (v - mean) * (v - mean);
    const double error = std::sqrt(squares / (kReplications - 1) / kReplications);
    EXPECT_NEAR(mean, truth, 5.0 * error) << "standard error " << error;
    EXPECT_LT(error, 0.01 * truth);
  };
  within(throughput, expected);
  within(latency, kClients / expected - 1.0);  // Little: N = X (R + Z)
}

TEST(ClosedLoop, EveryEngineAndThreadCountGivesTheSameBits) {
  const ClosedLoop loop{.clients = 40,
                        .samples = 2,
                        .think = Distribution::exponential(500ms),
                        .until = 300s};
  const Work work = taking(Distribution::exponential(100ms));
  const Plan plan = plan_of(loop,
                            {on(servers(5), work), on(detailed_servers(5), work),
                             on(warm_pool(5), work), on(detailed_pool(5), work)},
                            until(300s));
  const RunResult one = run(plan, {.threads = 1});
  const RunResult seven = run(plan, {.threads = 7});
  EXPECT_EQ(one.fingerprint, seven.fingerprint);
  EXPECT_GT(one.deployments[0].wait.sum_ns, 0);
  for (const DeploymentResult& d : one.deployments) {
    EXPECT_EQ(d.requests, one.deployments[0].requests);
    EXPECT_EQ(d.latency.sum_ns, one.deployments[0].latency.sum_ns);
    EXPECT_EQ(d.fingerprint, one.deployments[0].fingerprint);
  }
}

TEST(ClosedLoop, OverflowAndVersionsAnswerClients) {
  DeploymentPlan split;
  split.split = Split::kOverflow;
  ServerPlan base = servers(1);
  base.queue_limit = 0;
  PoolPlan pool;
  pool.keep_alive = 1h;
  const Work work = taking(Distribution::constant(1s));
  split.parts = {on(base, work), on(pool, work)};
  const ClosedLoop loop{.clients = 3, .until = 10s};
  const DeploymentResult r = run(plan_of(loop, {split})).deployments.at(0);
  // All three ask at 0, 1, ..., 9; one of them finds the server free.
  EXPECT_EQ(r.completed, 30U);
  EXPECT_EQ(r.parts.at(0).completed, 10U);
  EXPECT_EQ(r.parts.at(1).completed, 20U);
}

TEST(ClosedLoop, StopsWhenTheMonitorSaysSo) {
  const ClosedLoop loop{.clients = 4, .until = 24h * 3650};
  const Plan plan = plan_of(loop, {on(servers(2), taking(Distribution::exponential(10ms)))});
  RunOptions options;
  options.monitor = [](const Progress&) { return false; };
  const RunResult result = run(plan, options);
  EXPECT_TRUE(result.interrupted);
  EXPECT_GT(result.deployments[0].requests, 0U);
}

}  // namespace
}  // namespace faascast
