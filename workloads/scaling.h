#pragma once

#include <cstdint>
#include <span>

namespace faascast {

/// How long something takes at a size: a batch of so many inputs, or so many threads.
struct ScalingPoint {
  std::int64_t count = 1;  ///< >= 1
  std::int64_t ns = 0;     ///< > 0
  friend bool operator==(const ScalingPoint&, const ScalingPoint&) = default;
};

/// Share of the work that runs on all threads by Amdahl's law, T(n) = T(1) (1 - p + p/n), by least
/// squares of T(n)/T(1), within [0, 1]. 0 where nothing but one thread was measured.
/// @param points counts rise; the first is 1
[[nodiscard]] double parallel_fraction_of(std::span<const ScalingPoint> points);

/// Time of a batch of `count` against a batch of one, linear between the measured sizes and beyond
/// the last as between the last two. Never below 1: a larger batch does no less.
/// @param points counts rise; the first is 1; two at least
[[nodiscard]] double batch_factor(std::span<const ScalingPoint> points, std::int64_t count);

/// How far the level moved while it was measured: the median of the last third of the samples
/// against that of the first, less 1. 0 for fewer than 30.
[[nodiscard]] double drift_of(std::span<const std::int64_t> samples_ns);
/// Beyond this a measurement should be repeated: clock speed or neighbours changed meanwhile.
inline constexpr double kMuchDrift = 0.05;

}  // namespace faascast
