#include "workloads/scaling.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <vector>

namespace faascast {
namespace {

double median_of(std::span<const std::int64_t> values) {
  std::vector<std::int64_t> sorted(values.begin(), values.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return static_cast<double>(*middle);
}

}  // namespace

double parallel_fraction_of(std::span<const ScalingPoint> points) {
  // 1 - T(n)/T(1) = p (1 - 1/n): a line through the origin.
  double products = 0.0;
  double squares = 0.0;
  for (const ScalingPoint& point : points) {
    const double shared = 1.0 - 1.0 / static_cast<double>(point.count);
    const double saved =
        1.0 - static_cast<double>(point.ns) / static_cast<double>(points.front().ns);
    products += shared * saved;
    squares += shared * shared;
  }
  return squares > 0.0 ? std::clamp(products / squares, 0.0, 1.0) : 0.0;
}

double batch_factor(std::span<const ScalingPoint> points, std::int64_t count) {
  assert(points.size() >= 2 && points.front().count == 1);
  std::size_t above = 1;
  while (above + 1 < points.size() && points[above].count < count) ++above;
  const ScalingPoint& low = points[above - 1];
  const ScalingPoint& high = points[above];
  const double slope = static_cast<double>(high.ns - low.ns) / static_cast<double>(high.count - low.count);
  const double ns = static_cast<double>(low.ns) + slope * static_cast<double>(count - low.count);
  return std::max(1.0, ns / static_cast<double>(points.front().ns));
}

double drift_of(std::span<const std::int64_t> samples_ns) {
  constexpr std::size_t kLeast = 30;
  if (samples_ns.size() < kLeast) return 0.0;
  const std::size_t third = samples_ns.size() / 3;
  const double before = median_of(samples_ns.first(third));
  return before > 0.0 ? median_of(samples_ns.last(third)) / before - 1.0 : 0.0;
}

}  // namespace faascast
