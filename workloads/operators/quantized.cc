// Integers with a scale and a zero point: conversions, matrix products and convolutions. Operands are
// widened to int16 with the zero point taken off, so every product is exact.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "workloads/operators/operators.h"
#include "workloads/operators/quantized_fast.h"
#include "workloads/operators/types.h"
#include "workloads/operators/window.h"

namespace faascast {
namespace {

using enum ElementType;

/// Division, ties to even, saturation: the definition's rule.
template <class T>
T quantized(float x, float scale, std::int32_t zero) {
  const float rounded = std::nearbyint(x / scale) + static_cast<float>(zero);
  return convert<T>(rounded);
}

std::int32_t integer_at(ElementType type, const std::byte* data, std::int64_t i) {
  return visit_type(type, [&]<class T>(T) {
    return convert<std::int32_t>(reinterpret_cast<const T*>(data)[i]);
  });
}

/// A scale or zero point for all, or one for each position of an axis.
struct PerAxis {
  std::int64_t count = 1;  ///< of scales
  std::int64_t inner = 1;  ///< elements between neighbours of the axis
  [[nodiscard]] std::int64_t at(std::int64_t i) const { return count == 1 ? 0 : i / inner % count; }
};

PerAxis read_axis(const PlanRequest& request) {
  const ValueSpec& x = request.input(0);
  const ValueSpec& scale = request.float_input(1);
  if (request.has_input(2) && request.input(2).elements() != scale.elements()) {
    request.fail("scales and zero points differ in number");
  }
  if (scale.elements() == 1 && scale.rank() <= 1) return {};
  const std::int64_t axis = request.axis(request.node().integer("axis", 1), x.rank());
  if (scale.rank() != 1 || scale.elements() != x.dim(axis)) {
    request.fail(fmt::format("scales {} do not fit axis {} of {}", shape_text(scale.shape), axis,
                             shape_text(x.shape)));
  }
  return {.count = x.dim(axis), .inner = elements_between(x.shape, axis + 1, x.rank())};
}

void check_scalar(const PlanRequest& request, std::size_t i, std::string_view what) {
  if (request.input(i).elements() != 1) {
    request.fail(fmt::format("{} must be one value for the whole tensor (opset {})", what,
                             request.graph.opset));
  }
}

const ValueSpec& byte_input(const PlanRequest& request, std::size_t i) {
  return request.typed_input(i, {kInt8, kUint8});
}

/// Widens n bytes to int16 and takes the zero point off.
void widen(ElementType type, const std::byte* from, std::int64_t n, std::int32_t zero,
           std::int16_t* to) {
  const auto z = static_cast<std::int16_t>(zero);
  if (type == kInt8) {
    const auto* x = reinterpret_cast<const std::int8_t*>(from);
    for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<std::int16_t>(x[i] - z);
  } else {
    const auto* x = reinterpret_cast<const std::uint8_t*>(from);
    for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<std::int16_t>(x[i] - z);
  }
}

/// [k, n] to [n, k], widened.
void widen_transposed(ElementType type, const std::byte* from, std::int64_t k, std::int64_t n,
                      const std::int32_t* zeros, std::int64_t zero_step, std::int16_t* to) {
  for (std::int64_t row = 0; row < k; ++row) {
    for (std::int64_t column = 0; column < n; ++column) {
      to[column * k + row] = static_cast<std::int16_t>(integer_at(type, from, row * n + column) -
                                                       zeros[column * zero_step]);
    }
  }
}

std::int64_t rounded(std::int64_t bytes) { return (bytes + 63) / 64 * 64; }

/// An integer product [m, k] x [k, n]; the right-hand matrix may be a stack.
struct Product {
  std::int64_t m = 1;
  std::int64_t n = 1;
  std::int64_t k = 1;
  std::int64_t matrices = 1;
  bool shared_right = true;
  Shape out{};
};

Product read_product(const PlanRequest& request, const ValueSpec& a, const ValueSpec& b) {
  Product p;
  if (a.rank() < 2 || b.rank() < 2 || a.dim(a.rank() - 1) != b.dim(b.rank() - 2)) {
    request.fail(fmt::format("matrices {} and {} do not fit", shape_text(a.shape),
                             shape_text(b.shape)));
  }
  const Shape left(a.shape.begin(), a.shape.end() - 2);
  const Shape right(b.shape.begin(), b.shape.end() - 2);
  if (!right.empty() && right != left) {
    request.fail("matrices that are broadcast are not supported", "give both the same batch");
  }
  p.m = a.dim(a.rank() - 2);
  p.k = a.dim(a.rank() - 1);
  p.n = b.dim(b.rank() - 1);
  p.matrices = *element_count(left);
  p.shared_right = right.empty();
  p.out = left;
  p.out.push_back(p.m);
  p.out.push_back(p.n);
  if (!element_count(p.out)) request.fail("the output is too large");
  if (p.k > 1 << 15) request.fail("sums of so many products could overflow");
  return p;
}

/// Bytes that a product works in: both operands widened, and one matrix of sums.
std::size_t product_scratch(const Product& p) {
  return static_cast<std::size_t>(rounded(2 * p.m * p.k) + rounded(2 * p.n * p.k) +
                                  rounded(4 * p.m * p.n));
}

/// Calls finish(sums, matrix) for each matrix of the product.
template <class Finish>
void multiply(const Product& p, const KernelSet& kernels, std::byte* scratch, ElementType type_a,
              const std::byte* a, std::int32_t zero_a, ElementType type_b, const std::byte* b,
              std::int32_t zero_b, Finish finish) {
  auto* left = reinterpret_cast<std::int16_t*>(scratch);
  auto* right = reinterpret_cast<std::int16_t*>(scratch + rounded(2 * p.m * p.k));
  auto* sums = reinterpret_cast<std::int32_t*>(scratch + rounded(2 * p.m * p.k) +
                                               rounded(2 * p.n * p.k));
  for (std::int64_t i = 0; i < p.matrices; ++i) {
    widen(type_a, a + i * p.m * p.k, p.m * p.k, zero_a, left);
    if (i == 0 || !p.shared_right) {
      widen_transposed(type_b, b + (p.shared_right ? 0 : i * p.k * p.n), p.k, p.n, &zero_b, 0, right);
    }
    kernels.gemm_int16(p.m, p.n, p.k, left, right, sums);
    finish(sums, i);
  }
}

std::int32_t zero_of(const KernelCall& call, std::size_t i, bool given, ElementType type) {
  return given ? integer_at(type, call.inputs[i], 0) : 0;
}

/// Shapes of a quantised convolution, and its windows as rows of int16.
struct IntegerConv {
  Window window{};
  std::int64_t batch = 0;
  std::int64_t groups = 1;
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  ElementType x_type = kUint8;
  ElementType w_type = kUint8;
  Shape out{};

