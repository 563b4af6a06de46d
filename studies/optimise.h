#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "studies/run.h"
#include "studies/scenario.h"
#include "studies/sweep.h"

namespace faascast {

enum class OptimiseGoal : std::uint8_t {
  kCheapest,  ///< the least cost among what meets the objective
  kFastest,   ///< the least p99 among what meets the objective (if any) and the budget
};

struct OptimiseOptions {
  StudyOptions study{};
  OptimiseGoal goal = OptimiseGoal::kCheapest;
  std::optional<double> budget_usd{};  ///< a month
  /// Values of keys of deployments or of the model, as SweepAxis: instead of those that would be
  /// tried, or a further dimension ("deployment[0].arch=x86,arm").
  std::vector<std::string> vary{};
  bool exhaustive = false;  ///< simulate every candidate in full: slow, the same answer
};

/// How far a candidate came.
enum class CandidateStage : std::uint8_t {
  kRefused,    ///< its platform or server does not allow it
  kBound,      ///< others are better than it could be at best
  kShort,      ///< clearly worse in a short simulation
  kSimulated,  ///< simulated in full
};
[[nodiscard]] std::string_view name_of(CandidateStage stage);

struct OptimiseCandidate {
  std::string deployment{};
  std::vector<std::pair<std::string, std::string>> settings{};  ///< ("memory", "512 MB")
  CandidateStage stage = CandidateStage::kRefused;
  std::string reason{};        ///< where it was refused
  double least_usd = 0.0;      ///< a month; no simulation is below: warm executions and fees only
  double least_p99_s = 0.0;    ///< likewise: the p99 of warm executions
  PointFigures figures{};      ///< of the last simulation, if any
  bool qualifies = false;      ///< in full: meets the objective and the budget
  bool on_front = false;       ///< no other is cheaper and as fast
};

struct OptimiseReport {
  std::string scenario{};
  std::uint64_t seed = 0;
  std::string goal{};  ///< in words
  double inferences_per_day = 0.0;
  std::vector<OptimiseCandidate> candidates{};  ///< in the order of the space
  std::optional<std::size_t> winner{};          ///< nothing: none qualifies
  std::vector<std::size_t> front{};             ///< by rising cost
  std::string explanation{};
  std::vector<std::string> notes{};
};

/// Searches memory, vCPUs, concurrency and warm capacity of functions, the number of servers and, of
/// those that batch, the largest batch, where the scenario leaves them open, over all its deployments.
///
/// First bounds that hold without a simulation, then (for stationary generators) short runs that
/// drop what is clearly worse, then full runs, until no candidate that is left can be better at
/// best. All see the same draws. p99s that differ by less than about 2 % count as equal. An objective that says nothing of throttled requests allows
/// 0.1 % of them. Fleets are looked at as they run, with no server lost.
/// @throws InputError, Interrupted
[[nodiscard]] OptimiseReport optimise(const Scenario& scenario, const OptimiseOptions& options = {});

}  // namespace faascast
