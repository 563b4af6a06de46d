#include "studies/pair_search.h"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <functional>

#include "sim-core/statistics.h"
#include "studies/batching.h"

namespace faascast {

namespace {

/// Counts beyond a crossing that are checked for functions winning again.
constexpr std::uint32_t kCountsBeyond = 3;
constexpr double kCurvePointsADecade = 4.0;
constexpr double kShort = 10.0;  ///< replays so many times as long as functions' are still looked at
constexpr unsigned kMostReplications = 640;
constexpr int kMostRootSteps = 60;
/// Of the capacity of a replication about the one that was found.
constexpr double kFirstStep = 0.02;
constexpr double kLastStep = 0.5;

/// Root of a continuous function of ln x that grows with x: brackets it around `guess`, then
/// TOMS 748. Nothing where it keeps its sign within [low, high].
std::optional<double> root_of(const std::function<double(double)>& f, double guess, double low,
                              double high) {
  double a = std::clamp(guess, low, high);
  double fa = f(a);
  if (fa == 0.0) return a;
  const double factor = fa < 0.0 ? 1.5 : 1.0 / 1.5;
  double b = a;
  double fb = fa;
  while ((fb < 0.0) == (fa < 0.0)) {
    if ((factor > 1.0 && b >= high) || (factor < 1.0 && b <= low)) return std::nullopt;
    a = b;
    fa = fb;
    b = std::clamp(b * factor, low, high);
    fb = f(b);
  }
  if (fb == 0.0) return b;
  std::uintmax_t steps = kMostRootSteps;
  const auto g = [&](double log_x) { return f(std::exp(log_x)); };
  const bool ascending = a < b;
  const auto [lower, upper] = boost::math::tools::toms748_solve(
      g, std::log(ascending ? a : b), std::log(ascending ? b : a), ascending ? fa : fb,
      ascending ? fb : fa, boost::math::tools::eps_tolerance<double>(24), steps);
  return std::exp((lower + upper) / 2.0);
}

/// ln of the cost of functions over that of a fleet: negative where functions are cheaper.
double log_ratio(const Cost& functions, const Cost& fleet) {
  return std::log(std::max(functions.usd_per_month, 1e-6) /
                  std::max(fleet.usd_per_month, 1e-6));
}

}  // namespace

PairSearch::PairSearch(const CostModel& model, const DeploymentSpec& functions,
                       const DeploymentSpec& servers, const BreakevenOptions& options)
    : model_(model), functions_(functions), servers_(servers), options_(options) {
  looked_up_to_ = model.highest_fleet_per_day();
}

std::uint32_t PairSearch::first_count() const { return least_count(servers_); }

std::optional<double> PairSearch::equal_cost(const CostModel& model,
                                             const DeploymentSpec& functions,
                                             const DeploymentSpec& servers, std::uint32_t count,
                                             double guess, std::uint32_t replication) {
  return root_of(
      [&](double x) {
        return log_ratio(model.functions(functions, x, replication),
                         model.fleet_price(servers, count, x));
      },
      guess, guess / 100.0, guess * 100.0);
}

std::optional<PairSearch::EqualCost> PairSearch::root(std::uint32_t count) const {
  const auto ratio = [&](double x) {
    return log_ratio(model_.cheapest_functions(functions_, x, 0),
                     model_.fleet_price(servers_, count, x));
  };
  const double own = model_.own_per_day();
  const double guess = found_.empty() ? own : std::max(found_.back().per_day, own);
  if (const auto found = root_of(ratio, guess, options_.lowest_per_day, options_.highest_per_day)) {
    return EqualCost{*found, false};
  }
  if (ratio(options_.lowest_per_day) <= 0.0) return std::nullopt;
  return EqualCost{options_.lowest_per_day, true};
}

bool PairSearch::holds(std::uint32_t count, double per_day, std::string* why_not) {
  double& known = held_at_[count];  // what holds at a traffic holds below it
  if (per_day <= known) return true;
  const bool held = model_.fleet_holds(servers_, count, per_day, 0, why_not);
  if (held) known = per_day;
  return held;
}

void PairSearch::add(double per_day, bool at_step, std::uint32_t count, bool serverless_below) {
  const Cost functions = model_.cheapest_functions(functions_, per_day, 0);
  if (!functions.feasible) return;  // then only one side meets the objective: nothing to compare
  DeploymentSpec servers = servers_;
  if (servers.batching) {
    servers.batching =
        model_.fleet_under_load(servers_, count, per_day, 0).configuration.batching;
  }
  found_.push_back({per_day, at_step, count, serverless_below, functions.configuration, servers});
}

void PairSearch::search_fixed() {
  const std::uint32_t count = first_count();
  const auto equal = root(count);
  const double highest = looked_up_to_;
  if (equal && !equal->below_range && equal->per_day <= highest && holds(count, equal->per_day)) {
    add(equal->per_day, false, count, true);
  }
  const double low = std::min(found_.empty() ? options_.lowest_per_day : equal->per_day, highest);
  if (holds(count, low) &&
      !holds(count, highest)) {
    dedicated_limit_ = model_.fleet_capacity(servers_, count, 0, low, highest);
  }
}

void PairSearch::search_counts() {
  double dedicated_from = 0.0;           ///< where dedicated became cheaper; 0 while it is not
  std::uint32_t held_by = 0;             ///< the count that made it so
  for (std::uint32_t count = first_count(); count <= kMostServers; ++count) {
    const auto equal = root(count);
    if (!equal || equal->per_day > looked_up_to_) return;
    if (dedicated_from > 0.0) {
      if (holds(count - 1, equal->per_day)) {
        if (count >= held_by + kCountsBeyond) return;
        continue;  // the fleet below still carries the traffic up to here
      }
      const double capacity =
          model_.fleet_capacity(servers_, count - 1, 0, dedicated_from, equal->per_day);
      add(capacity, true, count - 1, false);
      dedicated_from = 0.0;
    }
    if (!holds(count, equal->per_day)) continue;
    if (!equal->below_range) add(equal->per_day, false, count, true);
    dedicated_from = equal->per_day;
    held_by = count;
  }
}

void PairSearch::look_at(double per_day) {
  const Cost functions = model_.cheapest_functions(functions_, per_day, 0);
  std::uint32_t count = first_count();
  std::string why_not;
  bool held = holds(count, per_day, &why_not);
  if (!held && !is_fixed()) {
    if (const auto size = model_.fleet_size(servers_, per_day, 0, count, kMostServers)) {
      count = *size;
      held = true;
    }
  }
  const Cost fleet = model_.fleet_price(servers_, count, per_day);
  std::string batches;
  if (servers_.batching) {
    const Cost loaded = model_.fleet_under_load(servers_, count, per_day, 0);
    batches = ", " + batch_text(*loaded.configuration.batching);
  }
  const auto text = [](const Cost& cost, const std::string& why) {
    return why.empty() ? cost.text : cost.text + " misses " + why;
  };
  curve_.push_back(
      {per_day,
       {{functions_.name, functions.usd_per_month, functions.feasible,
         text(functions, functions.why_not)},
        {servers_.name, fleet.usd_per_month, held, text(fleet, held ? "" : why_not) + batches}}});
  if (!functions.feasible || !held) return;
  (functions.usd_per_month <= fleet.usd_per_month ? serverless_wins_ : dedicated_wins_) += 1;
}

void PairSearch::look_at_curve() {
  const double own = model_.own_per_day();
  const double first = found_.empty() ? own : found_.front().per_day;
  const double last = found_.empty() ? own : found_.back().per_day;
  const double low = std::clamp(std::min(first / 30.0, own), options_.lowest_per_day, looked_up_to_);
  // Beyond the crossing as far as replays are short, and a little further than it in any case.
  double beyond = found_.empty() ? own * 30.0 : last * 3.0;
  while (beyond > 1.3 * last && beyond > own && !model_.is_replayed(beyond / kShort)) beyond /= 1.3;
  const double high = std::clamp(std::max(beyond, own), low, looked_up_to_);
  // Round places on the axis, so that pairs look at the same ones.
  const double first_step = std::floor(std::log10(low) * kCurvePointsADecade + 1e-9);
  const double last_step = std::ceil(std::log10(high) * kCurvePointsADecade - 1e-9);
  double before = 0.0;
  for (double step = first_step; step <= last_step; step += 1.0) {
    const double place = std::clamp(std::pow(10.0, step / kCurvePointsADecade),
                                    options_.lowest_per_day, looked_up_to_);
    if (place > before) look_at(place);
    before = place;
  }
}

void PairSearch::find() { is_fixed() ? search_fixed() : search_counts(); }

void PairSearch::search() {
  find();
  look_at_curve();
}

Verdict PairSearch::verdict() const {
  if (!found_.empty()) return Verdict::kCrosses;
  if (serverless_wins_ + dedicated_wins_ == 0) return Verdict::kInfeasible;
  return serverless_wins_ >= dedicated_wins_ ? Verdict::kServerlessAlways
                                             : Verdict::kDedicatedAlways;
}

double PairSearch::capacity_near(const FoundCrossing& found, std::uint32_t replication) const {
  double low = found.per_day;
  double high = found.per_day;
  for (double step = kFirstStep; step <= kLastStep; step *= 4.0) {
    const double below = found.per_day / (1.0 + step);
    const double above = found.per_day * (1.0 + step);
    low = below;
    if (!model_.fleet_holds(found.servers, found.count, below, replication)) continue;
    high = above;
    if (!model_.fleet_holds(found.servers, found.count, above, replication)) break;
  }
  return model_.fleet_capacity(found.servers, found.count, replication, low, std::max(high, low));
}

Interval PairSearch::sampling(const FoundCrossing& found, double& estimate,
                              unsigned& replications) const {
  std::vector<double> logs;
  const auto add = [&](std::uint32_t r) {
    if (found.at_step) {
      logs.push_back(std::log(capacity_near(found, r)));
    } else if (const auto equal = equal_cost(model_, found.functions, servers_, found.count,
                                             found.per_day, r)) {
      logs.push_back(std::log(*equal));
    }
  };
  MeanInterval interval;
  std::uint32_t done = 0;
  for (unsigned wanted = options_.replications;; wanted *= 2) {
    while (done < wanted) add(done++);
    replications = done;
    if (logs.size() < 2) return {found.per_day, found.per_day};
    interval = mean_interval(logs);
    // Looking at doublings only keeps the stopping rule from choosing lucky moments.
    if (interval.half_width <= options_.precision || options_.precision <= 0.0) break;
    if (2 * wanted > kMostReplications) break;
  }
  estimate = std::exp(interval.mean);
  return {std::exp(interval.low()), std::exp(interval.high())};
}

}  // namespace faascast