  [[nodiscard]] std::int64_t depth() const { return in_channels * window.area(); }
  [[nodiscard]] std::int64_t in_plane() const { return window.h.in * window.w.in; }
  [[nodiscard]] std::int64_t out_plane() const { return window.h.out * window.w.out; }
  [[nodiscard]] std::size_t scratch() const {
    return static_cast<std::size_t>(rounded(2 * out_plane() * depth()) +
                                    rounded(2 * out_channels * depth()) +
                                    rounded(4 * out_channels * out_plane()));
  }
};

IntegerConv read_conv(const PlanRequest& request, std::size_t weights_input) {
  const ValueSpec& x = byte_input(request, 0);
  const ValueSpec& w = byte_input(request, weights_input);
  IntegerConv c{.groups = request.node().integer("group", 1), .x_type = x.type, .w_type = w.type};
  if (x.rank() != w.rank() || x.rank() < 3 || c.groups < 1 || w.dim(0) % c.groups != 0 ||
      w.dim(0) < 1 || w.dim(1) < 1 || x.dim(1) != w.dim(1) * c.groups) {
    request.fail(fmt::format("input {} and weights {} do not fit", shape_text(x.shape),
                             shape_text(w.shape)));
  }
  c.batch = x.dim(0);
  c.in_channels = w.dim(1);
  c.out_channels = w.dim(0) / c.groups;
  const std::vector<std::int64_t> kernel(w.shape.begin() + 2, w.shape.end());
  const auto given = request.node().integers("kernel_shape");
  if (!given.empty() && given != kernel) request.fail("kernel_shape contradicts the weights");
  c.window = plan_window(request, x.shape, kernel);
  c.out = windowed_shape(c.window, x.shape, w.dim(0));
  if (!element_count(c.out) || !element_count({c.out_plane(), c.depth()})) {
    request.fail("the output is too large");
  }
  if (c.depth() > 1 << 15) request.fail("sums of so many products could overflow");
  return c;
}

/// Row i: what the weights are multiplied with at output pixel i. Padding is the zero point: 0.
void gather_rows(const IntegerConv& c, const std::byte* x, std::int32_t zero, std::int16_t* rows) {
  const WindowAxis& h = c.window.h;
  const WindowAxis& w = c.window.w;
  for (std::int64_t oy = 0; oy < h.out; ++oy) {
    for (std::int64_t ox = 0; ox < w.out; ++ox) {
      for (std::int64_t i = 0; i < c.in_channels; ++i) {
        const std::byte* plane = x + i * c.in_plane();
        for (std::int64_t ky = 0; ky < h.kernel; ++ky) {
          const std::int64_t y = oy * h.stride - h.pad_begin + ky * h.dilation;
          for (std::int64_t kx = 0; kx < w.kernel; ++kx) {
            const std::int64_t at = ox * w.stride - w.pad_begin + kx * w.dilation;
            const bool inside = y >= 0 && y < h.in && at >= 0 && at < w.in;
            std::int32_t value = 0;
            if (inside) {
              const std::byte raw = plane[y * w.in + at];
              value = c.x_type == kInt8 ? static_cast<std::int8_t>(raw) : std::to_integer<int>(raw);
              value -= zero;
            }
            *rows++ = static_cast<std::int16_t>(value);
          }
        }
      }
    }
  }
}

/// Calls finish(sums [out channels, pixels], batch, group).
template <class Zero, class Finish>
void convolve(const IntegerConv& c, const KernelSet& kernels, const KernelCall& call,
              std::size_t weights_input, std::int32_t x_zero, Zero w_zero, Finish finish) {
  auto* rows = reinterpret_cast<std::int16_t*>(call.scratch);
  std::byte* next = call.scratch + rounded(2 * c.out_plane() * c.depth());
  auto* weights = reinterpret_cast<std::int16_t*>(next);
  auto* sums = reinterpret_cast<std::int32_t*>(next + rounded(2 * c.out_channels * c.depth()));
  for (std::int64_t g = 0; g < c.groups; ++g) {
    for (std::int64_t o = 0; o < c.out_channels; ++o) {
      const std::int64_t channel = g * c.out_channels + o;
      widen(c.w_type, call.inputs[weights_input] + channel * c.depth(), c.depth(), w_zero(channel),
            weights + o * c.depth());
    }
    for (std::int64_t n = 0; n < c.batch; ++n) {
      gather_rows(c, call.inputs[0] + (n * c.groups + g) * c.in_channels * c.in_plane(), x_zero, rows);
      kernels.gemm_int16(c.out_channels, c.out_plane(), c.depth(), weights, rows, sums);
      finish(sums, n, g);
    }
  }
}

double flops_of(const IntegerConv& c) {
  return 2.0 * static_cast<double>(*element_count(c.out)) * static_cast<double>(c.depth());
}

}  // namespace

PlannedNode plan_quantize(const PlanRequest& request) {
  const ValueSpec& x = request.typed_input(0, {kFloat32, kInt32});
  const PerAxis axis = read_axis(request);
  const bool has_zero = request.has_input(2);
  const ElementType type =
      has_zero ? request.typed_input(2, {kInt8, kUint8, kInt16, kUint16}).type : kUint8;
  const std::int64_t count = x.elements();
  PlannedNode planned;
  planned.outputs = {{.type = type, .shape = x.shape}};
  planned.flops = 2.0 * static_cast<double>(count);
  planned.kernel = fast_quantize(request, type);
  if (planned.kernel) return planned;
  planned.kernel = visit_type(type, [&]<class T>(T) -> Kernel {
    return [=, from_float = x.type == kFloat32](const KernelCall& call) {
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t at = axis.at(i);
        const float value = from_float ? call.in(0)[i]
                                       : static_cast<float>(call.in<std::int32_t>(0)[i]);
        const auto zero = has_zero ? static_cast<std::int32_t>(call.in<T>(2)[at]) : 0;
        call.out<T>(0)[i] = quantized<T>(value, call.in(1)[at], zero);
      }
    };
  });
  return planned;
}

