#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace faascast {

/// Laws that durations are fitted with; each begins at a shift >= 0.
enum class LawFamily : unsigned char {
  kExponential,  ///< scale
  kGamma,        ///< shape, scale
  kWeibull,      ///< shape, scale
  kLognormal,    ///< median of the part above the shift, sigma of its logarithm
  kInverseGaussian,  ///< mean, lambda
};
[[nodiscard]] std::string name_of(LawFamily family);

/// A law with numbers, in seconds.
struct ShiftedLaw {
  LawFamily family = LawFamily::kExponential;
  double shift = 0.0;
  double first = 1.0;   ///< scale of the exponential; shape; median; mean
  double second = 1.0;  ///< scale; sigma; lambda; unused by the exponential

  [[nodiscard]] double cdf(double seconds) const;
  [[nodiscard]] double quantile(double probability) const;  ///< 0 < probability < 1
  [[nodiscard]] double log_density(double seconds) const;
};

/// A parameter and its 95 % interval from the curvature of the likelihood (shift held).
struct FittedParameter {
  std::string name{};
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
};

struct LawFit {
  ShiftedLaw law{};
  std::vector<FittedParameter> parameters{};  ///< the shift first, without interval
  double log_likelihood = 0.0;
  double aic = 0.0;
  double ks = 0.0;  ///< largest distance to the sample's distribution
  /// The law fitted to the first 70 % of the samples, held against the other 30 %: the largest
  /// distance, and the mean log density of a held-out sample.
  double holdout_ks = 0.0;
  double holdout_log_density = 0.0;
};

/// Maximum-likelihood fits of all families, the lowest AIC first. The shift is found by the profile
/// likelihood, at least one twentieth of the way from the smallest sample to the median below it (of
/// the exponential: one n-th).
/// Samples keep their order: the last 30 % in time are the hold-out.
/// @pre at least kFewestSamples samples, all positive
[[nodiscard]] std::vector<LawFit> fit_laws(const std::vector<double>& samples);
inline constexpr std::size_t kFewestSamples = 20;

/// The distance that a true law keeps below in 95 of 100 samples of size n (Kolmogorov). Parameters
/// that were fitted to the same sample make it too mild; it is a guide, not a test.
[[nodiscard]] double ks_bound(std::size_t n);

/// A quantile of a sample with its distribution-free interval, from order statistics.
struct SampleQuantile {
  double probability = 0.0;
  double value = 0.0;
  double low = 0.0;   ///< 95 %
  double high = 0.0;
};
/// @pre not empty, probability in (0, 1)
[[nodiscard]] SampleQuantile sample_quantile(const std::vector<double>& sorted, double probability);

}  // namespace faascast
