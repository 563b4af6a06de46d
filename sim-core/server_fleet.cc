#include "sim-core/server_fleet.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "sim-core/random.h"
#include "sim-core/timing.h"

namespace faascast {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

/// Where a request of this order is in the queue, or belongs.
template <class Queue>
auto place_of(Queue& queue, std::uint64_t order) {
  return std::lower_bound(queue.begin(), queue.end(), order,
                          [](const auto& w, std::uint64_t o) { return w.order < o; });
}

}  // namespace

std::int64_t Batching::factor(std::size_t size) const {
  if (time_factor.empty()) return 1000;
  const std::size_t known = time_factor.size();
  if (size <= known) return std::max<std::int64_t>(time_factor[size - 1], 1);
  const std::int64_t last = time_factor.back();
  const std::int64_t before = known > 1 ? time_factor[known - 2] : 0;
  const std::int64_t each = std::max<std::int64_t>(last - before, 0);
  return std::max<std::int64_t>(last + each * static_cast<std::int64_t>(size - known), 1);
}

bool needs_server_fleet(const ServerPlan& plan) {
  return plan.autoscale || plan.breakdown || plan.batching || plan.vcpu_share.value() > 0;
}

ServerFleet::ServerFleet(const ServerPlan& plan, ReplaySeed seed, Ledger& ledger,
                         InstanceMeter& meter)
    : plan_(plan),
      seed_(seed),
      ledger_(ledger),
      meter_(meter),
      workers_(std::max<std::uint32_t>(plan.workers_per_replica, 1)),
      speeds_(Speeds::of_cores(workers_, plan.vcpu_share.value(), plan.hyperthread_yield)) {
  if (plan.batching) batch_size_ = std::max<std::uint32_t>(plan.batching->maximum_size, 1);
  std::uint32_t count = std::max<std::uint32_t>(plan.replicas, 1);
  if (plan.autoscale) {
    rule_ = *plan.autoscale;
    rule_.minimum = std::max<std::uint32_t>(rule_.minimum, 1);
    rule_.maximum = std::max(rule_.maximum, rule_.minimum);
    rule_.period = std::max(rule_.period, Duration(1));
    const double target = std::round(rule_.target_utilisation * static_cast<double>(kMillion));
    target_ = static_cast<std::int64_t>(std::clamp(target, 1.0, 1e9));
    next_tick_ = rule_.period.count();
    count = std::clamp(count, rule_.minimum, rule_.maximum);
  }
  add_replicas(count, 0);
  for (std::uint32_t i = 0; i < count; ++i) {
    events_.pop();
    become_ready(i);
  }
}

// ---- time

std::int64_t ServerFleet::next_at() const {
  if (!done_.empty()) return now_;
  const std::int64_t event = events_.empty() ? kNever : events_.top().at;
  return std::min({next_.at(), event, next_tick_});
}

void ServerFleet::elapse(std::int64_t now) {
  if (now <= now_) return;
  const Int128 span = now - now_;
  busy_ns_ += span * busy_;
  live_ns_ += span * live_;
  now_ = now;
}

/// Everything up to and including `until`.
void ServerFleet::advance(std::int64_t until) {
  for (;;) {
    skip_quiet_ticks(until);
    const std::int64_t t = next_at();
    if (t > until || t == kNever) break;
    elapse(t);
    while (next_.at() == t) take_done(next_.slot());
    const bool has_event = !events_.empty() && events_.top().at == t;
    if (!done_.empty()) {
      complete_next();
    } else if (has_event && (events_.top().kind <= Kind::kBreakdown || next_tick_ != t)) {
      const Event event = events_.top();
      events_.pop();
      handle(event);
    } else {
      tick();
    }
    start_waiting();
  }
  elapse(until);
}

void ServerFleet::open() {
  open_ = true;
  advance(meter_.window().begin);
  meter_.fleet_opens_with(live_);
}

