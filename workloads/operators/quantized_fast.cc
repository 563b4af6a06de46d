// Quantised convolutions and products on byte kernels.
#include "workloads/operators/quantized_fast.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "workloads/kernels/int8_kernels.h"
#include "workloads/operators/types.h"

namespace faascast {
namespace {

using enum ElementType;

constexpr std::int64_t kQuad = 4;

std::int64_t up_to(std::int64_t x, std::int64_t multiple) {
  return (x + multiple - 1) / multiple * multiple;
}

std::int32_t known_integer(const ValueSpec& spec, std::int64_t i) {
  return visit_type(spec.type, [&]<class T>(T) {
    return convert<std::int32_t>(spec.constant->as<T>()[static_cast<std::size_t>(i)]);
  });
}

/// Weights as int8 with zero point 0; nothing when they are not, or not known.
std::optional<std::vector<std::int8_t>> signed_weights(const ValueSpec& weights,
                                                       const ValueSpec* zeros) {
  if (weights.constant == nullptr || (weights.type != kInt8 && weights.type != kUint8)) return {};
  const std::int32_t wanted = weights.type == kInt8 ? 0 : 128;
  if (zeros == nullptr && wanted != 0) return {};
  if (zeros != nullptr) {
    if (zeros->constant == nullptr) return {};
    for (std::int64_t i = 0; i < zeros->elements(); ++i) {
      if (known_integer(*zeros, i) != wanted) return {};
    }
  }
  std::vector<std::int8_t> result(weights.constant->bytes.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<std::int8_t>(known_integer(weights, static_cast<std::int64_t>(i)) - wanted);
  }
  return result;
}

/// How one group's pixels are laid out in quads.
struct Packing {
  bool across_channels = true;  ///< a quad holds four channels of a pixel, or four neighbours of one
  std::int64_t planes = 0;      ///< of quads
  std::int64_t row_taps = 0;    ///< quads of a window's row
  std::int64_t phase = 0;       ///< quads of a padded row with the same remainder by the stride
  std::int64_t pitch = 0;       ///< quads of a padded row
  std::int64_t plane = 0;
  std::int64_t padded_h = 0;
  std::vector<std::int32_t> offsets{};
};

Packing choose_packing(const CheckedConv& c) {
  const WindowAxis& h = c.window.h;
  const WindowAxis& w = c.window.w;
  const std::int64_t by_channel = up_to(c.in_channels, kQuad) / kQuad * w.kernel;
  const std::int64_t by_neighbour = c.in_channels * (up_to(w.kernel, kQuad) / kQuad);
  Packing p;
  p.across_channels = w.dilation != 1 || by_channel <= by_neighbour;
  p.planes = p.across_channels ? up_to(c.in_channels, kQuad) / kQuad : c.in_channels;
  p.row_taps = p.across_channels ? w.kernel : up_to(w.kernel, kQuad) / kQuad;
  p.phase = up_to(w.padded(), w.stride) / w.stride;
  p.pitch = p.phase * w.stride;
  p.padded_h = h.padded();
  p.plane = p.padded_h * p.pitch;
  for (std::int64_t q = 0; q < p.planes; ++q) {
    for (std::int64_t ky = 0; ky < h.kernel; ++ky) {
      for (std::int64_t t = 0; t < p.row_taps; ++t) {
        const std::int64_t x = p.across_channels ? t * w.dilation : t * kQuad;
        p.offsets.push_back(static_cast<std::int32_t>(q * p.plane + ky * h.dilation * p.pitch +
                                                      x % w.stride * p.phase + x / w.stride));
      }
    }
  }
  return p;
}

/// The weight that byte `b` of a tap is multiplied with; 0 where the tap is wider than the window.
std::int8_t weight_at(const CheckedConv& c, const Packing& p, const std::int8_t* channel,
                      std::int64_t q, std::int64_t ky, std::int64_t t, std::int64_t b) {
  const std::int64_t in = p.across_channels ? q * kQuad + b : q;
  const std::int64_t kx = p.across_channels ? t : t * kQuad + b;
  if (in >= c.in_channels || kx >= c.window.w.kernel) return 0;
  return channel[(in * c.window.h.kernel + ky) * c.window.w.kernel + kx];
}

/// [group][channel block][tap][channel][4]; in pairs 0, 2, 1, 3 of 16 bits where kernels want those.
std::vector<std::byte> packed_weights(const CheckedConv& c, const Packing& p,
                                      const std::vector<std::int8_t>& weights, std::int64_t block,
                                      std::int64_t weight_bytes) {
  constexpr std::array<std::int64_t, 4> kPairs{0, 2, 1, 3};
  const std::int64_t padded = up_to(c.out_channels, block);
  const auto taps = static_cast<std::int64_t>(p.offsets.size());
  const std::int64_t depth = c.in_channels * c.window.area();
  std::vector<std::byte> packed(
      static_cast<std::size_t>(c.groups * padded * taps * kQuad * weight_bytes), std::byte{0});
  for (std::int64_t g = 0; g < c.groups; ++g) {
    for (std::int64_t o = 0; o < c.out_channels; ++o) {
      const std::int8_t* channel = weights.data() + (g * c.out_channels + o) * depth;
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        const std::int64_t t = tap % p.row_taps;
        const std::int64_t ky = tap / p.row_taps % c.window.h.kernel;
        const std::int64_t q = tap / p.row_taps / c.window.h.kernel;
        const std::int64_t at =
            ((g * padded + o / block * block) * taps + tap * block + o % block) * kQuad;
        for (std::int64_t b = 0; b < kQuad; ++b) {
          if (weight_bytes == 1) {
            packed[static_cast<std::size_t>(at + b)] =
                static_cast<std::byte>(weight_at(c, p, channel, q, ky, t, b));
          } else {
            const std::int16_t pair =
                weight_at(c, p, channel, q, ky, t, kPairs[static_cast<std::size_t>(b)]);
            std::memcpy(packed.data() + (at + b) * 2, &pair, 2);
          }
        }
      }
    }
  }
  return packed;
}

/// Sums in bias form, with the input's zero point taken off, and the factor of each output channel.
struct Scaling {
  std::vector<std::int32_t> bias{};
  std::vector<float> scale{};
};

Scaling scaling_of(const PlanRequest& request, const CheckedConv& c,
                   const std::vector<std::int8_t>& weights, std::int64_t block) {
  const ValueSpec& w_scales = request.input(4);
  const float in = request.input(1).constant->as<float>()[0];
  const float out = request.input(6).constant->as<float>()[0];
  const std::int32_t zero = known_integer(request.input(2), 0);
  const std::int64_t depth = c.in_channels * c.window.area();
  const std::int64_t padded = up_to(c.out_channels, block);
  Scaling s{.bias = std::vector<std::int32_t>(static_cast<std::size_t>(c.groups * padded), 0),
            .scale = std::vector<float>(static_cast<std::size_t>(c.groups * padded), 0.0F)};
  for (std::int64_t channel = 0; channel < c.groups * c.out_channels; ++channel) {
    const auto at = static_cast<std::size_t>(channel / c.out_channels * padded + channel % c.out_channels);
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < depth; ++i) sum += weights[static_cast<std::size_t>(channel * depth + i)];
    const std::int64_t given = request.has_input(8) ? known_integer(request.input(8), channel) : 0;
    s.bias[at] = static_cast<std::int32_t>(given - sum * zero);
    const auto of_weights =
        w_scales.constant->as<float>()[w_scales.elements() == 1 ? 0U : static_cast<std::size_t>(channel)];
    s.scale[at] = in * of_weights / out;
  }
  return s;
}

