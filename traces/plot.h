#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim-core/arrivals.h"

namespace faascast {

/// The mean rate, a second, of each of `parts` equal parts of the time up to `span` > 0. Replays
/// the traffic once. @throws InputError when a trace row cannot be read
[[nodiscard]] std::vector<double> rates_over_time(const Traffic& traffic, ReplaySeed seed,
                                                  Duration span, std::size_t parts);

/// The rate over time as an SVG picture that needs nothing else: the mean of each of 240 equal
/// parts of the span. Replays the traffic twice. @throws InputError when a trace row cannot be read
[[nodiscard]] std::string rate_plot_svg(const Traffic& traffic, ReplaySeed seed);

}  // namespace faascast
