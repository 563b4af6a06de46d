#include "studies/optimise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "input/quantity.h"
#include "sim-core/error.h"
#include "studies/assumptions.h"
#include "studies/optimise_space.h"
#include "studies/optimise_words.h"
#include "traces/generators.h"

namespace faascast {
namespace {

constexpr std::size_t kMostCandidates = 20'000;
constexpr std::size_t kTogether = 16;  ///< candidates that are simulated in one run

/// A short run: of how many requests, and how much worse one must be in it to be dropped.
struct Round {
  double requests;
  double margin;
};
constexpr Round kRounds[] = {{3'000.0, 0.5}, {30'000.0, 0.2}};
/// A short run is worth it where the full one is so many times as long.
constexpr double kWorthIt = 4.0;

/// A candidate with what is needed to simulate it.
struct Entry {
  std::size_t number = 0;  ///< in the report
  DeploymentSpec spec{};
  std::string model{};     ///< settings outside deployments: candidates alike share their inputs
};

/// The limits of an objective made stricter, so that noise does not meet them by chance.
Objective tightened(Objective objective, double factor) {
  const auto tighten = [factor](std::optional<Duration>& limit) {
    if (limit) limit = Duration(static_cast<std::int64_t>(
        static_cast<double>(limit->count()) * factor));
  };
  tighten(objective.p50);
  tighten(objective.p95);
  tighten(objective.p99);
  tighten(objective.mean);
  if (objective.cold_share) *objective.cold_share *= factor;
  objective.throttled = objective.throttled.value_or(kMostThrottled) * factor;
  return objective;
}

/// p99 in steps of 2 %: candidates of one class are as fast as each other.
int speed_class(double p99_s) {
  constexpr double kStep = 1.02;
  constexpr double kFastest = 1e-9;
  return static_cast<int>(std::floor(std::log(std::max(p99_s, kFastest)) / std::log(kStep)));
}

class Search {
 public:
  Search(const Scenario& scenario, const OptimiseOptions& options)
      : scenario_(scenario), options_(options) {}

  OptimiseReport run() {
    check();
    const Inputs& inputs = inputs_of(scenario_, "", 1.0);
    look_at_traffic(inputs);
    make_space(inputs);
    if (!options_.exhaustive) {
      for (const Round& round : kRounds) run_round(round);
    }
    simulate_all();
    choose();
    return std::move(report_);
  }

 private:
  struct Judged {
    double usd = 0.0;
    double p99_s = 0.0;
    bool qualifies = false;  ///< comfortably, in a short run
    bool may_lead = false;   ///< counts for the front: hardly throttled, something completed
  };

  void check() const {
    if (options_.goal == OptimiseGoal::kCheapest && scenario_.objective.empty()) {
      throw InputError(Problem{scenario_.file_name,
                               "no [objective]: the cheapest of all would be the slowest",
                               "add, for example, [objective] with p99 = \"500 ms\", or take "
                               "--minimise p99"});
    }
  }

  /// Traffic and model; shared by candidates with the same settings outside deployments.
  /// @param share  of the generator's time after the warm-up
  const Inputs& inputs_of(const Scenario& scenario, const std::string& model, double share) {
    const auto key = std::pair(model, share);
    const auto found = inputs_.find(key);
    if (found != inputs_.end()) return found->second;
    return inputs_.emplace(key, resolve_inputs(shortened(scenario, share), options_.study.store))
        .first->second;
  }

  static Scenario shortened(Scenario scenario, double share) {
    if (share < 1.0 && scenario.traffic.generator) {
      GeneratorSpec& generator = *scenario.traffic.generator;
      const auto measured = static_cast<double>((generator.duration - scenario.warm_up).count());
      generator.duration =
          scenario.warm_up + Duration(static_cast<std::int64_t>(measured * share));
    }
    return scenario;
  }

