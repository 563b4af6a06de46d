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

/// Traffic as an SVG picture that needs nothing else: the rate over time (the mean of each of 240
/// equal parts of the span), how uneven counts are by how long they are counted for, and, where there
/// are several functions, what share of the requests the busiest of them get. Replays the traffic
/// twice. @throws InputError when a trace row cannot be read
[[nodiscard]] std::string traffic_plot_svg(const Traffic& traffic, ReplaySeed seed);

}  // namespace faascast
