#include "studies/sensitivity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "pricing/bill.h"
#include "studies/assumptions.h"
#include "studies/breakeven_cost.h"

namespace faascast {
namespace {

FigureOutcome outcome_of(const DeploymentReport& report) {
  return {usd_of(report.bill_month.total()), report.figures.latency.quantile_s(0.99),
          report.meets_objective};
}

/// ln(high / low), for an order by strength; 0 where either is nothing.
double swing(double low, double high) {
  return low > 0.0 && high > 0.0 ? std::abs(std::log(high / low)) : 0.0;
}

double p99_swing(const FigureEffect& effect) {
  return swing(effect.at_low.p99_s.value_or(0.0), effect.at_high.p99_s.value_or(0.0));
}

void order(std::vector<FigureEffect>& effects) {
  std::stable_sort(effects.begin(), effects.end(), [](const auto& a, const auto& b) {
    const double cost_a = swing(a.at_low.usd_per_month, a.at_high.usd_per_month);
    const double cost_b = swing(b.at_low.usd_per_month, b.at_high.usd_per_month);
    return cost_a != cost_b ? cost_a > cost_b : p99_swing(a) > p99_swing(b);
  });
}

/// The scenario with one deployment only. @pre there is one of that name
Scenario only(Scenario scenario, const std::string& name) {
  std::erase_if(scenario.deployments,
                [&](const DeploymentSpec& deployment) { return deployment.name != name; });
  return scenario;
}

/// @pre there is one of that name
const DeploymentSpec& named(const Scenario& scenario, const std::string& name) {
  return *std::find_if(scenario.deployments.begin(), scenario.deployments.end(),
                       [&](const DeploymentSpec& d) { return d.name == name; });
}

class Study {
 public:
  Study(const Scenario& scenario, const SensitivityOptions& options)
      : scenario_(scenario),
        options_(options),
        inputs_(resolve_inputs(scenario, options.study.store)) {}

  SensitivityReport run() {
    report_.scenario = scenario_.name;
    report_.seed = options_.study.seed.value_or(scenario_.seed);
    report_.notes = assumptions_of(scenario_, inputs_);
    for (const DeploymentSpec& deployment : scenario_.deployments) {
      // Alone, as with a figure pinned: a run of several ends with the latest of them.
      const RunReport base = run_alone(scenario_, deployment.name);
      if (report_.deployments.empty()) report_.inferences_per_day = base.inferences_per_day;
      report_.deployments.push_back(deployment_effects(deployment, base.deployments.front()));
    }
    if (options_.verdict) look_at_pairs();
    return std::move(report_);
  }

 private:
  [[nodiscard]] RunReport run_alone(const Scenario& scenario, const std::string& name) const {
    RunReport report = run_scenario(only(scenario, name), inputs_, options_.study);
    if (report.interrupted) throw Interrupted();
    return report;
  }

  DeploymentSensitivity deployment_effects(const DeploymentSpec& spec,
                                           const DeploymentReport& base) const {
    DeploymentSensitivity result;
    result.name = spec.name;
    result.base = outcome_of(base);
    for (const Figure& figure : figures_of(spec)) {
      if (figure.path == "prices") continue;  // below, with all others
      const auto at = [&](Pin::Side side) {
        return outcome_of(
            run_alone(with_pinned_figure(scenario_, {spec.name, {figure.path, side}}), spec.name)
                .deployments.front());
      };
      result.figures.push_back({figure.path, figure.value, figure.low, figure.high,
                                figure.note.source, figure.note.as_of, at(Pin::Side::kLow),
                                at(Pin::Side::kHigh)});
    }
    add_prices_effect(spec, base, result);
    order(result.figures);
    return result;
  }

  /// All prices of a deployment at the ends of their ranges: no new simulation.
  void add_prices_effect(const DeploymentSpec& spec, const DeploymentReport& base,
                         DeploymentSensitivity& result) const {
    const CompiledDeployment compiled = compile_deployment(scenario_, spec, inputs_);
    const double listed = result.base.usd_per_month;
    if (listed <= 0.0) return;
    const auto at = [&](PriceBound bound) {
      FigureOutcome outcome = result.base;
      const double share = usd_of(bill_span(at_bound(compiled.prices, bound),
                                            base.figures.usage).total()) /
                           usd_of(bill_span(compiled.prices, base.figures.usage).total());
      outcome.usd_per_month = listed * share;
      return outcome;
    };
    const FigureOutcome low = at(PriceBound::kLow);
    const FigureOutcome high = at(PriceBound::kHigh);
    if (low.usd_per_month == high.usd_per_month) return;
    result.figures.push_back({"prices", "listed", "low ends", "high ends", compiled.prices.vintage,
                              {}, low, high});
  }

