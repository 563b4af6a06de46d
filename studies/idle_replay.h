#pragma once

#include <vector>

#include "platforms/keep_alive_fit.h"
#include "traces/measured_log.h"

namespace faascast {

/// What one function's log tells of idle instances: for every request that comes while nothing runs,
/// the time since the last one ended, and whether it was cold. Whichever idle instance a platform
/// takes, the one that ended last was there if any was; so nothing need be known of its order of
/// reuse, nor of how many instances there are.
/// @param rows in order of arrival
[[nodiscard]] std::vector<IdleObservation> idle_times(const std::vector<const MeasuredRow*>& rows);

}  // namespace faascast
