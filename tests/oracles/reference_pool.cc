#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <tuple>
#include <variant>

#include "sim-core/random.h"
#include "tests/oracles/reference_internal.h"

namespace faascast::oracles {
namespace {

/// One live sandbox. The list of them is in order of creation.
struct Instance {
  std::uint64_t id = 0;
  std::uint32_t function = 0;
  bool busy = false;
  std::uint64_t idle_order = 0;  ///< rises with the instant at which it became idle
};

enum class Kind : std::uint8_t { kCompletion, kExpiry };  // in their order at one instant

struct Event {
  std::int64_t at = 0;
  Kind kind = Kind::kCompletion;
  std::uint32_t function = 0;
  std::uint64_t order = 0;  ///< request number, or order of becoming idle
  std::uint64_t instance = 0;

  [[nodiscard]] auto rank() const { return std::tuple(at, kind, function, order); }
};

/// How long one request keeps its instance, by part.
struct Stay {
  std::int64_t placement = 0;
  std::int64_t init = 0;
  std::int64_t handler = 0;
  std::int64_t warm = 0;  ///< what a warm instance would have taken
  bool timed_out = false;

  [[nodiscard]] std::int64_t total() const { return placement + init + handler; }
};

bool given(std::int64_t cell) { return cell != ArrivalBlock::kAbsent; }

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
    for (std::uint32_t f = 0; f < functions; ++f) {
      for (std::uint32_t i = 0; i < pool_.minimum_instances; ++i) {
        instances_.push_back({.id = created_++, .function = f, .idle_order = idle_count_++});
      }
    }
    note(0, false);
  }

  ReferenceResult run() {
    for (const Request& r : requests_) {
      fire_up_to(r.at);
      arrive(r);
      note(r.at, true);
    }
    fire_up_to(std::numeric_limits<std::int64_t>::max());
    settle();
    return out_;
  }

 private:
  void fire_up_to(std::int64_t now) {
    while (!events_.empty()) {
      const auto first =
          std::min_element(events_.begin(), events_.end(),
                           [](const Event& a, const Event& b) { return a.rank() < b.rank(); });
      if (first->at > now) return;
      const Event event = *first;
      events_.erase(first);
      if (event.kind == Kind::kCompletion) complete(event);
      if (event.kind == Kind::kExpiry) expire(event);
      note(event.at, false);
    }
  }

  void arrive(const Request& r) {
    const bool counts = counted(r);
    if (counts) {
      ++out_.requests;
      ++out_.functions[r.function].requests;
    }
    const std::vector<Instance> idle = idle_instances(r.function);
    if (!idle.empty()) {
      start(r, chosen(idle, r).id, r.at, false);
    } else if (live_of(r.function) < pool_.max_instances) {
      instances_.push_back({.id = created_++, .function = r.function});
      start(r, instances_.back().id, r.at, true);
    } else if (pool_.at_limit == AtLimit::kQueue) {
      waiting_[r.function].push_back(r);
    } else if (counts) {
      ++out_.throttled;
    }
  }

  /// @param idle in order of creation
  Instance chosen(const std::vector<Instance>& idle, const Request& r) const {
    const auto longer_idle = [](const Instance& a, const Instance& b) {
      return a.idle_order < b.idle_order;
    };
    switch (pool_.reuse_order) {
      case ReuseOrder::kMostRecentlyIdle:
        return *std::max_element(idle.begin(), idle.end(), longer_idle);
      case ReuseOrder::kLeastRecentlyUsed:
        return *std::min_element(idle.begin(), idle.end(), longer_idle);
      case ReuseOrder::kNewestFirst:
        return idle.back();
      case ReuseOrder::kOldestFirst:
        return idle.front();
      case ReuseOrder::kRandom:
        break;
    }
    const Stream stream(seed_.seed, r.function, Purpose::kReuse, 0, seed_.replication);
    const double u = stream.uniform(r.number);
    return idle[static_cast<std::size_t>(std::floor(u * static_cast<double>(idle.size())))];
  }

  void start(const Request& r, std::uint64_t instance, std::int64_t now, bool cold) {
    std::erase_if(events_, [&](const Event& e) { return e.instance == instance; });
    find(instance).busy = true;
    const Stay stay = cold ? cold_stay(r) : warm_stay(r);
    events_.push_back({.at = now + stay.total(),
                       .kind = Kind::kCompletion,
                       .function = r.function,
                       .order = r.number,
                       .instance = instance});
    if (counted(r)) record(r, stay, now - r.at, cold);
  }

