#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <list>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "sim-core/random.h"
#include "tests/oracles/reference_internal.h"

namespace faascast::oracles {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kWhole = std::int64_t{1} << 32;  ///< a nanosecond of work done alone

/// What an instance is for the next request, in the order in which requests look for one.
enum class Class : std::uint8_t { kWarmRoom, kWarmIdle, kRoom, kIdle, kStarting, kNone };

/// A request on an instance.
struct Running {
  Request r{};
  std::uint16_t attempt = 0;
  Stay stay{};
  bool joined = false;
  std::int64_t start = 0;        ///< when it, or its instance's start, began
  std::int64_t served_from = 0;  ///< on the ready instance
  Int128 left = 0;               ///< work, in 2^-32 ns
};

/// One live sandbox. The list of them is in order of creation.
struct Instance {
  std::uint32_t function = 0;
  std::uint64_t created = 0;  ///< number in its function
  std::int64_t born = 0;
  std::int64_t ready_at = 0;
  bool starting = false;
  bool fails = false;
  bool draining = false;
  bool reserved = false;  ///< warm capacity
  bool own = false;       ///< no request asked for it
  bool untouched = true;  ///< no request has ended on it
  std::int64_t factor = 1'000'000'000;
  std::vector<Running> running{};
  Class was = Class::kNone;
  std::uint64_t entered = 0;  ///< rises with the instant at which it came into its class
  std::uint64_t idle_period = 0;
  std::int64_t expires_at = kNever;
  Request last{};  ///< that ended
  std::int64_t active_since = 0;
  std::int64_t billed_from = 0;
};

struct Waiting {
  Request r{};
  std::uint16_t attempt = 0;
  std::uint64_t turn = 0;  ///< among all that wait
  std::int64_t leaves_at = kNever;
};

struct Retrying {
  Request r{};
  std::uint16_t attempt = 0;
  std::int64_t at = 0;
};

enum class Kind : std::uint8_t {
  kEnd,
  kReady,
  kExpiry,
  kEndOfLife,
  kWarm,
  kTick,
  kAhead,
  kToken,
  kPatience,
  kRetry
};

struct Event {
  std::int64_t at = kNever;
  Kind kind = Kind::kEnd;
  std::uint32_t function = 0;
  std::uint64_t order = 0;
  Instance* instance = nullptr;
  [[nodiscard]] auto rank() const { return std::tuple(at, kind, function, order); }
};

class PoolReplay {
 public:
  PoolReplay(const Plan& plan, const DeploymentPlan& deployment, ReplaySeed seed)
      : plan_(plan),
        deployment_(deployment),
        pool_(std::get<PoolPlan>(deployment.side)),
        seed_(seed),
        requests_(read_all(plan, seed)) {
    std::uint32_t functions = plan.traffic->functions();
    for (const Request& r : requests_) functions = std::max(functions, r.function + 1);
    out_.functions.resize(functions);
    waiting_.resize(functions);
    created_.resize(functions);
    idle_periods_.resize(functions);
    tokens_.resize(functions);
    token_at_.resize(functions, kNever);
    loads_.resize(functions);
    knative_memory_.resize(functions);
    wanted_.resize(functions);
    idle_times_.resize(functions);
    empty_since_.resize(functions, -1);
    ahead_at_.resize(functions, kNever);
    ahead_until_.resize(functions);
    warm_loads_.resize(functions);
    works_.resize(functions);
    warm_changed_.resize(functions);
    warm_steps_.resize(functions);
    tick_.resize(functions, 1);
    if (pool_.scale_out) {
      const Int128 full = Int128(pool_.scale_out->burst) * pool_.scale_out->period.count();
      for (Int128& tokens : tokens_) tokens = full;
    }
    for (std::uint32_t f = 0; f < functions; ++f) {
      for (std::uint32_t i = 0; i < pool_.minimum_instances; ++i) {
        Instance& instance = create(f, false);
        instance.idle_period = ++idle_periods_[f];
        reclass(instance);
      }
      if (pool_.warm) {
        for (std::uint32_t i = 0; i < pool_.warm->instances; ++i) reclass(create(f, true));
      }
    }
    note();
  }

  ReferenceResult run(std::int64_t at_least) {
    at_least_ = at_least;
    for (const Request& r : requests_) {
      fire_up_to(r.at);
      elapse(r.at);
      if (counted(r)) {
        ++out_.requests;
        ++out_.functions[r.function].requests;
      }
      arrive(r, 0);
      note();
    }
    while (unsettled()) fire_up_to(next().at);
    if (plan_.horizon.kind == Horizon::Kind::kAt) {
      fire_up_to(std::max(ns_of(plan_.horizon.at) - 1, now_));
    } else if (plan_.horizon.kind == Horizon::Kind::kDrain) {
      while (acts_by_clock() && goes_on()) fire_up_to(next().at);
      if (acts_by_clock()) last_expiry_ = std::max(last_expiry_, now_);
    } else if (acts_by_clock()) {
      last_completion_ = std::max(last_completion_, now_);
    }
    // What idles now expires, but for the minimum, which another life does not change.
    ending_ = true;
    fire_up_to(kNever - 1);
    settle();
    return out_;
  }

