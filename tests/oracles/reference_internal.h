#pragma once

#include <cstdint>
#include <vector>

#include "tests/oracles/reference.h"
#include "tests/oracles/test_traffic.h"

// What the two halves of the reference simulator share.
namespace faascast::oracles {

/// All requests that are read, in the order in which they arrive.
[[nodiscard]] std::vector<Request> read_all(const Plan& plan, ReplaySeed seed);

/// Handler + execution draw + tokens, before any CPU law.
[[nodiscard]] std::int64_t work_ns(const Work& work, const Request& r, ReplaySeed seed);

/// What the request waits for reads and writes of state.
[[nodiscard]] std::int64_t state_ns(const Work& work, const Request& r, ReplaySeed seed);

/// The network's share of the latency.
[[nodiscard]] std::int64_t network_ns(const DeploymentPlan& deployment, const Request& r,
                                      ReplaySeed seed);

/// How long one request keeps its instance when it is alone on it, by part.
struct Stay {
  std::int64_t placement = 0;
  std::int64_t init = 0;
  std::int64_t handler = 0;
  std::int64_t warm = 0;  ///< what a warm instance would have taken
  bool timed_out = false;
  bool cold = false;
};
[[nodiscard]] Stay warm_stay(const DeploymentPlan& deployment, const Request& r, ReplaySeed seed);
[[nodiscard]] Stay cold_stay(const DeploymentPlan& deployment, const Request& r, ReplaySeed seed);

/// Counts just after an event.
struct Level {
  std::int64_t at = 0;
  std::int64_t live = 0;
  std::int64_t busy = 0;
  std::int64_t reserved_idle = 0;  ///< minimum instances that are not in use
};

/// The history of the counts, a level for every event.
struct Timeline {
  std::vector<Level> levels{};

  [[nodiscard]] Int128 integral(std::int64_t Level::*what, std::int64_t from,
                                std::int64_t to) const;
  /// Most live for at least a nanosecond of [from, to).
  [[nodiscard]] std::int64_t peak(std::int64_t from, std::int64_t to) const;
};

/// @param at_least  the run's end is not before, where it is found by running
[[nodiscard]] ReferenceResult replay_pool(const Plan& plan, const DeploymentPlan& deployment,
                                          ReplaySeed seed, std::int64_t at_least);
/// @param turned_away  takes the requests that find no room, instead of the result
[[nodiscard]] ReferenceResult replay_servers(const Plan& plan, const DeploymentPlan& deployment,
                                             ReplaySeed seed, std::int64_t at_least,
                                             std::vector<Request>* turned_away);

}  // namespace faascast::oracles
