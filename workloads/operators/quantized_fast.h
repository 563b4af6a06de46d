#pragma once

#include <cstdint>
#include <optional>

#include "workloads/operators/operators.h"
#include "workloads/operators/window.h"

namespace faascast {

/// A quantised convolution whose shapes have been checked.
struct CheckedConv {
  Window window{};
  std::int64_t batch = 0;
  std::int64_t groups = 1;
  std::int64_t in_channels = 0;   ///< of one group
  std::int64_t out_channels = 0;  ///< of one group
};

/// QLinearConv with byte kernels, where pixels are uint8 and weights, scales and zero points known,
/// the weights' zero points being zero (or 128 for uint8). Else nothing.
[[nodiscard]] std::optional<PlannedNode> fast_qlinear_conv(const PlanRequest& request,
                                                           const CheckedConv& conv);

/// MatMulInteger [m, k] x [k, n] with byte kernels, under the same conditions.
[[nodiscard]] std::optional<PlannedNode> fast_matmul_integer(const PlanRequest& request,
                                                             std::int64_t m, std::int64_t n,
                                                             std::int64_t k);

/// QuantizeLinear to a byte with one scale; nothing for others.
[[nodiscard]] Kernel fast_quantize(const PlanRequest& request, ElementType type);

/// MaxPool of unsigned bytes whose windows lie inside the plane; nothing for others.
[[nodiscard]] Kernel fast_byte_pool(const PlanRequest& request, const Window& window,
                                    std::int64_t planes);

}  // namespace faascast
