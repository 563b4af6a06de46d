#include "workloads/operators/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace faascast {
namespace {

/// No size, stride or padding may be larger: products then stay within 64 bits.
constexpr std::int64_t kMost = std::int64_t{1} << 24;

std::vector<std::int64_t> attribute_or(const PlanRequest& request, std::string_view key,
                                       std::size_t count, std::int64_t otherwise,
                                       std::int64_t least) {
  std::vector<std::int64_t> values = request.node().integers(key);
  if (values.empty()) return std::vector<std::int64_t>(count, otherwise);
  if (values.size() != count) {
    request.fail(fmt::format("{} has {} values; {} are needed", key, values.size(), count));
  }
  for (const std::int64_t value : values) {
    if (value < least || value > kMost) {
      request.fail(fmt::format("{} may not be {}", key, value));
    }
  }
  return values;
}

std::int64_t ceil_divided(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// "SAME": as many outputs as strides fit, the padding spread evenly.
void pad_to_same(WindowAxis& axis, bool more_at_end) {
  axis.out = ceil_divided(axis.in, axis.stride);
  const std::int64_t reach = (axis.kernel - 1) * axis.dilation + 1;
  const std::int64_t total = std::max<std::int64_t>((axis.out - 1) * axis.stride + reach - axis.in, 0);
  axis.pad_begin = more_at_end ? total / 2 : total - total / 2;
  axis.pad_end = total - axis.pad_begin;
}

void size_output(const PlanRequest& request, WindowAxis& axis, bool ceil) {
  const std::int64_t reach = (axis.kernel - 1) * axis.dilation + 1;
  const std::int64_t room = axis.padded() - reach;
  if (room < 0) {
    request.fail(fmt::format("a window of {} does not fit an axis of {} padded to {}", reach,
                             axis.in, axis.padded()));
  }
  axis.out = (ceil ? ceil_divided(room, axis.stride) : room / axis.stride) + 1;
  // A window that would start in the end's padding is left out.
  if (ceil && (axis.out - 1) * axis.stride >= axis.in + axis.pad_begin) --axis.out;
}

}  // namespace

Window plan_window(const PlanRequest& request, const Shape& input,
                   std::span<const std::int64_t> kernel) {
  const std::size_t axes = input.size() < 2 ? 0 : input.size() - 2;
  if (axes != 1 && axes != 2) {
    request.fail(fmt::format("{} spatial axes are not supported (opset {})", axes,
                             request.graph.opset),
                 "one or two are");
  }
  if (kernel.size() != axes) {
    request.fail(fmt::format("a window with {} axes over {} spatial axes", kernel.size(), axes));
  }
  const auto strides = attribute_or(request, "strides", axes, 1, 1);
  const auto dilations = attribute_or(request, "dilations", axes, 1, 1);
  const auto pads = attribute_or(request, "pads", 2 * axes, 0, 0);
  const std::string auto_pad = request.node().text("auto_pad", "NOTSET");
  const bool ceil = request.node().integer("ceil_mode", 0) != 0;
  Window window;
  for (std::size_t i = 0; i < axes; ++i) {
    WindowAxis axis{.in = input[i + 2],
                    .kernel = kernel[i],
                    .stride = strides[i],
                    .dilation = dilations[i],
                    .pad_begin = pads[i],
                    .pad_end = pads[i + axes]};
    if (axis.in < 1 || axis.in > kMost || axis.kernel < 1 || axis.kernel > kMost) {
      request.fail(fmt::format("a window of {} over an axis of {}", axis.kernel, axis.in));
    }
    if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
      pad_to_same(axis, auto_pad == "SAME_UPPER");
    } else if (auto_pad == "VALID" || auto_pad == "NOTSET") {
      if (auto_pad == "VALID") axis.pad_begin = axis.pad_end = 0;
      size_output(request, axis, ceil);
    } else {
      request.fail(fmt::format("auto_pad '{}' does not exist", auto_pad));
    }
    (axes == 2 && i == 0 ? window.h : window.w) = axis;
  }
  return window;
}

Shape windowed_shape(const Window& window, const Shape& input, std::int64_t channels) {
  Shape shape{input[0], channels};
  if (input.size() == 4) shape.push_back(window.h.out);
  shape.push_back(window.w.out);
  return shape;
}

}  // namespace faascast
