#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim-core/histogram.h"
#include "sim-core/plan.h"
#include "sim-core/timeline.h"
#include "sim-core/usage.h"

namespace faascast {

struct Progress {
  std::uint64_t requests = 0;           ///< replayed so far, over all deployments
  std::uint64_t expected_requests = 0;  ///< 0 = not known
};

/// Called at most about 20 times a second of wall time, never from two threads at once. Return
/// false to stop the run. It may throw; the exception leaves run().
using Monitor = std::function<bool(const Progress&)>;

/// Instances over [warm_up, horizon), of all functions together. An expiry in the horizon's instant
/// (the last one, where the run drains) is outside. Replicas of a fleet do not expire.
struct InstanceFigures {
  Int128 live_ns = 0;  ///< integral of live instances
  Int128 busy_ns = 0;  ///< integral of busy instances, starting ones included
  /// Most instances that live at one instant t, warm_up <= t < horizon. An instance lives from its
  /// creation up to, but not at, the instant of its end; so one that comes and goes in one instant
  /// does not count, nor does one that is created in the horizon's.
  std::uint64_t peak = 0;
  std::uint64_t expired = 0;
  double mean = 0.0;
  double busy_mean = 0.0;
  double idle_mean = 0.0;
};

/// Latency of one function: sums only (one histogram an instance would not fit).
struct FunctionTotals {
  std::uint64_t requests = 0;
  std::uint64_t cold_starts = 0;
  Int128 latency_sum_ns = 0;
  std::int64_t latency_max_ns = 0;
};

struct DeploymentResult {
  std::uint64_t requests = 0;  ///< = completed + throttled + timed_out + failed + in_flight
  std::uint64_t completed = 0;
  std::uint64_t throttled = 0;
  std::uint64_t timed_out = 0;  ///< cut while executing, or gave up waiting
  std::uint64_t abandoned = 0;  ///< those of timed_out that gave up waiting in a queue
  std::uint64_t failed = 0;     ///< their instance did not come up
  /// Admitted, but not started when the run was interrupted. What had started runs to its end.
  std::uint64_t in_flight = 0;
  std::uint64_t cold_starts = 0;  ///< instances started for a request
  /// Requests that waited for an instance to start: the one it was started for and those that
  /// joined it. Equal to cold_starts where an instance takes one request at a time.
  std::uint64_t cold_affected = 0;
  std::uint64_t own_starts = 0;  ///< instances that started in the window for no one request
  /// Further attempts of clients, and of requests whose replica broke down; a request counts once
  /// all the same.
  std::uint64_t retries = 0;
  std::uint64_t batches = 0;    ///< of completed requests, where they are executed together
  Int128 contention_ns = 0;     ///< what sharing of CPUs added to the latency of completed requests
  DurationSummary latency{};    ///< completed requests, from their first attempt
  DurationSummary execution{};  ///< warm-equivalent busy time of completed requests
  DurationSummary cold_start{};  ///< cold - warm busy time, of completed cold requests
  DurationSummary wait{};        ///< in a queue, for an instance or to retry, of completed requests
  InstanceFigures instances{};   ///< of servers: replicas
  Usage usage{};
  /// By function, up to the last one that was called.
  std::vector<FunctionTotals> functions{};
  Timeline timeline{};  ///< empty unless RunOptions::timeline
  /// Hash of every request's outcome and completion instant. Equal inputs, equal fingerprint.
  std::uint64_t fingerprint = 0;
  /// Of a deployment of several parts: each one's figures, in the plan's order; the figures above
  /// are of all together. Instances of all parts are added up; requests that overflow are counted
  /// where they went.
  std::vector<DeploymentResult> parts{};
};

struct RunResult {
  bool interrupted = false;  ///< the monitor stopped the run; figures cover what was replayed
  Instant horizon{};         ///< as it was given, or the latest that a deployment found
  Instant warm_up{};
  Instant last_arrival{};
  std::vector<DeploymentResult> deployments{};  ///< in the order of the plan
  std::uint64_t fingerprint = 0;                ///< of all deployments
};

struct RunOptions {
  ReplaySeed seed{};
  unsigned threads = 0;  ///< 0 = all cores
  Monitor monitor{};
  bool timeline = false;  ///< also tell what happened when; a little slower
};

/// One replication. The result depends on plan, seed and program version only: not on threads,
/// instruction set, wall time or the monitor (unless it stops the run). All state is local.
///
/// Order at one instant: completion, ready, expiry, autoscaler tick, timeout, retry, arrival; then
/// function index, then request number; never scheduling order.
/// @throws InputError when a trace row cannot be read.
[[nodiscard]] RunResult run(const Plan& plan, const RunOptions& options = {});

}  // namespace faascast