bool ServerFleet::arrive(const Request& request) {
  if (!open_ && request.at >= meter_.window().begin) open();
  advance(request.at);
  if (free_.empty() && plan_.queue_limit && waiting_ >= *plan_.queue_limit) return false;
  queue_.push_back({request, ++arrived_, 0, false});
  ++waiting_;
  start_waiting();
  if (!queue_.empty() && queue_.back().order == arrived_) arm(queue_.back());
  return true;
}

void ServerFleet::finish(bool stopped) {
  const auto leave_unstarted = [&] {
    for (const Waiting& w : queue_) {
      if (!w.left) ledger_.add_unfinished(w.request);
    }
    queue_.clear();
    waiting_ = 0;
  };
  if (stopped) leave_unstarted();
  if (!open_ && meter_.window().end > meter_.window().begin) open();
  while ((busy_ > 0 || waiting_ > 0) && next_at() != kNever) {
    advance(next_at());
    if (stopped) leave_unstarted();
  }
  if (meter_.window().kind == Horizon::Kind::kAt) advance(meter_.window().end);
  meter_.stays(stayed_ = live_);
}

void ServerFleet::run_on(std::int64_t end) {
  advance(end);
  meter_.stays_after_all(stayed_, live_);
  stayed_ = live_;
}

void ServerFleet::handle(const Event& event) {
  const auto replica = static_cast<std::uint32_t>(event.order);
  switch (event.kind) {
    case Kind::kReady:
      if (!replicas_[replica].gone) become_ready(replica);
      break;
    case Kind::kBreakdown:
      if (!replicas_[replica].gone) break_down(replica);
      break;
    case Kind::kPatience:
      lose_patience(event);
      break;
    case Kind::kBatch:
      break;  // start_waiting() looks
  }
}

// ---- requests

void ServerFleet::take_done(std::uint32_t index) {
  Replica& replica = replicas_[index];
  replica.work.elapse(now_, speeds_.of(replica.busy));
  while (replica.work.due()) done_.push_back(replica.work.pop());
  next_.set(index, replica.work.next_done(speeds_.of(replica.busy)));
}

