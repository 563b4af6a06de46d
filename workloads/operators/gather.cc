// Operators that pick or place elements by index or by condition, for every element type.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "sim-core/error.h"
#include "workloads/operators/broadcast.h"
#include "workloads/operators/operators.h"
#include "workloads/operators/strided.h"
#include "workloads/operators/types.h"

namespace faascast {
namespace {

/// Reads indices of either integer type; an index outside an axis ends the run with an error.
class Indices {
 public:
  Indices(const PlanRequest& request, std::size_t input)
      : input_(input),
        wide_(request.typed_input(input, {ElementType::kInt32, ElementType::kInt64}).type ==
              ElementType::kInt64),
        where_(std::make_shared<const std::string>(
            fmt::format("{}: {}", request.graph.name,
                        describe(request.graph, request.node_index)))) {}

  /// In [0, size); negative ones count from the end.
  [[nodiscard]] std::int64_t at(const KernelCall& call, std::int64_t i, std::int64_t size) const {
    const std::int64_t given = raw(call, i);
    const std::int64_t index = given < 0 ? given + size : given;
    if (index < 0 || index >= size) {
      throw InputError(Problem{.where = *where_,
                               .what = fmt::format("index {} on an axis of {}", given, size),
                               .mend = "give the model inputs that it was made for"});
    }
    return index;
  }
  [[nodiscard]] std::int64_t raw(const KernelCall& call, std::int64_t i) const {
    return wide_ ? call.in<std::int64_t>(input_)[i] : call.in<std::int32_t>(input_)[i];
  }

 private:
  std::size_t input_;
  bool wide_;
  std::shared_ptr<const std::string> where_;
};

enum class Scatter { kReplace, kAdd, kMul, kMin, kMax };

Scatter scatter_kind(const PlanRequest& request) {
  const std::string kind = request.node().text("reduction", "none");
  if (kind == "none") return Scatter::kReplace;
  if (kind == "add") return Scatter::kAdd;
  if (kind == "mul") return Scatter::kMul;
  if (kind == "min") return Scatter::kMin;
  if (kind == "max") return Scatter::kMax;
  request.fail(fmt::format("reduction '{}' does not exist", kind));
}

template <class T>
void place(Scatter kind, T& to, T value) {
  switch (kind) {
    case Scatter::kReplace:
      to = value;
      break;
    case Scatter::kAdd:
      to = static_cast<T>(to + value);
      break;
    case Scatter::kMul:
      to = static_cast<T>(to * value);
      break;
    case Scatter::kMin:
      to = std::min(to, value);
      break;
    case Scatter::kMax:
      to = std::max(to, value);
      break;
  }
}

/// Reductions of floats only: sums of integers could overflow.
void check_scatter(const PlanRequest& request, Scatter kind, std::size_t updates) {
  const ElementType type = request.input(0).type;
  if (request.input(updates).type != type) request.fail("updates of another type");
  if (kind != Scatter::kReplace && !is_floating(type)) {
    request.fail(fmt::format("a reduction is not supported for {}", name_of(type)));
  }
}

/// Where an element of `shape` lies in a tensor with `strides`, leaving one axis out.
class OtherAxes {
 public:
  OtherAxes(const Shape& shape, const Shape& target, std::int64_t axis)
      : shape_(shape), own_(dense_strides(shape)), strides_(dense_strides(target)) {
    strides_[static_cast<std::size_t>(axis)] = 0;
  }
  [[nodiscard]] std::int64_t operator()(std::int64_t i) const {
    std::int64_t at = 0;
    for (std::size_t a = 0; a < shape_.size(); ++a) at += i / own_[a] % shape_[a] * strides_[a];
    return at;
  }

 private:
  Shape shape_;
  std::vector<std::int64_t> own_;
  std::vector<std::int64_t> strides_;
};

/// Each axis but one must not be longer than the target's.
void check_fits(const PlanRequest& request, const Shape& part, const Shape& whole,
                std::int64_t axis) {
  bool fits = part.size() == whole.size();
  for (std::size_t i = 0; fits && i < part.size(); ++i) {
    fits = static_cast<std::int64_t>(i) == axis || part[i] <= whole[i];
  }
  if (!fits) {
    request.fail(fmt::format("indices {} do not fit {}", shape_text(part), shape_text(whole)));
  }
}

/// GatherND and ScatterND: index tuples that pick slices.
struct Tuples {
  std::int64_t batches = 1;
  std::int64_t tuples = 1;  ///< of one batch
  std::int64_t length = 1;  ///< of a tuple
  std::int64_t slice = 1;   ///< elements that one tuple picks
  Shape sizes{};            ///< of the axes that a tuple indexes
  std::vector<std::int64_t> strides{};
  std::int64_t batch_elements = 1;

