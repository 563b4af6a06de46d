#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pricing/month.h"
#include "studies/breakeven.h"
#include "studies/compile.h"

namespace faascast {

/// No fleet is looked at beyond it.
inline constexpr std::uint32_t kMostServers = 1024;

/// true: the traffic is a stationary process, whose rate can be anything.
[[nodiscard]] bool is_stationary(const Scenario& scenario);

/// As many as the scenario says, else the fewest that its redundancy and its zones leave.
[[nodiscard]] std::uint32_t least_count(const DeploymentSpec& servers);

/// What one configuration costs at one traffic, and whether it meets the objective there.
struct Cost {
  double usd_per_month = 0.0;
  bool feasible = false;
  DeploymentSpec configuration{};  ///< with memory, minimum instances or count filled in
  std::string text{};              ///< "1024 MB", "3 x aws/c6i.large"
  std::string why_not{};           ///< "p99 412 ms > 300 ms", where infeasible
  double cold_share = 0.0;
  double mean_execution_s = 0.0;
  double mean_latency_s = 0.0;
  double p99_s = 0.0;  ///< 0: not known
  double throttled_share = 0.0;
  double contention_s = 0.0;  ///< what sharing CPUs adds to a request in the mean
  double single_load = 0.0;  ///< of a fixed fleet: work a second / what its workers do unbatched
};

/// Simulates deployments of a scenario at any traffic. The same draws serve every traffic, so costs
/// are smooth and capacities monotone.
///
/// Stationary generators: a point simulates about `requests_per_point` requests after a warm-up of
/// two keep-alive windows. Traces and daily patterns: the scaled traffic is replayed whole. Above
/// `most_requests_per_point` functions are replayed at that many requests and their usage is
/// scaled (their cost a request hardly changes there: cold starts become rarer, which makes the
/// figure slightly too high); fleets are replayed up to a hundred times as many, and no further.
class CostModel {
 public:
  CostModel(const Scenario& scenario, const Inputs& inputs, const BreakevenOptions& options);
  /// A variant of a scenario: another platform figure, handler, objective; the same traffic. All
  /// arguments outlive it.
  CostModel(const Scenario& scenario, const Inputs& inputs, const CostModel& like);

  /// Spares simulating functions again that do not differ from another model's.
  void take_functions_of(const CostModel& other);

  [[nodiscard]] const Scenario& scenario() const { return scenario_; }
  [[nodiscard]] const Inputs& inputs() const { return inputs_; }
  /// Requests a day of the scenario's own traffic (at its scale).
  [[nodiscard]] double own_per_day() const { return own_per_day_; }
  /// true: functions are replayed at this traffic; else they are scaled from less.
  [[nodiscard]] bool is_replayed(double per_day) const;
  /// The greatest traffic at which a fleet can be looked at.
  [[nodiscard]] double highest_fleet_per_day() const;

  /// The cheapest open configuration that meets the objective; if none does, the one that comes
  /// closest (infeasible). Open: memory and minimum instances where the scenario leaves them out.
  [[nodiscard]] Cost cheapest_functions(const DeploymentSpec& deployment, double per_day,
                                        std::uint32_t replication) const;
  /// Exactly this configuration.
  [[nodiscard]] Cost functions(const DeploymentSpec& deployment, double per_day,
                               std::uint32_t replication) const;

