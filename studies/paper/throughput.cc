// 5.1.3: how many requests a second, level after level.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "studies/paper/sections.h"

namespace faascast {
namespace {

constexpr std::array kLevels = {30.0, 100.0, 300.0, 1000.0, 3000.0, 10'000.0, 30'000.0};
/// A level is kept where no more than this share is turned away and the median request takes no more
/// than this many times its execution.
constexpr double kMostThrottledShare = 0.01;
constexpr double kMostLate = 2.0;

/// What a platform made of one level, after the first quarter of a minute, in which instances start.
struct Level {
  double offered = 0.0;    ///< a second
  double served = 0.0;     ///< a second
  double throttled = 0.0;  ///< share
  double lateness = 0.0;   ///< median latency / execution
  double tail = 0.0;       ///< p95 latency / execution
  [[nodiscard]] bool kept() const {
    return throttled <= kMostThrottledShare && lateness <= kMostLate;
  }
};

Level level_of(const RunReport& run, double offered, double execution_s) {
  const DeploymentResult& figures = run.deployments.front().figures;
  Level level;
  level.offered = offered;
  level.lateness = figures.latency.quantile_s(0.5).value_or(0.0) / execution_s;
  level.tail = figures.latency.quantile_s(0.95).value_or(0.0) / execution_s;
  if (figures.requests > 0) {
    level.throttled =
        static_cast<double>(figures.throttled) / static_cast<double>(figures.requests);
  }
  // Requests that wait are served after the minute: no more can be served in it than instances do.
  level.served = std::min(static_cast<double>(figures.completed) / seconds_of(run.span),
                          figures.instances.busy_mean / execution_s);
  return level;
}

std::vector<Level> ramp(const PaperBench& bench, const PaperModel& model, std::size_t platform) {
  std::vector<Level> levels;
  for (const double rate : kLevels) {
    const Scenario scenario = bench.scenario(
        "paper/throughput",
        {"warm_up=15 s", fmt::format("traffic.generator.rate_per_s={}", rate),
         fmt::format("model.execution={:.0f} us", 1e6 * *model.execution.middle()),
         fmt::format("model.memory_used={:.0f} MB", *model.memory.high),
         fmt::format("deployment[0].memory={:.0f} MB", *model.memory.high),
         fmt::format("deployment[1].memory={:.0f} MB", *model.memory.high)});
    levels.push_back(
        level_of(bench.run(PaperBench::only(scenario, {kPaperPlatforms[platform]})), rate,
                 *model.execution.middle()));
    // Beyond saturation more load only makes queues longer.
    if (levels.back().served < 0.5 * rate) break;
  }
  return levels;
}

std::vector<PaperRow> rows_of(const PaperModel& model, const std::string& platform,
                              const std::vector<Level>& levels) {
  PaperRow row;
  row.model = model.name;
  row.platform = platform;
  row.basis = "predicted";
  std::vector<PaperRow> rows;

  const auto best = std::max_element(
      levels.begin(), levels.end(),
      [](const Level& a, const Level& b) { return a.served < b.served; });
  const auto broken = std::find_if_not(levels.begin(), levels.end(),
                                       [](const Level& level) { return level.kept(); });
  row.quantity = "peak throughput";
  row.unit = "requests/s";
  row.paper = model.throughput;
  row.simulated = best->served;
  row.low = broken == levels.begin() ? 0.0 : std::prev(broken)->served;
  row.high = std::max(best->served, best->kept() ? best->offered : best->served);
  row.why = fmt::format(
      "{:.0f} ms a request at {:.0f} MB: no platform's quota binds at the paper's rates, so those were "
      "its load; {}",
      1e3 * *model.execution.middle(), *model.memory.high, against_paper(row));
  if (best->served < model.throughput.high.value_or(0.0)) {
    row.why = fmt::format("new instances come too slowly in the first minute; {}", against_paper(row));
  }
  rows.push_back(row);

  row.quantity = "load at which requests are turned away or queue up";
  row.paper = {};
  row.simulated = broken == levels.end() ? std::nullopt : std::optional<double>(broken->offered);
  row.low = broken == levels.begin() ? 0.0 : std::prev(broken)->offered;
  row.high = row.simulated;
  row.why = broken == levels.end()
                ? "at no level that was tried"
                : fmt::format("first level of the ramp where more than {:.0f} % are turned away ({:.3g} %), or "
                              "the median request takes over {:.0f} times its execution ({:.3g} times)",
                              100.0 * kMostThrottledShare, 100.0 * broken->throttled, kMostLate,
                              broken->lateness);
  rows.push_back(row);

  row.quantity = "p95 latency over execution, at the levels it keeps";
  row.unit = "times";
  double most = 0.0;
  double least = 1e300;
  double sum = 0.0;
  double count = 0.0;
  for (const Level& level : levels) {
    if (!level.kept()) continue;
    most = std::max(most, level.tail);
    least = std::min(least, level.tail);
    sum += level.tail;
    count += 1.0;
  }
  row.simulated = count > 0.0 ? std::optional<double>(sum / count) : std::nullopt;
  row.low = count > 0.0 ? std::optional<double>(least) : std::nullopt;
  row.high = count > 0.0 ? std::optional<double>(most) : std::nullopt;
  row.why = "mean, least and most over the levels: how evenly a platform serves as load grows";
  rows.push_back(row);
  return rows;
}

}  // namespace

PaperSection throughput(const PaperBench& bench) {
  PaperSection section;
  section.title = "5.1.3: throughput";
  for (const PaperModel& model : paper_figures().models) {
    if (model.throughput.empty()) continue;
    for (std::size_t platform = 0; platform < kPaperPlatforms.size(); ++platform) {
      const std::vector<PaperRow> rows =
          rows_of(model, kPaperPlatforms[platform], ramp(bench, model, platform));
      section.rows.insert(section.rows.end(), rows.begin(), rows.end());
    }
  }
  section.sentences.push_back(
      "3,000 requests a second was Lambda's burst limit until November 2023; at 100 ms they need 300 "
      "environments of the 1,000 that an account has today. 100 to 300 a second of the CNN and the RNN "
      "need 30 to 105: no platform limit, but the load that was put on.");
  section.sentences.push_back(
      "Azure's Consumption plan adds one instance a second, so in a first minute it lags where the "
      "others follow; the paper calls it lower but more predictable.");
  return section;
}

}  // namespace faascast
