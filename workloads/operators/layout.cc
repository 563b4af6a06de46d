// Operators that move or rename values without computing: they work for every element type.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "workloads/operators/operators.h"
#include "workloads/operators/strided.h"

namespace faascast {
namespace {

/// Axes given as an attribute (opset < 13) or as the second input.
std::vector<std::int64_t> given_axes(const PlanRequest& request) {
  if (request.graph.opset < 13) return request.node().integers("axes");
  return request.has_input(1) ? request.known_integers(1) : std::vector<std::int64_t>{};
}

}  // namespace

PlannedNode renamed(const PlanRequest& request, Shape shape) {
  const ValueSpec& in = request.input(0);
  if (element_count(shape) != in.elements()) {
    request.fail(fmt::format("{} cannot become {}", shape_text(in.shape), shape_text(shape)));
  }
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = std::move(shape)}};
  return planned;
}

PlannedNode fixed(Tensor tensor) {
  PlannedNode planned;
  planned.is_constant = true;
  planned.outputs = {{.type = tensor.type, .shape = tensor.shape}};
  planned.kernel = [value = std::make_shared<const Tensor>(std::move(tensor))](
                       const KernelCall& call) {
    if (!value->bytes.empty()) std::memcpy(call.out(0), value->bytes.data(), value->bytes.size());
  };
  return planned;
}

std::vector<std::int64_t> normal_axes(const PlanRequest& request, std::vector<std::int64_t> axes,
                                      std::int64_t rank) {
  for (std::int64_t& axis : axes) axis = request.axis(axis, rank);
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
    request.fail("an axis is named twice");
  }
  return axes;
}

std::int64_t elements_between(const Shape& shape, std::int64_t first, std::int64_t last) {
  return *element_count(Shape(shape.begin() + first, shape.begin() + last));
}

PlannedNode plan_identity(const PlanRequest& request) {
  return renamed(request, request.input(0).shape);
}

PlannedNode plan_dropout(const PlanRequest& request) {
  request.no_output(1, "mask");
  if (request.has_input(2)) {
    const ValueSpec& training = request.input(2);
    const bool off = training.constant != nullptr && training.constant->bytes.size() == 1 &&
                     training.constant->bytes[0] == std::byte{0};
    if (!off) {
      request.fail(fmt::format("training mode is not supported (opset {})", request.graph.opset),
                   "export the model for inference");
    }
  }
  return renamed(request, request.input(0).shape);
}

PlannedNode plan_reshape(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  Shape shape = request.known_integers(1);
  const bool zero_is_size = request.node().integer("allowzero", 0) != 0;
  std::int64_t known = 1;
  std::int64_t* open = nullptr;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0 && !zero_is_size) {
      if (i >= in.shape.size()) request.fail("the shape copies an axis that does not exist");
      shape[i] = in.shape[i];
    }
    if (shape[i] == -1) {
      if (open != nullptr) request.fail("two axes of the shape are -1");
      open = &shape[i];
    } else if (shape[i] < 0 || !element_count({known, shape[i]})) {
      request.fail(fmt::format("{} cannot become {}", shape_text(in.shape), shape_text(shape)));
    } else {
      known *= shape[i];
    }
  }
  if (open != nullptr) *open = known == 0 ? 0 : in.elements() / known;
  return renamed(request, std::move(shape));
}

PlannedNode plan_flatten(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  const std::int64_t axis = request.axis(request.node().integer("axis", 1), in.rank(), true);
  return renamed(request, {elements_between(in.shape, 0, axis),
                           elements_between(in.shape, axis, in.rank())});
}

PlannedNode plan_squeeze(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  const auto axes = normal_axes(request, given_axes(request), in.rank());
  Shape shape;
  for (std::int64_t i = 0; i < in.rank(); ++i) {
    const bool named = std::binary_search(axes.begin(), axes.end(), i);
    if (named && in.dim(i) != 1) request.fail(fmt::format("axis {} has size {}", i, in.dim(i)));
    if (!named && !(axes.empty() && in.dim(i) == 1)) shape.push_back(in.dim(i));
  }
  return renamed(request, std::move(shape));
}

PlannedNode plan_unsqueeze(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  std::vector<std::int64_t> axes = given_axes(request);
  const std::int64_t rank = in.rank() + static_cast<std::int64_t>(axes.size());
  axes = normal_axes(request, std::move(axes), rank);
  Shape shape = in.shape;
  for (const std::int64_t axis : axes) shape.insert(shape.begin() + axis, 1);
  return renamed(request, std::move(shape));
}

