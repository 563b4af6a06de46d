#include "tests/oracles/estimate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>

namespace faascast::oracles {

Estimate estimate(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double value : values) mean += value / n;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {.mean = mean, .standard_error = std::sqrt(squares / (n * (n - 1)))};
}

std::vector<Estimate> replicate(const Plan& plan, const Figures& figures) {
  std::vector<std::vector<double>> columns;
  for (std::uint32_t r = 0; r < kReplications; ++r) {
    const RunResult result = run(plan, {.seed = {.seed = 2024, .replication = r}, .threads = 1});
    const std::vector<double> row = figures(result);
    columns.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) columns[i].push_back(row[i]);
  }
  std::vector<Estimate> estimates;
  for (const auto& column : columns) estimates.push_back(estimate(column));
  return estimates;
}

void expect_matches(const OracleRow& row, const Estimate& found, double precision, double reading) {
  const std::string what = row.name + " [" + row.parameters + "] " + row.quantity;
  const double expected = row.value();
  EXPECT_LT(found.standard_error, precision * std::abs(expected))
      << what << ": too noisy to prove anything, make the run longer";
  EXPECT_NEAR(found.mean, expected,
              kStudentT * found.standard_error + reading * std::abs(expected) + 1e-9)
      << what << ", standard error " << found.standard_error;
}

Duration seconds(double s) { return Duration(std::llround(s * 1e9)); }

Plan plan_of(const RenewalLaw& law, Span span, std::vector<DeploymentPlan> deployments,
             std::uint32_t functions) {
  const Duration end = seconds(span.warm_up_s + span.length_s);
  return {.traffic = std::make_shared<RenewalTraffic>(law, end, functions),
          .deployments = std::move(deployments),
          .horizon = {.kind = Horizon::Kind::kAt, .at = Instant(end)},
          .warm_up = Instant(seconds(span.warm_up_s))};
}

DeploymentPlan pool_of(const Distribution& service, const PoolPlan& pool) {
  return {.name = "pool", .side = pool, .work = {.execution = service, .is_final = true}};
}

DeploymentPlan servers_of(const Distribution& service, std::uint32_t count,
                          std::optional<std::uint64_t> queue_limit) {
  return {.name = "servers",
          .side = ServerPlan{.replicas = count, .queue_limit = queue_limit},
          .work = {.execution = service, .is_final = true}};
}

Distribution service_law(const std::string& name, double mean_s, double cv) {
  const Duration mean = seconds(mean_s);
  if (name == "exp") return Distribution::exponential(mean);
  if (name == "det") return Distribution::constant(mean);
  if (name == "lognormal") return Distribution::lognormal(mean, cv);
  throw std::runtime_error("no service law " + name);
}

double share(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace faascast::oracles
