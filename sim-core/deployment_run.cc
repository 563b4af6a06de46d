#include "sim-core/deployment_run.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <memory>
#include <vector>

#include "sim-core/batched_run.h"
#include "sim-core/detailed_pool.h"
#include "sim-core/level_pool.h"
#include "sim-core/plain_pool.h"
#include "sim-core/random.h"
#include "sim-core/server_fleet.h"
#include "sim-core/server_pool.h"
#include "sim-core/split_run.h"
#include "sim-core/timing.h"

namespace faascast {
namespace {

using Times = std::array<std::int64_t, kArrivalBlock>;

/// What all runs share: the times of a block's requests.
class BlockRun : public DeploymentRun {
 protected:
  BlockRun(const DeploymentPlan& plan, ReplaySeed seed, Tally& tally)
      : timing_(plan, seed), seed_(seed), tally_(tally) {}

  void time(const Requests& requests) {
    const std::size_t n = requests.size();
    assert(n <= kArrivalBlock && "a block is at most kArrivalBlock arrivals");
    timing_.warm(requests, std::span(warm_).first(n));
    timing_.network(requests, std::span(network_).first(n));
  }
  [[nodiscard]] Request request(const Requests& requests, std::size_t i) const {
    return timing_.request(requests, i, warm_[i], network_[i]);
  }
  [[nodiscard]] ServedBlock served_block(const Requests& requests) const {
    const std::size_t n = requests.size();
    ServedBlock block;
    block.function = requests.only_function;
    block.first_number = requests.block.first_number;
    block.number = requests.block.number;
    block.at = requests.block.at;
    block.done = std::span(done_).first(n);
    block.warm = std::span(warm_).first(n);
    if (timing_.has_network()) block.network = std::span(network_).first(n);
    return block;
  }

  Timing timing_;
  ReplaySeed seed_;
  Tally& tally_;
  Times warm_{};
  Times network_{};
  Times done_{};
};

PoolRules rules_of(const PoolPlan& plan) {
  return {plan.keep_alive.count(), plan.minimum_instances, plan.max_instances};
}

/// Pools by function; in a stream of one function, that function's pool is reused for the next.
template <class Pool>
class Pools {
 public:
  template <class Reset>
  Pool& at(std::size_t index, const Reset& reset) {
    if (index >= pools_.size()) {
      pools_.resize(index + 1);
      started_.resize(index + 1, false);
    }
    if (!started_[index]) {
      started_[index] = true;
      reset(pools_[index]);
    }
    return pools_[index];
  }
  [[nodiscard]] std::size_t size() const { return pools_.size(); }
  /// Of pools that have it: the earliest next_end().
  [[nodiscard]] std::int64_t next_end() const {
    std::int64_t next = DeploymentRun::kNever;
    for (const Pool& pool : pools_) next = std::min(next, pool.next_end());
    return next;
  }
  void end() { started_.assign(started_.size(), false); }

 private:
  std::vector<Pool> pools_{};
  std::vector<bool> started_{};
};

class LevelRun final : public BlockRun {
 public:
  LevelRun(const DeploymentPlan& plan, ReplaySeed seed, Tally& tally)
      : BlockRun(plan, seed, tally), rules_(rules_of(std::get<PoolPlan>(plan.side))) {
    colds_.reserve(kArrivalBlock);
  }

  void serve(const Requests& requests) override {
    const std::size_t n = requests.size();
    time(requests);
    const std::int64_t* busy = cut(n);
    colds_.clear();
    std::size_t throttled = 0;
    if (!requests.many_functions()) {
      throttled = serve_run(requests, 0, n, pool(0), busy);
    } else {
      many_ = true;
      tally_.meter.log_events();
      for (std::size_t begin = 0; begin < n;) {
        const std::uint32_t function = requests.function(begin);
        std::size_t end = begin + 1;
        while (end < n && requests.function(end) == function) ++end;
        throttled += serve_run(requests, begin, end, pool(function), busy);
        begin = end;
      }
    }
    const bool all_completed = throttled == 0 && busy == warm_.data() && !any_cold_late();
    if (all_completed && !many_ && tally_.ledger.takes_blocks(requests)) {
      ServedBlock block = served_block(requests);
      block.cold = colds_;
      tally_.ledger.add(block);
    } else {
      book_singly(requests);
    }
  }

  void finish(std::uint32_t functions, bool /*stopped*/) override {
    if (functions > 1) tally_.meter.log_events();  // though none was called
    const std::size_t count = std::max<std::size_t>(functions, many_ ? pools_.size() : 1);
    for (std::size_t f = 0; f < count; ++f) pool(f).finish(tally_.meter);
    pools_.end();
  }

