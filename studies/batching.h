#pragma once

#include <string>
#include <vector>

#include "studies/scenario.h"

namespace faascast {

/// What a BatchingSpec says of a key that the scenario leaves out: a run takes 1 and no wait, a
/// search chooses.
inline constexpr std::uint32_t kOpenBatchSize = 0;
inline constexpr Duration kOpenBatchWait{-1};

/// true: the scenario leaves the size of a batch or its wait to a search.
[[nodiscard]] bool is_open(const BatchingSpec& batching);

/// The batches that a search tries, smaller and shorter first: sizes 1, 2, 4, ... up to where the
/// list of time factors ends, else 64; no wait, a quarter of a request's time, and all of it. What
/// the scenario gives stays.
/// @param execution_s  of one request, > 0
[[nodiscard]] std::vector<BatchingSpec> batch_candidates(const BatchingSpec& batching,
                                                         double execution_s);

/// "batches of up to 8 after 20 ms", "no batches".
[[nodiscard]] std::string batch_text(const BatchingSpec& batching);

}  // namespace faascast
