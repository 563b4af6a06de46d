#include <algorithm>

#include "sim-core/detailed_pool.h"

// What no single request asks for: warm capacity, scaling policies, starts ahead of requests.
namespace faascast {

// ---- instances that start by themselves

std::uint32_t DetailedPool::start_own(std::uint32_t index) {
  const std::uint32_t slot = create(index, false);
  Instance& instance = instances_[slot];
  instance.own = true;
  ledger_.add_own_start(now_);
  const std::uint32_t function = pools_[index].function;
  const Timing::OwnStart start = timing_.own_start(function, instance.created);
  const std::int64_t ready_at = now_ + start.placement + start.init;
  instance.billed_from = ready_at;
  if (plan_.metering.bills_init && now_ < meter_.window().end) {
    ledger_.bill_period(now_, start.init);
  }
  if (plan_.init_failure > 0.0) {
    const Stream stream(seed_.seed, function, Purpose::kFailure, kOwnStart, seed_.replication);
    instance.fails = stream.uniform(instance.created) < plan_.init_failure;
  }
  begin_active(instance);
  if (!knative_) enter(kStarting, slot);
  await_ready(slot, ready_at);
  return slot;
}

void DetailedPool::await_ready(std::uint32_t slot, std::int64_t ready_at) {
  constexpr std::uint64_t kAfterRequests = std::uint64_t{1} << 63U;
  const Instance& instance = instances_[slot];
  events_.push({ready_at, Kind::kReady, instance.pool, kAfterRequests | instance.created, slot,
                instance.serial});
}

void DetailedPool::become_ready_alone(std::uint32_t slot) {
  Instance& instance = instances_[slot];
  const std::uint32_t pool = instance.pool;
  if (instance.fails) return fail_start(slot);
  if (instance.reserved) {
    instance.ready = true;
    enter(kWarmIdle, slot);
    return serve_queue(pool);
  }
  instance.ready_at = now_;
  if (!instance.joined.empty()) {
    become_ready(slot);
    return serve_queue(pool);
  }
  instance.ready = true;
  if (instance.in == kStarting) leave_list(slot);
  end_active(instance, false);
  if (instance.draining) {
    remove(slot, false);
  } else {
    make_idle(slot);
  }
  serve_queue(pool);
}

// ---- warm capacity

void DetailedPool::start_warm(std::uint32_t index, std::uint32_t count, bool at_once) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t slot = create(index, true);
    if (at_once || plan_.warm->lead == Duration::zero()) {
      instances_[slot].ready = true;
      enter(kWarmIdle, slot);
    } else {
      await_ready(slot, later(now_, plan_.warm->lead.count()));
    }
  }
}

void DetailedPool::set_warm(std::uint32_t index, std::uint64_t wanted) {
  const std::uint64_t present = pools_[index].warm.size();
  if (wanted != present) pools_[index].warm_changed = now_;
  for (std::uint64_t n = present; n > wanted; --n) give_up_warm(pools_[index].warm.back());
  if (wanted > present) start_warm(index, static_cast<std::uint32_t>(wanted - present), false);
}

void DetailedPool::give_up_warm(std::uint32_t slot) {
  Instance& instance = instances_[slot];
  pools_[instance.pool].warm.pop_back();
  if (plan_.warm->provisioned) {
    const std::int64_t step = std::max<std::int64_t>(plan_.warm->configured_step.count(), 1);
    const std::int64_t steps = (now_ - instance.born + step - 1) / step;
    meter_.configured(instance.born, instance.born + steps * step);
  }
  if (instance.count == 0) return remove(slot, false);
  if (instance.in != kLists) leave_list(slot);
  instance.draining = true;
}

/// The next change, or the next look at the use.
void DetailedPool::await_warm(std::uint32_t index) {
  Pool& pool = pools_[index];
  const WarmCapacity& rule = *plan_.warm;
  std::int64_t at = kNever;
  if (rule.tracking) {
    const std::int64_t period = std::max<std::int64_t>(rule.tracking->period.count(), 1);
    at = (now_ / period + 1) * period;
    if (now_ == 0) pool.warm_load.resume(0, 1);
  } else if (!rule.schedule.empty()) {
    if (pool.warm_step == rule.schedule.size()) {
      if (rule.repeats == Duration::zero()) return;
      pool.warm_step = 0;
      ++pool.warm_cycle;
    }
    at = rule.schedule[pool.warm_step].at.count() +
         static_cast<std::int64_t>(pool.warm_cycle) * rule.repeats.count();
  }
  if (at != kNever) events_.push({at, Kind::kWarm, index, 0, 0, 0});
}

