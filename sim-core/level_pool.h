#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim-core/completion_heap.h"
#include "sim-core/instance_meter.h"

namespace faascast {

/// What a pool of one function must keep to.
struct PoolRules {
  std::int64_t keep_alive = 0;  ///< ns; the largest integer = for ever
  std::uint64_t minimum = 0;    ///< live from the start, never fewer
  std::uint64_t limit = 0;      ///< growth stops here

  [[nodiscard]] bool for_ever() const {
    return keep_alive == std::numeric_limits<std::int64_t>::max();
  }
};

/// Completion instant of a request that was turned away.
inline constexpr std::int64_t kThrottled = -1;

/// A pool of single-concurrency instances that reuses the most recently idle one and rejects at its
/// limit. It keeps no instances, only levels: with N busy of M live, live(t) is the maximum of N
/// over the last keep-alive window, and an arrival is cold iff it takes N above that maximum. Level
/// l is idle iff N < l, and has been since the last step of N from l to l - 1. 16 bytes a live
/// instance.
///
/// At one instant completions come before expiries and those before arrivals. Levels up to the
/// minimum never expire.
class LevelPool {
 public:
  /// An empty pool at time 0, with the minimum ready. Keeps its memory.
  void reset(const PoolRules& rules, InstanceMeter& meter) {
    rules_ = rules;
    busy_ = 0;
    live_ = 0;
    open_ = false;
    completions_.clear();
    if (idle_since_.size() < rules.minimum + 2) idle_since_.resize(rules.minimum + 2);
    std::fill_n(idle_since_.begin(), rules.minimum + 1, 0);
    while (live_ < rules_.minimum) meter.created(0, ++live_);
    meter.reserve(rules_.minimum);
  }

  /// Serves arrivals of one function in time order, either all before the window or all in it.
  /// @param busy_ns what each takes when warm
  /// @param done    out: completion instants, or kThrottled
  /// @param cold    cold(i) = what request i takes now that it starts cold
  /// @return how many were throttled
  template <class Cold>
  std::size_t serve(std::size_t n, const std::int64_t* at, const std::int64_t* busy_ns,
                    std::int64_t* done, InstanceMeter& meter, const Cold& cold) {
    if (!open_ && at[0] >= meter.window().begin) open(meter);
    std::size_t throttled = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::int64_t now = at[i];
      const bool hole = complete_until(now, meter);
      retire_until(now, meter);
      if (busy_ < live_) {
        done[i] = now + busy_ns[i];
      } else if (live_ < rules_.limit) {
        grow(now, meter);
        done[i] = now + cold(i);
      } else {
        done[i] = kThrottled;
        ++throttled;
        if (hole) completions_.pop();
        continue;
      }
      if (++busy_ <= rules_.minimum) meter.reserved_step_up(now);
      if (hole) {
        completions_.replace_top(done[i]);
      } else {
        completions_.push(done[i]);
      }
    }
    return throttled;
  }

  /// No arrivals any more: runs to the last completion and hands what still idles to the meter.
  void finish(InstanceMeter& meter) {
    if (!open_ && meter.window().end > meter.window().begin) open(meter);
    while (!completions_.empty()) {
      meter.completed_until(completions_.top());
      step_down(completions_.top(), meter);
      completions_.pop();
    }
    const std::uint64_t staying = rules_.for_ever() ? live_ : std::min(live_, rules_.minimum);
    meter.stays(staying);
    for (; live_ > staying; --live_) meter.will_expire(idle_since_[live_] + rules_.keep_alive);
  }

  [[nodiscard]] std::uint64_t live() const { return live_; }
  [[nodiscard]] std::uint64_t busy() const { return busy_; }

 private:
  /// @return true: the heap's top is done and its place may be taken.
  bool complete_until(std::int64_t now, InstanceMeter& meter) {
    if (completions_.top() > now) return false;
    for (;;) {
      step_down(completions_.top(), meter);
      if (completions_.second() > now) return true;
      completions_.pop();
    }
  }
  void step_down(std::int64_t t, InstanceMeter& meter) {
    if (busy_ <= rules_.minimum) meter.reserved_step_down(t);
    idle_since_[busy_--] = t;
  }
  void retire_until(std::int64_t now, InstanceMeter& meter) {
    while (live_ > busy_ && now - idle_since_[live_] >= rules_.keep_alive &&
           live_ > rules_.minimum) {
      meter.removed(idle_since_[live_--] + rules_.keep_alive);
    }
  }
  void grow(std::int64_t now, InstanceMeter& meter) {
    ++live_;
    if (live_ >= idle_since_.size()) idle_since_.resize(2 * idle_since_.size());
    meter.created(now, live_);
  }
  /// The window opens: what lives then is seen.
  void open(InstanceMeter& meter) {
    open_ = true;
    const std::int64_t now = meter.window().begin;
    if (complete_until(now, meter)) completions_.pop();
    retire_until(now, meter);
    meter.opens_with(live_);
  }

  PoolRules rules_{};
  std::uint64_t busy_ = 0;  ///< N
  std::uint64_t live_ = 0;  ///< M
  bool open_ = false;
  CompletionHeap completions_{};            ///< of the busy
  std::vector<std::int64_t> idle_since_{};  ///< of levels 1 ... M; meaningful for idle ones
};

}  // namespace faascast
