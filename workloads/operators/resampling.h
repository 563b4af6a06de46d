#pragma once

#include "workloads/operators/operators.h"

namespace faascast {

PlannedNode plan_resize(const PlanRequest& request);  ///< and Upsample
PlannedNode plan_einsum(const PlanRequest& request);

}  // namespace faascast
