#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "sim-core/completion_heap.h"
#include "sim-core/instance_meter.h"
#include "sim-core/plan.h"
#include "sim-core/requests.h"

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

/// A fleet under a target-utilisation autoscaler, with one FIFO queue.
///
/// - Ticks are at k * period, k >= 1. At one instant: completions, new replicas ready, tick,
/// arrivals.
/// - At a tick, u = busy worker time / live worker time in the period that ends; live replicas are
///   those paid for: booting and draining ones too. R counts them without the draining ones,
///   desired = ceil(R * u / target) within [max(minimum, 1), maximum], in exact arithmetic with the
///   target rounded to a millionth (and at least that).
/// - desired > R: new replicas are decided (and paid from) now, and take requests boot_lag later.
/// - desired < R and at least `cooldown` since the last change (or no change yet): R - desired
///   replicas go, those with fewest busy workers first, among them the newest. One that is idle or
///   booting is gone at once; one that is busy takes no new request and is paid until its last
///   worker is done.
/// - A request goes to the oldest replica with a free worker; a freed worker takes the queue's
/// head.
/// - The first `replicas` servers, brought within [minimum, maximum], are ready at the start.
class ScaledServers {
 public:
  ScaledServers(const ServerPlan& plan, InstanceMeter& meter);

  /// Host provides  std::int64_t start(const Request&, std::int64_t at, bool cold): its completion
  /// instant
  ///                void turn_away(const Request&), void leave_unstarted(const Request&)
  template <class Host>
  void arrive(const Request& request, InstanceMeter& meter, Host& host) {
    if (!open_ && request.at >= meter.window().begin) open(meter, host);
    advance(request.at, meter, host);
    if (const auto replica = free_replica()) {
      occupy(*replica, host.start(request, request.at, false), request.number);
    } else if (limit_ && queue_.size() >= *limit_) {
      host.turn_away(request);
    } else {
      queue_.push_back(request);
    }
  }
  /// No arrivals any more: runs until everything is served, and on to the window's given end.
  template <class Host>
  void finish(InstanceMeter& meter, Host& host, bool stopped) {
    if (stopped) {
      for (const Request& request : queue_) host.leave_unstarted(request);
      queue_.clear();
    }
    if (!open_ && meter.window().end > meter.window().begin) open(meter, host);
    while (!completions_.empty() || !queue_.empty()) advance(next_event(), meter, host);
    if (meter.window().kind == Horizon::Kind::kAt) advance(meter.window().end, meter, host);
    meter.stays(live_);
  }

 private:
  struct Replica {
    std::uint32_t busy = 0;
    std::int64_t ready_at = 0;
    bool takes = true;  ///< not draining
  };
  struct Completion {
    std::int64_t done;
    std::uint64_t number;
    std::uint32_t replica;
    friend bool operator>(const Completion& a, const Completion& b) {
      return a.done != b.done ? a.done > b.done : a.number > b.number;
    }
  };
  template <class T>
  using MinHeap = std::priority_queue<T, std::vector<T>, std::greater<T>>;

  [[nodiscard]] std::int64_t next_event() const;
  [[nodiscard]] std::optional<std::uint32_t> free_replica();
  void occupy(std::uint32_t replica, std::int64_t done, std::uint64_t number);
  void add_replicas(std::uint32_t count, std::int64_t now, std::int64_t ready_at,
                    InstanceMeter& meter);
  void remove_replicas(std::uint32_t count, std::int64_t now, InstanceMeter& meter);
  void tick(std::int64_t now, InstanceMeter& meter);
  /// Passes over ticks up to `now` that would change nothing.
  void skip_quiet_ticks(std::int64_t now);
  void elapse(std::int64_t now);
  void complete_first(InstanceMeter& meter);
  void make_first_ready();

  /// Everything up to and including `now`.
  template <class Host>
  void advance(std::int64_t now, InstanceMeter& meter, Host& host) {
    for (;;) {
      skip_quiet_ticks(now);
      const std::int64_t t = next_event();
      if (t > now) break;
      elapse(t);
      if (!completions_.empty() && completions_.top().done == t) {
        complete_first(meter);
      } else if (!booting_.empty() && replicas_[booting_.front()].ready_at == t) {
        make_first_ready();
      } else {
        tick(t, meter);
      }
      start_waiting(t, host);
    }
    elapse(now);
  }
  template <class Host>
  void start_waiting(std::int64_t now, Host& host) {
    while (!queue_.empty()) {
      const auto replica = free_replica();
      if (!replica) return;
      const Request next = queue_.front();
      queue_.pop_front();
      occupy(*replica, host.start(next, now, false), next.number);
    }
  }
  template <class Host>
  void open(InstanceMeter& meter, Host& host) {
    open_ = true;
    advance(meter.window().begin, meter, host);
    meter.opens_with(live_);
  }

  Autoscale rule_{};
  std::int64_t target_ = 1;  ///< millionths
  std::uint32_t workers_ = 1;
  std::optional<std::uint64_t> limit_{};
  std::vector<Replica> replicas_{};  ///< in order of creation, those that are gone too
  std::uint64_t live_ = 0;
  std::uint32_t taking_ = 0;             ///< R: live and not draining
  std::uint64_t busy_ = 0;               ///< workers
  MinHeap<std::uint32_t> free_{};        ///< holds each replica that has a free worker
  std::deque<std::uint32_t> booting_{};  ///< in order of readiness
  MinHeap<Completion> completions_{};
  std::deque<Request> queue_{};
  std::int64_t next_tick_ = 0;
  std::optional<std::int64_t> last_change_{};
  std::int64_t now_ = 0;
  Int128 busy_ns_ = 0;  ///< since the last tick
  Int128 live_ns_ = 0;
  bool open_ = false;
};

}  // namespace faascast
