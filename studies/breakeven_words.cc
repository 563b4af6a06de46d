#include "studies/breakeven_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "pricing/month.h"

namespace faascast {

namespace {

constexpr double kDaysAMonth = 30.0;
constexpr double kSecondsADay = 86'400.0;
/// Below this relative difference a spreadsheet is as good as a simulation.
constexpr double kSuffices = 0.02;

std::string per_day(double inferences) {
  return format_count(static_cast<std::uint64_t>(std::llround(inferences))) + " a day";
}

/// USD of one warm request of mean duration: the functions' price without anything else.
double warm_price(const CostModel& model, const DeploymentSpec& functions, double execution_s) {
  const CompiledDeployment compiled =
      compile_deployment(model.scenario(), functions, model.inputs());
  const auto& pool = std::get<PoolPlan>(compiled.plan.side);
  MonthlyLoad load;
  load.requests = 1'000'000;
  load.duration = Duration(std::llround(execution_s * 1e9));
  load.metering = pool.metering;
  load.memory = pool.memory;
  load.vcpu = pool.vcpu;
  load.clock_mhz = pool.clock_mhz;
  load.request_bytes = model.scenario().traffic.request_bytes;
  load.response_bytes = model.scenario().traffic.response_bytes;
  Usage usage = usage_of(load);
  usage[Meter::kLoadBalancerTime] = 0;
  return usd_of(bill_month(compiled.prices, usage, false).total()) / 1e6;
}

/// Months of servers: fixed cost of `count` of them with their front door.
double fixed_price(const CostModel& model, const DeploymentSpec& servers, std::uint32_t count) {
  DeploymentSpec spec = servers;
  spec.count = count;
  const CompiledDeployment compiled = compile_deployment(model.scenario(), spec, model.inputs());
  Usage usage;
  usage[Meter::kServerTime] = static_cast<Int128>(count) * kHourlyMonth.count();
  usage[Meter::kLoadBalancerTime] = kHourlyMonth.count();
  return usd_of(bill_month(compiled.prices, usage, false).total());
}

std::uint32_t workers_of(const CostModel& model, const DeploymentSpec& servers) {
  const CompiledDeployment compiled =
      compile_deployment(model.scenario(), servers, model.inputs());
  return std::get<ServerPlan>(compiled.plan.side).workers_per_replica;
}

std::string reasons(const BreakevenPair& pair, const Cost& functions, const Cost& fleet,
                    std::uint32_t sheet_count, const DeploymentSpec& servers) {
  std::vector<std::string> causes;
  const std::uint32_t count = fleet.configuration.count.value_or(1);
  if (!pair.crossings.empty() && count > sheet_count) {
    causes.push_back(fmt::format(
        "the service level needs {} servers where mean load fills {} ({} of them in reserve for a "
        "failure, the rest for bursts and queues)",
        count, sheet_count, servers.redundancy));
  }
  if (functions.cold_share > 1e-4) {
    causes.push_back(fmt::format("{:.2f} % of the requests are cold and are billed for longer",
                                 100.0 * functions.cold_share));
  }
  if (!fleet.feasible) causes.push_back("the fleet misses the service level there");
  if (!functions.feasible) causes.push_back("the functions miss the service level there");
  if (causes.empty()) causes.push_back("rounding of billed time, and the spread of durations");
  return fmt::format("{}", fmt::join(causes, "; "));
}

}  // namespace

Spreadsheet spreadsheet_of(const CostModel& model, const DeploymentSpec& functions,
                           const DeploymentSpec& servers, const BreakevenPair& pair) {
  const double look_at = pair.crossings.empty() ? model.own_per_day()
                                                : pair.crossings.front().inferences_per_day;
  const Cost cost = model.cheapest_functions(functions, look_at, 0);
  const double price = warm_price(model, cost.configuration, cost.mean_execution_s);
  const std::uint32_t workers = workers_of(model, servers);
  Spreadsheet sheet;
  std::uint32_t count = servers.count.value_or(1);
  for (; count < 100'000; ++count) {
    const double crossing = fixed_price(model, servers, count) / price / kDaysAMonth;
    const double load = crossing / kSecondsADay * cost.mean_execution_s / workers;
    if (load <= count) {
      sheet.inferences_per_day = crossing;
      break;
    }
    if (servers.count) break;
  }
  if (!sheet.inferences_per_day) {
    sheet.why_different = "servers at full load never cost less than functions";
    return sheet;
  }
  if (!pair.crossings.empty() &&
      std::abs(look_at / *sheet.inferences_per_day - 1.0) <= kSuffices) {
    sheet.why_different = "a spreadsheet suffices here";
    return sheet;
  }
  std::uint32_t fleet_count = std::max(count, servers.redundancy + 1);
  Cost fleet = model.fleet(servers, fleet_count, look_at, 0);
  while (!servers.count && !servers.autoscale && !fleet.feasible && fleet_count < 2 * count + 16) {
    fleet = model.fleet(servers, ++fleet_count, look_at, 0);
  }
  sheet.why_different = reasons(pair, cost, fleet, count, servers);
  return sheet;
}

std::string sentence_of(const BreakevenPair& pair, std::optional<double> dedicated_limit,
                        std::optional<double> serverless_from) {
  std::string text;
  switch (pair.verdict) {
    case Verdict::kInfeasible:
      text = fmt::format("At no traffic do both {} and {} meet the objective.", pair.serverless,
                         pair.dedicated);
      break;
    case Verdict::kServerlessAlways:
      text = fmt::format("{} is cheaper wherever both meet the objective.", pair.serverless);
      break;
    case Verdict::kDedicatedAlways:
      text = fmt::format("{} is cheaper wherever both meet the objective.", pair.dedicated);
      break;
    case Verdict::kCrosses: {
      const Crossing& first = pair.crossings.front();
      text = fmt::format("{} is cheaper below {} inferences {}", first.cheaper_below,
                         format_count(static_cast<std::uint64_t>(
                             std::llround(first.inferences_per_day))),
                         "a day");
      text += fmt::format(
          ", {} above.", first.cheaper_below == pair.serverless ? pair.dedicated : pair.serverless);
      if (pair.crossings.size() > 1) {
        text += fmt::format(" It changes {} times, last at {}.", pair.crossings.size(),
                            per_day(pair.crossings.back().inferences_per_day));
      }
    }
  }
  if (dedicated_limit && pair.verdict != Verdict::kInfeasible) {
    text += fmt::format(" This fleet carries at most {} within the objective.",
                        per_day(*dedicated_limit));
  }
  if (serverless_from && !pair.curve.empty() &&
      *serverless_from > pair.curve.front().inferences_per_day * 1.001) {
    text += fmt::format(" Below about {} {} misses the objective.", per_day(*serverless_from),
                        pair.serverless);
  }
  return text;
}

}  // namespace faascast
