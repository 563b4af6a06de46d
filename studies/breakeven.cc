#include "studies/breakeven.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <functional>

#include "input/quantity.h"
#include "studies/assumptions.h"
#include "studies/breakeven_cost.h"
#include "studies/breakeven_words.h"

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

constexpr std::uint32_t kMostServers = 4096;
constexpr int kSegmentPoints = 5;   ///< where the sign of a segment is looked at, ends included
constexpr double kRootPrecision = 1e-6;  ///< of ln(inferences a day)

/// Serverless cost minus dedicated cost at a traffic; nothing where a side is infeasible.
using Difference = std::function<std::optional<double>(double per_day)>;

/// Bisection on the logarithm. @pre the signs at the ends differ
double root_between(double low, double high, const Difference& difference) {
  const bool low_sign = difference(low).value_or(0.0) > 0.0;
  while (std::log(high / low) > kRootPrecision) {
    const double middle = std::sqrt(low * high);
    const auto value = difference(middle);
    if (!value) break;
    ((*value > 0.0) == low_sign ? low : high) = middle;
  }
  return std::sqrt(low * high);
}

/// A crossing as it was found: inside a segment of one server count, or at the traffic where one
/// more server is needed.
struct Found {
  double per_day = 0.0;
  bool at_step = false;
  std::uint32_t count = 0;  ///< servers below the crossing
  bool serverless_below = true;
  DeploymentSpec functions{};  ///< the cheapest configuration there
};

/// One pair of deployments, searched along the traffic axis.
class PairSearch {
 public:
  PairSearch(const CostModel& model, const DeploymentSpec& functions,
             const DeploymentSpec& servers, const BreakevenOptions& options)
      : model_(model), functions_(functions), servers_(servers), options_(options) {}

  void scan();
  [[nodiscard]] const std::vector<Found>& found() const { return found_; }
  [[nodiscard]] const std::vector<BreakevenPoint>& curve() const { return curve_; }
  [[nodiscard]] Verdict verdict() const;
  [[nodiscard]] Interval sampling(const Found& found, double& estimate) const;
  /// The dedicated capacity of the greatest fleet that was looked at; infeasible beyond.
  [[nodiscard]] std::optional<double> dedicated_limit() const { return dedicated_limit_; }
  [[nodiscard]] std::optional<double> serverless_from() const { return serverless_from_; }

 private:
  struct Sample {
    double per_day = 0.0;
    Cost functions{};
    Cost fleet{};
    [[nodiscard]] bool both() const { return functions.feasible && fleet.feasible; }
    [[nodiscard]] double difference() const {
      return functions.usd_per_month - fleet.usd_per_month;
    }
  };
  Sample sample(double per_day, std::uint32_t count, std::uint32_t replication = 0) const;
  void scan_segment(double low, double high, std::uint32_t count);
  void note(const Sample& sample);
  [[nodiscard]] std::uint32_t first_count() const;

  const CostModel& model_;
  const DeploymentSpec& functions_;
  const DeploymentSpec& servers_;
  const BreakevenOptions& options_;
  std::vector<Found> found_{};
  std::vector<BreakevenPoint> curve_{};
  std::optional<Sample> last_{};  ///< the last sample at which both sides were feasible
  std::uint32_t last_count_ = 0;
  int serverless_wins_ = 0;
  int dedicated_wins_ = 0;
  std::optional<double> dedicated_limit_{};
  std::optional<double> serverless_from_{};
};

PairSearch::Sample PairSearch::sample(double per_day, std::uint32_t count,
                                      std::uint32_t replication) const {
  return {per_day, model_.cheapest_functions(functions_, per_day, replication),
          model_.fleet(servers_, count, per_day, replication)};
}

void PairSearch::note(const Sample& sample) {
  curve_.push_back({sample.per_day,
                    {{functions_.name, sample.functions.usd_per_month, sample.functions.feasible,
                      sample.functions.text},
                     {servers_.name, sample.fleet.usd_per_month, sample.fleet.feasible,
                      sample.fleet.text}}});
  if (sample.functions.feasible && !serverless_from_) serverless_from_ = sample.per_day;
  if (!sample.both()) return;
  (sample.difference() <= 0.0 ? serverless_wins_ : dedicated_wins_) += 1;
}

std::uint32_t PairSearch::first_count() const {
  if (servers_.count) return *servers_.count;
  return servers_.redundancy + 1;
}

