#include "sim-core/distribution.h"

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/weibull.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/roots.hpp>
#include <cassert>
#include <cmath>
#include <utility>

#include "sim-core/kernels.h"
#include "sim-core/portable_math.h"
#include "sim-core/random.h"

namespace faascast {
namespace {

constexpr double kLongest = 0x1p62;  // 146 years

using Table = std::vector<double>;

/// To 36 significant bits, within what an Instant can hold.
double rounded(double ns) {
  if (!(ns > 0.0)) return 0.0;
  const double bounded = std::min(ns, kLongest);
  return double_of((bits_of(bounded) + 0x10000U) & ~std::uint64_t{0x1FFFF});
}

/// The tail probability v of a side's knot.
double tail_at(std::size_t knot) {
  const std::size_t cell = std::min<std::size_t>(knot, kSideKnots - 2);
  const std::uint64_t first = std::uint64_t{1023 - kOctaves - 1} << kCellsLog2;
  return double_of((first + cell) << (52 - kCellsLog2));
}

/// `ns_at(v, is_upper)`: the quantile at u = v, or at u = 1 - v for the upper side.
template <class Quantile>
std::shared_ptr<const Table> tabulated(const Quantile& ns_at) {
  auto table = std::make_shared<Table>(kTableKnots);
  for (std::size_t knot = 0; knot < kSideKnots; ++knot) {
    (*table)[knot] = rounded(ns_at(tail_at(knot), false));
    (*table)[kSideKnots + knot] = rounded(ns_at(tail_at(knot), true));
  }
  return table;
}

std::int64_t integer_of(double ns) {
  return ns < static_cast<double>(kExact) ? small_integer_of(ns) : static_cast<std::int64_t>(ns);
}

/// x with P(Z > x) = v for a standard normal Z.
double normal_upper(double v) { return std::sqrt(2.0) * boost::math::erfc_inv(2.0 * v); }

double log_normal_ns(double mu, double sigma, double v, bool is_upper) {
  return std::exp(mu + sigma * (is_upper ? normal_upper(v) : -normal_upper(v)));
}

double ns(Duration d) { return static_cast<double>(d.count()); }

}  // namespace

Distribution Distribution::constant(Duration value) {
  Distribution law;
  law.constant_ = std::max(value, Duration::zero());
  return law;
}

Distribution Distribution::exponential(Duration mean) {
  if (mean <= Duration::zero()) return {};
  Distribution law;
  law.table_ = tabulated([m = ns(mean)](double v, bool is_upper) {
    return -m * (is_upper ? std::log(v) : std::log1p(-v));
  });
  return law;
}

Distribution Distribution::lognormal(Duration mean, double cv) {
  assert(cv >= 0.0 && "a coefficient of variation is not negative");
  if (cv == 0.0 || mean <= Duration::zero()) return constant(mean);
  const double variance = std::log1p(cv * cv);
  const double mu = std::log(ns(mean)) - variance / 2.0;
  const double sigma = std::sqrt(variance);
  Distribution law;
  law.table_ =
      tabulated([=](double v, bool is_upper) { return log_normal_ns(mu, sigma, v, is_upper); });
  return law;
}

Distribution Distribution::shifted_lognormal_ms(double shift_ms, double mu, double sigma) {
  Distribution law;
  law.table_ = tabulated([=](double v, bool is_upper) {
    return 1e6 * (shift_ms + log_normal_ns(mu, sigma, v, is_upper));
  });
  return law;
}

Distribution Distribution::gamma(Duration mean, double cv) {
  assert(cv >= 0.0 && "a coefficient of variation is not negative");
  if (cv == 0.0 || mean <= Duration::zero()) return constant(mean);
  const boost::math::gamma_distribution<double> shape(1.0 / (cv * cv), ns(mean) * cv * cv);
  Distribution law;
  law.table_ = tabulated([&](double v, bool is_upper) {
    return is_upper ? boost::math::quantile(boost::math::complement(shape, v))
                    : boost::math::quantile(shape, v);
  });
  return law;
}

Distribution Distribution::weibull(Duration mean, double cv) {
  assert(cv >= 0.0 && "a coefficient of variation is not negative");
  if (cv == 0.0 || mean <= Duration::zero()) return constant(mean);
  // 1 + cv^2 = Gamma(1 + 2/k) / Gamma(1 + 1/k)^2, falling in k.
  const auto excess = [target = std::log1p(cv * cv)](double log_k) {
    const double inverse = std::exp(-log_k);
    return std::lgamma(1.0 + 2.0 * inverse) - 2.0 * std::lgamma(1.0 + inverse) - target;
  };
  std::uintmax_t iterations = 200;
  const auto [low, high] = boost::math::tools::bisect(
      excess, -4.0, 12.0, boost::math::tools::eps_tolerance<double>(50), iterations);
  const double k = std::exp((low + high) / 2.0);
  const double scale = ns(mean) / std::exp(std::lgamma(1.0 + 1.0 / k));
  Distribution law;
  law.table_ = tabulated([=](double v, bool is_upper) {
    return scale * std::pow(is_upper ? -std::log(v) : -std::log1p(-v), 1.0 / k);
  });
  return law;
}

Distribution Distribution::empirical(std::vector<Duration> samples) {
  assert(!samples.empty() && "an empirical law needs a sample");
  std::sort(samples.begin(), samples.end());
  if (samples.front() == samples.back()) return constant(samples.front());
  const auto last = static_cast<double>(samples.size() - 1);
  Distribution law;
  law.table_ = tabulated([&](double v, bool is_upper) {
    const double from_end = std::clamp(v * (last + 1.0) - 0.5, 0.0, last);
    const double position = is_upper ? last - from_end : from_end;
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, samples.size() - 1);
    const double fraction = position - std::floor(position);
    return ns(samples[below]) + fraction * (ns(samples[above]) - ns(samples[below]));
  });
  return law;
}

