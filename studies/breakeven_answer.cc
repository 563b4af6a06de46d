#include "studies/breakeven_answer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "studies/breakeven_words.h"

namespace faascast {

namespace {

constexpr std::size_t kFlipsShown = 3;
constexpr double kNoticeable = 1e-3;
constexpr double kHoursAMonth = 730.0;

/// The best of one side at a traffic.
struct Side {
  const DeploymentSpec* spec = nullptr;
  Cost cost{};
};

bool is_better(const Cost& a, const Cost& b) {
  if (a.feasible != b.feasible) return a.feasible;
  return a.usd_per_month < b.usd_per_month;
}

Cost cost_at(const CostModel& model, const DeploymentSpec& spec, double per_day) {
  return spec.is_serverless() ? model.cheapest_functions(spec, per_day, 0)
                              : model.cheapest_fleet(spec, per_day);
}

/// "lambda", "servers" or nothing: the cheaper of those that meet the objective.
std::string cheaper_of(const Side& functions, const Side& servers) {
  if (!functions.cost.feasible && !servers.cost.feasible) return {};
  return is_better(servers.cost, functions.cost) ? servers.spec->name : functions.spec->name;
}

/// Tries assumptions, one at a time, on the two sides of the verdict.
class Flipper {
 public:
  Flipper(const Scenario& scenario, const Inputs& inputs, const CostModel& model, Side functions,
          Side servers)
      : scenario_(scenario),
        inputs_(inputs),
        model_(model),
        functions_(std::move(functions)),
        servers_(std::move(servers)),
        verdict_(cheaper_of(functions_, servers_)) {}

  void try_figures(Calibration& calibration) {
    const double own = model_.own_per_day();
    for (const auto& end : calibration.pinned(*functions_.spec)) {
      Side changed = functions_;
      changed.cost = end->model->functions(end->changed(functions_.cost.configuration), own, 0);
      if (!changed.cost.feasible) {
        changed.cost = end->model->cheapest_functions(end->changed(*functions_.spec), own, 0);
      }
      add(words_of(*end, functions_), changed, servers_);
    }
    if (own > model_.highest_fleet_per_day()) return;
    for (const auto& end : calibration.pinned(*servers_.spec)) {
      Side changed = servers_;
      changed.cost = end->model->cheapest_fleet(end->changed(*servers_.spec), own);
      add(words_of(*end, servers_), functions_, changed);
    }
  }

  void try_general() {
    if (scenario_.handler.per_request() > Duration::zero()) {
      for (const auto& [factor, words] : {std::pair(0.5, "half"), std::pair(2.0, "twice")}) {
        Scenario changed = scenario_;
        scale_handler(changed.handler, factor);
        try_scenario(fmt::format("the handler takes {} the CPU time", words), changed);
      }
    }
    for (const auto& [factor, words] : {std::pair(1.0 / 1.5, "1.5 times faster"),
                                        std::pair(1.5, "1.5 times slower")}) {
      if (inputs_.model.is_final) break;
      Scenario changed = scenario_;
      servers_in(changed).host_factor *= factor;
      try_scenario(fmt::format("a vCPU of {} is {} than taken", servers_.spec->name, words), changed);
    }
    const std::uint32_t other = servers_.spec->redundancy > 0 ? 0 : 1;
    if (!servers_.spec->count && !servers_.spec->autoscale) {
      Scenario changed = scenario_;
      servers_in(changed).redundancy = other;
      try_scenario(other == 0 ? "no server in reserve for a failure"
                              : "one server in reserve for a failure",
                   changed);
    }
    for (const std::string& purchase : purchase_names()) {
      if (purchase == servers_.spec->purchase || !is_sold(purchase)) continue;
      Scenario changed = scenario_;
      servers_in(changed).purchase = purchase;
      try_scenario(fmt::format("{} bought as {}", servers_.spec->name, purchase), changed);
    }
    if (servers_.spec->front_door != "none") {
      Scenario changed = scenario_;
      servers_in(changed).front_door = "none";
      try_scenario(fmt::format("no {} before the servers", servers_.spec->front_door), changed);
    }
    Scenario free = scenario_;
    free.free_tier = !scenario_.free_tier;
    try_scenario(free.free_tier ? "free quotas subtracted" : "free quotas not subtracted", free);
    try_objective();
    try_traffic();
  }

