#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "studies/paper/paper.h"
#include "studies/scenario.h"

namespace faascast {

/// A figure with what it may be: the wider of sampling (95 %) and calibration (each platform figure at
/// both ends of its range, combined as independent errors).
struct Estimate {
  std::optional<double> value{};
  std::optional<double> low{};
  std::optional<double> high{};
};

/// How an estimate comes about.
struct EstimateOptions {
  unsigned draws = 3;         ///< independent ones, for sampling; 2 or more
  bool moves_figures = true;  ///< also the platforms' figures, one at a time
};

/// A figure of a deployment; nothing where it has none.
using Metric = std::function<std::optional<double>(const DeploymentReport&)>;

[[nodiscard]] std::optional<double> mean_latency(const DeploymentReport& report);
[[nodiscard]] std::optional<double> month_usd(const DeploymentReport& report);

/// Runs the shipped scenarios of the paper under the report's options.
class PaperBench {
 public:
  explicit PaperBench(const PaperOptions& options) : options_(options) {}
  ~PaperBench();  ///< removes what was measured for it
  PaperBench(const PaperBench&) = delete;
  PaperBench& operator=(const PaperBench&) = delete;

  /// @param name  "paper/cnn". @param set  as --set
  [[nodiscard]] Scenario scenario(const std::string& name, std::vector<std::string> set = {}) const;
  /// The same under another calibration than the report's.
  [[nodiscard]] Scenario scenario(const std::string& name, std::vector<std::string> set,
                                  const std::string& calibration) const;
  /// With the deployments of these names alone.
  [[nodiscard]] static Scenario only(Scenario scenario, const std::vector<std::string>& names);
  [[nodiscard]] RunReport run(const Scenario& scenario) const;
  /// One deployment. @pre the scenario has it
  [[nodiscard]] DeploymentReport run(const Scenario& scenario, const std::string& name) const;

  /// Estimates of figures of one deployment, from the same runs.
  [[nodiscard]] std::vector<Estimate> estimate(const Scenario& scenario, const std::string& name,
                                               const std::vector<Metric>& metrics,
                                               const EstimateOptions& how = {}) const;
  /// Of a figure of several deployments, or of a whole run: the platforms' figures move one at a time.
  /// @param figure  is given the scenario as it was changed
  [[nodiscard]] Estimate estimate(
      const Scenario& scenario,
      const std::function<std::optional<double>(const Scenario&, const RunReport&)>& figure,
      const EstimateOptions& how = {}) const;

  [[nodiscard]] const PaperOptions& options() const { return options_; }
  [[nodiscard]] bool is_paper_calibrated() const { return options_.calibration == "paper"; }

 private:
  /// With --measure: a file with the profile of a shipped model, measured here.
  [[nodiscard]] std::string measured_profile(const std::string& model) const;

  const PaperOptions& options_;
  mutable std::map<std::string, std::string> measured_{};  ///< model -> file
};

/// The deployment of that name. @throws InputError
[[nodiscard]] const DeploymentReport& deployment_named(const RunReport& report,
                                                       const std::string& name);

/// Fills a row's figures.
void put(PaperRow& row, const Estimate& estimate);

}  // namespace faascast
