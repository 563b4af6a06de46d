#include "sim-core/server_pool.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace faascast {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

}  // namespace

FixedServers::FixedServers(const ServerPlan& plan, InstanceMeter& meter)
    : replicas_(std::max<std::uint32_t>(plan.replicas, 1)), limit_(plan.queue_limit) {
  for (std::uint64_t live = 1; live <= replicas_; ++live) meter.created(0, live);
  const std::uint64_t workers = replicas_ * std::max<std::uint32_t>(plan.workers_per_replica, 1);
  for (std::uint64_t i = 0; i < workers; ++i) free_at_.push(0);
}

void FixedServers::finish(InstanceMeter& meter) {
  meter.completed_until(last_);
  meter.opens_with(replicas_);
  meter.stays(replicas_);
}

ScaledServers::ScaledServers(const ServerPlan& plan, InstanceMeter& meter)
    : rule_(*plan.autoscale),
      workers_(std::max<std::uint32_t>(plan.workers_per_replica, 1)),
      limit_(plan.queue_limit) {
  rule_.minimum = std::max<std::uint32_t>(rule_.minimum, 1);
  rule_.maximum = std::max(rule_.maximum, rule_.minimum);
  rule_.period = std::max(rule_.period, Duration(1));
  const double target = std::round(rule_.target_utilisation * static_cast<double>(kMillion));
  target_ = static_cast<std::int64_t>(std::clamp(target, 1.0, 1e9));
  next_tick_ = rule_.period.count();
  add_replicas(std::clamp(plan.replicas, rule_.minimum, rule_.maximum), 0, 0, meter);
  while (!booting_.empty()) make_first_ready();
}

std::int64_t ScaledServers::next_event() const {
  std::int64_t t = next_tick_;
  if (!completions_.empty()) t = std::min(t, completions_.top().done);
  if (!booting_.empty()) t = std::min(t, replicas_[booting_.front()].ready_at);
  return t;
}

std::optional<std::uint32_t> ScaledServers::free_replica() {
  while (!free_.empty()) {
    const Replica& r = replicas_[free_.top()];
    if (r.takes && r.busy < workers_) return free_.top();
    free_.pop();
  }
  return std::nullopt;
}

void ScaledServers::occupy(std::uint32_t replica, std::int64_t done, std::uint64_t number) {
  ++replicas_[replica].busy;
  ++busy_;
  completions_.push({done, number, replica});
}

void ScaledServers::add_replicas(std::uint32_t count, std::int64_t now, std::int64_t ready_at,
                                 InstanceMeter& meter) {
  for (; count > 0; --count) {
    booting_.push_back(static_cast<std::uint32_t>(replicas_.size()));
    replicas_.push_back({0, ready_at, true});
    ++taking_;
    meter.created(now, ++live_);
  }
}

void ScaledServers::make_first_ready() {
  const std::uint32_t replica = booting_.front();
  booting_.pop_front();
  if (replicas_[replica].takes) free_.push(replica);
}

void ScaledServers::complete_first(InstanceMeter& meter) {
  const Completion c = completions_.top();
  completions_.pop();
  meter.completed_until(c.done);
  --busy_;
  Replica& r = replicas_[c.replica];
  if (r.takes && r.busy == workers_) free_.push(c.replica);
  if (--r.busy == 0 && !r.takes) {
    --live_;
    meter.removed(c.done, false);
  }
}

void ScaledServers::elapse(std::int64_t now) {
  if (now <= now_) return;
  const Int128 span = now - now_;
  busy_ns_ += span * busy_;
  live_ns_ += span * live_;
  now_ = now;
}

void ScaledServers::skip_quiet_ticks(std::int64_t now) {
  const bool quiet =
      busy_ == 0 && busy_ns_ == 0 && queue_.empty() && booting_.empty() && taking_ == rule_.minimum;
  if (!quiet || now < next_tick_) return;
  const std::int64_t period = rule_.period.count();
  const std::int64_t last = now / period * period;
  elapse(last);
  live_ns_ = 0;
  next_tick_ = last + period;
}

void ScaledServers::tick(std::int64_t now, InstanceMeter& meter) {
  next_tick_ = now + rule_.period.count();
  const Int128 needed = busy_ns_ * taking_ * kMillion;
  const Int128 each = std::max<Int128>(live_ns_ * workers_ * target_, 1);
  busy_ns_ = live_ns_ = 0;
  const Int128 wanted = (needed + each - 1) / each;
  const auto desired =
      static_cast<std::uint32_t>(std::clamp<Int128>(wanted, rule_.minimum, rule_.maximum));
  if (desired > taking_) {
    add_replicas(desired - taking_, now, now + rule_.boot_lag.count(), meter);
    last_change_ = now;
  } else if (desired < taking_ &&
             (!last_change_ || now - *last_change_ >= rule_.cooldown.count())) {
    remove_replicas(taking_ - desired, now, meter);
    last_change_ = now;
  }
}

void ScaledServers::remove_replicas(std::uint32_t count, std::int64_t now, InstanceMeter& meter) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < replicas_.size(); ++i) {
    if (replicas_[i].takes) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return replicas_[a].busy != replicas_[b].busy ? replicas_[a].busy < replicas_[b].busy : a > b;
  });
  for (std::uint32_t i = 0; i < count; ++i) {
    Replica& r = replicas_[order[i]];
    r.takes = false;
    --taking_;
    if (r.busy > 0) continue;
    --live_;
    meter.removed(now, false);
  }
}

}  // namespace faascast