  void complete(const Event& event) {
    last_completion_ = std::max(last_completion_, event.at);
    auto& queue = waiting_[event.function];
    if (!queue.empty()) {
      const Request next = queue.front();
      queue.pop_front();
      start(next, event.instance, event.at, false);
      return;
    }
    Instance& instance = find(event.instance);
    instance.busy = false;
    instance.idle_order = idle_count_++;
    if (pool_.keep_alive == Duration::max()) return;
    events_.push_back({.at = event.at + pool_.keep_alive.count(),
                       .kind = Kind::kExpiry,
                       .function = event.function,
                       .order = instance.idle_order,
                       .instance = event.instance});
  }

  /// A pool never shrinks below its minimum.
  void expire(const Event& event) {
    if (live_of(event.function) <= pool_.minimum_instances) return;
    std::erase_if(instances_, [&](const Instance& i) { return i.id == event.instance; });
    last_expiry_ = std::max(last_expiry_, event.at);
    expiries_.push_back(event.at);
  }

  Stay warm_stay(const Request& r) const {
    Stay stay;
    stay.warm = stay.handler = warm_ns(r);
    return cut(stay);
  }

  Stay cold_stay(const Request& r) const {
    Stay stay;
    stay.warm = warm_ns(r);
    if (given(r.cold_execution_ns)) {
      stay.handler = r.cold_execution_ns;
      return cut(stay);
    }
    std::int64_t init_wall = 0, init_cpu = 0, wall = 0, cpu = 0;
    for (std::size_t i = 0; i < pool_.cold_start.size(); ++i) {
      const ColdComponent& component = pool_.cold_start[i];
      const Stream stream(seed_.seed, r.function, Purpose::kColdStart,
                          static_cast<std::uint16_t>(i), seed_.replication);
      const std::int64_t drawn = component.wall.at_word(stream.words(r.number)[0]).count();
      const bool in_init = component.load_at == LoadAt::kInit;
      if (component.load_at == LoadAt::kPlacement) {
        stay.placement += drawn;
      } else {
        (in_init ? init_wall : wall) += drawn;
        (in_init ? init_cpu : cpu) += component.cpu.count();
      }
    }
    stay.init = init_wall + init_cpu;
    if (pool_.init_limit > Duration::zero() && stay.init > pool_.init_limit.count()) {
      stay.init = pool_.init_limit.count();
      wall += init_wall;
      cpu += init_cpu;
    }
    const bool final_work = given(r.execution_ns) || deployment_.work.is_final;
    stay.handler = final_work ? through_law(cpu) + wall + stay.warm
                              : through_law(cpu + work_ns(deployment_.work, r, seed_)) + wall;
    return cut(stay);
  }

  Stay cut(Stay stay) const {
    if (pool_.timeout > Duration::zero() && stay.handler > pool_.timeout.count()) {
      stay.handler = pool_.timeout.count();
      stay.timed_out = true;
    }
    return stay;
  }

  std::int64_t warm_ns(const Request& r) const {
    if (given(r.execution_ns)) return r.execution_ns;
    const std::int64_t work = work_ns(deployment_.work, r, seed_);
    return deployment_.work.is_final ? work : through_law(work);
  }

  /// A burst runs `quota` in every period, and ends within its last one.
  std::int64_t through_law(std::int64_t cpu) const {
    const std::int64_t quota = pool_.cpu.quota.count();
    if (quota == 0 || cpu <= 0) return cpu;
    std::int64_t elapsed = 0;
    for (; cpu > quota; cpu -= quota) elapsed += pool_.cpu.period.count();
    return elapsed + cpu;
  }

  void record(const Request& r, const Stay& stay, std::int64_t waited, bool cold) {
    FunctionTotals& function = out_.functions[r.function];
    if (cold) ++out_.cold_starts;
    if (cold) ++function.cold_starts;
    meter(r, stay);
    if (stay.timed_out) {
      ++out_.timed_out;
      return;
    }
    ++out_.completed;
    const std::int64_t latency = waited + stay.total() + network_ns(deployment_, r, seed_);
    out_.latency.ns.push_back(latency);
    out_.execution.ns.push_back(stay.warm);
    out_.wait.ns.push_back(waited);
    if (cold) out_.cold_start.ns.push_back(stay.total() - stay.warm);
    function.latency_sum_ns += latency;
    function.latency_max_ns = std::max(function.latency_max_ns, latency);
  }

