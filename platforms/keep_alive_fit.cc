#include "platforms/keep_alive_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace faascast {
namespace {

/// Observations of nearly equal idle times together.
struct Group {
  double idle_s = 0.0;
  double there = 0.0;
  double gone = 0.0;
};

enum class LifeLaw { kLognormal, kWeibull };
constexpr double kSmallestChance = 1e-9;
/// An instance may outlive any window now and then, so that no observation is impossible.
constexpr double kOutlives = 1e-4;
constexpr double kProfileDrop = 1.9207;  // half the 95 % quantile of chi-square with 1 degree

double gone_by(LifeLaw law, double t, double median, double spread) {
  const double z = std::log(t / median);
  if (law == LifeLaw::kWeibull) return -std::expm1(-std::log(2.0) * std::exp(z / spread));
  return 0.5 * std::erfc(-z / spread / std::sqrt(2.0));
}

double likelihood(const std::vector<Group>& groups, LifeLaw law, double median, double spread,
                  double recycled) {
  double sum = 0.0;
  for (const Group& group : groups) {
    const double f = gone_by(law, group.idle_s, median, spread);
    const double p = std::clamp(recycled + (1.0 - recycled) * f, kSmallestChance, 1.0 - kOutlives);
    sum += group.gone * std::log(p) + group.there * std::log1p(-p);
  }
  return sum;
}

struct Inner {
  double value = 0.0;
  double spread = 0.0;
  double recycled = 0.0;
};

/// The best spread and share of recycled instances for a median, by pattern search in logarithms.
Inner best_inner(const std::vector<Group>& groups, LifeLaw law, double median, Inner from) {
  std::array<double, 2> x = {std::log(std::max(from.spread, 1e-3)),
                             std::log(std::max(from.recycled, 1e-5))};
  const auto value_at = [&](const std::array<double, 2>& y) {
    return likelihood(groups, law, median, std::exp(y[0]), std::exp(y[1]));
  };
  double best = value_at(x);
  for (double step = 1.0; step > 0.02;) {
    bool better = false;
    for (std::size_t i = 0; i < 2; ++i) {
      for (const double sign : {1.0, -1.0}) {
        std::array<double, 2> y = x;
        y[i] += sign * step;
        const bool inside = y[0] > std::log(1e-3) && y[0] < std::log(5.0) &&
                            y[1] > std::log(1e-6) && y[1] < std::log(0.9);
        if (!inside) continue;
        if (const double value = value_at(y); value > best + 1e-9) {
          best = value;
          x = y;
          better = true;
        }
      }
    }
    if (!better) step *= 0.5;
  }
  return {best, std::exp(x[0]), std::exp(x[1])};
}

/// @param width ratio of idle times that count as equal
std::vector<Group> grouped(const std::vector<IdleObservation>& sorted, double width) {
  std::vector<Group> groups;
  double start = 0.0;
  for (const IdleObservation& each : sorted) {
    if (groups.empty() || each.idle_s > start * width) {
      groups.push_back({each.idle_s, 0.0, 0.0});
      start = each.idle_s;
    }
    (each.gone ? groups.back().gone : groups.back().there) += 1.0;
  }
  return groups;
}

/// The ends of what a profile likelihood holds: first and last index within kProfileDrop.
std::pair<std::size_t, std::size_t> held(const std::vector<double>& profile) {
  const double best = *std::max_element(profile.begin(), profile.end());
  const auto inside = [best](double value) { return value >= best - kProfileDrop; };
  const auto first = std::find_if(profile.begin(), profile.end(), inside);
  const auto last = std::find_if(profile.rbegin(), profile.rend(), inside);
  return {static_cast<std::size_t>(first - profile.begin()),
          static_cast<std::size_t>(profile.rend() - last) - 1};
}

double n_log(double n, double p) { return n > 0.0 ? n * std::log(p) : 0.0; }

/// All instances go after one window, between two neighbouring idle times.
KeepAliveFit fit_window(const std::vector<Group>& groups) {
  double gone_after = 0.0;
  double there_after = 0.0;
  for (const Group& group : groups) {
    gone_after += group.gone;
    there_after += group.there;
  }
  KeepAliveFit fit;
  fit.law = "fixed window";
  std::vector<double> profile;
  double gone_before = 0.0;
  double there_before = 0.0;
  for (std::size_t i = 0; i + 1 < groups.size(); ++i) {
    gone_before += groups[i].gone;
    there_before += groups[i].there;
    gone_after -= groups[i].gone;
    there_after -= groups[i].there;
    const double early = gone_before / (gone_before + there_before);
    profile.push_back(n_log(gone_before, early) + n_log(there_before, 1.0 - early) +
                      n_log(gone_after, 1.0 - kOutlives) + n_log(there_after, kOutlives));
    if (i > 0 && profile.back() <= fit.log_likelihood) continue;
    fit.log_likelihood = profile.back();
    fit.median_s = std::sqrt(groups[i].idle_s * groups[i + 1].idle_s);
    fit.recycled = early;
  }
  const auto [low, high] = held(profile);
  fit.low_s = groups[low].idle_s;
  fit.high_s = groups[high + 1].idle_s;
  fit.aic = 2.0 * 2.0 - 2.0 * fit.log_likelihood;
  return fit;
}

KeepAliveFit fit_law(const std::vector<Group>& groups, LifeLaw law) {
  constexpr int kGrid = 100;
  const double first = groups.front().idle_s;
  const double ratio = groups.back().idle_s / first;
  std::vector<double> medians;
  std::vector<double> profile;
  KeepAliveFit fit;
  fit.law = law == LifeLaw::kWeibull ? "Weibull" : "lognormal";
  Inner from{0.0, 0.1, 0.01};
  const auto keep_better = [&fit](double median, const Inner& inner, bool is_first) {
    if (!is_first && inner.value <= fit.log_likelihood) return;
    fit.log_likelihood = inner.value;
    fit.median_s = median;
    fit.spread = inner.spread;
    fit.recycled = inner.recycled;
  };
  for (int i = 0; i <= kGrid; ++i) {
    medians.push_back(first * std::pow(ratio, static_cast<double>(i) / kGrid));
    from = best_inner(groups, law, medians.back(), from);
    profile.push_back(from.value);
    keep_better(medians.back(), from, i == 0);
  }
  for (double step = std::pow(ratio, 0.5 / kGrid); step > 1.0005; step = std::sqrt(step)) {
    for (const double factor : {step, 1.0 / step}) {
      const double median = fit.median_s * factor;
      keep_better(median, best_inner(groups, law, median, {0.0, fit.spread, fit.recycled}), false);
    }
  }
  profile.push_back(fit.log_likelihood);  // between the grid's points
  medians.push_back(fit.median_s);
  // The profile crosses its bound between the grid's points: looked for by halving.
  const auto crossing = [&](double outside, double inside) {
    constexpr int kHalvings = 8;
    for (int i = 0; i < kHalvings; ++i) {
      const double middle = std::sqrt(outside * inside);
      const Inner inner = best_inner(groups, law, middle, {0.0, fit.spread, fit.recycled});
      (inner.value < fit.log_likelihood - kProfileDrop ? outside : inside) = middle;
    }
    return outside;
  };
  double below = first;
  double above = groups.back().idle_s;
  for (std::size_t i = 0; i < medians.size(); ++i) {
    if (profile[i] >= fit.log_likelihood - kProfileDrop) continue;
    if (medians[i] < fit.median_s) below = std::max(below, medians[i]);
    if (medians[i] > fit.median_s) above = std::min(above, medians[i]);
  }
  fit.low_s = crossing(below, fit.median_s);
  fit.high_s = crossing(above, fit.median_s);
  fit.aic = 2.0 * 3.0 - 2.0 * fit.log_likelihood;
  return fit;
}

/// Pool-adjacent violators.
std::vector<SurvivalPoint> curve_of(const std::vector<Group>& groups) {
  struct Block {
    double idle_s;
    double gone;
    double all;
  };
  std::vector<Block> blocks;
  for (const Group& group : groups) {
    blocks.push_back({group.idle_s, group.gone, group.gone + group.there});
    while (blocks.size() > 1) {
      Block& before = blocks[blocks.size() - 2];
      const Block& last = blocks.back();
      if (before.gone * last.all < last.gone * before.all) break;
      before.gone += last.gone;
      before.all += last.all;
      blocks.pop_back();
    }
  }
  std::vector<SurvivalPoint> curve;
  for (const Block& block : blocks) curve.push_back({block.idle_s, block.gone / block.all});
  return curve;
}

}  // namespace

