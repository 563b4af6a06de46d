#pragma once

#include <vector>

#include "studies/breakeven.h"
#include "studies/breakeven_cost.h"
#include "studies/calibration.h"

namespace faascast {

/// The verdict at the scenario's own traffic: what each deployment costs there, which assumption
/// would reverse it when changed alone (platform figures at the ends of their ranges, the handler,
/// the servers' speed, reserve, price and front door, the objective, the traffic), and how long
/// servers may run.
[[nodiscard]] BreakevenAnswer answer_of(const Scenario& scenario, const Inputs& inputs,
                                        const CostModel& model, Calibration& calibration,
                                        const std::vector<BreakevenPair>& pairs);

/// Fills the predictions of measured points; points without a deployment get the one whose cost is
/// nearest, of those that the options ask for.
/// @throws InputError for a deployment that the scenario does not have
void predict(std::vector<MeasuredPoint>& points, const Scenario& scenario, const CostModel& model,
             const BreakevenOptions& options);

}  // namespace faascast
