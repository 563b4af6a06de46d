#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "sim-core/units.h"

namespace faascast {

/// A distribution of durations as a table of quantiles, log-linear towards both ends of (0, 1):
/// 32 cells an octave of min(u, 1-u), 40 octaves a side. Inverse CDF from one uniform, so the same
/// request has the same rank on every platform (common random numbers). Immutable; copies share
/// the table. A constant needs no table.
///
/// Table knots are rounded to 36 significant bits, so that last-bit differences between maths
/// libraries cannot reach a result.
class Distribution {
 public:
  Distribution() = default;  ///< the constant 0
  static Distribution constant(Duration value);
  static Distribution exponential(Duration mean);
  /// @param cv coefficient of variation (standard deviation / mean), >= 0
  static Distribution lognormal(Duration mean, double cv);
  /// shift + lognormal(mu, sigma of ln milliseconds): the form of the public cold-start fits.
  static Distribution shifted_lognormal_ms(double shift_ms, double mu, double sigma);
  static Distribution gamma(Duration mean, double cv);
  static Distribution weibull(Duration mean, double cv);
  /// The empirical law of measured samples (any order, at least one): linear between the points
  /// ((i - 1/2) / n, i-th smallest), constant outside them. Keeps the mean of the sample.
  static Distribution empirical(std::vector<Duration> samples);
  /// Monotone interpolation of published quantiles; `probabilities` ascending in [0, 1],
  /// `values` non-decreasing, same size >= 2. Interpolated in ln(value) between points; constant
  /// outside them.
  static Distribution from_quantiles(std::span<const double> probabilities,
                                     std::span<const Duration> values);
  /// Any law by its quantile function in seconds, called for u in (0, 1).
  static Distribution from_quantile_function(const std::function<double(double)>& seconds_at);

  [[nodiscard]] bool is_constant() const { return table_ == nullptr; }
  /// The value at probability u in (0, 1), in whole nanoseconds, never negative.
  [[nodiscard]] Duration quantile(double u) const;
  /// The value for a random word: quantile(uniform_from_word(word)).
  [[nodiscard]] Duration at_word(std::uint64_t word) const;
  /// Vectorised at_word(), bit-identical. Sizes equal.
  void at_words(std::span<const std::uint64_t> words, std::span<std::int64_t> ns) const;
  [[nodiscard]] Duration mean() const;  ///< of the tabulated law
  /// The same law with every value multiplied by `factor` >= 0.
  [[nodiscard]] Distribution scaled(double factor) const;
  /// The same law with `offset` >= 0 added.
  [[nodiscard]] Distribution plus(Duration offset) const;

 private:
  Duration constant_{};
  std::shared_ptr<const std::vector<double>> table_{};  ///< ns at the knots
};

}  // namespace faascast
