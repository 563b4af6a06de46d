#include "workloads/half.h"

#include <bit>
#include <cmath>
#include <limits>

namespace faascast {

float widen_half(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
  const std::uint32_t exponent = half >> 10 & 0x1FU;
  const std::uint32_t fraction = half & 0x3FFU;
  if (exponent == 0) {  // zero or subnormal: fraction * 2^-24
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

float rounded_to_half(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude >= 0x7F800000U) return x;  // infinity, NaN
  if (magnitude < 0x38800000U) {           // subnormal: a multiple of 2^-24
    return std::nearbyint(x * 0x1p24F) * 0x1p-24F;
  }
  const std::uint32_t rounded = (magnitude + 0xFFFU + (magnitude >> 13 & 1U)) & ~0x1FFFU;
  const float wide = std::bit_cast<float>(rounded);
  return std::copysign(wide >= 65536.0F ? std::numeric_limits<float>::infinity() : wide, x);
}

std::uint16_t narrow_half(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(rounded_to_half(x));
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  std::uint32_t half = 0;
  if (magnitude > 0x7F800000U) {
    half = 0x7E00U;
  } else if (magnitude == 0x7F800000U) {
    half = 0x7C00U;
  } else if (magnitude < 0x38800000U) {
    half = static_cast<std::uint32_t>(std::bit_cast<float>(magnitude) * 0x1p24F);
  } else {
    half = (magnitude - 0x38000000U) >> 13;
  }
  return static_cast<std::uint16_t>(sign | half);
}

}  // namespace faascast
