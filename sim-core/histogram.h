#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "sim-core/units.h"

namespace faascast {

/// Log-linear (HDR) histogram of durations: 512 buckets an octave, so a quantile is known to
/// <= 0.1 %. Integer counts: merging is associative.
class Histogram {
 public:
  Histogram();
  void add(std::int64_t ns) { ++counts_[bucket(ns)]; }
  void add(std::int64_t ns, std::uint64_t times) { counts_[bucket(ns)] += times; }
  /// For blocks whose buckets are known.
  void add_bucket(std::size_t bucket) { ++counts_[bucket]; }
  void merge(const Histogram& other);
  [[nodiscard]] std::uint64_t count() const;
  /// The order statistic number ceil(q * n), to <= 0.1 %; nothing when empty. 0 < q <= 1.
  [[nodiscard]] std::optional<Duration> quantile(double q) const;
  /// Non-empty buckets as (representative value, count), ascending: for CDFs.
  [[nodiscard]] std::vector<std::pair<Duration, std::uint64_t>> buckets() const;

  /// @pre ns >= 0
  [[nodiscard]] static std::size_t bucket(std::int64_t ns);
  [[nodiscard]] static std::int64_t representative(std::size_t bucket);
  static constexpr std::size_t kBuckets = 1 + 63 * 512;

 private:
  std::vector<std::uint64_t> counts_;
};

/// Count, exact sum, exact maximum and histogram of one kind of duration.
struct DurationSummary {
  std::uint64_t count = 0;
  Int128 sum_ns = 0;
  std::int64_t max_ns = 0;
  Int128 negative_sum_ns = 0;  ///< part of sum_ns that was negative (cold - warm may be < 0)
  Histogram histogram{};       ///< negative values are counted as 0

  void add(std::int64_t ns);
  void merge(const DurationSummary& other);
  [[nodiscard]] std::optional<double> mean_s() const;              ///< nothing when empty
  [[nodiscard]] std::optional<double> max_s() const;               ///< nothing when empty
  [[nodiscard]] std::optional<double> quantile_s(double q) const;  ///< nothing when empty
};

}  // namespace faascast
