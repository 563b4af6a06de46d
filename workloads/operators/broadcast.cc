#include "workloads/operators/broadcast.h"

#include <algorithm>
#include <cassert>
#include <vector>

namespace faascast {
namespace {

/// Element strides of an operand along the output's axes; 0 where it is repeated.
std::vector<std::int64_t> strides_in(const Shape& operand, const Shape& out) {
  std::vector<std::int64_t> strides(out.size(), 0);
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < operand.size(); ++i) {
    const std::int64_t size = operand[operand.size() - 1 - i];
    if (size != 1) strides[out.size() - 1 - i] = stride;
    stride *= size;
  }
  return strides;
}

}  // namespace

std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape out = longer;
  const std::size_t offset = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    std::int64_t& size = out[offset + i];
    if (size == 1) {
      size = shorter[i];
    } else if (shorter[i] != 1 && shorter[i] != size) {
      return std::nullopt;
    }
  }
  return out;
}

BroadcastLoop::BroadcastLoop(const Shape& a, const Shape& b, const Shape& out) {
  assert(can_walk(out) && "too many axes to broadcast");
  const auto strides_a = strides_in(a, out);
  const auto strides_b = strides_in(b, out);
  std::vector<Axis> axes;  // innermost first, joined
  for (std::size_t i = out.size(); i-- > 0;) {
    if (out[i] == 1) continue;
    const Axis axis{.size = out[i], .stride_a = strides_a[i], .stride_b = strides_b[i]};
    if (!axes.empty()) {
      Axis& inner = axes.back();
      if (axis.stride_a == inner.stride_a * inner.size &&
          axis.stride_b == inner.stride_b * inner.size) {
        inner.size *= axis.size;
        continue;
      }
    }
    axes.push_back(axis);
  }
  if (axes.empty()) return;
  run_ = axes.front().size;
  step_a_ = static_cast<int>(axes.front().stride_a);
  step_b_ = static_cast<int>(axes.front().stride_b);
  axes_ = axes.size() - 1;
  for (std::size_t i = 0; i < axes_; ++i) {
    outer_[i] = axes[axes_ - i];
    runs_ *= outer_[i].size;
  }
}

}  // namespace faascast
