#include "studies/breakeven_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "pricing/month.h"
#include "studies/batching.h"
#include "studies/split_bill.h"
#include "traces/info.h"
#include "traces/scale.h"

namespace faascast {

namespace {

constexpr double kSecondsADay = 86'400.0;
constexpr double kDaysAMonth = 30.0;
constexpr double kFleetBudget = 100.0;  ///< times most_requests_per_point
constexpr Duration kDay = std::chrono::hours(24);
constexpr const char* kOverCapacity = "capacity: its load is over 100 %";
constexpr double kSurelyOver = 1.02;  ///< load, as known from another traffic
/// A memory size that costs so many times the best is not looked at again at traffic within a factor
/// of that: what a request costs there hardly changes, and against one another less.
constexpr double kHopeless = 1.5;
constexpr double kNear = 4.0;

/// Meters that run with the clock, whatever arrives.
constexpr Meter kClockMeters[] = {Meter::kServerTime, Meter::kLoadBalancerTime,
                                  Meter::kIdleMemoryTime, Meter::kIdleVcpuTime,
                                  Meter::kProvisionedMemoryTime, Meter::kClusterTime,
                                  Meter::kDiskTime, Meter::kNatTime};

/// A month's usage at exactly `per_day` requests a day: meters of requests are scaled by the
/// requests that were simulated (so that the number of draws adds no noise), meters of the clock by
/// the time.
Usage month_at(const DeploymentResult& result, Duration span, double per_day) {
  const Usage by_clock = month_usage(result.usage, span);
  if (result.requests == 0) return by_clock;
  const double days = static_cast<double>(result.requests) / per_day;
  const auto span_of_requests = Duration(std::max<std::int64_t>(
      1, std::llround(days * kSecondsADay * 1e9)));
  Usage usage = month_usage(result.usage, span_of_requests);
  for (const Meter meter : kClockMeters) usage[meter] = by_clock[meter];
  return usage;
}

/// How long nearly every idle instance lives at most.
Duration longest_idle(const PoolPlan& pool) {
  constexpr int kHalvings = 4;
  switch (pool.keep_alive_rule) {
    case KeepAliveRule::kFixed:
      break;
    case KeepAliveRule::kDrawn:
      return pool.idle_life.quantile(0.99);
    case KeepAliveRule::kHalving:
      return pool.keep_alive * kHalvings;
    case KeepAliveRule::kHistogram:
      return pool.idle_histogram.bin * pool.idle_histogram.bins;
  }
  return pool.keep_alive;
}

/// Work that arrives a second / work that the workers of a fixed fleet do a second, one request at a
/// time. Where that, times what batches gain, is 1 or above, its queue grows for ever, however well
/// the replayed span ends.
double load_of(const DeploymentPlan& plan, const DeploymentResult& result, Duration span) {
  const auto* servers = std::get_if<ServerPlan>(&plan.side);
  if (servers == nullptr || servers->autoscale || span <= Duration::zero()) return 0.0;
  const double workers = static_cast<double>(servers->replicas) *
                         static_cast<double>(servers->workers_per_replica);
  return static_cast<double>(result.execution.sum_ns) / static_cast<double>(span.count()) / workers;
}

/// Time of a request in a full batch / alone: at best all batches are full.
double gain_of(const Batching& batching) {
  const std::uint32_t size = batching.maximum_size;
  return static_cast<double>(batching.factor(size)) / 1000.0 / size;
}
double gain_of(const DeploymentPlan& plan) {
  const auto* servers = std::get_if<ServerPlan>(&plan.side);
  return servers != nullptr && servers->batching ? gain_of(*servers->batching) : 1.0;
}

/// The cheapest feasible one, or the one with the least latency.
const Cost& best_of(const std::vector<Cost>& costs) {
  return *std::min_element(costs.begin(), costs.end(), [](const Cost& a, const Cost& b) {
    if (a.feasible != b.feasible) return a.feasible;
    return a.feasible ? a.usd_per_month < b.usd_per_month : a.mean_latency_s < b.mean_latency_s;
  });
}

}  // namespace

std::uint32_t least_count(const DeploymentSpec& servers) {
  return servers.count.value_or(
      servers.autoscale ? 1 : std::max(servers.redundancy + 1, servers.around.zones));
}

bool is_stationary(const Scenario& scenario) {
  return scenario.traffic.generator && is_renewal(*scenario.traffic.generator);
}

CostModel::CostModel(const Scenario& scenario, const Inputs& inputs,
                     const BreakevenOptions& options)
    : scenario_(scenario), inputs_(inputs), options_(options) {
  if (is_stationary(scenario)) {
    own_per_day_ = scenario.traffic.generator->rate_per_s * scenario.traffic.scale * kSecondsADay;
    return;
  }
  const TrafficInfo info = describe(*inputs.unscaled, {scenario.seed, 0});
  const Duration span = std::max<Duration>(info.span, std::chrono::seconds(1));
  own_requests_ = static_cast<double>(info.requests) * scenario.traffic.scale;
  own_per_day_ = own_requests_ / seconds_of(span) * kSecondsADay;
}

CostModel::CostModel(const Scenario& scenario, const Inputs& inputs, const CostModel& like)
    : scenario_(scenario),
      inputs_(inputs),
      options_(like.options_),
      own_per_day_(like.own_per_day_),
      own_requests_(like.own_requests_) {}

void CostModel::take_functions_of(const CostModel& other) {
  known_costs_ = other.known_costs_;
  at_the_top_ = other.at_the_top_;
}

double CostModel::requests_at(double per_day) const {
  if (own_requests_ == 0.0) return 0.0;
  return own_requests_ * per_day / own_per_day_;
}

double CostModel::highest_fleet_per_day() const {
  if (own_requests_ == 0.0) return options_.highest_per_day;
  const double most = static_cast<double>(options_.most_requests_per_point) * kFleetBudget;
  return std::min(options_.highest_per_day,
                  std::max(own_per_day_, own_per_day_ * most / own_requests_));
}

CostModel::Replay CostModel::replay_at(double per_day, Duration keep_alive) const {
  Replay replay;
  if (!is_stationary(scenario_)) {
    replay.traffic = scaled_traffic(scenario_, inputs_.unscaled,
                                    per_day / own_per_day_ * scenario_.traffic.scale);
    replay.horizon = horizon_of(scenario_, *replay.traffic);
    replay.warm_up = Instant(scenario_.warm_up);
    return replay;
  }
  // Long enough for the wanted number of requests and for four keep-alive windows, but never more
  // than ten times that number.
  const double rate = per_day / kSecondsADay;
  const double wanted_s = static_cast<double>(options_.requests_per_point) / rate;
  const double measured_s =
      std::min(std::max(wanted_s, 4.0 * seconds_of(keep_alive)), 10.0 * wanted_s);
  const double warm_up_s = std::min(2.0 * seconds_of(keep_alive), measured_s / 2.0);
  GeneratorSpec generator = *scenario_.traffic.generator;
  generator.rate_per_s = rate;
  generator.duration = Duration(std::llround((warm_up_s + measured_s) * 1e9));
  replay.traffic = make_generator(generator);
  replay.horizon = {Horizon::Kind::kAt, Instant(generator.duration)};
  replay.warm_up = instant_at(std::llround(warm_up_s * 1e9));
  return replay;
}

std::vector<CostModel::Simulated> CostModel::simulate(
    const std::vector<DeploymentSpec>& candidates, double per_day,
    std::uint32_t replication) const {
  Duration keep_alive{};
  Plan plan;
  std::vector<Simulated> all;
  for (const DeploymentSpec& candidate : candidates) {
    all.push_back({candidate, compile_deployment(scenario_, candidate, inputs_), {}, {}});
    plan.deployments.push_back(all.back().compiled.plan);
    if (const auto* pool = std::get_if<PoolPlan>(&all.back().compiled.plan.side)) {
      keep_alive = std::max(keep_alive, longest_idle(*pool));
    }
  }
  const Replay replay = replay_at(per_day, std::min<Duration>(keep_alive, kDay));
  plan.traffic = replay.traffic;
  plan.horizon = replay.horizon;
  plan.warm_up = replay.warm_up;
  RunOptions run_options;
  run_options.seed = {options_.study.seed.value_or(scenario_.seed), replication};
  run_options.threads = options_.study.threads;
  run_options.monitor = options_.study.monitor;
  RunResult result = run(plan, run_options);
  if (result.interrupted) throw Interrupted();
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].figures = std::move(result.deployments[i]);
    all[i].span = result.horizon - result.warm_up;
    add_instance_usage(all[i].compiled, all[i].figures, all[i].span);
  }
  return all;
}

