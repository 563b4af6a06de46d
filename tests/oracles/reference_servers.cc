#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <limits>
#include <optional>
#include <tuple>
#include <variant>

#include "sim-core/random.h"
#include "tests/oracles/reference_internal.h"

namespace faascast::oracles {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr Int128 kWhole = Int128(1) << 32;  ///< a nanosecond of work done alone

/// One server; the list of them is in order of creation. Those that are gone stay in it.
struct Replica {
  std::int64_t ready_at = 0;  ///< booted or repaired
  std::int64_t breaks_at = kNever;
  std::uint64_t turn = 0;
  std::int64_t busy = 0;  ///< workers
  bool up = false;
  bool draining = false;
  bool gone = false;
};

struct Waiting {
  Request r{};
  std::uint64_t order = 0;  ///< of arrival
  std::int64_t leaves_at = kNever;
  std::uint16_t attempt = 0;
};

/// Requests in service together.
struct Running {
  std::vector<Waiting> batch{};
  std::size_t replica = 0;
  std::int64_t start = 0;
  std::int64_t work = 0;
  Int128 left = 0;  ///< of it, in 2^-32 ns

  [[nodiscard]] auto rank() const {
    return std::tuple(batch.front().r.function, batch.front().r.number);
  }
};

/// One FIFO queue before the workers of some replicas, by the rules of server_fleet.h.
class ServerReplay {
 public:
  ServerReplay(const Plan& plan, const DeploymentPlan& deployment, ReplaySeed seed,
               std::vector<Request>* turned_away)
      : plan_(plan),
        deployment_(deployment),
        servers_(std::get<ServerPlan>(deployment.side)),
        seed_(seed),
        turned_away_(turned_away),
        requests_(read_all(plan, seed)) {
    std::uint32_t functions = plan.traffic->functions();
    for (const Request& r : requests_) functions = std::max(functions, r.function + 1);
    out_.functions.resize(functions);
    std::uint32_t count = servers_.replicas;
    if (servers_.autoscale) {
      count = std::clamp(count, servers_.autoscale->minimum, servers_.autoscale->maximum);
    }
    replicas_.resize(count);
    for (std::size_t i = 0; i < count; ++i) become_ready(i);
    note();
  }

  ReferenceResult run(std::int64_t at_least) {
    for (const Request& r : requests_) {
      advance(r.at);
      arrive(r);
      note();
    }
    while (!running_.empty() || !waiting_.empty()) advance(next_event());
    if (plan_.horizon.kind == Horizon::Kind::kAt) advance(ns_of(plan_.horizon.at));
    advance(std::max(now_, at_least));
    settle(at_least);
    return out_;
  }

 private:
  // ---- speeds

  /// What one of the busy workers of a replica does in a nanosecond, in 2^-32 ns.
  [[nodiscard]] Int128 speed(const Replica& replica) const {
    const Int128 threads = servers_.vcpu_share.value();  // thousandths
    if (threads == 0 || replica.busy == 0) return kWhole;
    const Int128 asked = Int128(replica.busy) * 1000;
    const Int128 busy = std::min(asked, threads);
    // Half as many cores. Beyond that many threads, each one more doubles a core.
    const Int128 twice_doubled = std::max<Int128>(2 * busy - threads, 0);
    const Int128 single = twice_doubled > 0 ? threads - busy : busy;
    const Int128 done = single * 2000 + twice_doubled * servers_.hyperthread_yield;
    return std::clamp<Int128>(kWhole * done / (asked * 2000), 1, kWhole);
  }
  [[nodiscard]] std::int64_t done_at(const Running& run) const {
    if (run.left <= 0) return now_;
    const Int128 rate = speed(replicas_[run.replica]);
    return now_ + static_cast<std::int64_t>((run.left + rate - 1) / rate);
  }

  // ---- events

