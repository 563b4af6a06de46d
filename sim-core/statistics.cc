#include "sim-core/statistics.h"

#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <limits>

namespace faascast {

namespace {

double mean_of(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::vector<double> means_of_groups(std::span<const double> values, std::size_t size) {
  std::vector<double> means;
  for (std::size_t i = 0; i + size <= values.size(); i += size) {
    means.push_back(mean_of(values.subspan(i, size)));
  }
  return means;
}

}  // namespace

double MeanInterval::relative() const {
  if (half_width == 0.0) return 0.0;
  return half_width / std::abs(mean);
}

MeanInterval mean_interval(std::span<const double> values, double confidence) {
  assert(!values.empty());
  MeanInterval interval;
  interval.count = values.size();
  interval.mean = mean_of(values);
  if (values.size() == 1) {
    interval.half_width = std::numeric_limits<double>::infinity();
    return interval;
  }
  double squares = 0.0;
  for (const double value : values) squares += (value - interval.mean) * (value - interval.mean);
  if (squares == 0.0) return interval;
  const auto n = static_cast<double>(values.size());
  const boost::math::students_t_distribution<double> student(n - 1.0);
  interval.half_width = boost::math::quantile(student, 0.5 + confidence / 2.0) *
                        std::sqrt(squares / (n - 1.0) / n);
  return interval;
}

MeanInterval paired_difference(std::span<const double> a, std::span<const double> b,
                               double confidence) {
  assert(a.size() == b.size());
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(b[i] - a[i]);
  return mean_interval(differences, confidence);
}

MeanInterval batch_means(std::span<const double> values, std::size_t batches, double confidence) {
  assert(batches >= 2 && values.size() >= batches);
  const std::size_t size = values.size() / batches;
  return mean_interval(means_of_groups(values.last(size * batches), size), confidence);
}

WarmUp mser5(std::span<const double> values) {
  constexpr std::size_t kGroup = 5;
  assert(values.size() >= 2 * kGroup);
  const std::vector<double> z = means_of_groups(values, kGroup);
  const std::size_t m = z.size();
  // From the end: sums of the last ones, kept well-conditioned by a shift near their mean.
  const double shift = mean_of(std::span(z).last(m - m / 2));
  double sum = 0.0;
  double squares = 0.0;
  double least = std::numeric_limits<double>::infinity();
  WarmUp best;
  std::size_t best_d = 0;
  for (std::size_t d = m; d-- > 0;) {
    const double x = z[d] - shift;
    sum += x;
    squares += x * x;
    if (2 * d >= m) continue;
    const auto left = static_cast<double>(m - d);
    const double error = (squares - sum * sum / left) / (left * left);
    if (error > least) continue;
    least = error;
    best_d = d;
    best.mean = shift + sum / left;
  }
  best.dropped = best_d * kGroup;
  best.is_found = 2 * (best_d + 1) < m;
  return best;
}

}  // namespace faascast
