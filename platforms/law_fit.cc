#include "platforms/law_fit.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/exponential.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/inverse_gaussian.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/weibull.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/tools/minima.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

namespace faascast {
namespace {

namespace bm = boost::math;

constexpr std::array kFamilies = {LawFamily::kExponential, LawFamily::kGamma, LawFamily::kWeibull,
                                  LawFamily::kLognormal, LawFamily::kInverseGaussian};
constexpr double kNormal95 = 1.959963984540054;

/// Calls `use` with the Boost distribution of a law's part above the shift.
template <class Use>
double with_distribution(const ShiftedLaw& law, Use use) {
  switch (law.family) {
    case LawFamily::kExponential:
      return use(bm::exponential_distribution<>(1.0 / law.first));
    case LawFamily::kGamma:
      return use(bm::gamma_distribution<>(law.first, law.second));
    case LawFamily::kWeibull:
      return use(bm::weibull_distribution<>(law.first, law.second));
    case LawFamily::kInverseGaussian:
      return use(bm::inverse_gaussian_distribution<>(law.first, law.second));
    case LawFamily::kLognormal:
      break;
  }
  return use(bm::lognormal_distribution<>(std::log(law.first), law.second));
}

/// Sums that the closed forms need, of samples less the shift.
struct Moments {
  double n = 0.0;
  double mean = 0.0;
  double mean_log = 0.0;
  double mean_square_log = 0.0;
  double mean_inverse = 0.0;
};

Moments moments_of(const std::vector<double>& samples, double shift) {
  Moments m;
  for (const double sample : samples) {
    const double x = sample - shift;
    const double log = std::log(x);
    m.mean += x;
    m.mean_log += log;
    m.mean_square_log += log * log;
    m.mean_inverse += 1.0 / x;
  }
  m.n = static_cast<double>(samples.size());
  m.mean /= m.n;
  m.mean_log /= m.n;
  m.mean_square_log /= m.n;
  m.mean_inverse /= m.n;
  return m;
}

/// The root of a monotone function of ln x, x in [1e-3, 1e4].
template <class Function>
double root_of(Function f) {
  double low = std::log(1e-3);
  double high = std::log(1e4);
  const bool rises = f(std::exp(high)) > f(std::exp(low));
  constexpr int kHalvings = 60;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (low + high);
    ((f(std::exp(middle)) > 0.0) == rises ? high : low) = middle;
  }
  return std::exp(0.5 * (low + high));
}

ShiftedLaw gamma_of(const Moments& m, double shift) {
  const double s = std::log(m.mean) - m.mean_log;  // > 0 unless all samples are equal
  const double shape = root_of([s](double k) { return std::log(k) - bm::digamma(k) - s; });
  return {LawFamily::kGamma, shift, shape, m.mean / shape};
}

ShiftedLaw weibull_of(const std::vector<double>& samples, const Moments& m, double shift) {
  std::vector<double> logs;
  logs.reserve(samples.size());
  for (const double sample : samples) logs.push_back(std::log(sample - shift));
  const double top = *std::max_element(logs.begin(), logs.end());
  double mean_power = 1.0;  // of x / the largest
  const double shape = root_of([&](double k) {
    double power = 0.0;
    double weighted = 0.0;
    for (const double log : logs) {
      const double each = std::exp(k * (log - top));
      power += each;
      weighted += each * log;
    }
    mean_power = power / m.n;
    return weighted / power - 1.0 / k - m.mean_log;
  });
  mean_power = 0.0;
  for (const double log : logs) mean_power += std::exp(shape * (log - top)) / m.n;
  return {LawFamily::kWeibull, shift, shape, std::exp(top + std::log(mean_power) / shape)};
}

ShiftedLaw fitted(LawFamily family, const std::vector<double>& samples, double shift) {
  const Moments m = moments_of(samples, shift);
  constexpr double kSmallest = 1e-9;  // spread of a sample without any
  switch (family) {
    case LawFamily::kExponential:
      return {family, shift, m.mean, 1.0};
    case LawFamily::kGamma:
      return gamma_of(m, shift);
    case LawFamily::kWeibull:
      return weibull_of(samples, m, shift);
    case LawFamily::kInverseGaussian:
      return {family, shift, m.mean, 1.0 / std::max(kSmallest, m.mean_inverse - 1.0 / m.mean)};
    case LawFamily::kLognormal:
      break;
  }
  const double variance = m.mean_square_log - m.mean_log * m.mean_log;
  return {family, shift, std::exp(m.mean_log), std::sqrt(std::max(kSmallest, variance))};
}

double log_likelihood(const ShiftedLaw& law, const std::vector<double>& samples) {
  double sum = 0.0;
  for (const double sample : samples) sum += law.log_density(sample);
  return sum;
}

/// The best law of a family: the shift by profile likelihood, the rest by the closed forms.
ShiftedLaw best_of(LawFamily family, const std::vector<double>& samples) {
  std::vector<double> sorted = samples;
  std::sort(sorted.begin(), sorted.end());
  const double smallest = sorted.front();
  const double median = sorted[sorted.size() / 2];
  // A shift closer to the smallest sample lets the density there grow without bound.
  // Not so the exponential's: its most likely shift is the smallest sample, one gap of n too high.
  const double gap = family == LawFamily::kExponential
                         ? (median - smallest) / static_cast<double>(samples.size())
                         : (median - smallest) / 20.0;
  const double most = std::max(0.0, smallest - std::max(gap, 1e-6 * median));
  const auto loss = [&](double shift) {
    return -log_likelihood(fitted(family, samples, shift), samples);
  };
  constexpr int kBits = 12;
  std::uintmax_t iterations = 24;
  const auto [shift, value] = bm::tools::brent_find_minima(loss, 0.0, most, kBits, iterations);
  double best = shift;
  double least = value;
  for (const double end : {0.0, most}) {
    if (const double at_end = loss(end); at_end <= least) {
      best = end;
      least = at_end;
    }
  }
  return fitted(family, samples, best);
}

double distance(const ShiftedLaw& law, std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const auto n = static_cast<double>(samples.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double p = law.cdf(samples[i]);
    const auto rank = static_cast<double>(i);
    largest = std::max({largest, p - rank / n, (rank + 1.0) / n - p});
  }
  return largest;
}

std::vector<std::string> parameter_names(LawFamily family) {
  switch (family) {
    case LawFamily::kExponential:
      return {"scale"};
    case LawFamily::kGamma:
    case LawFamily::kWeibull:
      return {"shape", "scale"};
    case LawFamily::kInverseGaussian:
      return {"mean", "lambda"};
    case LawFamily::kLognormal:
      break;
  }
  return {"median", "sigma"};
}

/// Intervals from the observed information in the logarithms of both parameters.
std::vector<FittedParameter> parameters_of(const ShiftedLaw& law,
                                           const std::vector<double>& samples) {
  const auto at = [&](double a, double b) {
    ShiftedLaw moved = law;
    moved.first *= std::exp(a);
    moved.second *= std::exp(b);
    return log_likelihood(moved, samples);
  };
  constexpr double h = 1e-3;
  const double centre = at(0, 0);
  const double aa = -(at(h, 0) - 2 * centre + at(-h, 0)) / (h * h);
  const bool has_second = law.family != LawFamily::kExponential;
  const double bb = has_second ? -(at(0, h) - 2 * centre + at(0, -h)) / (h * h) : 1.0;
  const double ab =
      has_second ? -(at(h, h) - at(h, -h) - at(-h, h) + at(-h, -h)) / (4 * h * h) : 0.0;
  const double determinant = aa * bb - ab * ab;
  const std::array values = {law.first, law.second};
  const std::array variances = {bb / determinant, aa / determinant};
  std::vector<FittedParameter> out = {{"shift", law.shift, law.shift, law.shift}};
  const std::vector<std::string> names = parameter_names(law.family);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool curved = determinant > 0.0 && variances[i] > 0.0;
    const double wide = curved ? std::exp(kNormal95 * std::sqrt(variances[i]))
                               : std::numeric_limits<double>::infinity();
    out.push_back({names[i], values[i], values[i] / wide, values[i] * wide});
  }
  return out;
}

