#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace faascast {

/// An instance had been idle for `idle_s` when the next request came, and was still there or gone.
struct IdleObservation {
  double idle_s = 0.0;
  bool gone = false;
};

/// A point of a survival curve: the share of instances that is gone after so long.
struct SurvivalPoint {
  double idle_s = 0.0;
  double gone = 0.0;
};

struct KeepAliveFit {
  std::string law{};  ///< "fixed window", "lognormal", "Weibull": the lowest AIC
  double median_s = 0.0;
  double low_s = 0.0;   ///< 95 % by profile likelihood
  double high_s = 0.0;
  double spread = 0.0;  ///< sigma of the logarithm; 1 / shape; 0 of a window
  /// P(gone) after however short a time: instances that are recycled.
  double recycled = 0.0;
  double log_likelihood = 0.0;
  double aic = 0.0;
  std::size_t observations = 0;
  std::size_t gone = 0;
};

/// Why the data do not tell how long an instance is kept.
struct KeepAliveAnswer {
  std::vector<KeepAliveFit> fits{};  ///< empty: refused; else the lowest AIC first
  std::string refusal{};
  std::optional<double> at_least_s{};  ///< what can be said all the same
  std::optional<double> at_most_s{};
  /// The curve that is most likely among all that never fall (pool-adjacent violators), at the
  /// idle times where it changes.
  std::vector<SurvivalPoint> curve{};
};

/// Current-status data: each idle time is seen once, so its end lies before it (gone) or after it.
/// P(gone by t) = recycled + (1 - recycled) F(t), fitted by maximum likelihood. Refused where fewer
/// than kFewestGone instances were found gone or still there beyond the shortest idle times.
[[nodiscard]] KeepAliveAnswer fit_keep_alive(std::vector<IdleObservation> observations);
inline constexpr std::size_t kFewestGone = 10;

}  // namespace faascast