Cost CostModel::cost_of(const Simulated& simulated, double per_day) const {
  const DeploymentResult& figures = simulated.figures;
  Usage month = month_at(figures, simulated.span, per_day);
  month[Meter::kLoadBalancerTime] = kHourlyMonth.count();
  Cost cost;
  cost.configuration = simulated.spec;
  cost.text = simulated.compiled.configuration;
  cost.usd_per_month =
      usd_of(bill_month(simulated.compiled.prices, month, scenario_.free_tier).total());
  const auto misses = breakeven_misses(scenario_.objective, figures);
  if (!misses.empty()) cost.why_not = misses.front();
  cost.feasible = misses.empty();
  if (figures.completed > 0) {
    cost.cold_share =
        static_cast<double>(figures.cold_starts) / static_cast<double>(figures.completed);
  }
  cost.mean_execution_s = figures.execution.mean_s().value_or(0.0);
  cost.mean_latency_s = figures.latency.mean_s().value_or(0.0);
  cost.p99_s = figures.latency.quantile_s(0.99).value_or(0.0);
  if (figures.completed > 0) {
    cost.contention_s = static_cast<double>(figures.contention_ns) / 1e9 /
                        static_cast<double>(figures.completed);
  }
  if (figures.requests > 0) {
    cost.throttled_share =
        static_cast<double>(figures.throttled) / static_cast<double>(figures.requests);
  }
  return cost;
}

