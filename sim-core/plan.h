#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim-core/arrivals.h"
#include "sim-core/distribution.h"
#include "sim-core/scaling.h"
#include "sim-core/units.h"
#include "sim-core/usage.h"

namespace faascast {

class PolicyFactory;

/// Which idle instance takes a request. It changes cold starts a hundredfold.
enum class ReuseOrder : std::uint8_t {
  kMostRecentlyIdle,  ///< the default: the level theorem makes it fast
  kNewestFirst,       ///< newest created ready instance (SimFaaS)
  kOldestFirst,
  kLeastRecentlyUsed,  ///< idle for longest
  kRandom,             ///< number floor(u * idle) in order of creation, u = Purpose::kReuse's draw
};
enum class AtLimit : std::uint8_t { kReject, kQueue };

/// CPU bandwidth control: `quota` of CPU time in each `period`, fresh at each request's start.
/// A burst of c takes floor(c/q)*P + c mod q, minus (P - q) where c mod q = 0 < c.
/// quota = 0: no throttling (one vCPU or more).
struct CpuLaw {
  Duration period{};
  Duration quota{};
  [[nodiscard]] Duration elapsed(Duration cpu) const {
    if (quota == Duration::zero() || cpu <= Duration::zero()) return cpu;
    const auto whole = cpu / quota;
    const Duration rest = cpu % quota;
    return rest == Duration::zero() ? (whole - 1) * period + quota : whole * period + rest;
  }
};

/// Where a cold component runs, hence who throttles and who bills it.
enum class LoadAt : std::uint8_t {
  kPlacement,  ///< before INIT: never billed, never throttled
  kInit,       ///< INIT: not throttled, has its limit, billed where Metering::bills_init
  kHandler,    ///< inside the first request: its CPU goes through the CpuLaw, always billed
};

/// One step of a cold start.
struct ColdComponent {
  std::string name{};  ///< "placement", "runtime", "import", "weights", "first-inference"
  LoadAt load_at = LoadAt::kInit;
  Distribution wall{};  ///< elapsed time that no CPU quota stretches (drawn per cold start,
                        ///< Purpose::kColdStart, sub_stream = index in the list)
  Duration cpu{};       ///< CPU time: elapses as is in INIT, through the CpuLaw in the handler
};

/// How long an instance is busy with a warm request.
struct Work {
  Distribution execution{};  ///< of the model; drawn by word 1 of Purpose::kRequest
  Duration handler{};        ///< decode, pre/post-processing, runtime: added to every request
  /// true: platform time already; the CpuLaw does not apply to it (it still applies to the CPU time
  /// of cold components in the handler, by itself). The same holds for a trace's execution_ns.
  bool is_final = false;
  /// Token models: base + per_input * input_tokens + per_output * output_tokens is added.
  Duration token_base{};
  Duration per_input_token{};
  Duration per_output_token{};
  bool uses_tokens = false;
  /// Share of the model's time that runs on `threads` CPUs: it takes (1 - p) + p / threads of its
  /// time on one (execution and tokens; not the handler, not what is final).
  double parallel_fraction = 0.0;
  std::uint32_t threads = 1;  ///< whole vCPUs that it can use, >= 1
  /// State that a request reads and writes outside, one operation after another, while it holds its
  /// instance or worker. Elapses as is (no CpuLaw), drawn by Purpose::kState (sub-stream = index of
  /// the operation: reads by word 0, writes by word 1). Not for requests that bring their time.
  struct State {
    std::uint16_t reads = 0;
    std::uint16_t writes = 0;
    Distribution read_latency{};
    Distribution write_latency{};
    [[nodiscard]] bool empty() const { return reads == 0 && writes == 0; }
  };
  State state{};
};

/// Requests that are executed together.
struct Batching {
  std::uint32_t maximum_size = 1;  ///< >= 1
  /// A batch starts when it is full or its first request has waited for this long; of a fleet, as
  /// soon as a worker is free then.
  Duration maximum_wait{};
  /// Time of a batch of b against its longest request's alone, in thousandths, for b = 1, 2, ...;
  /// beyond the end the last difference is added for each request. Empty: every batch takes as long
  /// as its longest request.
  std::vector<std::uint32_t> time_factor{};
  /// @param size >= 1 @return thousandths, at least 1
  [[nodiscard]] std::int64_t factor(std::size_t size) const;
};

/// Machines that are not alike, and not always the same: CPU time (handler, execution, tokens)
/// is multiplied by a factor for every request and one for every instance, before any CpuLaw. The
/// laws are of factors in units of 10^-9: a value of 1 s is 1. Not for work that is final, nor for
/// requests that bring their time; the product is cut at 2^51 ns.
struct Noise {
  std::optional<Distribution> per_request{};  ///< Purpose::kNoise
  /// Purpose::kInstance, by the request that the instance was created for (sub-stream = attempt);
  /// others by their number among their function's (sub-stream kOwnStart). Of pools.
  std::optional<Distribution> per_instance{};
  /// round(ns * factor / 10^9) in doubles, at most 2^51 - 1. @pre ns >= 0
  [[nodiscard]] static std::int64_t applied(std::int64_t ns, std::int64_t factor) {
    constexpr double kMost = 2251799813685247.0;
    const double product = static_cast<double>(ns) * (static_cast<double>(factor) * 1e-9) + 0.5;
    return static_cast<std::int64_t>(product < kMost ? product : kMost);
  }
};

/// Sub-stream of draws that belong to an instance that was not created for a request (of a cold
/// start's component: added to its index); their number is the instance's among its function's.
inline constexpr std::uint16_t kOwnStart = 0x8000;

/// How long an instance stays idle. Minimum instances stay.
enum class KeepAliveRule : std::uint8_t {
  kFixed,  ///< PoolPlan::keep_alive
  /// PoolPlan::idle_life, drawn anew for every idle period (Purpose::kKeepAlive, by the number of
  /// the request that ended last).
  kDrawn,
  /// Of a function's idle instances half are left after every keep_alive: its j-th idle period
  /// (j = 1, 2, ...; minimum instances begin with one each) lasts keep_alive * (1 + how many times
  /// 2 divides j).
  kHalving,
  kHistogram,  ///< PoolPlan::idle_histogram
};

/// How fast a function may start instances: a token each, refilled continuously.
struct ScaleOut {
  std::uint32_t burst = 1;      ///< tokens at the start and at most; >= 1
  std::uint32_t instances = 1;  ///< tokens in every `period`; >= 1
  Duration period{};            ///< > 0
};

/// A client that tries again when it is throttled or its instance fails.
struct Retry {
  std::uint16_t most = 0;  ///< further attempts
  /// Before attempt a = 1, 2, ...: min(longest, delay * factor^(a - 1)), the delay drawn for every
  /// attempt (jitter is in the law).
  Distribution delay{};
  std::uint32_t factor = 2;  ///< >= 1
  Duration longest = Duration::max();
};

/// A serverless deployment: one pool of instances per function. See detailed_pool.h for the exact
/// rules of all but the plain keep-alive pool.
struct PoolPlan {
  ReuseOrder reuse_order = ReuseOrder::kMostRecentlyIdle;
  /// Idle for exactly this long = expired; Duration::max() = for ever. Not with kDrawn.
  Duration keep_alive{};
  KeepAliveRule keep_alive_rule = KeepAliveRule::kFixed;
  Distribution idle_life{};  ///< with kDrawn
  IdleHistogram idle_histogram{};
  /// From its creation on; an instance that is older takes no request, and goes when it is idle.
  /// 0 = none. Where no more than the minimum live, or it still starts by itself, another life
  /// begins.
  Duration maximum_life{};
  std::uint32_t concurrency = 1;  ///< requests that an instance serves at once, >= 1
  /// vCPUs that n requests on an instance share: each runs at min(1, vcpu_share / n) of its speed
  /// when alone. 0 = no contention. Where the CpuLaw throttles (below one vCPU) this is 1000.
  MilliVcpu vcpu_share{};
  std::uint32_t minimum_instances = 0;  ///< per function; ready from the start, never expire
  std::uint32_t max_instances = std::numeric_limits<std::uint32_t>::max();  ///< per function
  std::optional<WarmCapacity> warm{};  ///< instances apart; minimum_instances are of the others
  ScalingPolicy scaling{};
  std::optional<ScaleOut> scale_out{};  ///< beyond it at_limit applies, too
  /// Most requests in execution (starting ones included) over all functions together; 0 = no limit.
  /// It couples functions: all are replayed as one stream, on one thread. Beyond: at_limit.
  std::uint32_t account_concurrency = 0;
  /// With account_concurrency; each function once, no more together than that.
  std::vector<ReservedConcurrency> reserved{};
  /// Replaces the rules of routing, keep-alive and scaling; see user_policy.h.
  std::shared_ptr<const PolicyFactory> policy{};
  AtLimit at_limit = AtLimit::kReject;
  std::optional<std::uint64_t>
      queue_limit{};  ///< waiting requests of a function; beyond: throttled
  /// Longest wait in the queue, drawn for every attempt; then the request counts as timed_out and
  /// abandoned. Waiting for exactly this long = served.
  std::optional<Distribution> patience{};
  Retry retry{};
  /// Requests are collected before the pool and run together; see batched_run.h.
  std::optional<Batching> batching{};
  double init_failure = 0.0;  ///< probability that an instance that starts does not come up
  std::vector<ColdComponent> cold_start{};
  /// 0 = none. INIT longer than it is abandoned there and redone in the handler part, its CPU time
  /// through the CpuLaw together with the handler's; both are billed where INIT is.
  Duration init_limit{};
  CpuLaw cpu{};
  /// Of the handler part (of all of cold_execution_ns); 0 = none. Cut there, counted in timed_out,
  /// billed.
  Duration timeout{};
  Metering metering{};
  Megabytes memory{};              ///< billed memory
  Megabytes memory_step{};         ///< where use is billed: rounded up to this, at least one step
  bool bills_memory_used = false;  ///< `memory` is memory used; a trace's memory column overrides
  MilliVcpu vcpu{};                ///< billed vCPU (0 = not metered)
  std::int64_t clock_mhz = 0;      ///< billed clock (0 = not metered)
};

/// A simple target-utilisation autoscaler; see server_fleet.h for the exact rule.
struct Autoscale {
  double target_utilisation = 0.6;
  Duration period{};    ///< > 0
  Duration boot_lag{};  ///< from the decision until a new server takes requests; billed
  Duration cooldown{};  ///< no scale-in within this time after any change
  std::uint32_t minimum = 1;
  std::uint32_t maximum = 1;
};

/// Replicas that break down and come back. Each is up and down by turns, from when it is ready on:
/// Purpose::kReplica of its number in order of creation, draw i = its i-th turn (word 0 up, word 1
/// down), at least 1 ns each. It is paid for all the same.
struct Breakdown {
  Distribution up{};
  Distribution down{};
  /// So often a request whose replica breaks down goes back to its place in the queue, and starts
  /// anew, waiting for a patience drawn anew; then it fails.
  std::uint16_t retries = 3;
};

/// A dedicated fleet: c replicas with k workers each, one FIFO queue over all functions. See
/// server_pool.h and server_fleet.h for the exact rules.
struct ServerPlan {
  std::uint32_t replicas = 1;  ///< initial count (fixed when there is no autoscaler)
  std::uint32_t workers_per_replica = 1;
  std::optional<std::uint64_t> queue_limit{};  ///< waiting requests; beyond: throttled
  /// Longest wait in the queue; a request that would wait longer leaves after that, and counts as
  /// timed_out and abandoned. Drawn as a pool's.
  std::optional<Distribution> patience{};
  std::optional<Autoscale> autoscale{};
  /// vCPUs that the busy workers of a replica share; 0 = each works as if alone.
  MilliVcpu vcpu_share{};
  /// What a core does with both its threads busy against one, in thousandths; a core is two vCPUs.
  /// 2000: a vCPU is a core. Between one and two busy threads a core it goes linearly. >= 1000
  std::uint32_t hyperthread_yield = 2000;
  std::optional<Breakdown> breakdown{};
  std::optional<Batching> batching{};
};

/// How a deployment of several parts shares its requests out among them.
enum class Split : std::uint8_t {
  kNone,      ///< it has no parts
  kOverflow,  ///< parts[0] is a fleet; what it would turn away goes to parts[1]
  kVersions,  ///< each request goes to one part, by weights (or as its trace says)
};

struct DeploymentPlan {
  std::string name{};
  std::variant<PoolPlan, ServerPlan> side{};
  Work work{};
  Noise noise{};
  /// Added to latency; occupies no instance (Purpose::kNetwork). Not for requests that bring their
  /// execution time.
  Distribution network{};
  Bytes request_bytes{};
  Bytes response_bytes{};
  Split split = Split::kNone;
  /// Where there are parts, they do all the work: what stands above is parts[0]'s.
  std::vector<DeploymentPlan> parts{};
  /// kVersions: a request goes to the part in whose share u falls (Purpose::kVersion); positive.
  std::vector<double> weights{};
};

/// When the run ends. The two that are found by running are each deployment's own.
struct Horizon {
  enum class Kind : std::uint8_t {
    kAt,              ///< a given instant: later arrivals are not read
    kLastCompletion,  ///< the default for traces
    kDrain,           ///< the last expiry
  };
  Kind kind = Kind::kLastCompletion;
  Instant at{};
};

/// A checked, compiled scenario: plain data, immutable, shared by every thread. The engine's only
/// input.
struct Plan {
  std::shared_ptr<const Traffic> traffic{};
  std::vector<DeploymentPlan> deployments{};
  Horizon horizon{};
  Instant warm_up{};  ///< earlier arrivals shape state, not results
};

}  // namespace faascast