 private:
  // ---- events

  [[nodiscard]] bool knative() const { return pool_.scaling.rule == ScalingRule::kKnative; }
  [[nodiscard]] bool histogram() const {
    return pool_.keep_alive_rule == KeepAliveRule::kHistogram;
  }
  [[nodiscard]] bool acts_by_clock() const {
    return pool_.scaling.rule != ScalingRule::kPerRequest || histogram() ||
           (pool_.warm && (pool_.warm->tracking || !pool_.warm->schedule.empty()));
  }
  /// Something may still expire, or an autoscaler is not at rest.
  [[nodiscard]] bool goes_on() const {
    for (const Instance& i : instances_) {
      if (i.reserved) continue;
      const bool ages =
          pool_.maximum_life > Duration::zero() && steady_of(i.function) > pool_.minimum_instances;
      if (i.starting || i.expires_at != kNever || ages) return true;
    }
    for (std::uint32_t f = 0; f < loads_.size(); ++f) {
      if (ahead_at_[f] != kNever || works_[f]) return true;
    }
    return false;
  }

  [[nodiscard]] bool unsettled() const {
    for (const auto& queue : waiting_) {
      if (!queue.empty()) return true;
    }
    return !retrying_.empty() || std::any_of(instances_.begin(), instances_.end(),
                                             [](const Instance& i) { return !i.running.empty(); });
  }

  [[nodiscard]] Event next() {
    Event first;
    const auto consider = [&](const Event& e) {
      if (e.at != kNever && (first.at == kNever || e.rank() < first.rank())) first = e;
    };
    for (Instance& i : instances_) {
      const std::uint32_t f = i.function;
      if (i.starting && (i.own || i.reserved)) {
        consider({i.ready_at, Kind::kReady, f, (std::uint64_t{1} << 63) + i.created, &i});
      } else if (i.starting) {
        consider({i.ready_at, Kind::kReady, f, i.running.front().r.number, &i});
      } else {
        for (const Running& r : i.running) {
          consider({end_of(i, r), Kind::kEnd, f, r.r.number, &i});
        }
      }
      consider({i.expires_at, Kind::kExpiry, f, i.idle_period, &i});
      const bool another = ending_ && steady_of(f) <= pool_.minimum_instances;
      if (pool_.maximum_life > Duration::zero() && !i.draining && !another && !i.reserved) {
        consider({i.born + pool_.maximum_life.count(), Kind::kEndOfLife, f, i.created, &i});
      }
    }
    for (std::uint32_t f = 0; f < waiting_.size() && !ending_; ++f) {
      consider({next_warm(f), Kind::kWarm, f, 0, nullptr});
      if (pool_.scaling.rule != ScalingRule::kPerRequest) {
        consider({tick_[f] * pool_.scaling.period.count(), Kind::kTick, f, 0, nullptr});
      }
      consider({ahead_at_[f], Kind::kAhead, f, 0, nullptr});
    }
    for (std::uint32_t f = 0; f < waiting_.size(); ++f) {
      for (const Waiting& w : waiting_[f]) {
        consider({w.leaves_at, Kind::kPatience, f, w.r.number, nullptr});
      }
      if (waiting_[f].empty() || live_of(f) >= pool_.max_instances || knative()) {
        token_at_[f] = kNever;
        continue;
      }
      if (const Int128 missing = missing_tokens(f); missing > 0 && token_at_[f] == kNever) {
        const Int128 rate = pool_.scale_out->instances;
        token_at_[f] = now_ + static_cast<std::int64_t>((missing + rate - 1) / rate);
      }
      consider({token_at_[f], Kind::kToken, f, 0, nullptr});
    }
    for (const Retrying& r : retrying_) {
      consider({r.at, Kind::kRetry, r.r.function, r.r.number, nullptr});
    }
    return first;
  }

  void fire_up_to(std::int64_t until) {
    for (Event e = next(); e.at <= until; e = next()) {
      elapse(e.at);
      switch (e.kind) {
        case Kind::kEnd:
          end(*e.instance, e.order);
          break;
        case Kind::kReady:
          ready(*e.instance);
          break;
        case Kind::kWarm:
          change_warm(e.function);
          break;
        case Kind::kTick:
          tick(e.function);
          break;
        case Kind::kAhead:
          ahead_at_[e.function] = kNever;
          if (steady_of(e.function) == 0) start_alone(e.function);
          break;
        case Kind::kExpiry:
          if (steady_of(e.function) <= pool_.minimum_instances) {
            e.instance->expires_at = kNever;
          } else if (steady_of(e.function) <= wanted_[e.function] && !ending_) {
            e.instance->expires_at = now_ + pool_.scaling.period.count();
          } else {
            remove(*e.instance, true);
          }
          break;
        case Kind::kEndOfLife:
          end_life(*e.instance);
          break;
        case Kind::kToken:
          token_at_[e.function] = kNever;
          break;
        case Kind::kPatience:
          give_up(e);
          break;
        case Kind::kRetry:
          retry(e);
          break;
      }
      serve_queues(e.function);
      note();
    }
  }