 private:
  LevelPool& pool(std::size_t index) {
    return pools_.at(index, [&](LevelPool& fresh) { fresh.reset(rules_, tally_.meter); });
  }

  /// Busy times after the timeout: warm_ itself where nothing is cut.
  const std::int64_t* cut(std::size_t n) {
    const std::int64_t timeout = timing_.timeout();
    const std::int64_t longest = *std::max_element(warm_.begin(), warm_.begin() + n);
    if (longest <= timeout) return warm_.data();
    for (std::size_t i = 0; i < n; ++i) cut_[i] = std::min(warm_[i], timeout);
    return cut_.data();
  }

  std::size_t serve_run(const Requests& requests, std::size_t begin, std::size_t end,
                        LevelPool& pool, const std::int64_t* busy) {
    const std::int64_t* at = requests.block.at.data();
    const std::int64_t opening = tally_.meter.window().begin;
    if (at[begin] < opening && at[end - 1] >= opening) {
      const auto middle =
          static_cast<std::size_t>(std::lower_bound(at + begin, at + end, opening) - at);
      return serve_run(requests, begin, middle, pool, busy) +
             serve_run(requests, middle, end, pool, busy);
    }
    const auto cold = [&](std::size_t i) {
      const std::size_t index = begin + i;
      colds_.push_back({index, timing_.cold_stay(requests, index, request(requests, index))});
      return colds_.back().stay.busy;
    };
    return pool.serve(end - begin, at + begin, busy + begin, done_.data() + begin, tally_.meter,
                      cold);
  }

  [[nodiscard]] bool any_cold_late() const {
    return std::any_of(colds_.begin(), colds_.end(), [](const ServedBlock::Cold& c) {
      return c.stay.outcome != Outcome::kCompleted;
    });
  }

  void book_singly(const Requests& requests) {
    auto cold = colds_.begin();
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const Request r = request(requests, i);
      if (done_[i] == kThrottled) {
        tally_.ledger.add_throttled(r);
      } else if (cold != colds_.end() && cold->index == i) {
        tally_.ledger.add(r, r.at, (cold++)->stay);
      } else {
        tally_.ledger.add(r, r.at, timing_.warm_stay(r));
      }
    }
  }

  PoolRules rules_;
  Pools<LevelPool> pools_{};
  bool many_ = false;
  std::vector<ServedBlock::Cold> colds_{};
  Times cut_{};
};

/// Books requests one by one, as their pool starts them.
class SingleRun : public BlockRun {
 public:
  using BlockRun::BlockRun;

  std::int64_t start(const Request& request, std::int64_t at, bool cold) {
    const Stay stay =
        cold ? timing_.cold_stay(*current_, index_, request) : timing_.warm_stay(request);
    tally_.ledger.add(request, at, stay);
    return at + stay.busy;
  }
  void turn_away(const Request& request) { tally_.ledger.add_throttled(request); }
  void leave_unstarted(const Request& request) { tally_.ledger.add_unfinished(request); }
  double reuse_uniform(const Request& request) const {
    return Stream(seed_.seed, request.function, Purpose::kReuse, 0, seed_.replication)
        .uniform(request.number);
  }

 protected:
  const Requests* current_ = nullptr;  ///< the block and place of the request that arrives
  std::size_t index_ = 0;
};

class PlainRun final : public SingleRun {
 public:
  PlainRun(const DeploymentPlan& plan, ReplaySeed seed, Tally& tally)
      : SingleRun(plan, seed, tally),
        rules_(rules_of(std::get<PoolPlan>(plan.side))),
        order_(std::get<PoolPlan>(plan.side).reuse_order),
        queues_(std::get<PoolPlan>(plan.side).at_limit == AtLimit::kQueue) {}

  void serve(const Requests& requests) override {
    time(requests);
    current_ = &requests;
    if (requests.many_functions()) {
      many_ = true;
      tally_.meter.log_events();
    }
    for (index_ = 0; index_ < requests.size(); ++index_) {
      PlainPool& own = pool(many_ ? requests.function(index_) : 0);
      own.arrive(request(requests, index_), tally_.meter, *this);
    }
  }
  void finish(std::uint32_t functions, bool stopped) override {
    if (functions > 1) tally_.meter.log_events();  // though none was called
    const std::size_t count = std::max<std::size_t>(functions, many_ ? pools_.size() : 1);
    for (std::size_t f = 0; f < count; ++f) pool(f).finish(tally_.meter, *this, stopped);
    pools_.end();
  }
  [[nodiscard]] std::int64_t next_event() const override {
    return queues_ && pools_.size() > 0 ? pools_.next_end() : kNever;
  }
  void advance(std::int64_t until) override {
    for (std::size_t f = 0; f < pools_.size(); ++f) pool(f).advance(until, tally_.meter, *this);
  }

