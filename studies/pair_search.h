#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "studies/breakeven.h"
#include "studies/breakeven_cost.h"

namespace faascast {

/// A crossing as it was found.
struct FoundCrossing {
  double per_day = 0.0;
  /// true: dedicated gets dearer than functions because one more server is needed; false: the costs
  /// are equal.
  bool at_step = false;
  std::uint32_t count = 0;  ///< servers just below the crossing
  bool serverless_below = true;
  DeploymentSpec functions{};  ///< the cheapest configuration there
  DeploymentSpec servers{};    ///< with the batches that hold there
};

/// Where two deployments cost the same.
///
/// The dedicated side costs the same for all traffic that a count of servers can carry, so the
/// costs can be equal at most once for each count: at x_c. Counts are taken in order. x_c counts
/// where c servers hold there; up to it functions are cheaper, unless fewer servers held already.
/// Dedicated stays cheaper from one count to the next if c servers still hold at x_(c+1); where
/// they do not, functions win again between the capacity of c and x_(c+1).
class PairSearch {
 public:
  PairSearch(const CostModel& model, const DeploymentSpec& functions,
             const DeploymentSpec& servers, const BreakevenOptions& options);

  /// Finds crossings.
  void find();
  /// Also looks at the curve around them.
  void search();
  [[nodiscard]] const std::vector<FoundCrossing>& found() const { return found_; }
  [[nodiscard]] const std::vector<BreakevenPoint>& curve() const { return curve_; }
  [[nodiscard]] Verdict verdict() const;
  /// Of a fleet that the scenario fixes: the traffic beyond which it misses the objective.
  [[nodiscard]] std::optional<double> dedicated_limit() const { return dedicated_limit_; }
  /// Beyond this nothing was looked at, because a replay would be too long.
  [[nodiscard]] double looked_up_to() const { return looked_up_to_; }

  /// 95 % interval over replications, as many as the options say or their precision takes;
  /// `estimate` becomes their geometric mean.
  [[nodiscard]] Interval sampling(const FoundCrossing& found, double& estimate,
                                  unsigned& replications) const;

  /// Traffic at which one configuration of functions costs what a fleet costs, near `guess`.
  [[nodiscard]] static std::optional<double> equal_cost(const CostModel& model,
                                                        const DeploymentSpec& functions,
                                                        const DeploymentSpec& servers,
                                                        std::uint32_t count, double guess,
                                                        std::uint32_t replication);

 private:
  /// Where functions cost what `count` servers cost.
  struct EqualCost {
    double per_day = 0.0;
    bool below_range = false;  ///< dedicated is cheaper at the lowest traffic already
  };
  /// Nothing: functions are cheaper up to the highest traffic.
  [[nodiscard]] std::optional<EqualCost> root(std::uint32_t count) const;
  /// What found.count servers carry in a replication.
  [[nodiscard]] double capacity_near(const FoundCrossing& found, std::uint32_t replication) const;
  [[nodiscard]] std::uint32_t first_count() const;
  [[nodiscard]] bool is_fixed() const { return servers_.count || servers_.autoscale; }
  /// Whether `count` servers hold at a traffic; remembers, since capacity is monotone.
  [[nodiscard]] bool holds(std::uint32_t count, double per_day, std::string* why_not = nullptr);
  void add(double per_day, bool at_step, std::uint32_t count, bool serverless_below);
  void search_fixed();
  void search_counts();
  void look_at_curve();
  void look_at(double per_day);

  const CostModel& model_;
  const DeploymentSpec& functions_;
  const DeploymentSpec& servers_;
  const BreakevenOptions& options_;
  std::map<std::uint32_t, double> held_at_{};  ///< by count: the greatest traffic that held
  std::vector<FoundCrossing> found_{};
  std::vector<BreakevenPoint> curve_{};
  int serverless_wins_ = 0;
  int dedicated_wins_ = 0;
  std::optional<double> dedicated_limit_{};
  double looked_up_to_ = 0.0;
};

}  // namespace faascast