std::vector<Cost> CostModel::costs_of(const std::vector<DeploymentSpec>& candidates,
                                      double per_day, std::uint32_t replication) const {
  std::string key = fmt::format("{} {}", candidates.front().name, replication);
  for (const DeploymentSpec& candidate : candidates) {
    key += fmt::format(" {}/{}", candidate.memory.value_or(Megabytes(0)).value(),
                       candidate.minimum_instances.value_or(0));
  }
  const auto most = static_cast<double>(options_.most_requests_per_point);
  const auto known = known_costs_.find(fmt::format("{} @{}", key, per_day));
  if (known != known_costs_.end()) return known->second;
  std::vector<Cost> costs;
  if (is_replayed(per_day)) {
    for (const Simulated& one : simulate(candidates, per_day, replication)) {
      costs.push_back(cost_of(one, per_day));
    }
  } else {
    auto found = at_the_top_.find(key);
    if (found == at_the_top_.end()) {
      const double top = own_per_day_ * std::max(most, own_requests_) / own_requests_;
      found = at_the_top_.emplace(key, simulate(candidates, top, replication)).first;
    }
    for (const Simulated& one : found->second) costs.push_back(cost_of(one, per_day));
  }
  known_costs_.emplace(fmt::format("{} @{}", key, per_day), costs);
  return costs;
}

std::vector<DeploymentSpec> CostModel::open_configurations(
    const DeploymentSpec& deployment, const std::vector<std::uint32_t>& minimums) const {
  const std::vector<Megabytes> sizes =
      deployment.memory ? std::vector{*deployment.memory}
                        : memory_candidates(*deployment.platform_spec, inputs_.model.memory_used);
  std::vector<DeploymentSpec> specs;
  for (const Megabytes memory : sizes) {
    for (const std::uint32_t minimum : minimums) {
      DeploymentSpec spec = deployment;
      spec.memory = memory;
      if (!deployment.minimum_instances) spec.minimum_instances = minimum;
      specs.push_back(std::move(spec));
    }
  }
  return specs;
}

Cost CostModel::cheapest_memory(const DeploymentSpec& deployment, double per_day,
                                std::uint32_t replication) const {
  const std::vector<DeploymentSpec> all = open_configurations(deployment, {0});
  const std::string key = fmt::format("{} {}", deployment.name, replication);
  const auto looked = looked_at_.find(key);
  if (is_replayed(per_day) && looked != looked_at_.end()) {
    const auto& [place, costs] = looked->second;
    if (std::max(place / per_day, per_day / place) <= kNear) {
      const double most = kHopeless * best_of(costs).usd_per_month;
      std::vector<DeploymentSpec> left;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (costs[i].usd_per_month <= most) left.push_back(all[i]);
      }
      const Cost best = best_of(costs_of(left, per_day, replication));
      if (best.feasible) return best;
    }
  }
  std::vector<Cost> costs = costs_of(all, per_day, replication);
  const Cost best = best_of(costs);
  if (best.feasible && is_replayed(per_day)) looked_at_[key] = {per_day, std::move(costs)};
  return best;
}

bool CostModel::is_replayed(double per_day) const {
  const auto most = static_cast<double>(options_.most_requests_per_point);
  return requests_at(per_day) <= std::max(most, own_requests_);
}