 private:
  PlainPool& pool(std::size_t index) {
    return pools_.at(index,
                     [&](PlainPool& fresh) { fresh.reset(rules_, order_, queues_, tally_.meter); });
  }

  PoolRules rules_;
  ReuseOrder order_;
  bool queues_;
  bool many_ = false;
  Pools<PlainPool> pools_{};
};

class DetailedRun final : public BlockRun {
 public:
  DetailedRun(const DeploymentPlan& plan, ReplaySeed seed, Tally& tally)
      : BlockRun(plan, seed, tally),
        pool_(std::get<PoolPlan>(plan.side), timing_, seed, tally.ledger, tally.meter) {}

  void serve(const Requests& requests) override {
    time(requests);
    if (requests.many_functions()) {
      many_ = true;
      tally_.meter.log_events();
    }
    pool_.begin(many_ ? requests.functions : 1, many_ ? 0 : requests.only_function);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const std::uint32_t function = requests.function(i);
      if (many_) functions_ = std::max(functions_, function + 1);
      pool_.arrive(many_ ? function : 0, request(requests, i),
                   timing_.needs_cpu() ? timing_.work_cpu(requests, i) : 0);
    }
  }
  void finish(std::uint32_t functions, bool stopped) override {
    if (functions > 1) tally_.meter.log_events();  // though none was called
    pool_.finish(std::max(functions, functions_), stopped);
    functions_ = 1;
  }
  [[nodiscard]] std::int64_t next_event() const override { return pool_.next_at(); }
  void advance(std::int64_t until) override { pool_.run_until(until); }

 private:
  DetailedPool pool_;
  bool many_ = false;
  std::uint32_t functions_ = 1;
};

class FixedServersRun final : public BlockRun {
 public:
  FixedServersRun(const DeploymentPlan& plan, ReplaySeed seed, Tally& tally, Places* turned_away)
      : BlockRun(plan, seed, tally),
        servers_(std::get<ServerPlan>(plan.side), tally.meter),
        patience_(std::get<ServerPlan>(plan.side).patience),
        turned_away_(turned_away) {}

  void serve(const Requests& requests) override {
    const std::size_t n = requests.size();
    time(requests);
    if (patience_) draw_patience(requests);
    bool all_served = true;
    for (std::size_t i = 0; i < n; ++i) {
      start_[i] = patience_ ? servers_.serve(requests.block.at[i], warm_[i], patient_for_[i])
                            : servers_.serve(requests.block.at[i], warm_[i]);
      done_[i] = start_[i] + warm_[i];
      all_served = all_served && start_[i] >= 0;
    }
    if (all_served && !requests.many_functions() && tally_.ledger.takes_blocks(requests)) {
      ServedBlock block = served_block(requests);
      block.start = std::span(start_).first(n);
      tally_.ledger.add(block);
      return;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const Request r = request(requests, i);
      if (start_[i] == FixedServers::kTurnedAway) {
        if (turned_away_ != nullptr) {
          turned_away_->push_back(i);
        } else {
          tally_.ledger.add_throttled(r);
        }
      } else if (start_[i] == FixedServers::kGivesUp) {
        tally_.ledger.add_abandoned(r, r.at + patient_for_[i]);
      } else {
        tally_.ledger.add(r, start_[i], timing_.warm_stay(r));
      }
    }
  }
  void finish(std::uint32_t /*functions*/, bool /*stopped*/) override {
    servers_.finish(tally_.meter);
  }

 private:
  void draw_patience(const Requests& requests) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const Stream stream(seed_.seed, requests.function(i), Purpose::kPatience, 0,
                          seed_.replication);
      patient_for_[i] = patience_->at_word(stream.words(requests.number(i))[0]).count();
    }
  }

  FixedServers servers_;
  std::optional<Distribution> patience_;
  Places* turned_away_;
  Times start_{};
  Times patient_for_{};
};

class FleetRun final : public BlockRun {
 public:
  FleetRun(const DeploymentPlan& plan, ReplaySeed seed, Tally& tally, Places* turned_away)
      : BlockRun(plan, seed, tally),
        fleet_(std::get<ServerPlan>(plan.side), seed, tally.ledger, tally.meter),
        turned_away_(turned_away) {}