  [[nodiscard]] std::size_t tried() const { return flips_.size(); }
  /// Those that reverse the verdict first, then those that come closest to it.
  [[nodiscard]] std::vector<Flip> strongest() const {
    std::vector<Flip> all = flips_;
    const double now = log_ratio(functions_.cost.usd_per_month, servers_.cost.usd_per_month);
    const auto towards = [&](const Flip& flip) {  // how far towards the other side's victory
      const double moved = log_ratio(flip.serverless_usd, flip.dedicated_usd) - now;
      return verdict_ == servers_.spec->name ? -moved : moved;
    };
    std::erase_if(all, [&](const Flip& flip) { return !flip.flips && towards(flip) < kNoticeable; });
    std::stable_sort(all.begin(), all.end(), [&](const Flip& a, const Flip& b) {
      if (a.flips != b.flips) return a.flips;
      return towards(a) > towards(b);
    });
    if (all.size() > kFlipsShown) all.resize(kFlipsShown);
    return all;
  }

 private:
  static std::string words_of(const PinnedModel& end, const Side& side) {
    return fmt::format("{} of {}: {} instead of {}", end.figure.path, side.spec->name,
                       end.side == Pin::Side::kLow ? end.figure.low : end.figure.high,
                       end.figure.value);
  }
  static double log_ratio(double serverless, double dedicated) {
    return std::log(std::max(serverless, 1e-9) / std::max(dedicated, 1e-9));
  }
  static void scale_handler(HandlerSpec& handler, double factor) {
    for (Duration* part :
         {&handler.decode, &handler.preprocess, &handler.postprocess, &handler.runtime}) {
      *part = Duration(std::llround(static_cast<double>(part->count()) * factor));
    }
  }
  DeploymentSpec& servers_in(Scenario& scenario) const {
    return *std::find_if(scenario.deployments.begin(), scenario.deployments.end(),
                         [&](const DeploymentSpec& d) { return d.name == servers_.spec->name; });
  }
  const DeploymentSpec& functions_in(const Scenario& scenario) const {
    return *std::find_if(scenario.deployments.begin(), scenario.deployments.end(),
                         [&](const DeploymentSpec& d) { return d.name == functions_.spec->name; });
  }
  bool is_sold(const std::string& purchase) const {
    DeploymentSpec spec = *servers_.spec;
    spec.purchase = purchase;
    try {
      (void)compile_deployment(scenario_, spec, inputs_);
    } catch (const InputError&) {
      return false;
    }
    return true;
  }

  void try_scenario(const std::string& assumption, Scenario& changed, double traffic = 1.0) {
    const CostModel model(changed, inputs_, model_);
    Side functions{&functions_in(changed), {}};
    Side servers{&servers_in(changed), {}};
    const double per_day = model_.own_per_day() * traffic;
    if (per_day > model_.highest_fleet_per_day()) return;
    functions.cost = cost_at(model, *functions.spec, per_day);
    servers.cost = cost_at(model, *servers.spec, per_day);
    add(assumption, functions, servers);
  }

  void try_objective() {
    for (const auto& [factor, words] : {std::pair(0.5, "half"), std::pair(2.0, "twice")}) {
      Scenario changed = scenario_;
      bool has_time = false;
      for (auto* limit : {&changed.objective.p50, &changed.objective.p95, &changed.objective.p99,
                          &changed.objective.mean}) {
        if (!*limit) continue;
        *limit = Duration(std::llround(static_cast<double>((*limit)->count()) * factor));
        has_time = true;
      }
      if (has_time) try_scenario(fmt::format("the objective at {} the time", words), changed);
    }
  }

  void try_traffic() {
    for (const auto& [factor, words] : {std::pair(0.1, "a tenth of the"), std::pair(0.5, "half the"),
                                        std::pair(2.0, "twice the"), std::pair(10.0, "ten times the")}) {
      Scenario same = scenario_;
      try_scenario(fmt::format("{} traffic", words), same, factor);
    }
  }