  [[nodiscard]] std::int64_t offset(const KernelCall& call, const Indices& indices,
                                    std::int64_t tuple) const {
    std::int64_t at = 0;
    for (std::int64_t k = 0; k < length; ++k) {
      const auto axis = static_cast<std::size_t>(k);
      at += indices.at(call, tuple * length + k, sizes[axis]) * strides[axis];
    }
    return at;
  }
};

Tuples read_tuples(const PlanRequest& request, std::int64_t batch_axes) {
  const ValueSpec& data = request.input(0);
  const ValueSpec& indices = request.input(1);
  if (batch_axes < 0 || indices.rank() <= batch_axes || data.rank() <= batch_axes) {
    request.fail("batch_dims does not fit its inputs");
  }
  Tuples t;
  t.length = indices.dim(indices.rank() - 1);
  if (t.length < 1 || batch_axes + t.length > data.rank()) {
    request.fail(fmt::format("indices {} do not fit {}", shape_text(indices.shape),
                             shape_text(data.shape)));
  }
  for (std::int64_t i = 0; i < batch_axes; ++i) {
    if (indices.dim(i) != data.dim(i)) request.fail("its batches differ");
  }
  t.batches = elements_between(data.shape, 0, batch_axes);
  t.tuples = elements_between(indices.shape, batch_axes, indices.rank() - 1);
  t.slice = elements_between(data.shape, batch_axes + t.length, data.rank());
  t.batch_elements = elements_between(data.shape, batch_axes, data.rank());
  const auto strides = dense_strides(data.shape);
  for (std::int64_t k = 0; k < t.length; ++k) {
    t.sizes.push_back(data.dim(batch_axes + k));
    t.strides.push_back(strides[static_cast<std::size_t>(batch_axes + k)]);
  }
  return t;
}

}  // namespace

PlannedNode plan_gather(const PlanRequest& request) {
  const ValueSpec& data = request.input(0);
  const std::int64_t axis = request.axis(request.node().integer("axis", 0), data.rank());
  const Indices indices(request, 1);
  const std::int64_t outer = elements_between(data.shape, 0, axis);
  const std::int64_t size = data.dim(axis);
  const std::int64_t count = request.input(1).elements();
  const auto width = static_cast<std::size_t>(
      elements_between(data.shape, axis + 1, data.rank())) * size_of(data.type);
  Shape out(data.shape.begin(), data.shape.begin() + axis);
  out.insert(out.end(), request.input(1).shape.begin(), request.input(1).shape.end());
  out.insert(out.end(), data.shape.begin() + axis + 1, data.shape.end());
  PlannedNode planned;
  planned.outputs = {{.type = data.type, .shape = std::move(out)}};
  planned.kernel = [=](const KernelCall& call) {
    std::byte* to = call.outputs[0];
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t i = 0; i < count; ++i, to += width) {
        const std::int64_t at = o * size + indices.at(call, i, size);
        if (width > 0) std::memcpy(to, call.inputs[0] + static_cast<std::size_t>(at) * width, width);
      }
    }
  };
  return planned;
}

PlannedNode plan_gather_elements(const PlanRequest& request) {
  const ValueSpec& data = request.input(0);
  const ValueSpec& picks = request.input(1);
  const std::int64_t axis = request.axis(request.node().integer("axis", 0), data.rank());
  check_fits(request, picks.shape, data.shape, axis);
  const Indices indices(request, 1);
  const OtherAxes others(picks.shape, data.shape, axis);
  const std::int64_t size = data.dim(axis);
  const std::int64_t stride = dense_strides(data.shape)[static_cast<std::size_t>(axis)];
  const std::int64_t count = picks.elements();
  PlannedNode planned;
  planned.outputs = {{.type = data.type, .shape = picks.shape}};
  planned.kernel = visit_size(size_of(data.type), [&]<class T>(T) -> Kernel {
    return [=](const KernelCall& call) {
      for (std::int64_t i = 0; i < count; ++i) {
        call.out<T>(0)[i] = call.in<T>(0)[others(i) + indices.at(call, i, size) * stride];
      }
    };
  });
  return planned;
}

