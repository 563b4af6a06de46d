#pragma once

#include <string>

#include "studies/breakeven.h"
#include "studies/report/table.h"

namespace faascast {

/// Cost and configuration of both sides along the traffic.
[[nodiscard]] Table curve_table(const BreakevenPair& pair);
[[nodiscard]] Table crossings_table(const BreakevenPair& pair);
/// Figures of the platform that move the first crossing, the strongest first.
[[nodiscard]] Table sensitivity_table(const BreakevenPair& pair);
/// Each deployment at the scenario's own traffic.
[[nodiscard]] Table own_table(const BreakevenAnswer& answer);
[[nodiscard]] Table flips_table(const BreakevenAnswer& answer);
/// "2 of the 34 assumptions that were tried, one at a time, reverse the verdict:"
[[nodiscard]] std::string flips_text(const BreakevenAnswer& answer);
[[nodiscard]] Table measured_table(const std::vector<MeasuredPoint>& points);
/// One row a pair.
[[nodiscard]] Table pairs_table(const BreakevenReport& report);

/// Where a deployment meets the objective, along the curves that were looked at.
struct FeasibleRange {
  std::string name{};
  std::vector<std::pair<double, double>> meets{};     ///< inferences a day, from and to
  std::vector<std::pair<double, double>> cheapest{};  ///< of all that meet it
};
[[nodiscard]] std::vector<FeasibleRange> feasible_region(const BreakevenReport& report);
[[nodiscard]] Table feasible_table(const std::vector<FeasibleRange>& region);

/// Figures of platforms with range, source and date.
[[nodiscard]] Table assumptions_table(const std::vector<Assumption>& assumptions);

[[nodiscard]] std::string spreadsheet_text(const Spreadsheet& spreadsheet);

}  // namespace faascast