  /// What all candidates see, from a run of the scenario as it stands.
  void look_at_traffic(const Inputs& inputs) {
    report_.scenario = scenario_.name;
    report_.seed = options_.study.seed.value_or(scenario_.seed);
    report_.goal = goal_text(scenario_.objective, options_);
    report_.notes = assumptions_of(scenario_, inputs);
    try {
      const RunReport run = run_scenario(scenario_, inputs, options_.study);
      if (run.interrupted) throw Interrupted();
      report_.inferences_per_day = run.inferences_per_day;
      traffic_.per_day = run.inferences_per_day;
      for (const DeploymentReport& deployment : run.deployments) {
        traffic_.requests = static_cast<double>(deployment.figures.requests);
        traffic_.execution_s =
            std::max(traffic_.execution_s, deployment.figures.execution.mean_s().value_or(0.0));
      }
    } catch (const InputError&) {
      traffic_ = {};  // an open setting cannot stay as it is: nothing is known beforehand
    }
  }

  void make_space(const Inputs& inputs) {
    std::vector<Problem> problems;
    std::vector<SweepAxis> vary;
    for (const std::string& text : options_.vary) {
      SweepAxis axis = parse_axis(text);
      const bool is_ours =
          axis.key.rfind("deployment[", 0) == 0 || axis.key.rfind("model.", 0) == 0;
      if (!is_ours) {
        problems.push_back({"--vary " + text, "not a setting of deployments or of the model",
                            "vary other keys with: faascast sweep"});
      } else if (axis.values.empty() && axis.count == 0) {
        problems.push_back({"--vary " + text, "the range needs a number of points",
                            "write LOW:HIGH[:log]:COUNT"});
      }
      vary.push_back(std::move(axis));
    }
    if (!problems.empty()) throw InputError(std::move(problems));
    for (std::size_t i = 0; i < scenario_.deployments.size(); ++i) {
      SweepPlan plan;
      plan.scenario = scenario_;
      plan.points = {{}};
      for (const SweepAxis& axis :
           open_axes(scenario_, i, vary, inputs.model.memory_used, traffic_)) {
        plan.keys.push_back(axis.key);
        std::vector<std::vector<std::string>> longer;
        for (const auto& point : plan.points) {
          for (const std::string& value : axis.grid()) {
            longer.push_back(point);
            longer.back().push_back(value);
          }
        }
        plan.points = std::move(longer);
        if (report_.candidates.size() + plan.points.size() > kMostCandidates) {
          throw InputError(Problem{scenario_.file_name,
                                   fmt::format("more than {} candidates", kMostCandidates),
                                   "fix some settings in the scenario, or vary fewer values"});
        }
      }
      for (std::size_t point = 0; point < plan.points.size(); ++point) add_candidate(plan, point, i);
    }
    if (entries_.empty() && first_error_) throw InputError(*first_error_);
  }

  void add_candidate(const SweepPlan& plan, std::size_t point, std::size_t deployment) {
    OptimiseCandidate candidate;
    candidate.deployment = scenario_.deployments[deployment].name;
    std::string model;
    for (std::size_t i = 0; i < plan.keys.size(); ++i) {
      const std::string& key = plan.keys[i];
      const std::size_t of_deployment = key.find("].");
      candidate.settings.emplace_back(
          of_deployment == std::string::npos ? key : key.substr(of_deployment + 2),
          plan.points[point][i]);
      if (key.rfind("model.", 0) == 0) model += key + "=" + plan.points[point][i] + "\n";
    }
    try {
      const Scenario scenario = plan.at(point);
      const Inputs& inputs = inputs_of(scenario, model, 1.0);
      DeploymentSpec spec = scenario.deployments[deployment];
      spec.name = candidate.deployment;
      const CompiledDeployment compiled = compile_deployment(scenario, spec, inputs);
      candidate.figures.configuration = compiled.configuration;
      add_bounds(candidate, scenario, compiled, traffic_);
      scenarios_.emplace(model, scenario);
      candidate.stage = CandidateStage::kBound;
      entries_.push_back({report_.candidates.size(), std::move(spec), model});
    } catch (const InputError& error) {
      if (!first_error_) first_error_ = error;
      candidate.reason = error.problems().front().what;
    }
    report_.candidates.push_back(std::move(candidate));
  }

