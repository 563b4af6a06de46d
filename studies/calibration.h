#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "studies/breakeven.h"
#include "studies/breakeven_cost.h"

namespace faascast {

/// A scenario with one figure of one deployment's platform or servers at an end of its range, ready
/// to cost.
struct PinnedModel {
  Figure figure{};
  Pin::Side side = Pin::Side::kLow;
  Scenario scenario{};
  std::unique_ptr<CostModel> model{};

  /// The deployment as it was configured, on the changed platform or servers.
  [[nodiscard]] DeploymentSpec changed(const DeploymentSpec& configured) const;
};

/// What the ranges of figures of platforms and servers, and the luck of the draw, do to costs.
class Calibration {
 public:
  /// All arguments outlive it.
  Calibration(const Scenario& scenario, const Inputs& inputs, const CostModel& model,
              const BreakevenOptions& options);

  /// Every figure of a deployment's platform or servers that can matter, at its two ends, low before
  /// high.
  [[nodiscard]] const std::vector<std::unique_ptr<PinnedModel>>& pinned(
      const DeploymentSpec& deployment);

  /// Fills the intervals of costs along a curve. Of functions: `sampling` at every point;
  /// `calibration` at its ends and its middle, and in between by interpolation. Of servers, where
  /// they have a figure with a range: `calibration` from the fleets that are needed at its ends, as far
  /// as replays are short.
  void add_bands(std::vector<BreakevenPoint>& curve, const DeploymentSpec& functions,
                 const DeploymentSpec& servers);

 private:
  /// ln(cost at the ends / cost), combined as independent errors: (down, up), both >= 0.
  using Spread = std::pair<double, double>;
  [[nodiscard]] Spread spread_at(const DeploymentSpec& functions, double per_day);
  void add_function_bands(std::vector<BreakevenPoint>& curve, const DeploymentSpec& functions);
  void add_server_bands(std::vector<BreakevenPoint>& curve, const DeploymentSpec& servers);

  const Scenario& scenario_;
  const Inputs& inputs_;
  const CostModel& model_;
  const BreakevenOptions& options_;
  std::map<std::string, std::vector<std::unique_ptr<PinnedModel>>> pinned_{};
  std::map<std::pair<std::string, double>, Spread> spreads_{};
};

}  // namespace faascast