  [[nodiscard]] std::int64_t next_completion() const {
    std::int64_t next = kNever;
    for (const Running& r : running_) next = std::min(next, done_at(r));
    return next;
  }
  [[nodiscard]] std::int64_t next_ready() const {
    std::int64_t next = kNever;
    for (const Replica& r : replicas_) {
      if (!r.gone && !r.up) next = std::min(next, r.ready_at);
    }
    return next;
  }
  [[nodiscard]] std::int64_t next_breakdown() const {
    std::int64_t next = kNever;
    for (const Replica& r : replicas_) {
      if (!r.gone && r.up) next = std::min(next, r.breaks_at);
    }
    return next;
  }
  [[nodiscard]] std::int64_t next_tick() const {
    return servers_.autoscale ? ticks_ * servers_.autoscale->period.count() : kNever;
  }
  /// When the queue's head has waited long enough for a batch of its own.
  [[nodiscard]] std::int64_t next_batch() const {
    if (!servers_.batching || waiting_.empty()) return kNever;
    const std::int64_t due = waiting_.front().r.at + servers_.batching->maximum_wait.count();
    return due > now_ ? due : kNever;
  }
  [[nodiscard]] std::int64_t next_leaving() const {
    std::int64_t next = kNever;
    for (const Waiting& w : waiting_) next = std::min(next, w.leaves_at);
    return next;
  }
  [[nodiscard]] std::int64_t next_event() const {
    return std::min({next_completion(), next_ready(), next_breakdown(), next_tick(), next_batch(),
                     next_leaving()});
  }

  /// Everything up to and including `until`.
  void advance(std::int64_t until) {
    while (next_event() <= until) {
      elapse(next_event());
      if (next_completion() == now_) {
        complete();
      } else if (next_ready() == now_) {
        become_ready(first([&](const Replica& r) { return !r.up && r.ready_at == now_; }));
      } else if (next_breakdown() == now_) {
        break_down(first([&](const Replica& r) { return r.up && r.breaks_at == now_; }));
      } else if (next_tick() == now_) {
        tick();
        ++ticks_;
      } else if (next_leaving() == now_ && !batch_is_due()) {
        leave();
      }
      serve_queue();
      note();
    }
    elapse(until);
  }
  template <class Which>
  [[nodiscard]] std::size_t first(const Which& which) const {
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
      if (!replicas_[i].gone && which(replicas_[i])) return i;
    }
    return replicas_.size();
  }
  [[nodiscard]] bool batch_is_due() const {
    return servers_.batching && !waiting_.empty() && next_free() &&
           now_ >= waiting_.front().r.at + servers_.batching->maximum_wait.count();
  }

  void elapse(std::int64_t until) {
    busy_since_tick_ += Int128(busy_workers()) * (until - now_);
    live_since_tick_ += Int128(live_replicas()) * servers_.workers_per_replica * (until - now_);
    for (Running& r : running_) r.left -= speed(replicas_[r.replica]) * (until - now_);
    now_ = until;
  }

  // ---- requests

  void complete() {
    auto chosen = running_.end();
    for (auto r = running_.begin(); r != running_.end(); ++r) {
      if (r->left > 0) continue;
      if (chosen == running_.end() || r->rank() < chosen->rank()) chosen = r;
    }
    last_completion_ = std::max(last_completion_, now_);
    for (const Waiting& w : chosen->batch) record(*chosen, w.r);
    if (servers_.batching && counted(chosen->batch.front().r)) ++out_.batches;
    Replica& replica = replicas_[chosen->replica];
    running_.erase(chosen);
    --replica.busy;
    if (replica.draining && replica.busy == 0) replica.gone = true;
  }

  void record(const Running& run, const Request& r) {
    if (!counted(r)) return;
    ++out_.completed;
    if (r.execution_ns == ArrivalBlock::kAbsent) ++with_state_;
    const std::int64_t latency = now_ - r.at + network_ns(deployment_, r, seed_);
    out_.latency.ns.push_back(latency);
    out_.execution.ns.push_back(service_ns(r));
    out_.wait.ns.push_back(run.start - r.at);
    out_.contention_ns += now_ - run.start - run.work;
    FunctionTotals& function = out_.functions[r.function];
    function.latency_sum_ns += latency;
    function.latency_max_ns = std::max(function.latency_max_ns, latency);
  }

  void leave() {
    const auto gone = std::find_if(waiting_.begin(), waiting_.end(),
                                   [&](const Waiting& w) { return w.leaves_at == now_; });
    if (counted(gone->r)) {
      ++out_.timed_out;
      ++out_.abandoned;
    }
    waiting_.erase(gone);
  }

  void serve_queue() {
    while (!waiting_.empty() && next_free()) {
      std::size_t size = 1;
      if (servers_.batching) {
        size = std::min<std::size_t>(waiting_.size(), servers_.batching->maximum_size);
        if (size < servers_.batching->maximum_size && !batch_is_due()) return;
      }
      start(size);
    }
  }

