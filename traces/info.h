#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sim-core/arrivals.h"
#include "sim-core/units.h"
#include "traces/dispersion.h"

namespace faascast {

/// What a look at traffic shows. Rates and minutes refer to `span`.
struct TrafficInfo {
  std::uint64_t requests = 0;
  std::uint64_t functions = 0;  ///< that were called at least once
  Duration span{};              ///< the traffic's duration, or up to its last arrival
  Duration first{};             ///< arrival; zero when there is none
  Duration last{};
  double mean_rate_per_s = 0.0;
  /// Standard deviation / mean of the gaps between arrivals; of several independent functions the
  /// mean of their own, weighted by gaps. 0 with fewer than two gaps.
  double interarrival_cv = 0.0;
  std::uint64_t peak_minute = 0;  ///< most requests in one minute (from the start of the run)
  double mean_minute = 0.0;
  double dispersion = 0.0;  ///< variance / mean of the requests per minute; 1 = Poisson
  /// Popularity: shares of the requests that go to the busiest function and to the busiest 1 % and
  /// 10 % of the called functions (rounded up); how many functions get 90 % of them.
  double busiest_share = 0.0;
  double busiest_1_percent_share = 0.0;
  double busiest_10_percent_share = 0.0;
  std::uint64_t functions_for_90_percent = 0;
  /// The same dispersion for windows from a second to an hour, shortest first.
  std::vector<Dispersion> dispersion_by_window{};
  /// What share of the requests go to the busiest `functions`; up to a hundred points, the busiest
  /// alone and all of them among them.
  struct Popularity {
    std::uint64_t functions = 0;
    double share = 0.0;
  };
  std::vector<Popularity> popularity{};
};

/// Replays the traffic once. @throws InputError when a trace row cannot be read
[[nodiscard]] TrafficInfo describe(const Traffic& traffic, ReplaySeed seed);

/// Writes the traffic in the plain format, instants exact to the nanosecond; functions are called
/// by their index. The file appears whole or not at all (temporary file, then rename).
/// @param goes_on  asked now and then; false stops the writing, and there is no file
/// @return whether it was written to the end
/// @throws InputError when it cannot be written
bool write_plain_csv(const Traffic& traffic, ReplaySeed seed, const std::filesystem::path& file,
                     const std::function<bool()>& goes_on = {});

/// The first rows as write_plain_csv() writes them, with the header.
[[nodiscard]] std::string plain_csv_head(const Traffic& traffic, ReplaySeed seed,
                                         std::uint64_t rows);

}  // namespace faascast