  void look_at_pairs() {
    if (scenario_.objective.empty()) {
      report_.notes.emplace_back(
          "Without an [objective] there is no verdict to flip: costs are compared at equal service.");
      return;
    }
    BreakevenOptions options;
    options.study = options_.study;
    options.requests_per_point = options_.requests_per_point;
    const CostModel model(scenario_, inputs_, options);
    const double per_day = model.own_per_day();
    for (const DeploymentSpec& servers : scenario_.deployments) {
      if (!servers.is_servers()) continue;
      const Cost fleet = model.cheapest_fleet(servers, per_day);
      for (const DeploymentSpec& functions : scenario_.deployments) {
        if (!functions.is_serverless()) continue;
        report_.pairs.push_back(pair_effects(model, functions, servers, fleet, per_day));
      }
    }
  }

  static PairState state_of(const Cost& functions, const Cost& fleet, const std::string& serverless,
                            const std::string& dedicated) {
    PairState state;
    if (functions.feasible && fleet.feasible) {
      state.cost_ratio = functions.usd_per_month / fleet.usd_per_month;
      state.cheaper = *state.cost_ratio < 1.0 ? serverless : dedicated;
    } else if (functions.feasible || fleet.feasible) {
      state.cheaper = functions.feasible ? serverless : dedicated;
    }
    return state;
  }

  PairSensitivity pair_effects(const CostModel& model, const DeploymentSpec& functions, const DeploymentSpec& servers,
                               const Cost& fleet, double per_day) const {
    PairSensitivity pair;
    pair.serverless = functions.name;
    pair.dedicated = servers.name;
    const auto state = [&](const CostModel& at, const DeploymentSpec& spec) {
      return state_of(at.cheapest_functions(spec, per_day, 0), fleet, functions.name, servers.name);
    };
    pair.base = state(model, functions);
    const auto add = [&](const Figure& figure, const std::string& name, const auto& at) {
      VerdictEffect effect{name, figure.low, figure.high, at(Pin::Side::kLow), at(Pin::Side::kHigh)};
      effect.flips =
          effect.at_low.cheaper != pair.base.cheaper || effect.at_high.cheaper != pair.base.cheaper;
      pair.figures.push_back(std::move(effect));
    };
    for (const Figure& figure : figures(*functions.platform_spec)) {
      add(figure, figure.path, [&](Pin::Side side) {
        const Scenario pinned = with_pinned_figure(scenario_, {functions.name, {figure.path, side}});
        return state(CostModel(pinned, inputs_, model), named(pinned, functions.name));
      });
    }
    const Cost chosen = model.cheapest_functions(functions, per_day, 0);
    for (const Figure& figure : servers.around.figures) {
      add(figure, fmt::format("{} of {}", figure.path, servers.name), [&](Pin::Side side) {
        const Scenario pinned = with_pinned_figure(scenario_, {servers.name, {figure.path, side}});
        const Cost changed = CostModel(pinned, inputs_, model)
                                 .cheapest_fleet(named(pinned, servers.name), per_day);
        return state_of(chosen, changed, functions.name, servers.name);
      });
    }
    std::stable_sort(pair.figures.begin(), pair.figures.end(), [](const auto& a, const auto& b) {
      if (a.flips != b.flips) return a.flips;
      return strength(a) > strength(b);
    });
    pair.sentence = sentence_of(pair);
    return pair;
  }

  static double strength(const VerdictEffect& effect) {
    return swing(effect.at_low.cost_ratio.value_or(0.0), effect.at_high.cost_ratio.value_or(0.0));
  }

  static std::string sentence_of(const PairSensitivity& pair) {
    constexpr std::size_t kNamed = 3;
    std::string text =
        pair.base.cheaper.empty()
            ? fmt::format("Neither {} nor {} meets the objective", pair.serverless, pair.dedicated)
            : fmt::format("{} is the choice", pair.base.cheaper);
    if (pair.base.cost_ratio) {
      text += fmt::format(" ({} costs {:.3g} times {})", pair.serverless, *pair.base.cost_ratio,
                          pair.dedicated);
    }
    std::vector<std::string> names;
    for (const VerdictEffect& effect : pair.figures) {
      if (!effect.flips || names.size() == kNamed) continue;
      const bool at_high = effect.at_high.cheaper != pair.base.cheaper;
      names.push_back(fmt::format("{} at {}", effect.figure, at_high ? effect.high : effect.low));
    }
    if (names.empty()) {
      text += "; no single figure flips that within its range";
      if (!pair.figures.empty() && strength(pair.figures.front()) > 0.0) {
        text += fmt::format(", not even the strongest, {}", pair.figures.front().figure);
      }
      return text + ".";
    }
    const auto flipping = std::count_if(pair.figures.begin(), pair.figures.end(),
                                        [](const VerdictEffect& effect) { return effect.flips; });
    return text + fmt::format("; {} of {} figures would flip that{}: {}.", flipping,
                              pair.figures.size(),
                              flipping > static_cast<std::ptrdiff_t>(kNamed) ? ", the strongest"
                                                                             : "",
                              fmt::join(names, ", "));
  }

  const Scenario& scenario_;
  const SensitivityOptions& options_;
  Inputs inputs_;
  SensitivityReport report_{};
};

}  // namespace

SensitivityReport sensitivity(const Scenario& scenario, const SensitivityOptions& options) {
  return Study(scenario, options).run();
}

}  // namespace faascast
