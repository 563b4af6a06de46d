// Processor sharing, patience and retries against theory.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/oracles/estimate.h"

namespace faascast::oracles {
namespace {

double seconds_in(const DurationSummary& d) { return static_cast<double>(d.sum_ns) * 1e-9; }
double span_s(const RunResult& r) { return seconds_of(r.horizon - r.warm_up); }

/// One warm instance that is never full: Cohen's state-dependent processor sharing.
DeploymentPlan shared_by_all(const Distribution& service, double cores) {
  PoolPlan pool;
  pool.minimum_instances = pool.max_instances = 1;
  pool.concurrency = 1000;
  pool.vcpu_share = MilliVcpu(static_cast<std::int64_t>(cores * 1000));
  return pool_of(service, pool);
}

TEST(ProcessorSharing, SojournDoesNotDependOnTheLaw) {
  for (const OracleRow& row : oracle_rows("mg_ps_multicore")) {
    const double a = row.number("a");
    const double cores = row.number("cores");
    const bool of_size = row.quantity == "E[sojourn|x]";
    // All requests of the size asked for, at the same load; else two laws of mean one.
    const double mean = of_size ? row.number("job size x") : 1.0;
    const double rate = a / mean;
    std::vector<DeploymentPlan> deployments;
    if (of_size) {
      deployments = {shared_by_all(Distribution::constant(seconds(mean)), cores)};
    } else {
      deployments = {shared_by_all(Distribution::exponential(seconds(1)), cores),
                     shared_by_all(Distribution::lognormal(seconds(1), 1.5), cores)};
    }
    const Plan plan = plan_of(poisson(rate), {3'000 / rate, 60'000 / rate}, deployments);
    const auto found = replicate(plan, [](const RunResult& result) {
      std::vector<double> means;
      for (const DeploymentResult& d : result.deployments) {
        EXPECT_EQ(d.cold_starts + d.throttled, 0U);
        means.push_back(d.latency.mean_s().value_or(0.0));
      }
      return means;
    });
    for (const Estimate& estimate : found) expect_matches(row, estimate, 0.03, 1e-4);
  }
}

std::map<std::string, double> patience_figures(const RunResult& result, double leaving_rate) {
  const DeploymentResult& d = result.deployments.at(0);
  double at_once = 0.0;
  for (const auto& [value, count] : d.wait.histogram.buckets()) {
    if (value == Duration::zero()) at_once += static_cast<double>(count);
  }
  const double given_up = share(d.abandoned, d.requests);
  const double waits = 1.0 - at_once / static_cast<double>(d.requests);
  return {{"P(timeout in queue)", given_up},
          {"P(abandon)", given_up},
          {"P(wait>0) offered", waits},
          {"P(wait>0)", waits},
          {"E[wait; served]", d.wait.mean_s().value_or(0.0)},
          // Who waits leaves at that rate, so the rate of leaving tells how many wait.
          {"E[Lq]", static_cast<double>(d.abandoned) / span_s(result) / leaving_rate}};
}

void check_patience(const std::vector<OracleRow>& rows, const Distribution& patience,
                    double leaving_rate) {
  const double rate = rows.front().number("lambda");
  const auto c = static_cast<std::uint32_t>(rows.front().number("c"));
  DeploymentPlan fleet = servers_of(Distribution::exponential(seconds(1)), c);
  std::get<ServerPlan>(fleet.side).patience = patience;
  const Plan plan = plan_of(poisson(rate), {3'000 / rate, 150'000 / rate}, {fleet});
  std::vector<std::string> names;
  const auto found = replicate(plan, [&](const RunResult& result) {
    std::vector<double> values;
    names.clear();
    for (const auto& [name, value] : patience_figures(result, leaving_rate)) {
      names.push_back(name);
      values.push_back(value);
    }
    return values;
  });
  for (const OracleRow& row : rows) {
    const auto at = std::find(names.begin(), names.end(), row.quantity);
    ASSERT_NE(at, names.end()) << row.quantity;
    expect_matches(row, found[static_cast<std::size_t>(at - names.begin())], 0.03, 1e-4);
  }
}

TEST(Patience, FixedMatchesBarrer) {
  for (const auto& rows : oracle_cases("mmc_fixed_patience")) {
    const double patience = std::stod(rows.front().word("patience").substr(6));  // "fixed 0.5"
    check_patience(rows, Distribution::constant(seconds(patience)), 1.0);
  }
}

TEST(Patience, ExponentialMatchesErlangA) {
  for (const auto& rows : oracle_cases("erlang_a")) {
    const double rate = std::stod(rows.front().word("patience").substr(9));  // "exp rate 0.5"
    check_patience(rows, Distribution::exponential(seconds(1 / rate)), rate);
  }
}

TEST(Retries, OrbitMatchesFalinAndTempleton) {
  for (const OracleRow& row : oracle_rows("mg1_retrial")) {
    const double rate = row.number("lambda");
    const double cv = row.number("cv");
    const double nu = row.number("retry rate nu");
    PoolPlan pool;
    pool.minimum_instances = pool.max_instances = 1;
    pool.retry = {.most = 65'535, .delay = Distribution::exponential(seconds(1 / nu)), .factor = 1};
    const Distribution service =
        cv == 1.0 ? Distribution::exponential(seconds(1)) : Distribution::gamma(seconds(1), cv);
    const Plan plan =
        plan_of(poisson(rate), {5'000 / rate, 150'000 / rate}, {pool_of(service, pool)});
    const auto found = replicate(plan, [](const RunResult& result) {
      EXPECT_EQ(result.deployments[0].throttled, 0U);
      return std::vector{seconds_in(result.deployments[0].wait) / span_s(result)};
    });
    expect_matches(row, found[0], 0.03, 1e-4);
  }
}

}  // namespace
}  // namespace faascast::oracles