LawFit fit_of(LawFamily family, const std::vector<double>& samples) {
  LawFit fit;
  fit.law = best_of(family, samples);
  fit.parameters = parameters_of(fit.law, samples);
  fit.log_likelihood = log_likelihood(fit.law, samples);
  fit.aic = 2.0 * static_cast<double>(fit.parameters.size()) - 2.0 * fit.log_likelihood;
  fit.ks = distance(fit.law, samples);
  const std::size_t kept = samples.size() * 7 / 10;
  const std::vector<double> first(samples.begin(),
                                  samples.begin() + static_cast<std::ptrdiff_t>(kept));
  const std::vector<double> rest(samples.begin() + static_cast<std::ptrdiff_t>(kept),
                                 samples.end());
  const ShiftedLaw early = best_of(family, first);
  fit.holdout_ks = distance(early, rest);
  fit.holdout_log_density = log_likelihood(early, rest) / static_cast<double>(rest.size());
  return fit;
}

}  // namespace

std::string name_of(LawFamily family) {
  switch (family) {
    case LawFamily::kExponential:
      return "exponential";
    case LawFamily::kGamma:
      return "gamma";
    case LawFamily::kWeibull:
      return "Weibull";
    case LawFamily::kInverseGaussian:
      return "inverse Gaussian";
    case LawFamily::kLognormal:
      break;
  }
  return "lognormal";
}

double ShiftedLaw::cdf(double seconds) const {
  if (seconds <= shift) return 0.0;
  return with_distribution(*this,
                           [&](const auto& law) { return bm::cdf(law, seconds - shift); });
}

double ShiftedLaw::quantile(double probability) const {
  return shift + with_distribution(
                     *this, [&](const auto& law) { return bm::quantile(law, probability); });
}

double ShiftedLaw::log_density(double seconds) const {
  constexpr double kNever = -1e3;  // keeps the sum finite where a held-out sample is impossible
  if (seconds <= shift) return kNever;
  const double density =
      with_distribution(*this, [&](const auto& law) { return bm::pdf(law, seconds - shift); });
  return density > 0.0 ? std::log(density) : kNever;
}

std::vector<LawFit> fit_laws(const std::vector<double>& samples) {
  std::vector<LawFit> fits;
  for (const LawFamily family : kFamilies) fits.push_back(fit_of(family, samples));
  std::stable_sort(fits.begin(), fits.end(),
                   [](const LawFit& a, const LawFit& b) { return a.aic < b.aic; });
  return fits;
}

double ks_bound(std::size_t n) { return 1.358 / std::sqrt(static_cast<double>(n)); }

SampleQuantile sample_quantile(const std::vector<double>& sorted, double probability) {
  const auto n = static_cast<double>(sorted.size());
  const auto value_at = [&](double rank) {
    const double clamped = std::clamp(rank, 1.0, n);
    return sorted[static_cast<std::size_t>(clamped) - 1];
  };
  const double wide = kNormal95 * std::sqrt(n * probability * (1.0 - probability));
  return {probability, value_at(std::ceil(n * probability)),
          value_at(std::floor(n * probability - wide)),
          value_at(std::ceil(n * probability + wide) + 1.0)};
}

}  // namespace faascast
