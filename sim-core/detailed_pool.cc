#include "sim-core/detailed_pool.h"

#include <tuple>
#include <utility>

namespace faascast {
bool needs_detailed_pool(const PoolPlan& plan) {
  return plan.concurrency > 1 || plan.keep_alive_rule != KeepAliveRule::kFixed ||
         plan.maximum_life > Duration::zero() || plan.scale_out || plan.queue_limit ||
         plan.patience || plan.retry.most > 0 || plan.init_failure > 0.0 ||
         plan.account_concurrency > 0 || plan.warm || plan.policy ||
         plan.scaling.rule != ScalingRule::kPerRequest ||
         plan.metering.basis == Metering::Basis::kPerActiveInstance;
}

bool acts_by_the_clock(const PoolPlan& plan) {
  return plan.policy || plan.scaling.rule != ScalingRule::kPerRequest ||
         plan.keep_alive_rule == KeepAliveRule::kHistogram ||
         (plan.warm && (plan.warm->tracking || !plan.warm->schedule.empty()));
}

DetailedPool::DetailedPool(const PoolPlan& plan, const Timing& timing, ReplaySeed seed,
                           Ledger& ledger, InstanceMeter& meter)
    : plan_(plan),
      timing_(timing),
      seed_(seed),
      ledger_(ledger),
      meter_(meter),
      speeds_(std::max<std::uint32_t>(plan.concurrency, 1), plan.vcpu_share.value()),
      knative_(plan.scaling.rule == ScalingRule::kKnative && !plan.policy),
      queues_((plan.at_limit == AtLimit::kQueue || knative_) && plan.max_instances > 0),
      per_period_(plan.metering.basis == Metering::Basis::kPerActiveInstance),
      counts_load_(plan.scaling.rule != ScalingRule::kPerRequest ||
                   plan.keep_alive_rule == KeepAliveRule::kHistogram),
      shares_(plan.account_concurrency > 0 || plan.policy),
      first_list_(plan.warm ? kWarmRoom : kRoom),
      last_list_(knative_ ? kIdle : kStarting),
      account_left_(plan.account_concurrency) {
  for (const ReservedConcurrency& r : plan.reserved) {
    if (r.function >= reserved_.size()) reserved_.resize(r.function + std::size_t{1}, -1);
    reserved_[r.function] = r.requests;
    account_left_ -= std::min<std::uint64_t>(r.requests, account_left_);
  }
}

void DetailedPool::begin(std::uint32_t pools, std::uint32_t function) {
  if (begun_ || !acts_by_the_clock(plan_)) return;
  begun_ = true;
  if (plan_.policy) start_policy();
  for (std::uint32_t f = 0; f < pools; ++f) pool_at(f, pools > 1 ? f : function);
}

DetailedPool::Pool& DetailedPool::pool_at(std::uint32_t index, std::uint32_t function) {
  if (index >= pools_.size()) pools_.resize(index + std::size_t{1});
  Pool& pool = pools_[index];
  if (pool.begun) return pool;
  pool.begun = true;
  pool.function = function;
  if (plan_.scale_out) {
    pool.tokens = static_cast<Int128>(std::max<std::uint32_t>(plan_.scale_out->burst, 1)) *
                  plan_.scale_out->period.count();
  }
  meter_.reserve(plan_.minimum_instances);
  const std::int64_t now = std::exchange(now_, 0);
  for (std::uint32_t i = 0; i < plan_.minimum_instances; ++i) {
    const std::uint32_t slot = create(index, false);
    instances_[slot].ready = true;
    instances_[slot].idle_period = ++pool.idle_periods;
    enter(kIdle, slot);
  }
  if (plan_.warm) {
    start_warm(index, plan_.warm->instances, true);
    await_warm(index);
  }
  now_ = now;
  return pool;
}

void DetailedPool::arrive(std::uint32_t pool, const Request& request, std::int64_t cpu) {
  pool_at(pool, request.function);
  run_until(request.at);
  submit(new_task(pool, request, cpu));
}

void DetailedPool::finish(std::uint32_t pools, bool stopped) {
  begin(pools, 0);
  for (std::uint32_t f = 0; f < pools; ++f) pool_at(f, f);
  if (stopped) leave_waiting();
  while (tasks_in_use_ > 0 && next_at() != kNever) run_until(next_at());
  leave_waiting();
  if (!stopped && acts_by_the_clock(plan_)) run_on();
  if (!open_ && meter_.window().end > meter_.window().begin) run_until(meter_.window().begin);
  hand_over_idle();
  clear();
}

void DetailedPool::leave_waiting() {
  for (std::uint32_t id = 0; id < tasks_.size(); ++id) {
    if (tasks_[id].state != State::kWaiting) continue;
    ledger_.add_unfinished(tasks_[id].request);
    free_task(id);
  }
  for (Pool& pool : pools_) pool.waiting = 0;
}

/// What still idles goes when nothing happens any more: the earliest first, down to the minimum.
void DetailedPool::hand_over_idle() {
  struct End {
    std::int64_t at;
    bool of_life;
    std::uint64_t order;
    std::uint32_t slot;
    bool operator<(const End& b) const {
      return std::tie(at, of_life, order) < std::tie(b.at, b.of_life, b.order);
    }
  };
  std::vector<std::vector<End>> ends(pools_.size());
  for (; !events_.empty(); events_.pop()) {
    const Event e = events_.top();
    if (e.kind != Kind::kEndOfLife || instances_[e.id].serial != e.serial) continue;
    ends[e.pool].push_back({e.at, true, e.order, e.id});
  }
  for (std::uint32_t slot = 0; slot < instances_.size(); ++slot) {
    const Instance& i = instances_[slot];
    if (!i.live || i.reserved || i.expires_at == kNever) continue;
    ends[i.pool].push_back({i.expires_at, false, i.idle_period, slot});
  }
  for (std::size_t f = 0; f < pools_.size(); ++f) {
    std::sort(ends[f].begin(), ends[f].end());
    for (const End& end : ends[f]) {
      if (pools_[f].steady <= plan_.minimum_instances) break;
      if (!instances_[end.slot].live) continue;
      now_ = end.at;
      remove(end.slot, true);
    }
    meter_.stays(pools_[f].live);
    for (const std::uint32_t slot : pools_[f].warm) {
      if (plan_.warm->provisioned) meter_.configured(instances_[slot].born, kNever);
    }
  }
}

void DetailedPool::clear() {
  now_ = 0;
  open_ = begun_ = false;
  host_.reset();
  policy_.reset();
  for (Pool& pool : pools_) {
    std::array<CreationOrder, kLists> order = std::move(pool.order);
    pool = Pool{};
    pool.order = std::move(order);
    for (CreationOrder& o : pool.order) o.clear();
  }
  for (std::uint32_t slot = 0; slot < instances_.size(); ++slot) {
    if (!instances_[slot].live) continue;
    instances_[slot].live = false;
    instances_[slot].serial = 0;
    free_instances_.push_back(slot);
  }
}

// ---- time

std::int64_t DetailedPool::next_at() const {
  if (!done_.empty()) return now_;
  return std::min(next_.at(), events_.empty() ? kNever : events_.top().at);
}

void DetailedPool::run_until(std::int64_t until) {
  const std::int64_t begin = meter_.window().begin;
  if (!open_ && until >= begin) {
    process_until(begin);
    open_ = true;
    std::uint64_t live = 0;
    for (const Pool& pool : pools_) live += pool.live;
    meter_.opens_with(live);
  }
  process_until(until);
}

void DetailedPool::process_until(std::int64_t until) {
  for (std::int64_t t = next_at(); t <= until && t != kNever; t = next_at()) {
    now_ = t;
    while (next_.at() == t) take_done(next_.slot());
    while (!events_.empty() && events_.top().at == t && events_.top().kind == Kind::kDeadline) {
      const Event event = events_.top();
      events_.pop();
      pass_deadline(event);
    }
    if (!done_.empty()) {
      complete_next();
    } else if (!events_.empty() && events_.top().at == t) {
      const Event event = events_.top();
      events_.pop();
      handle(event);
    }
  }
  now_ = std::max(now_, until);
}

void DetailedPool::take_done(std::uint32_t slot) {
  Instance& instance = instances_[slot];
  instance.work.elapse(now_, speeds_.of(instance.count));
  while (instance.work.due()) {
    const std::uint32_t task = instance.work.pop();
    tasks_[task].state = State::kDone;
    done_.push_back(task);
    ++instance.done;
  }
  arm(slot);
}

void DetailedPool::pass_deadline(const Event& event) {
  Task& task = tasks_[event.id];
  if (task.serial != event.serial || task.state != State::kRunning) return;
  Instance& instance = instances_[task.slot];
  instance.work.elapse(now_, speeds_.of(instance.count));
  instance.work.remove(event.id);
  ++instance.done;
  task.state = State::kDone;
  task.late = true;
  done_.push_back(event.id);
  arm(task.slot);
}

void DetailedPool::complete_next() {
  std::size_t first = 0;
  for (std::size_t i = 1; i < done_.size(); ++i) {
    const Task& a = tasks_[done_[i]];
    const Task& b = tasks_[done_[first]];
    if (std::tie(a.pool, a.request.number) < std::tie(b.pool, b.request.number)) first = i;
  }
  const std::uint32_t task = done_[first];
  done_[first] = done_.back();
  done_.pop_back();
  complete(task);
}

void DetailedPool::handle(const Event& event) {
  switch (event.kind) {
    case Kind::kDeadline:
      break;  // before
    case Kind::kReady:
      if (event.serial != 0) {
        if (instances_[event.id].serial != event.serial) break;  // given up
        become_ready_alone(event.id);
      } else if (instances_[event.id].fails) {
        fail_start(event.id);
      } else {
        become_ready(event.id);
        serve_queue(event.pool);
      }
      break;
    case Kind::kExpiry:
      expire(event);
      break;
    case Kind::kEndOfLife:
      end_life(event);
      break;
    case Kind::kWarm:
      step_warm(event.pool);
      break;
    case Kind::kTick:
      tick(event.pool);
      break;
    case Kind::kAhead:
      begin_ahead(event);
      break;
    case Kind::kWake:
      wake();
      break;
    case Kind::kToken:
      pools_[event.pool].token_due = false;
      serve_queue(event.pool);
      break;
    case Kind::kPatience:
      lose_patience(event);
      break;
    case Kind::kRetry:
      if (tasks_[event.id].serial == event.serial) submit(event.id);
      break;
  }
}

// ---- requests

std::uint32_t DetailedPool::new_task(std::uint32_t pool, const Request& request, std::int64_t cpu) {
  if (free_tasks_.empty()) {
    free_tasks_.push_back(static_cast<std::uint32_t>(tasks_.size()));
    tasks_.emplace_back();
  }
  const std::uint32_t id = free_tasks_.back();
  free_tasks_.pop_back();
  ++tasks_in_use_;
  Task& task = tasks_[id];
  task.request = request;
  task.cpu = cpu;
  task.warm = request.warm;
  task.serial = ++serial_;
  task.pool = pool;
  task.attempt = 0;
  task.late = task.queued = false;
  task.state = State::kWaiting;
  return id;
}

void DetailedPool::free_task(std::uint32_t task) {
  tasks_[task].state = State::kFree;
  tasks_[task].serial = 0;
  free_tasks_.push_back(task);
  --tasks_in_use_;
}

std::uint64_t DetailedPool::word(const Request& request, Purpose purpose,
                                 std::uint16_t attempt) const {
  const Stream stream(seed_.seed, request.function, purpose, attempt, seed_.replication);
  return stream.words(request.number)[0];
}

void DetailedPool::submit(std::uint32_t task) {
  if (counts_load_) {
    Pool& own = pools_[tasks_[task].pool];
    if (plan_.keep_alive_rule == KeepAliveRule::kHistogram) {
      own.ahead_at = kNever;
      if (own.load.requests() == 0 && own.empty_since >= 0) {
        own.idle_times.add(plan_.idle_histogram, now_ - own.empty_since);
      }
    }
    if (!own.ticks) resume_ticks(tasks_[task].pool);
  }
  tasks_[task].queued = told_away_ = false;
  if (place(task)) return;
  const Pool& pool = pools_[tasks_[task].pool];
  if (queues_ && !told_away_ && !is_closed(pool) &&
      (!plan_.queue_limit || pool.waiting < *plan_.queue_limit)) {
    enqueue(task);
  } else {
    turn_away(task, false);
  }
}

void DetailedPool::turn_away(std::uint32_t id, bool failed) {
  Task& task = tasks_[id];
  if (task.attempt < plan_.retry.most) {
    ++task.attempt;
    Int128 delay =
        plan_.retry.delay.at_word(word(task.request, Purpose::kRetry, task.attempt)).count();
    const Int128 longest = std::min(plan_.retry.longest.count(), kLongestTime);
    for (std::uint16_t a = 1; a < task.attempt && delay > 0 && delay < longest; ++a) {
      delay *= std::max<std::uint32_t>(plan_.retry.factor, 1);
    }
    const auto at = later(now_, static_cast<std::int64_t>(std::min(delay, longest)));
    task.state = State::kWaiting;
    task.serial = ++serial_;
    ledger_.add_retry(task.request);
    events_.push({at, Kind::kRetry, task.pool, task.request.number, id, task.serial});
    return;
  }
  if (failed) {
    ledger_.add_failed(task.request, now_);
  } else {
    ledger_.add_throttled(task.request);
  }
  free_task(id);
}

void DetailedPool::enqueue(std::uint32_t id) {
  Task& task = tasks_[id];
  task.serial = ++serial_;  // its place among all that wait
  Pool& pool = pools_[task.pool];
  pool.queue.push_back({id, task.serial});
  ++pool.waiting;
  task.queued = true;
  count_requests(task.pool, 1);
  if (plan_.patience) {
    const auto patience =
        plan_.patience->at_word(word(task.request, Purpose::kPatience, task.attempt));
    events_.push({later(now_, patience.count()), Kind::kPatience, task.pool, task.request.number,
                  id, task.serial});
  }
  if (knative_ && pool.steady == 0 && pool.warm.empty() && pool.live < plan_.max_instances &&
      take_token(pool)) {
    start_own(task.pool);
  }
  await_token(task.pool);
}

void DetailedPool::lose_patience(const Event& event) {
  Task& task = tasks_[event.id];
  if (task.serial != event.serial || task.state != State::kWaiting) return;
  --pools_[event.pool].waiting;
  count_requests(event.pool, -1);
  ledger_.add_abandoned(task.request, now_);
  free_task(event.id);
}

/// The request that waits longest; kNone.
std::uint32_t DetailedPool::head(Pool& pool) {
  while (!pool.queue.empty()) {
    const Waiting& first = pool.queue.front();
    if (tasks_[first.task].serial == first.serial) return first.task;
    pool.queue.pop_front();  // it gave up
  }
  return kNone;
}

void DetailedPool::pop_head(Pool& pool) {
  const std::uint32_t task = pool.queue.front().task;
  pool.queue.pop_front();
  --pool.waiting;
  count_requests(tasks_[task].pool, -1);
}

void DetailedPool::serve_queue(std::uint32_t index) {
  if (shares_) return serve_all_queues();
  Pool& pool = pools_[index];
  while (pool.waiting > 0) {
    if (!place(head(pool))) return await_token(index);
    pop_head(pool);
  }
}

/// By the time of waiting over all functions, as long as one fits somewhere.
void DetailedPool::serve_all_queues() {
  const auto full = [&] {
    return plan_.account_concurrency > 0 && reserved_.empty() && in_flight_ >= account_left_;
  };
  std::vector<std::pair<std::uint64_t, std::uint32_t>> heads;
  for (bool placed = true; placed && !full();) {
    placed = false;
    heads.clear();
    for (std::uint32_t f = 0; f < pools_.size(); ++f) {
      if (pools_[f].waiting > 0) heads.emplace_back(tasks_[head(pools_[f])].serial, f);
    }
    std::sort(heads.begin(), heads.end());
    for (std::size_t i = 0; i < heads.size() && !placed; ++i) {
      Pool& pool = pools_[heads[i].second];
      placed = place(head(pool));
      if (placed) pop_head(pool);
    }
  }
  for (std::uint32_t f = 0; f < pools_.size(); ++f) await_token(f);
}

/// @return false: it fits nowhere now
bool DetailedPool::place(std::uint32_t id) {
  Task& task = tasks_[id];
  Pool& pool = pools_[task.pool];
  if (plan_.account_concurrency > 0 && account_is_full(pool)) return false;
  if (policy_) return place_as_told(id);
  for (std::uint8_t l = first_list_; l <= last_list_; ++l) {
    const auto list = static_cast<List>(l);
    if (pool.list[list].newest == kNone) continue;
    put_on(chosen(pool, list, task.request), id);
    return true;
  }
  if (knative_) return false;
  if (pool.live >= plan_.max_instances || !take_token(pool)) return false;
  create_for(id);
  return true;
}

bool DetailedPool::take_token(Pool& pool) {
  if (!plan_.scale_out) return true;
  const Int128 period = std::max<std::int64_t>(plan_.scale_out->period.count(), 1);
  const Int128 full = period * std::max<std::uint32_t>(plan_.scale_out->burst, 1);
  const Int128 rate = std::max<std::uint32_t>(plan_.scale_out->instances, 1);
  pool.tokens = std::min(full, pool.tokens + rate * (now_ - pool.tokens_at));
  pool.tokens_at = now_;
  if (pool.tokens < period) return false;
  pool.tokens -= period;
  return true;
}

/// Requests wait for nothing but a token: look again when there is one.
void DetailedPool::await_token(std::uint32_t index) {
  Pool& pool = pools_[index];
  if (knative_) return;  // it looks again at every tick
  if (!plan_.scale_out || pool.waiting == 0 || pool.token_due || pool.live >= plan_.max_instances) {
    return;
  }
  const Int128 period = std::max<std::int64_t>(plan_.scale_out->period.count(), 1);
  const Int128 rate = std::max<std::uint32_t>(plan_.scale_out->instances, 1);
  const Int128 missing = period - pool.tokens - rate * (now_ - pool.tokens_at);
  if (missing <= 0) return;  // it is not tokens that are short
  const auto wait = static_cast<std::int64_t>((missing + rate - 1) / rate);
  pool.token_due = true;
  events_.push({later(now_, wait), Kind::kToken, index, 0, 0, 0});
}

}  // namespace faascast
