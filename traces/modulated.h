#pragma once

#include <memory>

#include "sim-core/arrivals.h"
#include "traces/generators.h"

namespace faascast {

/// "mmpp", "diurnal", "weekly", "flash-crowd": Poisson arrivals whose rate changes.
[[nodiscard]] std::shared_ptr<const Traffic> make_modulated(const GeneratorSpec& spec);

}  // namespace faascast
