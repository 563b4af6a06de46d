#include "studies/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "input/quantity.h"
#include "pricing/month.h"
#include "sim-core/statistics.h"
#include "studies/assumptions.h"
#include "studies/split_bill.h"
#include "studies/workflow.h"

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

std::string_view kind_of(const DeploymentPlan& plan) {
  if (plan.split == Split::kVersions) return kind_of(plan.parts.front());
  if (plan.split == Split::kOverflow) return "hybrid";
  return std::holds_alternative<PoolPlan>(plan.side) ? "serverless" : "servers";
}

/// @param all  what the whole is charged for
std::vector<DeploymentReport> parts_of(const CompiledDeployment& compiled,
                                       const DeploymentResult& figures,
                                       const std::vector<Charged>& all, Duration span,
                                       bool free_tier) {
  std::vector<DeploymentReport> reports;
  for (std::size_t i = 0; i < compiled.parts.size(); ++i) {
    const CompiledDeployment& part = compiled.parts[i];
    DeploymentReport report;
    report.name = part.plan.name;
    report.kind = kind_of(part.plan);
    report.configuration = part.configuration;
    report.figures = figures.parts.at(i);
    const std::vector<Charged> own = compiled.plan.split == Split::kOverflow
                                         ? std::vector<Charged>{all.at(i)}
                                         : charged(part, report.figures);
    if (span > Duration::zero()) {
      report.bill = span_bill(own);
      report.bill_month = month_bill(own, span, free_tier);
    }
    report.parts = parts_of(part, report.figures, own, span, free_tier);
    reports.push_back(std::move(report));
  }
  return reports;
}

DeploymentReport report_of(const Scenario& scenario, const DeploymentSpec& spec,
                           const CompiledDeployment& compiled, DeploymentResult figures,
                           Duration span) {
  DeploymentReport report;
  report.name = spec.name;
  report.kind = spec.hybrid ? "hybrid" : spec.is_serverless() ? "serverless" : "servers";
  report.configuration = compiled.configuration;
  report.notes = compiled.notes;
  add_instance_usage(compiled, figures, span);
  std::vector<Charged> parts = charged(compiled, figures);
  if (spec.front_door == "load-balancer") {
    const auto time = static_cast<Int128>(span.count());
    parts.front().usage[Meter::kLoadBalancerTime] = time;
    figures.usage[Meter::kLoadBalancerTime] = time;
  }
  if (span > Duration::zero()) report.bill = span_bill(parts);
  if (span > Duration::zero()) {
    const Usage month = month_usage(figures.usage, span);
    report.bill_month = month_bill(parts, span, scenario.free_tier);
    const auto requests = static_cast<double>(month[Meter::kConnections]);
    if (requests > 0.0) {
      report.usd_per_million = usd_of(report.bill_month.total()) / requests * 1e6;
    }
  }
  if (!scenario.objective.empty() && scenario.steps.empty()) {
    report.misses = objective_misses(scenario.objective, figures);
    report.meets_objective = report.misses.empty();
  }
  report.parts = parts_of(compiled, figures, parts, span, scenario.free_tier);
  report.figures = std::move(figures);
  for (const Charged& part : parts) {
    report.notes.push_back("Prices: " + part.prices.vintage + ".");
  }
  return report;
}

/// The objective is the workflow's; its steps have none.
WorkflowReport workflow_report(const Scenario& scenario, const WorkflowResult& result,
                               const std::vector<DeploymentReport>& steps) {
  WorkflowReport report;
  report.requests = result.requests;
  report.completed = result.completed;
  report.failed = result.failed;
  report.latency = result.latency;
  for (const DeploymentReport& step : steps) {
    report.usd += usd_of(step.bill.total());
    report.usd_month += usd_of(step.bill_month.total());
  }
  if (report.requests > 0 && report.usd > 0.0) {
    report.usd_per_million = report.usd / static_cast<double>(report.requests) * 1e6;
  }
  if (!scenario.objective.empty()) {
    DeploymentResult whole;
    whole.requests = result.requests;
    whole.completed = result.completed;
    whole.throttled = result.failed;
    whole.latency = result.latency;
    report.misses = objective_misses(scenario.objective, whole);
    report.meets_objective = report.misses.empty();
  }
  return report;
}

