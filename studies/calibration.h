#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "studies/breakeven.h"
#include "studies/breakeven_cost.h"

namespace faascast {

/// A scenario with one figure of one deployment's platform at an end of its range, ready to cost.
struct PinnedModel {
  Figure figure{};
  Pin::Side side = Pin::Side::kLow;
  Scenario scenario{};
  std::unique_ptr<CostModel> model{};

  /// The deployment as it was configured, on the changed platform.
  [[nodiscard]] DeploymentSpec changed(DeploymentSpec functions) const;
};

/// What the ranges of platforms' figures, and the luck of the draw, do to costs.
class Calibration {
 public:
  /// All arguments outlive it.
  Calibration(const Scenario& scenario, const Inputs& inputs, const CostModel& model,
              const BreakevenOptions& options);

  /// Every figure of a deployment's platform at its two ends, low before high.
  [[nodiscard]] const std::vector<std::unique_ptr<PinnedModel>>& pinned(
      const DeploymentSpec& functions);

  /// Fills the intervals of the functions' costs along a curve: `sampling` at every point;
  /// `calibration` at its ends and its middle, and in between by interpolation.
  void add_bands(std::vector<BreakevenPoint>& curve, const DeploymentSpec& functions);

 private:
  /// ln(cost at the ends / cost), combined as independent errors: (down, up), both >= 0.
  using Spread = std::pair<double, double>;
  [[nodiscard]] Spread spread_at(const DeploymentSpec& functions, double per_day);

  const Scenario& scenario_;
  const Inputs& inputs_;
  const CostModel& model_;
  const BreakevenOptions& options_;
  std::map<std::string, std::vector<std::unique_ptr<PinnedModel>>> pinned_{};
  std::map<std::pair<std::string, double>, Spread> spreads_{};
};

}  // namespace faascast