  void start(std::size_t size) {
    Running run;
    run.replica = *next_free();
    run.start = now_;
    for (std::size_t i = 0; i < size; ++i) {
      run.batch.push_back(waiting_.front());
      waiting_.pop_front();
      run.work = std::max(run.work, service_ns(run.batch.back().r));
    }
    if (servers_.batching) {
      run.work = static_cast<std::int64_t>(Int128(run.work) * factor(size) / 1000);
    }
    run.left = run.work * kWhole;
    ++replicas_[run.replica].busy;
    running_.push_back(run);
  }

  /// A table that goes on as it ended.
  [[nodiscard]] std::int64_t factor(std::size_t size) const {
    std::vector<std::int64_t> table(servers_.batching->time_factor.begin(),
                                    servers_.batching->time_factor.end());
    if (table.empty()) return 1000;
    while (table.size() < size) {
      const std::int64_t before = table.size() > 1 ? table[table.size() - 2] : 0;
      table.push_back(table.back() + std::max<std::int64_t>(table.back() - before, 0));
    }
    return table[size - 1];
  }

  [[nodiscard]] std::int64_t service_ns(const Request& r) const {
    if (r.execution_ns != ArrivalBlock::kAbsent) return r.execution_ns;
    return work_ns(deployment_, r, seed_) + state_ns(deployment_.work, r, seed_);
  }

