// Servers that share CPUs, and servers that break down, against theory.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/oracles/estimate.h"

namespace faascast::oracles {
namespace {

TEST(SharingServers, SojournDoesNotDependOnTheLaw) {
  for (const OracleRow& row : oracle_rows("mg_ps_multicore")) {
    if (row.quantity == "E[sojourn|x]") continue;
    const double a = row.number("a");
    std::vector<DeploymentPlan> deployments;
    for (const Distribution& law :
         {Distribution::exponential(seconds(1)), Distribution::lognormal(seconds(1), 1.5)}) {
      DeploymentPlan d = servers_of(law, 1);
      auto& servers = std::get<ServerPlan>(d.side);
      servers.workers_per_replica = 1000;
      servers.vcpu_share = MilliVcpu(static_cast<std::int64_t>(row.number("cores") * 1000));
      deployments.push_back(d);
    }
    const Plan plan = plan_of(poisson(a), {3'000 / a, 60'000 / a}, deployments);
    const auto found = replicate(plan, [](const RunResult& result) {
      std::vector<double> means;
      for (const DeploymentResult& d : result.deployments) {
        means.push_back(d.latency.mean_s().value_or(0.0));
      }
      return means;
    });
    for (const Estimate& estimate : found) expect_matches(row, estimate, 0.03, 1e-4);
  }
}

/// c servers of one worker, `waiting` places; each breaks down at rate x and is repaired at rate r,
/// busy or not; the request on it is lost. States (u servers up, n requests there).
struct BreakingFleet {
  int c;
  int waiting;
  double rate, mu, x, r;

  struct Answer {
    double turned_away = 0.0;
    double failed = 0.0;
  };
  /// By iterating the uniformised chain until it stands still.
  [[nodiscard]] Answer solved() const {
    const int most = c + waiting;
    const auto at = [&](int u, int n) { return static_cast<std::size_t>(u * (most + 1) + n); };
    std::vector<double> p(at(c, most) + 1, 0.0);
    p[at(c, 0)] = 1.0;
    const double step = 1.0 / (rate + c * (mu + x + r));
    for (int round = 0; round < 200'000; ++round) {
      std::vector<double> q = p;
      double change = 0.0;
      const auto flow = [&](int u, int n, int v, int m, double speed) {
        const double amount = p[at(u, n)] * speed * step;
        q[at(u, n)] -= amount;
        q[at(v, m)] += amount;
      };
      for (int u = 0; u <= c; ++u) {
        for (int n = 0; n <= most; ++n) {
          const int busy = std::min(u, n);
          if (!full(u, n)) flow(u, n, u, n + 1, rate);
          if (busy > 0) flow(u, n, u, n - 1, busy * mu);
          if (busy > 0) flow(u, n, u - 1, n - 1, busy * x);
          if (u > busy) flow(u, n, u - 1, n, (u - busy) * x);
          if (u < c) flow(u, n, u + 1, n, (c - u) * r);
        }
      }
      for (std::size_t i = 0; i < p.size(); ++i) change += std::abs(q[i] - p[i]);
      p = q;
      if (change < 1e-14) break;
    }
    Answer answer;
    for (int u = 0; u <= c; ++u) {
      for (int n = 0; n <= most; ++n) {
        if (full(u, n)) answer.turned_away += p[at(u, n)];
        answer.failed += p[at(u, n)] * std::min(u, n) * x / rate;
      }
    }
    return answer;
  }
  [[nodiscard]] bool full(int u, int n) const { return n >= u && n - std::min(u, n) >= waiting; }
};

TEST(BreakingServers, MatchTheMarkovChain) {
  for (const BreakingFleet& fleet :
       {BreakingFleet{1, 0, 0.8, 1.0, 0.2, 0.5}, BreakingFleet{2, 3, 1.6, 1.0, 0.1, 0.4},
        BreakingFleet{4, 6, 3.0, 1.0, 0.05, 0.2}}) {
    DeploymentPlan d =
        servers_of(Distribution::exponential(seconds(1 / fleet.mu)),
                   static_cast<std::uint32_t>(fleet.c), static_cast<std::uint64_t>(fleet.waiting));
    std::get<ServerPlan>(d.side).breakdown =
        Breakdown{.up = Distribution::exponential(seconds(1 / fleet.x)),
                  .down = Distribution::exponential(seconds(1 / fleet.r)),
                  .retries = 0};
    const Plan plan = plan_of(poisson(fleet.rate), {2'000 / fleet.rate, 60'000 / fleet.rate}, {d});
    const auto found = replicate(plan, [](const RunResult& result) {
      const DeploymentResult& one = result.deployments.at(0);
      return std::vector{share(one.throttled, one.requests), share(one.failed, one.requests)};
    });
    const BreakingFleet::Answer exact = fleet.solved();
    const auto near = [&](const Estimate& estimate, double value, const char* what) {
      EXPECT_LT(estimate.standard_error, 0.02 * value) << what;
      EXPECT_NEAR(estimate.mean, value, kStudentT * estimate.standard_error)
          << what << " of " << fleet.c << " servers";
    };
    near(found[0], exact.turned_away, "turned away");
    near(found[1], exact.failed, "failed");
  }
}

}  // namespace
}  // namespace faascast::oracles
