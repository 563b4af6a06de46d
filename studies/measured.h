#pragma once

#include <filesystem>
#include <vector>

#include "studies/breakeven.h"

namespace faascast {

/// Reads points that somebody measured: CSV whose header names inferences_per_day, usd_per_month
/// and, where known, p99 (a duration such as "480 ms") and deployment. Predictions stay empty.
/// @throws InputError with every problem of the file
[[nodiscard]] std::vector<MeasuredPoint> read_measured(const std::filesystem::path& file);

}  // namespace faascast
