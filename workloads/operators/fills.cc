// Operators that make values from shapes and ranges, and running sums.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "workloads/onnx_reader.h"
#include "workloads/operators/operators.h"
#include "workloads/operators/types.h"

namespace faascast {
namespace {

/// The single element of a constant input, as T.
template <class T>
T known_scalar(const PlanRequest& request, std::size_t i) {
  const ValueSpec& spec = request.input(i);
  if (spec.constant == nullptr || spec.elements() != 1) {
    request.fail(fmt::format("input {} must be one constant value", i),
                 "export the model with fixed shapes");
  }
  return visit_type(spec.type, [&]<class From>(From) {
    return convert<T>(spec.constant->as<From>()[0]);
  });
}

/// Zeros that are made on loading, unless they are too many.
Tensor new_tensor(const PlanRequest& request, ElementType type, const Shape& shape) {
  constexpr std::int64_t kMost = std::int64_t{1} << 26;
  const auto count = element_count(shape);
  if (!count || *count > kMost) {
    request.fail(fmt::format("makes a tensor {}, which is too large", shape_text(shape)));
  }
  return make_tensor(type, shape);
}

}  // namespace

PlannedNode plan_size(const PlanRequest& request) {
  const std::int64_t count = request.input(0).elements();
  return fixed(int64_tensor({}, {&count, 1}));
}

PlannedNode plan_constant_of_shape(const PlanRequest& request) {
  const Shape shape = request.known_integers(0);
  const Tensor* value = request.node().tensor("value");
  if (value != nullptr && value->elements() != 1) request.fail("fills with several values");
  Tensor filled =
      new_tensor(request, value == nullptr ? ElementType::kFloat32 : value->type, shape);
  if (value != nullptr) {
    visit_size(size_of(value->type), [&]<class T>(T) {
      std::fill_n(filled.as<T>().begin(), filled.elements(), value->as<T>()[0]);
    });
  }
  return fixed(std::move(filled));
}

PlannedNode plan_range(const PlanRequest& request) {
  using enum ElementType;
  const ElementType type =
      request.typed_input(0, {kFloat32, kFloat64, kInt16, kInt32, kInt64}).type;
  if (request.input(1).type != type || request.input(2).type != type) {
    request.fail("its inputs have different types");
  }
  return visit_type(type, [&]<class T>(T) {
    const T start = known_scalar<T>(request, 0);
    const T limit = known_scalar<T>(request, 1);
    const T delta = known_scalar<T>(request, 2);
    const double steps = std::ceil((static_cast<double>(limit) - static_cast<double>(start)) /
                                   static_cast<double>(delta));
    if (!(steps <= 0x1p31)) request.fail("is too long, or has a step of 0");
    const std::int64_t count = std::max<std::int64_t>(convert<std::int64_t>(steps), 0);
    Tensor values = new_tensor(request, type, {count});
    for (std::int64_t i = 0; i < count; ++i) {
      values.as<T>()[static_cast<std::size_t>(i)] =
          static_cast<T>(start + static_cast<T>(i) * delta);
    }
    return fixed(std::move(values));
  });
}

PlannedNode plan_eye_like(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  if (in.rank() != 2) request.fail("needs a matrix");
  const auto type = request.node().has("dtype")
                        ? element_type_of_onnx(request.node().integer("dtype", 1))
                        : in.type;
  if (!type) request.fail("the dtype is not supported");
  const std::int64_t k = request.node().integer("k", 0);
  Tensor eye = new_tensor(request, *type, in.shape);
  visit_type(*type, [&]<class T>(T) {
    for (std::int64_t r = 0; r < in.dim(0); ++r) {
      if (r + k < 0 || r + k >= in.dim(1)) continue;
      eye.as<T>()[static_cast<std::size_t>(r * in.dim(1) + r + k)] = T{1};
    }
  });
  return fixed(std::move(eye));
}

PlannedNode plan_trilu(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  if (in.rank() < 2) request.fail("needs matrices");
  const auto given = request.has_input(1) ? request.known_integers(1) : std::vector<std::int64_t>{0};
  if (given.size() != 1) request.fail("k must be one value");
  const std::int64_t rows = in.dim(in.rank() - 2);
  const std::int64_t columns = in.dim(in.rank() - 1);
  const std::int64_t k = std::clamp(given[0], -rows - 1, columns + 1);
  const bool upper = request.node().integer("upper", 1) != 0;
  const std::int64_t count = in.elements();
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = in.shape}};
  planned.kernel = visit_size(size_of(in.type), [&]<class T>(T) -> Kernel {
    return [=](const KernelCall& call) {
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t beyond = i % columns - i / columns % rows - k;
        call.out<T>(0)[i] = (upper ? beyond >= 0 : beyond <= 0) ? call.in<T>(0)[i] : T{};
      }
    };
  });
  return planned;
}

PlannedNode plan_cum_sum(const PlanRequest& request) {
  using enum ElementType;
  const ValueSpec& in = request.typed_input(0, {kFloat32, kFloat64, kUint32, kUint64, kInt32, kInt64});
  const auto axis = request.axis(known_scalar<std::int64_t>(request, 1), in.rank());
  const std::int64_t n = in.dim(axis);
  const std::int64_t inner = elements_between(in.shape, axis + 1, in.rank());
  const std::int64_t lines = n == 0 ? 0 : in.elements() / n;
  const bool exclusive = request.node().integer("exclusive", 0) != 0;
  const bool reverse = request.node().integer("reverse", 0) != 0;
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = in.shape}};
  planned.flops = static_cast<double>(in.elements());
  planned.kernel = visit_type(in.type, [&]<class T>(T) -> Kernel {
    return [=](const KernelCall& call) {
      using Sum = std::conditional_t<std::is_floating_point_v<T>, T, std::uint64_t>;
      for (std::int64_t line = 0; line < lines; ++line) {
        const std::int64_t start = line / inner * n * inner + line % inner;
        Sum sum{};
        for (std::int64_t i = 0; i < n; ++i) {
          const std::int64_t at = start + (reverse ? n - 1 - i : i) * inner;
          const Sum next = sum + static_cast<Sum>(call.in<T>(0)[at]);
          call.out<T>(0)[at] = static_cast<T>(exclusive ? sum : next);
          sum = next;
        }
      }
    };
  });
  return planned;
}

}  // namespace faascast