/// Figures that replications are compared by.
constexpr std::size_t kReplicated = 5;
constexpr std::array<const char*, kReplicated> kReplicatedNames = {
    "latency_mean_s", "latency_p99_s", "cold_share", "instances_mean", "usd_per_month"};
using ReplicatedFigures = std::array<double, kReplicated>;
/// Those that --precision is about: a rare cold start may need any number of replications.
constexpr std::array<std::size_t, 3> kPrecise = {0, 1, 4};

ReplicatedFigures replicated_figures(const DeploymentReport& report) {
  const DeploymentResult& figures = report.figures;
  const auto served = static_cast<double>(figures.completed + figures.timed_out);
  return {figures.latency.mean_s().value_or(0.0), figures.latency.quantile_s(0.99).value_or(0.0),
          served > 0.0 ? static_cast<double>(figures.cold_starts) / served : 0.0,
          figures.instances.mean, usd_of(report.bill_month.total())};
}

/// What replications of a scenario found, and the intervals that follow.
class Replicator {
 public:
  explicit Replicator(std::size_t deployments) : values_(deployments) {}

  void add(const std::vector<DeploymentReport>& deployments) {
    for (std::size_t d = 0; d < deployments.size(); ++d) {
      values_[d].push_back(replicated_figures(deployments[d]));
    }
  }
  [[nodiscard]] std::size_t count() const { return values_.front().size(); }
  /// The widest half-width / mean of what --precision is about.
  [[nodiscard]] double reached() const {
    double widest = 0.0;
    for (std::size_t d = 0; d < values_.size(); ++d) {
      for (const std::size_t f : kPrecise) {
        const MeanInterval interval = mean_interval(column(d, f));
        if (interval.mean != 0.0) widest = std::max(widest, interval.relative());
      }
    }
    return widest;
  }
  void fill(RunReport& report) const {
    report.replications = static_cast<unsigned>(count());
    report.compared_with = report.deployments.front().name;
    for (std::size_t d = 0; d < values_.size(); ++d) {
      for (std::size_t f = 0; f < kReplicated; ++f) {
        report.deployments[d].intervals.push_back(named(f, mean_interval(column(d, f))));
        if (d == 0) continue;
        report.deployments[d].differences.push_back(
            named(f, paired_difference(column(0, f), column(d, f))));
      }
    }
  }

 private:
  static FigureInterval named(std::size_t f, const MeanInterval& interval) {
    return {kReplicatedNames[f], interval.mean, interval.low(), interval.high()};
  }
  [[nodiscard]] std::vector<double> column(std::size_t deployment, std::size_t figure) const {
    std::vector<double> column;
    for (const ReplicatedFigures& figures : values_[deployment]) column.push_back(figures[figure]);
    return column;
  }
  std::vector<std::vector<ReplicatedFigures>> values_;
};