  [[nodiscard]] bool shares() const {
    Replica full;
    full.busy = servers_.workers_per_replica;
    return speed(full) < kWhole;
  }
  /// Where the next one goes: the oldest with room, or the least busy where that matters.
  [[nodiscard]] std::optional<std::size_t> next_free() const {
    std::optional<std::size_t> chosen;
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
      const Replica& r = replicas_[i];
      const bool takes = !r.gone && !r.draining && r.up;
      if (!takes || r.busy >= servers_.workers_per_replica) continue;
      if (!chosen || (shares() && r.busy < replicas_[*chosen].busy)) chosen = i;
    }
    return chosen;
  }

  void arrive(const Request& r) {
    const bool counts = counted(r);
    if (!next_free() && servers_.queue_limit && waiting_.size() >= *servers_.queue_limit) {
      if (turned_away_ != nullptr) return turned_away_->push_back(r);
      if (counts) ++out_.throttled;
    } else {
      waiting_.push_back({.r = r, .order = ++arrived_});
      waiting_.back().leaves_at = leaves_at(waiting_.back());
      serve_queue();
    }
    if (counts) {
      ++out_.requests;
      ++out_.functions[r.function].requests;
    }
  }
  [[nodiscard]] std::int64_t leaves_at(const Waiting& w) const {
    if (!servers_.patience) return kNever;
    const Stream stream(seed_.seed, w.r.function, Purpose::kPatience, w.attempt, seed_.replication);
    return now_ + servers_.patience->at_word(stream.words(w.r.number)[0]).count();
  }

  // ---- replicas

  [[nodiscard]] std::array<std::uint64_t, 2> turn_words(std::size_t i) const {
    const Stream stream(seed_.seed, i, Purpose::kReplica, 0, seed_.replication);
    return stream.words(replicas_[i].turn);
  }
  void become_ready(std::size_t i) {
    replicas_[i].up = true;
    if (!servers_.breakdown) return;
    const std::int64_t up = servers_.breakdown->up.at_word(turn_words(i)[0]).count();
    replicas_[i].breaks_at = now_ + std::max<std::int64_t>(up, 1);
  }
  void break_down(std::size_t i) {
    Replica& replica = replicas_[i];
    replica.up = false;
    const std::int64_t down = servers_.breakdown->down.at_word(turn_words(i)[1]).count();
    replica.ready_at = now_ + std::max<std::int64_t>(down, 1);
    ++replica.turn;
    replica.busy = 0;
    if (replica.draining) replica.gone = true;
    for (auto run = running_.begin(); run != running_.end();) {
      if (run->replica != i) {
        ++run;
        continue;
      }
      last_completion_ = std::max(last_completion_, now_);
      for (const Waiting& w : run->batch) come_back(w);
      run = running_.erase(run);
    }
    std::sort(waiting_.begin(), waiting_.end(),
              [](const Waiting& a, const Waiting& b) { return a.order < b.order; });
  }
  void come_back(Waiting w) {
    const bool counts = counted(w.r);
    if (w.attempt == servers_.breakdown->retries) {
      if (counts) ++out_.failed;
      return;
    }
    ++w.attempt;
    if (counts) ++out_.retries;
    w.leaves_at = leaves_at(w);
    waiting_.push_back(w);
  }

  void tick() {
    const Autoscale& rule = *servers_.autoscale;
    const std::int64_t taking =
        std::count_if(replicas_.begin(), replicas_.end(),
                      [](const Replica& r) { return !r.gone && !r.draining; });
    // The least count that brings utilisation to the target, which is in millionths.
    const std::int64_t target = std::llround(rule.target_utilisation * 1e6);
    std::int64_t desired = rule.minimum;
    while (desired < rule.maximum && Int128(desired) * target * live_since_tick_ <
                                         Int128(taking) * busy_since_tick_ * 1'000'000) {
      ++desired;
    }
    busy_since_tick_ = live_since_tick_ = 0;
    const bool rested = !last_change_ || now_ - *last_change_ >= rule.cooldown.count();
    if (desired > taking) {
      for (std::int64_t i = taking; i < desired; ++i) {
        replicas_.push_back({.ready_at = now_ + rule.boot_lag.count()});
      }
      last_change_ = now_;
    } else if (desired < taking && rested) {
      for (std::int64_t i = desired; i < taking; ++i) remove_one();
      last_change_ = now_;
    }
  }

  /// The one with fewest busy workers, among them the newest.
  void remove_one() {
    Replica* chosen = nullptr;
    for (Replica& r : replicas_) {
      if (r.gone || r.draining) continue;
      if (chosen == nullptr || r.busy <= chosen->busy) chosen = &r;
    }
    chosen->draining = true;
    chosen->gone = chosen->busy == 0;
  }

  // ---- figures

  void settle(std::int64_t at_least) {
    std::int64_t horizon = std::max(last_completion_, at_least);
    if (plan_.horizon.kind == Horizon::Kind::kAt) horizon = ns_of(plan_.horizon.at);
    const std::int64_t from = ns_of(plan_.warm_up);
    out_.horizon = instant_at(horizon);
    out_.live_ns = history_.integral(&Level::live, from, horizon);
    // In replicas: a busy worker is its share of one.
    out_.busy_ns = history_.integral(&Level::busy, from, horizon) / servers_.workers_per_replica;
    out_.peak = static_cast<std::uint64_t>(history_.peak(from, horizon));
    out_.usage[Meter::kServerTime] = out_.live_ns;
    out_.usage[Meter::kConnections] = out_.requests;
    out_.usage[Meter::kBytesIn] = Int128(out_.completed) * deployment_.request_bytes.value();
    out_.usage[Meter::kBytesOut] = Int128(out_.completed) * deployment_.response_bytes.value();
    out_.usage[Meter::kStateReads] = Int128(with_state_) * deployment_.work.state.reads;
    out_.usage[Meter::kStateWrites] = Int128(with_state_) * deployment_.work.state.writes;
  }

  void note() {
    history_.levels.push_back({.at = now_, .live = live_replicas(), .busy = busy_workers()});
  }
  [[nodiscard]] std::int64_t live_replicas() const {
    return std::count_if(replicas_.begin(), replicas_.end(),
                         [](const Replica& r) { return !r.gone; });
  }
  [[nodiscard]] std::int64_t busy_workers() const {
    return static_cast<std::int64_t>(running_.size());
  }
  [[nodiscard]] bool counted(const Request& r) const { return r.at >= ns_of(plan_.warm_up); }

  const Plan& plan_;
  const DeploymentPlan& deployment_;
  const ServerPlan& servers_;
  ReplaySeed seed_;
  std::vector<Request>* turned_away_;
  std::vector<Request> requests_;
  std::vector<Replica> replicas_{};
  std::vector<Running> running_{};
  std::deque<Waiting> waiting_{};
  std::uint64_t arrived_ = 0;
  std::int64_t now_ = 0;
  std::int64_t ticks_ = 1;  ///< number of the next one
  Int128 busy_since_tick_ = 0;
  Int128 live_since_tick_ = 0;
  std::optional<std::int64_t> last_change_{};
  std::int64_t last_completion_ = 0;
  std::int64_t with_state_ = 0;  ///< requests that read and wrote
  Timeline history_{};
  ReferenceResult out_{};
};

}  // namespace

ReferenceResult replay_servers(const Plan& plan, const DeploymentPlan& deployment, ReplaySeed seed,
                               std::int64_t at_least, std::vector<Request>* turned_away) {
  return ServerReplay(plan, deployment, seed, turned_away).run(at_least);
}

}  // namespace faascast::oracles
