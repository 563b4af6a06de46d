#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <queue>
#include <vector>

#include "sim-core/completion_heap.h"
#include "sim-core/instance_meter.h"
#include "sim-core/plan.h"

namespace faascast {

/// A fixed fleet with one FIFO queue: Kiefer and Wolfowitz's recursion over the workers' free
/// times. A request's start is known when it arrives: the later of now and the earliest free time.
///
/// With a queue limit L, a request that cannot start at once is turned away when L requests that
/// arrived before it have not started (those that start in this instant have).
///
/// With patience, a request whose start is further off than its patience takes no worker: it waits
/// until its patience is over, in the queue's room too, and leaves (before arrivals of that
/// instant).
class FixedServers {
 public:
  static constexpr std::int64_t kTurnedAway = -1;
  static constexpr std::int64_t kGivesUp = -2;
  static constexpr std::int64_t kPatient = std::numeric_limits<std::int64_t>::max();

  FixedServers(const ServerPlan& plan, InstanceMeter& meter);

  /// @return the start instant, kTurnedAway or kGivesUp
  std::int64_t serve(std::int64_t now, std::int64_t busy, std::int64_t patience = kPatient) {
    const std::int64_t start = std::max(free_at_.top(), now);
    if (limit_ && start > now) {
      while (!waiting_.empty() && waiting_.front() <= now) waiting_.pop();
      while (!leaving_.empty() && leaving_.top() <= now) leaving_.pop();
      if (waiting_.size() + leaving_.size() >= *limit_) return kTurnedAway;
      if (start - now <= patience) waiting_.push(start);
      if (start - now > patience) leaving_.push(now + patience);
    }
    if (start - now > patience) return kGivesUp;
    free_at_.replace_top(std::min(start, kLatest) + busy);
    last_ = std::max(last_, start + busy);
    return start;
  }
  void finish(InstanceMeter& meter);

 private:
  static constexpr std::int64_t kLatest = std::int64_t{1} << 61U;  ///< an absurd queue ends here

  std::uint64_t replicas_;
  std::optional<std::uint64_t> limit_;
  std::queue<std::int64_t> waiting_{};  ///< start instants, ascending; only with a limit
  /// When those leave that will not be served; only with a limit
  std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> leaving_{};
  CompletionHeap free_at_{};
  std::int64_t last_ = 0;
};

}  // namespace faascast
