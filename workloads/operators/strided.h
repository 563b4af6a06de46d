#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "workloads/operators/operators.h"

namespace faascast {

/// Elements between neighbours along each axis of a dense tensor.
[[nodiscard]] std::vector<std::int64_t> dense_strides(const Shape& shape);

/// Reads a tensor through strides (in elements, perhaps zero or negative): transposes, slices,
/// expansions. Axes that are contiguous together are joined.
class StridedRead {
 public:
  static constexpr std::size_t kMostAxes = 8;

  /// @pre size.size() <= kMostAxes, one stride for each axis
  StridedRead(const Shape& size, std::span<const std::int64_t> strides, std::int64_t start,
              std::size_t element_bytes);
  /// Dense output of the constructor's size.
  void run(const std::byte* from, std::byte* to) const;

 private:
  struct Axis {
    std::int64_t size = 1;
    std::int64_t stride = 0;
  };
  template <class T>
  void copy(const T* from, T* to) const;

  std::array<Axis, kMostAxes> outer_{};
  std::size_t axes_ = 0;
  Axis inner_{};
  std::int64_t start_ = 0;
  std::int64_t runs_ = 1;
  std::size_t element_bytes_ = 1;
};

/// A node that reads its first input through strides.
[[nodiscard]] PlannedNode strided(const PlanRequest& request, ElementType type, Shape out,
                                  std::span<const std::int64_t> strides, std::int64_t start);

}  // namespace faascast
