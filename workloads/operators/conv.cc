#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "workloads/operators/operators.h"
#include "workloads/operators/window.h"

namespace faascast {
namespace {

/// Above so many input channels a GEMM over gathered windows is faster than the direct loop.
constexpr std::int64_t kDirectChannels = 32;

struct ConvShape {
  Window window{};
  std::int64_t batch = 0;
  std::int64_t groups = 1;
  std::int64_t in_channels = 0;   ///< of one group
  std::int64_t out_channels = 0;  ///< of one group

  [[nodiscard]] std::int64_t in_plane() const { return window.h.in * window.w.in; }
  [[nodiscard]] std::int64_t out_plane() const { return window.h.out * window.w.out; }
  [[nodiscard]] std::int64_t depth() const { return in_channels * window.area(); }
  [[nodiscard]] bool is_pointwise() const {
    return window.area() == 1 && window.h.stride == 1 && window.w.stride == 1 &&
           window.h.padded() == window.h.in && window.w.padded() == window.w.in;
  }
};

ConvShape read_shape(const PlanRequest& request) {
  const ValueSpec& input = request.float_input(0);
  const ValueSpec& weights = request.float_input(1);
  if (input.rank() != weights.rank() || input.rank() < 3) {
    request.fail(fmt::format("input {} and weights {} do not fit", shape_text(input.shape),
                             shape_text(weights.shape)));
  }
  ConvShape s;
  s.groups = request.node().integer("group", 1);
  s.batch = input.dim(0);
  s.in_channels = weights.dim(1);
  if (s.groups < 1 || s.in_channels < 1 || weights.dim(0) < 1 || weights.dim(0) % s.groups != 0 ||
      input.dim(1) % s.groups != 0 || input.dim(1) / s.groups != s.in_channels) {
    request.fail(fmt::format("input {}, weights {} and {} group(s) do not fit",
                             shape_text(input.shape), shape_text(weights.shape), s.groups));
  }
  s.out_channels = weights.dim(0) / s.groups;
  const std::vector<std::int64_t> kernel(weights.shape.begin() + 2, weights.shape.end());
  const auto given = request.node().integers("kernel_shape");
  if (!given.empty() && given != kernel) {
    request.fail(fmt::format("kernel_shape {} contradicts weights {}", shape_text(given),
                             shape_text(weights.shape)));
  }
  s.window = plan_window(request, input.shape, kernel);
  if (request.has_input(2) && request.float_input(2).elements() != weights.dim(0)) {
    request.fail(fmt::format("{} biases for {} channels", request.input(2).elements(),
                             weights.dim(0)));
  }
  return s;
}

/// Copies the planes of one group into a zero border.
void pad_planes(const ConvShape& s, const float* in, float* padded) {
  const WindowAxis& h = s.window.h;
  const WindowAxis& w = s.window.w;
  const std::int64_t pitch = w.padded();
  const std::int64_t plane = h.padded() * pitch;
  std::fill_n(padded, s.in_channels * plane + kConvOverrun, 0.0F);
  for (std::int64_t c = 0; c < s.in_channels; ++c) {
    float* to = padded + c * plane + h.pad_begin * pitch + w.pad_begin;
    for (std::int64_t y = 0; y < h.in; ++y, in += w.in, to += pitch) std::copy_n(in, w.in, to);
  }
}

/// [group][channel block][in channel][ky][kx][channel], zeros behind the last channel.
std::vector<float> packed_weights(const ConvShape& s, const float* weights, std::int64_t block) {
  const std::int64_t blocks = (s.out_channels + block - 1) / block;
  const std::int64_t depth = s.depth();
  std::vector<float> packed(static_cast<std::size_t>(s.groups * blocks * block * depth), 0.0F);
  for (std::int64_t g = 0; g < s.groups; ++g) {
    float* group = packed.data() + g * blocks * block * depth;
    for (std::int64_t c = 0; c < s.out_channels; ++c, weights += depth) {
      float* to = group + c / block * block * depth + c % block;
      for (std::int64_t i = 0; i < depth; ++i) to[i * block] = weights[i];
    }
  }
  return packed;
}

/// One group's biases, padded with zeros to whole blocks of channels.
void copy_bias(const float* bias, std::int64_t first, std::int64_t channels, std::int64_t padded,
               float* to) {
  std::fill_n(to, padded, 0.0F);
  if (bias != nullptr) std::copy_n(bias + first, channels, to);
}

PlannedNode plan_direct(const PlanRequest& request, const ConvShape& s) {
  const Activation activation = fused_activation(request);
  const bool depthwise = s.out_channels == 1;
  const std::int64_t block = depthwise ? 1 : request.kernels.conv_block;
  const auto loop = depthwise ? request.kernels.conv_depthwise : request.kernels.conv_direct;
  const auto weights = std::make_shared<const std::vector<float>>(
      packed_weights(s, request.input(1).constant->as<float>().data(), block));
  const std::int64_t padded_channels = (s.out_channels + block - 1) / block * block;
  const DirectConv direct{.in_channels = s.in_channels,
                          .out_channels = s.out_channels,
                          .kernel_h = s.window.h.kernel,
                          .kernel_w = s.window.w.kernel,
                          .stride_h = s.window.h.stride,
                          .dilation_h = s.window.h.dilation,
                          .dilation_w = s.window.w.dilation,
                          .out_h = s.window.h.out,
                          .out_w = s.window.w.out,
                          .pitch = s.window.w.padded(),
                          .plane = s.window.h.padded() * s.window.w.padded()};
  PlannedNode planned;
  planned.scratch_bytes =
      static_cast<std::size_t>(s.in_channels * direct.plane + kConvOverrun + padded_channels) *
      sizeof(float);
  planned.kernel = [=](const KernelCall& call) {
    float* bias = reinterpret_cast<float*>(call.scratch);
    float* padded = bias + padded_channels;
    const float* in = call.in(0);
    const float* given_bias = call.inputs[2] == nullptr ? nullptr : call.in(2);
    float* out = call.out(0);
    for (std::int64_t n = 0; n < s.batch; ++n) {
      const float* group_weights = weights->data();
      for (std::int64_t g = 0; g < s.groups; ++g) {
        pad_planes(s, in, padded);
        copy_bias(given_bias, g * s.out_channels, s.out_channels, padded_channels, bias);
        loop(direct, padded, group_weights, bias, out);
        activation.apply(s.out_channels * s.out_plane(), out);
        in += s.in_channels * s.in_plane();
        out += s.out_channels * s.out_plane();
        group_weights += padded_channels * s.depth();
      }
    }
  };
  return planned;
}

/// Row i of [depth, output pixels]: what weight i is multiplied with at each output pixel.
void gather_windows(const ConvShape& s, const float* in, float* columns) {
  const WindowAxis& h = s.window.h;
  const WindowAxis& w = s.window.w;
  for (std::int64_t c = 0; c < s.in_channels; ++c, in += s.in_plane()) {
    for (std::int64_t ky = 0; ky < h.kernel; ++ky) {
      for (std::int64_t kx = 0; kx < w.kernel; ++kx) {
        for (std::int64_t oy = 0; oy < h.out; ++oy, columns += w.out) {
          const std::int64_t y = oy * h.stride - h.pad_begin + ky * h.dilation;
          const std::int64_t x = kx * w.dilation - w.pad_begin;
          if (y < 0 || y >= h.in) {
            std::fill_n(columns, w.out, 0.0F);
            continue;
          }
          const float* row = in + y * w.in;
          for (std::int64_t ox = 0; ox < w.out; ++ox) {
            const std::int64_t at = x + ox * w.stride;
            columns[ox] = at >= 0 && at < w.in ? row[at] : 0.0F;
          }
        }
      }
    }
  }
}

PlannedNode plan_gathered(const PlanRequest& request, const ConvShape& s) {
  const KernelSet* kernels = &request.kernels;
  const Activation activation = fused_activation(request);
  const std::int64_t column_floats =
      s.is_pointwise() ? 0 : (s.depth() * s.out_plane() + 15) / 16 * 16;
  PlannedNode planned;
  planned.scratch_bytes =
      static_cast<std::size_t>(column_floats) * sizeof(float) +
      kernels->gemm_scratch_bytes(s.out_channels, s.out_plane(), s.depth());
  planned.kernel = [=](const KernelCall& call) {
    float* columns = reinterpret_cast<float*>(call.scratch);
    std::byte* gemm_scratch = call.scratch + static_cast<std::size_t>(column_floats) * sizeof(float);
    const float* bias = call.inputs[2] == nullptr ? nullptr : call.in(2);
    const float* in = call.in(0);
    float* out = call.out(0);
    for (std::int64_t n = 0; n < s.batch; ++n) {
      const float* weights = call.in(1);
      for (std::int64_t g = 0; g < s.groups; ++g) {
        const float* windows = in;
        if (column_floats != 0) {
          gather_windows(s, in, columns);
          windows = columns;
        }
        for (std::int64_t c = 0; c < s.out_channels; ++c) {
          std::fill_n(out + c * s.out_plane(), s.out_plane(),
                      bias == nullptr ? 0.0F : bias[g * s.out_channels + c]);
        }
        kernels->gemm(s.out_channels, s.out_plane(), s.depth(), 1.0F, weights, false, windows, false,
                      out, gemm_scratch);
        activation.apply(s.out_channels * s.out_plane(), out);
        in += s.in_channels * s.in_plane();
        out += s.out_channels * s.out_plane();
        weights += s.out_channels * s.depth();
      }
    }
  };
  return planned;
}

}  // namespace

PlannedNode plan_conv(const PlanRequest& request) {
  const ConvShape s = read_shape(request);
  if (request.has_input(3)) request.fail("a sum with a fourth input is not supported");
  const bool direct = request.input(1).constant != nullptr && s.window.w.stride == 1 &&
                      s.window.area() > 1 && s.in_channels <= kDirectChannels;
  const Shape out = windowed_shape(s.window, request.input(0).shape, s.groups * s.out_channels);
  const auto pixels = element_count(out);
  const auto scratch = element_count({s.depth(), s.out_plane()});
  if (!pixels || !scratch) request.fail(fmt::format("the output {} is too large", shape_text(out)));
  PlannedNode planned = direct ? plan_direct(request, s) : plan_gathered(request, s);
  planned.flops = 2.0 * static_cast<double>(*pixels) * static_cast<double>(s.depth());
  planned.outputs = {{.type = ElementType::kFloat32, .shape = out}};
  return planned;
}

}  // namespace faascast
