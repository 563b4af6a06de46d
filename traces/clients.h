#pragma once

#include <memory>

#include "sim-core/arrivals.h"
#include "traces/generators.h"

namespace faascast {

/// "closed-loop", "mlperf-single-stream" and "mlperf-multi-stream": see sim-core/closed_loop.h.
[[nodiscard]] std::shared_ptr<const Traffic> make_clients(const GeneratorSpec& spec);

}  // namespace faascast