  void add(std::string assumption, const Side& functions, const Side& servers) {
    Flip flip;
    flip.assumption = std::move(assumption);
    flip.serverless_usd = functions.cost.usd_per_month;
    flip.dedicated_usd = servers.cost.usd_per_month;
    flip.cheaper = cheaper_of(functions, servers);
    flip.flips = flip.cheaper != verdict_;
    flips_.push_back(std::move(flip));
  }

  const Scenario& scenario_;
  const Inputs& inputs_;
  const CostModel& model_;
  Side functions_;
  Side servers_;
  std::string verdict_;
  std::vector<Flip> flips_{};
};

std::uint32_t count_of(const Cost& fleet) { return fleet.configuration.count.value_or(1); }

FlipThreshold threshold_of(const CostModel& model, const Side& functions, const Side& servers) {
  FlipThreshold threshold;
  if (!functions.cost.feasible || !servers.cost.feasible) {
    threshold.text = "One side misses the objective, so no number of hours decides.";
    return threshold;
  }
  if (servers.spec->autoscale) {
    threshold.text = "The fleet follows the load, so its hours are not a choice.";
    return threshold;
  }
  const double fixed = model
                           .fleet_price(*servers.spec, count_of(servers.cost), model.own_per_day(),
                                        Duration::zero())
                           .usd_per_month;
  const double an_hour = (servers.cost.usd_per_month - fixed) / kHoursAMonth;
  const double hours = (functions.cost.usd_per_month - fixed) / an_hour;
  if (!(hours > 0.0)) {
    threshold.text = fmt::format(
        "{} costs less than {} however few hours the servers run.", functions.spec->name,
        servers.spec->name);
    return threshold;
  }
  threshold.server_hours = hours;
  threshold.text =
      hours < kHoursAMonth
          ? fmt::format("The verdict reverses where the servers run fewer than {:.3g} of a month's "
                        "730 hours and still serve this traffic.",
                        hours)
          : fmt::format("The servers stay cheaper in all of a month's 730 hours; it would take "
                        "{:.3g} at their hourly price to reverse the verdict.",
                        hours);
  return threshold;
}

/// "1.13", "216", "1,130".
std::string times_text(double times) {
  return times < 1000.0 ? fmt::format("{:.3g}", times) : rounded_count(times);
}

/// The crossing nearest to the traffic on the side where the verdict changes, if there is one.
std::string crossing_text(const BreakevenPair& pair, const std::string& cheaper, double own) {
  for (const Crossing& crossing : pair.crossings) {
    const bool is_above = crossing.inferences_per_day > own;
    if (is_above != (crossing.cheaper_below == cheaper)) continue;
    const std::string other = cheaper == pair.serverless ? pair.dedicated : pair.serverless;
    return fmt::format(" {} becomes cheaper {} {}, {} times your traffic.", other,
                       is_above ? "above" : "below", inferences_a_day(crossing.inferences_per_day),
                       times_text(crossing.inferences_per_day / own));
  }
  return " No traffic was found at which that changes.";
}

std::string sentence_of(const BreakevenAnswer& answer, const std::vector<BreakevenPair>& pairs,
                        double own) {
  const auto cost_of = [&](const std::string& name) -> const OwnCost& {
    return *std::find_if(answer.costs.begin(), answer.costs.end(),
                         [&](const OwnCost& cost) { return cost.name == name; });
  };
  if (answer.cheaper.empty()) {
    const OwnCost& least = answer.costs.front();
    return fmt::format(
        "At your {} nothing that was tried meets the objective; {} comes first in price and misses "
        "{}.",
        inferences_a_day(own), least.name, least.why_not);
  }
  const OwnCost& best = cost_of(answer.cheaper);
  const OwnCost& other =
      cost_of(answer.cheaper == answer.serverless ? answer.dedicated : answer.serverless);
  std::string text =
      fmt::format("At your {} run it on {} ({}): {} a month", inferences_a_day(own), best.name,
                  best.configuration, format_usd(best.usd_per_month));
  if (best.p99_s > 0.0) {
    text += fmt::format(", p99 {}", format_duration(Duration(std::llround(best.p99_s * 1e9))));
  }
  if (other.feasible) {
    text += fmt::format(". The cheapest {} that meet the objective, {} ({}), cost {}",
                        other.is_serverless ? "functions" : "servers", other.name,
                        other.configuration, format_usd(other.usd_per_month));
    if (best.usd_per_month > 0.0) {
      text += fmt::format(", {} times as much", times_text(other.usd_per_month / best.usd_per_month));
    }
  } else {
    text += fmt::format(". No {} meet the objective ({}: {})",
                        other.is_serverless ? "functions" : "servers", other.name, other.why_not);
  }
  text += ".";
  for (const BreakevenPair& pair : pairs) {
    if (pair.serverless != answer.serverless || pair.dedicated != answer.dedicated) continue;
    text += crossing_text(pair, answer.cheaper, own);
  }
  return text;
}

OwnCost own_cost(const DeploymentSpec& spec, const Cost& cost) {
  return {.name = spec.name,
          .is_serverless = spec.is_serverless(),
          .usd_per_month = cost.usd_per_month,
          .feasible = cost.feasible,
          .configuration = cost.text,
          .why_not = cost.feasible ? std::string() : cost.why_not,
          .p99_s = cost.p99_s};
}

}  // namespace

BreakevenAnswer answer_of(const Scenario& scenario, const Inputs& inputs, const CostModel& model,
                          Calibration& calibration, const std::vector<BreakevenPair>& pairs) {
  const double own = std::min(model.own_per_day(), model.highest_fleet_per_day());
  Side functions;
  Side servers;
  BreakevenAnswer answer;
  for (const DeploymentSpec& spec : scenario.deployments) {
    const bool is_asked = std::any_of(pairs.begin(), pairs.end(), [&](const BreakevenPair& pair) {
      return pair.serverless == spec.name || pair.dedicated == spec.name;
    });
    if (!is_asked) continue;
    const Cost cost = cost_at(model, spec, own);
    answer.costs.push_back(own_cost(spec, cost));
    Side& side = spec.is_serverless() ? functions : servers;
    if (side.spec == nullptr || is_better(cost, side.cost)) side = {&spec, cost};
  }
  std::stable_sort(answer.costs.begin(), answer.costs.end(),
                   [](const OwnCost& a, const OwnCost& b) {
                     if (a.feasible != b.feasible) return a.feasible;
                     return a.usd_per_month < b.usd_per_month;
                   });
  answer.serverless = functions.spec->name;
  answer.dedicated = servers.spec->name;
  answer.cheaper = cheaper_of(functions, servers);
  Flipper flipper(scenario, inputs, model, functions, servers);
  flipper.try_figures(calibration);
  flipper.try_general();
  answer.flips = flipper.strongest();
  answer.assumptions = flipper.tried();
  answer.threshold = threshold_of(model, functions, servers);
  answer.sentence = sentence_of(answer, pairs, own);
  return answer;
}

void predict(std::vector<MeasuredPoint>& points, const Scenario& scenario, const CostModel& model,
             const BreakevenOptions& options) {
  for (MeasuredPoint& point : points) {
    const double per_day = std::min(point.inferences_per_day, model.highest_fleet_per_day());
    double least = 0.0;
    bool is_known = false;
    std::vector<std::string> names;
    const std::string asked = point.name;
    for (const DeploymentSpec& spec : scenario.deployments) {
      if (!spec.is_serverless() && !spec.is_servers()) continue;
      names.push_back(spec.name);
      const std::string& side = spec.is_serverless() ? options.serverless : options.dedicated;
      if (asked.empty() ? !side.empty() && spec.name != side : spec.name != asked) continue;
      const Cost cost = cost_at(model, spec, per_day);
      const double away =
          std::abs(std::log(std::max(cost.usd_per_month, 1e-9) / point.usd_per_month));
      if (is_known && away >= least) continue;
      is_known = true;
      least = away;
      point.name = spec.name;
      point.predicted_usd_per_month = cost.usd_per_month;
      if (cost.p99_s > 0.0) point.predicted_p99_s = cost.p99_s;
    }
    if (is_known) continue;
    const std::string near = nearest_name(asked, names);
    throw InputError(Problem{"measured points",
                             fmt::format("there is no deployment '{}'", asked),
                             near.empty() ? fmt::format("there are: {}", fmt::join(names, ", "))
                                          : fmt::format("did you mean '{}'?", near)});
  }
}

}  // namespace faascast