  void elapse(std::int64_t now) {
    for (Instance& i : instances_) {
      if (i.starting) continue;
      for (Running& r : i.running) r.left -= Int128(now - now_) * speed(i);
    }
    if (pool_.scale_out) {
      const ScaleOut& rule = *pool_.scale_out;
      for (Int128& tokens : tokens_) {
        tokens = std::min(tokens + Int128(now - now_) * rule.instances,
                          Int128(rule.burst) * rule.period.count());
      }
    }
    now_ = now;
  }

  /// Of each request, in 2^-32 of a request alone.
  [[nodiscard]] std::int64_t speed(const Instance& i) const {
    const auto n = static_cast<std::int64_t>(i.running.size());
    const std::int64_t milli = pool_.vcpu_share.value();
    if (milli == 0 || milli >= 1000 * n) return kWhole;
    return static_cast<std::int64_t>(Int128(kWhole) * milli / (1000 * n));
  }
  [[nodiscard]] std::int64_t end_of(const Instance& i, const Running& r) const {
    if (r.left <= 0) return now_;
    const Int128 rate = speed(i);
    const std::int64_t done = now_ + static_cast<std::int64_t>((r.left + rate - 1) / rate);
    if (pool_.timeout == Duration::zero()) return done;
    return std::min(done, r.served_from + pool_.timeout.count());
  }
  [[nodiscard]] Int128 missing_tokens(std::uint32_t f) const {
    return pool_.scale_out ? pool_.scale_out->period.count() - tokens_[f] : 0;
  }

  // ---- requests

  void arrive(const Request& r, std::uint16_t attempt) {
    auto& queue = waiting_[r.function];
    ahead_at_[r.function] = kNever;
    works_[r.function] = pool_.scaling.rule != ScalingRule::kPerRequest;
    if (in_system(r.function) == 0 && empty_since_[r.function] >= 0) {
      idle_times_[r.function].push_back(now_ - empty_since_[r.function]);
    }
    if (place(r, attempt, false)) return;
    const bool fits = !pool_.queue_limit || queue.size() < *pool_.queue_limit;
    const bool queues =
        (pool_.at_limit == AtLimit::kQueue || knative()) && account_share(r.function) > 0;
    if (queues && pool_.max_instances > 0 && fits) {
      Waiting w{.r = r, .attempt = attempt, .turn = turns_++};
      if (pool_.patience) {
        w.leaves_at = now_ + pool_.patience->at_word(word(r, Purpose::kPatience, attempt)).count();
      }
      queue.push_back(w);
      if (knative() && steady_of(r.function) == 0 && warm_of(r.function).empty()) {
        start_alone(r.function);
      }
    } else {
      turn_away(r, attempt, false);
    }
  }

  void turn_away(const Request& r, std::uint16_t attempt, bool failed) {
    if (attempt < pool_.retry.most) {
      ++attempt;
      const auto factor = static_cast<double>(std::pow(pool_.retry.factor, attempt - 1));
      const auto drawn = pool_.retry.delay.at_word(word(r, Purpose::kRetry, attempt)).count();
      const std::int64_t delay =
          std::min(drawn * static_cast<std::int64_t>(factor), pool_.retry.longest.count());
      retrying_.push_back({r, attempt, now_ + delay});
      if (counted(r)) ++out_.retries;
    } else if (counted(r)) {
      ++(failed ? out_.failed : out_.throttled);
    }
  }

  void retry(const Event& e) {
    const auto found = std::find_if(retrying_.begin(), retrying_.end(), [&](const Retrying& r) {
      return r.at == e.at && r.r.function == e.function && r.r.number == e.order;
    });
    const Retrying again = *found;
    retrying_.erase(found);
    arrive(again.r, again.attempt);
  }

  void give_up(const Event& e) {
    auto& queue = waiting_[e.function];
    const auto found = std::find_if(queue.begin(), queue.end(),
                                    [&](const Waiting& w) { return w.r.number == e.order; });
    if (counted(found->r)) {
      ++out_.timed_out;
      ++out_.abandoned;
    }
    queue.erase(found);
  }

  /// @param queued it comes from the queue
  bool place(const Request& r, std::uint16_t attempt, bool queued) {
    if (account_is_full(r.function)) return false;
    for (const Class wanted :
         {Class::kWarmRoom, Class::kWarmIdle, Class::kRoom, Class::kIdle, Class::kStarting}) {
      std::vector<Instance*> candidates;
      for (Instance& i : instances_) {
        if (i.function == r.function && class_of(i) == wanted) candidates.push_back(&i);
      }
      if (candidates.empty()) continue;
      put(*chosen(candidates, r), r, attempt, queued);
      return true;
    }
    if (knative()) return false;
    if (live_of(r.function) >= pool_.max_instances || missing_tokens(r.function) > 0) return false;
    if (pool_.scale_out) tokens_[r.function] -= pool_.scale_out->period.count();
    start_for(r, attempt);
    return true;
  }

