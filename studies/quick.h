#pragma once

#include <string>
#include <vector>

#include "studies/report.h"
#include "studies/run.h"
#include "studies/scenario.h"

namespace faascast {

/// One deployment by closed forms: at once, and roughly.
struct QuickEstimate {
  std::string name{};
  bool is_serverless = false;
  std::string configuration{};
  double cold_share = 0.0;
  double instances = 0.0;       ///< mean live ones; of fleets the servers
  double mean_latency_s = 0.0;
  double p99_s = 0.0;
  double usd_per_month = 0.0;
  double usd_per_request = 0.0;  ///< of functions: what one more costs
  bool meets_objective = true;   ///< as far as the objective speaks of the figures above
  /// The closed form holds exactly for this deployment, given Poisson traffic.
  bool is_exact = false;
  std::string basis{};  ///< which form, and how far off it may be
};

struct QuickPair {
  std::string serverless{};
  std::string dedicated{};
  double inferences_per_day = 0.0;  ///< where they cost the same; 0: nowhere
  unsigned servers = 0;             ///< at that traffic
};

struct QuickReport {
  std::string scenario{};
  double inferences_per_day = 0.0;
  std::vector<QuickEstimate> deployments{};
  std::vector<QuickPair> pairs{};  ///< where there are functions and servers
  std::vector<std::string> notes{};
};

/// The estimates of a compiled scenario at `rate_per_s`. Functions: the keep-alive pool of
/// keep_alive_pool(), with the cold start's mean added to the time in use (twice iterated). Fleets:
/// Allen and Cunneen's G/G/c, whose wait is exponential where there is one. Bills: mean usage.
/// Microseconds to some ten milliseconds a deployment.
[[nodiscard]] QuickEstimate quick_estimate(const Scenario& scenario,
                                           const DeploymentSpec& deployment, const Inputs& inputs,
                                           double rate_per_s, double gap_cv = 1.0);

/// What a scenario leaves open (memory, the number of servers).
enum class QuickSettings : std::uint8_t {
  kBest,     ///< the cheapest that meets the objective, as `breakeven` has it
  kDefault,  ///< as `run` has it
};

/// What the closed forms know of traffic.
struct QuickTraffic {
  double rate_per_s = 0.0;
  double gap_cv = 1.0;  ///< coefficient of variation of the gaps
};
/// Of a stationary generator at once, else by one replay.
[[nodiscard]] QuickTraffic quick_traffic(const Scenario& scenario, const Inputs& inputs,
                                         std::uint64_t seed);

/// The deployment has a closed form here: functions or servers, whose times no trace brings.
[[nodiscard]] bool has_estimate(const DeploymentSpec& deployment, const Inputs& inputs);

/// As quick_estimate(), with memory and number of servers as QuickSettings::kBest has them.
[[nodiscard]] QuickEstimate sized_estimate(const Scenario& scenario,
                                           const DeploymentSpec& deployment, const Inputs& inputs,
                                           double rate, double gap_cv);

/// Every deployment, and where functions and servers cost the same.
/// @throws InputError
[[nodiscard]] QuickReport quick_report(const Scenario& scenario, const StudyOptions& options = {},
                                       QuickSettings settings = QuickSettings::kBest);

/// With what was found out before. @throws InputError
[[nodiscard]] QuickReport quick_report(const Scenario& scenario, const Inputs& inputs,
                                       const QuickTraffic& traffic,
                                       QuickSettings settings = QuickSettings::kBest);

[[nodiscard]] std::string render(const QuickReport& report, ReportFormat format);

}  // namespace faascast
