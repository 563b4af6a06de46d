#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "sim-core/arrivals.h"
#include "sim-core/units.h"

namespace faascast {

/// Requests to one function by a stochastic law. The first arrives one gap after the start; none
/// at or after `duration`.
struct GeneratorSpec {
  /// "poisson"; "gamma", "weibull": independent gaps with the given mean rate and cv;
  /// "diurnal": Poisson whose rate is
  /// rate_per_s * (1 + amplitude * sin(2 pi t / day + phase)), on days 6 and 7 of each week of
  /// seven `day`s times weekend_factor (the run starts on the first day of a week), constant
  /// within each 1440th of a day.
  std::string kind = "poisson";
  double rate_per_s = 1.0;                    ///< mean, (0, 1e8]; of "diurnal": mean over a weekday
  double cv = 1.0;                            ///< of the gaps, [0, 100]; gamma and weibull only
  Duration duration = std::chrono::hours(1);  ///< > 0
  double amplitude = 0.0;                     ///< diurnal only, [0, 1]
  Duration day = std::chrono::hours(24);      ///< diurnal only, >= 1 min
  double weekend_factor = 1.0;                ///< diurnal only, [0, 10]
  double phase = 0.0;                         ///< diurnal only, radians; -pi/2 starts at the trough
};

/// Independent traffic of one function; scaled by time unless told otherwise. Its blocks carry
/// work words.
/// @throws InputError when the spec is out of range (all problems at once)
[[nodiscard]] std::shared_ptr<const Traffic> make_generator(const GeneratorSpec& spec);

/// "poisson", "gamma", "weibull", "diurnal".
[[nodiscard]] std::vector<std::string> generator_kinds();

}  // namespace faascast
