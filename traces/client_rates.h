#pragma once

#include <memory>
#include <vector>

#include "sim-core/arrivals.h"
#include "traces/content.h"
#include "traces/csv.h"

namespace faascast {

/// ServeGen (Xiang et al. 2025): for each client and window of time the rate, cv and law of its
/// requests' gaps. Rows are `start (s), rate (1/s), cv, law, parameter, parameter` without a header
/// for one client, or with a header and a first column `client`. The rate and the cv are used, not
/// the fitted parameters, whose means differ a little from the rates; gaps go on from one window to
/// the next. A cv is rounded to an eighth of an octave.
/// @param window how long a row lasts
/// @throws InputError
[[nodiscard]] std::shared_ptr<const Traffic> open_client_rates(const TraceContent& content,
                                                               Duration window);

/// Whether the cells of a file's first line are those of such a file.
[[nodiscard]] bool are_client_rates(const std::vector<CsvCell>& cells);

}  // namespace faascast