PlannedNode plan_gather_nd(const PlanRequest& request) {
  const ValueSpec& data = request.input(0);
  const ValueSpec& picks = request.input(1);
  const std::int64_t batch_axes = request.node().integer("batch_dims", 0);
  const Indices indices(request, 1);
  const Tuples t = read_tuples(request, batch_axes);
  Shape out(picks.shape.begin(), picks.shape.end() - 1);
  out.insert(out.end(), data.shape.begin() + batch_axes + t.length, data.shape.end());
  const std::size_t element = size_of(data.type);
  const auto width = static_cast<std::size_t>(t.slice) * element;
  PlannedNode planned;
  planned.outputs = {{.type = data.type, .shape = std::move(out)}};
  planned.kernel = [=](const KernelCall& call) {
    std::byte* to = call.outputs[0];
    for (std::int64_t i = 0; i < t.batches * t.tuples; ++i, to += width) {
      const std::int64_t at = i / t.tuples * t.batch_elements + t.offset(call, indices, i);
      if (width > 0) std::memcpy(to, call.inputs[0] + static_cast<std::size_t>(at) * element, width);
    }
  };
  return planned;
}

PlannedNode plan_scatter_elements(const PlanRequest& request) {
  const ValueSpec& data = request.input(0);
  const ValueSpec& picks = request.input(1);
  const std::int64_t axis = request.axis(request.node().integer("axis", 0), data.rank());
  const Scatter kind = scatter_kind(request);
  check_scatter(request, kind, 2);
  check_fits(request, picks.shape, data.shape, axis);
  if (request.input(2).shape != picks.shape) request.fail("updates and indices differ in shape");
  const Indices indices(request, 1);
  const OtherAxes others(picks.shape, data.shape, axis);
  const std::int64_t size = data.dim(axis);
  const std::int64_t stride = dense_strides(data.shape)[static_cast<std::size_t>(axis)];
  const std::int64_t count = picks.elements();
  PlannedNode planned;
  planned.outputs = {{.type = data.type, .shape = data.shape}};
  planned.kernel = visit_type(data.type, [&]<class T>(T) -> Kernel {
    return [=, elements = data.elements()](const KernelCall& call) {
      std::copy_n(call.in<T>(0), elements, call.out<T>(0));
      for (std::int64_t i = 0; i < count; ++i) {
        place(kind, call.out<T>(0)[others(i) + indices.at(call, i, size) * stride], call.in<T>(2)[i]);
      }
    };
  });
  return planned;
}

PlannedNode plan_scatter_nd(const PlanRequest& request) {
  const ValueSpec& data = request.input(0);
  const Scatter kind = scatter_kind(request);
  check_scatter(request, kind, 2);
  const Indices indices(request, 1);
  const Tuples t = read_tuples(request, 0);
  if (request.input(2).elements() != t.tuples * t.slice) request.fail("its updates do not fit");
  PlannedNode planned;
  planned.outputs = {{.type = data.type, .shape = data.shape}};
  planned.kernel = visit_type(data.type, [&]<class T>(T) -> Kernel {
    return [=, elements = data.elements()](const KernelCall& call) {
      std::copy_n(call.in<T>(0), elements, call.out<T>(0));
      const T* from = call.in<T>(2);
      for (std::int64_t i = 0; i < t.tuples; ++i) {
        T* to = call.out<T>(0) + t.offset(call, indices, i);
        for (std::int64_t k = 0; k < t.slice; ++k) place(kind, to[k], *from++);
      }
    };
  });
  return planned;
}

PlannedNode plan_where(const PlanRequest& request) {
  const ValueSpec& condition = request.typed_input(0, {ElementType::kBool});
  const ValueSpec& a = request.input(1);
  const ValueSpec& b = request.input(2);
  if (a.type != b.type) request.fail("its values have different types");
  auto out = broadcast_shape(a.shape, b.shape);
  if (out) out = broadcast_shape(*out, condition.shape);
  if (!out || !element_count(*out) || !BroadcastLoop::can_walk(*out)) {
    request.fail(fmt::format("tensors {}, {} and {} do not fit", shape_text(condition.shape),
                             shape_text(a.shape), shape_text(b.shape)));
  }
  const std::int64_t count = *element_count(*out);
  PlannedNode planned;
  planned.outputs = {{.type = a.type, .shape = *out}};
  planned.flops = static_cast<double>(count);
  if (count == 0) {
    planned.kernel = [](const KernelCall&) {};
    return planned;
  }
  // The second value everywhere, then the first where the condition holds.
  const BroadcastLoop first(condition.shape, a.shape, *out);
  const BroadcastLoop second(b.shape, *out, *out);
  planned.kernel = visit_size(size_of(a.type), [&]<class T>(T) -> Kernel {
    return [=](const KernelCall& call) {
      second.for_each_run([&](std::int64_t at, std::int64_t, std::int64_t at_out) {
        for (std::int64_t i = 0; i < second.run(); ++i) {
          call.out<T>(0)[at_out + i] = call.in<T>(2)[at + i * second.step_a()];
        }
      });
      first.for_each_run([&](std::int64_t at_if, std::int64_t at, std::int64_t at_out) {
        for (std::int64_t i = 0; i < first.run(); ++i) {
          if (call.in<std::uint8_t>(0)[at_if + i * first.step_a()] == 0) continue;
          call.out<T>(0)[at_out + i] = call.in<T>(1)[at + i * first.step_b()];
        }
      });
    };
  });
  return planned;
}

