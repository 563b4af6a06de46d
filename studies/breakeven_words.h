#pragma once

#include <string>

#include "studies/breakeven.h"
#include "studies/breakeven_cost.h"
#include "studies/pair_search.h"

namespace faascast {

/// The answer of a spreadsheet: servers (the fewest whose workers are not more than busy on average,
/// or as many as the scenario says) cost what they cost, functions cost mean rate x mean duration x
/// price, with no cold starts and no limits; and why the simulation differs, in words.
[[nodiscard]] Spreadsheet spreadsheet_of(const CostModel& model, const DeploymentSpec& functions,
                                         const DeploymentSpec& servers, const PairSearch& search,
                                         const BreakevenPair& pair);

/// "8,630,000": three significant digits, since no more are known.
[[nodiscard]] std::string rounded_count(double inferences);
/// "8,630,000 inferences a day"
[[nodiscard]] std::string inferences_a_day(double inferences);

/// The verdict as a person would say it.
[[nodiscard]] std::string sentence_of(const BreakevenPair& pair, const PairSearch& search);

}  // namespace faascast
