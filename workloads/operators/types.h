#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "workloads/tensor.h"

namespace faascast {

/// Calls visit(T{}) with the C++ type of the elements; booleans are bytes of 0 and 1.
template <class Visit>
decltype(auto) visit_type(ElementType type, Visit&& visit) {
  switch (type) {
    case ElementType::kFloat64:
      return visit(double{});
    case ElementType::kInt8:
      return visit(std::int8_t{});
    case ElementType::kUint8:
    case ElementType::kBool:
      return visit(std::uint8_t{});
    case ElementType::kInt16:
      return visit(std::int16_t{});
    case ElementType::kUint16:
      return visit(std::uint16_t{});
    case ElementType::kInt32:
      return visit(std::int32_t{});
    case ElementType::kUint32:
      return visit(std::uint32_t{});
    case ElementType::kInt64:
      return visit(std::int64_t{});
    case ElementType::kUint64:
      return visit(std::uint64_t{});
    case ElementType::kFloat32:
      break;
  }
  return visit(float{});
}

/// Calls visit(T{}) with an unsigned type of so many bytes (1, 2, 4 or 8): for moving elements.
template <class Visit>
decltype(auto) visit_size(std::size_t bytes, Visit&& visit) {
  switch (bytes) {
    case 1:
      return visit(std::uint8_t{});
    case 2:
      return visit(std::uint16_t{});
    case 4:
      return visit(std::uint32_t{});
    default:
      return visit(std::uint64_t{});
  }
}

[[nodiscard]] inline bool is_floating(ElementType type) {
  return type == ElementType::kFloat32 || type == ElementType::kFloat64;
}

/// As static_cast, but defined for every value: floats outside an integer's range become its nearest
/// end, NaN zero.
template <class To, class From>
[[nodiscard]] To convert(From value) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (value != value) return To{};
    constexpr auto kLow = static_cast<From>(std::numeric_limits<To>::min());
    constexpr auto kHigh = static_cast<From>(std::numeric_limits<To>::max());
    if (value <= kLow) return std::numeric_limits<To>::min();
    if (value >= kHigh) return std::numeric_limits<To>::max();
  }
  return static_cast<To>(value);
}

}  // namespace faascast