PlannedNode plan_dequantize(const PlanRequest& request) {
  const ValueSpec& x = request.typed_input(0, {kInt8, kUint8, kInt16, kUint16, kInt32});
  const PerAxis axis = read_axis(request);
  const bool has_zero = request.has_input(2);
  if (has_zero && request.input(2).type != x.type) request.fail("a zero point of another type");
  const std::int64_t count = x.elements();
  PlannedNode planned;
  planned.outputs = {{.type = kFloat32, .shape = x.shape}};
  planned.flops = 2.0 * static_cast<double>(count);
  planned.kernel = visit_type(x.type, [&]<class T>(T) -> Kernel {
    return [=](const KernelCall& call) {
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t at = axis.at(i);
        const auto zero = has_zero ? static_cast<float>(call.in<T>(2)[at]) : 0.0F;
        call.out(0)[i] = (static_cast<float>(call.in<T>(0)[i]) - zero) * call.in(1)[at];
      }
    };
  });
  return planned;
}

PlannedNode plan_dynamic_quantize(const PlanRequest& request) {
  const ValueSpec& x = request.float_input(0);
  const std::int64_t count = x.elements();
  PlannedNode planned;
  planned.outputs = {{.type = kUint8, .shape = x.shape},
                     {.type = kFloat32, .shape = Shape{}},
                     {.type = kUint8, .shape = Shape{}}};
  planned.flops = 4.0 * static_cast<double>(count);
  planned.kernel = [count](const KernelCall& call) {
    const float* from = call.in(0);
    float low = 0.0F;
    float high = 0.0F;
    for (std::int64_t i = 0; i < count; ++i) {
      low = std::min(low, from[i]);
      high = std::max(high, from[i]);
    }
    const float range = (high - low) / 255.0F;
    const float scale = range > 0.0F ? range : 1.0F;
    const auto zero = convert<std::uint8_t>(std::nearbyint(-low / scale));
    if (call.outputs[1] != nullptr) *call.out(1) = scale;
    if (call.outputs[2] != nullptr) *call.out<std::uint8_t>(2) = zero;
    if (call.outputs[0] == nullptr) return;
    for (std::int64_t i = 0; i < count; ++i) {
      call.out<std::uint8_t>(0)[i] = quantized<std::uint8_t>(from[i], scale, zero);
    }
  };
  return planned;
}

