// Workflows by hand, and one against a queue whose answer is known.
#include "sim-core/workflow.h"

#include <gtest/gtest.h>

#include <cmath>

#include "listed_traffic.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

constexpr Int128 kMilli = 1'000'000;

DeploymentPlan warm(Duration execution) {
  PoolPlan pool;
  pool.keep_alive = 60s;
  return on(pool, taking(Distribution::constant(execution)));
}

Plan plan_of(std::initializer_list<double> at_s, std::vector<DeploymentPlan> deployments) {
  std::vector<Row> rows;
  for (const double at : at_s) {
    Row row;
    row.at_s = at;
    rows.push_back(row);
  }
  Plan plan;
  plan.traffic = std::make_shared<ListedTraffic>(rows);
  plan.deployments = std::move(deployments);
  return plan;
}

TEST(Workflow, JoinsWaitForTheSlowestBranch) {
  // 1 s, then 2 s and 5 s side by side, then 3 s: 9 s each.
  const Plan plan = plan_of({0, 10}, {warm(1s), warm(2s), warm(5s), warm(3s)});
  const WorkflowResult r = run_workflow(plan, {{.deployment = 0},
                                               {.deployment = 1, .after = {0}},
                                               {.deployment = 2, .after = {0}},
                                               {.deployment = 3, .after = {1, 2}}});
  EXPECT_EQ(r.requests, 2U);
  EXPECT_EQ(r.completed, 2U);
  EXPECT_EQ(r.latency.sum_ns, 18'000 * kMilli);
  for (const DeploymentResult& d : r.run.deployments) EXPECT_EQ(d.completed, 2U);
  EXPECT_EQ(r.run.deployments[0].cold_starts, 1U);
}

TEST(Workflow, NetworkTimesLieBetweenSteps) {
  Plan plan = plan_of({0}, {warm(1s), warm(2s)});
  plan.deployments[0].network = Distribution::constant(100ms);
  plan.deployments[1].network = Distribution::constant(30ms);
  const WorkflowResult r = run_workflow(plan, {{.deployment = 0}, {.deployment = 1, .after = {0}}});
  EXPECT_EQ(r.latency.sum_ns, 3'130 * kMilli);
}

TEST(Workflow, WhatFailsIsNotGoneOnWith) {
  // The second request finds the only instance of the first step busy.
  Plan plan = plan_of({0, 0.5}, {warm(1s), warm(2s)});
  std::get<PoolPlan>(plan.deployments[0].side).max_instances = 1;
  const WorkflowResult r = run_workflow(plan, {{.deployment = 0}, {.deployment = 1, .after = {0}}});
  EXPECT_EQ(r.completed, 1U);
  EXPECT_EQ(r.failed, 1U);
  EXPECT_EQ(r.run.deployments[1].requests, 1U);
}

TEST(Workflow, BranchesExcludeOneAnother) {
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(1, 100ms, 2000s);
  plan.deployments = {warm(10ms), warm(20ms), warm(40ms), warm(5ms)};
  const WorkflowResult r =
      run_workflow(plan, {{.deployment = 0},
                          {.deployment = 1, .after = {0}, .probability = 0.3, .branch = 1},
                          {.deployment = 2, .after = {0}, .probability = 0.7, .branch = 1},
                          {.deployment = 3, .after = {1, 2}}});
  const auto n = static_cast<double>(r.requests);
  const auto first = static_cast<double>(r.run.deployments[1].requests);
  EXPECT_EQ(r.run.deployments[1].requests + r.run.deployments[2].requests, r.requests);
  EXPECT_EQ(r.run.deployments[3].requests, r.requests);
  EXPECT_NEAR(first, 0.3 * n, 6 * std::sqrt(0.21 * n));
  EXPECT_EQ(r.latency.sum_ns, 15 * kMilli * Int128(r.requests) +
                                  20 * kMilli * Int128(r.run.deployments[1].requests) +
                                  40 * kMilli * Int128(r.run.deployments[2].requests));
}

TEST(Workflow, TandemQueuesAreIndependent) {
  // Two M/M/1 queues in a row (Burke): each has sojourn 1 / (mu - lambda).
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(1, 1s, std::chrono::hours(200));
  plan.horizon = {Horizon::Kind::kAt, Instant(std::chrono::hours(200))};
  plan.deployments = {on(ServerPlan{}, taking(Distribution::exponential(500ms))),
                      on(ServerPlan{}, taking(Distribution::exponential(600ms)))};
  const WorkflowResult r = run_workflow(plan, {{.deployment = 0}, {.deployment = 1, .after = {0}}});
  // 720 000 requests at loads 0.5 and 0.6: standard errors near 0.002 and 0.005.
  EXPECT_NEAR(*r.run.deployments[0].latency.mean_s(), 1 / (2.0 - 1.0), 0.02);
  EXPECT_NEAR(*r.run.deployments[1].latency.mean_s(), 1 / (1 / 0.6 - 1.0), 0.035);
  EXPECT_NEAR(*r.latency.mean_s(), 1.0 + 1.5, 0.05);
}

/// A queue of detailed pools, several functions, and a hybrid in the middle: the sums balance.
TEST(Workflow, EveryRequestIsAccountedFor) {
  PoolPlan limited;
  limited.keep_alive = 10s;
  limited.max_instances = 2;
  limited.at_limit = AtLimit::kQueue;
  limited.queue_limit = 3;
  ServerPlan base;
  base.queue_limit = 0;
  DeploymentPlan both;
  both.split = Split::kOverflow;
  both.parts = {on(base, taking(Distribution::exponential(300ms))),
                on(PoolPlan{.keep_alive = 5s}, taking(Distribution::exponential(400ms)))};
  both.side = both.parts[0].side;
  both.work = both.parts[0].work;
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(3, 1s, 500s);
  plan.deployments = {on(limited, taking(Distribution::exponential(900ms))), both, warm(50ms)};
  const WorkflowResult r = run_workflow(plan, {{.deployment = 0},
                                               {.deployment = 1, .after = {0}, .probability = 0.5},
                                               {.deployment = 2, .after = {1}}});
  const DeploymentResult& first = r.run.deployments[0];
  EXPECT_EQ(r.requests, first.requests);
  EXPECT_GT(first.throttled, 0U);
  EXPECT_EQ(r.failed, first.throttled);
  EXPECT_EQ(r.run.deployments[2].completed, r.completed);
  EXPECT_GT(r.run.deployments[1].parts[1].requests, 0U);
  EXPECT_EQ(r.in_flight, 0U);
}

}  // namespace
}  // namespace faascast
