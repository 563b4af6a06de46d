#pragma once

#include <string>

#include "studies/optimise.h"

namespace faascast {

/// "the cheapest that meets p99 <= 300 ms"
[[nodiscard]] std::string goal_text(const Objective& objective, const OptimiseOptions& options);

/// "aws-lambda (memory 1024 MB, concurrency 4)"
[[nodiscard]] std::string candidate_text(const OptimiseCandidate& candidate);

/// The winner in one paragraph: what it is, what it costs, what was ruled out and how, what stands
/// next to it.
[[nodiscard]] std::string explanation_of(const OptimiseReport& report, OptimiseGoal goal);

}  // namespace faascast
