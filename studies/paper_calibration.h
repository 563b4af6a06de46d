#pragma once

#include <string>
#include <string_view>

#include "pricing/bill.h"
#include "studies/compile.h"
#include "studies/scenario.h"

namespace faascast {

/// `--calibration paper`: cold starts and prices that make the paper's tables hold, whatever public
/// measurements and price lists say.
inline constexpr std::string_view kPaperCalibration = "paper";
[[nodiscard]] bool is_paper_calibrated(const Scenario& scenario);

/// Table 2 as prices: of functions by the request, of servers by the request too, whatever they are.
/// Listed is the middle of the table's bounds, which are its range.
[[nodiscard]] PriceList paper_prices(bool of_servers);

/// Puts the paper's figures in the place of a compiled deployment's own, and says so in its notes.
/// @pre no parts
void apply_paper_calibration(const Scenario& scenario, const DeploymentSpec& deployment,
                             CompiledDeployment& compiled);

}  // namespace faascast