void PairSearch::scan_segment(double low, double high, std::uint32_t count) {
  for (int i = 0; i < kSegmentPoints; ++i) {
    const double share = static_cast<double>(i) / (kSegmentPoints - 1);
    const double per_day = low * std::pow(high / low, share);
    const Sample next = sample(per_day, count);
    note(next);
    if (!next.both()) continue;
    if (last_ && (last_->difference() > 0.0) != (next.difference() > 0.0)) {
      Found found;
      found.count = last_count_;
      found.serverless_below = last_->difference() <= 0.0;
      found.at_step = last_count_ != count;
      found.per_day = per_day;
      if (!found.at_step) {
        found.per_day = root_between(last_->per_day, per_day, [&](double x) {
          const Sample at = sample(x, count);
          return at.both() ? std::optional(at.difference()) : std::nullopt;
        });
      }
      found.functions = sample(found.per_day, count).functions.configuration;
      found_.push_back(std::move(found));
    }
    last_ = next;
    last_count_ = count;
  }
}

void PairSearch::scan() {
  double low = options_.lowest_per_day;
  int clear_wins = 0;
  const bool fixed_fleet = servers_.count || servers_.autoscale;
  for (std::uint32_t count = first_count(); count <= kMostServers; ++count) {
    const double capacity =
        model_.fleet_capacity(servers_, count, 0, low, options_.highest_per_day);
    if (capacity > 0.0) {
      const double high = std::max(capacity, low * 1.0001);
      scan_segment(low, high, count);
      low = high * 1.0001;
      dedicated_limit_ = capacity;
      // Once the dedicated side has been far cheaper over several sizes it stays so: its cost a
      // request falls with size, the other side's does not.
      const bool clear = last_ && last_->fleet.usd_per_month * 2.0 < last_->functions.usd_per_month;
      clear_wins = clear ? clear_wins + 1 : 0;
    } else if (!fixed_fleet && count > first_count() + 2 && curve_.empty()) {
      break;  // one request alone misses the objective: more servers do not help
    }
    if (fixed_fleet || low >= options_.highest_per_day || clear_wins >= 3) break;
  }
  if (dedicated_limit_ && !fixed_fleet) dedicated_limit_.reset();
  if (curve_.empty()) note(sample(model_.own_per_day(), first_count()));
  std::sort(curve_.begin(), curve_.end(), [](const BreakevenPoint& a, const BreakevenPoint& b) {
    return a.inferences_per_day < b.inferences_per_day;
  });
}

Verdict PairSearch::verdict() const {
  if (!found_.empty()) return Verdict::kCrosses;
  if (serverless_wins_ + dedicated_wins_ == 0) return Verdict::kInfeasible;
  return serverless_wins_ > 0 ? Verdict::kServerlessAlways : Verdict::kDedicatedAlways;
}

Interval PairSearch::sampling(const Found& found, double& estimate) const {
  std::vector<double> logs;
  for (std::uint32_t r = 0; r < options_.replications; ++r) {
    if (found.at_step) {
      const double capacity = model_.fleet_capacity(servers_, found.count, r, found.per_day / 1.5,
                                                    found.per_day * 1.5);
      if (capacity > 0.0) logs.push_back(std::log(capacity));
      continue;
    }
    const Difference difference = [&](double x) -> std::optional<double> {
      const Cost a = model_.functions(found.functions, x, r);
      const Cost b = model_.fleet(servers_, found.count, x, r);
      return a.usd_per_month - b.usd_per_month;
    };
    const double low = found.per_day / 1.5;
    const double high = found.per_day * 1.5;
    if ((difference(low).value_or(0) > 0) == (difference(high).value_or(0) > 0)) continue;
    logs.push_back(std::log(root_between(low, high, difference)));
  }
  if (logs.size() < 2) return {found.per_day, found.per_day};
  const double n = static_cast<double>(logs.size());
  double mean = 0.0;
  for (const double value : logs) mean += value / n;
  double variance = 0.0;
  for (const double value : logs) variance += (value - mean) * (value - mean) / (n - 1.0);
  const boost::math::students_t_distribution<double> student(n - 1.0);
  const double half = boost::math::quantile(student, 0.975) * std::sqrt(variance / n);
  estimate = std::exp(mean);
  return {std::exp(mean - half), std::exp(mean + half)};
}

/// The crossing with one figure pinned: a secant step or two on the logarithm around the nominal
/// root.
double pinned_root(const CostModel& pinned, const Found& found, const DeploymentSpec& functions,
                   const DeploymentSpec& servers) {
  if (found.at_step) {
    return std::log(std::max(1.0, pinned.fleet_capacity(servers, found.count, 0,
                                                        found.per_day / 4.0, found.per_day * 4.0)));
  }
  const auto ratio = [&](double log_x) {
    const double x = std::exp(log_x);
    return std::log(pinned.functions(functions, x, 0).usd_per_month /
                    pinned.fleet(servers, found.count, x, 0).usd_per_month);
  };
  double a = std::log(found.per_day);
  double fa = ratio(a);
  if (std::abs(fa) < 1e-9) return a;
  double b = a - fa;  // serverless cost is nearly proportional to the traffic
  for (int i = 0; i < 4; ++i) {
    const double fb = ratio(b);
    if (std::abs(fb) < 1e-5 || fb == fa) break;
    const double next = b - fb * (b - a) / (fb - fa);
    a = b;
    fa = fb;
    b = std::clamp(next, a - 3.0, a + 3.0);
  }
  return b;
}