Cost CostModel::cheapest_functions(const DeploymentSpec& deployment, double per_day,
                                   std::uint32_t replication) const {
  const Cost best = cheapest_memory(deployment, per_day, replication);
  if (best.feasible || deployment.minimum_instances ||
      !sells_minimum_instances(scenario_, deployment)) {
    return best;
  }
  // Cold starts may be what misses the objective: try warm capacity.
  const std::vector<Cost> warm =
      costs_of(open_configurations(deployment, {1, 2, 4, 8, 16}), per_day, replication);
  return best_of(warm).feasible ? best_of(warm) : best;
}

Cost CostModel::functions(const DeploymentSpec& deployment, double per_day,
                          std::uint32_t replication) const {
  return costs_of({deployment}, per_day, replication).front();
}

Cost CostModel::fleet_price(const DeploymentSpec& deployment, std::uint32_t count,
                            double per_day, Duration running) const {
  if (deployment.autoscale) {
    return cost_of(simulate({deployment}, per_day, 0).front(), per_day);
  }
  Cost cost;
  cost.configuration = deployment;
  cost.configuration.count = count;
  const CompiledDeployment compiled = compile_deployment(scenario_, cost.configuration, inputs_);
  const auto requests = static_cast<Int128>(std::llround(per_day * kDaysAMonth));
  Usage month;
  month[Meter::kServerTime] = static_cast<Int128>(count) * running.count();
  month[Meter::kLoadBalancerTime] = running.count();
  month[Meter::kConnections] = requests;
  month[Meter::kBytesIn] = requests * scenario_.traffic.request_bytes.value();
  month[Meter::kBytesOut] = requests * scenario_.traffic.response_bytes.value();
  meter_surroundings(compiled.surroundings, running, month);
  cost.usd_per_month = usd_of(bill_month(compiled.prices, month, scenario_.free_tier).total());
  cost.text = compiled.configuration;
  return cost;
}

Cost CostModel::cheapest_fleet(const DeploymentSpec& deployment, double per_day) const {
  const std::uint32_t least = least_count(deployment);
  const bool is_open = !deployment.count && !deployment.autoscale;
  const auto size = fleet_size(deployment, per_day, 0, least, is_open ? kMostServers : least);
  const Cost under_load = fleet_under_load(deployment, size.value_or(least), per_day, 0);
  Cost cost = fleet_price(deployment, size.value_or(least), per_day);
  cost.feasible = size.has_value();
  if (deployment.batching) cost.text += ", " + batch_text(*under_load.configuration.batching);
  cost.configuration.batching = under_load.configuration.batching;
  cost.why_not = under_load.why_not;
  cost.p99_s = under_load.p99_s;
  cost.mean_latency_s = under_load.mean_latency_s;
  cost.mean_execution_s = under_load.mean_execution_s;
  cost.contention_s = under_load.contention_s;
  return cost;
}

Cost CostModel::fleet_under_load(const DeploymentSpec& deployment, std::uint32_t count,
                                 double per_day, std::uint32_t replication) const {
  std::string key = fmt::format("{} {} {} {}", deployment.name, count, per_day, replication);
  if (deployment.batching && !is_open(*deployment.batching)) {
    key += " " + batch_text(*deployment.batching);
  }
  if (const auto known = known_fleets_.find(key); known != known_fleets_.end()) {
    return known->second;
  }
  const auto remember = [&](const Cost& cost) { return known_fleets_.emplace(key, cost).first->second; };
  const auto run = [&](const std::vector<BatchingSpec>& batchings) {
    return fixed_fleets(deployment, batchings, count, per_day, replication);
  };
  if (count < least_by_load(deployment, per_day)) return remember(overloaded(deployment, count));
  if (!deployment.batching) return remember(run({{}}).front());
  if (!is_open(*deployment.batching)) return remember(run({*deployment.batching}).front());
  const std::string hint = fmt::format("{} {} {}", deployment.name, count, replication);
  // The first tells how long a request takes, hence which sizes can carry the load at all.
  std::vector<BatchingSpec> rest = batch_candidates(*deployment.batching, 1.0);
  const Cost first = run({rest.front()}).front();
  if (first.feasible) return remember(first);
  if (const auto held = held_batches_.find(hint); held != held_batches_.end()) {
    const Cost cost = run({held->second}).front();
    if (cost.feasible) return remember(cost);
  }
  rest = batch_candidates(*deployment.batching, std::max(first.mean_execution_s, 1e-6));
  std::erase_if(rest, [&](const BatchingSpec& batching) {
    return first.single_load * gain_of(batching.plan()) >= 1.0;
  });
  if (rest.empty()) return remember(first);
  const std::vector<Cost> tried = run(rest);
  for (std::size_t i = 0; i < tried.size(); ++i) {
    if (!tried[i].feasible) continue;
    held_batches_[hint] = rest[i];
    return remember(tried[i]);
  }
  return remember(best_of(tried));
}