  void meter(const Request& r, const Stay& stay) {
    const Metering& rule = pool_.metering;
    const std::int64_t used = stay.handler + (rule.bills_init ? stay.init : 0);
    std::int64_t billed = std::max(used, rule.minimum.count());
    const std::int64_t step = rule.granularity.count();
    if (billed % step != 0) billed += step - billed % step;
    if (rule.bills_requests) out_.usage[Meter::kRequests] += 1;
    out_.usage[Meter::kMemoryTime] += Int128(billed) * billed_memory(r);
    out_.usage[Meter::kVcpuTime] += Int128(billed) * pool_.vcpu.value();
    out_.usage[Meter::kClockTime] += Int128(billed) * pool_.clock_mhz;
  }

  std::int64_t billed_memory(const Request& r) const {
    if (!pool_.bills_memory_used) return pool_.memory.value();
    std::int64_t memory = given(r.memory_mb) ? r.memory_mb : pool_.memory.value();
    const std::int64_t step = pool_.memory_step.value();
    if (step == 0) return memory;
    memory = std::max(memory, step);
    while (memory % step != 0) ++memory;
    return memory;
  }

  /// The figures that need the horizon.
  void settle() {
    std::int64_t horizon = last_completion_;
    if (plan_.horizon.kind == Horizon::Kind::kAt) horizon = ns_of(plan_.horizon.at);
    if (plan_.horizon.kind == Horizon::Kind::kDrain) horizon = std::max(horizon, last_expiry_);
    const std::int64_t from = ns_of(plan_.warm_up);
    out_.horizon = instant_at(horizon);
    out_.live_ns = history_.integral(&Level::live, from, horizon);
    out_.busy_ns = history_.integral(&Level::busy, from, horizon);
    out_.least_peak = static_cast<std::uint64_t>(history_.lasting_peak(from, horizon));
    out_.most_peak = static_cast<std::uint64_t>(history_.peak(from, horizon));
    out_.expired = static_cast<std::uint64_t>(
        std::count_if(expiries_.begin(), expiries_.end(),
                      [&](std::int64_t at) { return at >= from && at < horizon; }));
    const Int128 reserved = history_.integral(&Level::reserved_idle, from, horizon);
    out_.usage[Meter::kIdleMemoryTime] = reserved * pool_.memory.value();
    out_.usage[Meter::kIdleVcpuTime] = reserved * pool_.vcpu.value();
    out_.usage[Meter::kConnections] = out_.requests;
    out_.usage[Meter::kBytesIn] = Int128(out_.completed) * deployment_.request_bytes.value();
    out_.usage[Meter::kBytesOut] = Int128(out_.completed) * deployment_.response_bytes.value();
  }

  void note(std::int64_t now, bool after_arrival) {
    Level level{.at = now, .after_arrival = after_arrival};
    for (std::uint32_t f = 0; f < out_.functions.size(); ++f) {
      const std::int64_t busy = busy_of(f);
      level.live += live_of(f);
      level.busy += busy;
      level.reserved_idle += std::max<std::int64_t>(pool_.minimum_instances - busy, 0);
    }
    history_.levels.push_back(level);
  }

  [[nodiscard]] bool counted(const Request& r) const { return r.at >= ns_of(plan_.warm_up); }

  [[nodiscard]] Instance& find(std::uint64_t id) {
    return *std::find_if(instances_.begin(), instances_.end(),
                         [&](const Instance& i) { return i.id == id; });
  }
  [[nodiscard]] std::vector<Instance> idle_instances(std::uint32_t function) const {
    std::vector<Instance> idle;
    for (const Instance& i : instances_) {
      if (!i.busy && i.function == function) idle.push_back(i);
    }
    return idle;
  }
  [[nodiscard]] std::int64_t live_of(std::uint32_t function) const {
    return std::count_if(instances_.begin(), instances_.end(),
                         [&](const Instance& i) { return i.function == function; });
  }
  [[nodiscard]] std::int64_t busy_of(std::uint32_t function) const {
    return std::count_if(instances_.begin(), instances_.end(),
                         [&](const Instance& i) { return i.busy && i.function == function; });
  }

  const Plan& plan_;
  const DeploymentPlan& deployment_;
  const PoolPlan& pool_;
  ReplaySeed seed_;
  std::vector<Request> requests_;
  std::vector<Instance> instances_{};
  std::vector<Event> events_{};
  std::vector<std::deque<Request>> waiting_{};  ///< per function
  std::uint64_t created_ = 0;
  std::uint64_t idle_count_ = 0;
  Timeline history_{};
  std::vector<std::int64_t> expiries_{};
  std::int64_t last_completion_ = 0;
  std::int64_t last_expiry_ = 0;
  ReferenceResult out_{};
};

}  // namespace

ReferenceResult replay_pool(const Plan& plan, const DeploymentPlan& deployment, ReplaySeed seed) {
  return PoolReplay(plan, deployment, seed).run();
}

}  // namespace faascast::oracles
