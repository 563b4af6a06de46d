#include "studies/optimise_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <variant>

#include "pricing/month.h"
#include "sim-core/histogram.h"
#include "studies/batching.h"

namespace faascast {
namespace {

constexpr double kSure = 4.0;  ///< standard errors
constexpr double kDaysAMonth = 30.0;

void add_axis(std::vector<SweepAxis>& axes, const std::string& key,
              const std::vector<std::string>& values) {
  if (values.empty()) return;
  SweepAxis axis;
  axis.key = key;
  axis.values = values;
  axes.push_back(std::move(axis));
}

std::vector<std::string> numbers(const std::vector<std::uint64_t>& values) {
  std::vector<std::string> texts;
  for (const std::uint64_t value : values) texts.push_back(std::to_string(value));
  return texts;
}

std::vector<SweepAxis> function_axes(const Scenario& scenario, const DeploymentSpec& spec,
                                     const std::string& prefix, Megabytes memory_used) {
  std::vector<SweepAxis> axes;
  const PlatformSpec& platform = *spec.platform_spec;
  if (!spec.memory) {
    std::vector<std::string> sizes;
    for (const Megabytes memory : memory_candidates(platform, memory_used)) {
      sizes.push_back(fmt::format("{} MB", memory.value()));
    }
    add_axis(axes, prefix + "memory", sizes);
  }
  if (!spec.cpu && platform.cpu.share == CpuShare::kConfigured) {
    std::vector<std::string> shares;
    for (const double vcpu : {0.25, 0.5, 1.0, 2.0, 4.0, 8.0}) {
      if (vcpu >= platform.cpu.minimum && vcpu <= platform.cpu.maximum) {
        shares.push_back(fmt::format("{}", vcpu));
      }
    }
    add_axis(axes, prefix + "cpu", shares);
  }
  if (spec.concurrency == 1 && platform.scaling.concurrency_maximum > 1) {
    std::vector<std::uint64_t> steps;
    for (std::int64_t c = 1; c <= platform.scaling.concurrency_maximum; c *= 4) {
      steps.push_back(static_cast<std::uint64_t>(c));
    }
    add_axis(axes, prefix + "concurrency", numbers(steps));
  }
  if (!spec.minimum_instances && sells_minimum_instances(scenario, spec)) {
    add_axis(axes, prefix + "minimum_instances", numbers({0, 1, 2, 4, 8}));
  }
  return axes;
}

/// From what the mean load needs up to what bursts may need.
std::vector<std::uint64_t> fleet_sizes(const DeploymentSpec& spec, const KnownTraffic& traffic) {
  constexpr double kSecondsADay = 86'400.0;
  constexpr double kMostServers = 100'000.0;
  const auto workers = static_cast<double>(spec.workers.value_or(1));
  const double load = traffic.per_day / kSecondsADay * traffic.execution_s / workers;
  const auto least = static_cast<std::uint64_t>(std::min(kMostServers, std::floor(load))) + 1;
  // Servers may have many workers: a count far below what one worker each would need can do.
  std::vector<std::uint64_t> sizes;
  for (std::uint64_t count = 1; count < least; count = count + count / 2 + 1) sizes.push_back(count);
  for (std::uint64_t i = 0; i < 6; ++i) sizes.push_back(least + i);
  for (const double factor : {1.5, 2.0, 3.0, 4.0, 6.0}) {
    sizes.push_back(static_cast<std::uint64_t>(std::ceil(static_cast<double>(least) * factor)) + 5);
  }
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  return sizes;
}

/// Mean, deviation and p99 of what an instance is busy with for a warm request, over the law itself.
struct WarmTime {
  double mean_s = 0.0;
  double deviation_s = 0.0;
  double p99_s = 0.0;
};
std::optional<WarmTime> warm_time(const DeploymentPlan& plan, double requests) {
  const Work& work = plan.work;
  const auto* pool = std::get_if<PoolPlan>(&plan.side);
  const auto* servers = std::get_if<ServerPlan>(&plan.side);
  if ((pool == nullptr && servers == nullptr) || work.uses_tokens) return std::nullopt;
  const auto busy_s = [&](double u) {
    const Duration execution = work.execution.quantile(u);
    Duration busy = work.is_final ? execution : execution + work.handler;
    if (pool != nullptr && !work.is_final) busy = pool->cpu.elapsed(busy);
    if (pool != nullptr && pool->timeout > Duration::zero()) busy = std::min(busy, pool->timeout);
    return seconds_of(busy);
  };
  constexpr int kPoints = 2048;
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < kPoints; ++i) {
    const double value = busy_s((i + 0.5) / kPoints);
    sum += value;
    squares += value * value;
  }
  WarmTime time;
  time.mean_s = sum / kPoints;
  time.deviation_s = std::sqrt(std::max(0.0, squares / kPoints - time.mean_s * time.mean_s));
  const double u = 0.99 - kSure * std::sqrt(0.99 * 0.01 / requests);
  if (u > 0.0) {
    // As a histogram would report it, or the exact maximum.
    const Duration network =
        plan.network.is_constant() ? plan.network.quantile(0.5) : Duration::zero();
    const std::int64_t ns = std::llround(busy_s(u) * 1e9) + network.count();
    const std::int64_t reported = Histogram::representative(Histogram::bucket(ns));
    time.p99_s = 1e-9 * static_cast<double>(std::min(ns, reported));
  }
  return time;
}

}  // namespace

