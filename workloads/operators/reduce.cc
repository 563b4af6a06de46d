// Reductions along axes: sums, means, extremes, and where the extremes are.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include "workloads/operators/operators.h"
#include "workloads/operators/strided.h"
#include "workloads/operators/types.h"

namespace faascast {
namespace {

struct Reduction {
  std::vector<std::int64_t> kept{};     ///< where each output's elements start
  std::vector<std::int64_t> runs{};     ///< offsets of runs within an output's elements
  std::int64_t run = 1;                 ///< elements of a run
  std::int64_t step = 1;                ///< between them
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(runs.size()) * run; }
};

struct Axis {
  std::int64_t size = 1;
  std::int64_t stride = 1;
};

/// Every offset that the axes (outermost first) reach.
std::vector<std::int64_t> offsets_of(const std::vector<Axis>& axes) {
  std::vector<std::int64_t> offsets{0};
  for (const Axis& axis : axes) {
    std::vector<std::int64_t> next;
    next.reserve(offsets.size() * static_cast<std::size_t>(axis.size));
    for (const std::int64_t offset : offsets) {
      for (std::int64_t i = 0; i < axis.size; ++i) next.push_back(offset + i * axis.stride);
    }
    offsets = std::move(next);
  }
  return offsets;
}

Reduction split_axes(const Shape& shape, const std::vector<std::int64_t>& axes) {
  const auto strides = dense_strides(shape);
  std::vector<Axis> kept;
  std::vector<Axis> reduced;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool named = std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i));
    auto& list = named ? reduced : kept;
    if (!list.empty() && list.back().stride == strides[i] * shape[i]) {
      list.back() = {.size = list.back().size * shape[i], .stride = strides[i]};
    } else {
      list.push_back({.size = shape[i], .stride = strides[i]});
    }
  }
  Reduction r;
  if (!reduced.empty()) {
    r.run = reduced.back().size;
    r.step = reduced.back().stride;
    reduced.pop_back();
  }
  r.kept = offsets_of(kept);
  r.runs = offsets_of(reduced);
  return r;
}

template <class T, class Visit>
void each(const Reduction& r, const T* from, Visit visit) {
  for (const std::int64_t offset : r.runs) {
    for (std::int64_t i = 0; i < r.run; ++i) visit(from[offset + i * r.step]);
  }
}

/// Integers sum up in 64 bits, floats in their own precision.
template <class T>
using Sum = std::conditional_t<std::is_floating_point_v<T>, T, std::uint64_t>;

template <class T, class Term>
T sum_of(const Reduction& r, const T* from, Term term) {
  Sum<T> sum{};
  each(r, from, [&](T x) { sum += term(static_cast<Sum<T>>(x)); });
  return static_cast<T>(sum);
}

template <class T>
T extreme_of(const Reduction& r, const T* from, bool largest) {
  T best = largest ? std::numeric_limits<T>::lowest() : std::numeric_limits<T>::max();
  if constexpr (std::is_floating_point_v<T>) {
    best = largest ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
  }
  each(r, from, [&](T x) {
    if (x != x || (largest ? x > best : x < best)) best = x;
  });
  return best;
}

template <class T>
T absolute(T x) {
  return x < T{} ? static_cast<T>(T{} - x) : x;
}

/// One output element.
template <class T>
using Reduce = T (*)(const Reduction&, const T*);

template <class T>
Reduce<T> reducer(std::string_view op) {
  using F = std::conditional_t<std::is_floating_point_v<T>, T, double>;
  if (op == "ReduceSum") {
    return [](const Reduction& r, const T* from) { return sum_of(r, from, [](auto x) { return x; }); };
  }
  if (op == "ReduceMean") {
    return [](const Reduction& r, const T* from) {
      F sum{};
      each(r, from, [&](T x) { sum += static_cast<F>(x); });
      return convert<T>(sum / static_cast<F>(r.count()));
    };
  }
  if (op == "ReduceMax") {
    return [](const Reduction& r, const T* from) { return extreme_of(r, from, true); };
  }
  if (op == "ReduceMin") {
    return [](const Reduction& r, const T* from) { return extreme_of(r, from, false); };
  }
  if (op == "ReduceProd") {
    return [](const Reduction& r, const T* from) {
      Sum<T> product{1};
      each(r, from, [&](T x) { product *= static_cast<Sum<T>>(x); });
      return static_cast<T>(product);
    };
  }
  if (op == "ReduceSumSquare") {
    return [](const Reduction& r, const T* from) {
      return sum_of(r, from, [](auto x) { return x * x; });
    };
  }
  if (op == "ReduceL1") {
    return [](const Reduction& r, const T* from) {
      Sum<T> sum{};
      each(r, from, [&](T x) { sum += static_cast<Sum<T>>(absolute(x)); });
      return static_cast<T>(sum);
    };
  }
  if (op == "ReduceL2") {
    return [](const Reduction& r, const T* from) {
      F sum{};
      each(r, from, [&](T x) { sum += static_cast<F>(x) * static_cast<F>(x); });
      return convert<T>(std::sqrt(sum));
    };
  }
  if (op == "ReduceLogSum") {
    return [](const Reduction& r, const T* from) {
      F sum{};
      each(r, from, [&](T x) { sum += static_cast<F>(x); });
      return convert<T>(std::log(sum));
    };
  }
  return [](const Reduction& r, const T* from) {  // ReduceLogSumExp
    const F largest = static_cast<F>(extreme_of(r, from, true));
    F sum{};
    each(r, from, [&](T x) { sum += std::exp(static_cast<F>(x) - largest); });
    return convert<T>(std::log(sum) + largest);
  };
}