/// The fewest servers that the mean load alone, as simulations at less of it had it, needs.
std::uint32_t CostModel::least_by_load(const DeploymentSpec& deployment, double per_day) const {
  const auto known = least_work_.find(deployment.name);
  if (known == least_work_.end() || deployment.autoscale) return 0;
  double gain = 1.0;
  if (deployment.batching) {
    for (const BatchingSpec& one : batch_candidates(*deployment.batching, 1.0)) {
      gain = std::min(gain, gain_of(one.plan()));
    }
  }
  const double servers = std::floor(known->second * gain * per_day / kSurelyOver) + 1.0;
  return static_cast<std::uint32_t>(std::min(servers, 1e6)) + deployment.redundancy;
}

Cost CostModel::overloaded(const DeploymentSpec& deployment, std::uint32_t count) const {
  Cost cost;
  cost.configuration = deployment;
  cost.configuration.count = count - deployment.redundancy;
  if (deployment.batching) {
    cost.configuration.batching = batch_candidates(*deployment.batching, 1.0).back();
  }
  cost.why_not = kOverCapacity;
  return cost;
}

std::vector<Cost> CostModel::fixed_fleets(const DeploymentSpec& deployment,
                                          const std::vector<BatchingSpec>& batchings,
                                          std::uint32_t count, double per_day,
                                          std::uint32_t replication) const {
  std::vector<DeploymentSpec> specs;
  for (const BatchingSpec& batching : batchings) {
    specs.push_back(deployment);
    if (!deployment.autoscale) specs.back().count = count - deployment.redundancy;
    if (deployment.batching) specs.back().batching = batching;
  }
  std::vector<Cost> costs;
  for (const Simulated& simulated : simulate(specs, per_day, replication)) {
    costs.push_back(cost_of(simulated, per_day));
    Cost& cost = costs.back();
    cost.single_load = load_of(simulated.compiled.plan, simulated.figures, simulated.span);
    if (cost.single_load * gain_of(simulated.compiled.plan) >= 1.0) {
      cost.feasible = false;
      cost.why_not = kOverCapacity;
    }
    if (!deployment.autoscale && cost.single_load > 0.0) {
      const double work = cost.single_load * (count - deployment.redundancy) / per_day;
      const auto [known, is_new] = least_work_.try_emplace(deployment.name, work);
      if (!is_new) known->second = std::min(known->second, work);
    }
    if (deployment.batching) cost.text += ", " + batch_text(*simulated.spec.batching);
  }
  return costs;
}

bool CostModel::fleet_holds(const DeploymentSpec& deployment, std::uint32_t count, double per_day,
                            std::uint32_t replication, std::string* why_not) const {
  const Cost cost = fleet_under_load(deployment, count, per_day, replication);
  if (why_not != nullptr) *why_not = cost.why_not;
  return cost.feasible;
}

std::optional<std::uint32_t> CostModel::fleet_size(const DeploymentSpec& deployment,
                                                   double per_day, std::uint32_t replication,
                                                   std::uint32_t least, std::uint32_t most) const {
  const auto holds = [&](std::uint32_t count) {
    return fleet_holds(deployment, count, per_day, replication);
  };
  if (holds(least)) return least;
  std::uint32_t bad = std::max(least, least_by_load(deployment, per_day));
  if (bad > most) return std::nullopt;
  if (bad > least && holds(bad)) return bad;
  std::uint32_t good = bad;
  for (std::uint32_t step = 1; good < most; step *= 2) {
    good = std::min(most, good + step);
    if (holds(good)) break;
    bad = good;
  }
  if (bad == good) return std::nullopt;
  while (good - bad > 1) {
    const std::uint32_t middle = bad + (good - bad) / 2;
    (holds(middle) ? good : bad) = middle;
  }
  return good;
}

double CostModel::fleet_capacity(const DeploymentSpec& deployment, std::uint32_t count,
                                 std::uint32_t replication, double low, double high) const {
  double good = low;
  double bad = high;
  while (bad / good > 1.0 + 1e-3) {
    const double middle = std::sqrt(good * bad);
    (fleet_holds(deployment, count, middle, replication) ? good : bad) = middle;
  }
  return good;
}

}  // namespace faascast
