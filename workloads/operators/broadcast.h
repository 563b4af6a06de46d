#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "workloads/tensor.h"

namespace faascast {

/// The shape that both broadcast to (NumPy's rule); nothing when they do not fit.
[[nodiscard]] std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);

/// How to walk two broadcast operands: runs of `run()` elements along which each operand steps by 1
/// or 0, inside loops over few outer axes (neighbouring axes that behave alike are joined).
class BroadcastLoop {
 public:
  static constexpr std::size_t kMostAxes = 8;  ///< after joining

  /// @pre out is the broadcast shape, without zero sizes; can_walk() holds for it.
  BroadcastLoop(const Shape& a, const Shape& b, const Shape& out);
  /// One element.
  static BroadcastLoop scalar() { return {}; }
  [[nodiscard]] static bool can_walk(const Shape& out) { return out.size() <= kMostAxes; }

  [[nodiscard]] std::int64_t run() const { return run_; }
  [[nodiscard]] int step_a() const { return step_a_; }
  [[nodiscard]] int step_b() const { return step_b_; }

  /// Calls with the first element of each run: (index in a, in b, in the output).
  template <class Visit>
  void for_each_run(Visit visit) const {
    std::array<std::int64_t, kMostAxes> at{};
    std::int64_t a = 0;
    std::int64_t b = 0;
    for (std::int64_t r = 0; r < runs_; ++r) {
      visit(a, b, r * run_);
      for (std::size_t axis = axes_; axis-- > 0;) {
        a += outer_[axis].stride_a;
        b += outer_[axis].stride_b;
        if (++at[axis] < outer_[axis].size) break;
        at[axis] = 0;
        a -= outer_[axis].size * outer_[axis].stride_a;
        b -= outer_[axis].size * outer_[axis].stride_b;
      }
    }
  }

 private:
  struct Axis {
    std::int64_t size = 1;
    std::int64_t stride_a = 0;
    std::int64_t stride_b = 0;
  };

  BroadcastLoop() = default;

  std::array<Axis, kMostAxes> outer_{};
  std::size_t axes_ = 0;
  std::int64_t runs_ = 1;
  std::int64_t run_ = 1;
  int step_a_ = 1;
  int step_b_ = 1;
};

}  // namespace faascast
