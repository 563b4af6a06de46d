#pragma once

#include <memory>

#include "sim-core/arrivals.h"
#include "traces/generators.h"

namespace faascast {

/// "poisson", "gamma", "weibull" and "batch": gaps that do not depend on one another.
[[nodiscard]] std::shared_ptr<const Traffic> make_renewal(const GeneratorSpec& spec);

/// "mlperf-offline".
[[nodiscard]] std::shared_ptr<const Traffic> make_offline(const GeneratorSpec& spec);

}  // namespace faascast
