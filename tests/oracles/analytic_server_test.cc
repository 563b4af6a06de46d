// Servers against queueing theory: M/M/c, M/D/c, M/G/1, G/M/1 and finite queues.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "tests/oracles/estimate.h"

namespace faascast::oracles {
namespace {

/// Half the width of a histogram's bucket, and so the error of what is read there.
constexpr double kReading = 1e-3;
/// Below this a probability is too rare to be measured; closed_form_test computes it.
constexpr double kRare = 1e-6;

double count_of(const DurationSummary& wait) { return static_cast<double>(wait.count); }

/// P(wait <= t), t >= 0.
double at_most(const DurationSummary& wait, double t_s) {
  double below = 0.0;
  for (const auto& [value, count] : wait.histogram.buckets()) {
    if (seconds_of(value) <= t_s) below += static_cast<double>(count);
  }
  return below / count_of(wait);
}

double variance(const DurationSummary& wait) {
  double squares = 0.0;
  for (const auto& [value, count] : wait.histogram.buckets()) {
    squares += static_cast<double>(count) * seconds_of(value) * seconds_of(value);
  }
  const double mean = wait.mean_s().value_or(0.0);
  return squares / count_of(wait) - mean * mean;
}

/// What queueing theory says of a fleet, by the oracle's name for it.
std::map<std::string, double> figures_of(const RunResult& result, double service_s) {
  const DeploymentResult& d = result.deployments.at(0);
  const double span_s = seconds_of(result.horizon - result.warm_up);
  const double mean_wait = d.wait.mean_s().value_or(0.0);
  const double waiting = static_cast<double>(d.wait.sum_ns) * 1e-9 / span_s;
  const double in_system = waiting + static_cast<double>(d.execution.sum_ns) * 1e-9 / span_s;
  return {{"P(wait>0)", 1.0 - at_most(d.wait, 0.0)},
          {"P(wait>0) (arrivals)", 1.0 - at_most(d.wait, 0.0)},
          {"sigma", 1.0 - at_most(d.wait, 0.0)},  // of G/M/1: an arrival waits
          {"E[Wq]", mean_wait},
          {"E[Wq|accepted]", mean_wait},
          {"E[Lq]", waiting},
          {"E[L]", in_system},
          {"Var[Wq]", variance(d.wait)},
          {"P(Wq>1/mu)", 1.0 - at_most(d.wait, service_s)},
          {"quantile 0.99 of Wq", d.wait.quantile_s(0.99).value_or(0.0)},
          {"P(block)", share(d.throttled, d.requests)}};
}

/// Replicates `plan` and checks every row; `reading` is what the histogram adds to a tolerance.
void check(const std::vector<OracleRow>& rows, const Plan& plan, double service_s, double precision,
           const std::map<std::string, double>& reading = {}) {
  std::vector<std::string> names;
  const auto found = replicate(plan, [&](const RunResult& result) {
    std::vector<double> values;
    names.clear();
    for (const auto& [name, value] : figures_of(result, service_s)) {
      names.push_back(name);
      values.push_back(value);
    }
    return values;
  });
  for (const OracleRow& row : rows) {
    const auto at = std::find(names.begin(), names.end(), row.quantity);
    ASSERT_NE(at, names.end()) << row.name << ": no figure " << row.quantity;
    const Estimate& estimate = found[static_cast<std::size_t>(at - names.begin())];
    if (row.value() < kRare) {
      EXPECT_LT(estimate.mean, 10 * kRare) << row.parameters << " " << row.quantity;
      continue;
    }
    // Tails are the slow ones to settle.
    const bool tail = row.quantity == "Var[Wq]" || row.quantity == "P(Wq>1/mu)";
    const auto read = reading.find(row.quantity);
    expect_matches(row, estimate, tail ? 3 * precision : precision,
                   read == reading.end() ? 0.0 : read->second);
  }
}

Span of_requests(double count, double rate, double warm_up) {
  return {warm_up / rate, count / rate};
}

TEST(Mmc, WaitMatchesErlangC) {
  for (const auto& rows : oracle_cases("mmc")) {
    const double rate = rows.front().number("lambda");
    const double mu = rows.front().number("mu");
    const double c = rows.front().number("c");
    // Large fleets near saturation settle slowly.
    const bool slow = c >= 100;
    const Plan plan = plan_of(
        poisson(rate), of_requests(slow ? 3e6 : 4e5, rate, 20'000),
        {servers_of(Distribution::exponential(seconds(1 / mu)), static_cast<std::uint32_t>(c))});
    // A threshold lies in a bucket of twice kReading; the tail falls by (c mu - lambda) t over it.
    const double slope = (c * mu - rate) / mu;
    check(rows, plan, 1 / mu, slow ? 0.04 : 0.03,
          {{"P(Wq>1/mu)", 2 * kReading * slope},
           {"quantile 0.99 of Wq", kReading},
           {"Var[Wq]", 3 * kReading}});
  }
}

TEST(Mmck, FiniteQueueMatchesBirthDeath) {
  for (const auto& rows : oracle_cases("mmck")) {
    const double rate = rows.front().number("a");
    const auto c = static_cast<std::uint32_t>(rows.front().number("c"));
    const auto places = static_cast<std::uint32_t>(rows.front().number("K"));
    const Plan plan = plan_of(poisson(rate), of_requests(200'000, rate, 2'000),
                              {servers_of(Distribution::exponential(seconds(1)), c, places - c)});
    check(rows, plan, 1, 0.02);
  }
}

TEST(Mdc, WaitMatchesCrommelin) {
  for (const auto& rows : oracle_cases("mdc")) {
    const double c = rows.front().number("c");
    const double rate = rows.front().number("rho") * c;
    const Plan plan =
        plan_of(poisson(rate), of_requests(200'000, rate, 5'000),
                {servers_of(Distribution::constant(seconds(1)), static_cast<std::uint32_t>(c))});
    check(rows, plan, 1, 0.02);
  }
}

TEST(Mg1, WaitMatchesPollaczekKhinchine) {
  for (const auto& rows : oracle_cases("mg1")) {
    const OracleRow& first = rows.front();
    const double rate = first.number("lambda");
    const double mean = first.number("mean");
    const Plan plan =
        plan_of(poisson(rate), of_requests(500'000, rate, 10'000),
                {servers_of(service_law(first.word("law"), mean, first.number("cv")), 1)});
    // Quantile tables hold a second moment to 6e-5 and a third one to 1e-3.
    check(rows, plan, mean, 0.04, {{"Var[Wq]", 4 * kReading}, {"E[Wq]", 3e-4}, {"E[L]", 3e-4}});
  }
}

TEST(Md1, WaitDistributionMatchesErlang) {
  for (const OracleRow& row : oracle_rows("md1_wait_cdf")) {
    const double rate = row.number("lambda");
    const double t = row.number("t");
    const Plan plan = plan_of(poisson(rate), of_requests(100'000, rate, 2'000),
                              {servers_of(Distribution::constant(seconds(row.number("D"))), 1)});
    const auto found = replicate(plan, [&](const RunResult& result) {
      return std::vector{at_most(result.deployments.at(0).wait, t)};
    });
    EXPECT_EQ(row.quantity, "P(Wq<=t)");
    // The density is below the rate, and t lies in a bucket of relative width 2 kReading.
    expect_matches(row, found[0], 0.01, 2 * kReading * rate * t / row.value());
  }
}

TEST(Gim1, WaitMatchesTheRootOfTheTransform) {
  for (auto rows : oracle_cases("gim1")) {
    const double rate = rows.front().number("rho") * rows.front().number("mu");
    const double mu = rows.front().number("mu");
    const RenewalLaw law =
        rows.front().word("arrivals") == "D" ? every(1 / rate) : erlang(4, 1 / rate);
    const Plan plan = plan_of(law, of_requests(400'000, rate, 5'000),
                              {servers_of(Distribution::exponential(seconds(1 / mu)), 1)});
    // closed_form_test checks the bounds' formulas; here the wait stays below them.
    const std::vector<OracleRow> bounds(rows.begin() + 2, rows.end());
    rows.resize(2);
    check(rows, plan, 1 / mu, 0.02);
    ASSERT_EQ(bounds.front().quantity, "Kingman upper bound on E[Wq]");
    const auto found = replicate(plan, [](const RunResult& result) {
      return std::vector{result.deployments.at(0).wait.mean_s().value_or(0.0)};
    });
    EXPECT_LT(found[0].mean, bounds.front().value()) << bounds.front().parameters;
  }
}

}  // namespace
}  // namespace faascast::oracles
