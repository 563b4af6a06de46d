#pragma once

#include <cstdint>
#include <vector>

#include "tests/oracles/reference.h"
#include "tests/oracles/test_traffic.h"

// What the two halves of the reference simulator share.
namespace faascast::oracles {

/// All requests that are read, in the order in which they arrive.
[[nodiscard]] std::vector<Request> read_all(const Plan& plan, ReplaySeed seed);

/// Handler + execution draw + tokens, with the request's noise, before any CPU law.
[[nodiscard]] std::int64_t work_ns(const DeploymentPlan& deployment, const Request& r,
                                   ReplaySeed seed);

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
/// @param factor of the instance, in 10^-9
[[nodiscard]] Stay warm_stay(const DeploymentPlan& deployment, const Request& r, ReplaySeed seed,
                             std::int64_t factor);
[[nodiscard]] Stay cold_stay(const DeploymentPlan& deployment, const Request& r, ReplaySeed seed,
                             std::int64_t factor);
/// The start of instance number `created` that no request asked for: placement and init.
[[nodiscard]] Stay own_start(const DeploymentPlan& deployment, std::uint32_t function,
                             std::uint64_t created, ReplaySeed seed);
/// An instance's factor; 10^9 where all are alike.
[[nodiscard]] std::int64_t factor_of(const DeploymentPlan& deployment, std::uint32_t function,
                                     std::uint64_t number, std::uint16_t sub_stream,
                                     ReplaySeed seed);

/// What one function's pool had to do just after an event.
struct Load {
  std::int64_t at = 0;
  std::int64_t requests = 0;   ///< in the system
  std::int64_t milli_cpu = 0;  ///< in use
};
using Loads = std::vector<Load>;
/// Average of one of its figures over [from, to).
[[nodiscard]] double average(const Loads& loads, std::int64_t Load::*what, std::int64_t from,
                             std::int64_t to);

/// Whole periods before now, at least one, and none before the run.
[[nodiscard]] std::int64_t begin_of(const ScalingPolicy& rule, Duration window, std::int64_t now);

/// What Knative remembers from tick to tick.
struct KnativeMemory {
  std::int64_t panic_until = 0;
  std::int64_t zero_since = -1;
  std::int64_t peak = 0;
};
/// Instances wanted, before minimum and maximum.
[[nodiscard]] std::int64_t knative_wants(const PoolPlan& pool, const Loads& loads, std::int64_t now,
                                         std::int64_t ready, std::int64_t live,
                                         KnativeMemory& memory);
[[nodiscard]] std::int64_t cloud_run_wants(const PoolPlan& pool, const Loads& loads,
                                           std::int64_t now);

/// The windows of an idle-time histogram, from all idle times so far; life < 0: there are none.
struct Windows {
  std::int64_t pre = 0;
  std::int64_t life = -1;
};
[[nodiscard]] Windows windows_of(const IdleHistogram& rule,
                                 const std::vector<std::int64_t>& idle_times);

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
