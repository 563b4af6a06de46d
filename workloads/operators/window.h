#pragma once

#include <cstdint>
#include <span>

#include "workloads/operators/operators.h"

namespace faascast {

/// One spatial axis of a convolution or pooling. Sizes in elements.
struct WindowAxis {
  std::int64_t in = 1;
  std::int64_t out = 1;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t pad_begin = 0;
  std::int64_t pad_end = 0;

  [[nodiscard]] std::int64_t padded() const { return in + pad_begin + pad_end; }
};

/// Two spatial axes; with one (1-D convolutions) the height is 1.
struct Window {
  WindowAxis h{};
  WindowAxis w{};
  [[nodiscard]] std::int64_t area() const { return h.kernel * w.kernel; }
};

/// Reads strides, pads, dilations, auto_pad and ceil_mode. Fails when the attributes contradict the
/// shapes, or with other than one or two spatial axes.
/// @param input [N, C, spatial...]
/// @param kernel sizes of the window
[[nodiscard]] Window plan_window(const PlanRequest& request, const Shape& input,
                                 std::span<const std::int64_t> kernel);

/// `batch_and_channels` then the output's spatial sizes, with as many axes as `input`.
[[nodiscard]] Shape windowed_shape(const Window& window, const Shape& input, std::int64_t channels);

}  // namespace faascast
