#include "studies/paper/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>

#include "sim-core/statistics.h"
#include "studies/assumptions.h"
#include "studies/compile.h"
#include "workloads/models.h"
#include "workloads/profile.h"

namespace faascast {
namespace {

/// Combines what single figures at their ends do, as independent errors: a time and a bill are sums, so
/// differences are.
class ErrorSum {
 public:
  explicit ErrorSum(std::optional<double> base) : base_(base) {}
  void add(std::optional<double> at_low, std::optional<double> at_high) {
    if (!base_) return;
    double down = 0.0;
    double up = 0.0;
    for (const std::optional<double>& end : {at_low, at_high}) {
      if (!end) continue;
      down = std::min(down, *end - *base_);
      up = std::max(up, *end - *base_);
    }
    down_ += down * down;
    up_ += up * up;
  }
  [[nodiscard]] double low() const {
    const double low = *base_ - std::sqrt(down_);
    return *base_ >= 0.0 ? std::max(0.0, low) : low;
  }
  [[nodiscard]] double high() const { return *base_ + std::sqrt(up_); }

 private:
  std::optional<double> base_;
  double down_ = 0.0;
  double up_ = 0.0;
};

/// Laws of cold starts of another language or package say nothing of a deployment.
bool concerns(const Figure& figure, const Scenario& scenario, const DeploymentSpec& deployment) {
  const std::string& path = figure.path;
  const bool is_law =
      path.starts_with("cold_start.placement") || path.starts_with("cold_start.runtime");
  if (!is_law && !path.starts_with("cold_start.package_per_mb")) return true;
  const auto names = [&](const std::string& word) {
    return path.find("." + word) != std::string::npos;
  };
  const std::string other = deployment.package == "zip" ? "image" : "zip";
  if (names(other)) return false;
  for (const char* language : {"python", "node", "java", "dotnet", "go", "rust", "cpp"}) {
    if (is_law && scenario.handler.language != language && names(language)) return false;
  }
  return true;
}

using Values = std::vector<std::optional<double>>;
/// The figures asked for, of one run.
using Measured = std::function<Values(const Scenario&, std::optional<std::uint64_t> seed)>;

/// @param about  deployments whose figures move
std::vector<Estimate> estimates(const Scenario& scenario, const std::vector<std::string>& about,
                                std::uint64_t seed, const EstimateOptions& how, const Measured& measure) {
  const Values base = measure(scenario, seed);
  std::vector<ErrorSum> spreads(base.begin(), base.end());
  for (const DeploymentSpec& deployment : scenario.deployments) {
    if (std::find(about.begin(), about.end(), deployment.name) == about.end()) continue;
    for (const Figure& figure : figures_of(deployment)) {
      if (!how.moves_figures || !figure.has_interval()) continue;
      if (!concerns(figure, scenario, deployment)) continue;
      std::vector<Values> ends;
      for (const Pin::Side side : {Pin::Side::kLow, Pin::Side::kHigh}) {
        ends.push_back(measure(
            with_pinned_figure(scenario, {deployment.name, {figure.path, side}}), seed));
      }
      for (std::size_t i = 0; i < base.size(); ++i) spreads[i].add(ends[0][i], ends[1][i]);
    }
  }
  std::vector<Values> replications{base};
  for (unsigned draw = 1; draw < how.draws; ++draw) {
    replications.push_back(measure(scenario, seed + 1000 + draw));
  }
  std::vector<Estimate> all;
  for (std::size_t i = 0; i < base.size(); ++i) {
    Estimate one{base[i], base[i], base[i]};
    std::vector<double> drawn;
    for (const Values& values : replications) {
      if (values[i]) drawn.push_back(*values[i]);
    }
    if (base[i] && drawn.size() > 1) {
      const double half = mean_interval(drawn).half_width;
      one.low = *base[i] >= 0.0 ? std::max(0.0, *base[i] - half) : *base[i] - half;
      one.high = *base[i] + half;
    }
    if (base[i]) {
      one.low = std::min(*one.low, spreads[i].low());
      one.high = std::max(*one.high, spreads[i].high());
    }
    all.push_back(one);
  }
  return all;
}

}  // namespace

const DeploymentReport& deployment_named(const RunReport& report, const std::string& name) {
  for (const DeploymentReport& deployment : report.deployments) {
    if (deployment.name == name) return deployment;
  }
  throw InputError(Problem{report.scenario, "has no deployment '" + name + "'", ""});
}

std::optional<double> mean_latency(const DeploymentReport& report) {
  return report.figures.latency.mean_s();
}

std::optional<double> month_usd(const DeploymentReport& report) {
  return usd_of(report.bill_month.total());
}

Scenario PaperBench::scenario(const std::string& name, std::vector<std::string> set) const {
  return scenario(name, std::move(set), options_.calibration);
}

Scenario PaperBench::scenario(const std::string& name, std::vector<std::string> set,
                              const std::string& calibration) const {
  ScenarioChanges changes;
  changes.set = std::move(set);
  changes.calibration = {calibration};
  Scenario scenario = read_scenario(name, changes);
  const std::vector<std::string> shipped = shipped_models();
  if (!options_.measures || std::find(shipped.begin(), shipped.end(), scenario.model.profile) ==
                                shipped.end()) {
    return scenario;
  }
  changes.set.push_back("model.profile=" + measured_profile(scenario.model.profile));
  return read_scenario(name, changes);
}

std::string PaperBench::measured_profile(const std::string& model) const {
  const auto [place, is_new] = measured_.try_emplace(model);
  if (is_new) {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / fmt::format("faascast-paper-{}-{}.json", model,
                                                             reinterpret_cast<std::uintptr_t>(this));
    save_profile(profile_here(model, {}, options_.study.store), file);
    place->second = file.string();
  }
  return place->second;
}

PaperBench::~PaperBench() {
  for (const auto& [model, file] : measured_) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }
}