/// The offsets of so many elements are kept in memory.
void check_elements(const PlanRequest& request) {
  constexpr std::int64_t kMost = std::int64_t{1} << 26;
  if (request.input(0).elements() > kMost) request.fail("reduces too large a tensor");
}

Shape reduced_shape(const Shape& shape, const std::vector<std::int64_t>& axes, bool keep) {
  Shape out;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (!std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i))) {
      out.push_back(shape[i]);
    } else if (keep) {
      out.push_back(1);
    }
  }
  return out;
}

std::vector<std::int64_t> all_axes(const ValueSpec& in) {
  std::vector<std::int64_t> axes;
  for (std::int64_t i = 0; i < in.rank(); ++i) axes.push_back(i);
  return axes;
}

}  // namespace

PlannedNode plan_reduce(const PlanRequest& request) {
  using enum ElementType;
  const ValueSpec& in = request.typed_input(
      0, {kFloat32, kFloat64, kInt32, kInt64, kInt8, kUint8, kUint32, kUint64});
  const std::string_view op = request.node().op;
  const std::int64_t first_input_opset = op == "ReduceSum" ? 13 : 18;
  std::vector<std::int64_t> axes;
  if (request.graph.opset < first_input_opset) {
    axes = request.node().integers("axes");
  } else if (request.has_input(1)) {
    axes = request.known_integers(1);
  }
  axes = normal_axes(request, std::move(axes), in.rank());
  if (axes.empty()) {
    if (request.node().integer("noop_with_empty_axes", 0) != 0) return renamed(request, in.shape);
    axes = all_axes(in);
  }
  check_elements(request);
  const auto reduction = std::make_shared<const Reduction>(split_axes(in.shape, axes));
  if (in.elements() == 0 && op != "ReduceSum") request.fail("reduces an empty tensor");
  PlannedNode planned;
  planned.outputs = {
      {.type = in.type,
       .shape = reduced_shape(in.shape, axes, request.node().integer("keepdims", 1) != 0)}};
  planned.flops = static_cast<double>(in.elements());
  const bool dense = in.type == kFloat32 && reduction->step == 1 && reduction->runs.size() == 1 &&
                     (op == "ReduceSum" || op == "ReduceMean");
  if (dense) {
    const float scale = op == "ReduceSum" ? 1.0F : 1.0F / static_cast<float>(reduction->run);
    planned.kernel = [=, sum = request.kernels.sum](const KernelCall& call) {
      float* to = call.out(0);
      for (const std::int64_t start : reduction->kept) {
        *to++ = scale * sum(reduction->run, call.in(0) + start);
      }
    };
    return planned;
  }
  planned.kernel = visit_type(in.type, [&]<class T>(T) -> Kernel {
    return [reduction, reduce = reducer<T>(op)](const KernelCall& call) {
      T* to = call.out<T>(0);
      for (const std::int64_t start : reduction->kept) {
        *to++ = reduce(*reduction, call.in<T>(0) + start);
      }
    };
  });
  return planned;
}

PlannedNode plan_arg_extreme(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  const std::vector<std::int64_t> axes{
      request.axis(request.node().integer("axis", 0), in.rank())};
  if (in.dim(axes[0]) == 0) request.fail("reduces an empty axis");
  check_elements(request);
  const auto reduction = std::make_shared<const Reduction>(split_axes(in.shape, axes));
  const bool largest = request.node().op == "ArgMax";
  const bool last = request.node().integer("select_last_index", 0) != 0;
  PlannedNode planned;
  planned.outputs = {
      {.type = ElementType::kInt64,
       .shape = reduced_shape(in.shape, axes, request.node().integer("keepdims", 1) != 0)}};
  planned.flops = static_cast<double>(in.elements());
  planned.kernel = visit_type(in.type, [&]<class T>(T) -> Kernel {
    return [=](const KernelCall& call) {
      auto* to = call.out<std::int64_t>(0);
      for (const std::int64_t start : reduction->kept) {
        const T* from = call.in<T>(0) + start;
        std::int64_t best = 0;
        for (std::int64_t i = 1; i < reduction->run; ++i) {
          const T x = from[i * reduction->step];
          const T y = from[best * reduction->step];
          if ((largest ? x > y : x < y) || (last && x == y)) best = i;
        }
        *to++ = best;
      }
    };
  });
  return planned;
}

PlannedNode plan_hardmax(const PlanRequest& request) {
  const ValueSpec& in = request.float_input(0);
  const bool flat = request.graph.opset < 13;
  const std::int64_t axis =
      request.axis(request.node().integer("axis", flat ? 1 : -1), in.rank(), flat);
  const std::int64_t outer = elements_between(in.shape, 0, axis);
  const std::int64_t n = flat ? elements_between(in.shape, axis, in.rank()) : in.dim(axis);
  const std::int64_t inner = flat ? 1 : elements_between(in.shape, axis + 1, in.rank());
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = in.shape}};
  planned.kernel = [=](const KernelCall& call) {
    std::fill_n(call.out(0), outer * n * inner, 0.0F);
    for (std::int64_t o = 0; n > 0 && o < outer * inner; ++o) {
      const std::int64_t start = o / inner * n * inner + o % inner;
      const float* from = call.in(0) + start;
      std::int64_t best = 0;
      for (std::int64_t i = 1; i < n; ++i) {
        if (from[i * inner] > from[best * inner]) best = i;
      }
      call.out(0)[start + best * inner] = 1.0F;
    }
  };
  return planned;
}

}  // namespace faascast
