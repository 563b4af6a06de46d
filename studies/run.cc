#include "studies/run.h"

#include <fmt/format.h>

#include "input/quantity.h"
#include "pricing/month.h"
#include "studies/assumptions.h"

namespace faascast {

std::vector<std::string> objective_misses(const Objective& objective,
                                          const DeploymentResult& result) {
  std::vector<std::string> misses;
  const auto check_time = [&](const char* name, const std::optional<Duration>& limit,
                              std::optional<double> value_s) {
    if (!limit || !value_s || *value_s <= seconds_of(*limit)) return;
    misses.push_back(fmt::format("{} {} > {}", name,
                                 format_duration(Duration(static_cast<std::int64_t>(*value_s * 1e9))),
                                 format_duration(*limit)));
  };
  check_time("p50", objective.p50, result.latency.quantile_s(0.50));
  check_time("p95", objective.p95, result.latency.quantile_s(0.95));
  check_time("p99", objective.p99, result.latency.quantile_s(0.99));
  check_time("mean", objective.mean, result.latency.mean_s());
  const auto check_share = [&](const char* name, const std::optional<double>& limit,
                               std::uint64_t part, std::uint64_t whole) {
    if (!limit || whole == 0) return;
    const double share = static_cast<double>(part) / static_cast<double>(whole);
    if (share > *limit) {
      misses.push_back(fmt::format("{} {:.3g} % > {:.3g} %", name, 100.0 * share, 100.0 * *limit));
    }
  };
  check_share("cold starts", objective.cold_share, result.cold_starts,
              result.completed + result.timed_out);
  check_share("throttled", objective.throttled, result.throttled, result.requests);
  if (!objective.empty() && result.completed == 0 && result.requests > 0) {
    misses.push_back("no request completed");
  }
  return misses;
}

std::vector<std::string> breakeven_misses(Objective objective, const DeploymentResult& result) {
  if (!objective.throttled) objective.throttled = kMostThrottled;
  return objective_misses(objective, result);
}

namespace {

DeploymentReport report_of(const Scenario& scenario, const DeploymentSpec& spec,
                           const CompiledDeployment& compiled, DeploymentResult figures,
                           Duration span) {
  DeploymentReport report;
  report.name = spec.name;
  report.kind = spec.is_serverless() ? "serverless" : "servers";
  report.configuration = compiled.configuration;
  report.notes = compiled.notes;
  if (spec.front_door == "load-balancer") {
    figures.usage[Meter::kLoadBalancerTime] = static_cast<Int128>(span.count());
  }
  if (span > Duration::zero()) report.bill = bill_span(compiled.prices, figures.usage);
  if (span > Duration::zero()) {
    const Usage month = month_usage(figures.usage, span);
    report.bill_month = bill_month(compiled.prices, month, scenario.free_tier);
    const auto requests = static_cast<double>(month[Meter::kConnections]);
    if (requests > 0.0) {
      report.usd_per_million = usd_of(report.bill_month.total()) / requests * 1e6;
    }
  }
  if (!scenario.objective.empty()) {
    report.misses = objective_misses(scenario.objective, figures);
    report.meets_objective = report.misses.empty();
  }
  report.figures = std::move(figures);
  report.notes.push_back("Prices: " + compiled.prices.vintage + ".");
  return report;
}

}  // namespace

RunReport run_scenario(const Scenario& scenario, const StudyOptions& options) {
  const Inputs inputs = resolve_inputs(scenario, options.store);
  CompiledScenario compiled = compile(scenario, inputs);
  RunReport report;
  report.scenario = scenario.name;
  report.seed = options.seed.value_or(scenario.seed);
  report.profile_hash = inputs.model.profile_hash;
  report.traffic = inputs.traffic->description();
  report.model = inputs.model.description;
  report.notes = assumptions_of(scenario, inputs);

  RunOptions run_options;
  run_options.seed = {report.seed, 0};
  run_options.threads = options.threads;
  run_options.monitor = options.monitor;
  RunResult result = run(compiled.plan, run_options);
  report.interrupted = result.interrupted;
  report.fingerprint = result.fingerprint;
  // An interrupted run has no span: each deployment has replayed another part of the traffic, so
  // nothing is scaled to a month.
  report.span = result.interrupted ? Duration::zero() : result.horizon - result.warm_up;
  for (std::size_t i = 0; i < scenario.deployments.size(); ++i) {
    report.deployments.push_back(report_of(scenario, scenario.deployments[i],
                                           compiled.deployments[i],
                                           std::move(result.deployments[i]), report.span));
  }
  const double days = seconds_of(report.span) / 86'400.0;
  if (days > 0.0 && !report.deployments.empty()) {
    report.inferences_per_day =
        static_cast<double>(report.deployments.front().figures.requests) / days;
  }
  constexpr double kAboutADay = 0.95;
  if (days < kAboutADay && days > 0.0) {
    report.notes.push_back(fmt::format(
        "A month is scaled from {}: the traffic is taken to go on like this day and night.",
        format_duration(report.span)));
  }
  return report;
}

}  // namespace faascast