PlannedNode plan_matmul_integer(const PlanRequest& request) {
  const ValueSpec& a = byte_input(request, 0);
  const ValueSpec& b = byte_input(request, 1);
  const Product p = read_product(request, a, b);
  const bool has_a = request.has_input(2);
  const bool has_b = request.has_input(3);
  if (has_a) check_scalar(request, 2, "the zero point");
  if (has_b) check_scalar(request, 3, "the zero point");
  if ((has_a && request.input(2).type != a.type) || (has_b && request.input(3).type != b.type)) {
    request.fail("a zero point of another type");
  }
  PlannedNode planned;
  const bool one_product = p.shared_right && b.rank() == 2;
  if (auto fast = one_product ? fast_matmul_integer(request, p.m * p.matrices, p.n, p.k) : std::nullopt) {
    planned = *std::move(fast);
  }
  planned.outputs = {{.type = kInt32, .shape = p.out}};
  planned.flops = 2.0 * static_cast<double>(*element_count(p.out)) * static_cast<double>(p.k);
  if (planned.kernel) return planned;
  planned.scratch_bytes = product_scratch(p);
  planned.kernel = [=, kernels = &request.kernels, type_a = a.type, type_b = b.type](
                       const KernelCall& call) {
    multiply(p, *kernels, call.scratch, type_a, call.inputs[0], zero_of(call, 2, has_a, type_a),
             type_b, call.inputs[1], zero_of(call, 3, has_b, type_b),
             [&](const std::int32_t* sums, std::int64_t i) {
               std::copy_n(sums, p.m * p.n, call.out<std::int32_t>(0) + i * p.m * p.n);
             });
  };
  return planned;
}

PlannedNode plan_qlinear_matmul(const PlanRequest& request) {
  const ValueSpec& a = byte_input(request, 0);
  const ValueSpec& b = byte_input(request, 3);
  const Product p = read_product(request, a, b);
  for (const std::size_t i : {1U, 4U, 6U}) {
    static_cast<void>(request.float_input(i));
    check_scalar(request, i, "the scale");
  }
  for (const std::size_t i : {2U, 5U, 7U}) check_scalar(request, i, "the zero point");
  const ElementType type = byte_input(request, 7).type;
  if (request.input(2).type != a.type || request.input(5).type != b.type) {
    request.fail("a zero point of another type");
  }
  PlannedNode planned;
  planned.outputs = {{.type = type, .shape = p.out}};
  planned.flops = 2.0 * static_cast<double>(*element_count(p.out)) * static_cast<double>(p.k);
  planned.scratch_bytes = product_scratch(p);
  planned.kernel = visit_type(type, [&]<class T>(T) -> Kernel {
    return [=, kernels = &request.kernels, type_a = a.type, type_b = b.type](const KernelCall& call) {
      const float scale = *call.in(1) * *call.in(4);
      const auto zero = static_cast<std::int32_t>(*call.in<T>(7));
      multiply(p, *kernels, call.scratch, type_a, call.inputs[0], zero_of(call, 2, true, type_a),
               type_b, call.inputs[3], zero_of(call, 5, true, type_b),
               [&](const std::int32_t* sums, std::int64_t i) {
                 T* to = call.out<T>(0) + i * p.m * p.n;
                 for (std::int64_t k = 0; k < p.m * p.n; ++k) {
                   to[k] = quantized<T>(static_cast<float>(sums[k]) * scale, *call.in(6), zero);
                 }
               });
    };
  });
  return planned;
}