PlannedNode plan_concat(const PlanRequest& request) {
  const ValueSpec& first = request.input(0);
  const std::int64_t axis = request.axis(request.node().integer("axis", 1), first.rank());
  const std::size_t element = size_of(first.type);
  Shape out = first.shape;
  out[static_cast<std::size_t>(axis)] = 0;
  std::vector<std::size_t> widths;  // bytes that one input gives to each row of the output
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    const ValueSpec& in = request.input(i);
    Shape rest = in.shape;
    if (in.rank() == first.rank()) rest[static_cast<std::size_t>(axis)] = first.dim(axis);
    if (in.type != first.type || rest != first.shape) {
      request.fail(fmt::format("{} {} and {} {} cannot be joined along axis {}",
                               name_of(first.type), shape_text(first.shape), name_of(in.type),
                               shape_text(in.shape), axis));
    }
    out[static_cast<std::size_t>(axis)] += in.dim(axis);
    widths.push_back(static_cast<std::size_t>(*element_count(
                         Shape(in.shape.begin() + axis, in.shape.end()))) * element);
  }
  const std::int64_t rows = *element_count(Shape(out.begin(), out.begin() + axis));
  PlannedNode planned;
  planned.outputs = {{.type = first.type, .shape = out}};
  planned.kernel = [rows, widths = std::move(widths)](const KernelCall& call) {
    std::byte* to = call.out<std::byte>(0);
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::size_t i = 0; i < widths.size(); ++i) {
        if (widths[i] == 0) continue;
        std::memcpy(to, call.in<std::byte>(i) + static_cast<std::size_t>(r) * widths[i], widths[i]);
        to += widths[i];
      }
    }
  };
  return planned;
}

PlannedNode plan_transpose(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  std::vector<std::int64_t> order = request.node().integers("perm");
  if (order.empty()) {
    for (std::int64_t i = in.rank(); i-- > 0;) order.push_back(i);
  }
  if (static_cast<std::int64_t>(order.size()) != in.rank() ||
      std::any_of(order.begin(), order.end(), [](std::int64_t axis) { return axis < 0; })) {
    request.fail(fmt::format("perm {} does not fit {}", shape_text(order), shape_text(in.shape)));
  }
  static_cast<void>(normal_axes(request, order, in.rank()));
  const std::vector<std::int64_t> strides = dense_strides(in.shape);
  Shape out;
  std::vector<std::int64_t> order_strides;
  for (const std::int64_t axis : order) {
    out.push_back(in.dim(axis));
    order_strides.push_back(strides[static_cast<std::size_t>(axis)]);
  }
  return strided(request, in.type, std::move(out), order_strides, 0);
}

PlannedNode plan_constant(const PlanRequest& request) {
  const auto& attributes = request.node().attributes;
  const auto find = [&]<class T>(std::string_view key, const T*) -> const T* {
    const auto found = attributes.find(key);
    return found == attributes.end() ? nullptr : std::get_if<T>(&found->second);
  };
  if (const auto* tensor = find("value", static_cast<const Tensor*>(nullptr))) return fixed(*tensor);
  if (const auto* f = find("value_float", static_cast<const float*>(nullptr))) {
    return fixed(float_tensor({}, {f, 1}));
  }
  if (const auto* i = find("value_int", static_cast<const std::int64_t*>(nullptr))) {
    return fixed(int64_tensor({}, {i, 1}));
  }
  if (const auto* v = find("value_floats", static_cast<const std::vector<float>*>(nullptr))) {
    return fixed(float_tensor({static_cast<std::int64_t>(v->size())}, *v));
  }
  if (const auto* v = find("value_ints", static_cast<const std::vector<std::int64_t>*>(nullptr))) {
    return fixed(int64_tensor({static_cast<std::int64_t>(v->size())}, *v));
  }
  request.fail(fmt::format("only constants of numbers are supported (opset {})",
                           request.graph.opset));
}

PlannedNode plan_shape(const PlanRequest& request) {
  const Shape& shape = request.input(0).shape;
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto bound = [&](std::string_view key, std::int64_t otherwise) {
    const std::int64_t given = request.node().integer(key, otherwise);
    return std::clamp<std::int64_t>(given < 0 ? given + rank : given, 0, rank);
  };
  const std::int64_t first = bound("start", 0);
  const std::int64_t last = std::max(first, bound("end", rank));
  const Shape part(shape.begin() + first, shape.begin() + last);
  return fixed(int64_tensor({last - first}, part));
}

}  // namespace faascast