  /// Runs candidates on `share` of the traffic, several at a time.
  std::vector<Judged> simulated(const std::vector<Entry>& entries, double share,
                                const Objective& objective, CandidateStage stage) {
    std::vector<Judged> judged(entries.size());
    std::map<std::string, std::vector<std::size_t>> alike;
    for (std::size_t i = 0; i < entries.size(); ++i) alike[entries[i].model].push_back(i);
    for (const auto& [model, places] : alike) {
      Scenario scenario = shortened(scenarios_.at(model), share);
      const Inputs& inputs = inputs_of(scenarios_.at(model), model, share);
      // Where the end is found by running, a run of several ends with the latest of them.
      const bool has_end = horizon_of(scenario, *inputs.traffic).kind == Horizon::Kind::kAt;
      const std::size_t together = has_end ? kTogether : 1;
      for (std::size_t begin = 0; begin < places.size(); begin += together) {
        const std::size_t end = std::min(places.size(), begin + together);
        scenario.deployments.clear();
        for (std::size_t i = begin; i < end; ++i) {
          scenario.deployments.push_back(entries[places[i]].spec);
        }
        const RunReport run = run_scenario(scenario, inputs, options_.study);
        if (run.interrupted) throw Interrupted();
        PointResult point = point_of(run);
        for (std::size_t i = begin; i < end; ++i) {
          const DeploymentReport& report = run.deployments[i - begin];
          OptimiseCandidate& candidate = report_.candidates[entries[places[i]].number];
          candidate.stage = stage;
          candidate.figures = std::move(point.deployments[i - begin]);
          candidate.figures.misses = breakeven_misses(objective, report.figures);
          judged[places[i]] = judge(candidate.figures, report.figures);
        }
      }
    }
    return judged;
  }

  [[nodiscard]] Judged judge(const PointFigures& figures, const DeploymentResult& result) const {
    Judged judged;
    judged.usd = figures.bill_month_usd;
    judged.p99_s = figures.p99_s.value_or(0.0);
    judged.qualifies = figures.misses.empty() && result.completed > 0 &&
                       (!options_.budget_usd || judged.usd <= *options_.budget_usd);
    judged.may_lead = result.completed > 0 && static_cast<double>(result.throttled) <=
                                                  kMostThrottled * static_cast<double>(result.requests);
    return judged;
  }

  /// Whether `other` takes the place on the front of one that costs at least `usd` and has a p99 of
  /// at least `p99_s`.
  static bool beats(const Judged& other, double usd, double p99_s, double margin) {
    return other.may_lead && other.usd * (1.0 + margin) < usd &&
           speed_class(other.p99_s * (1.0 + margin / 2.0)) <= speed_class(p99_s);
  }
  /// Whether `other` is nearer to the goal than such a one.
  [[nodiscard]] bool wins(const Judged& other, double usd, double p99_s, double margin) const {
    if (!other.qualifies) return false;
    if (options_.goal == OptimiseGoal::kCheapest) return other.usd * (1.0 + margin) < usd;
    const int faster = speed_class(other.p99_s * (1.0 + margin));
    const int own = speed_class(p99_s);
    return faster < own || (margin == 0.0 && faster == own && other.usd < usd);
  }
  [[nodiscard]] bool is_hopeless(const std::vector<Judged>& others, double usd, double p99_s,
                                 double margin) const {
    bool is_beaten = false;
    bool is_won = false;
    for (const Judged& other : others) {
      is_beaten = is_beaten || beats(other, usd, p99_s, margin);
      is_won = is_won || wins(other, usd, p99_s, margin);
    }
    return is_beaten && is_won;
  }

  void run_round(const Round& round) {
    const bool is_stationary =
        scenario_.traffic.generator && is_renewal(*scenario_.traffic.generator) &&
        scenario_.horizon_rule == HorizonRule::kDefault;
    if (!is_stationary || traffic_.requests < kWorthIt * round.requests ||
        entries_.size() <= kTogether) {
      return;
    }
    const std::vector<Judged> judged =
        simulated(entries_, round.requests / traffic_.requests,
                  tightened(scenario_.objective, 1.0 - round.margin / 2.0), CandidateStage::kShort);
    std::vector<Entry> left;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!is_hopeless(judged, judged[i].usd, judged[i].p99_s, round.margin)) {
        left.push_back(std::move(entries_[i]));
      }
    }
    entries_ = std::move(left);
  }

