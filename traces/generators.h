#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim-core/arrivals.h"
#include "sim-core/units.h"

namespace faascast {

/// Requests by a stochastic law. None arrives at or after `duration`; unless said otherwise there
/// is one function and its first request arrives one gap after the start.
///
/// "poisson", "mlperf-server" (the same, by the benchmark's name).
/// "gamma", "weibull": independent gaps with the given mean rate and cv.
/// "batch": groups of requests at one instant; the gaps between groups are exponential, their
///   sizes geometric with mean `batch_size`.
/// "mmpp": Poisson at one of two rates, in turn, for exponential times (a Markov-modulated Poisson
///   process): calm for a mean time `calm`, then `burst_ratio` times as fast for a mean time
///   `burst`. rate_per_s is the mean over both; the calm rate is
///   rate_per_s (calm + burst) / (calm + burst_ratio burst). Starts in its steady state.
/// "diurnal": Poisson whose rate is rate_per_s * (1 + amplitude * sin(2 pi t / day + phase)), on
///   days 6 and 7 of each week of seven `day`s times weekend_factor (the run starts on the first
///   day of a week), constant within each 1440th of a day.
/// "weekly": Poisson that follows `profile`, relative rates of equal parts of a week of seven
///   `day`s; rate_per_s is the mean over the week.
/// "flash-crowd": Poisson at rate_per_s until `start`, rising in a straight line to `peak` times
///   that during `rise`, falling back exponentially with time constant `decay`.
/// "azure-like": `functions` functions of different rates; has no rate_per_s. See population.h.
/// "mlperf-offline": `samples` requests at time zero; has no rate_per_s.
/// "closed-loop": `clients` that wait for their answers; has no rate_per_s and cannot be opened.
///   "mlperf-single-stream": one client that never thinks; "mlperf-multi-stream": the same, with
///   eight requests a query. See sim-core/closed_loop.h.
struct GeneratorSpec {
  std::string kind = "poisson";
  double rate_per_s = 1.0;                    ///< mean, [1e-7, 1e8]; see the kinds
  double cv = 1.0;                            ///< of the gaps, [0, 100]; gamma and weibull only
  Duration duration = std::chrono::hours(1);  ///< > 0
  double amplitude = 0.0;                     ///< diurnal only, [0, 1]
  Duration day = std::chrono::hours(24);      ///< diurnal and weekly, >= 1 min
  double weekend_factor = 1.0;                ///< diurnal only, [0, 10]
  double phase = 0.0;                         ///< diurnal only, radians; -pi/2 starts at the trough
  double batch_size = 8.0;                    ///< batch only, mean, [1, 1e6]
  double burst_ratio = 8.0;                   ///< mmpp only, [1, 1e6]
  Duration calm = std::chrono::minutes(10);   ///< mmpp only, > 0
  Duration burst = std::chrono::minutes(1);   ///< mmpp only, > 0
  std::vector<double> profile{};              ///< weekly only: 1 to 10080 numbers >= 0, one > 0
  Duration start = std::chrono::minutes(10);  ///< flash-crowd only
  Duration rise = std::chrono::minutes(2);    ///< flash-crowd only
  double peak = 10.0;                         ///< flash-crowd only, [1, 1e6]
  Duration decay = std::chrono::minutes(20);  ///< flash-crowd only, > 0
  std::uint32_t functions = 1000;             ///< azure-like only, [1, 1e6]
  std::uint64_t samples = 24'576;             ///< mlperf-offline only, [1, 1e9]; LoadGen's least
  std::uint32_t clients = 1;                  ///< closed-loop only, [1, 1e6], as the next four
  Duration think = std::chrono::seconds(1);   ///< mean, >= 0
  double think_cv = 1.0;                      ///< [0, 100]; 1 = exponential, 0 = constant, else gamma
  std::uint32_t samples_per_query = 1;        ///< requests at one instant, [1, 1e5]
  Duration back_off = std::chrono::seconds(1);  ///< least wait when turned away, >= 0
};

/// Independent traffic; scaled by time unless told otherwise (azure-like: thinned and superposed).
/// Its blocks carry work words.
/// @throws InputError when the spec is out of range (all problems at once)
[[nodiscard]] std::shared_ptr<const Traffic> make_generator(const GeneratorSpec& spec);

[[nodiscard]] std::vector<std::string> generator_kinds();

/// true: the kind has a mean rate, rate_per_s.
[[nodiscard]] bool has_rate(const GeneratorSpec& spec);
/// true: clients that wait for their answers, Traffic::closed_loop().
[[nodiscard]] bool is_closed_loop(const GeneratorSpec& spec);
/// true: gaps do not depend on one another, so that a short stretch of the traffic stands for any.
[[nodiscard]] bool is_renewal(const GeneratorSpec& spec);

}  // namespace faascast
