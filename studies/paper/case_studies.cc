// 5.5 and 6: questions to scenarios, each with a verdict and its interval; data/cases.toml.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/paper/sections.h"

namespace faascast {
namespace {

struct CaseRow {
  std::string quantity{};
  std::string unit{};
  std::string figure{};
  std::string of{};
  std::string against{};
  std::string paper{};  ///< name in PaperFigures::quantities
  std::string why{};    ///< instead of the case's
  std::vector<std::string> set{};
  std::vector<std::string> against_set{};
  std::optional<double> at_least{};
  std::optional<double> at_most{};
};

struct Case {
  std::string title{};
  std::string scenario{};
  std::string why{};
  bool moves_figures = true;  ///< the interval covers the platforms' figures, too
  std::vector<std::string> low_set{};
  std::vector<std::string> high_set{};
  std::vector<std::string> short_set{};
  std::vector<CaseRow> rows{};
};

std::vector<std::string> texts(const TomlNode& list) {
  std::vector<std::string> all;
  for (const TomlNode& node : list.elements()) all.push_back(node.string().value_or(""));
  return all;
}

CaseRow row_of(const TomlNode& node) {
  constexpr double kMost = 1e12;
  CaseRow row;
  row.quantity = node["quantity"].string().value_or("");
  row.unit = node["unit"].string().value_or("");
  row.figure = node["figure"].string().value_or("");
  row.of = node["of"].string().value_or("");
  row.against = node["against"].string().value_or("");
  row.paper = node["paper"].string().value_or("");
  row.why = node["why"].string().value_or("");
  row.set = texts(node["set"]);
  row.against_set = texts(node["against_set"]);
  row.at_least = node["at_least"].number(0.0, kMost);
  row.at_most = node["at_most"].number(0.0, kMost);
  return row;
}

std::vector<Case> cases() {
  const TomlDocument document = TomlDocument::from_text(paper_data("cases.toml"), "cases.toml");
  std::vector<Case> all;
  for (const TomlNode& node : document.root()["case"].elements()) {
    Case one;
    one.title = node["title"].string().value_or("");
    one.scenario = node["scenario"].string().value_or("");
    one.why = node["why"].string().value_or("");
    one.moves_figures = node["interval"].string().value_or("") != "draws";
    one.low_set = texts(node["low_set"]);
    one.high_set = texts(node["high_set"]);
    one.short_set = texts(node["short"]);
    for (const TomlNode& row : node["row"].elements()) one.rows.push_back(row_of(row));
    all.push_back(std::move(one));
  }
  document.finish();
  return all;
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

using Number = std::optional<double>;

Number of_workflow(const std::string& figure, const RunReport& run) {
  if (!run.workflow) return std::nullopt;
  const WorkflowReport& flow = *run.workflow;
  if (figure == "workflow_mean") return flow.latency.mean_s();
  if (figure == "workflow_p99") return flow.latency.quantile_s(0.99);
  if (figure == "workflow_usd") return flow.usd_month;
  if (figure == "workflow_usd_per_million") return flow.usd_per_million;
  if (figure == "workflow_usd_per_thousand" && flow.usd_per_million) {
    return *flow.usd_per_million / 1000.0;
  }
  return std::nullopt;
}

Number of_one(const std::string& figure, const DeploymentReport& one, Duration span) {
  const DeploymentResult& result = one.figures;
  if (figure == "mean_latency") return result.latency.mean_s();
  if (figure == "p95_latency") return result.latency.quantile_s(0.95);
  if (figure == "p99_latency") return result.latency.quantile_s(0.99);
  if (figure == "cold_share") return share(result.cold_starts, result.completed + result.timed_out);
  if (figure == "throttled_share") return share(result.throttled, result.requests);
  if (figure == "usd") return usd_of(one.bill_month.total());
  // A server that is rented for as long as it works.
  if (figure == "running_usd_per_thousand") {
    const double per_s = usd_of(one.bill.total()) / seconds_of(span);
    return 1000.0 * per_s * result.latency.mean_s().value_or(0.0);
  }
  return std::nullopt;
}

Number of_two(const std::string& figure, const DeploymentReport& one,
             const DeploymentReport& other) {
  const double usd = usd_of(one.bill_month.total());
  const double usd_other = usd_of(other.bill_month.total());
  if (figure == "latency_more") {
    return one.figures.latency.mean_s().value_or(0.0) - other.figures.latency.mean_s().value_or(0.0);
  }
  if (usd_other <= 0.0) return std::nullopt;
  return figure == "saving" ? 1.0 - usd / usd_other : usd / usd_other - 1.0;
}

bool is_of_two(const std::string& figure) {
  return figure == "saving" || figure == "cost_more" || figure == "latency_more";
}

std::vector<std::string> joined(std::vector<std::string> set, const std::vector<std::string>& more) {
  set.insert(set.end(), more.begin(), more.end());
  return set;
}

/// The scenario with what a row needs of it.
Scenario scenario_of(const PaperBench& bench, const Case& one, const CaseRow& row,
                     const std::vector<std::string>& set) {
  Scenario scenario = bench.scenario(one.scenario, set);
  if (!scenario.steps.empty()) return scenario;
  std::vector<std::string> names = {row.of};
  if (!row.against.empty()) names.push_back(row.against);
  return PaperBench::only(std::move(scenario), names);
}

/// The figure under changes of the scenario. @param extra  of both sides
Number value_of(const CaseRow& row, const RunReport& run, const std::optional<RunReport>& other) {
  if (row.of.empty()) return of_workflow(row.figure, run);
  const DeploymentReport& mine = deployment_named(run, row.of);
  if (!is_of_two(row.figure)) return of_one(row.figure, mine, run.span);
  return of_two(row.figure, mine,
                other ? deployment_named(*other, row.of) : deployment_named(run, row.against));
}

Number value_of(const PaperBench& bench, const Case& one, const CaseRow& row,
               const std::vector<std::string>& extra) {
  const std::vector<std::string> set = joined(row.set, extra);
  std::optional<RunReport> other;
  if (!row.against_set.empty()) {
    other = bench.run(scenario_of(bench, one, row, joined(set, row.against_set)));
  }
  return value_of(row, bench.run(scenario_of(bench, one, row, set)), other);
}

/// Draws and platform figures on little traffic, as what they do to the figure.
Estimate spread_of(const PaperBench& bench, const Case& one, const CaseRow& row) {
  const std::vector<std::string> set = joined(row.set, one.short_set);
  std::optional<RunReport> other;
  if (!row.against_set.empty()) {
    other = bench.run(scenario_of(bench, one, row, joined(set, row.against_set)));
  }
  return bench.estimate(
      scenario_of(bench, one, row, set),
      [&](const Scenario&, const RunReport& run) { return value_of(row, run, other); },
      {.draws = 3, .moves_figures = one.moves_figures});
}

Estimate estimate_of(const PaperBench& bench, const Case& one, const CaseRow& row) {
  Estimate estimate = spread_of(bench, one, row);
  if (!one.short_set.empty()) {
    const Number whole = value_of(bench, one, row, {});
    if (whole && estimate.value && *estimate.value != 0.0) {
      const double scale = *whole / *estimate.value;
      estimate.low = *estimate.low * scale;
      estimate.high = *estimate.high * scale;
    }
    estimate.value = whole;
  }
  for (const auto* set : {&one.low_set, &one.high_set}) {
    if (set->empty()) continue;
    const Number end = value_of(bench, one, row, *set);
    if (!end) continue;
    estimate.low = std::min(estimate.low.value_or(*end), *end);
    estimate.high = std::max(estimate.high.value_or(*end), *end);
  }
  return estimate;
}

std::string verdict_of(const CaseRow& asked, const PaperRow& row) {
  const double limit = asked.at_least.value_or(asked.at_most.value_or(0.0));
  const bool least = asked.at_least.has_value();
  const auto meets = [&](double value) { return least ? value >= limit : value <= limit; };
  const bool low = meets(*row.low);
  const bool high = meets(*row.high);
  return low && high ? "yes" : low || high ? "cannot be told" : "no";
}

std::string sentence_of(const CaseRow& asked, const PaperRow& row) {
  const bool least = asked.at_least.has_value();
  return fmt::format("{}, {} {} {}: {} ({}, {} to {}).", row.model, row.quantity,
                     least ? "at least" : "at most",
                     amount_text(least ? *asked.at_least : *asked.at_most, row.unit),
                     verdict_of(asked, row), amount_text(*row.simulated, row.unit),
                     amount_text(*row.low, row.unit), amount_text(*row.high, row.unit));
}

}  // namespace

PaperSection case_studies(const PaperBench& bench) {
  PaperSection section;
  section.title = "5.5 and 6: case studies and discussion";
  for (const Case& one : cases()) {
    for (const CaseRow& asked : one.rows) {
      PaperRow row;
      row.model = one.title;
      row.platform = asked.against.empty() ? asked.of
                                           : fmt::format("{} against {}", asked.of, asked.against);
      row.quantity = asked.quantity;
      row.unit = asked.unit;
      row.basis = "simulated";
      if (!asked.paper.empty()) row.paper = paper_figures().quantity(asked.paper);
      put(row, estimate_of(bench, one, asked));
      row.why = asked.why.empty() ? one.why : asked.why;
      const bool has_verdict = (asked.at_least || asked.at_most) && row.low && row.high;
      if (has_verdict) {
        row.why += fmt::format("; verdict: {}", verdict_of(asked, row));
        section.sentences.push_back(sentence_of(asked, row));
      }
      section.rows.push_back(std::move(row));
    }
  }
  return section;
}

}  // namespace faascast