  /// @param candidates in order of creation
  Instance* chosen(const std::vector<Instance*>& candidates, const Request& r) const {
    const auto earlier = [](const Instance* a, const Instance* b) {
      return a->entered < b->entered;
    };
    switch (pool_.reuse_order) {
      case ReuseOrder::kMostRecentlyIdle:
        return *std::max_element(candidates.begin(), candidates.end(), earlier);
      case ReuseOrder::kLeastRecentlyUsed:
        return *std::min_element(candidates.begin(), candidates.end(), earlier);
      case ReuseOrder::kNewestFirst:
        return candidates.back();
      case ReuseOrder::kOldestFirst:
        return candidates.front();
      case ReuseOrder::kRandom:
        break;
    }
    const Stream stream(seed_.seed, r.function, Purpose::kReuse, 0, seed_.replication);
    const double u = stream.uniform(r.number) * static_cast<double>(candidates.size());
    return candidates[static_cast<std::size_t>(std::floor(u))];
  }

  void serve_queues(std::uint32_t function) {
    if (pool_.account_concurrency == 0) {
      auto& queue = waiting_[function];
      while (!queue.empty() && place(queue.front().r, queue.front().attempt, true)) {
        queue.pop_front();
      }
      return;
    }
    for (bool placed = true; placed;) {
      placed = false;
      std::vector<std::deque<Waiting>*> queues;
      for (auto& queue : waiting_) {
        if (!queue.empty()) queues.push_back(&queue);
      }
      std::sort(queues.begin(), queues.end(),
                [](const auto* a, const auto* b) { return a->front().turn < b->front().turn; });
      for (auto* queue : queues) {
        placed = place(queue->front().r, queue->front().attempt, true);
        if (placed) queue->pop_front();
        if (placed) break;
      }
    }
  }

  // ---- service

  void put(Instance& i, const Request& r, std::uint16_t attempt, bool queued) {
    if (!i.starting && i.running.empty()) {
      i.active_since = i.billed_from = now_;
      i.expires_at = kNever;
    }
    i.running.push_back({.r = r, .attempt = attempt});
    if (i.starting) {
      i.running.back().joined = true;
    } else {
      serve(i, i.running.back());
      i.running.back().joined = queued && i.own && i.ready_at == now_;
    }
    reclass(i);
  }
  void serve(const Instance& i, Running& run) {
    run.stay = warm_stay(deployment_, run.r, seed_, i.factor);
    run.start = run.served_from = now_;
    run.left = Int128(run.stay.handler) * kWhole;
  }

  void start_for(const Request& r, std::uint16_t attempt) {
    Instance& i = create(r.function, false);
    i.factor = factor_of(deployment_, r.function, r.number, attempt, seed_);
    Running run{.r = r, .attempt = attempt, .stay = cold_stay(deployment_, r, seed_, i.factor)};
    run.start = now_;
    i.ready_at = now_ + run.stay.placement + run.stay.init;
    i.active_since = now_;
    i.billed_from = pool_.metering.bills_init ? now_ + run.stay.placement : i.ready_at;
    i.starting = true;
    if (pool_.init_failure > 0) {
      const Stream stream(seed_.seed, r.function, Purpose::kFailure, attempt, seed_.replication);
      i.fails = stream.uniform(r.number) < pool_.init_failure;
    }
    i.running.push_back(run);
    if (i.ready_at == now_ && !i.fails) ready(i);
    reclass(i);
  }

  void ready(Instance& i) {
    if (i.fails) return fail(i);
    i.starting = false;
    if (i.own && i.running.empty()) {
      if (i.draining) return remove(i, false);
      return become_idle(i);
    }
    for (Running& run : i.running) {
      if (run.joined) {
        serve(i, run);
      } else {
        run.served_from = now_;
        run.left = Int128(run.stay.handler) * kWhole;
      }
    }
    reclass(i);
  }

  void fail(Instance& i) {
    if (!i.running.empty()) last_completion_ = std::max(last_completion_, now_);
    const std::vector<Running> all = i.running;
    i.running.clear();
    if (pool_.metering.bills_init && !i.own) {
      charge(all.front().r);
      if (per_period()) {
        if (i.active_since >= ns_of(plan_.warm_up))
          meter(now_ - i.billed_from, pool_.memory.value());
      } else if (counted(all.front().r)) {
        meter(now_ - i.billed_from, billed_memory(all.front().r));
      }
    }
    remove(i, false);
    for (const Running& run : all) {
      if (counted(run.r)) count_cold(run.r, !run.joined);
      turn_away(run.r, run.attempt, true);
    }
  }

  void end(Instance& i, std::uint64_t number) {
    const auto found = std::find_if(i.running.begin(), i.running.end(),
                                    [&](const Running& r) { return r.r.number == number; });
    const Running run = *found;
    i.running.erase(found);
    i.last = run.r;
    i.untouched = false;
    last_completion_ = std::max(last_completion_, now_);
    if (counted(run.r)) record(run);
    const std::int64_t elapsed = now_ - run.served_from;
    const std::int64_t init = pool_.metering.bills_init ? run.stay.init : 0;
    charge(run.r);
    if (!per_period() && counted(run.r)) {
      meter(elapsed + init, billed_memory(run.r), provisioned(i));
    }
    if (!i.running.empty()) {
      reclass(i);
      return;
    }
    auto& queue = waiting_[i.function];
    if (!i.draining && !queue.empty() && pool_.account_concurrency == 0) {
      i.running.push_back({.r = queue.front().r, .attempt = queue.front().attempt});
      queue.pop_front();
      serve(i, i.running.back());
      i.running.back().joined = i.own && i.ready_at == now_;
      return;
    }
    if (per_period() && i.active_since >= ns_of(plan_.warm_up)) {
      meter(now_ - i.billed_from, pool_.memory.value(), provisioned(i));
    }
    if (i.draining) return remove(i, false);
    become_idle(i);
  }