/// Further replications of a run whose first is in `report`: as many as were asked for, or doubled
/// until the precision is reached. Looking at doublings only keeps the rule from stopping at lucky
/// moments.
void replicate(const Scenario& scenario, const CompiledScenario& compiled,
               const StudyOptions& options, RunOptions run_options, RunReport& report) {
  constexpr unsigned kLeast = 10;
  constexpr unsigned kMost = 1280;
  Replicator replicator(report.deployments.size());
  replicator.add(report.deployments);
  const bool is_precise = options.precision > 0.0;
  unsigned wanted = is_precise ? std::max(options.replications, kLeast) : options.replications;
  for (;;) {
    while (replicator.count() < wanted) {
      run_options.seed.replication = static_cast<std::uint32_t>(replicator.count());
      RunResult result =
          scenario.steps.empty()
              ? run(compiled.plan, run_options)
              : run_workflow(compiled.plan, workflow_steps(scenario), run_options).run;
      if (result.interrupted) throw Interrupted();
      std::vector<DeploymentReport> reports;
      const Duration span = result.horizon - result.warm_up;
      for (std::size_t i = 0; i < scenario.deployments.size(); ++i) {
        reports.push_back(report_of(scenario, scenario.deployments[i], compiled.deployments[i],
                                    std::move(result.deployments[i]), span));
      }
      replicator.add(reports);
    }
    if (!is_precise || replicator.reached() <= options.precision || 2 * wanted > kMost) break;
    wanted *= 2;
  }
  replicator.fill(report);
  if (is_precise) {
    report.notes.push_back(
        fmt::format("Precision: mean and p99 latency and the monthly bill are known to {:.2g} % or "
                    "better ({:.2g} % was asked for), with {} replications.",
                    100.0 * replicator.reached(), 100.0 * options.precision, report.replications));
  }
  if (!scenario.traffic.generator) {
    report.notes.push_back(
        "Replications draw times and cold starts anew; the trace's arrivals stay as they are.");
  }
}

/// Of clients that wait for their answers each deployment has traffic of its own.
std::string traffic_of_each(const std::vector<DeploymentReport>& deployments, double days) {
  std::vector<std::string> each;
  for (const DeploymentReport& d : deployments) {
    each.push_back(fmt::format("{} answers {} a day", d.name,
                               format_count(static_cast<std::uint64_t>(
                                   static_cast<double>(d.figures.requests) / days))));
  }
  return fmt::format(
      "The clients wait for their answers, so a quicker deployment gets more requests, and its "
      "month is the bill for those: {}.",
      fmt::join(each, ", "));
}

}  // namespace

RunReport run_scenario(const Scenario& scenario, const StudyOptions& options) {
  return run_scenario(scenario, resolve_inputs(scenario, options.store), options);
}

RunReport run_scenario(const Scenario& scenario, const Inputs& inputs,
                       const StudyOptions& options) {
  CompiledScenario compiled = compile(scenario, inputs);
  RunReport report;
  report.scenario = scenario.name;
  report.seed = options.seed.value_or(scenario.seed);
  report.profile_hash = inputs.model.profile_hash;
  report.traffic = inputs.traffic->description();
  report.model = inputs.model.description;
  report.notes = assumptions_of(scenario, inputs);
  report.assumptions = figures_behind(scenario);

  RunOptions run_options;
  run_options.seed = {report.seed, 0};
  run_options.threads = options.threads;
  run_options.monitor = options.monitor;
  run_options.timeline = options.timeline;
  WorkflowResult workflow;
  RunResult result;
  if (scenario.steps.empty()) {
    result = run(compiled.plan, run_options);
  } else {
    workflow = run_workflow(compiled.plan, workflow_steps(scenario), run_options);
    result = std::move(workflow.run);
  }
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
  if (!scenario.steps.empty()) {
    report.workflow = workflow_report(scenario, workflow, report.deployments);
  }
  const double days = seconds_of(report.span) / 86'400.0;
  if (days > 0.0 && !report.deployments.empty()) {
    const std::uint64_t requests = report.workflow ? report.workflow->requests
                                                   : report.deployments.front().figures.requests;
    report.inferences_per_day = static_cast<double>(requests) / days;
  }
  if (inputs.traffic->closed_loop() != nullptr && days > 0.0) {
    report.notes.push_back(traffic_of_each(report.deployments, days));
  }
  constexpr double kAboutADay = 0.95;
  if (days < kAboutADay && days > 0.0) {
    report.notes.push_back(fmt::format(
        "A month is scaled from {}: the traffic is taken to go on like this day and night.",
        format_duration(report.span)));
  }
  if (!report.interrupted && !report.deployments.empty() &&
      (options.replications > 1 || options.precision > 0.0)) {
    run_options.timeline = false;
    replicate(scenario, compiled, options, run_options, report);
  }
  return report;
}

}  // namespace faascast
