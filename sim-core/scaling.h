#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim-core/units.h"

namespace faascast {

/// When a pool starts instances that no single request asked for, and when it gives them up.
/// What acts by the clock starts an instance by itself: for its placement and INIT, drawn by its
/// number among its function's (sub-streams from kOwnStart on).
enum class ScalingRule : std::uint8_t {
  /// An instance for each request that finds none; idle ones go by the keep-alive rule.
  kPerRequest,
  /// Knative's pod autoscaler. Every `period` it averages the requests in the system (those that
  /// wait included) over `window` and `panic_window`, both since the run began at most:
  ///   stable = ceil(average / (target * concurrency)), panic likewise, R = max(1, ready instances)
  /// - panic is on from a tick with panic >= panic_threshold * R, until `window` after the last one
  /// - both are clamped to [floor(R / most_down), ceil(most_up * R)], then wanted = stable; in
  /// panic
  ///   the greater of both, and never less than at an earlier tick of the same panic
  /// - 0 counts as 1 until it has been wanted for `grace`; minimum and max_instances bound it
  /// Requests wait (at_limit does not matter) until an instance that is ready has room. One that
  /// comes when none lives starts one at once. Too many: the newest of those that start go first,
  /// then the newest idle ones, then the
  /// newest of those in use, once they are empty.
  kKnative,
  /// As kPerRequest; besides, every `period`
  ///   wanted = max(ceil(average requests / (target * concurrency)),
  ///                ceil(average CPUs in use / (target * vcpu_share)))
  /// over `window`, where n requests on an instance use min(n, vcpu_share) CPUs; so many are
  /// started, and an idle one whose time is over stays for another period where fewer would live.
  kCloudRun,
};

struct ScalingPolicy {
  ScalingRule rule = ScalingRule::kPerRequest;
  Duration period{2'000'000'000};        ///< > 0; ticks are at its multiples
  Duration window{60'000'000'000};       ///< rounded to whole periods, at least one
  Duration panic_window{6'000'000'000};  ///< likewise, at most window
  double target = 0.7;                   ///< > 0
  double panic_threshold = 2.0;          ///< > 1
  double most_up = 1000.0;               ///< > 1
  double most_down = 2.0;                ///< > 1
  Duration grace{30'000'000'000};
};

/// Follows the use of warm capacity. Every `period`: wanted = ceil(average requests on these
/// instances / (target * concurrency)), within [minimum, maximum]; more at once, fewer only when
/// nothing has changed for `cooldown`.
struct TargetTracking {
  double target = 0.7;  ///< > 0
  Duration period{60'000'000'000};
  Duration cooldown{};
  std::uint32_t minimum = 1;
  std::uint32_t maximum = 1;
};

/// Instances of every function that are kept ready whatever the traffic, apart from the others:
/// a request goes to one of them where it can, and else to the others (spill-over). They do not
/// expire and have no maximum_life. max_instances counts them.
struct WarmCapacity {
  std::uint32_t instances = 0;  ///< from the start on; ready then
  struct Step {
    Duration at{};
    std::uint32_t instances = 0;
  };
  /// Changes, by ascending time; where `repeats` > 0 their times are from its last multiple on.
  std::vector<Step> schedule{};
  Duration repeats{};
  std::optional<TargetTracking> tracking{};  ///< then there is no schedule
  /// From a rise until the new ones are ready. When fewer are wanted the newest go first, those in
  /// use once they are empty.
  Duration lead{};
  /// true: provisioned concurrency. Configured from a rise to a fall (kProvisionedMemoryTime), what
  /// they execute goes to kProvisionedExecution. false: minimum instances. Idle time goes to
  /// kIdleMemoryTime and kIdleVcpuTime, what they execute to the usual meters.
  bool provisioned = true;
  /// The configured time of one that is given up is rounded up to this; 0 = not.
  Duration configured_step{};
};

/// Keep-alive from a function's own idle times (Shahrad et al., ATC 2020): how long it had no
/// request in the system, counted in bins. When an instance becomes idle:
///   head = lower edge of the bin in which the cumulated share reaches `head`, tail = upper edge of
///   that which reaches `tail`; pre = floor((1 - margin) head), life = ceil((1 + margin) tail)
/// - the others of its function are in use, or pre = 0: it stays idle for `life`
/// - pre > 0: all idle instances of the function go; one starts `pre` later, unless a request came,
///   and stays until `life` after the last one ended
/// As long as there are fewer than `fewest` idle times, or more of them beyond the last bin than
/// within, or their counts vary too little (coefficient of variation over the bins below
/// `least_cv`), the rule is PoolPlan::keep_alive.
struct IdleHistogram {
  Duration bin{60'000'000'000};  ///< > 0
  std::uint32_t bins = 240;      ///< >= 1
  double head = 0.05;
  double tail = 0.99;
  double margin = 0.1;
  double least_cv = 2.0;
  std::uint32_t fewest = 1;
};

/// Concurrency that is set aside for one function: it has so much, and the account's others so much
/// less. 0: all its requests are turned away, also where others wait.
struct ReservedConcurrency {
  std::uint32_t function = 0;
  std::uint32_t requests = 0;
};

}  // namespace faascast
