#include "sim-core/instance_meter.h"

namespace faascast {

void InstanceMeter::count_expired(std::int64_t t) {
  ++expired_;
  if (t > latest_expiry_) {
    latest_expiry_ = t;
    expired_at_latest_ = 0;
  }
  if (t == latest_expiry_) ++expired_at_latest_;
}

void InstanceMeter::will_expire(std::int64_t t) {
  last_expiry_ = std::max(last_expiry_, t);
  lose(t);
  if (window_.kind == Horizon::Kind::kLastCompletion && t >= last_completion_) {
    pending_.push_back(t);
  } else {
    book_removed(t, true);
  }
}

void InstanceMeter::apply_changes(std::int64_t until) {
  std::size_t n = 0;
  for (; n < changes_.size() && changes_[n].at <= until; ++n) apply(changes_[n]);
  changes_.erase(changes_.begin(), changes_.begin() + static_cast<std::ptrdiff_t>(n));
}

void InstanceMeter::merge(const InstanceMeter& other) {
  logs_ = logs_ || other.logs_;
  live_ns_ += other.live_ns_;
  reserved_busy_ns_ += other.reserved_busy_ns_;
  reserved_ += other.reserved_;
  peak_ = std::max(peak_, other.peak_);
  if (other.latest_at_ > latest_at_) {
    settle_peak();
    latest_at_ = other.latest_at_;
    latest_live_ = other.latest_live_;
  } else {
    peak_ = std::max(peak_, other.latest_live_);
  }
  expired_ += other.expired_;
  if (other.latest_expiry_ == latest_expiry_) {
    expired_at_latest_ += other.expired_at_latest_;
  } else if (other.latest_expiry_ > latest_expiry_) {
    latest_expiry_ = other.latest_expiry_;
    expired_at_latest_ = other.expired_at_latest_;
  }
  last_completion_ = std::max(last_completion_, other.last_completion_);
  last_expiry_ = std::max(last_expiry_, other.last_expiry_);
  staying_ += other.staying_;
  changes_.insert(changes_.end(), other.changes_.begin(), other.changes_.end());
  pending_.insert(pending_.end(), other.pending_.begin(), other.pending_.end());
  configured_.insert(configured_.end(), other.configured_.begin(), other.configured_.end());
  born_.insert(born_.end(), other.born_.begin(), other.born_.end());
  gone_.insert(gone_.end(), other.gone_.begin(), other.gone_.end());
}

std::int64_t InstanceMeter::own_end() const {
  switch (window_.kind) {
    case Horizon::Kind::kAt:
      return window_.end;
    case Horizon::Kind::kDrain:
      return std::max(last_completion_, last_expiry_);
    case Horizon::Kind::kLastCompletion:
      break;
  }
  return last_completion_;
}

void InstanceMeter::close(std::int64_t at_least) {
  horizon_ = own_end();
  if (window_.kind != Horizon::Kind::kAt) {
    horizon_ = std::max(horizon_, at_least);
    if (latest_expiry_ >= horizon_) expired_ -= expired_at_latest_;
  }
  window_.end = std::max(horizon_, window_.begin);
  expired_at_latest_ = 0;
  for (const Change& c : changes_) apply(c);
  changes_.clear();
  for (const std::int64_t t : pending_) book_removed(t, true);
  pending_.clear();
  live_ns_ += static_cast<Int128>(staying_) * window_.end;
  if (logs_) {
    peak_ = peak_of_sum();
  } else if (latest_at_ < window_.end) {
    settle_peak();
  }
  if (span() == 0) peak_ = 0;
}

Int128 InstanceMeter::configured_ns() const {
  Int128 sum = 0;
  for (const auto& [from, to] : configured_) sum += clipped(to) - clipped(from);
  return sum;
}

std::uint64_t InstanceMeter::peak_of_sum() {
  std::sort(born_.begin(), born_.end());
  std::sort(gone_.begin(), gone_.end());
  std::int64_t live = 0;
  std::int64_t peak = 0;
  std::size_t g = 0;
  for (std::size_t b = 0; b < born_.size() && born_[b] < window_.end;) {
    const std::int64_t t = born_[b];
    for (; b < born_.size() && born_[b] == t; ++b) ++live;
    for (; g < gone_.size() && gone_[g] <= t; ++g) --live;
    peak = std::max(peak, live);
  }
  return static_cast<std::uint64_t>(peak);
}

}  // namespace faascast
