// Table 1 and Figure 1: cold starts predicted from components, and what shortens them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "input/quantity.h"
#include "sim-core/units.h"
#include "studies/compile.h"
#include "studies/paper/sections.h"

namespace faascast {
namespace {

/// A change of a scenario that shortens cold starts; data/variants.toml.
struct Variant {
  std::string name{};
  std::string of{};  ///< the paper's statement, a name of PaperFigures::quantities
  std::string why{};
  std::vector<std::string> models{};  ///< scenarios; empty: the paper's four
  std::vector<std::string> set{};
};

std::vector<std::string> texts(const TomlNode& list) {
  std::vector<std::string> all;
  for (const TomlNode& node : list.elements()) all.push_back(node.string().value_or(""));
  return all;
}

std::vector<Variant> variants() {
  const TomlDocument document =
      TomlDocument::from_text(paper_data("variants.toml"), "variants.toml");
  std::vector<Variant> all;
  for (const TomlNode& node : document.root()["variant"].elements()) {
    all.push_back({node["name"].string().value_or(""), node["of"].string().value_or(""),
                   node["why"].string().value_or(""), texts(node["models"]), texts(node["set"])});
  }
  document.finish();
  return all;
}

/// Requests so rare, and instances so short-lived, that every one is cold.
std::vector<std::string> all_cold() {
  std::vector<std::string> set = {"traffic.generator.rate_per_s=0.01",
                                  "traffic.generator.duration=200000 s"};
  for (std::size_t i = 0; i < kPaperPlatforms.size(); ++i) {
    set.push_back(fmt::format("deployment[{}].keep_alive=0 s", i));
  }
  return set;
}

std::vector<std::string> joined(std::vector<std::string> set, const std::vector<std::string>& more) {
  set.insert(set.end(), more.begin(), more.end());
  return set;
}

std::optional<double> mean_cold(const DeploymentReport& report) {
  return report.figures.cold_start.mean_s();
}

Metric cold_quantile(double q) {
  return [q](const DeploymentReport& report) { return report.figures.cold_start.quantile_s(q); };
}

/// "placement 504 ms, runtime 151 ms, import 2.36 s": means of what a cold start is made of.
std::string components(const Scenario& scenario, const std::string& platform,
                       const StoreOptions& store) {
  const Inputs inputs = resolve_inputs(scenario, store);
  std::string text;
  for (const DeploymentSpec& deployment : scenario.deployments) {
    if (deployment.name != platform) continue;
    const CompiledDeployment compiled = compile_deployment(scenario, deployment, inputs);
    for (const ColdComponent& part : std::get<PoolPlan>(compiled.plan.side).cold_start) {
      const Duration mean = part.wall.mean() + part.cpu;
      if (mean < std::chrono::microseconds(500)) continue;
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", part.name, format_duration(mean));
    }
  }
  return text;
}

std::vector<PaperRow> cell(const PaperBench& bench, const PaperModel& model,
                           const std::string& platform) {
  const Scenario scenario = bench.scenario(model.scenario, all_cold());
  const std::vector<Estimate> found =
      bench.estimate(scenario, platform,
                     {mean_cold, cold_quantile(0.5), cold_quantile(0.95), cold_quantile(0.99)});
  PaperRow row;
  row.model = model.name;
  row.platform = platform;
  row.unit = "s";
  row.basis = bench.is_paper_calibrated() ? "echo" : "predicted";
  std::vector<PaperRow> rows;
  const char* names[] = {"mean cold start", "p50 cold start", "p95 cold start", "p99 cold start"};
  for (std::size_t i = 0; i < found.size(); ++i) {
    rows.push_back(row);
    rows.back().quantity = names[i];
    put(rows.back(), found[i]);
  }
  const double reported = model.cold_start.at(platform);
  rows.front().paper = {reported, reported};
  const std::string parts = components(scenario, platform, bench.options().study.store);
  rows.front().why = fmt::format("{}; {}", parts, against_paper(rows.front()));
  for (std::size_t i = 1; i < rows.size(); ++i) rows[i].why = "the paper gives means only";
  return rows;
}

PaperRow echo(const PaperBench& bench, const PaperModel& model, const std::string& platform) {
  const Scenario scenario = bench.scenario(model.scenario, all_cold(), "paper");
  PaperRow row;
  row.model = model.name;
  row.platform = platform;
  row.quantity = "mean cold start";
  row.unit = "s";
  row.basis = "echo";
  const double reported = model.cold_start.at(platform);
  row.paper = {reported, reported};
  put(row, {mean_cold(bench.run(scenario, platform)), {}, {}});
  row.why = "the paper's own mean, put in (calibration 'paper'): shows only that the engine keeps it";
  return row;
}

/// A platform's mean over the four models: the bars of Figure 1.
PaperRow bar(const std::vector<PaperRow>& rows, const std::string& platform) {
  PaperRow row;
  row.model = "mean of the four";
  row.platform = platform;
  row.quantity = "mean cold start";
  row.unit = "s";
  double paper = 0.0;
  double count = 0.0;
  for (const PaperRow& each : rows) {
    if (each.platform != platform || each.quantity != row.quantity) continue;
    row.basis = each.basis;
    paper += *each.paper.low;
    row.simulated = row.simulated.value_or(0.0) + each.simulated.value_or(0.0);
    row.low = row.low.value_or(0.0) + each.low.value_or(0.0);
    row.high = row.high.value_or(0.0) + each.high.value_or(0.0);
    count += 1.0;
  }
  paper /= count;
  row.paper = {paper, paper};
  for (std::optional<double>* value : {&row.simulated, &row.low, &row.high}) **value /= count;
  row.why = fmt::format("a bar of Figure 1; {}", against_paper(row));
  return row;
}

/// How much shorter a variant makes the mean cold start, as a share.
PaperRow reduction(const PaperBench& bench, const Variant& variant, const std::string& scenario,
                   const std::string& model, const std::string& platform) {
  const auto mean_of = [&](const std::vector<std::string>& set) {
    return mean_cold(bench.run(bench.scenario(scenario, joined(all_cold(), set)), platform)).value_or(0.0);
  };
  const auto reduced = [&](const std::vector<std::string>& end) {
    const double before = mean_of(end);
    return before > 0.0 ? 1.0 - mean_of(joined(variant.set, end)) / before : 0.0;
  };
  PaperRow row;
  row.model = model;
  row.platform = platform;
  row.quantity = fmt::format("cold start saved by: {}", variant.name);
  row.unit = "1";
  row.basis = "predicted";
  row.paper = paper_figures().quantity(variant.of);
  row.simulated = reduced({});
  row.low = row.simulated;
  row.high = row.simulated;
  row.why = variant.why;
  return row;
}

/// With the range over platforms and models as its interval: the paper speaks of an average.
PaperRow average(const std::vector<PaperRow>& rows, const std::string& statement,
                 const std::string& quantity) {
  PaperRow row;
  row.model = "all of these";
  row.platform = "all three";
  row.quantity = quantity;
  row.unit = "1";
  row.basis = "predicted";
  row.paper = paper_figures().quantity(statement);
  double sum = 0.0;
  for (const PaperRow& each : rows) {
    sum += *each.simulated;
    row.low = std::min(row.low.value_or(1.0), *each.simulated);
    row.high = std::max(row.high.value_or(-1.0), *each.simulated);
  }
  row.simulated = sum / static_cast<double>(rows.size());
  row.why = fmt::format(
      "mean and range over the rows above: what is saved is the part of a cold start that the change "
      "touches, from {:.0f} to {:.0f} % here; {}",
      100.0 * *row.low, 100.0 * *row.high, against_paper(row));
  return row;
}

void add_reductions(const PaperBench& bench, PaperSection& section) {
  const PaperFigures& figures = paper_figures();
  for (const char* statement : {"cold_start_reduction", "cold_start_reduction_lazy"}) {
    std::vector<PaperRow> rows;
    for (const Variant& variant : variants()) {
      if (variant.of != statement) continue;
      for (const char* platform : kPaperPlatforms) {
        for (const std::string& scenario : variant.models) {
          rows.push_back(reduction(bench, variant, scenario, "ResNet-50", platform));
        }
        if (!variant.models.empty()) continue;
        for (const PaperModel& model : figures.models) {
          rows.push_back(reduction(bench, variant, model.scenario, model.name, platform));
        }
      }
    }
    const PaperRow mean = average(rows, statement,
                                  std::string(statement) == "cold_start_reduction"
                                      ? "cold start saved by compression and small runtimes, mean"
                                      : "cold start saved by lazy loading and caching, mean");
    section.rows.insert(section.rows.end(), rows.begin(), rows.end());
    section.rows.push_back(mean);
  }
}

std::string order_sentence(const std::vector<PaperRow>& bars) {
  const auto order = [&](auto value) {
    std::vector<const PaperRow*> sorted;
    for (const PaperRow& bar : bars) sorted.push_back(&bar);
    std::sort(sorted.begin(), sorted.end(),
              [&](const PaperRow* a, const PaperRow* b) { return value(*a) < value(*b); });
    std::string text;
    for (const PaperRow* bar : sorted) {
      text += fmt::format("{}{}", text.empty() ? "" : " < ", bar->platform);
    }
    return text;
  };
  const std::string paper = order([](const PaperRow& bar) { return *bar.paper.low; });
  const std::string ours = order([](const PaperRow& bar) { return *bar.simulated; });
  if (paper == ours) return fmt::format("Order of the platforms, in the paper and here: {}.", ours);
  return fmt::format(
      "Order of the platforms in the paper: {}; from public measurements: {}. Small functions' cold "
      "starts were measured at 0.22 s on Lambda and 1.1 s on Cloud Functions (2021).",
      paper, ours);
}

}  // namespace

PaperSection table_1(const PaperBench& bench) {
  PaperSection section;
  section.title = "Table 1 and Figure 1: cold starts";
  std::vector<PaperRow> echoes;
  for (const PaperModel& model : paper_figures().models) {
    for (const char* platform : kPaperPlatforms) {
      const std::vector<PaperRow> rows = cell(bench, model, platform);
      section.rows.insert(section.rows.end(), rows.begin(), rows.end());
      if (!bench.is_paper_calibrated()) echoes.push_back(echo(bench, model, platform));
    }
  }
  std::vector<PaperRow> bars;
  for (const char* platform : kPaperPlatforms) bars.push_back(bar(section.rows, platform));
  std::size_t inside = 0;
  std::size_t cells = 0;
  for (const PaperRow& row : section.rows) {
    if (row.paper.empty()) continue;
    ++cells;
    if (row.agrees().value_or(false)) ++inside;
  }
  section.sentences.push_back(fmt::format(
      "{} of the {} cells of Table 1 lie inside what components allow. A cold start here is what a "
      "request waits for beyond a warm one.",
      inside, cells));
  section.sentences.push_back(order_sentence(bars));
  section.rows.insert(section.rows.end(), bars.begin(), bars.end());
  section.rows.insert(section.rows.end(), echoes.begin(), echoes.end());
  if (!bench.is_paper_calibrated()) add_reductions(bench, section);
  return section;
}

}  // namespace faascast
