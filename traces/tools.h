#pragma once

#include <memory>
#include <vector>

#include "sim-core/arrivals.h"

namespace faascast {

/// The arrivals in [from, to), which then begin at time zero. Requests keep their numbers, hence
/// their draws. @throws InputError unless 0 <= from < to
[[nodiscard]] std::shared_ptr<const Traffic> cut_traffic(std::shared_ptr<const Traffic> traffic,
                                                         Duration from, Duration to);

/// Several as one, all from time zero; functions of different parts stay different. The parts draw
/// apart, so two generators of one law differ. @throws InputError when there is none
[[nodiscard]] std::shared_ptr<const Traffic> merge_traffic(
    std::vector<std::shared_ptr<const Traffic>> parts);

/// What may be shown to others: functions are numbers anyway; instants are rounded down to `step`,
/// durations and sizes to two significant digits. Who knows the original can still find it by its
/// rhythm; a larger step hides more. @throws InputError unless step > 0
[[nodiscard]] std::shared_ptr<const Traffic> anonymise_traffic(
    std::shared_ptr<const Traffic> traffic, Duration step);

}  // namespace faascast
