#pragma once

#include <memory>

#include "sim-core/arrivals.h"
#include "traces/content.h"
#include "traces/trace.h"

namespace faascast {

/// Minute counts as one independent stream for each function. The instants of a minute depend on
/// (seed, function, minute) and its count only. @throws InputError
[[nodiscard]] std::shared_ptr<const Traffic> open_count_file(const TraceContent& content,
                                                             Spread spread);

}  // namespace faascast