  /// What `count` servers and their front door cost: no simulation (of an autoscaled fleet: one).
  /// @param running  how long they run a month; an autoscaled fleet runs all of it
  [[nodiscard]] Cost fleet_price(const DeploymentSpec& deployment, std::uint32_t count,
                                 double per_day, Duration running = kHourlyMonth) const;
  /// The cheapest fleet that holds at a traffic; infeasible where none does.
  [[nodiscard]] Cost cheapest_fleet(const DeploymentSpec& deployment, double per_day) const;
  /// Whether `count` servers meet the objective, and have more capacity than load, with
  /// `redundancy` of them lost.
  /// @param why_not  filled where they do not
  [[nodiscard]] bool fleet_holds(const DeploymentSpec& deployment, std::uint32_t count,
                                 double per_day, std::uint32_t replication,
                                 std::string* why_not = nullptr) const;
  /// The figures behind fleet_holds(), and the configuration with what the scenario leaves open of
  /// its batches: the smallest that hold.
  [[nodiscard]] Cost fleet_under_load(const DeploymentSpec& deployment, std::uint32_t count,
                                      double per_day, std::uint32_t replication) const;
  /// The fewest servers that hold at a traffic, from `least` on; nothing up to `most`.
  [[nodiscard]] std::optional<std::uint32_t> fleet_size(const DeploymentSpec& deployment,
                                                        double per_day, std::uint32_t replication,
                                                        std::uint32_t least,
                                                        std::uint32_t most) const;
  /// The greatest traffic at which `count` servers hold. @pre they hold at `low`, not at `high`
  [[nodiscard]] double fleet_capacity(const DeploymentSpec& deployment, std::uint32_t count,
                                      std::uint32_t replication, double low, double high) const;

 private:
  struct Replay {
    std::shared_ptr<const Traffic> traffic{};
    Horizon horizon{};
    Instant warm_up{};
  };
  /// A candidate as it was simulated: enough to cost it at any traffic near or above.
  struct Simulated {
    DeploymentSpec spec{};
    CompiledDeployment compiled{};
    DeploymentResult figures{};
    Duration span{};
  };
  /// One fleet with each of several batchings (one without any: as the deployment says).
  [[nodiscard]] std::vector<Cost> fixed_fleets(const DeploymentSpec& deployment,
                                               const std::vector<BatchingSpec>& batchings,
                                               std::uint32_t count, double per_day,
                                               std::uint32_t replication) const;
  /// Of the memory sizes that are open.
  [[nodiscard]] Cost cheapest_memory(const DeploymentSpec& deployment, double per_day,
                                     std::uint32_t replication) const;
  [[nodiscard]] std::uint32_t least_by_load(const DeploymentSpec& deployment,
                                            double per_day) const;
  [[nodiscard]] Cost overloaded(const DeploymentSpec& deployment, std::uint32_t count) const;
  [[nodiscard]] double requests_at(double per_day) const;
  [[nodiscard]] Replay replay_at(double per_day, Duration keep_alive) const;
  [[nodiscard]] std::vector<Simulated> simulate(const std::vector<DeploymentSpec>& candidates,
                                                double per_day, std::uint32_t replication) const;
  [[nodiscard]] Cost cost_of(const Simulated& simulated, double per_day) const;
  [[nodiscard]] std::vector<Cost> costs_of(const std::vector<DeploymentSpec>& candidates,
                                           double per_day, std::uint32_t replication) const;
  [[nodiscard]] std::vector<DeploymentSpec> open_configurations(
      const DeploymentSpec& deployment, const std::vector<std::uint32_t>& minimums) const;

  const Scenario& scenario_;
  const Inputs& inputs_;
  const BreakevenOptions& options_;
  double own_per_day_ = 0.0;
  double own_requests_ = 0.0;  ///< of one replay at own_per_day_; 0 for stationary generators
  /// Simulations at the top of the scale, which serve every traffic above.
  mutable std::map<std::string, std::vector<Simulated>> at_the_top_{};
  /// By deployment and replication: where all memory sizes were looked at last, and their costs.
  mutable std::map<std::string, std::pair<double, std::vector<Cost>>> looked_at_{};
  /// Costs of functions that were simulated, by configurations, traffic and replication.
  mutable std::map<std::string, std::vector<Cost>> known_costs_{};
  /// Fleets under load, by name, count, traffic and replication.
  mutable std::map<std::string, Cost> known_fleets_{};
  /// By fleet: the least load a request a day puts on one server, unbatched, of what was simulated.
  /// Sharing cores makes it more under load, never less.
  mutable std::map<std::string, double> least_work_{};
  /// Batches that held before, by name, count and replication: tried first.
  mutable std::map<std::string, BatchingSpec> held_batches_{};
};

}  // namespace faascast
