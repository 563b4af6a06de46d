#include "workloads/operators/strided.h"

#include <fmt/format.h>

#include <cassert>
#include <cstring>
#include <utility>

#include "workloads/operators/types.h"

namespace faascast {

std::vector<std::int64_t> dense_strides(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = strides.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

StridedRead::StridedRead(const Shape& size, std::span<const std::int64_t> strides,
                         std::int64_t start, std::size_t element_bytes)
    : start_(start), element_bytes_(element_bytes) {
  assert(size.size() <= kMostAxes && size.size() == strides.size());
  std::vector<Axis> axes;  // innermost first
  for (std::size_t i = size.size(); i-- > 0;) {
    if (size[i] == 1) continue;
    if (!axes.empty() && strides[i] == axes.back().stride * axes.back().size) {
      axes.back().size *= size[i];
    } else {
      axes.push_back({.size = size[i], .stride = strides[i]});
    }
  }
  if (axes.empty()) axes.push_back({.size = 1, .stride = 1});
  inner_ = axes.front();
  axes_ = axes.size() - 1;
  for (std::size_t i = 0; i < axes_; ++i) {
    outer_[i] = axes[axes_ - i];
    runs_ *= outer_[i].size;
  }
}

template <class T>
void StridedRead::copy(const T* from, T* to) const {
  std::array<std::int64_t, kMostAxes> at{};
  from += start_;
  for (std::int64_t r = 0; r < runs_; ++r, to += inner_.size) {
    if (inner_.stride == 1) {
      std::memcpy(to, from, static_cast<std::size_t>(inner_.size) * sizeof(T));
    } else {
      for (std::int64_t i = 0; i < inner_.size; ++i) to[i] = from[i * inner_.stride];
    }
    for (std::size_t axis = axes_; axis-- > 0;) {
      from += outer_[axis].stride;
      if (++at[axis] < outer_[axis].size) break;
      from -= outer_[axis].size * outer_[axis].stride;
      at[axis] = 0;
    }
  }
}

void StridedRead::run(const std::byte* from, std::byte* to) const {
  if (runs_ == 0 || inner_.size == 0) return;
  visit_size(element_bytes_, [&]<class T>(T) {
    copy(reinterpret_cast<const T*>(from), reinterpret_cast<T*>(to));
  });
}

PlannedNode strided(const PlanRequest& request, ElementType type, Shape out,
                    std::span<const std::int64_t> strides, std::int64_t start) {
  if (out.size() > StridedRead::kMostAxes) {
    request.fail(fmt::format("rank {} is not supported (opset {})", out.size(), request.graph.opset),
                 fmt::format("up to {} axes are", StridedRead::kMostAxes));
  }
  if (!element_count(out)) request.fail(fmt::format("the output {} is too large", shape_text(out)));
  PlannedNode planned;
  planned.kernel = [read = StridedRead(out, strides, start, size_of(type))](const KernelCall& call) {
    read.run(call.inputs[0], call.outputs[0]);
  };
  planned.outputs = {{.type = type, .shape = std::move(out)}};
  return planned;
}

}  // namespace faascast