KeepAliveAnswer fit_keep_alive(std::vector<IdleObservation> observations) {
  KeepAliveAnswer answer;
  std::erase_if(observations, [](const IdleObservation& each) { return each.idle_s <= 0.0; });
  std::sort(observations.begin(), observations.end(),
            [](const IdleObservation& a, const IdleObservation& b) { return a.idle_s < b.idle_s; });
  std::size_t gone = 0;
  for (const IdleObservation& each : observations) {
    gone += each.gone ? 1 : 0;
    if (!each.gone) answer.at_least_s = each.idle_s;
    if (each.gone && !answer.at_most_s) answer.at_most_s = each.idle_s;
  }
  if (observations.empty()) {
    answer.refusal = "no request came after an idle time";
    return answer;
  }
  const double longest = observations.back().idle_s;
  if (gone == 0) {
    answer.refusal = fmt::format(
        "no instance was found gone: idle times end at {:.4g} s, within what it is kept", longest);
    answer.at_most_s.reset();
    return answer;
  }
  if (gone < kFewestGone) {
    answer.refusal = fmt::format(
        "an idle instance was found gone {} times only; at least {} are needed", gone, kFewestGone);
    return answer;
  }
  if (observations.size() - gone < kFewestGone) {
    answer.refusal = fmt::format(
        "an idle instance was found alive {} times only; at least {} are needed",
        observations.size() - gone, kFewestGone);
    return answer;
  }
  const std::vector<Group> groups = grouped(observations, 1.0);
  if (groups.size() < 2) {
    answer.refusal = fmt::format("all idle times are {:.4g} s", longest);
    return answer;
  }
  answer.curve = curve_of(groups);
  // Beyond the longest idle times most must be gone, or the median was never reached.
  if (answer.curve.back().gone < 0.5) {
    answer.refusal = fmt::format(
        "even after {:.4g} s only {:.0f} % of the instances were gone: the idle times are censored "
        "before the median",
        longest, 100.0 * answer.curve.back().gone);
    answer.at_most_s.reset();
    return answer;
  }
  constexpr double kCoarse = 1.01;  // one part in a hundred blurs no law that is not a window
  const std::vector<Group> coarse = grouped(observations, kCoarse);
  answer.fits = {fit_window(groups), fit_law(coarse, LifeLaw::kLognormal),
                 fit_law(coarse, LifeLaw::kWeibull)};
  for (KeepAliveFit& fit : answer.fits) {
    fit.observations = observations.size();
    fit.gone = gone;
  }
  std::stable_sort(
      answer.fits.begin(), answer.fits.end(),
      [](const KeepAliveFit& a, const KeepAliveFit& b) { return a.aic < b.aic; });
  return answer;
}

}  // namespace faascast
