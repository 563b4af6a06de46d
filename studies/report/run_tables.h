#pragma once

#include "studies/report/table.h"
#include "studies/run.h"

namespace faascast {

/// One row a deployment: latency, cold share, cost; throttled requests where there are any, and
/// whether the objective is met where there is one.
[[nodiscard]] Table overview_table(const RunReport& report);
/// Means over replications, with intervals.
[[nodiscard]] Table intervals_table(const RunReport& report);
/// Each deployment less the scenario's first.
[[nodiscard]] Table differences_table(const RunReport& report);
/// The lines of a monthly bill and their total.
/// The workflow as a whole, in a sentence.
[[nodiscard]] std::string workflow_text(const WorkflowReport& report);
/// Of a hybrid or of versions: what each part did.
[[nodiscard]] Table parts_table(const DeploymentReport& report);
[[nodiscard]] Table bill_table(const Bill& bill);

}  // namespace faascast
