#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "workloads/operators/operators.h"
#include "workloads/operators/quantized_fast.h"
#include "workloads/operators/types.h"
#include "workloads/operators/window.h"

namespace faascast {
namespace {

struct Pool {
  Window window{};
  std::int64_t planes = 0;
  Shape out{};
};

Pool read_pool(const PlanRequest& request, const ValueSpec& in) {
  Pool pool;
  pool.window = plan_window(request, in.shape, request.node().integers("kernel_shape"));
  pool.planes = *element_count({in.dim(0), in.dim(1)});
  pool.out = windowed_shape(pool.window, in.shape, in.dim(1));
  if (!element_count(pool.out)) request.fail("the output is too large");
  return pool;
}

PlannedNode pooled(const Pool& pool) {
  PlannedNode planned;
  planned.outputs = {{.type = ElementType::kFloat32, .shape = pool.out}};
  planned.flops = static_cast<double>(*element_count(pool.out)) *
                  static_cast<double>(pool.window.area());
  return planned;
}

/// Positions of a window along one axis that hold a value: [first, last), and how many positions
/// lie within the padding too.
struct Covered {
  std::int64_t start = 0;
  std::int64_t values = 0;
  std::int64_t with_padding = 0;
};

template <class Visit>
Covered covered(const WindowAxis& axis, std::int64_t out, Visit visit) {
  Covered c{.start = out * axis.stride - axis.pad_begin};
  for (std::int64_t k = 0; k < axis.kernel; ++k) {
    const std::int64_t at = c.start + k * axis.dilation;
    if (at < axis.in + axis.pad_end) ++c.with_padding;
    if (at < 0 || at >= axis.in) continue;
    ++c.values;
    visit(at);
  }
  return c;
}

float window_average(const Window& w, const float* plane, std::int64_t oy, std::int64_t ox,
                     bool count_padding) {
  float sum = 0.0F;
  Covered columns;
  const Covered rows = covered(w.h, oy, [&](std::int64_t y) {
    columns = covered(w.w, ox, [&](std::int64_t x) { sum += plane[y * w.w.in + x]; });
  });
  const std::int64_t count = count_padding ? rows.with_padding * columns.with_padding
                                           : rows.values * columns.values;
  return count == 0 ? 0.0F : sum / static_cast<float>(count);
}

/// MaxPool of bytes: what quantised models hold between their convolutions.
template <class T>
PlannedNode byte_pool(const PlanRequest& request, const Pool& pool, ElementType type) {
  PlannedNode planned = pooled(pool);
  planned.outputs[0].type = type;
  planned.scratch_bytes = static_cast<std::size_t>(pool.window.w.in);
  planned.kernel = fast_byte_pool(request, pool.window, pool.planes);
  if (planned.kernel) return planned;
  planned.kernel = [pool](const KernelCall& call) {
    const Window& w = pool.window;
    const T* in = call.in<T>(0);
    T* out = call.out<T>(0);
    for (std::int64_t plane = 0; plane < pool.planes; ++plane, in += w.h.in * w.w.in) {
      for (std::int64_t oy = 0; oy < w.h.out; ++oy) {
        for (std::int64_t ox = 0; ox < w.w.out; ++ox) {
          T best = std::numeric_limits<T>::lowest();
          covered(w.h, oy, [&](std::int64_t y) {
            covered(w.w, ox, [&](std::int64_t x) { best = std::max(best, in[y * w.w.in + x]); });
          });
          *out++ = best;
        }
      }
    }
  };
  return planned;
}

}  // namespace

PlannedNode plan_max_pool(const PlanRequest& request) {
  request.no_output(1, "Indices");
  const ElementType type = request.input(0).type;
  if (type == ElementType::kUint8 || type == ElementType::kInt8) {
    const Pool bytes = read_pool(request, request.input(0));
    return type == ElementType::kInt8 ? byte_pool<std::int8_t>(request, bytes, type)
                                      : byte_pool<std::uint8_t>(request, bytes, type);
  }
  const Pool pool = read_pool(request, request.float_input(0));
  const Window& w = pool.window;
  const PoolPlane shape{.in_h = w.h.in,
                        .in_w = w.w.in,
                        .out_h = w.h.out,
                        .out_w = w.w.out,
                        .kernel_h = w.h.kernel,
                        .kernel_w = w.w.kernel,
                        .stride_h = w.h.stride,
                        .stride_w = w.w.stride,
                        .dilation_h = w.h.dilation,
                        .dilation_w = w.w.dilation,
                        .pad_top = w.h.pad_begin,
                        .pad_left = w.w.pad_begin};
  PlannedNode planned = pooled(pool);
  planned.scratch_bytes = static_cast<std::size_t>(w.w.in) * sizeof(float);
  planned.kernel = [shape, planes = pool.planes,
                    run = request.kernels.max_pool](const KernelCall& call) {
    float* row = reinterpret_cast<float*>(call.scratch);
    for (std::int64_t i = 0; i < planes; ++i) {
      run(shape, call.in(0) + i * shape.in_h * shape.in_w, row,
          call.out(0) + i * shape.out_h * shape.out_w);
    }
  };
  return planned;
}

PlannedNode plan_average_pool(const PlanRequest& request) {
  const Pool pool = read_pool(request, request.float_input(0));
  const bool count_padding = request.node().integer("count_include_pad", 0) != 0;
  PlannedNode planned = pooled(pool);
  planned.kernel = [w = pool.window, planes = pool.planes, count_padding](const KernelCall& call) {
    float* to = call.out(0);
    for (std::int64_t i = 0; i < planes; ++i) {
      const float* plane = call.in(0) + i * w.h.in * w.w.in;
      for (std::int64_t oy = 0; oy < w.h.out; ++oy) {
        for (std::int64_t ox = 0; ox < w.w.out; ++ox) {
          *to++ = window_average(w, plane, oy, ox, count_padding);
        }
      }
    }
  };
  return planned;
}

PlannedNode plan_global_max_pool(const PlanRequest& request) {
  const ValueSpec& in = request.float_input(0);
  if (in.rank() < 3) request.fail(fmt::format("{} has no spatial axis", shape_text(in.shape)));
  Shape out(in.shape.size(), 1);
  std::copy_n(in.shape.begin(), 2, out.begin());
  const std::int64_t planes = *element_count({in.dim(0), in.dim(1)});
  const std::int64_t plane = elements_between(in.shape, 2, in.rank());
  if (plane == 0) request.fail("the largest of nothing");
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = out}};
  planned.flops = static_cast<double>(in.elements());
  planned.kernel = [=](const KernelCall& call) {
    for (std::int64_t i = 0; i < planes; ++i) {
      const float* from = call.in(0) + i * plane;
      call.out(0)[i] = *std::max_element(from, from + plane);
    }
  };
  return planned;
}

PlannedNode plan_global_average_pool(const PlanRequest& request) {
  const ValueSpec& in = request.float_input(0);
  if (in.rank() < 3) request.fail(fmt::format("{} has no spatial axis", shape_text(in.shape)));
  Shape out(in.shape.size(), 1);
  std::copy_n(in.shape.begin(), 2, out.begin());
  const std::int64_t planes = *element_count({in.dim(0), in.dim(1)});
  const std::int64_t plane = planes == 0 ? 0 : in.elements() / planes;
  if (planes > 0 && plane == 0) request.fail("the average of nothing");
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = out}};
  planned.flops = static_cast<double>(in.elements());
  planned.kernel = [=, sum = request.kernels.sum](const KernelCall& call) {
    for (std::int64_t i = 0; i < planes; ++i) {
      call.out(0)[i] = sum(plane, call.in(0) + i * plane) / static_cast<float>(plane);
    }
  };
  return planned;
}

}  // namespace faascast
