#include "studies/what_if.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "studies/breakeven_words.h"
#include "studies/report/figures.h"

namespace faascast {
namespace {

constexpr double kSecondsADay = 86'400.0;
constexpr int kPointsBelow = 8;  ///< of the curve, on either side of the scenario's own traffic
constexpr double kDecades = 2.0;

const QuickEstimate* best(const QuickReport& report, bool serverless) {
  const QuickEstimate* found = nullptr;
  for (const QuickEstimate& one : report.deployments) {
    if (one.is_serverless != serverless || !one.meets_objective) continue;
    if (found == nullptr || one.usd_per_month < found->usd_per_month) found = &one;
  }
  return found;
}

std::string crossing_text(const QuickReport& report, const QuickEstimate& functions,
                          const QuickEstimate& servers) {
  for (const QuickPair& pair : report.pairs) {
    if (pair.serverless != functions.name || pair.dedicated != servers.name) continue;
    if (!(pair.inferences_per_day > 0.0)) return "; servers become cheaper nowhere";
    return fmt::format("; the breakeven is at about {}", inferences_a_day(pair.inferences_per_day));
  }
  return {};
}

std::string verdict_of(const QuickReport& report) {
  const std::string own = inferences_a_day(report.inferences_per_day);
  const QuickEstimate* functions = best(report, true);
  const QuickEstimate* servers = best(report, false);
  const auto cost = [](const QuickEstimate& one) {
    return fmt::format("{} ({}, {} a month)", one.name, one.configuration,
                       usd_text(one.usd_per_month));
  };
  if (report.deployments.empty()) {
    return fmt::format("At {} there is no estimate: no closed form fits; the simulation answers.",
                       own);
  }
  if (functions == nullptr && servers == nullptr) {
    return fmt::format("Estimate: at {} no deployment meets the objective.", own);
  }
  if (functions == nullptr || servers == nullptr) {
    const QuickEstimate& only = functions == nullptr ? *servers : *functions;
    return fmt::format("Estimate: at {} the cheapest that meets the objective is {}.", own,
                       cost(only));
  }
  const bool serverless = functions->usd_per_month <= servers->usd_per_month;
  const QuickEstimate& cheaper = serverless ? *functions : *servers;
  const QuickEstimate& dearer = serverless ? *servers : *functions;
  return fmt::format("Estimate: at {} {} is cheaper than {}{}.", own, cost(cheaper), cost(dearer),
                     crossing_text(report, *functions, *servers));
}

/// Estimates of one deployment along the traffic; where it misses the objective there is a gap.
void add_curve(Chart& chart, const Scenario& scenario, const DeploymentSpec& deployment,
               const Inputs& inputs, const QuickTraffic& traffic) {
  ChartSeries series;
  series.name = deployment.name;
  series.is_estimate = true;
  series.marks_points = false;
  const std::size_t index = chart.series.size();
  double gap_from = 0.0;  // no traffic is 0: no gap is open
  double before = 0.0;
  for (int i = -kPointsBelow; i <= kPointsBelow; ++i) {
    const double rate = traffic.rate_per_s * std::pow(10.0, kDecades * i / kPointsBelow);
    const double per_day = rate * kSecondsADay;
    const QuickEstimate one =
        sized_estimate(scenario, deployment, inputs, rate, traffic.gap_cv);
    if (one.meets_objective) {
      if (gap_from > 0.0) chart.gaps.push_back({series.name, index, gap_from, before});
      gap_from = 0.0;
      series.points.emplace_back(per_day, one.usd_per_month);
    } else if (gap_from == 0.0) {
      gap_from = per_day;
    }
    before = per_day;
  }
  if (gap_from > 0.0) chart.gaps.push_back({series.name, index, gap_from, before});
  chart.series.push_back(std::move(series));
}

Chart curves(const Scenario& scenario, const Inputs& inputs, const QuickTraffic& traffic,
             const QuickReport& report) {
  Chart chart;
  chart.title = "Cost against traffic, estimated";
  chart.x_label = "inferences a day";
  chart.y_label = "USD a month";
  chart.log_y = true;
  if (!(traffic.rate_per_s > 0.0)) return chart;
  for (const DeploymentSpec& deployment : scenario.deployments) {
    if (has_estimate(deployment, inputs)) add_curve(chart, scenario, deployment, inputs, traffic);
  }
  const QuickEstimate* functions = best(report, true);
  const QuickEstimate* servers = best(report, false);
  for (const QuickPair& pair : report.pairs) {
    const bool is_best = functions != nullptr && servers != nullptr &&
                         pair.serverless == functions->name && pair.dedicated == servers->name;
    if (!is_best || !(pair.inferences_per_day > 0.0)) continue;
    chart.bands.push_back({pair.inferences_per_day, pair.inferences_per_day,
                           "breakeven about " + three_digits_text(pair.inferences_per_day) +
                               " a day (estimate)"});
  }
  const double own = report.inferences_per_day;
  chart.bands.push_back({own, own, "you are here"});
  return chart;
}

std::string shell_word(const std::string& word) {
  const bool is_plain =
      !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789_-./=:,+@%") == std::string::npos;
  if (is_plain) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted.append("'");
}

/// The deployment that another run's is compared with.
const DeploymentReport* counterpart(const RunReport& report, const DeploymentReport& deployment,
                                    std::size_t place) {
  for (const DeploymentReport& one : report.deployments) {
    if (one.name == deployment.name) return &one;
  }
  return place < report.deployments.size() ? &report.deployments[place] : nullptr;
}

std::string change_text(double from, double to) {
  if (!(from > 0.0)) return "-";
  return fmt::format("{:+.1f} %", 100.0 * (to - from) / from);
}

double cost_of(const DeploymentReport& deployment) {
  return usd_number(deployment.bill_month.total());
}

std::string change_in_words(double from, double to, const char* less, const char* more) {
  const double percent = from > 0.0 ? 100.0 * (to - from) / from : 0.0;
  if (std::abs(percent) < 0.05) return {};
  return fmt::format("{:.3g} % {}", std::abs(percent), percent < 0.0 ? less : more);
}

}  // namespace

WhatIf what_if(const Scenario& scenario, const Inputs& inputs, const QuickTraffic& traffic) {
  WhatIf answer;
  answer.report = quick_report(scenario, inputs, traffic);
  answer.verdict = verdict_of(answer.report);
  answer.cost = curves(scenario, inputs, traffic, answer.report);
  return answer;
}

std::string inputs_key(const Scenario& scenario) {
  TomlDocument document = TomlDocument::from_text(scenario.text, scenario.file_name);
  for (const std::string& assignment : scenario.changes.set) document.set(assignment);
  return document.canonical_text({"deployment", "objective", "sweep", "name", "step"});
}

std::string equivalent_command(const std::string& command, const std::string& file,
                               const Scenario& scenario) {
  std::string line = "faascast " + command + " " + shell_word(file);
  const auto add = [&](const char* option, const std::string& value) {
    line.append(" ").append(option).append(" ").append(shell_word(value));
  };
  for (const std::string& assignment : scenario.changes.set) add("--set", assignment);
  for (const auto& path : scenario.changes.platform_files) add("--platform", path.string());
  for (const auto& path : scenario.changes.price_files) add("--prices", path.string());
  for (const std::string& name : scenario.changes.calibration) add("--calibration", name);
  return line;
}

Table compared_runs(const std::vector<NamedRun>& runs) {
  Table table({{"what if", Table::Align::kLeft},
               {"deployment", Table::Align::kLeft},
               {"configuration", Table::Align::kLeft},
               {"$/month"},
               {"against first"},
               {"p99"},
               {"against first"},
               {"cold"},
               {"objective", Table::Align::kLeft}});
  for (const NamedRun& run : runs) {
    for (std::size_t i = 0; i < run.report->deployments.size(); ++i) {
      const DeploymentReport& one = run.report->deployments[i];
      const DeploymentReport* first = counterpart(*runs.front().report, one, i);
      const auto p99 = one.figures.latency.quantile_s(0.99);
      const auto first_p99 =
          first == nullptr ? std::optional<double>() : first->figures.latency.quantile_s(0.99);
      const bool is_other = run.report != runs.front().report && first != nullptr;
      table.add({run.name, one.name, one.configuration, usd_text(cost_of(one)),
                 is_other ? change_text(cost_of(*first), cost_of(one)) : "",
                 duration_text(p99),
                 is_other ? change_text(first_p99.value_or(0.0), p99.value_or(0.0)) : "",
                 share_text(one.figures.cold_starts, one.figures.completed),
                 !one.meets_objective ? "" : *one.meets_objective ? "met" : "missed"});
    }
  }
  return table;
}

std::vector<std::string> compared_in_words(const std::vector<NamedRun>& runs) {
  std::vector<std::string> sentences;
  for (std::size_t r = 1; r < runs.size(); ++r) {
    const NamedRun& run = runs[r];
    for (std::size_t i = 0; i < run.report->deployments.size(); ++i) {
      const DeploymentReport& one = run.report->deployments[i];
      const DeploymentReport* first = counterpart(*runs.front().report, one, i);
      if (first == nullptr) continue;
      const std::string cost = change_in_words(cost_of(*first), cost_of(one), "cheaper", "dearer");
      const std::string speed = change_in_words(first->figures.latency.quantile_s(0.99).value_or(0),
                                                one.figures.latency.quantile_s(0.99).value_or(0),
                                                "faster at p99", "slower at p99");
      if (cost.empty() && speed.empty()) continue;
      sentences.push_back(fmt::format("With '{}', {} is {}{}{} than with '{}'.", run.name, one.name,
                                      cost, cost.empty() || speed.empty() ? "" : " and ", speed,
                                      runs.front().name));
    }
  }
  return sentences;
}

std::string precision_text(const RunReport& report) {
  if (report.replications < 2) return "one draw: no interval yet";
  double widest = 0.0;
  for (const DeploymentReport& deployment : report.deployments) {
    for (const FigureInterval& one : deployment.intervals) {
      if (one.figure != "latency_mean_s" && one.figure != "usd_per_month") continue;
      if (one.mean > 0.0) widest = std::max(widest, (one.high - one.low) / 2.0 / one.mean);
    }
  }
  return fmt::format("{} draws: mean latency and cost within {:.2g} % (95 %)", report.replications,
                     100.0 * widest);
}

}  // namespace faascast
