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
[[nodiscard]] std::string spreadsheet_text(const Spreadsheet& spreadsheet);

}  // namespace faascast