Distribution Distribution::from_quantiles(std::span<const double> probabilities,
                                          std::span<const Duration> values) {
  assert(probabilities.size() == values.size() && values.size() >= 2 && "two points at least");
  const auto at = [&](double v, bool is_upper) {
    // Compared as 1 - p against v on the upper side, so that far tails keep their digits.
    const auto before = [&](double p) { return is_upper ? 1.0 - p > v : p < v; };
    std::size_t above = 0;
    while (above < values.size() && before(probabilities[above])) ++above;
    if (above == 0) return ns(values.front());
    if (above == values.size()) return ns(values.back());
    const double p0 = probabilities[above - 1];
    const double p1 = probabilities[above];
    const double fraction = (is_upper ? (1.0 - p0) - v : v - p0) / (p1 - p0);
    const double low = std::max(ns(values[above - 1]), 1.0);
    const double high = std::max(ns(values[above]), 1.0);
    return low * std::exp(fraction * std::log(high / low));
  };
  Distribution law;
  law.table_ = tabulated(at);
  return law;
}

Distribution Distribution::from_quantile_function(const std::function<double(double)>& seconds_at) {
  Distribution law;
  law.table_ =
      tabulated([&](double v, bool is_upper) { return 1e9 * seconds_at(is_upper ? 1.0 - v : v); });
  return law;
}

Duration Distribution::quantile(double u) const {
  assert(u > 0.0 && u < 1.0 && "a probability in (0, 1)");
  if (is_constant()) return constant_;
  return Duration(integer_of(table_at(table_->data(), u)));
}

Duration Distribution::at_word(std::uint64_t word) const {
  return quantile(uniform_from_word(word));
}

void Distribution::at_words(std::span<const std::uint64_t> words,
                            std::span<std::int64_t> out) const {
  assert(words.size() == out.size() && "sizes must be equal");
  if (is_constant()) {
    std::fill(out.begin(), out.end(), constant_.count());
  } else if ((*table_)[kSideKnots] < static_cast<double>(kExact)) {  // the largest knot
    kernels().table(table_->data(), words.data(), words.size(), out.data());
  } else {
    for (std::size_t i = 0; i < words.size(); ++i) out[i] = at_word(words[i]).count();
  }
}

Duration Distribution::mean() const {
  if (is_constant()) return constant_;
  double sum = 0.0;
  for (std::size_t side = 0; side < kTableKnots; side += kSideKnots) {
    sum += kSmallestTail * (*table_)[side];
    for (std::size_t knot = 0; knot + 2 < kSideKnots; ++knot) {
      const double width = tail_at(knot + 1) - tail_at(knot);
      sum += width * 0.5 * ((*table_)[side + knot] + (*table_)[side + knot + 1]);
    }
  }
  return Duration(integer_of(sum));
}

Distribution Distribution::scaled(double factor) const {
  assert(factor >= 0.0 && "a factor is not negative");
  if (is_constant())
    return constant(Duration(integer_of(std::min(ns(constant_) * factor, kLongest))));
  if (factor == 0.0) return {};
  auto table = std::make_shared<Table>(*table_);
  for (double& knot : *table) knot = rounded(knot * factor);
  Distribution law;
  law.table_ = std::move(table);
  return law;
}

Distribution Distribution::plus(Duration offset) const {
  assert(offset >= Duration::zero() && "an offset is not negative");
  if (is_constant()) return constant(constant_ + offset);
  auto table = std::make_shared<Table>(*table_);
  for (double& knot : *table) knot = rounded(knot + ns(offset));
  Distribution law;
  law.table_ = std::move(table);
  return law;
}

}  // namespace faascast
