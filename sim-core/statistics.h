#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace faascast {

/// Share of intervals that cover what they estimate.
inline constexpr double kConfidence = 0.95;

/// A mean and how well it is known.
struct MeanInterval {
  double mean = 0.0;
  double half_width = 0.0;  ///< infinite for a single value: nothing is known of its spread
  std::size_t count = 0;    ///< independent values behind it

  [[nodiscard]] double low() const { return mean - half_width; }
  [[nodiscard]] double high() const { return mean + half_width; }
  /// half_width / |mean|; 0 where both are 0.
  [[nodiscard]] double relative() const;
};

/// Of independent values (replications), by Student's t. @pre not empty
[[nodiscard]] MeanInterval mean_interval(std::span<const double> values,
                                         double confidence = kConfidence);

/// Of b - a, where a[i] and b[i] saw the same draws (common random numbers): what they share
/// cancels. @pre equal sizes, not empty
[[nodiscard]] MeanInterval paired_difference(std::span<const double> a, std::span<const double> b,
                                             double confidence = kConfidence);

/// Of the steady-state mean of one long series of correlated values: the means of equal batches are
/// taken as independent. What does not fill a batch is left out at the start. Nearly right where a
/// batch is longer than ten times the series' correlation time; with 20 batches the interval of
/// M/M/1 waits at load 0.8 covers 93.5 to 95.8 % (nominally 95 %).
/// @pre as many values as batches, batches >= 2
[[nodiscard]] MeanInterval batch_means(std::span<const double> values, std::size_t batches = 20,
                                       double confidence = kConfidence);

/// Where the start of a series stops to matter.
struct WarmUp {
  std::size_t dropped = 0;  ///< values at the start to leave out; a multiple of five
  double mean = 0.0;        ///< of the rest, but for an incomplete last group of five
  bool is_found = false;    ///< false: at the limit of half the series, which is too short then
};

/// MSER-5 (White 1997, Spratt 1998): values are averaged by fives to z_0 .. z_(m-1), and the d < m/2
/// is taken that makes sum_{i >= d} (z_i - mean)^2 / (m - d)^2 least, which estimates the error of
/// the remaining mean. @pre at least ten values
[[nodiscard]] WarmUp mser5(std::span<const double> values);

}  // namespace faascast
