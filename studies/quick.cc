#include "studies/quick.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pricing/month.h"
#include "studies/assumptions.h"
#include "studies/breakeven_cost.h"
#include "studies/fitting.h"
#include "studies/pool_law.h"
#include "traces/info.h"

namespace faascast {

namespace {

constexpr double kSecondsAMonth = 30.0 * 86'400.0;
constexpr double kSecondsADay = 86'400.0;

/// Mean and coefficient of variation of how long a warm request takes.
struct Service {
  double mean_s = 0.0;
  double cv = 0.0;
  double p99_s = 0.0;
};

/// Time on the vCPUs that share the model's work.
Duration divided(const Work& work, Duration execution) {
  if (work.is_final || work.threads <= 1) return execution;
  const double p = work.parallel_fraction;
  return Duration(std::llround(static_cast<double>(execution.count()) * (1.0 - p + p / work.threads)));
}

Service service_of(const Work& work, const CpuLaw& law) {
  // Over the quantiles: the CPU law is not linear.
  constexpr int kSteps = 400;
  Service service;
  double squares = 0.0;
  const auto elapsed = [&](double u) {
    const Duration execution = divided(work, work.execution.quantile(u));
    return seconds_of(work.is_final ? execution + work.handler
                                    : law.elapsed(execution + work.handler));
  };
  for (int i = 0; i < kSteps; ++i) {
    const double s = elapsed((i + 0.5) / kSteps);
    service.mean_s += s / kSteps;
    squares += s * s / kSteps;
  }
  service.p99_s = elapsed(0.99);
  if (work.is_final && work.handler == Duration::zero() && !work.execution.is_constant()) {
    service.mean_s = seconds_of(work.execution.mean());  // exact, tail included
  }
  const double variance = std::max(0.0, squares - service.mean_s * service.mean_s);
  service.cv = service.mean_s > 0.0 ? std::sqrt(variance) / service.mean_s : 0.0;
  return service;
}

double usd(const CompiledDeployment& compiled, Usage usage, bool free_tier) {
  return usd_of(bill_month(compiled.prices, usage, free_tier).total());
}

bool meets(const Objective& objective, const QuickEstimate& estimate) {
  const auto fits = [](const std::optional<Duration>& limit, double s) {
    return !limit || s <= seconds_of(*limit);
  };
  return fits(objective.p99, estimate.p99_s) && fits(objective.mean, estimate.mean_latency_s) &&
         (!objective.cold_share || estimate.cold_share <= *objective.cold_share);
}

/// A fixed window that keeps idle instances for as long in the mean.
Duration mean_idle_life(const PoolPlan& pool) {
  constexpr int kHalvings = 2;  // of the j-th period: 1 + the sum of 2^-i
  switch (pool.keep_alive_rule) {
    case KeepAliveRule::kFixed:
      break;
    case KeepAliveRule::kDrawn:
      return pool.idle_life.mean();
    case KeepAliveRule::kHalving:
      return pool.keep_alive * kHalvings;
    case KeepAliveRule::kHistogram:
      return pool.idle_histogram.bin * pool.idle_histogram.bins;
  }
  return pool.keep_alive;
}

void estimate_functions(QuickEstimate& estimate, const Scenario& scenario,
                        const CompiledDeployment& compiled, double rate, double gap_cv) {
  const auto& pool = std::get<PoolPlan>(compiled.plan.side);
  const Service service = service_of(compiled.plan.work, pool.cpu);
  double cold_s = 0.0;
  double billed_cold_s = 0.0;
  for (const ColdComponent& part : pool.cold_start) {
    const double in_handler = seconds_of(pool.cpu.elapsed(part.cpu));
    const double s = seconds_of(part.wall.mean()) +
                     (part.load_at == LoadAt::kHandler ? in_handler : seconds_of(part.cpu));
    cold_s += s;
    const bool is_billed = part.load_at == LoadAt::kHandler ||
                           (part.load_at == LoadAt::kInit && pool.metering.bills_init);
    if (is_billed) billed_cold_s += s;
  }
  const double keep_alive = seconds_of(mean_idle_life(pool));
  PoolFigures figures;
  double in_use_s = service.mean_s;
  for (int i = 0; i < 3; ++i) {
    const double a = std::max(rate * in_use_s / std::max<std::uint32_t>(pool.concurrency, 1), 1e-9);
    figures = keep_alive_pool(a, keep_alive / in_use_s);
    in_use_s = service.mean_s + figures.cold_share * cold_s;
  }
  if (pool.minimum_instances > 0) {
    figures.instances = std::max<double>(figures.instances, pool.minimum_instances);
  }
  const double network = seconds_of(compiled.plan.network.mean());
  estimate.cold_share = figures.cold_share;
  estimate.instances = figures.instances;
  estimate.mean_latency_s = in_use_s + network;
  estimate.p99_s = network + service.p99_s + (figures.cold_share > 0.01 ? cold_s : 0.0);

  MonthlyLoad load;
  load.requests = std::llround(rate * kSecondsAMonth);
  load.duration = Duration(
      std::llround((service.mean_s + figures.cold_share * billed_cold_s) * 1e9));
  load.metering = pool.metering;
  load.memory = pool.memory;
  load.vcpu = pool.vcpu;
  load.clock_mhz = pool.clock_mhz;
  load.request_bytes = scenario.traffic.request_bytes;
  load.response_bytes = scenario.traffic.response_bytes;
  Usage usage = usage_of(load);
  // Rounding up adds half a step in the mean, unless all take the same time.
  if (service.cv > 0.0) {
    const double steps = service.mean_s * 1e9 / static_cast<double>(pool.metering.granularity.count());
    const double rounded = std::ceil(steps);
    if (rounded > 0.0) {
      for (const Meter meter : {Meter::kMemoryTime, Meter::kVcpuTime, Meter::kClockTime}) {
        const double scaled = static_cast<double>(usage[meter]) * (steps + 0.5) / rounded;
        usage[meter] = static_cast<Int128>(scaled);
      }
    }
  }
  const double idle_s = std::max(0.0, pool.minimum_instances - rate * service.mean_s);
  usage[Meter::kIdleMemoryTime] =
      static_cast<Int128>(idle_s * kSecondsAMonth * 1e9) * pool.memory.value();
  usage[Meter::kIdleVcpuTime] =
      static_cast<Int128>(idle_s * kSecondsAMonth * 1e9) * pool.vcpu.value();
  estimate.usd_per_month = usd(compiled, usage, scenario.free_tier);
  if (load.requests > 0) {
    estimate.usd_per_request = estimate.usd_per_month / static_cast<double>(load.requests);
  }
  const bool is_exponential = std::abs(service.cv - 1.0) < 0.02 && cold_s == 0.0;
  estimate.is_exact = is_exponential && std::abs(gap_cv - 1.0) < 0.02 && pool.concurrency == 1 &&
                      pool.minimum_instances == 0 &&
                      pool.reuse_order == ReuseOrder::kMostRecentlyIdle &&
                      pool.keep_alive_rule == KeepAliveRule::kFixed;
  estimate.basis =
      estimate.is_exact
          ? "keep-alive pool, exact for Poisson traffic"
          : "keep-alive pool, taken as Poisson with exponential times: instances are typically "
            "within 4 %, cold starts within 11 %; bursts make both more";
}

void estimate_servers(QuickEstimate& estimate, const Scenario& scenario,
                      const CompiledDeployment& compiled, double rate, double gap_cv) {
  const auto& plan = std::get<ServerPlan>(compiled.plan.side);
  const Service service = service_of(compiled.plan.work, {});
  const unsigned workers = plan.replicas * plan.workers_per_replica;
  const double a = rate * service.mean_s;
  const double network = seconds_of(compiled.plan.network.mean());
  estimate.instances = plan.replicas;
  if (a >= workers) {
    estimate.meets_objective = false;
    estimate.mean_latency_s = estimate.p99_s = HUGE_VAL;
  } else {
    estimate.is_exact = std::abs(gap_cv - 1.0) < 0.02 && std::abs(service.cv - 1.0) < 0.02;
    const double waits = erlang_c(workers, a);
    const double spread =
        estimate.is_exact ? 1.0 : (gap_cv * gap_cv + service.cv * service.cv) / 2.0;
    const double mean_of_waiters = service.mean_s / (workers - a) * spread;
    estimate.mean_latency_s = network + service.mean_s + waits * mean_of_waiters;
    const double wait_p99 = waits > 0.01 ? mean_of_waiters * std::log(waits / 0.01) : 0.0;
    estimate.p99_s = network + std::max(service.p99_s, service.mean_s + wait_p99);
  }
  Usage month;
  const auto requests = static_cast<Int128>(std::llround(rate * kSecondsAMonth));
  month[Meter::kServerTime] = static_cast<Int128>(plan.replicas) * kHourlyMonth.count();
  month[Meter::kLoadBalancerTime] = kHourlyMonth.count();
  month[Meter::kConnections] = requests;
  month[Meter::kBytesIn] = requests * scenario.traffic.request_bytes.value();
  month[Meter::kBytesOut] = requests * scenario.traffic.response_bytes.value();
  estimate.usd_per_month = usd(compiled, month, scenario.free_tier);
  estimate.basis = estimate.is_exact
                       ? "mean wait of M/M/c, exact for Poisson traffic"
                       : "G/G/c of Allen and Cunneen: the wait is typically within 10 to 20 %";
}

/// The fewest servers whose estimate meets the objective with `redundancy` lost; 0: none.
unsigned servers_for(const Scenario& scenario, const DeploymentSpec& servers, const Inputs& inputs,
                     double rate, double gap_cv) {
  if (servers.count) return *servers.count;
  constexpr unsigned kMost = 1024;
  const auto holds = [&](unsigned count) {
    DeploymentSpec left = servers;
    left.count = count;
    return quick_estimate(scenario, left, inputs, rate, gap_cv).meets_objective;
  };
  unsigned good = 1;
  while (good < kMost && !holds(good)) good *= 2;
  if (!holds(good)) return 0;
  unsigned bad = good / 2;
  while (good - bad > 1) {
    const unsigned middle = bad + (good - bad) / 2;
    (holds(middle) ? good : bad) = middle;
  }
  return good + servers.redundancy;
}

/// Of the memory sizes that a scenario leaves open, the cheapest that meets the objective; where none
/// does, the fastest.
QuickEstimate best_functions(const Scenario& scenario, const DeploymentSpec& functions,
                             const Inputs& inputs, double rate, double gap_cv) {
  std::vector<Megabytes> sizes;
  if (!functions.memory) {
    sizes = memory_candidates(*functions.platform_spec, inputs.model.memory_used);
  }
  if (sizes.empty()) return quick_estimate(scenario, functions, inputs, rate, gap_cv);
  std::optional<QuickEstimate> best;
  for (const Megabytes memory : sizes) {
    DeploymentSpec spec = functions;
    spec.memory = memory;
    QuickEstimate one = quick_estimate(scenario, spec, inputs, rate, gap_cv);
    const bool is_better =
        !best || (one.meets_objective != best->meets_objective
                      ? one.meets_objective
                      : one.meets_objective ? one.usd_per_month < best->usd_per_month
                                            : one.mean_latency_s < best->mean_latency_s);
    if (is_better) best = std::move(one);
  }
  return *best;
}

QuickPair crossing_of(const Scenario& scenario, const DeploymentSpec& functions,
                      const DeploymentSpec& servers, const Inputs& inputs, double gap_cv) {
  QuickPair pair{functions.name, servers.name, 0.0, 0};
  const auto is_dearer = [&](double per_day, unsigned* count) {
    const double rate = per_day / kSecondsADay;
    const unsigned needed = servers_for(scenario, servers, inputs, rate, gap_cv);
    if (needed == 0) return false;
    if (count != nullptr) *count = needed;
    DeploymentSpec fleet = servers;
    fleet.count = needed;
    return best_functions(scenario, functions, inputs, rate, gap_cv).usd_per_month >
           quick_estimate(scenario, fleet, inputs, rate, gap_cv).usd_per_month;
  };
  double low = 100.0;
  for (double high = low; high <= 1e9; low = high, high *= 2.0) {
    if (!is_dearer(high, nullptr)) continue;
    double good = high;
    while (good / low > 1.001) {
      const double middle = std::sqrt(low * good);
      (is_dearer(middle, nullptr) ? good : low) = middle;
    }
    pair.inferences_per_day = good;
    (void)is_dearer(good, &pair.servers);
    return pair;
  }
  return pair;
}

}  // namespace

QuickEstimate quick_estimate(const Scenario& scenario, const DeploymentSpec& deployment,
                             const Inputs& inputs, double rate_per_s, double gap_cv) {
  const CompiledDeployment compiled = compile_deployment(scenario, deployment, inputs);
  QuickEstimate estimate;
  estimate.name = deployment.name;
  estimate.is_serverless = deployment.is_serverless();
  estimate.configuration = compiled.configuration;
  if (deployment.is_serverless()) {
    estimate_functions(estimate, scenario, compiled, rate_per_s, gap_cv);
  } else {
    estimate_servers(estimate, scenario, compiled, rate_per_s, gap_cv);
  }
  estimate.meets_objective = estimate.meets_objective && meets(scenario.objective, estimate);
  return estimate;
}

QuickEstimate sized_estimate(const Scenario& scenario, const DeploymentSpec& deployment,
                             const Inputs& inputs, double rate, double gap_cv) {
  if (deployment.is_serverless()) {
    return best_functions(scenario, deployment, inputs, rate, gap_cv);
  }
  DeploymentSpec sized = deployment;
  if (deployment.is_servers() && !deployment.count && !deployment.autoscale) {
    sized.count = std::max(1U, servers_for(scenario, deployment, inputs, rate, gap_cv));
  }
  return quick_estimate(scenario, sized, inputs, rate, gap_cv);
}

QuickTraffic quick_traffic(const Scenario& scenario, const Inputs& inputs, std::uint64_t seed) {
  if (is_stationary(scenario)) {
    const GeneratorSpec& generator = *scenario.traffic.generator;
    return {generator.rate_per_s * scenario.traffic.scale,
            generator.kind == "poisson" ? 1.0 : generator.cv};
  }
  const TrafficInfo info = describe(*inputs.traffic, {seed, 0});
  return {info.mean_rate_per_s, info.interarrival_cv};
}

bool has_estimate(const DeploymentSpec& deployment, const Inputs& inputs) {
  return (deployment.is_serverless() || deployment.is_servers()) && !inputs.model.from_trace &&
         !inputs.model.uses_tokens;
}

QuickReport quick_report(const Scenario& scenario, const StudyOptions& options,
                         QuickSettings settings) {
  const Inputs inputs = resolve_inputs(scenario, options.store);
  return quick_report(scenario, inputs,
                      quick_traffic(scenario, inputs, options.seed.value_or(scenario.seed)),
                      settings);
}

QuickReport quick_report(const Scenario& scenario, const Inputs& inputs,
                         const QuickTraffic& traffic, QuickSettings settings) {
  const bool searches = settings == QuickSettings::kBest;
  check_compiles(scenario, inputs, searches);
  QuickReport report;
  report.scenario = scenario.name;
  const double gap_cv = traffic.gap_cv;
  const double rate = traffic.rate_per_s;
  report.inferences_per_day = rate * kSecondsADay;
  for (const DeploymentSpec& deployment : scenario.deployments) {
    if (!has_estimate(deployment, inputs)) continue;
    report.deployments.push_back(
        searches ? sized_estimate(scenario, deployment, inputs, rate, gap_cv)
                 : quick_estimate(scenario, deployment, inputs, rate, gap_cv));
  }
  if (!scenario.objective.empty() && !report.deployments.empty()) {
    for (const DeploymentSpec& functions : scenario.deployments) {
      if (!functions.is_serverless()) continue;
      for (const DeploymentSpec& servers : scenario.deployments) {
        if (!servers.is_servers() || servers.autoscale) continue;
        report.pairs.push_back(crossing_of(scenario, functions, servers, inputs, gap_cv));
      }
    }
  }
  report.notes = assumptions_of(scenario, inputs);
  if (report.deployments.empty()) {
    report.notes.push_back("Times that a trace brings, or tokens, have no closed form here.");
  }
  return report;
}

}  // namespace faascast