  /// What a candidate is thought to cost: as last simulated, or at least.
  [[nodiscard]] double expected_usd(const Entry& entry) const {
    const OptimiseCandidate& candidate = report_.candidates[entry.number];
    return candidate.stage == CandidateStage::kShort ? candidate.figures.bill_month_usd
                                                     : candidate.least_usd;
  }

  /// In full, the most promising first; candidates that are beaten at their best are left out.
  void simulate_all() {
    std::stable_sort(entries_.begin(), entries_.end(), [this](const Entry& a, const Entry& b) {
      return expected_usd(a) < expected_usd(b);
    });
    std::vector<Judged> known;
    std::vector<Entry> next;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const OptimiseCandidate& candidate = report_.candidates[entries_[i].number];
      const bool is_out = !options_.exhaustive &&
                          is_hopeless(known, candidate.least_usd, candidate.least_p99_s, 0.0);
      if (!is_out) next.push_back(entries_[i]);
      if (next.size() < kTogether && i + 1 < entries_.size()) continue;
      const std::vector<Judged> judged =
          simulated(next, 1.0, scenario_.objective, CandidateStage::kSimulated);
      for (std::size_t j = 0; j < next.size(); ++j) {
        report_.candidates[next[j].number].qualifies = judged[j].qualifies;
        if (judged[j].may_lead) leaders_.push_back(next[j].number);
      }
      known.insert(known.end(), judged.begin(), judged.end());
      next.clear();
    }
  }

  void choose() {
    const auto usd = [this](std::size_t i) { return report_.candidates[i].figures.bill_month_usd; };
    const auto speed = [this](std::size_t i) {
      return speed_class(report_.candidates[i].figures.p99_s.value_or(0.0));
    };
    std::sort(leaders_.begin(), leaders_.end(), [&](std::size_t a, std::size_t b) {
      return std::tuple(usd(a), speed(a), a) < std::tuple(usd(b), speed(b), b);
    });
    for (const std::size_t i : leaders_) {
      if (!report_.front.empty() && speed(i) >= speed(report_.front.back())) continue;
      report_.candidates[i].on_front = true;
      report_.front.push_back(i);
    }
    const bool by_cost = options_.goal == OptimiseGoal::kCheapest;
    const auto is_better = [&](std::size_t a, std::size_t b) {
      return by_cost ? std::tuple(usd(a), speed(a), a) < std::tuple(usd(b), speed(b), b)
                     : std::tuple(speed(a), usd(a), a) < std::tuple(speed(b), usd(b), b);
    };
    for (std::size_t i = 0; i < report_.candidates.size(); ++i) {
      if (!report_.candidates[i].qualifies) continue;
      if (!report_.winner || is_better(i, *report_.winner)) report_.winner = i;
    }
    report_.explanation = explanation_of(report_, options_.goal);
  }

  const Scenario& scenario_;
  const OptimiseOptions& options_;
  OptimiseReport report_{};
  KnownTraffic traffic_{};
  std::map<std::pair<std::string, double>, Inputs> inputs_{};
  std::map<std::string, Scenario> scenarios_{};  ///< by the settings outside deployments
  std::vector<Entry> entries_{};                 ///< that are still looked at
  std::vector<std::size_t> leaders_{};
  std::optional<InputError> first_error_{};
};

}  // namespace

std::string_view name_of(CandidateStage stage) {
  switch (stage) {
    case CandidateStage::kRefused: return "refused";
    case CandidateStage::kBound: return "bound";
    case CandidateStage::kShort: return "short";
    case CandidateStage::kSimulated: return "simulated";
  }
  return "";
}

OptimiseReport optimise(const Scenario& scenario, const OptimiseOptions& options) {
  return Search(scenario, options).run();
}

}  // namespace faascast
