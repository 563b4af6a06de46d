#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "sim-core/creation_order.h"
#include "sim-core/instance_meter.h"
#include "sim-core/level_pool.h"
#include "sim-core/requests.h"

namespace faascast {

/// A pool that knows each of its single-concurrency instances: for every reuse order, and for the
/// queue. With kMostRecentlyIdle and no queue it gives what LevelPool gives, more slowly.
///
/// - Completions at one instant are in order of request number; so an instance that finished a
/// higher
///   number is the more recently idle one.
/// - An idle instance whose window is over expires if more than the minimum live, those idle for
///   longest first. (While one idles nothing is created, so one that is kept then stays until it
///   is used again.)
/// - The first `minimum` instances are idle since the start and the oldest, in order.
/// - At the limit requests wait in one FIFO queue; a completion starts the queue's head at once on
///   that instance, as a warm request. A pool with limit 0 turns requests away even so.
class PlainPool {
 public:
  void reset(const PoolRules& rules, ReuseOrder order, bool queues, InstanceMeter& meter) {
    rules_ = rules;
    order_ = order;
    queues_ = queues && rules.limit > 0;
    open_ = false;
    slots_.clear();
    place_of_.clear();
    free_.clear();
    busy_.clear();
    queue_.clear();
    by_creation_.clear();
    live_ = 0;
    oldest_idle_ = newest_idle_ = kNone;
    meter.reserve(rules.minimum);
    while (live_ < rules.minimum) make_idle(create(0, meter), 0);
  }

  /// A request arrives. Host provides
  ///   std::int64_t start(const Request&, std::int64_t at, bool cold): its completion instant
  ///   void turn_away(const Request&)
  ///   double reuse_uniform(const Request&): for ReuseOrder::kRandom
  ///   void leave_unstarted(const Request&)
  template <class Host>
  void arrive(const Request& request, InstanceMeter& meter, Host& host) {
    if (!open_ && request.at >= meter.window().begin) open(meter, host);
    complete_until(request.at, meter, host);
    retire_until(request.at, meter);
    if (newest_idle_ != kNone) {
      const std::uint32_t slot = chosen(request, host);
      end_idle(slot);
      occupy(slot, request, request.at, false, meter, host);
    } else if (live_ < rules_.limit) {
      occupy(create(request.at, meter), request, request.at, true, meter, host);
    } else if (queues_) {
      queue_.push_back(request);
    } else {
      host.turn_away(request);
    }
  }

  /// The next completion that starts a waiting request.
  [[nodiscard]] std::int64_t next_end() const {
    return queue_.empty() || busy_.empty() ? std::numeric_limits<std::int64_t>::max()
                                           : busy_.front().done;
  }
  template <class Host>
  void advance(std::int64_t until, InstanceMeter& meter, Host& host) {
    if (!open_ && until >= meter.window().begin) open(meter, host);
    complete_until(until, meter, host);
  }