PlannedNode plan_one_hot(const PlanRequest& request) {
  const ValueSpec& picks = request.input(0);
  const ValueSpec& values = request.input(2);
  const ValueSpec& depth_spec = request.input(1);
  if (depth_spec.constant == nullptr || depth_spec.elements() != 1 || values.elements() != 2) {
    request.fail("needs a constant depth and two values");
  }
  const auto depth = visit_type(depth_spec.type, [&]<class T>(T) {
    return convert<std::int64_t>(depth_spec.constant->as<T>()[0]);
  });
  const std::int64_t axis = request.axis(request.node().integer("axis", -1), picks.rank() + 1);
  const std::int64_t outer = elements_between(picks.shape, 0, axis);
  const std::int64_t inner = elements_between(picks.shape, axis, picks.rank());
  Shape out = picks.shape;
  out.insert(out.begin() + axis, depth);
  if (!element_count(out)) request.fail("the output is too large");
  PlannedNode planned;
  planned.outputs = {{.type = values.type, .shape = std::move(out)}};
  planned.kernel = visit_size(size_of(values.type), [&]<class T>(T) -> Kernel {
    return visit_type(picks.type, [&]<class Index>(Index) -> Kernel {
      return [=](const KernelCall& call) {
        std::fill_n(call.out<T>(0), outer * depth * inner, call.in<T>(2)[0]);
        for (std::int64_t i = 0; i < outer * inner; ++i) {
          const auto given = convert<std::int64_t>(call.in<Index>(0)[i]);
          const std::int64_t at = given < 0 ? given + depth : given;
          if (at < 0 || at >= depth) continue;  // all off, as the definition says
          call.out<T>(0)[(i / inner * depth + at) * inner + i % inner] = call.in<T>(2)[1];
        }
      };
    });
  });
  return planned;
}

PlannedNode plan_top_k(const PlanRequest& request) {
  const ValueSpec& in = request.float_input(0);
  const auto wanted = request.graph.opset < 10
                          ? std::vector<std::int64_t>{request.node().integer("k", -1)}
                          : request.known_integers(1);
  const std::int64_t axis = request.axis(request.node().integer("axis", -1), in.rank());
  const std::int64_t n = in.dim(axis);
  if (wanted.size() != 1 || wanted[0] < 0 || wanted[0] > n) request.fail("k does not fit the axis");
  const std::int64_t k = wanted[0];
  const bool largest = request.node().integer("largest", 1) != 0;
  const std::int64_t inner = elements_between(in.shape, axis + 1, in.rank());
  const std::int64_t lines = elements_between(in.shape, 0, axis) * inner;
  Shape out = in.shape;
  out[static_cast<std::size_t>(axis)] = k;
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = out}, {.type = ElementType::kInt64, .shape = out}};
  planned.scratch_bytes = static_cast<std::size_t>(n) * sizeof(std::int64_t);
  planned.kernel = [=](const KernelCall& call) {
    auto* order = reinterpret_cast<std::int64_t*>(call.scratch);
    for (std::int64_t line = 0; line < lines; ++line) {
      const float* from = call.in(0) + line / inner * n * inner + line % inner;
      std::iota(order, order + n, std::int64_t{0});
      std::partial_sort(order, order + k, order + n, [&](std::int64_t a, std::int64_t b) {
        const float x = from[a * inner];
        const float y = from[b * inner];
        // NaN last, equals in the order of their indices.
        if (x != x || y != y) return x == x || (y != y && a < b);
        return x == y ? a < b : (largest ? x > y : x < y);
      });
      for (std::int64_t i = 0; i < k; ++i) {
        const std::int64_t to = (line / inner * k + i) * inner + line % inner;
        if (call.outputs[0] != nullptr) call.out(0)[to] = from[order[i] * inner];
        if (call.outputs[1] != nullptr) call.out<std::int64_t>(1)[to] = order[i];
      }
    }
  };
  return planned;
}

}  // namespace faascast
