#include <algorithm>
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

/// One server; the list of them is in order of creation. Those that are gone stay in it.
struct Replica {
  std::int64_t ready_at = 0;
  std::int64_t busy = 0;  ///< workers
  bool draining = false;
  bool gone = false;
};

/// A request in service.
struct Running {
  std::int64_t until = 0;
  std::uint32_t function = 0;
  std::uint64_t number = 0;
  std::size_t replica = 0;

  [[nodiscard]] auto rank() const { return std::tuple(until, function, number); }
};

/// One FIFO queue before the workers of some replicas, fixed or under the autoscaler that
/// server_pool.h describes.
class ServerReplay {
 public:
  ServerReplay(const Plan& plan, const DeploymentPlan& deployment, ReplaySeed seed)
      : plan_(plan),
        deployment_(deployment),
        servers_(std::get<ServerPlan>(deployment.side)),
        seed_(seed),
        requests_(read_all(plan, seed)) {
    std::uint32_t functions = plan.traffic->functions();
    for (const Request& r : requests_) functions = std::max(functions, r.function + 1);
    out_.functions.resize(functions);
    std::uint32_t count = servers_.replicas;
    if (servers_.autoscale) {
      count = std::clamp(count, servers_.autoscale->minimum, servers_.autoscale->maximum);
    }
    replicas_.resize(count);
    note();
  }

  ReferenceResult run() {
    for (const Request& r : requests_) {
      advance(r.at);
      arrive(r);
      note();
    }
    while (!running_.empty() || !waiting_.empty()) advance(next_event());
    if (plan_.horizon.kind == Horizon::Kind::kAt) advance(ns_of(plan_.horizon.at));
    settle();
    return out_;
  }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  [[nodiscard]] std::int64_t next_completion() const {
    std::int64_t next = kNever;
    for (const Running& r : running_) next = std::min(next, r.until);
    return next;
  }
  /// Of replicas that will be ready after now.
  [[nodiscard]] std::int64_t next_ready() const {
    std::int64_t next = kNever;
    for (const Replica& r : replicas_) {
      if (!r.gone && r.ready_at > now_) next = std::min(next, r.ready_at);
    }
    return next;
  }
  [[nodiscard]] std::int64_t next_tick() const {
    return servers_.autoscale ? ticks_ * servers_.autoscale->period.count() : kNever;
  }
  [[nodiscard]] std::int64_t leaves_at(const Request& r) const {
    if (!servers_.patience) return kNever;
    const Stream stream(seed_.seed, r.function, Purpose::kPatience, 0, seed_.replication);
    return r.at + servers_.patience->at_word(stream.words(r.number)[0]).count();
  }
  [[nodiscard]] std::int64_t next_leaving() const {
    std::int64_t next = kNever;
    for (const Request& r : waiting_) next = std::min(next, leaves_at(r));
    return next;
  }
  [[nodiscard]] std::int64_t next_event() const {
    return std::min({next_completion(), next_ready(), next_tick(), next_leaving()});
  }

  /// Everything up to and including `until`; at one instant completion, ready, tick.
  void advance(std::int64_t until) {
    while (next_event() <= until) {
      elapse(next_event());
      if (next_completion() == now_) {
        complete();
      } else if (next_tick() == now_) {
        tick();
        ++ticks_;
      } else if (next_leaving() == now_) {
        leave();
      }
      serve_queue();
      note();
    }
    elapse(until);
  }

  void elapse(std::int64_t until) {
    busy_since_tick_ += Int128(busy_workers()) * (until - now_);
    live_since_tick_ += Int128(live_replicas()) * servers_.workers_per_replica * (until - now_);
    now_ = until;
  }

  void complete() {
    const auto first =
        std::min_element(running_.begin(), running_.end(),
                         [](const Running& a, const Running& b) { return a.rank() < b.rank(); });
    last_completion_ = std::max(last_completion_, now_);
    Replica& replica = replicas_[first->replica];
    running_.erase(first);
    --replica.busy;
    if (replica.draining && replica.busy == 0) replica.gone = true;
  }

  void leave() {
    const auto gone = std::find_if(waiting_.begin(), waiting_.end(),
                                   [&](const Request& r) { return leaves_at(r) == now_; });
    if (counted(*gone)) {
      ++out_.timed_out;
      ++out_.abandoned;
    }
    waiting_.erase(gone);
  }

  void serve_queue() {
    while (!waiting_.empty()) {
      const auto replica = oldest_free();
      if (!replica) return;
      const Request next = waiting_.front();
      waiting_.pop_front();
      start(next, *replica);
    }
  }

  [[nodiscard]] std::optional<std::size_t> oldest_free() const {
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
      const Replica& r = replicas_[i];
      const bool takes = !r.gone && !r.draining && r.ready_at <= now_;
      if (takes && r.busy < servers_.workers_per_replica) return i;
    }
    return std::nullopt;
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

  void arrive(const Request& r) {
    const bool counts = counted(r);
    if (counts) {
      ++out_.requests;
      ++out_.functions[r.function].requests;
    }
    if (const auto replica = oldest_free()) {
      start(r, *replica);
    } else if (!servers_.queue_limit || waiting_.size() < *servers_.queue_limit) {
      waiting_.push_back(r);
    } else if (counts) {
      ++out_.throttled;
    }
  }

  void start(const Request& r, std::size_t replica) {
    const std::int64_t service = r.execution_ns != ArrivalBlock::kAbsent
                                     ? r.execution_ns
                                     : work_ns(deployment_.work, r, seed_);
    ++replicas_[replica].busy;
    running_.push_back(
        {.until = now_ + service, .function = r.function, .number = r.number, .replica = replica});
    if (!counted(r)) return;
    ++out_.completed;
    const std::int64_t waited = now_ - r.at;
    const std::int64_t latency = waited + service + network_ns(deployment_, r, seed_);
    out_.latency.ns.push_back(latency);
    out_.execution.ns.push_back(service);
    out_.wait.ns.push_back(waited);
    FunctionTotals& function = out_.functions[r.function];
    function.latency_sum_ns += latency;
    function.latency_max_ns = std::max(function.latency_max_ns, latency);
  }

  void settle() {
    std::int64_t horizon = last_completion_;
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
  std::vector<Request> requests_;
  std::vector<Replica> replicas_{};
  std::vector<Running> running_{};
  std::deque<Request> waiting_{};
  std::int64_t now_ = 0;
  std::int64_t ticks_ = 1;  ///< number of the next one
  Int128 busy_since_tick_ = 0;
  Int128 live_since_tick_ = 0;
  std::optional<std::int64_t> last_change_{};
  std::int64_t last_completion_ = 0;
  Timeline history_{};
  ReferenceResult out_{};
};

}  // namespace

ReferenceResult replay_servers(const Plan& plan, const DeploymentPlan& deployment,
                               ReplaySeed seed) {
  return ServerReplay(plan, deployment, seed).run();
}

}  // namespace faascast::oracles
