#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "workloads/operators/operators.h"
#include "workloads/operators/window.h"

namespace faascast {
namespace {

/// The window is that of the convolution whose transpose this is: `in` and `out` swap roles.
struct Transpose {
  Window window{};  ///< `in` = this operator's input, `out` = its output
  std::int64_t batch = 0;
  std::int64_t groups = 1;
  std::int64_t in_channels = 0;   ///< of one group
  std::int64_t out_channels = 0;  ///< of one group

  [[nodiscard]] std::int64_t in_plane() const { return window.h.in * window.w.in; }
  [[nodiscard]] std::int64_t out_plane() const { return window.h.out * window.w.out; }
  [[nodiscard]] std::int64_t spread() const { return out_channels * window.area(); }
};

constexpr std::int64_t kMost = std::int64_t{1} << 24;

std::vector<std::int64_t> sizes_or(const PlanRequest& request, std::string_view key,
                                   std::size_t count, std::int64_t otherwise, std::int64_t least) {
  std::vector<std::int64_t> values = request.node().integers(key);
  if (values.empty()) values.assign(count, otherwise);
  const bool sane = std::all_of(values.begin(), values.end(),
                                [&](std::int64_t v) { return v >= least && v <= kMost; });
  if (values.size() != count || !sane) request.fail(fmt::format("{} does not fit", key));
  return values;
}

Window transposed_window(const PlanRequest& request, const Shape& input, const Shape& weights) {
  const std::size_t axes = input.size() - 2;
  const auto strides = sizes_or(request, "strides", axes, 1, 1);
  const auto dilations = sizes_or(request, "dilations", axes, 1, 1);
  const auto pads = sizes_or(request, "pads", 2 * axes, 0, 0);
  const auto extra = sizes_or(request, "output_padding", axes, 0, 0);
  const auto wanted = request.node().integers("output_shape");
  const std::string auto_pad = request.node().text("auto_pad", "NOTSET");
  if (auto_pad != "NOTSET" && auto_pad != "VALID" && auto_pad != "SAME_UPPER" &&
      auto_pad != "SAME_LOWER") {
    request.fail(fmt::format("auto_pad '{}' does not exist", auto_pad));
  }
  if (!wanted.empty() && wanted.size() != axes) request.fail("output_shape does not fit");
  Window window;
  for (std::size_t i = 0; i < axes; ++i) {
    WindowAxis axis{.in = input[i + 2],
                    .kernel = weights[i + 2],
                    .stride = strides[i],
                    .dilation = dilations[i],
                    .pad_begin = pads[i],
                    .pad_end = pads[i + axes]};
    if (axis.in < 1 || axis.in > kMost || axis.kernel < 1 || axis.kernel > kMost) {
      request.fail(fmt::format("a window of {} over an axis of {}", axis.kernel, axis.in));
    }
    const std::int64_t full =
        (axis.in - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1 + extra[i];
    const bool same = auto_pad.starts_with("SAME");
    if (same || !wanted.empty()) {
      axis.out = wanted.empty() ? axis.in * axis.stride : wanted[i];
      const std::int64_t total = std::max<std::int64_t>(full - axis.out, 0);
      axis.pad_begin = auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2;
      if (auto_pad == "NOTSET") axis.pad_begin = total - total / 2;
      axis.pad_end = total - axis.pad_begin;
    } else {
      if (auto_pad == "VALID") axis.pad_begin = axis.pad_end = 0;
      axis.out = full - axis.pad_begin - axis.pad_end;
    }
    if (axis.out < 1 || axis.out > kMost) request.fail("its output would be empty or too large");
    (axes == 2 && i == 0 ? window.h : window.w) = axis;
  }
  return window;
}

Transpose read_transpose(const PlanRequest& request) {
  const ValueSpec& input = request.float_input(0);
  const ValueSpec& weights = request.float_input(1);
  if (input.rank() != weights.rank() || (input.rank() != 3 && input.rank() != 4)) {
    request.fail(fmt::format("input {} and weights {}: one or two spatial axes are supported",
                             shape_text(input.shape), shape_text(weights.shape)));
  }
  Transpose t;
  t.groups = request.node().integer("group", 1);
  t.batch = input.dim(0);
  if (t.groups < 1 || weights.dim(0) != input.dim(1) || input.dim(1) % t.groups != 0 ||
      weights.dim(1) < 1) {
    request.fail(fmt::format("input {}, weights {} and {} group(s) do not fit",
                             shape_text(input.shape), shape_text(weights.shape), t.groups));
  }
  t.in_channels = input.dim(1) / t.groups;
  t.out_channels = weights.dim(1);
  const std::vector<std::int64_t> kernel(weights.shape.begin() + 2, weights.shape.end());
  const auto given = request.node().integers("kernel_shape");
  if (!given.empty() && given != kernel) request.fail("kernel_shape contradicts the weights");
  t.window = transposed_window(request, input.shape, weights.shape);
  if (request.has_input(2) && request.float_input(2).elements() != t.groups * t.out_channels) {
    request.fail("one bias for each output channel is needed");
  }
  return t;
}

/// Adds [out channel][ky][kx][input pixel] to the output's pixels.
void scatter_windows(const Transpose& t, const float* columns, float* out) {
  const WindowAxis& h = t.window.h;
  const WindowAxis& w = t.window.w;
  for (std::int64_t c = 0; c < t.out_channels; ++c, out += t.out_plane()) {
    for (std::int64_t ky = 0; ky < h.kernel; ++ky) {
      for (std::int64_t kx = 0; kx < w.kernel; ++kx) {
        for (std::int64_t iy = 0; iy < h.in; ++iy, columns += w.in) {
          const std::int64_t y = iy * h.stride - h.pad_begin + ky * h.dilation;
          if (y < 0 || y >= h.out) continue;
          for (std::int64_t ix = 0; ix < w.in; ++ix) {
            const std::int64_t x = ix * w.stride - w.pad_begin + kx * w.dilation;
            if (x >= 0 && x < w.out) out[y * w.out + x] += columns[ix];
          }
        }
      }
    }
  }
}

}  // namespace

PlannedNode plan_conv_transpose(const PlanRequest& request) {
  const Transpose t = read_transpose(request);
  const Shape out = windowed_shape(t.window, request.input(0).shape, t.groups * t.out_channels);
  const auto floats = element_count({t.spread(), t.in_plane()});
  if (!element_count(out) || !floats) request.fail("the output is too large");
  const bool has_bias = request.has_input(2);
  const std::int64_t column_floats = (*floats + 15) / 16 * 16;
  const KernelSet* kernels = &request.kernels;
  PlannedNode planned;
  planned.outputs = {{.type = ElementType::kFloat32, .shape = out}};
  planned.flops = 2.0 * static_cast<double>(*floats) *
                  static_cast<double>(t.in_channels * t.groups * t.batch);
  planned.scratch_bytes = static_cast<std::size_t>(column_floats) * sizeof(float) +
                          kernels->gemm_scratch_bytes(t.spread(), t.in_plane(), t.in_channels);
  planned.kernel = [=](const KernelCall& call) {
    float* columns = reinterpret_cast<float*>(call.scratch);
    std::byte* scratch = call.scratch + static_cast<std::size_t>(column_floats) * sizeof(float);
    const float* in = call.in(0);
    float* to = call.out(0);
    for (std::int64_t n = 0; n < t.batch; ++n) {
      for (std::int64_t g = 0; g < t.groups; ++g) {
        std::fill_n(columns, t.spread() * t.in_plane(), 0.0F);
        kernels->gemm(t.spread(), t.in_plane(), t.in_channels, 1.0F,
                      call.in(1) + g * t.in_channels * t.spread(), true, in, false, columns, scratch);
        for (std::int64_t c = 0; c < t.out_channels; ++c) {
          std::fill_n(to + c * t.out_plane(), t.out_plane(),
                      has_bias ? call.in(2)[g * t.out_channels + c] : 0.0F);
        }
        scatter_windows(t, columns, to);
        in += t.in_channels * t.in_plane();
        to += t.out_channels * t.out_plane();
      }
    }
  };
  return planned;
}

}  // namespace faascast
