#include <bit>
#include <utility>

#include "sim-core/detailed_pool.h"

namespace faascast {

void DetailedPool::put_on(std::uint32_t slot, std::uint32_t task) {
  Instance& instance = instances_[slot];
  const List from = instance.in;
  const bool idle = from == kIdle || from == kWarmIdle;
  if (idle) {
    leave_list(slot);
    instance.expires_at = kNever;
    instance.billed_from = now_;
    instance.work.reset(now_);
    begin_active(instance);
  } else if (from != kStarting) {
    instance.work.elapse(now_, speeds_.of(instance.count));
  }
  attach(slot, task);
  if (instance.count >= plan_.concurrency) {
    if (!idle) leave_list(slot);
  } else if (idle) {
    enter(room_list(instance), slot);
  }
}

/// One more request on an instance. @pre its work has elapsed until now
void DetailedPool::attach(std::uint32_t slot, std::uint32_t id) {
  Instance& instance = instances_[slot];
  Task& task = tasks_[id];
  task.slot = slot;
  task.state = State::kRunning;
  ++instance.count;
  if (counts_load_) {
    count_requests(task.pool, 1);
    count_cpu(slot);
  }
  if (shares_) {
    ++pools_[task.pool].in_flight;
    if (!has_reserved(pools_[task.pool])) ++in_flight_;
  }
  if (instance.reserved) pools_[task.pool].warm_load.add_requests(now_, 1);
  if (!instance.ready) {
    instance.joined.push_back(id);
    return;
  }
  if (timing_.has_unlike_instances()) fit(instance, task);
  task.stay = timing_.warm_stay(task.request);
  task.stay.joined = task.queued && instance.own && instance.ready_at == now_;
  task.start = now_;
  serve(slot, id);
  arm(slot);
}

void DetailedPool::serve(std::uint32_t slot, std::uint32_t id) {
  Task& task = tasks_[id];
  task.served_from = now_;
  instances_[slot].work.add(task.stay.busy - task.stay.start, id);
  if (speeds_.contend() && timing_.timeout() != kNever) {
    events_.push({later(now_, timing_.timeout()), Kind::kDeadline, task.pool, task.request.number,
                  id, task.serial});
  }
}

void DetailedPool::create_for(std::uint32_t id) {
  Task& task = tasks_[id];
  const std::uint32_t slot = create(task.pool, false);
  Instance& instance = instances_[slot];
  std::int64_t cpu = task.cpu;
  if (timing_.has_unlike_instances()) {
    instance.factor =
        timing_.instance_factor(task.request.function, task.request.number, task.attempt);
    fit(instance, task);
    cpu = Noise::applied(cpu, instance.factor);
  }
  task.stay = timing_.cold_stay(task.request, cpu);
  task.start = now_;
  const std::int64_t init = task.stay.billed - (task.stay.busy - task.stay.start);
  instance.billed_from = now_ + task.stay.start - std::max<std::int64_t>(init, 0);
  const double failing =
      plan_.init_failure > 0.0
          ? uniform_from_word(word(task.request, Purpose::kFailure, task.attempt))
          : 1.0;
  instance.fails = failing < plan_.init_failure;
  begin_active(instance);
  attach(slot, id);
  if (task.stay.start == 0 && !instance.fails) return become_ready(slot);
  events_.push({now_ + task.stay.start, Kind::kReady, task.pool, task.request.number, slot, 0});
  if (instance.count < plan_.concurrency) enter(kStarting, slot);
}

void DetailedPool::become_ready(std::uint32_t slot) {
  Instance& instance = instances_[slot];
  instance.ready = true;
  if (instance.in == kStarting) leave_list(slot);
  instance.work.reset(now_);
  for (std::size_t i = 0; i < instance.joined.size(); ++i) {
    Task& task = tasks_[instance.joined[i]];
    if (i > 0 || instance.own) {
      if (timing_.has_unlike_instances()) fit(instance, task);
      task.stay = timing_.warm_stay(task.request);
      task.stay.joined = true;
      task.start = now_;
    }
    serve(slot, instance.joined[i]);
  }
  instance.joined.clear();
  if (counts_load_) count_cpu(slot);
  arm(slot);
  if (instance.count < plan_.concurrency && !instance.draining) enter(room_list(instance), slot);
}

void DetailedPool::fail_start(std::uint32_t slot) {
  Instance& instance = instances_[slot];
  const std::uint32_t pool = instance.pool;
  const std::int64_t init = now_ - instance.billed_from;
  if (plan_.metering.bills_init && !instance.own) {
    ledger_.charge(tasks_[instance.joined.front()].request, init);
    if (per_period_) ledger_.bill_period(instance.active_since, init);
  }
  if (!instance.joined.empty()) meter_.completed_until(now_);
  end_active(instance, false);
  const std::vector<std::uint32_t> joined = std::move(instance.joined);
  instance.joined.clear();
  const bool own = instance.own;
  for (std::size_t i = 0; i < joined.size(); ++i) leave(pool);
  remove(slot, false);
  for (std::size_t i = 0; i < joined.size(); ++i) {
    ledger_.add_failed_start(tasks_[joined[i]].request, i > 0 || own);
    turn_away(joined[i], true);
  }
  serve_queue(pool);
}

void DetailedPool::complete(std::uint32_t id) {
  const Task& task = tasks_[id];
  const std::uint32_t slot = task.slot;
  Stay stay = task.stay;
  if (task.late) stay.outcome = Outcome::kTimedOut;
  stay.slowed = now_ - task.served_from - (stay.busy - stay.start);
  stay.busy = now_ - task.start;
  stay.billed += stay.slowed;
  ledger_.charge(task.request, stay.billed, provisioned(instances_[slot]));
  ledger_.add_served(task.request, task.start, stay);
  meter_.completed_until(now_);
  instances_[slot].last_number = task.request.number;
  instances_[slot].last_sub = 0;
  ++instances_[slot].served;
  --instances_[slot].count;
  --instances_[slot].done;
  if (counts_load_) count_cpu(slot);
  if (instances_[slot].reserved) pools_[task.pool].warm_load.add_requests(now_, -1);
  leave(task.pool);
  free_task(id);
  after_completion(slot);
}

void DetailedPool::after_completion(std::uint32_t slot) {
  Instance& instance = instances_[slot];
  const std::uint32_t index = instance.pool;
  Pool& pool = pools_[index];
  if (instance.count > 0) {
    if (instance.count + 1 == plan_.concurrency && !instance.draining) {
      enter(room_list(instance), slot);
    }
  } else if (instance.draining) {
    end_active(instance, true);
    remove(slot, false);
  } else if (pool.waiting > 0 && !shares_) {
    const std::uint32_t next = head(pool);
    pop_head(pool);
    attach(slot, next);
  } else {
    if (instance.in != kLists) leave_list(slot);
    end_active(instance, true);
    make_idle(slot);
  }
  serve_queue(index);
}

/// Those that are done count no more: no time passes until they are gone.
void DetailedPool::arm(std::uint32_t slot) {
  const Instance& instance = instances_[slot];
  next_.set(slot, instance.work.next_done(speeds_.of(instance.count - instance.done)));
}

// ---- instances

/// A request has left its instance.
void DetailedPool::leave(std::uint32_t index) {
  Pool& pool = pools_[index];
  if (shares_) {
    --pool.in_flight;
    if (!has_reserved(pool)) --in_flight_;
  }
  if (counts_load_) count_requests(index, -1);
}

/// The request's times on this instance.
void DetailedPool::fit(Instance& instance, Task& task) const {
  if (task.request.own_time) return;
  task.request.warm = timing_.on_instance(task.warm, task.cpu, instance.factor);
}

std::uint32_t DetailedPool::create(std::uint32_t index, bool reserved) {
  if (free_instances_.empty()) {
    free_instances_.push_back(static_cast<std::uint32_t>(instances_.size()));
    instances_.emplace_back();
    for (auto& places : place_of_) places.push_back(0);
  }
  const std::uint32_t slot = free_instances_.back();
  free_instances_.pop_back();
  Pool& pool = pools_[index];
  Instance& instance = instances_[slot];
  instance.serial = ++serial_;
  instance.created = instance.last_number = pool.created++;
  instance.last_sub = kOwnStart;
  instance.born = now_;
  instance.served = 0;
  instance.milli_cpu = 0;
  instance.reserved = reserved;
  instance.own = false;
  if (timing_.has_unlike_instances()) {
    instance.factor = timing_.instance_factor(pool.function, instance.created, kOwnStart);
  }
  instance.expires_at = instance.event_at = kNever;
  instance.pool = index;
  instance.count = instance.done = 0;
  instance.in = kLists;
  instance.live = true;
  instance.ready = instance.fails = instance.draining = false;
  if (by_creation()) {
    for (std::size_t list = 0; list < kLists; ++list) {
      pool.order[list].append(slot, place_of_[list]);
    }
  }
  ++pool.live;
  meter_.created(now_, pool.live);
  if (reserved) {
    pool.warm.push_back(slot);
    if (!plan_.warm->provisioned) meter_.reserve_from(now_);
    return slot;
  }
  ++pool.steady;
  if (knative_) pool.others.push_back(slot);
  if (plan_.maximum_life > Duration::zero()) arm_end_of_life(slot);
  return slot;
}

void DetailedPool::remove(std::uint32_t slot, bool expired) {
  Instance& instance = instances_[slot];
  Pool& pool = pools_[instance.pool];
  if (instance.in != kLists) leave_list(slot);
  if (by_creation()) {
    for (std::size_t list = 0; list < kLists; ++list) {
      pool.order[list].erase(place_of_[list][slot]);
    }
  }
  instance.live = false;
  instance.serial = 0;
  --pool.live;
  if (counts_load_) count_cpu(slot);
  if (instance.reserved && !plan_.warm->provisioned) meter_.release_at(now_);
  if (!instance.draining && !instance.reserved) {
    --pool.steady;
    if (knative_) forget(pool.others, slot);
  }
  free_instances_.push_back(slot);
  if (expired) {
    meter_.will_expire(now_);
  } else {
    meter_.removed(now_, false);
  }
}

void DetailedPool::begin_active(Instance& instance) {
  instance.active_since = now_;
  if (instance.reserved) {
    if (!plan_.warm->provisioned) meter_.reserved_step_up(now_);
    return;
  }
  if (++pools_[instance.pool].busy <= plan_.minimum_instances) meter_.reserved_step_up(now_);
}

void DetailedPool::end_active(Instance& instance, bool bills) {
  if (instance.reserved) {
    if (!plan_.warm->provisioned) meter_.reserved_step_down(now_);
  } else if (pools_[instance.pool].busy-- <= plan_.minimum_instances) {
    meter_.reserved_step_down(now_);
  }
  ledger_.add_busy(instance.active_since, now_);
  if (bills && per_period_) {
    ledger_.bill_period(instance.active_since, now_ - instance.billed_from, provisioned(instance));
  }
}

void DetailedPool::make_idle(std::uint32_t slot) {
  Instance& instance = instances_[slot];
  if (!instance.reserved) instance.idle_period = ++pools_[instance.pool].idle_periods;
  instance.idle_since = now_;
  enter(idle_list(instance), slot);
  if (instance.reserved || knative_) return;
  const std::uint64_t serial = instance.serial;
  const std::int64_t life = idle_life(slot);
  if (instances_[slot].serial != serial || instances_[slot].in != kIdle) return;  // gone already
  instances_[slot].expires_at = later(now_, life);
  arm_expiry(slot);
}

std::int64_t DetailedPool::idle_life(std::uint32_t slot) {
  const Instance& instance = instances_[slot];
  const std::int64_t keep_alive = plan_.keep_alive.count();
  if (policy_) return ask_for_life(slot);
  switch (plan_.keep_alive_rule) {
    case KeepAliveRule::kFixed:
      break;
    case KeepAliveRule::kHistogram: {
      Pool& pool = pools_[instance.pool];
      const bool untouched = instance.last_sub == kOwnStart;
      if (untouched && pool.ahead_until > now_) return pool.ahead_until - now_;
      IdleTimes::Windows windows;
      if (!pool.idle_times.windows(plan_.idle_histogram, windows)) break;
      if (windows.pre > 0 && pool.load.requests() == 0 && !untouched) {
        empty_out(instance.pool, windows);
      }
      return windows.life;
    }
    case KeepAliveRule::kDrawn: {
      Request last;
      last.function = pools_[instance.pool].function;
      last.number = instance.last_number;
      return plan_.idle_life.at_word(word(last, Purpose::kKeepAlive, instance.last_sub)).count();
    }
    case KeepAliveRule::kHalving: {
      const Int128 life =
          static_cast<Int128>(keep_alive) * (1 + std::countr_zero(instance.idle_period));
      return static_cast<std::int64_t>(std::min<Int128>(life, kNever));
    }
  }
  return keep_alive;
}

/// One event an instance: it is looked at again when it fires.
void DetailedPool::arm_expiry(std::uint32_t slot) {
  Instance& instance = instances_[slot];
  if (instance.expires_at >= instance.event_at) return;
  instance.event_at = instance.expires_at;
  events_.push({instance.expires_at, Kind::kExpiry, instance.pool, instance.idle_period, slot,
                instance.serial});
}

void DetailedPool::arm_end_of_life(std::uint32_t slot) {
  const Instance& instance = instances_[slot];
  const std::int64_t at = later(now_, plan_.maximum_life.count());
  if (at == kNever) return;
  events_.push({at, Kind::kEndOfLife, instance.pool, instance.created, slot, instance.serial});
}

void DetailedPool::expire(const Event& event) {
  Instance& instance = instances_[event.id];
  if (instance.serial != event.serial || instance.event_at != event.at) return;
  instance.event_at = kNever;
  if (instance.in != kIdle || instance.expires_at == kNever) return;
  if (instance.expires_at > event.at || instance.idle_period != event.order) {
    return arm_expiry(event.id);  // used since
  }
  if (pools_[event.pool].steady <= plan_.minimum_instances) {
    instance.expires_at = kNever;
    return;
  }
  if (pools_[event.pool].steady <= pools_[event.pool].wanted) {
    instance.expires_at = later(now_, period());
    return arm_expiry(event.id);
  }
  remove(event.id, true);
  serve_queue(event.pool);
}

void DetailedPool::end_life(const Event& event) {
  Instance& instance = instances_[event.id];
  if (instance.serial != event.serial) return;
  Pool& pool = pools_[event.pool];
  const bool starts_alone = instance.own && !instance.ready;
  if (starts_alone || pool.steady <= plan_.minimum_instances) return arm_end_of_life(event.id);
  if (instance.in == kIdle) {
    remove(event.id, true);
  } else {
    if (instance.in != kLists) leave_list(event.id);
    instance.draining = true;
    --pool.steady;
    if (knative_) forget(pool.others, event.id);
  }
  serve_queue(event.pool);
}

// ---- lists

void DetailedPool::enter(List list, std::uint32_t slot) {
  Instance& instance = instances_[slot];
  Pool& pool = pools_[instance.pool];
  Pool::Ends& ends = pool.list[list];
  instance.in = list;
  instance.older = ends.newest;
  instance.newer = kNone;
  (ends.newest == kNone ? ends.oldest : instances_[ends.newest].newer) = slot;
  ends.newest = slot;
  if (by_creation()) pool.order[list].set_idle(place_of_[list][slot]);
}

void DetailedPool::leave_list(std::uint32_t slot) {
  Instance& instance = instances_[slot];
  Pool& pool = pools_[instance.pool];
  Pool::Ends& ends = pool.list[instance.in];
  (instance.older == kNone ? ends.oldest : instances_[instance.older].newer) = instance.newer;
  (instance.newer == kNone ? ends.newest : instances_[instance.newer].older) = instance.older;
  if (by_creation()) pool.order[instance.in].set_busy(place_of_[instance.in][slot]);
  instance.in = kLists;
}

std::uint32_t DetailedPool::chosen(const Pool& pool, List list, const Request& request) const {
  const CreationOrder& order = pool.order[list];
  switch (plan_.reuse_order) {
    case ReuseOrder::kMostRecentlyIdle:
      return pool.list[list].newest;
    case ReuseOrder::kLeastRecentlyUsed:
      return pool.list[list].oldest;
    case ReuseOrder::kNewestFirst:
      return order.idle_at(order.idle() - 1);
    case ReuseOrder::kOldestFirst:
      return order.idle_at(0);
    case ReuseOrder::kRandom:
      break;
  }
  const double u = uniform_from_word(word(request, Purpose::kReuse, 0));
  const auto k = static_cast<std::uint64_t>(u * static_cast<double>(order.idle()));
  return order.idle_at(std::min(k, order.idle() - 1));
}

}  // namespace faascast
