#include "studies/breakeven.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "studies/assumptions.h"
#include "studies/breakeven_answer.h"
#include "studies/breakeven_cost.h"
#include "studies/breakeven_words.h"
#include "studies/calibration.h"
#include "studies/fitting.h"
#include "studies/measured.h"
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

/// What becomes of a crossing: of the first the first at which the same side is cheaper below, of
/// others the nearest; where there is none any more, the end of what was looked at.
double moved_crossing(const PinnedModel& end, const FoundCrossing& found, bool is_first,
                      const DeploymentSpec& functions, const DeploymentSpec& servers,
                      const BreakevenOptions& options) {
  const DeploymentSpec changed = end.changed(servers);
  // No fewer can do, and these still do: the search would find the same.
  if (end.figure.path != "prices" && !found.at_step && found.count == least_count(servers) &&
      end.model->fleet_holds(changed, found.count, found.per_day, 0)) {
    return found.per_day;
  }
  PairSearch search(*end.model, functions, changed, options);
  search.find();
  const auto away = [&](double per_day) { return std::abs(std::log(per_day / found.per_day)); };
  double at = search.looked_up_to();
  bool is_found = false;
  for (const FoundCrossing& other : search.found()) {
    if (other.serverless_below != found.serverless_below) continue;
    if (is_found && away(other.per_day) >= away(at)) continue;
    at = other.per_day;
    is_found = true;
    if (is_first) break;
  }
  return at;
}

/// Each figure of the platform and of the servers at its low and its high end, one at a time. A
/// crossing at a step of the fleet does not depend on the functions' platform.
std::vector<Sensitivity> sensitivity_of(Calibration& calibration, const FoundCrossing& found,
                                        bool is_first,
                                        const DeploymentSpec& functions,
                                        const DeploymentSpec& servers,
                                        const BreakevenOptions& options) {
  std::vector<Sensitivity> all;
  const auto add = [&](const PinnedModel& end, const std::string& name, double at) {
    if (end.side == Pin::Side::kLow) {
      all.push_back({name, end.figure.low, end.figure.high, at, at});
    } else {
      all.back().at_high = at;
    }
  };
  for (const auto& end : calibration.pinned(found.functions)) {
    if (found.at_step) break;
    const auto equal = PairSearch::equal_cost(*end->model, end->changed(found.functions),
                                              found.servers, found.count, found.per_day, 0);
    add(*end, end->figure.path, equal.value_or(found.per_day));
  }
  for (const auto& end : calibration.pinned(servers)) {
    add(*end, fmt::format("{} of {}", end->figure.path, servers.name),
        moved_crossing(*end, found, is_first, functions, servers, options));
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

BreakevenPair compare_pair(const CostModel& model, Calibration& calibration,
                           const DeploymentSpec& functions, const DeploymentSpec& servers,
                           const BreakevenOptions& options) {
  PairSearch search(model, functions, servers, options);
  search.search();
  BreakevenPair pair;
  pair.serverless = functions.name;
  pair.dedicated = servers.name;
  pair.verdict = search.verdict();
  pair.curve = search.curve();
  calibration.add_bands(pair.curve, functions, servers);
  for (const FoundCrossing& found : search.found()) {
    Crossing crossing;
    crossing.inferences_per_day = found.per_day;
    crossing.cheaper_below = found.serverless_below ? functions.name : servers.name;
    crossing.sampling =
        search.sampling(found, crossing.inferences_per_day, crossing.replications);
    std::vector<Sensitivity> all =
        sensitivity_of(calibration, found, pair.crossings.empty(), functions, servers, options);
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

std::vector<MeasuredPoint> measured_points(const Scenario& scenario,
                                           const BreakevenOptions& options) {
  if (!options.measured.empty()) return read_measured(options.measured);
  if (scenario.measured.empty()) return {};
  std::filesystem::path file = scenario.measured;
  if (const auto beside = scenario.folder / file; std::filesystem::exists(beside)) file = beside;
  return read_measured(file);
}

/// How the traffic becomes more or less along the curve.
std::string scaling_words(const Scenario& scenario, const Inputs& inputs) {
  if (is_stationary(scenario)) {
    return "Traffic is scaled in time: the gaps between requests shrink or stretch, and their "
           "burstiness stays.";
  }
  const ScaleBy rule =
      scenario.traffic.scale_by.value_or(inputs.unscaled->default_scale_by());
  if (rule == ScaleBy::kTime) {
    return "Traffic is scaled in time: the same requests in a shorter or longer span.";
  }
  return "Traffic is scaled by thinning below its own rate (a nested sample) and by superposing "
         "copies shifted in time above it: the day's shape stays, burstiness falls as copies are "
         "added.";
}

std::string reached_words(const BreakevenReport& report, double precision) {
  double widest = 0.0;
  unsigned most = 0;
  for (const BreakevenPair& pair : report.pairs) {
    for (const Crossing& crossing : pair.crossings) {
      widest = std::max(widest, std::log(crossing.sampling.high / crossing.sampling.low) / 2.0);
      most = std::max(most, crossing.replications);
    }
  }
  return fmt::format("Precision: crossings are known to {:.2g} % ({:.2g} % was asked for), with at "
                     "most {} replications.",
                     100.0 * widest, 100.0 * precision, most);
}

}  // namespace

BreakevenReport breakeven(const Scenario& scenario, const BreakevenOptions& options) {
  Checker(scenario, options).check();
  const Inputs inputs = resolve_inputs(scenario, options.study.store);
  check_compiles(scenario, inputs, true);  // every problem of every deployment, before the long work
  std::vector<MeasuredPoint> measured = measured_points(scenario, options);
  const CostModel model(scenario, inputs, options);
  Calibration calibration(scenario, inputs, model, options);
  predict(measured, scenario, model, options);
  BreakevenReport report;
  report.measured = std::move(measured);
  report.scaling = scaling_words(scenario, inputs);
  report.scenario = scenario.name;
  report.seed = options.study.seed.value_or(scenario.seed);
  report.profile_hash = inputs.model.profile_hash;
  report.inferences_per_day = model.own_per_day();
  report.notes = assumptions_of(scenario, inputs);
  report.notes.push_back(report.scaling);
  report.assumptions = figures_behind(scenario);
  for (const DeploymentSpec& functions : scenario.deployments) {
    if (!functions.is_serverless() || !wanted(options.serverless, functions)) continue;
    for (const DeploymentSpec& servers : scenario.deployments) {
      if (!servers.is_servers() || !wanted(options.dedicated, servers)) continue;
      report.pairs.push_back(compare_pair(model, calibration, functions, servers, options));
    }
  }
  if (options.answers) {
    report.answer = answer_of(scenario, inputs, model, calibration, report.pairs);
  }
  if (options.precision > 0.0) report.notes.push_back(reached_words(report, options.precision));
  return report;
}

}  // namespace faascast
