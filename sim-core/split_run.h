#pragma once

#include <cstdint>
#include <memory>

#include "sim-core/deployment_run.h"

namespace faascast {

/// A deployment of several parts: each request goes to one of them, which books it.
/// @pre plan.split != Split::kNone
[[nodiscard]] std::unique_ptr<DeploymentRun> make_split_run(const DeploymentPlan& plan,
                                                            ReplaySeed seed, Tally& tally);

/// The figures of all parts together, and of each. They end together.
[[nodiscard]] DeploymentResult split_result(const DeploymentPlan& plan, Tally& tally,
                                            std::int64_t at_least);

}  // namespace faascast