/// Rows of one group as quads, padding being the zero point.
void pack_group(const CheckedConv& c, const Packing& p, const Int8Kernels& kernels,
                const std::uint8_t* in, std::uint8_t zero, std::uint8_t* rows, std::int64_t row_bytes,
                std::uint32_t* quads) {
  const WindowAxis& h = c.window.h;
  const WindowAxis& w = c.window.w;
  std::uint32_t padding = 0;
  std::memset(&padding, zero, sizeof padding);
  std::memset(rows, zero, static_cast<std::size_t>(kQuad * row_bytes));
  const std::int64_t channels = p.across_channels ? kQuad : 1;
  for (std::int64_t q = 0; q < p.planes; ++q) {
    std::uint32_t* plane = quads + q * p.plane;
    std::fill_n(plane, h.pad_begin * p.pitch, padding);
    std::fill_n(plane + (h.pad_begin + h.in) * p.pitch, h.pad_end * p.pitch, padding);
    for (std::int64_t y = 0; y < h.in; ++y) {
      for (std::int64_t k = 0; k < channels; ++k) {
        const std::int64_t channel = std::min(q * channels + k, c.in_channels - 1);
        std::memcpy(rows + k * row_bytes + w.pad_begin, in + (channel * h.in + y) * w.in,
                    static_cast<std::size_t>(w.in));
      }
      std::uint32_t* to = plane + (y + h.pad_begin) * p.pitch;
      for (std::int64_t phase = 0; phase < w.stride; ++phase, to += p.phase) {
        std::array<const std::uint8_t*, 4> from{};
        for (std::int64_t k = 0; k < kQuad; ++k) {
          from[static_cast<std::size_t>(k)] =
              rows + phase + (p.across_channels ? k * row_bytes : k);
        }
        kernels.pack_quads(p.phase, from.data(), w.stride, to);
      }
    }
  }
}

