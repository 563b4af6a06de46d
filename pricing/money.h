#pragma once

#include <cstdint>
#include <span>

#include "sim-core/units.h"

namespace faascast {

/// A metered amount at one price.
struct Charge {
  Int128 amount = 0;          ///< metered units, >= 0
  std::int64_t pico_usd = 0;  ///< for each `per` metered units, 0 .. 1e18
};

/// What the charges of one line cost together: the sum of amount * pico_usd / per, kept exact and
/// rounded once, half up, to the micro-dollar. Sums beyond 9.2e12 dollars give that bound.
/// @param per metered units in one priced unit, 1 .. 1e19
[[nodiscard]] MicroUsd cost_of(std::span<const Charge> charges, Int128 per);

/// amount * numerator / denominator, rounded half up. The product may exceed 128 bits as long as
/// the result does not; beyond, the largest Int128.
/// @pre amount >= 0; numerator >= 0, denominator > 0, both at most 9.2e18
[[nodiscard]] Int128 scaled(Int128 amount, std::int64_t numerator, std::int64_t denominator);

}  // namespace faascast
