#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "sim-core/plan.h"
#include "sim-core/timeline.h"
#include "sim-core/units.h"

namespace faascast {

/// The span that results cover, in ns. The end of a run that lasts until its last completion or
/// expiry is known only afterwards.
struct Window {
  static constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::max() / 2;
  std::int64_t begin = 0;
  std::int64_t end = kUnknown;
  Horizon::Kind kind = Horizon::Kind::kLastCompletion;
};

/// Meters live instances over the window, as pools create and remove them, exactly.
///
/// An instance that is removed at the window's end is not counted in expired(): the window is half
/// open. The peak is the most live ones once all that happens at an instant has happened. That of
/// one pool is followed as it goes; that of the sum of several pools, which run one after another,
/// needs the instants of all creations and removals: 16 bytes a cold start, kept only then
/// (log_events()).
class InstanceMeter {
 public:
  explicit InstanceMeter(Window window) : window_(window) {}

  void log_events() { logs_ = true; }
  /// @param timeline  hears of creations and removals too; outlives the meter
  void tell(TimelineMeter& timeline) { timeline_ = &timeline; }
  /// @param live instances of this pool, this one included
  void created(std::int64_t t, std::uint64_t live) {
    live_ns_ -= clipped(t);
    if (t >= window_.begin && t < window_.end) seen(t, live);
    if (logs_) born_.push_back(clipped(t));
    if (timeline_ != nullptr && t < window_.end) timeline_->live(t, 1);
  }
  void removed(std::int64_t t, bool expired = true) {
    lose(t);
    book_removed(t, expired);
  }
  /// Of fleets, whose replicas come and go without requests, perhaps after the run's end.
  /// @param live replicas, this one not included
  void replica_created(std::int64_t t, std::uint64_t live) {
    change({t, live + 1, Change::kCreated});
  }
  void replica_removed(std::int64_t t, std::uint64_t live) {
    change({t, live - 1, Change::kRemoved});
  }
  void fleet_opens_with(std::uint64_t live) { change({window_.begin, live, Change::kOpens}); }
  /// The window opens with this many live instances.
  void opens_with(std::uint64_t live) { seen(window_.begin, live); }

  // Reserved instances: level l <= minimum is busy from step_up to step_down.
  void reserved_step_up(std::int64_t t) { reserved_busy_ns_ -= clipped(t); }
  void reserved_step_down(std::int64_t t) { reserved_busy_ns_ += clipped(t); }
  void reserve(std::uint64_t instances) { reserved_ += instances; }
  /// One more, or one fewer, from t on.
  void reserve_from(std::int64_t t) {
    ++reserved_;
    reserved_busy_ns_ += clipped(t) - window_.begin;
  }
  void release_at(std::int64_t t) {
    --reserved_;
    reserved_busy_ns_ -= clipped(t) - window_.begin;
  }
  /// Provisioned from `from` to `to`; the largest integer = until the end.
  void configured(std::int64_t from, std::int64_t to) { configured_.emplace_back(from, to); }

  // What outlives the arrivals.
  void completed_until(std::int64_t t) { last_completion_ = std::max(last_completion_, t); }
  void will_expire(std::int64_t t);
  /// The pool came to rest at t: a run that drains lasts until then.
  void rests_at(std::int64_t t) { last_expiry_ = std::max(last_expiry_, t); }
  void stays(std::uint64_t instances) { staying_ += instances; }
  void stays_after_all(std::uint64_t before, std::uint64_t now) { staying_ += now - before; }

  void merge(const InstanceMeter& other);
  /// When the run ends as far as this meter knows.
  [[nodiscard]] std::int64_t own_end() const;
  /// Fixes the end, where it was unknown (not before `at_least`), and adds what lives until then.
  /// Once, at the end.
  void close(std::int64_t at_least = 0);

  [[nodiscard]] const Window& window() const { return window_; }
  [[nodiscard]] std::int64_t span() const { return window_.end - window_.begin; }
  [[nodiscard]] Int128 live_ns() const { return live_ns_; }
  [[nodiscard]] Int128 reserved_idle_ns() const {
    return static_cast<Int128>(reserved_) * span() - reserved_busy_ns_;
  }
  /// After close().
  [[nodiscard]] Int128 configured_ns() const;
  [[nodiscard]] std::uint64_t peak() const { return peak_; }
  [[nodiscard]] std::uint64_t expired() const { return expired_; }
  [[nodiscard]] std::int64_t horizon() const { return horizon_; }

 private:
  struct Change {
    std::int64_t at;
    std::uint64_t live;
    enum : std::uint8_t { kCreated, kRemoved, kOpens } what;
  };
  /// Kept until the end is known to be later.
  void change(const Change& change) {
    if (window_.kind == Horizon::Kind::kAt) return apply(change);
    changes_.push_back(change);
    apply_changes(last_completion_);
  }
  void apply(const Change& change) {
    switch (change.what) {
      case Change::kCreated:
        return created(change.at, change.live);
      case Change::kRemoved:
        return removed(change.at, false);
      case Change::kOpens:
        return opens_with(change.live);
    }
  }
  void apply_changes(std::int64_t until);
  /// So many live at t, as far as is known; t never falls.
  void seen(std::int64_t t, std::uint64_t live) {
    if (t != latest_at_) settle_peak();
    latest_at_ = t;
    latest_live_ = live;
  }
  /// One that lived at the latest instant was gone in it.
  void lose(std::int64_t t) {
    if (t == latest_at_ && latest_live_ > 0) --latest_live_;
  }
  void settle_peak() { peak_ = std::max(peak_, latest_live_); }
  void book_removed(std::int64_t t, bool expired) {
    live_ns_ += clipped(t);
    if (expired && t >= window_.begin && t < window_.end) count_expired(t);
    if (logs_) gone_.push_back(clipped(t));
    if (timeline_ != nullptr && t < window_.end) timeline_->live(t, -1);
  }
  [[nodiscard]] std::int64_t clipped(std::int64_t t) const {
    return std::min(std::max(t, window_.begin), window_.end);
  }
  void count_expired(std::int64_t t);
  [[nodiscard]] std::uint64_t peak_of_sum();

  Window window_;
  TimelineMeter* timeline_ = nullptr;
  bool logs_ = false;
  Int128 live_ns_ = 0;
  Int128 reserved_busy_ns_ = 0;
  std::uint64_t reserved_ = 0;
  std::uint64_t peak_ = 0;  ///< before latest_at_
  std::int64_t latest_at_ = -1;
  std::uint64_t latest_live_ = 0;
  std::uint64_t expired_ = 0;
  std::int64_t latest_expiry_ = 0;       ///< among the expired
  std::uint64_t expired_at_latest_ = 0;  ///< not expired after all if the run ends in that instant
  std::int64_t last_completion_ = 0;
  std::int64_t last_expiry_ = 0;
  std::int64_t horizon_ = 0;
  std::uint64_t staying_ = 0;
  std::vector<Change> changes_{};
  std::vector<std::int64_t> pending_{};  ///< expiries that the end of the run may cut
  std::vector<std::pair<std::int64_t, std::int64_t>> configured_{};
  std::vector<std::int64_t> born_{};
  std::vector<std::int64_t> gone_{};
};

}  // namespace faascast
