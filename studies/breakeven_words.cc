#include "studies/breakeven_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

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
constexpr std::uint32_t kMostSheetServers = 100'000;

const Interval& wider_of(const Crossing& crossing) {
  const auto width = [](const Interval& i) { return i.high / i.low; };
  return width(crossing.sampling) > width(crossing.calibration) ? crossing.sampling
                                                                : crossing.calibration;
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

/// Traffic at which requests at `price` each cost what `count` servers and their front door cost
/// (which grows a little with the traffic).
double sheet_crossing(const CostModel& model, const DeploymentSpec& servers, std::uint32_t count,
                      double price) {
  double crossing = 0.0;
  for (int i = 0; i < 50; ++i) {
    const double usd = model.fleet_price(servers, count, crossing).usd_per_month;
    const double next = usd / price / kDaysAMonth;
    if (std::abs(next - crossing) <= 1e-7 * next) return next;
    crossing = next;
  }
  return crossing;
}

std::uint32_t workers_of(const CostModel& model, const DeploymentSpec& servers) {
  const CompiledDeployment compiled =
      compile_deployment(model.scenario(), servers, model.inputs());
  return std::get<ServerPlan>(compiled.plan.side).workers_per_replica;
}

/// What a spreadsheet leaves out, of what is found to matter here.
std::string reasons(const CostModel& model, const DeploymentSpec& servers, const Cost& functions,
                    double warm_price, std::uint32_t simulated_count, std::uint32_t sheet_count,
                    double per_day) {
  std::vector<std::string> causes;
  const auto servers_text = [](std::uint32_t n) {
    return n == 1 ? std::string("one server") : fmt::format("{} servers", n);
  };
  const std::uint32_t reserve = std::min(servers.redundancy, simulated_count);
  if (simulated_count > sheet_count && reserve > 0) {
    causes.push_back(
        fmt::format("redundancy: {} in reserve, so that one may be lost", servers_text(reserve)));
  }
  if (simulated_count > sheet_count + reserve) {
    causes.push_back(fmt::format(
        "burst headroom: {} where the mean load needs {}, for bursts and queues",
        servers_text(simulated_count - reserve), sheet_count));
  } else if (simulated_count <= sheet_count) {
    std::string why_not;
    if (sheet_count > servers.redundancy &&
        !model.fleet_holds(servers, sheet_count, per_day, 0, &why_not)) {
      causes.push_back(fmt::format("burst headroom: {} miss {} at that traffic",
                                   servers_text(sheet_count), why_not));
    }
  }
  if (functions.cold_share > 1e-4) {
    const double requests = per_day * kDaysAMonth;
    const double more = warm_price > 0.0
                            ? functions.usd_per_month / requests / warm_price - 1.0
                            : 0.0;
    causes.push_back(fmt::format(
        "cold tail: {:.2f} % of the requests are cold{}", 100.0 * functions.cold_share,
        more > 1e-3 ? fmt::format(", and a request costs {:.1f} % more than a warm one", 100.0 * more)
                    : std::string(", at no price worth mentioning")));
  }
  if (functions.contention_s > 0.01 * functions.mean_execution_s) {
    causes.push_back(
        fmt::format("contention: requests that share an instance take {:.0f} % longer",
                    100.0 * functions.contention_s / functions.mean_execution_s));
  }
  if (functions.throttled_share > 1e-6) {
    causes.push_back(fmt::format("limits: {:.2g} % of the requests are turned away",
                                 100.0 * functions.throttled_share));
  }
  if (!functions.feasible) {
    causes.push_back(
        fmt::format("the functions miss the service level there ({})", functions.why_not));
  }
  if (causes.empty()) causes.push_back("rounding of billed time, and the spread of durations");
  return fmt::format("{}.", fmt::join(causes, "; "));
}

}  // namespace

std::string rounded_count(double inferences) {
  const double digits = std::pow(10.0, std::floor(std::log10(std::max(inferences, 1.0))) - 2.0);
  const double value = digits > 1.0 ? std::round(inferences / digits) * digits : inferences;
  return format_count(static_cast<std::uint64_t>(std::llround(value)));
}

std::string inferences_a_day(double inferences) { return rounded_count(inferences) + " inferences a day"; }

Spreadsheet spreadsheet_of(const CostModel& model, const DeploymentSpec& functions,
                           const DeploymentSpec& servers, const PairSearch& search,
                           const BreakevenPair& pair) {
  const bool crosses = !pair.crossings.empty();
  const double look_at = crosses ? pair.crossings.front().inferences_per_day : model.own_per_day();
  const Cost cost = model.cheapest_functions(functions, look_at, 0);
  const double price = warm_price(model, cost.configuration, cost.mean_execution_s);
  const std::uint32_t workers = workers_of(model, servers);
  Spreadsheet sheet;
  std::uint32_t count = servers.count.value_or(1);
  for (; count < kMostSheetServers; ++count) {
    const double crossing = sheet_crossing(model, servers, count, price);
    const double load = crossing / kSecondsADay * cost.mean_execution_s / workers;
    if (load <= count) {
      sheet.inferences_per_day = crossing;
      break;
    }
    if (servers.count) break;
  }
  if (!sheet.inferences_per_day) {
    sheet.why_different = "Servers at full load never cost less than functions.";
  } else if (crosses && std::abs(look_at / *sheet.inferences_per_day - 1.0) <= kSuffices) {
    sheet.why_different = "A spreadsheet suffices here.";
  } else {
    const std::uint32_t simulated = crosses ? search.found().front().count : count;
    sheet.why_different = reasons(model, servers, cost, price, simulated, count, look_at);
  }
  return sheet;
}

std::string sentence_of(const BreakevenPair& pair, const PairSearch& search) {
  std::string text;
  switch (pair.verdict) {
    case Verdict::kInfeasible:
      text = fmt::format("At no traffic do both {} and {} meet the objective.", pair.serverless,
                         pair.dedicated);
      break;
    case Verdict::kServerlessAlways:
      text = fmt::format("{} is cheaper wherever both meet the objective, up to {}.",
                         pair.serverless, inferences_a_day(search.looked_up_to()));
      break;
    case Verdict::kDedicatedAlways:
      text = fmt::format("{} is cheaper wherever both meet the objective.", pair.dedicated);
      break;
    case Verdict::kCrosses: {
      const Crossing& first = pair.crossings.front();
      const bool serverless_first = first.cheaper_below == pair.serverless;
      text = fmt::format("{} is cheaper below {}, {} above.", first.cheaper_below,
                         inferences_a_day(first.inferences_per_day),
                         serverless_first ? pair.dedicated : pair.serverless);
      const Interval& wider = wider_of(first);
      if (wider.high > wider.low * 1.001) {
        text += fmt::format(" The crossing lies between {} and {}.", rounded_count(wider.low),
                            rounded_count(wider.high));
      }
      if (pair.crossings.size() > 1) {
        text += fmt::format(" The cheaper side changes {} times, last at {}.",
                            pair.crossings.size(),
                            inferences_a_day(pair.crossings.back().inferences_per_day));
      }
    }
  }
  if (search.dedicated_limit()) {
    text += fmt::format(" This fleet meets the objective up to {}.",
                        inferences_a_day(*search.dedicated_limit()));
  }
  return text;
}

}  // namespace faascast