PlannedNode plan_conv_integer(const PlanRequest& request) {
  const IntegerConv c = read_conv(request, 1);
  const bool has_x = request.has_input(2);
  const bool has_w = request.has_input(3);
  if (has_x) check_scalar(request, 2, "the zero point");
  if (has_w && request.input(3).elements() != 1 &&
      request.input(3).elements() != c.groups * c.out_channels) {
    request.fail("its zero points do not fit the channels");
  }
  if ((has_x && request.input(2).type != c.x_type) || (has_w && request.input(3).type != c.w_type)) {
    request.fail("a zero point of another type");
  }
  const bool per_channel = has_w && request.input(3).elements() > 1;
  PlannedNode planned;
  planned.outputs = {{.type = kInt32, .shape = c.out}};
  planned.flops = flops_of(c);
  planned.scratch_bytes = c.scratch();
  planned.kernel = [=, kernels = &request.kernels](const KernelCall& call) {
    const auto w_zero = [&](std::int64_t channel) {
      return has_w ? integer_at(c.w_type, call.inputs[3], per_channel ? channel : 0) : 0;
    };
    convolve(c, *kernels, call, 1, zero_of(call, 2, has_x, c.x_type), w_zero,
             [&](const std::int32_t* sums, std::int64_t n, std::int64_t g) {
               const std::int64_t size = c.out_channels * c.out_plane();
               std::copy_n(sums, size, call.out<std::int32_t>(0) + (n * c.groups + g) * size);
             });
  };
  return planned;
}

PlannedNode plan_qlinear_conv(const PlanRequest& request) {
  const IntegerConv c = read_conv(request, 3);
  const std::int64_t channels = c.groups * c.out_channels;
  for (const std::size_t i : {1U, 4U, 6U}) static_cast<void>(request.float_input(i));
  for (const std::size_t i : {1U, 2U, 6U, 7U}) check_scalar(request, i, "the input's quantisation");
  for (const std::size_t i : {4U, 5U}) {
    if (request.input(i).elements() != 1 && request.input(i).elements() != channels) {
      request.fail("the weights' quantisation does not fit the channels");
    }
  }
  const bool has_bias = request.has_input(8);
  if (has_bias && request.typed_input(8, {kInt32}).elements() != channels) {
    request.fail("one bias for each output channel is needed");
  }
  if (request.input(2).type != c.x_type || request.input(5).type != c.w_type) {
    request.fail("a zero point of another type");
  }
  const ElementType type = byte_input(request, 7).type;
  const bool many_scales = request.input(4).elements() > 1;
  const bool many_zeros = request.input(5).elements() > 1;
  PlannedNode planned;
  if (auto fast = fast_qlinear_conv(request, {.window = c.window,
                                              .batch = c.batch,
                                              .groups = c.groups,
                                              .in_channels = c.in_channels,
                                              .out_channels = c.out_channels})) {
    planned = *std::move(fast);
  }
  planned.outputs = {{.type = type, .shape = c.out}};
  planned.flops = flops_of(c);
  if (planned.kernel) return planned;
  planned.scratch_bytes = c.scratch();
  planned.kernel = visit_type(type, [&]<class T>(T) -> Kernel {
    return [=, kernels = &request.kernels](const KernelCall& call) {
      const auto w_zero = [&](std::int64_t channel) {
        return integer_at(c.w_type, call.inputs[5], many_zeros ? channel : 0);
      };
      const auto y_zero = static_cast<std::int32_t>(*call.in<T>(7));
      convolve(c, *kernels, call, 3, zero_of(call, 2, true, c.x_type), w_zero,
               [&](const std::int32_t* sums, std::int64_t n, std::int64_t g) {
                 T* to = call.out<T>(0) + (n * c.groups + g) * c.out_channels * c.out_plane();
                 for (std::int64_t i = 0; i < c.out_channels * c.out_plane(); ++i) {
                   const std::int64_t channel = g * c.out_channels + i / c.out_plane();
                   const std::int64_t sum =
                       std::int64_t{sums[i]} + (has_bias ? call.in<std::int32_t>(8)[channel] : 0);
                   const float scale = *call.in(1) * call.in(4)[many_scales ? channel : 0] / *call.in(6);
                   to[i] = quantized<T>(static_cast<float>(sum) * scale, 1.0F, y_zero);
                 }
               });
    };
  });
  return planned;
}

}  // namespace faascast