bool is_known(const PlanRequest& request, std::size_t i) {
  return request.has_input(i) && request.input(i).constant != nullptr;
}

}  // namespace

std::optional<PlannedNode> fast_qlinear_conv(const PlanRequest& request, const CheckedConv& c) {
  if (request.input(0).type != kUint8) return {};
  for (const std::size_t i : {1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
    if (!is_known(request, i)) return {};
  }
  if (request.has_input(8) && !is_known(request, 8)) return {};
  const auto weights = signed_weights(request.input(3), &request.input(5));
  if (!weights) return {};
  const Int8Kernels& kernels = int8_kernels_for(request.kernels.isa);
  const WindowAxis& h = c.window.h;
  const std::int64_t block = kernels.conv_block(c.window.w.out);
  auto packing = std::make_shared<const Packing>(choose_packing(c));
  if (packing->planes * packing->plane > std::int64_t{1} << 30) return {};
  auto packed = std::make_shared<const std::vector<std::byte>>(
      packed_weights(c, *packing, *weights, block, kernels.weight_bytes));
  auto scaling = std::make_shared<const Scaling>(scaling_of(request, c, *weights, block));
  const ElementType type = request.input(7).type;
  const Int8Conv shape{.taps = static_cast<std::int64_t>(packing->offsets.size()),
                       .offsets = packing->offsets.data(),
                       .out_channels = c.out_channels,
                       .out_h = h.out,
                       .out_w = c.window.w.out,
                       .row_step = h.stride * packing->pitch,
                       .zero = known_integer(request.input(7), 0),
                       .low = type == kInt8 ? -128 : 0,
                       .high = type == kInt8 ? 127 : 255};
  const auto zero = static_cast<std::uint8_t>(known_integer(request.input(2), 0));
  const std::int64_t quads = packing->planes * packing->plane + kInt8Overrun;
  const std::int64_t row_bytes = packing->pitch + 2 * kQuad;
  PlannedNode planned;
  planned.scratch_bytes = static_cast<std::size_t>(quads * kQuad + kQuad * row_bytes);
  const std::int64_t group_weights = up_to(c.out_channels, block) * shape.taps * kQuad * kernels.weight_bytes;
  planned.kernel = [=, run = &kernels](const KernelCall& call) {
    auto* pixels = reinterpret_cast<std::uint32_t*>(call.scratch);
    auto* rows = reinterpret_cast<std::uint8_t*>(call.scratch + quads * kQuad);
    const auto* in = call.in<std::uint8_t>(0);
    auto* out = call.out<std::uint8_t>(0);
    for (std::int64_t n = 0; n < c.batch; ++n) {
      for (std::int64_t g = 0; g < c.groups; ++g) {
        pack_group(c, *packing, *run, in, zero, rows, row_bytes, pixels);
        const std::int64_t first = g * up_to(c.out_channels, block);
        run->conv(shape, pixels, packed->data() + g * group_weights, scaling->bias.data() + first,
                  scaling->scale.data() + first, out);
        in += c.in_channels * h.in * c.window.w.in;
        out += c.out_channels * h.out * c.window.w.out;
      }
    }
  };
  return planned;
}

std::optional<PlannedNode> fast_matmul_integer(const PlanRequest& request, std::int64_t m,
                                               std::int64_t n, std::int64_t k) {
  constexpr std::int64_t kColumns = 16;
  if (request.input(0).type != kUint8 || request.input(1).rank() != 2) return {};
  const auto weights = signed_weights(request.input(1), request.has_input(3) ? &request.input(3) : nullptr);
  if (!weights) return {};
  const std::int64_t depth = up_to(k, kQuad);
  std::vector<std::int8_t> packed(static_cast<std::size_t>(up_to(n, kColumns) * depth), 0);
  std::vector<std::int32_t> sums(static_cast<std::size_t>(n), 0);
  for (std::int64_t row = 0; row < k; ++row) {
    for (std::int64_t column = 0; column < n; ++column) {
      const std::int8_t w = (*weights)[static_cast<std::size_t>(row * n + column)];
      sums[static_cast<std::size_t>(column)] += w;
      packed[static_cast<std::size_t>(column / kColumns * kColumns * depth +
                                      row / kQuad * kQuad * kColumns + column % kColumns * kQuad +
                                      row % kQuad)] = w;
    }
  }
  PlannedNode planned;
  planned.kernel = [=, run = int8_kernels_for(request.kernels.isa).product,
                    has_zero = request.has_input(2),
                    weights_packed = std::make_shared<const std::vector<std::int8_t>>(std::move(packed)),
                    column_sums = std::make_shared<const std::vector<std::int32_t>>(std::move(sums))](
                       const KernelCall& call) {
    auto* out = call.out<std::int32_t>(0);
    run(m, n, k, call.in<std::uint8_t>(0), weights_packed->data(), out);
    const std::int32_t zero = has_zero ? *call.in<std::uint8_t>(2) : 0;
    if (zero == 0) return;
    for (std::int64_t row = 0; row < m; ++row, out += n) {
      for (std::int64_t i = 0; i < n; ++i) out[i] -= zero * (*column_sums)[static_cast<std::size_t>(i)];
    }
  };
  return planned;
}

Kernel fast_quantize(const PlanRequest& request, ElementType type) {
  if (request.input(0).type != kFloat32 || request.input(1).elements() != 1) return {};
  if (type != kUint8 && type != kInt8) return {};
  const bool is_signed = type == kInt8;
  return [count = request.input(0).elements(), has_zero = request.has_input(2), is_signed,
          run = int8_kernels_for(request.kernels.isa).quantise](const KernelCall& call) {
    std::int32_t zero = 0;
    if (has_zero) zero = is_signed ? *call.in<std::int8_t>(2) : *call.in<std::uint8_t>(2);
    run(count, call.in(0), *call.in(1), zero, is_signed ? -128 : 0, is_signed ? 127 : 255,
        call.out<std::uint8_t>(0));
  };
}

Kernel fast_byte_pool(const PlanRequest& request, const Window& window, std::int64_t planes) {
  const auto is_inside = [](const WindowAxis& a) {
    return a.pad_begin == 0 && a.dilation == 1 && (a.out - 1) * a.stride + a.kernel <= a.in;
  };
  if (request.input(0).type != kUint8 || !is_inside(window.h) || !is_inside(window.w)) return {};
  return [=, run = int8_kernels_for(request.kernels.isa).max_pool](const KernelCall& call) {
    const auto* in = call.in<std::uint8_t>(0);
    auto* out = call.out<std::uint8_t>(0);
    auto* row = reinterpret_cast<std::uint8_t*>(call.scratch);
    for (std::int64_t p = 0; p < planes; ++p) {
      run(window.w.in, window.h.out, window.w.out, window.h.kernel, window.w.kernel, window.h.stride,
          window.w.stride, in, row, out);
      in += window.h.in * window.w.in;
      out += window.h.out * window.w.out;
    }
  };
}

}  // namespace faascast
