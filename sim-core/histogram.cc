#include "sim-core/histogram.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "sim-core/portable_math.h"

namespace faascast {

Histogram::Histogram() : counts_(kBuckets) {}

std::size_t Histogram::bucket(std::int64_t ns) {
  assert(ns >= 0 && "a histogram holds durations that are not negative");
  return static_cast<std::size_t>(bucket_of(ns));
}

std::int64_t Histogram::representative(std::size_t bucket) {
  if (bucket == 0) return 0;
  const std::size_t octave = (bucket - 1) / 512;
  const auto mantissa = static_cast<std::int64_t>((bucket - 1) % 512 + 512);
  if (octave <= 9) return mantissa >> (9 - octave);
  const std::size_t shift = octave - 9;
  return (mantissa << shift) + (std::int64_t{1} << (shift - 1));
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::uint64_t Histogram::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::optional<Duration> Histogram::quantile(double q) const {
  assert(q > 0.0 && q <= 1.0 && "a quantile's probability is in (0, 1]");
  const std::uint64_t n = count();
  if (n == 0) return std::nullopt;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(n)));
  const std::uint64_t rank = std::clamp<std::uint64_t>(wanted, 1, n);
  std::uint64_t below = 0;
  std::size_t i = 0;
  while ((below += counts_[i]) < rank) ++i;
  return Duration(representative(i));
}

std::vector<std::pair<Duration, std::uint64_t>> Histogram::buckets() const {
  std::vector<std::pair<Duration, std::uint64_t>> filled;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] != 0) filled.emplace_back(Duration(representative(i)), counts_[i]);
  }
  return filled;
}

void DurationSummary::add(std::int64_t ns) {
  max_ns = count == 0 ? ns : std::max(max_ns, ns);
  ++count;
  sum_ns += ns;
  if (ns < 0) negative_sum_ns += ns;
  histogram.add(std::max<std::int64_t>(ns, 0));
}

void DurationSummary::merge(const DurationSummary& other) {
  if (other.count == 0) return;
  max_ns = count == 0 ? other.max_ns : std::max(max_ns, other.max_ns);
  count += other.count;
  sum_ns += other.sum_ns;
  negative_sum_ns += other.negative_sum_ns;
  histogram.merge(other.histogram);
}

std::optional<double> DurationSummary::mean_s() const {
  if (count == 0) return std::nullopt;
  return static_cast<double>(sum_ns) / static_cast<double>(count) * 1e-9;
}

std::optional<double> DurationSummary::max_s() const {
  if (count == 0) return std::nullopt;
  return static_cast<double>(max_ns) * 1e-9;
}

std::optional<double> DurationSummary::quantile_s(double q) const {
  const std::optional<Duration> value = histogram.quantile(q);
  if (!value) return std::nullopt;
  // The maximum is known exactly; no quantile may be above it.
  return std::min(seconds_of(*value),
                  static_cast<double>(std::max<std::int64_t>(max_ns, 0)) * 1e-9);
}

}  // namespace faascast
