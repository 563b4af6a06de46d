#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "studies/breakeven.h"
#include "studies/compile.h"

namespace faascast {

/// What one configuration costs at one traffic, and whether it meets the objective there.
struct Cost {
  double usd_per_month = 0.0;
  bool feasible = false;
  DeploymentSpec configuration{};  ///< with memory, minimum instances or count filled in
  std::string text{};              ///< "1024 MB", "3 servers"; why not, where infeasible
  double cold_share = 0.0;
  double mean_execution_s = 0.0;
  double mean_latency_s = 0.0;
  double busy_mean = 0.0;      ///< instances, or servers
  double cost_per_request = 0.0;  ///< usd, of the request-driven lines
};

/// Simulates deployments of a scenario at any traffic. For generators a point simulates about
/// `requests_per_point` requests after a warm-up of two keep-alive windows; the same draws serve
/// every traffic, so costs are smooth and capacities monotone. For traces it replays the scaled
/// trace.
class CostModel {
 public:
  CostModel(const Scenario& scenario, const Inputs& inputs, const BreakevenOptions& options);

  /// Requests a day of the scenario's own traffic (at its scale).
  [[nodiscard]] double own_per_day() const { return own_per_day_; }
  [[nodiscard]] const Scenario& scenario() const { return scenario_; }
  [[nodiscard]] const Inputs& inputs() const { return inputs_; }

  /// The cheapest open configuration that meets the objective; if none does, the one that comes
  /// closest (infeasible). Open: memory and minimum instances of functions where the scenario does
  /// not give them.
  [[nodiscard]] Cost cheapest_functions(const DeploymentSpec& deployment, double per_day,
                                        std::uint32_t replication) const;
  /// Exactly this configuration.
  [[nodiscard]] Cost functions(const DeploymentSpec& deployment, double per_day,
                               std::uint32_t replication) const;
  /// A fleet of `count` servers that must meet the objective with `redundancy` of them lost.
  [[nodiscard]] Cost fleet(const DeploymentSpec& deployment, std::uint32_t count, double per_day,
                           std::uint32_t replication) const;
  /// The greatest traffic (a day) at which fleet(count) is feasible, within [low, high]; 0 if it is
  /// infeasible even at `low`.
  [[nodiscard]] double fleet_capacity(const DeploymentSpec& deployment, std::uint32_t count,
                                      std::uint32_t replication, double low, double high) const;

 private:
  struct Replay {
    std::shared_ptr<const Traffic> traffic{};
    Horizon horizon{};
    Instant warm_up{};
  };
  [[nodiscard]] Replay replay_at(double per_day, Duration keep_alive) const;
  [[nodiscard]] std::vector<Cost> simulate(const std::vector<DeploymentSpec>& candidates,
                                           double per_day, std::uint32_t replication) const;
  [[nodiscard]] std::vector<DeploymentSpec> open_configurations(
      const DeploymentSpec& deployment, const std::vector<std::uint32_t>& minimums) const;

  const Scenario& scenario_;
  const Inputs& inputs_;
  const BreakevenOptions& options_;
  double own_per_day_ = 0.0;
};

}  // namespace faascast