  void become_idle(Instance& i) {
    reclass(i);
    if (i.reserved) return;
    i.idle_period = ++idle_periods_[i.function];
    if (knative()) return;
    const std::int64_t life = idle_life(i);
    i.expires_at = life == kNever ? kNever : now_ + life;
    const Windows w = windows_of(pool_.idle_histogram, idle_times_[i.function]);
    if (!histogram() || w.life < 0 || w.pre == 0 || i.untouched || in_system(i.function) > 0)
      return;
    ahead_at_[i.function] = now_ + w.pre;
    ahead_until_[i.function] = now_ + w.life;
    for (bool gone = true; gone && steady_of(i.function) > pool_.minimum_instances;) {
      gone = false;
      Instance* oldest = nullptr;
      for (Instance& other : instances_) {
        if (other.function != i.function || class_of(other) != Class::kIdle) continue;
        if (oldest == nullptr || other.entered < oldest->entered) oldest = &other;
      }
      if (oldest == nullptr) break;
      const bool self = oldest == &i;
      remove(*oldest, true);
      gone = !self;  // it was the last that came
    }
  }

  [[nodiscard]] std::int64_t idle_life(const Instance& i) const {
    if (pool_.keep_alive_rule == KeepAliveRule::kDrawn) {
      Request last = i.last;
      last.function = i.function;
      if (i.untouched) last.number = i.created;
      const std::uint16_t sub = i.untouched ? kOwnStart : 0;
      return pool_.idle_life.at_word(word(last, Purpose::kKeepAlive, sub)).count();
    }
    if (histogram() && i.untouched && ahead_until_[i.function] > now_) {
      return ahead_until_[i.function] - now_;
    }
    if (histogram()) {
      const Windows w = windows_of(pool_.idle_histogram, idle_times_[i.function]);
      if (w.life >= 0) return w.life;
    }
    std::int64_t life = pool_.keep_alive.count();
    if (pool_.keep_alive_rule == KeepAliveRule::kHalving && life != kNever) {
      for (std::uint64_t j = i.idle_period; j % 2 == 0; j /= 2) life += pool_.keep_alive.count();
    }
    return life;
  }

  void record(const Running& run) {
    FunctionTotals& function = out_.functions[run.r.function];
    if (run.stay.cold || run.joined) count_cold(run.r, run.stay.cold);
    if (run.r.execution_ns == ArrivalBlock::kAbsent) ++with_state_;
    const bool late = run.stay.timed_out || run.left > 0;
    if (late) {
      ++out_.timed_out;
      return;
    }
    ++out_.completed;
    const std::int64_t latency = now_ - run.r.at + network_ns(deployment_, run.r, seed_);
    const std::int64_t slowed = now_ - run.served_from - run.stay.handler;
    out_.latency.ns.push_back(latency);
    out_.execution.ns.push_back(run.stay.warm);
    out_.wait.ns.push_back(run.start - run.r.at);
    out_.contention_ns += slowed;
    if (run.stay.cold) out_.cold_start.ns.push_back(now_ - run.start - slowed - run.stay.warm);
    function.latency_sum_ns += latency;
    function.latency_max_ns = std::max(function.latency_max_ns, latency);
  }

  void count_cold(const Request& r, bool own) {
    ++out_.cold_affected;
    if (own) ++out_.cold_starts;
    if (own) ++out_.functions[r.function].cold_starts;
  }

  void charge(const Request& r) {
    if (counted(r) && pool_.metering.bills_requests) out_.usage[Meter::kRequests] += 1;
  }

  void meter(std::int64_t used, std::int64_t memory, bool provisioned = false) {
    const Metering& rule = pool_.metering;
    std::int64_t billed = std::max(used, rule.minimum.count());
    const std::int64_t step = rule.granularity.count();
    if (billed % step != 0) billed += step - billed % step;
    if (provisioned) {
      out_.usage[Meter::kProvisionedExecution] += Int128(billed) * memory;
      return;
    }
    out_.usage[Meter::kMemoryTime] += Int128(billed) * memory;
    out_.usage[Meter::kVcpuTime] += Int128(billed) * pool_.vcpu.value();
    out_.usage[Meter::kClockTime] += Int128(billed) * pool_.clock_mhz;
  }

  std::int64_t billed_memory(const Request& r) const {
    if (!pool_.bills_memory_used) return pool_.memory.value();
    std::int64_t memory = r.memory_mb != ArrivalBlock::kAbsent ? r.memory_mb : pool_.memory.value();
    const std::int64_t step = pool_.memory_step.value();
    if (step == 0) return memory;
    memory = std::max(memory, step);
    while (memory % step != 0) ++memory;
    return memory;
  }

  // ---- instances

