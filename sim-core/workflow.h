#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim-core/engine.h"
#include "sim-core/plan.h"

namespace faascast {

/// A step of a workflow: one deployment does it for every request that comes to it.
struct WorkflowStep {
  std::size_t deployment = 0;        ///< in the plan; of no other step
  std::vector<std::size_t> after{};  ///< earlier steps of the list; empty: it begins the workflow
  /// How often it is taken. One that is not taken is over when the steps before it are.
  double probability = 1.0;
  /// Steps of a branch exclude one another: one draw decides among them, by the order of the list
  /// (Purpose::kBranch, sub-stream = branch). Steps of other branches are decided independently.
  std::uint16_t branch = 0;
};

struct WorkflowResult {
  RunResult run{};              ///< of the deployments, as steps
  std::uint64_t requests = 0;   ///< = completed + failed, in_flight where the run was interrupted
  std::uint64_t completed = 0;  ///< all their steps were over
  std::uint64_t failed = 0;     ///< a step was throttled, timed out or failed; none came after it
  std::uint64_t in_flight = 0;
  DurationSummary latency{};  ///< from the arrival to the end of the last step
};

/// Replays a workflow: the end of a request's steps, with their network time, is the arrival of the
/// next. Exact, since steps have pools of their own and never feed back: a step is served in time
/// order as far as the steps before it are known. A request's draws differ from step to step (the
/// first step's are those of run()). Columns of the traffic other than times and functions are not
/// used: a step's work is its deployment's. Memory grows with requests under way; with all requests
/// where there are several functions, or where a step has parts and others come after it.
/// @pre steps in an order in which each comes after those that it follows
/// @throws InputError when a trace row cannot be read.
[[nodiscard]] WorkflowResult run_workflow(const Plan& plan, const std::vector<WorkflowStep>& steps,
                                          const RunOptions& options = {});

}  // namespace faascast
