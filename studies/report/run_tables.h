#pragma once

#include "studies/report/table.h"
#include "studies/run.h"

namespace faascast {

/// One row a deployment: latency, cold share, cost; throttled requests where there are any, and
/// whether the objective is met where there is one.
[[nodiscard]] Table overview_table(const RunReport& report);
/// The lines of a monthly bill and their total.
[[nodiscard]] Table bill_table(const Bill& bill);

}  // namespace faascast
