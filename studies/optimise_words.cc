#include "studies/optimise_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "input/quantity.h"
#include "studies/report/figures.h"

namespace faascast {
namespace {

std::string limits_text(const Objective& objective) {
  std::vector<std::string> limits;
  const auto add_time = [&](const char* name, const std::optional<Duration>& limit) {
    if (limit) limits.push_back(fmt::format("{} <= {}", name, format_duration(*limit)));
  };
  add_time("p50", objective.p50);
  add_time("p95", objective.p95);
  add_time("p99", objective.p99);
  add_time("mean", objective.mean);
  const auto add_share = [&](const char* name, const std::optional<double>& limit) {
    if (limit) limits.push_back(fmt::format("{} <= {:.3g} %", name, 100.0 * *limit));
  };
  add_share("cold starts", objective.cold_share);
  add_share("throttled", objective.throttled);
  return fmt::format("{}", fmt::join(limits, ", "));
}

std::string outcome_text(const OptimiseCandidate& candidate) {
  return fmt::format("{} a month and p99 {}", usd_text(candidate.figures.bill_month_usd),
                     duration_text(candidate.figures.p99_s));
}

/// "12 candidates: 3 refused, 2 ruled out by their bounds, 1 after a short run, 6 simulated in full"
std::string counts_text(const OptimiseReport& report) {
  std::array<std::size_t, 4> counts{};
  for (const OptimiseCandidate& candidate : report.candidates) {
    ++counts[static_cast<std::size_t>(candidate.stage)];
  }
  constexpr std::array<const char*, 4> kWords = {
      "not allowed by platform or server", "ruled out by what they must cost and take at least",
      "dropped after a short simulation", "simulated in full"};
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) parts.push_back(fmt::format("{} {}", counts[i], kWords[i]));
  }
  return fmt::format("{} candidates: {}", report.candidates.size(), fmt::join(parts, ", "));
}

/// The candidate with the least `key` among those that were simulated in full and `accepts`.
template <class Accept, class Key>
const OptimiseCandidate* least(const OptimiseReport& report, Accept accepts, Key key) {
  const OptimiseCandidate* best = nullptr;
  for (const OptimiseCandidate& candidate : report.candidates) {
    if (candidate.stage != CandidateStage::kSimulated || !accepts(candidate)) continue;
    if (best == nullptr || key(candidate) < key(*best)) best = &candidate;
  }
  return best;
}

}  // namespace

std::string goal_text(const Objective& objective, const OptimiseOptions& options) {
  std::string text = options.goal == OptimiseGoal::kCheapest ? "the cheapest" : "the lowest p99";
  if (!objective.empty()) text += " that meets " + limits_text(objective);
  if (options.budget_usd) text += fmt::format(" for at most {} a month", usd_text(options.budget_usd));
  return text;
}

std::string candidate_text(const OptimiseCandidate& candidate) {
  std::vector<std::string> settings;
  for (const auto& [key, value] : candidate.settings) {
    settings.push_back(fmt::format("{} {}", key, value));
  }
  return settings.empty() ? candidate.deployment
                          : fmt::format("{} ({})", candidate.deployment, fmt::join(settings, ", "));
}

std::string explanation_of(const OptimiseReport& report, OptimiseGoal goal) {
  const auto usd = [](const OptimiseCandidate& c) { return c.figures.bill_month_usd; };
  const auto p99 = [](const OptimiseCandidate& c) { return c.figures.p99_s.value_or(0.0); };
  const bool by_cost = goal == OptimiseGoal::kCheapest;
  if (!report.winner) {
    std::string text = fmt::format("Nothing is {}.", report.goal);
    const OptimiseCandidate* nearest =
        least(report, [&](const OptimiseCandidate& c) { return p99(c) > 0.0; }, p99);
    if (nearest != nullptr) {
      text += fmt::format(" The fastest is {} at {}", candidate_text(*nearest),
                          outcome_text(*nearest));
      if (!nearest->figures.misses.empty()) text += ": " + nearest->figures.misses.front();
      text += ".";
    }
    return text + " " + counts_text(report) + ".";
  }
  const OptimiseCandidate& winner = report.candidates[*report.winner];
  std::string text = fmt::format("{} is {}: {}.", candidate_text(winner), report.goal,
                                 outcome_text(winner));
  text += fmt::format(" Of {}.", counts_text(report));
  const auto other = [&](const OptimiseCandidate& c) { return &c != &winner; };
  const OptimiseCandidate* next =
      by_cost ? least(report, [&](const auto& c) { return other(c) && c.qualifies; }, usd)
              : least(report, [&](const auto& c) { return other(c) && c.qualifies; }, p99);
  if (next != nullptr) {
    text += fmt::format(" The next best is {} at {}.", candidate_text(*next), outcome_text(*next));
  }
  const OptimiseCandidate* tempting =
      by_cost ? least(report,
                      [&](const auto& c) {
                        return !c.figures.misses.empty() && usd(c) < usd(winner);
                      },
                      [&](const auto& c) { return -usd(c); })
              : nullptr;
  if (tempting != nullptr) {
    text += fmt::format(" Cheaper, but not good enough: {} at {} ({}).", candidate_text(*tempting),
                        usd_text(usd(*tempting)), tempting->figures.misses.front());
  }
  return text;
}

}  // namespace faascast
