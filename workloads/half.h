#pragma once

#include <cstdint>

namespace faascast {

/// IEEE 754 binary16 to binary32, exact.
[[nodiscard]] float widen_half(std::uint16_t half);
/// The nearest binary16, ties to even; beyond 65504 (rounded) infinity.
[[nodiscard]] std::uint16_t narrow_half(float x);
/// `x` rounded to the nearest binary16, widened again.
[[nodiscard]] float rounded_to_half(float x);

}  // namespace faascast