  Instance& create(std::uint32_t function, bool reserved) {
    instances_.push_back({.function = function, .created = created_[function]++, .born = now_});
    Instance& i = instances_.back();
    i.reserved = reserved;
    i.factor = factor_of(deployment_, function, i.created, kOwnStart, seed_);
    return i;
  }

  /// No request asks for it. Limits apply.
  bool start_alone(std::uint32_t f) {
    if (live_of(f) >= pool_.max_instances || missing_tokens(f) > 0) return false;
    if (pool_.scale_out) tokens_[f] -= pool_.scale_out->period.count();
    Instance& i = create(f, false);
    const Stay start = own_start(deployment_, f, i.created, seed_);
    i.own = i.starting = true;
    i.active_since = now_;
    i.ready_at = now_ + start.placement + start.init;
    i.billed_from = i.ready_at;
    if (pool_.init_failure > 0) {
      const Stream stream(seed_.seed, f, Purpose::kFailure, kOwnStart, seed_.replication);
      i.fails = stream.uniform(i.created) < pool_.init_failure;
    }
    if (now_ >= ns_of(plan_.warm_up) &&
        (plan_.horizon.kind != Horizon::Kind::kAt || now_ < ns_of(plan_.horizon.at))) {
      ++out_.own_starts;
      if (pool_.metering.bills_init) meter(start.init, pool_.memory.value());
    }
    reclass(i);
    return true;
  }

  // ---- warm capacity

  /// In order of creation, none that drains.
  [[nodiscard]] std::vector<Instance*> warm_of(std::uint32_t f) {
    std::vector<Instance*> warm;
    for (Instance& i : instances_) {
      if (i.function == f && i.reserved && !i.draining) warm.push_back(&i);
    }
    return warm;
  }
  /// The instant of change number `step`.
  [[nodiscard]] std::int64_t next_warm(std::uint32_t f) const {
    if (!pool_.warm) return kNever;
    const WarmCapacity& rule = *pool_.warm;
    const std::uint64_t step = warm_steps_[f];
    if (rule.tracking) return static_cast<std::int64_t>(step + 1) * rule.tracking->period.count();
    const std::uint64_t n = rule.schedule.size();
    if (n == 0 || (step >= n && rule.repeats == Duration::zero())) return kNever;
    return rule.schedule[step % n].at.count() +
           static_cast<std::int64_t>(step / n) * rule.repeats.count();
  }
  void change_warm(std::uint32_t f) {
    const WarmCapacity& rule = *pool_.warm;
    const std::uint64_t step = warm_steps_[f]++;
    const std::uint64_t present = warm_of(f).size();
    std::uint64_t wanted = present;
    if (rule.tracking) {
      const TargetTracking& to = *rule.tracking;
      const double load = average(warm_loads_[f], &Load::requests, now_ - to.period.count(), now_);
      const double enough = std::ceil(load / (to.target * pool_.concurrency));
      const auto within = std::min<std::uint64_t>(
          std::max<std::uint64_t>(static_cast<std::uint64_t>(enough), to.minimum), to.maximum);
      const bool still = now_ - warm_changed_[f] >= to.cooldown.count();
      if (within > present || still) wanted = within;
    } else {
      wanted = rule.schedule[step % rule.schedule.size()].instances;
    }
    if (wanted != present) warm_changed_[f] = now_;
    for (std::uint64_t n = present; n < wanted; ++n) {
      Instance& i = create(f, true);
      i.starting = rule.lead > Duration::zero();
      i.ready_at = now_ + rule.lead.count();
      reclass(i);
    }
    for (std::uint64_t n = present; n > wanted; --n) {
      Instance& i = *warm_of(f).back();
      std::int64_t billed_to = now_;
      const std::int64_t unit = rule.configured_step.count();
      while (unit > 0 && (billed_to - i.born) % unit != 0)
        billed_to += unit - (billed_to - i.born) % unit;
      configured_.emplace_back(i.born, billed_to);
      if (i.running.empty()) {
        remove(i, false);
      } else {
        i.draining = true;
        reclass(i);
      }
    }
  }

  // ---- scaling policies

  void tick(std::uint32_t f) {
    ++tick_[f];
    std::int64_t ready_ones = 0;
    for (const Instance& i : instances_) {
      if (i.function == f && !i.reserved && !i.draining && !i.starting) ++ready_ones;
    }
    const auto live = static_cast<std::int64_t>(steady_of(f));
    std::int64_t wanted =
        knative() ? knative_wants(pool_, loads_[f], now_, ready_ones, live, knative_memory_[f])
                  : cloud_run_wants(pool_, loads_[f], now_);
    if (knative()) wanted = std::max<std::int64_t>(wanted, pool_.minimum_instances);
    wanted = std::min<std::int64_t>(wanted, pool_.max_instances);
    if (!knative()) wanted_[f] = static_cast<std::uint64_t>(wanted);
    while (static_cast<std::int64_t>(steady_of(f)) < wanted && start_alone(f)) {
    }
    while (knative() && static_cast<std::int64_t>(steady_of(f)) > wanted) give_up_one(f);
    const std::int64_t since = begin_of(pool_.scaling, pool_.scaling.window, now_);
    const bool loaded = in_system(f) > 0 || average(loads_[f], &Load::requests, since, now_) > 0;
    works_[f] = knative() ? loaded || now_ < knative_memory_[f].panic_until ||
                                steady_of(f) != pool_.minimum_instances ||
                                ready_ones != static_cast<std::int64_t>(steady_of(f))
                          : in_system(f) > 0 || wanted > 0;
  }
  void give_up_one(std::uint32_t f) {
    Instance* starting = nullptr;
    Instance* idle = nullptr;
    Instance* used = nullptr;
    for (Instance& i : instances_) {  // the last of each is the newest
      if (i.function != f || i.reserved || i.draining) continue;
      (i.starting ? starting : i.running.empty() ? idle : used) = &i;
    }
    if (starting != nullptr) {
      remove(*starting, true);
    } else if (idle != nullptr) {
      remove(*idle, true);
    } else {
      used->draining = true;
      reclass(*used);
    }
  }