std::vector<SweepAxis> open_axes(const Scenario& scenario, std::size_t deployment,
                                 const std::vector<SweepAxis>& vary, Megabytes memory_used,
                                 const KnownTraffic& traffic) {
  const DeploymentSpec& spec = scenario.deployments[deployment];
  const std::string prefix = fmt::format("deployment[{}].", deployment);
  std::vector<SweepAxis> axes;
  if (spec.is_serverless() && spec.platform_spec) {
    axes = function_axes(scenario, spec, prefix, memory_used);
  } else if (spec.is_servers()) {
    if (!spec.count && !spec.autoscale) {
      add_axis(axes, prefix + "count", numbers(fleet_sizes(spec, traffic)));
    }
    if (spec.batching && is_open(*spec.batching)) {
      std::vector<std::uint64_t> sizes;
      std::vector<std::string> waits;
      for (const BatchingSpec& one : batch_candidates(*spec.batching, traffic.execution_s)) {
        if (sizes.empty() || sizes.back() != one.maximum_size) sizes.push_back(one.maximum_size);
        const std::string wait = fmt::format("{} us", one.maximum_wait.count() / 1000);
        if (std::find(waits.begin(), waits.end(), wait) == waits.end()) waits.push_back(wait);
      }
      if (spec.batching->maximum_size == kOpenBatchSize) {
        add_axis(axes, prefix + "batching.maximum_size", numbers(sizes));
      }
      if (spec.batching->maximum_wait == kOpenBatchWait) {
        add_axis(axes, prefix + "batching.maximum_wait", waits);
      }
    }
  }
  for (const SweepAxis& given : vary) {
    if (given.key.rfind("deployment[", 0) == 0 && given.key.rfind(prefix, 0) != 0) continue;
    const auto same = std::find_if(axes.begin(), axes.end(),
                                   [&](const SweepAxis& axis) { return axis.key == given.key; });
    if (same == axes.end()) {
      axes.push_back(given);
    } else {
      *same = given;
    }
  }
  return axes;
}

void add_bounds(OptimiseCandidate& candidate, const Scenario& scenario, const CompiledDeployment& compiled,
                const KnownTraffic& traffic) {
  if (traffic.requests < 1.0 || !compiled.plan.parts.empty()) return;
  MonthlyLoad load;
  // The horizon of a trace is its last completion: a little later for slow candidates.
  constexpr double kSpanSlack = 0.98;
  load.requests =
      static_cast<std::int64_t>(traffic.per_day * kDaysAMonth * (1.0 - kMostThrottled) * kSpanSlack);
  load.request_bytes = scenario.traffic.request_bytes;
  load.response_bytes = scenario.traffic.response_bytes;
  const auto warm = warm_time(compiled.plan, traffic.requests);
  const bool is_known = warm && !compiled.plan.work.execution.is_constant();
  if (warm) candidate.least_p99_s = warm->p99_s;
  if (const auto* servers = std::get_if<ServerPlan>(&compiled.plan.side)) {
    if (servers->batching) candidate.least_p99_s = 0.0;
    if (servers->autoscale) return;
    load.servers = servers->replicas;
  } else if (const auto* pool = std::get_if<PoolPlan>(&compiled.plan.side)) {
    if (!warm || pool->bills_memory_used) return;
    const double slack = is_known ? kSure * warm->deviation_s / std::sqrt(traffic.requests) : 0.0;
    const double busy_s =
        std::max(0.0, warm->mean_s - slack) / static_cast<double>(pool->concurrency);
    load.duration = Duration(static_cast<std::int64_t>(busy_s * 1e9));
    // Rounding each request up only adds.
    load.metering.granularity = Duration(1);
    load.memory = pool->memory;
    load.vcpu = pool->vcpu;
    load.clock_mhz = pool->clock_mhz;
  }
  candidate.least_usd =
      usd_of(bill_month(compiled.prices, usage_of(load), scenario.free_tier).total());
}

}  // namespace faascast