  /// No arrivals any more: runs to the last completion. @param stopped what waits is left unstarted
  template <class Host>
  void finish(InstanceMeter& meter, Host& host, bool stopped) {
    if (stopped) {
      for (const Request& request : queue_) host.leave_unstarted(request);
      queue_.clear();
    }
    if (!open_ && meter.window().end > meter.window().begin) open(meter, host);
    while (!busy_.empty()) {
      meter.completed_until(busy_.front().done);
      complete_until(busy_.front().done, meter, host);
    }
    std::uint64_t expiring = rules_.for_ever() ? 0 : live_ - std::min(live_, rules_.minimum);
    meter.stays(live_ - expiring);
    for (; expiring > 0; --expiring) {
      meter.will_expire(slots_[oldest_idle_].idle_since + rules_.keep_alive);
      end_idle(oldest_idle_);
    }
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct Slot {
    std::int64_t idle_since = 0;
    std::uint32_t older = kNone;  ///< idle list, by idle_since
    std::uint32_t newer = kNone;
  };
  struct Busy {
    std::int64_t done;
    std::uint64_t number;
    std::uint32_t slot;
    /// For std::push_heap: the top is the earliest.
    friend bool operator<(const Busy& a, const Busy& b) {
      return a.done != b.done ? a.done > b.done : a.number > b.number;
    }
  };
  [[nodiscard]] bool by_creation() const {
    return order_ == ReuseOrder::kNewestFirst || order_ == ReuseOrder::kOldestFirst ||
           order_ == ReuseOrder::kRandom;
  }
  [[nodiscard]] std::uint64_t busy() const { return busy_.size(); }

  std::uint32_t create(std::int64_t now, InstanceMeter& meter) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(slots_.size()));
      slots_.emplace_back();
      place_of_.push_back(0);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    if (by_creation()) by_creation_.append(slot, place_of_);
    meter.created(now, ++live_);
    return slot;
  }
  void make_idle(std::uint32_t slot, std::int64_t now) {
    slots_[slot] = {now, newest_idle_, kNone};
    (newest_idle_ == kNone ? oldest_idle_ : slots_[newest_idle_].newer) = slot;
    newest_idle_ = slot;
    if (by_creation()) by_creation_.set_idle(place_of_[slot]);
  }
  void end_idle(std::uint32_t slot) {
    const Slot& s = slots_[slot];
    (s.older == kNone ? oldest_idle_ : slots_[s.older].newer) = s.newer;
    (s.newer == kNone ? newest_idle_ : slots_[s.newer].older) = s.older;
    if (by_creation()) by_creation_.set_busy(place_of_[slot]);
  }
  template <class Host>
  std::uint32_t chosen(const Request& request, Host& host) const {
    switch (order_) {
      case ReuseOrder::kMostRecentlyIdle:
        return newest_idle_;
      case ReuseOrder::kLeastRecentlyUsed:
        return oldest_idle_;
      case ReuseOrder::kNewestFirst:
        return by_creation_.idle_at(by_creation_.idle() - 1);
      case ReuseOrder::kOldestFirst:
        return by_creation_.idle_at(0);
      case ReuseOrder::kRandom:
        break;
    }
    const auto idle = static_cast<double>(by_creation_.idle());
    const auto k = static_cast<std::uint64_t>(host.reuse_uniform(request) * idle);
    return by_creation_.idle_at(std::min(k, by_creation_.idle() - 1));
  }
  template <class Host>
  void occupy(std::uint32_t slot, const Request& request, std::int64_t now, bool cold,
              InstanceMeter& meter, Host& host) {
    busy_.push_back({host.start(request, now, cold), request.number, slot});
    std::push_heap(busy_.begin(), busy_.end());
    if (busy() <= rules_.minimum) meter.reserved_step_up(now);
  }
  template <class Host>
  void complete_until(std::int64_t now, InstanceMeter& meter, Host& host) {
    while (!busy_.empty() && busy_.front().done <= now) {
      const Busy done = busy_.front();
      if (busy() <= rules_.minimum) meter.reserved_step_down(done.done);
      std::pop_heap(busy_.begin(), busy_.end());
      busy_.pop_back();
      if (queue_.empty()) {
        make_idle(done.slot, done.done);
      } else {
        const Request next = queue_.front();
        queue_.pop_front();
        occupy(done.slot, next, done.done, false, meter, host);
      }
    }
  }
  void retire_until(std::int64_t now, InstanceMeter& meter) {
    while (oldest_idle_ != kNone && live_ > rules_.minimum &&
           now - slots_[oldest_idle_].idle_since >= rules_.keep_alive) {
      const std::uint32_t slot = oldest_idle_;
      end_idle(slot);
      if (by_creation()) by_creation_.erase(place_of_[slot]);
      free_.push_back(slot);
      --live_;
      meter.removed(slots_[slot].idle_since + rules_.keep_alive);
    }
  }
  template <class Host>
  void open(InstanceMeter& meter, Host& host) {
    open_ = true;
    complete_until(meter.window().begin, meter, host);
    retire_until(meter.window().begin, meter);
    meter.opens_with(live_);
  }

  PoolRules rules_{};
  ReuseOrder order_ = ReuseOrder::kMostRecentlyIdle;
  bool queues_ = false;
  bool open_ = false;
  std::uint64_t live_ = 0;
  std::uint32_t oldest_idle_ = kNone;
  std::uint32_t newest_idle_ = kNone;
  std::vector<Slot> slots_{};
  std::vector<std::uint32_t> place_of_{};  ///< in by_creation_
  std::vector<std::uint32_t> free_{};
  std::vector<Busy> busy_{};  ///< heap
  std::deque<Request> queue_{};
  CreationOrder by_creation_{};
};

}  // namespace faascast