  void serve(const Requests& requests) override {
    time(requests);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const Request r = request(requests, i);
      if (fleet_.arrive(r)) continue;
      if (turned_away_ != nullptr) {
        turned_away_->push_back(i);
      } else {
        tally_.ledger.add_throttled(r);
      }
    }
  }
  void finish(std::uint32_t /*functions*/, bool stopped) override { fleet_.finish(stopped); }
  void run_on(std::int64_t end) override { fleet_.run_on(end); }
  [[nodiscard]] std::int64_t next_event() const override { return fleet_.next_at(); }
  void advance(std::int64_t until) override { fleet_.run_until(until); }

 private:
  ServerFleet fleet_;
  Places* turned_away_;
};

double mean_over(Int128 ns, std::int64_t span) {
  return span > 0 ? static_cast<double>(ns) / static_cast<double>(span) : 0.0;
}

}  // namespace

void log_ends(Tally& tally, std::vector<Ledger::Ended>* log) {
  tally.ledger.log_ends(log);
  for (Tally& part : tally.parts) log_ends(part, log);
}

std::int64_t end_of(const Tally& tally) {
  std::int64_t end = tally.parts.empty() ? tally.meter.own_end() : 0;
  for (const Tally& part : tally.parts) end = std::max(end, end_of(part));
  return end;
}

std::unique_ptr<DeploymentRun> make_deployment_run(const DeploymentPlan& plan, ReplaySeed seed,
                                                   Tally& tally, Places* turned_away) {
  if (plan.split != Split::kNone) return make_split_run(plan, seed, tally);
  if (const auto* servers = std::get_if<ServerPlan>(&plan.side)) {
    if (needs_server_fleet(*servers)) {
      return std::make_unique<FleetRun>(plan, seed, tally, turned_away);
    }
    return std::make_unique<FixedServersRun>(plan, seed, tally, turned_away);
  }
  const auto& pool = std::get<PoolPlan>(plan.side);
  if (pool.batching) return make_batched_run(plan, seed, tally);
  const bool unlike = plan.noise.per_instance && !plan.work.is_final;
  if (unlike || needs_detailed_pool(pool)) return std::make_unique<DetailedRun>(plan, seed, tally);
  const bool unlimited = pool.max_instances == std::numeric_limits<std::uint32_t>::max();
  if (pool.reuse_order == ReuseOrder::kMostRecentlyIdle &&
      (pool.at_limit == AtLimit::kReject || unlimited)) {
    return std::make_unique<LevelRun>(plan, seed, tally);
  }
  return std::make_unique<PlainRun>(plan, seed, tally);
}

DeploymentResult result_of(const DeploymentPlan& plan, Tally& tally, std::int64_t at_least) {
  if (plan.split != Split::kNone) return split_result(plan, tally, at_least);
  tally.meter.close(at_least);
  const InstanceMeter& meter = tally.meter;
  DeploymentResult result = tally.ledger.result(plan);
  InstanceFigures& figures = result.instances;
  figures.live_ns = meter.live_ns();
  figures.busy_ns = tally.ledger.busy_ns();
  figures.peak = meter.peak();
  figures.expired = meter.expired();
  if (const auto* servers = std::get_if<ServerPlan>(&plan.side)) {
    figures.busy_ns /= std::max<std::uint32_t>(servers->workers_per_replica, 1);
    result.usage[Meter::kServerTime] = figures.live_ns;
  } else {
    const auto& pool = std::get<PoolPlan>(plan.side);
    const Int128 idle_ns = meter.reserved_idle_ns();
    result.usage[Meter::kIdleMemoryTime] = idle_ns * pool.memory.value();
    result.usage[Meter::kIdleVcpuTime] = idle_ns * pool.vcpu.value();
    result.usage[Meter::kProvisionedMemoryTime] = meter.configured_ns() * pool.memory.value();
  }
  figures.mean = mean_over(figures.live_ns, meter.span());
  figures.busy_mean = mean_over(figures.busy_ns, meter.span());
  figures.idle_mean = mean_over(figures.live_ns - figures.busy_ns, meter.span());
  if (tally.timeline) result.timeline = tally.timeline->timeline(meter.window().end);
  return result;
}

bool draws_work(const DeploymentPlan& plan) {
  return plan.parts.empty() ? !plan.work.execution.is_constant()
                            : std::any_of(plan.parts.begin(), plan.parts.end(), draws_work);
}

bool draws_network(const DeploymentPlan& plan) {
  return plan.parts.empty() ? !plan.network.is_constant()
                            : std::any_of(plan.parts.begin(), plan.parts.end(), draws_network);
}

bool draws_noise(const DeploymentPlan& plan) {
  if (!plan.parts.empty()) {
    return std::any_of(plan.parts.begin(), plan.parts.end(), draws_noise);
  }
  return plan.noise.per_request && !plan.noise.per_request->is_constant() && !plan.work.is_final;
}

}  // namespace faascast
