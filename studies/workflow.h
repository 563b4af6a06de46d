#pragma once

#include <vector>

#include "sim-core/workflow.h"
#include "studies/scenario.h"

namespace faascast {

/// The steps of a scenario in an order in which each comes after those that it follows.
/// @throws InputError where steps wait for one another in a circle, or a branch's probabilities
/// exceed 1
[[nodiscard]] std::vector<WorkflowStep> workflow_steps(const Scenario& scenario);

}  // namespace faascast
