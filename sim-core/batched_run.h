#pragma once

#include <memory>

#include "sim-core/deployment_run.h"

namespace faascast {

/// A pool behind a batcher, as queues in front of functions have it: an invocation takes a
/// function's requests together. When a batch closes depends on the arrivals alone.
///
/// - A batch closes with the arrival that fills it, or maximum_wait after its first request, before
///   arrivals of that instant. Then it arrives at the pool as one request, by its first request's
///   number, and holds the instance for floor(longest CPU time alone * factor / 1000).
/// - Each of its requests is booked with its own arrival and network; the time until the batch
///   closed is its wait. They share the batch's outcome. The bill is for invocations.
/// - A cold start counts once, for the batch's first request; the others count as cold-affected.
/// @pre std::get<PoolPlan>(plan.side).batching
[[nodiscard]] std::unique_ptr<DeploymentRun> make_batched_run(const DeploymentPlan& plan,
                                                              ReplaySeed seed, Tally& tally);

}  // namespace faascast
