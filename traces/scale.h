#pragma once

#include <memory>

#include "sim-core/arrivals.h"

namespace faascast {

/// Traffic with its rate multiplied by `factor`, in (0, 10000].
///
/// ScaleBy::kTime: every instant and the duration divided by the factor. Keeps burstiness, squeezes
/// the daily shape.
///
/// ScaleBy::kThin keeps span and daily shape. Below 1 a request stays where its own uniform
/// (Purpose::kThinning, function, number) is below the factor, so smaller loads are subsets of
/// larger ones and every request keeps its number, hence its draws. Above 1, floor(factor) whole
/// copies and one thinned copy are superposed; copy 0 is the traffic itself, copy c is shifted by
/// c whole days (as many as the span has, cyclically) plus a random time below min(1 h, span), and
/// wraps at the end of the span, which is rounded up to a whole day where it exceeds one. Request n
/// of copy c has the number c * 2^48 + n: superpositions are nested too. Burstiness falls. A
/// request file is read once to find its span.
/// @throws InputError when the factor is out of range
[[nodiscard]] std::shared_ptr<const Traffic> scale_traffic(std::shared_ptr<const Traffic> traffic,
                                                           double factor, ScaleBy rule);

}  // namespace faascast