void DetailedPool::step_warm(std::uint32_t index) {
  Pool& pool = pools_[index];
  const WarmCapacity& rule = *plan_.warm;
  if (rule.tracking) {
    const TargetTracking& to = *rule.tracking;
    const std::int64_t period = std::max<std::int64_t>(to.period.count(), 1);
    const auto number = static_cast<std::uint64_t>(now_ / period);
    pool.warm_load.tick(now_, number);
    const double load = pool.warm_load.average(number, 1, period).requests;
    const std::uint64_t wanted = std::clamp<std::uint64_t>(
        instances_for(load, to.target * plan_.concurrency), to.minimum, to.maximum);
    const bool may_fall = now_ - pool.warm_changed >= to.cooldown.count();
    if (wanted > pool.warm.size() || may_fall) set_warm(index, wanted);
  } else {
    set_warm(index, rule.schedule[pool.warm_step++].instances);
  }
  await_warm(index);
  serve_queue(index);
}

// ---- ticks

void DetailedPool::resume_ticks(std::uint32_t index) {
  if (plan_.scaling.rule == ScalingRule::kPerRequest || policy_) return;
  Pool& pool = pools_[index];
  // The ticks before the first request found nothing to do.
  if (knative_ && pool.load.request_ns() == 0 && now_ >= period()) {
    pool.knative.wanted(plan_.scaling, plan_.concurrency,
                        {period(), 0.0, 0.0, pool.steady, pool.steady});
  }
  pool.ticks = true;
  pool.load.resume(now_, ticks_in(plan_.scaling.window));
  events_.push({(now_ / period() + 1) * period(), Kind::kTick, index, 0, 0, 0});
}

void DetailedPool::tick(std::uint32_t index) {
  Pool& pool = pools_[index];
  const auto number = static_cast<std::uint64_t>(now_ / period());
  pool.load.tick(now_, number);
  if (knative_) {
    tick_knative(index, number);
  } else {
    tick_cloud_run(index, number);
  }
  if (pools_[index].ticks) {
    events_.push({now_ + period(), Kind::kTick, index, 0, 0, 0});
  }
  serve_queue(index);
}

void DetailedPool::tick_knative(std::uint32_t index, std::uint64_t number) {
  Pool& pool = pools_[index];
  const std::uint64_t window = ticks_in(plan_.scaling.window);
  KnativeScaler::Input in;
  in.now = now_;
  in.stable = pool.load.average(number, window, period()).requests;
  const std::uint64_t panic = std::min(ticks_in(plan_.scaling.panic_window), window);
  in.panic = pool.load.average(number, panic, period()).requests;
  in.live = pool.steady;
  in.ready = static_cast<std::uint64_t>(
      std::count_if(pool.others.begin(), pool.others.end(),
                    [&](std::uint32_t slot) { return instances_[slot].ready; }));
  std::uint64_t wanted = pool.knative.wanted(plan_.scaling, plan_.concurrency, in);
  wanted = std::min<std::uint64_t>(std::max<std::uint64_t>(wanted, plan_.minimum_instances),
                                   plan_.max_instances);
  while (pool.steady < wanted && pool.live < plan_.max_instances && take_token(pool)) {
    start_own(index);
  }
  while (pool.steady > wanted) give_up_newest(index);
  const bool all_ready = in.ready == pool.steady;
  pool.ticks = pool.load.requests() > 0 || in.stable > 0.0 || pool.knative.panics(now_) ||
               pool.steady != plan_.minimum_instances || !all_ready;
}

/// Of those that start, else of the idle ones, else of those in use.
void DetailedPool::give_up_newest(std::uint32_t index) {
  Pool& pool = pools_[index];
  const auto newest = [&](const auto& has) {
    const auto found = std::find_if(pool.others.rbegin(), pool.others.rend(),
                                    [&](std::uint32_t slot) { return has(instances_[slot]); });
    return found == pool.others.rend() ? kNone : *found;
  };
  std::uint32_t slot = newest([](const Instance& i) { return !i.ready; });
  if (slot != kNone) {
    end_active(instances_[slot], false);
    return remove(slot, true);
  }
  slot = newest([](const Instance& i) { return i.in == kIdle; });
  if (slot != kNone) return remove(slot, true);
  slot = pool.others.back();
  if (instances_[slot].in != kLists) leave_list(slot);
  instances_[slot].draining = true;
  --pool.steady;
  forget(pool.others, slot);
}