void ServerFleet::complete_next() {
  const auto rank = [&](std::uint32_t job) {
    const Request& first = jobs_[job].requests.front().request;
    return std::pair(first.function, first.number);
  };
  const auto first =
      std::min_element(done_.begin(), done_.end(),
                       [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
  const std::uint32_t id = *first;
  *first = done_.back();
  done_.pop_back();
  Job& job = jobs_[id];
  meter_.completed_until(now_);
  ledger_.add_busy(job.start, now_);
  for (const Waiting& w : job.requests) {
    Stay stay{.busy = now_ - job.start};
    stay.slowed = stay.busy - job.work;
    ledger_.add_served(w.request, job.start, stay);
  }
  if (plan_.batching) ledger_.add_batch(job.requests.front().request);
  Replica& replica = replicas_[job.replica];
  --busy_;
  --replica.busy;
  free_jobs_.push_back(id);
  if (replica.busy == 0 && !replica.takes) return leave(job.replica);
  settle(job.replica);
}

void ServerFleet::lose_patience(const Event& event) {
  const auto at = place_of(queue_, event.order);
  const bool waits = at != queue_.end() && at->order == event.order && !at->left;
  if (!waits || at->attempt != event.attempt) return;
  at->left = true;
  --waiting_;
  ledger_.add_abandoned(at->request, now_);
}

/// @return false: nothing waits
bool ServerFleet::drop_left() {
  while (!queue_.empty() && queue_.front().left) queue_.pop_front();
  return waiting_ > 0;
}

void ServerFleet::start_waiting() {
  while (drop_left() && !free_.empty()) {
    const std::size_t size = std::min<std::uint64_t>(waiting_, batch_size_);
    if (size < batch_size_) {
      const std::int64_t wait = plan_.batching->maximum_wait.count();
      if (now_ < later(queue_.front().request.at, wait)) return;
    }
    start(size);
  }
}

/// @pre a worker is free, and so many wait
void ServerFleet::start(std::size_t size) {
  const std::uint32_t index = free_.begin()->second;
  const std::uint32_t id = new_job();
  Job& job = jobs_[id];
  job.requests.clear();
  job.start = now_;
  job.work = 0;
  job.replica = index;
  while (job.requests.size() < size) {
    if (!queue_.front().left) {
      job.requests.push_back(queue_.front());
      job.work = std::max(job.work, queue_.front().request.warm);
      --waiting_;
    }
    queue_.pop_front();
  }
  if (plan_.batching) {
    const Int128 work = static_cast<Int128>(job.work) * plan_.batching->factor(size) / 1000;
    job.work = static_cast<std::int64_t>(std::min<Int128>(work, kLongestTime));
  }
  Replica& replica = replicas_[index];
  replica.work.elapse(now_, speeds_.of(replica.busy));
  replica.work.add(job.work, id);
  ++busy_;
  ++replica.busy;
  settle(index);
}

std::uint32_t ServerFleet::new_job() {
  if (free_jobs_.empty()) {
    free_jobs_.push_back(static_cast<std::uint32_t>(jobs_.size()));
    jobs_.emplace_back();
  }
  const std::uint32_t id = free_jobs_.back();
  free_jobs_.pop_back();
  return id;
}

/// The events of a request that has to wait.
void ServerFleet::arm(const Waiting& w) {
  if (plan_.patience) {
    const Stream stream(seed_.seed, w.request.function, Purpose::kPatience, w.attempt,
                        seed_.replication);
    const auto patience = plan_.patience->at_word(stream.words(w.request.number)[0]);
    events_.push({later(now_, patience.count()), Kind::kPatience, w.order, w.attempt});
  }
  if (plan_.batching) {
    const std::int64_t due = later(w.request.at, plan_.batching->maximum_wait.count());
    if (due > now_) events_.push({due, Kind::kBatch, w.order});
  }
}

// ---- replicas

/// After a change of how many workers are busy, or of whether it takes requests.
void ServerFleet::settle(std::uint32_t index) {
  Replica& replica = replicas_[index];
  next_.set(index, replica.work.next_done(speeds_.of(replica.busy)));
  const bool is_free = replica.up && replica.takes && replica.busy < workers_;
  const std::uint32_t rank = speeds_.contend() ? replica.busy : 0;
  if (is_free == replica.is_free && (!is_free || rank == replica.rank)) return;
  if (replica.is_free) replica.place = free_.extract({replica.rank, index});
  if (is_free && replica.place) {
    replica.place.value() = {rank, index};
    free_.insert(std::move(replica.place));
  } else if (is_free) {
    free_.emplace(rank, index);
  }
  replica.rank = rank;
  replica.is_free = is_free;
}

void ServerFleet::leave(std::uint32_t index) {
  Replica& replica = replicas_[index];
  replica.gone = true;
  replica.takes = false;
  settle(index);
  replica.place = {};
  replica.work = {};
  meter_.replica_removed(now_, live_--);
}

void ServerFleet::become_ready(std::uint32_t index) {
  Replica& replica = replicas_[index];
  if (replica.turn == 0) --booting_;
  replica.up = true;
  replica.work.reset(now_);
  if (plan_.breakdown) {
    const Stream stream(seed_.seed, index, Purpose::kReplica, 0, seed_.replication);
    const auto up = plan_.breakdown->up.at_word(stream.words(replica.turn)[0]);
    const std::int64_t span = std::max<std::int64_t>(up.count(), 1);
    events_.push({later(now_, span), Kind::kBreakdown, index});
  }
  ++replica.turn;
  settle(index);
}

void ServerFleet::break_down(std::uint32_t index) {
  Replica& replica = replicas_[index];
  replica.up = false;
  std::vector<std::uint32_t> jobs;
  replica.work.take_all(jobs);
  std::vector<Waiting> back;
  if (!jobs.empty()) meter_.completed_until(now_);
  for (const std::uint32_t id : jobs) {
    ledger_.add_busy(jobs_[id].start, now_);
    back.insert(back.end(), jobs_[id].requests.begin(), jobs_[id].requests.end());
    free_jobs_.push_back(id);
  }
  busy_ -= replica.busy;
  replica.busy = 0;
  std::sort(back.begin(), back.end(),
            [](const Waiting& a, const Waiting& b) { return a.order < b.order; });
  const Stream stream(seed_.seed, index, Purpose::kReplica, 0, seed_.replication);
  const auto down = plan_.breakdown->down.at_word(stream.words(replica.turn - 1)[1]);
  if (replica.takes) {
    const std::int64_t span = std::max<std::int64_t>(down.count(), 1);
    events_.push({later(now_, span), Kind::kReady, index});
    settle(index);
  } else {
    next_.set(index, kNever);
    leave(index);
  }
  put_back(std::move(back));
}

/// @param requests by order
void ServerFleet::put_back(std::vector<Waiting> requests) {
  for (Waiting& w : requests) {
    if (w.attempt >= plan_.breakdown->retries) {
      ledger_.add_failed(w.request, now_);
      continue;
    }
    ++w.attempt;
    ledger_.add_retry(w.request);
    queue_.insert(place_of(queue_, w.order), w);
    ++waiting_;
    arm(w);
  }
}

void ServerFleet::add_replicas(std::uint32_t count, std::int64_t ready_at) {
  for (; count > 0; --count) {
    const auto index = static_cast<std::uint32_t>(replicas_.size());
    replicas_.emplace_back();
    ++taking_;
    ++booting_;
    meter_.replica_created(now_, live_++);
    events_.push({ready_at, Kind::kReady, index});
  }
}

void ServerFleet::remove_replicas(std::uint32_t count) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < replicas_.size(); ++i) {
    if (replicas_[i].takes) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return replicas_[a].busy != replicas_[b].busy ? replicas_[a].busy < replicas_[b].busy : a > b;
  });
  for (std::uint32_t i = 0; i < count; ++i) {
    Replica& replica = replicas_[order[i]];
    if (replica.turn == 0) --booting_;
    replica.takes = false;
    --taking_;
    if (replica.busy == 0) {
      leave(order[i]);
    } else {
      settle(order[i]);
    }
  }
}