Scenario PaperBench::only(Scenario scenario, const std::vector<std::string>& names) {
  std::erase_if(scenario.deployments, [&](const DeploymentSpec& deployment) {
    return std::find(names.begin(), names.end(), deployment.name) == names.end();
  });
  return scenario;
}

RunReport PaperBench::run(const Scenario& scenario) const {
  StudyOptions options = options_.study;
  RunReport report = run_scenario(scenario, options);
  if (report.interrupted) throw Interrupted();
  return report;
}

DeploymentReport PaperBench::run(const Scenario& scenario, const std::string& name) const {
  return deployment_named(run(only(scenario, {name})), name);
}

std::vector<Estimate> PaperBench::estimate(const Scenario& scenario, const std::string& name,
                                           const std::vector<Metric>& metrics,
                                           const EstimateOptions& how) const {
  const Inputs inputs = resolve_inputs(scenario, options_.study.store);
  const Measured measure = [&](const Scenario& changed, std::optional<std::uint64_t> seed) {
    StudyOptions options = options_.study;
    options.seed = seed;
    const RunReport report = run_scenario(only(changed, {name}), inputs, options);
    if (report.interrupted) throw Interrupted();
    Values values;
    for (const Metric& metric : metrics) values.push_back(metric(deployment_named(report, name)));
    return values;
  };
  return estimates(scenario, {name}, options_.study.seed.value_or(scenario.seed), how, measure);
}

Estimate PaperBench::estimate(
    const Scenario& scenario,
    const std::function<std::optional<double>(const Scenario&, const RunReport&)>& figure,
    const EstimateOptions& how) const {
  const Inputs inputs = resolve_inputs(scenario, options_.study.store);
  std::vector<std::string> names;
  for (const DeploymentSpec& deployment : scenario.deployments) names.push_back(deployment.name);
  const Measured measure = [&](const Scenario& changed, std::optional<std::uint64_t> seed) {
    StudyOptions options = options_.study;
    options.seed = seed;
    const RunReport report = run_scenario(only(changed, names), inputs, options);
    if (report.interrupted) throw Interrupted();
    return Values{figure(changed, report)};
  };
  return estimates(scenario, names, options_.study.seed.value_or(scenario.seed), how, measure)
      .front();
}

void put(PaperRow& row, const Estimate& estimate) {
  row.simulated = estimate.value;
  row.low = estimate.low;
  row.high = estimate.high;
}

}  // namespace faascast