void DetailedPool::forget(std::vector<std::uint32_t>& list, std::uint32_t slot) {
  list.erase(std::find(list.begin(), list.end(), slot));
}

void DetailedPool::tick_cloud_run(std::uint32_t index, std::uint64_t number) {
  Pool& pool = pools_[index];
  const ScalingPolicy& rule = plan_.scaling;
  const PoolLoad::Average load = pool.load.average(number, ticks_in(rule.window), period());
  std::uint64_t wanted = instances_for(load.requests, rule.target * plan_.concurrency);
  if (const auto share = static_cast<double>(plan_.vcpu_share.value()); share > 0.0) {
    wanted = std::max(wanted, instances_for(load.milli_cpu, rule.target * share));
  }
  pool.wanted = std::min<std::uint64_t>(wanted, plan_.max_instances);
  while (pool.steady < pool.wanted && pool.live < plan_.max_instances && take_token(pool)) {
    start_own(index);
  }
  pool.ticks = pool.load.requests() > 0 || pool.wanted > 0;
}

// ---- load

void DetailedPool::count_requests(std::uint32_t index, std::int64_t change) {
  if (!counts_load_) return;
  Pool& pool = pools_[index];
  pool.load.add_requests(now_, change);
  if (pool.load.requests() == 0) pool.empty_since = now_;
}

/// n requests use n CPUs, as far as there are so many.
void DetailedPool::count_cpu(std::uint32_t slot) {
  Instance& instance = instances_[slot];
  const std::int64_t share = plan_.vcpu_share.value();
  if (share == 0) return;
  std::int64_t milli = 0;
  if (instance.live && instance.ready)
    milli = std::min<std::int64_t>(1000LL * instance.count, share);
  if (milli == instance.milli_cpu) return;
  pools_[instance.pool].load.add_cpu(now_, milli - instance.milli_cpu);
  instance.milli_cpu = static_cast<std::uint32_t>(milli);
}

// ---- ahead of the next request

/// The function has become empty: all idle instances go, one comes back in time.
void DetailedPool::empty_out(std::uint32_t index, const IdleTimes::Windows& windows) {
  Pool& pool = pools_[index];
  pool.ahead_at = later(now_, windows.pre);
  pool.ahead_until = later(now_, windows.life);
  events_.push({pool.ahead_at, Kind::kAhead, index, 0, 0, 0});
  while (pool.list[kIdle].oldest != kNone && pool.steady > plan_.minimum_instances) {
    remove(pool.list[kIdle].oldest, true);
  }
}

void DetailedPool::begin_ahead(const Event& event) {
  Pool& pool = pools_[event.pool];
  if (pool.ahead_at != event.at) return;
  pool.ahead_at = kNever;
  if (pool.steady > 0 || pool.live >= plan_.max_instances || !take_token(pool)) return;
  start_own(event.pool);
  serve_queue(event.pool);
}

// ---- the end

/// No request is left: what acts by the clock goes on until the end of the run.
void DetailedPool::run_on() {
  const Window& window = meter_.window();
  if (window.kind == Horizon::Kind::kAt) {
    if (window.end - 1 > now_) run_until(window.end - 1);
  } else if (window.kind == Horizon::Kind::kDrain) {
    while (!quiet() && next_at() != kNever) run_until(next_at());
    meter_.rests_at(now_);
  }
  if (window.kind == Horizon::Kind::kLastCompletion) meter_.completed_until(now_);
  if (window.kind == Horizon::Kind::kAt) now_ = std::max(now_, window.end);
  for (Instance& i : instances_) {
    if (i.live && i.own && !i.ready) end_active(i, false);  // it starts still
  }
}

/// Nothing is left that will expire.
bool DetailedPool::quiet() const {
  for (const Pool& pool : pools_) {
    if (pool.ticks || pool.ahead_at != kNever) return false;
  }
  return std::none_of(instances_.begin(), instances_.end(), [&](const Instance& i) {
    if (!i.live || i.reserved) return false;
    const bool ages =
        plan_.maximum_life > Duration::zero() && pools_[i.pool].steady > plan_.minimum_instances;
    return !i.ready || i.expires_at != kNever || ages;
  });
}

}  // namespace faascast
