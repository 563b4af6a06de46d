#include "studies/breakeven.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "studies/assumptions.h"
#include "studies/breakeven_cost.h"
#include "studies/breakeven_words.h"
#include "studies/pair_search.h"

namespace faascast {

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kCrosses: return "crosses";
    case Verdict::kServerlessAlways: return "serverless_always";
    case Verdict::kDedicatedAlways: return "dedicated_always";
    case Verdict::kInfeasible: return "infeasible";
  }
  return "";
}

namespace {

/// ln of the crossing when a figure of the functions' platform is pinned.
double pinned_crossing(const Scenario& scenario, const Inputs& inputs,
                       const BreakevenOptions& options, const FoundCrossing& found,
                       const DeploymentSpec& servers, const Pin& pin) {
  const Scenario pinned = with_pinned_figure(scenario, {found.functions.name, pin});
  DeploymentSpec functions = found.functions;
  for (const DeploymentSpec& spec : pinned.deployments) {
    if (spec.name == functions.name) functions.platform_spec = spec.platform_spec;
  }
  const CostModel model(pinned, inputs, options);
  const auto equal =
      PairSearch::equal_cost(model, functions, servers, found.count, found.per_day, 0);
  return std::log(equal.value_or(found.per_day));
}

/// Each figure of the platform at its low and its high end, one at a time. A crossing at a step of
/// the fleet does not depend on the functions' platform.
std::vector<Sensitivity> sensitivity_of(const Scenario& scenario, const Inputs& inputs,
                                        const BreakevenOptions& options,
                                        const FoundCrossing& found, const DeploymentSpec& servers) {
  std::vector<Sensitivity> all;
  if (found.at_step || !options.calibration) return all;
  for (const Figure& figure : figures(*found.functions.platform_spec)) {
    const auto at = [&](Pin::Side side) {
      return std::exp(
          pinned_crossing(scenario, inputs, options, found, servers, {figure.path, side}));
    };
    all.push_back({figure.path, figure.low, figure.high, at(Pin::Side::kLow),
                   at(Pin::Side::kHigh)});
  }
  return all;
}

/// The shifts of the crossing combined as independent errors.
Interval calibration_of(const std::vector<Sensitivity>& all, double nominal, double estimate) {
  double down = 0.0;
  double up = 0.0;
  for (const Sensitivity& one : all) {
    const double a = std::log(one.at_low / nominal);
    const double b = std::log(one.at_high / nominal);
    const double lowest = std::min({a, b, 0.0});
    const double highest = std::max({a, b, 0.0});
    down += lowest * lowest;
    up += highest * highest;
  }
  return {estimate * std::exp(-std::sqrt(down)), estimate * std::exp(std::sqrt(up))};
}

std::vector<Sensitivity> strongest(std::vector<Sensitivity> all) {
  constexpr std::size_t kShown = 5;
  constexpr double kNoticeable = 1e-3;
  const auto width = [](const Sensitivity& one) {
    return std::abs(std::log(one.at_high / one.at_low));
  };
  std::erase_if(all, [&](const Sensitivity& one) { return width(one) < kNoticeable; });
  std::stable_sort(all.begin(), all.end(), [&](const Sensitivity& a, const Sensitivity& b) {
    return width(a) > width(b);
  });
  if (all.size() > kShown) all.resize(kShown);
  return all;
}

BreakevenPair compare_pair(const Scenario& scenario, const Inputs& inputs, const CostModel& model,
                           const DeploymentSpec& functions, const DeploymentSpec& servers,
                           const BreakevenOptions& options) {
  PairSearch search(model, functions, servers, options);
  search.search();
  BreakevenPair pair;
  pair.serverless = functions.name;
  pair.dedicated = servers.name;
  pair.verdict = search.verdict();
  pair.curve = search.curve();
  for (const FoundCrossing& found : search.found()) {
    Crossing crossing;
    crossing.inferences_per_day = found.per_day;
    crossing.cheaper_below = found.serverless_below ? functions.name : servers.name;
    crossing.sampling = search.sampling(found, crossing.inferences_per_day);
    std::vector<Sensitivity> all = sensitivity_of(scenario, inputs, options, found, servers);
    crossing.calibration = calibration_of(all, found.per_day, crossing.inferences_per_day);
    if (pair.crossings.empty()) pair.sensitivity = strongest(std::move(all));
    pair.crossings.push_back(std::move(crossing));
  }
  pair.spreadsheet = spreadsheet_of(model, functions, servers, search, pair);
  pair.sentence = sentence_of(pair, search);
  return pair;
}

bool wanted(const std::string& asked, const DeploymentSpec& deployment) {
  return asked.empty() || asked == deployment.name;
}

/// What `breakeven` asks of a scenario beyond `run`.
class Checker {
 public:
  Checker(const Scenario& scenario, const BreakevenOptions& options)
      : scenario_(scenario), options_(options) {}

  void check() {
    if (scenario_.objective.empty()) {
      problems_.push_back({scenario_.file_name,
                           "no [objective]: costs are compared at equal service level",
                           "add, for example, [objective] with p99 = \"500 ms\""});
    }
    check_side(true, options_.serverless, "serverless");
    check_side(false, options_.dedicated, "dedicated");
    for (const DeploymentSpec& d : scenario_.deployments) check_fleet(d);
    if (!problems_.empty()) throw InputError(std::move(problems_));
  }

 private:
  void check_side(bool serverless, const std::string& asked, const char* side) {
    std::vector<std::string> names;
    bool found = false;
    for (const DeploymentSpec& d : scenario_.deployments) {
      if (serverless ? !d.is_serverless() : !d.is_servers()) continue;
      names.push_back(d.name);
      found |= wanted(asked, d);
    }
    if (found) return;
    problems_.push_back({scenario_.file_name,
                         asked.empty() ? fmt::format("no {} deployment to compare", side)
                                       : fmt::format("no {} deployment named '{}'", side, asked),
                         names.empty() ? "add a [[deployment]]"
                                       : fmt::format("there are: {}", fmt::join(names, ", "))});
  }

  void check_fleet(const DeploymentSpec& d) {
    if (!d.is_servers() || !d.count || d.autoscale || *d.count > d.redundancy) return;
    problems_.push_back({d.where,
                         fmt::format("{} server(s) with redundancy {}: none would be left",
                                     *d.count, d.redundancy),
                         "raise count, leave it out, or say redundancy = 0"});
  }

  const Scenario& scenario_;
  const BreakevenOptions& options_;
  std::vector<Problem> problems_{};
};

}  // namespace

BreakevenReport breakeven(const Scenario& scenario, const BreakevenOptions& options) {
  Checker(scenario, options).check();
  const Inputs inputs = resolve_inputs(scenario, options.study.store);
  (void)compile(scenario, inputs);  // every problem of every deployment, before the long work
  const CostModel model(scenario, inputs, options);
  BreakevenReport report;
  report.scenario = scenario.name;
  report.seed = options.study.seed.value_or(scenario.seed);
  report.profile_hash = inputs.model.profile_hash;
  report.inferences_per_day = model.own_per_day();
  report.notes = assumptions_of(scenario, inputs);
  for (const DeploymentSpec& functions : scenario.deployments) {
    if (!functions.is_serverless() || !wanted(options.serverless, functions)) continue;
    for (const DeploymentSpec& servers : scenario.deployments) {
      if (!servers.is_servers() || !wanted(options.dedicated, servers)) continue;
      report.pairs.push_back(compare_pair(scenario, inputs, model, functions, servers, options));
    }
  }
  return report;
}

}  // namespace faascast
