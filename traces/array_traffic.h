#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim-core/arrivals.h"

namespace faascast {

/// Arrivals as columns in memory. Optional columns are empty; in a present one
/// ArrivalBlock::kAbsent marks an empty cell.
struct ArrivalArrays {
  std::vector<std::int64_t> at_ns{};  ///< since the start of the run, non-decreasing
  std::vector<std::uint32_t> function{};
  std::vector<std::int64_t> execution_ns{};  ///< final durations
  std::vector<std::int64_t> cold_execution_ns{};
  std::vector<std::int64_t> memory_mb{};
  std::vector<std::int64_t> input_tokens{};
  std::vector<std::int64_t> output_tokens{};
};

/// Traffic of those columns, as one merged stream: what a request file of the same rows would be.
/// Scaled by thinning unless told otherwise.
/// @throws InputError with the problem of every column: lengths, order, negative values
[[nodiscard]] std::shared_ptr<const Traffic> array_traffic(ArrivalArrays arrays);

/// All arrivals of some traffic, in time order. Columns that no arrival has are empty; `function`
/// is so where there is one function only.
/// @throws InputError when a trace row cannot be read
[[nodiscard]] ArrivalArrays arrays_of(const Traffic& traffic, ReplaySeed seed);

/// SHA-256 of the columns.
[[nodiscard]] std::string hash_of(const ArrivalArrays& arrays);

}  // namespace faascast
