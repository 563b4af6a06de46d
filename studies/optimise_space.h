#pragma once

#include <string>
#include <vector>

#include "studies/compile.h"
#include "studies/optimise.h"

namespace faascast {

/// What is known of a scenario's traffic from one run.
struct KnownTraffic {
  double per_day = 0.0;
  double requests = 0.0;  ///< in a full run; 0: not known, so nothing is bounded
  double execution_s = 0.0;  ///< mean
};

/// The dimensions of one deployment: those that are open, or that `vary` names. Keys are whole:
/// "deployment[1].memory".
[[nodiscard]] std::vector<SweepAxis> open_axes(const Scenario& scenario, std::size_t deployment,
                                               const std::vector<SweepAxis>& vary,
                                               Megabytes memory_used, const KnownTraffic& traffic);

/// Fills the candidate's bounds; leaves them zero where nothing is known.
void add_bounds(OptimiseCandidate& candidate, const Scenario& scenario,
                const CompiledDeployment& compiled, const KnownTraffic& traffic);

}  // namespace faascast