/// Each figure of the platform at its low and its high end, one at a time; the shifts of the
/// crossing are combined as independent errors.
Interval calibration(const Scenario& scenario, const Inputs& inputs,
                     const BreakevenOptions& options, const Found& found, double estimate,
                     const DeploymentSpec& servers) {
  const CostModel nominal(scenario, inputs, options);
  const double centre = pinned_root(nominal, found, found.functions, servers);
  double down = 0.0;
  double up = 0.0;
  for (const Figure& figure : figures(*found.functions.platform_spec)) {
    double lowest = 0.0;
    double highest = 0.0;
    for (const Pin::Side side : {Pin::Side::kLow, Pin::Side::kHigh}) {
      const Scenario pinned =
          with_pinned_figure(scenario, {found.functions.name, {figure.path, side}});
      DeploymentSpec functions = found.functions;
      for (const DeploymentSpec& spec : pinned.deployments) {
        if (spec.name == functions.name) functions.platform_spec = spec.platform_spec;
      }
      const CostModel model(pinned, inputs, options);
      const double shift = pinned_root(model, found, functions, servers) - centre;
      lowest = std::min(lowest, shift);
      highest = std::max(highest, shift);
    }
    down += lowest * lowest;
    up += highest * highest;
  }
  return {estimate * std::exp(-std::sqrt(down)), estimate * std::exp(std::sqrt(up))};
}

BreakevenPair compare_pair(const Scenario& scenario, const Inputs& inputs, const CostModel& model,
                           const DeploymentSpec& functions, const DeploymentSpec& servers,
                           const BreakevenOptions& options) {
  PairSearch search(model, functions, servers, options);
  search.scan();
  BreakevenPair pair;
  pair.serverless = functions.name;
  pair.dedicated = servers.name;
  pair.verdict = search.verdict();
  pair.curve = search.curve();
  for (const Found& found : search.found()) {
    Crossing crossing;
    crossing.inferences_per_day = found.per_day;
    crossing.cheaper_below = found.serverless_below ? functions.name : servers.name;
    crossing.sampling = search.sampling(found, crossing.inferences_per_day);
    crossing.calibration = {crossing.inferences_per_day, crossing.inferences_per_day};
    if (options.calibration) {
      crossing.calibration =
          calibration(scenario, inputs, options, found, crossing.inferences_per_day, servers);
    }
    pair.crossings.push_back(std::move(crossing));
  }
  pair.spreadsheet = spreadsheet_of(model, functions, servers, pair);
  pair.sentence = sentence_of(pair, search.dedicated_limit(), search.serverless_from());
  return pair;
}

bool wanted(const std::string& asked, const DeploymentSpec& deployment) {
  return asked.empty() || asked == deployment.name;
}

void check(const Scenario& scenario, const BreakevenOptions& options) {
  std::vector<Problem> problems;
  if (scenario.objective.empty()) {
    problems.push_back({scenario.file_name, "no [objective]: costs are compared at equal service level",
                        "add, for example, [objective] with p99 = \"500 ms\""});
  }
  bool has_functions = false;
  bool has_servers = false;
  std::vector<std::string> functions;
  std::vector<std::string> servers;
  for (const DeploymentSpec& d : scenario.deployments) {
    (d.is_serverless() ? functions : servers).push_back(d.name);
    has_functions |= d.is_serverless() && wanted(options.serverless, d);
    has_servers |= !d.is_serverless() && wanted(options.dedicated, d);
    if (!d.is_serverless() && d.count && *d.count <= d.redundancy && !d.autoscale) {
      problems.push_back({d.where, fmt::format("{} server(s) with redundancy {}: none would be left",
                                               *d.count, d.redundancy),
                          "raise count, or say redundancy = 0"});
    }
  }
  const auto missing = [&](const std::string& asked, const std::vector<std::string>& names,
                           const char* side) {
    problems.push_back({scenario.file_name,
                        asked.empty() ? fmt::format("no {} deployment to compare", side)
                                      : fmt::format("no {} deployment named '{}'", side, asked),
                        names.empty() ? "add a [[deployment]]"
                                      : fmt::format("there are: {}", fmt::join(names, ", "))});
  };
  if (!has_functions) missing(options.serverless, functions, "serverless");
  if (!has_servers) missing(options.dedicated, servers, "dedicated");
  if (!problems.empty()) throw InputError(std::move(problems));
}

}  // namespace

BreakevenReport breakeven(const Scenario& scenario, const BreakevenOptions& options) {
  check(scenario, options);
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
      if (servers.is_serverless() || !wanted(options.dedicated, servers)) continue;
      report.pairs.push_back(compare_pair(scenario, inputs, model, functions, servers, options));
    }
  }
  return report;
}

}  // namespace faascast
