#pragma once

#include <string>

#include "sim-core/arrivals.h"

namespace faascast {

/// The rate over time as an SVG picture that needs nothing else: the mean of each of 240 equal
/// parts of the span. Replays the traffic twice. @throws InputError when a trace row cannot be read
[[nodiscard]] std::string rate_plot_svg(const Traffic& traffic, ReplaySeed seed);

}  // namespace faascast