// ---- autoscaler

/// Passes over ticks up to `until`, and up to the next event, that would change nothing.
void ServerFleet::skip_quiet_ticks(std::int64_t until) {
  if (!plan_.autoscale || until < next_tick_) return;
  const bool quiet = busy_ == 0 && busy_ns_ == 0 && waiting_ == 0 && booting_ == 0 &&
                     done_.empty() && taking_ == rule_.minimum;
  if (!quiet) return;
  const std::int64_t limit = events_.empty() ? until : std::min(until, events_.top().at - 1);
  if (limit < next_tick_) return;
  const std::int64_t period = rule_.period.count();
  const std::int64_t last = limit / period * period;
  elapse(last);
  live_ns_ = 0;
  next_tick_ = last + period;
}

void ServerFleet::tick() {
  next_tick_ = now_ + rule_.period.count();
  const Int128 needed = busy_ns_ * taking_ * kMillion;
  const Int128 each = std::max<Int128>(live_ns_ * workers_ * target_, 1);
  busy_ns_ = live_ns_ = 0;
  const Int128 wanted = (needed + each - 1) / each;
  const auto desired =
      static_cast<std::uint32_t>(std::clamp<Int128>(wanted, rule_.minimum, rule_.maximum));
  if (desired > taking_) {
    add_replicas(desired - taking_, later(now_, rule_.boot_lag.count()));
    last_change_ = now_;
  } else if (desired < taking_ &&
             (!last_change_ || now_ - *last_change_ >= rule_.cooldown.count())) {
    remove_replicas(taking_ - desired);
    last_change_ = now_;
  }
}

}  // namespace faascast
