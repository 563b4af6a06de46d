#pragma once

#include <string>

#include "studies/calibrate.h"

namespace faascast {

/// The platform file of a calibration: what it inherits, and the fitted figures with source, date
/// and interval. Empty where neither cold start nor keep-alive was fitted.
[[nodiscard]] std::string calibration_file(const CalibrationReport& report);

}  // namespace faascast