  void remove(Instance& instance, bool expired) {
    if (expired) last_expiry_ = std::max(last_expiry_, now_);
    if (expired) expiries_.push_back(now_);
    instances_.remove_if([&](const Instance& i) { return &i == &instance; });
  }

  /// A pool never shrinks below its minimum: there, another life begins.
  void end_life(Instance& i) {
    if ((i.own && i.starting) || steady_of(i.function) <= pool_.minimum_instances) {
      i.born = now_;
    } else if (i.running.empty()) {
      remove(i, true);
    } else {
      i.draining = true;
      reclass(i);
    }
  }

  [[nodiscard]] Class class_of(const Instance& i) const {
    if (i.draining || i.running.size() >= pool_.concurrency) return Class::kNone;
    if (i.starting) return knative() || i.reserved ? Class::kNone : Class::kStarting;
    if (i.reserved) return i.running.empty() ? Class::kWarmIdle : Class::kWarmRoom;
    return i.running.empty() ? Class::kIdle : Class::kRoom;
  }
  void reclass(Instance& i) {
    if (class_of(i) == i.was) return;
    i.was = class_of(i);
    i.entered = ++entries_;
  }

  /// The figures that need the horizon.
  void settle() {
    std::int64_t horizon = std::max(last_completion_, at_least_);
    if (plan_.horizon.kind == Horizon::Kind::kAt) horizon = ns_of(plan_.horizon.at);
    if (plan_.horizon.kind == Horizon::Kind::kDrain) horizon = std::max(horizon, last_expiry_);
    const std::int64_t from = ns_of(plan_.warm_up);
    out_.horizon = instant_at(horizon);
    out_.live_ns = history_.integral(&Level::live, from, horizon);
    out_.busy_ns = history_.integral(&Level::busy, from, horizon);
    out_.peak = static_cast<std::uint64_t>(history_.peak(from, horizon));
    out_.expired = static_cast<std::uint64_t>(
        std::count_if(expiries_.begin(), expiries_.end(),
                      [&](std::int64_t at) { return at >= from && at < horizon; }));
    const Int128 reserved = history_.integral(&Level::reserved_idle, from, horizon);
    out_.usage[Meter::kIdleMemoryTime] = reserved * pool_.memory.value();
    out_.usage[Meter::kIdleVcpuTime] = reserved * pool_.vcpu.value();
    if (pool_.warm && pool_.warm->provisioned) {
      for (Instance& i : instances_) {
        if (i.reserved && !i.draining) configured_.emplace_back(i.born, horizon);
      }
      for (const auto& [begin, end] : configured_) {
        const Int128 part = std::min(end, horizon) - std::max(begin, from);
        if (part > 0) out_.usage[Meter::kProvisionedMemoryTime] += part * pool_.memory.value();
      }
    }
    out_.usage[Meter::kConnections] = out_.requests;
    out_.usage[Meter::kStateReads] = Int128(with_state_) * deployment_.work.state.reads;
    out_.usage[Meter::kStateWrites] = Int128(with_state_) * deployment_.work.state.writes;
    out_.usage[Meter::kBytesIn] = Int128(out_.completed) * deployment_.request_bytes.value();
    out_.usage[Meter::kBytesOut] = Int128(out_.completed) * deployment_.response_bytes.value();
  }

  void note() {
    Level level{.at = now_};
    for (std::uint32_t f = 0; f < out_.functions.size(); ++f) {
      std::int64_t busy = 0;
      Load load{.at = now_, .requests = in_system(f)};
      Load warm{.at = now_};
      for (const Instance& i : instances_) {
        if (i.function != f) continue;
        const auto n = static_cast<std::int64_t>(i.running.size());
        if (!i.starting) load.milli_cpu += std::min(1000 * n, pool_.vcpu_share.value());
        if (i.reserved) {
          warm.requests += n;
          if (n > 0) ++level.busy;
          if (n == 0 && !pool_.warm->provisioned) ++level.reserved_idle;
        } else if (n > 0 || i.starting) {
          ++busy;
        }
      }
      if (load.requests == 0 && !loads_[f].empty() && loads_[f].back().requests > 0) {
        empty_since_[f] = now_;
      }
      loads_[f].push_back(load);
      warm_loads_[f].push_back(warm);
      level.live += static_cast<std::int64_t>(live_of(f));
      level.busy += busy;
      level.reserved_idle += std::max<std::int64_t>(pool_.minimum_instances - busy, 0);
    }
    history_.levels.push_back(level);
  }

