#pragma once

#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "pricing/bill.h"
#include "sim-core/engine.h"
#include "studies/compile.h"
#include "studies/scenario.h"

namespace faascast {

/// A study that needs whole runs was stopped by its monitor.
class Interrupted : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "interrupted"; }
};

struct StudyOptions {
  std::optional<std::uint64_t> seed{};  ///< instead of the scenario's
  unsigned threads = 0;
  Monitor monitor{};
  StoreOptions store{};
  /// Independent draws of the same scenario; intervals need at least 2. The figures and bills are
  /// always those of the first.
  unsigned replications = 1;
  /// Of run_scenario(): half-width / mean that replications are doubled for; 0: as many as said.
  double precision = 0.0;
  bool timeline = false;  ///< of run_scenario(): also what happened when
};

/// A figure's mean over replications with its 95 % interval.
struct FigureInterval {
  std::string figure{};  ///< "latency_mean_s"
  double mean = 0.0;
  double low = 0.0;
  double high = 0.0;
};

/// A figure that an answer rests on.
struct Assumption {
  std::string platform{};
  std::string figure{};  ///< "cpu_share.host_factor"
  std::string value{};
  std::string low{};
  std::string high{};
  std::string source{};
  std::string as_of{};
  std::string confidence{};  ///< A the provider's, B measured, C from a third party, D assumed
};

/// One deployment's figures and bill.
struct DeploymentReport {
  std::string name{};
  std::string kind{};           ///< serverless, servers, hybrid
  std::string configuration{};
  DeploymentResult figures{};
  Bill bill{};        ///< of the replayed span, without free tier
  Bill bill_month{};  ///< usage scaled to a month, then tiers and, if asked for, free quotas
  std::optional<double> usd_per_million{};  ///< of the monthly bill; nothing without requests
  std::optional<bool> meets_objective{};    ///< nothing without an objective
  std::vector<std::string> misses{};        ///< "p99 412 ms > 300 ms"
  std::vector<FigureInterval> intervals{};  ///< empty: one replication
  /// This deployment less the scenario's first, paired by common random numbers; empty for that.
  std::vector<FigureInterval> differences{};
  std::vector<std::string> notes{};
  /// Of a hybrid its servers and functions, of versions each: name, kind, configuration, figures
  /// and bills. A hybrid's servers pay the front door and what leaves.
  std::vector<DeploymentReport> parts{};
};

/// A workflow as a whole, whose steps are the deployments.
struct WorkflowReport {
  std::uint64_t requests = 0;
  std::uint64_t completed = 0;  ///< all steps were over
  std::uint64_t failed = 0;     ///< a step was throttled, timed out or failed
  DurationSummary latency{};    ///< of the completed, end to end
  double usd = 0.0;             ///< of all steps, in the replayed span
  double usd_month = 0.0;
  std::optional<double> usd_per_million{};
  std::optional<bool> meets_objective{};  ///< its times, and no more than `throttled` failed
  std::vector<std::string> misses{};
};

struct RunReport {
  std::string scenario{};
  std::uint64_t seed = 0;
  std::string profile_hash{};
  std::string traffic{};
  std::string model{};
  Duration span{};  ///< warm_up .. horizon: what a month is scaled from
  double inferences_per_day = 0.0;
  bool interrupted = false;
  unsigned replications = 1;
  std::string compared_with{};  ///< the deployment that differences are taken from
  std::uint64_t fingerprint = 0;
  std::vector<DeploymentReport> deployments{};
  std::optional<WorkflowReport> workflow{};
  std::vector<std::string> notes{};
  std::vector<Assumption> assumptions{};
  std::string command{};  ///< that makes this report again; empty: not from a command line
};

/// Runs every deployment of a scenario on the same arrivals and prices what their meters read.
/// @throws InputError
[[nodiscard]] RunReport run_scenario(const Scenario& scenario, const StudyOptions& options = {});
/// With traffic and model that were resolved before, for scenarios that differ in deployments only.
[[nodiscard]] RunReport run_scenario(const Scenario& scenario, const Inputs& inputs,
                                     const StudyOptions& options);

/// Which parts of the objective a result misses, in words; empty: it meets all.
[[nodiscard]] std::vector<std::string> objective_misses(const Objective& objective,
                                                        const DeploymentResult& result);

/// As objective_misses(), for sizing: a side that turns away more than 0.1 % of its requests does
/// not count as meeting an objective that says nothing of throttling.
inline constexpr double kMostThrottled = 0.001;
[[nodiscard]] std::vector<std::string> breakeven_misses(Objective objective,
                                                        const DeploymentResult& result);

}  // namespace faascast
