#pragma once

#include <optional>
#include <string>

#include "studies/breakeven.h"
#include "studies/breakeven_cost.h"

namespace faascast {

/// The answer of a spreadsheet: servers cost what the simulated fleet at the crossing (or the
/// smallest one) costs, functions cost mean rate x mean duration x price, with no cold starts and no
/// limits; and why the simulation differs, in words.
[[nodiscard]] Spreadsheet spreadsheet_of(const CostModel& model, const DeploymentSpec& functions,
                                         const DeploymentSpec& servers, const BreakevenPair& pair);

/// The verdict as a person would say it.
[[nodiscard]] std::string sentence_of(const BreakevenPair& pair,
                                      std::optional<double> dedicated_limit,
                                      std::optional<double> serverless_from);

}  // namespace faascast