  [[nodiscard]] bool per_period() const {
    return pool_.metering.basis == Metering::Basis::kPerActiveInstance;
  }
  [[nodiscard]] std::uint64_t word(const Request& r, Purpose purpose, std::uint16_t attempt) const {
    const Stream stream(seed_.seed, r.function, purpose, attempt, seed_.replication);
    return stream.words(r.number)[0];
  }
  [[nodiscard]] bool counted(const Request& r) const { return r.at >= ns_of(plan_.warm_up); }
  [[nodiscard]] bool provisioned(const Instance& i) const {
    return i.reserved && pool_.warm->provisioned;
  }
  [[nodiscard]] std::uint64_t in_flight(std::uint32_t f) const {
    std::uint64_t sum = 0;
    for (const Instance& i : instances_) {
      if (i.function == f) sum += i.running.size();
    }
    return sum;
  }
  [[nodiscard]] std::int64_t in_system(std::uint32_t f) const {
    return static_cast<std::int64_t>(in_flight(f) + waiting_[f].size());
  }
  /// Requests in execution that the function's part of the account may have.
  [[nodiscard]] std::uint64_t account_share(std::uint32_t function) const {
    if (pool_.account_concurrency == 0) return std::numeric_limits<std::uint64_t>::max();
    std::uint64_t left = pool_.account_concurrency;
    for (const ReservedConcurrency& r : pool_.reserved) {
      if (r.function == function) return r.requests;
      left -= std::min<std::uint64_t>(r.requests, left);
    }
    return left;
  }
  [[nodiscard]] bool has_reserved(std::uint32_t function) const {
    return std::any_of(pool_.reserved.begin(), pool_.reserved.end(),
                       [&](const ReservedConcurrency& r) { return r.function == function; });
  }
  [[nodiscard]] bool account_is_full(std::uint32_t function) const {
    std::uint64_t used = 0;
    for (std::uint32_t f = 0; f < waiting_.size(); ++f) {
      const bool shares = !has_reserved(function) && !has_reserved(f);
      if (f == function || shares) used += in_flight(f);
    }
    return used >= account_share(function);
  }
  [[nodiscard]] std::uint64_t live_of(std::uint32_t f) const {
    return static_cast<std::uint64_t>(std::count_if(
        instances_.begin(), instances_.end(), [&](const Instance& i) { return i.function == f; }));
  }
  [[nodiscard]] std::uint64_t steady_of(std::uint32_t f) const {
    return static_cast<std::uint64_t>(std::count_if(
        instances_.begin(), instances_.end(),
        [&](const Instance& i) { return i.function == f && !i.draining && !i.reserved; }));
  }

  const Plan& plan_;
  const DeploymentPlan& deployment_;
  const PoolPlan& pool_;
  ReplaySeed seed_;
  std::vector<Request> requests_;
  std::int64_t now_ = 0;
  std::int64_t with_state_ = 0;  ///< requests that read and wrote
  std::int64_t at_least_ = 0;    ///< the run's end is not before
  bool ending_ = false;
  std::list<Instance> instances_{};
  std::vector<std::deque<Waiting>> waiting_{};  ///< by function
  std::vector<Retrying> retrying_{};
  std::vector<std::uint64_t> created_{};       ///< by function
  std::vector<std::uint64_t> idle_periods_{};  ///< by function
  std::vector<Int128> tokens_{};               ///< by function, times the period
  std::vector<std::int64_t> token_at_{};       ///< by function: when those that wait look again
  std::vector<Loads> loads_{};                 ///< by function, as all below
  std::vector<Loads> warm_loads_{};            ///< of the warm capacity
  std::vector<std::uint64_t> warm_steps_{};    ///< changes so far
  std::vector<std::int64_t> warm_changed_{};   ///< the latest real one
  std::vector<std::int64_t> tick_{};           ///< number of the next
  std::vector<KnativeMemory> knative_memory_{};
  std::vector<std::uint64_t> wanted_{};
  std::vector<bool> works_{};  ///< the autoscaler has something to do
  std::vector<std::vector<std::int64_t>> idle_times_{};
  std::vector<std::int64_t> empty_since_{};
  std::vector<std::int64_t> ahead_at_{};
  std::vector<std::int64_t> ahead_until_{};
  std::vector<std::pair<std::int64_t, std::int64_t>> configured_{};
  std::uint64_t entries_ = 0;
  std::uint64_t turns_ = 0;
  Timeline history_{};
  std::vector<std::int64_t> expiries_{};
  std::int64_t last_completion_ = 0;
  std::int64_t last_expiry_ = 0;
  ReferenceResult out_{};
};

}  // namespace

ReferenceResult replay_pool(const Plan& plan, const DeploymentPlan& deployment, ReplaySeed seed,
                            std::int64_t at_least) {
  return PoolReplay(plan, deployment, seed).run(at_least);
}

}  // namespace faascast::oracles
