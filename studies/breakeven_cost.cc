#include "studies/breakeven_cost.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "input/quantity.h"
#include "pricing/month.h"
#include "traces/info.h"
#include "traces/scale.h"

namespace faascast {

namespace {

constexpr double kSecondsADay = 86'400.0;
constexpr Duration kDay = std::chrono::hours(24);

/// Meters that run with the clock, whatever arrives.
constexpr Meter kClockMeters[] = {Meter::kServerTime, Meter::kLoadBalancerTime,
                                  Meter::kIdleMemoryTime, Meter::kIdleVcpuTime,
                                  Meter::kProvisionedMemoryTime};

/// A month's usage at exactly `per_day` requests a day: meters of requests are scaled by the
/// requests that were simulated (so that the number of draws adds no noise), meters of the clock by
/// the time.
Usage month_at(const DeploymentResult& result, Duration span, double per_day) {
  const Usage by_clock = month_usage(result.usage, span);
  if (result.requests == 0) return by_clock;
  const double days = static_cast<double>(result.requests) / per_day;
  Usage usage = month_usage(result.usage, Duration(std::llround(days * kSecondsADay * 1e9)));
  for (const Meter meter : kClockMeters) usage[meter] = by_clock[meter];
  return usage;
}

bool is_stationary(const Scenario& scenario) {
  return scenario.traffic.generator && scenario.traffic.generator->kind != "diurnal";
}

}  // namespace

CostModel::CostModel(const Scenario& scenario, const Inputs& inputs,
                     const BreakevenOptions& options)
    : scenario_(scenario), inputs_(inputs), options_(options) {
  if (scenario.traffic.generator) {
    own_per_day_ =
        scenario.traffic.generator->rate_per_s * scenario.traffic.scale * kSecondsADay;
  } else {
    own_per_day_ = describe(*inputs.unscaled, {scenario.seed, 0}).mean_rate_per_s *
                   scenario.traffic.scale * kSecondsADay;
  }
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

std::vector<Cost> CostModel::simulate(const std::vector<DeploymentSpec>& candidates,
                                      double per_day, std::uint32_t replication) const {
  Duration keep_alive{};
  Plan plan;
  std::vector<CompiledDeployment> compiled;
  for (const DeploymentSpec& candidate : candidates) {
    compiled.push_back(compile_deployment(scenario_, candidate, inputs_));
    plan.deployments.push_back(compiled.back().plan);
    if (const auto* pool = std::get_if<PoolPlan>(&compiled.back().plan.side)) {
      keep_alive = std::max(keep_alive, pool->keep_alive);
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
  const RunResult result = run(plan, run_options);
  if (result.interrupted) throw Interrupted();

  std::vector<Cost> costs;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const DeploymentResult& figures = result.deployments[i];
    const Duration span = result.horizon - result.warm_up;
    Usage month = month_at(figures, span, per_day);
    month[Meter::kLoadBalancerTime] = kHourlyMonth.count();
    Cost cost;
    cost.configuration = candidates[i];
    cost.usd_per_month =
        usd_of(bill_month(compiled[i].prices, month, scenario_.free_tier).total());
    for (const Meter meter : kClockMeters) month[meter] = 0;
    cost.cost_per_request =
        usd_of(bill_month(compiled[i].prices, month, false).total()) / (per_day * 30.0);
    const auto misses = objective_misses(scenario_.objective, figures);
    cost.feasible = misses.empty() && figures.completed > 0;
    cost.text = compiled[i].configuration;
    if (!misses.empty()) cost.text += " misses " + misses.front();
    if (figures.completed > 0) {
      cost.cold_share =
          static_cast<double>(figures.cold_starts) / static_cast<double>(figures.completed);
      cost.mean_execution_s = figures.execution.mean_s().value_or(0.0);
      cost.mean_latency_s = figures.latency.mean_s().value_or(0.0);
    }
    cost.busy_mean = figures.instances.busy_mean;
    costs.push_back(std::move(cost));
  }
  return costs;
}

std::vector<DeploymentSpec> CostModel::open_configurations(
    const DeploymentSpec& deployment, const std::vector<std::uint32_t>& minimums) const {
  std::vector<Megabytes> sizes;
  if (deployment.memory) {
    sizes.push_back(*deployment.memory);
  } else {
    sizes = memory_candidates(*deployment.platform_spec, inputs_.model.memory_used);
  }
  std::vector<DeploymentSpec> specs;
  for (const Megabytes memory : sizes) {
    for (const std::uint32_t minimum : minimums) {
      DeploymentSpec spec = deployment;
      if (memory > Megabytes(0)) spec.memory = memory;
      if (!deployment.minimum_instances) spec.minimum_instances = minimum;
      specs.push_back(std::move(spec));
    }
  }
  return specs;
}

Cost CostModel::cheapest_functions(const DeploymentSpec& deployment, double per_day,
                                   std::uint32_t replication) const {
  const auto cheapest = [](const std::vector<Cost>& costs) {
    return *std::min_element(costs.begin(), costs.end(), [](const Cost& a, const Cost& b) {
      if (a.feasible != b.feasible) return a.feasible;
      if (a.feasible) return a.usd_per_month < b.usd_per_month;
      return a.mean_latency_s < b.mean_latency_s;
    });
  };
  Cost best = cheapest(simulate(open_configurations(deployment, {0}), per_day, replication));
  if (best.feasible || deployment.minimum_instances ||
      !sells_minimum_instances(scenario_, deployment)) {
    return best;
  }
  // Cold starts may be what misses the objective: try warm capacity.
  const Cost warm =
      cheapest(simulate(open_configurations(deployment, {1, 2, 4, 8, 16}), per_day, replication));
  return warm.feasible ? warm : best;
}

Cost CostModel::functions(const DeploymentSpec& deployment, double per_day,
                          std::uint32_t replication) const {
  return simulate({deployment}, per_day, replication).front();
}

Cost CostModel::fleet(const DeploymentSpec& deployment, std::uint32_t count, double per_day,
                      std::uint32_t replication) const {
  if (deployment.autoscale) return simulate({deployment}, per_day, replication).front();
  DeploymentSpec left = deployment;
  left.count = count - deployment.redundancy;
  Cost cost = simulate({left}, per_day, replication).front();
  // The objective is met by the servers that are left; all of them are paid for.
  DeploymentSpec all = deployment;
  all.count = count;
  const CompiledDeployment compiled = compile_deployment(scenario_, all, inputs_);
  Usage month;
  month[Meter::kServerTime] = static_cast<Int128>(count) * kHourlyMonth.count();
  month[Meter::kLoadBalancerTime] = kHourlyMonth.count();
  const double monthly = per_day * 30.0;
  month[Meter::kConnections] = static_cast<Int128>(std::llround(monthly));
  month[Meter::kBytesIn] =
      static_cast<Int128>(std::llround(monthly)) * scenario_.traffic.request_bytes.value();
  month[Meter::kBytesOut] =
      static_cast<Int128>(std::llround(monthly)) * scenario_.traffic.response_bytes.value();
  cost.usd_per_month = usd_of(bill_month(compiled.prices, month, scenario_.free_tier).total());
  cost.configuration = all;
  const std::string text = compiled.configuration;
  const auto misses = cost.text.find(" misses ");
  cost.text = text + (misses == std::string::npos ? "" : cost.text.substr(misses));
  return cost;
}

double CostModel::fleet_capacity(const DeploymentSpec& deployment, std::uint32_t count,
                                 std::uint32_t replication, double low, double high) const {
  const auto holds = [&](double per_day) {
    return fleet(deployment, count, per_day, replication).feasible;
  };
  if (!holds(low)) return 0.0;
  // Gallop up, then bisect on the logarithm.
  double good = low;
  double bad = high;
  for (double x = low * 4.0; x < high; x *= 4.0) {
    if (!holds(x)) {
      bad = x;
      break;
    }
    good = x;
  }
  if (bad >= high && holds(high)) return high;
  while (bad / good > 1.0 + 1e-4) {
    const double middle = std::sqrt(good * bad);
    (holds(middle) ? good : bad) = middle;
  }
  return good;
}

}  // namespace faascast
