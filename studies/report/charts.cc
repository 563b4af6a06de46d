#include "studies/report/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "input/quantity.h"
#include "studies/report/figures.h"

namespace faascast {
namespace {

/// One side of a pair along its curve.
void add_side(Chart& chart, const BreakevenPair& pair, std::size_t side) {
  const std::size_t index = chart.series.size();
  ChartSeries series;
  series.name = side == 0 ? pair.serverless : pair.dedicated;
  ChartArea sampling{series.name + ": sampling interval", index, {}, 0.45};
  ChartArea calibration{series.name + ": calibration interval", index, {}, 0.18};
  double gap_from = 0.0;  // no traffic is 0: no gap is open
  double before = 0.0;
  // From the first to the last traffic that was seen to be infeasible; between it and its feasible
  // neighbours nobody looked.
  const auto end_gap = [&] {
    if (gap_from > 0.0) chart.gaps.push_back({series.name, index, gap_from, before});
    gap_from = 0.0;
  };
  for (const BreakevenPoint& point : pair.curve) {
    const BreakevenRow& row = point.rows.at(side);
    const double x = point.inferences_per_day;
    if (!row.feasible) {
      if (gap_from == 0.0) gap_from = x;
      before = x;
      continue;
    }
    end_gap();
    before = x;
    series.points.emplace_back(x, row.usd_per_month);
    if (row.calibration.high <= 0.0) continue;
    sampling.points.push_back({x, row.sampling.low, row.sampling.high});
    calibration.points.push_back({x, row.calibration.low, row.calibration.high});
  }
  end_gap();
  chart.series.push_back(std::move(series));
  chart.areas.push_back(std::move(calibration));
  chart.areas.push_back(std::move(sampling));
}

bool has_series(const Chart& chart, const std::string& name) {
  return std::any_of(chart.series.begin(), chart.series.end(),
                     [&](const ChartSeries& series) { return series.name == name; });
}

void add_measured(Chart& chart, const BreakevenReport& report) {
  ChartSeries measured;
  measured.name = "measured";
  measured.has_line = false;
  measured.marks_points = false;
  for (const MeasuredPoint& point : report.measured) {
    if (!has_series(chart, point.name)) continue;
    measured.points.emplace_back(point.inferences_per_day, point.usd_per_month);
  }
  if (!measured.points.empty()) chart.series.push_back(std::move(measured));
}

/// At a crossing both sides were looked at too, and cost the same: the line of one that misses the
/// objective at the next point of the curve goes on up to there.
void add_equal_costs(Chart& chart, const BreakevenPair& pair) {
  const auto line_of = [&](const std::string& name) {
    return std::find_if(chart.series.begin(), chart.series.end(),
                        [&](const ChartSeries& series) { return series.name == name; });
  };
  const auto functions = line_of(pair.serverless);
  const auto servers = line_of(pair.dedicated);
  if (functions == chart.series.end() || servers == chart.series.end()) return;
  const auto below = [](const std::pair<double, double>& point, double x) { return point.first < x; };
  for (const Crossing& crossing : pair.crossings) {
    const double x = crossing.inferences_per_day;
    const auto& known = functions->points;
    const auto after = std::lower_bound(known.begin(), known.end(), x, below);
    if (after == known.begin() || after == known.end() || after->first == x) continue;
    const auto before = after - 1;
    const double share = std::log(x / before->first) / std::log(after->first / before->first);
    const double y = before->second * std::pow(after->second / before->second, share);
    auto& line = servers->points;
    const auto place = std::lower_bound(line.begin(), line.end(), x, below);
    if (place == line.begin() || place == line.end()) line.insert(place, {x, y});
  }
}

void add_crossings(Chart& chart, const BreakevenPair& pair) {
  for (const Crossing& crossing : pair.crossings) {
    const double low = std::min(crossing.sampling.low, crossing.calibration.low);
    const double high = std::max(crossing.sampling.high, crossing.calibration.high);
    if (low > 0.0 && high > low * 1.001) {
      chart.bands.push_back({low, high, "breakeven, wider interval"});
    }
    chart.bands.push_back({crossing.inferences_per_day, crossing.inferences_per_day,
                           fmt::format("breakeven {} a day",
                                       three_digits_text(crossing.inferences_per_day))});
  }
}

Chart empty_cost_chart(std::string title) {
  Chart chart;
  chart.title = std::move(title);
  chart.x_label = "inferences a day";
  chart.y_label = "USD a month";
  chart.log_y = true;
  return chart;
}

const BreakevenPair* pair_of_answer(const BreakevenReport& report) {
  for (const BreakevenPair& pair : report.pairs) {
    if (report.answer && pair.serverless == report.answer->serverless &&
        pair.dedicated == report.answer->dedicated) {
      return &pair;
    }
  }
  return report.pairs.empty() ? nullptr : &report.pairs.front();
}

using BinFigure = double (*)(const TimelineBin&, double bin_s);

/// A figure of every deployment's bins over time.
Chart time_chart(const RunReport& report, const char* title, BinFigure figure) {
  Chart chart;
  chart.title = title;
  chart.x_label = "hours from the start of the observed span";
  chart.y_label = title;
  chart.log_x = false;
  for (const DeploymentReport& deployment : report.deployments) {
    const Timeline& timeline = deployment.figures.timeline;
    const double bin_s = seconds_of(timeline.bin);
    ChartSeries series;
    series.name = deployment.name;
    series.marks_points = false;
    for (std::size_t i = 0; i < timeline.bins.size(); ++i) {
      const double hours = (static_cast<double>(i) + 0.5) * bin_s / 3600.0;
      series.points.emplace_back(hours, figure(timeline.bins[i], bin_s));
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace

Chart pair_chart(const BreakevenReport& report, const BreakevenPair& pair) {
  Chart chart = empty_cost_chart(
      fmt::format("Cost against traffic: {} and {}", pair.serverless, pair.dedicated));
  add_side(chart, pair, 0);
  add_side(chart, pair, 1);
  add_equal_costs(chart, pair);
  add_measured(chart, report);
  add_crossings(chart, pair);
  const double own = report.inferences_per_day;
  if (!pair.curve.empty() && own >= pair.curve.front().inferences_per_day &&
      own <= pair.curve.back().inferences_per_day) {
    chart.bands.push_back({own, own, "your traffic"});
  }
  return chart;
}

Chart cost_chart(const BreakevenReport& report) {
  Chart chart = empty_cost_chart("Cost against traffic");
  for (const BreakevenPair& pair : report.pairs) {
    if (!has_series(chart, pair.serverless)) add_side(chart, pair, 0);
    if (!has_series(chart, pair.dedicated)) add_side(chart, pair, 1);
  }
  if (const BreakevenPair* pair = pair_of_answer(report)) add_equal_costs(chart, *pair);
  add_measured(chart, report);
  if (const BreakevenPair* pair = pair_of_answer(report)) add_crossings(chart, *pair);
  if (report.inferences_per_day > 0.0) {
    chart.bands.push_back({report.inferences_per_day, report.inferences_per_day, "you are here"});
  }
  return chart;
}

Chart latency_chart(const RunReport& report, const Objective& objective) {
  Chart chart;
  chart.title = "Latency distribution of each deployment";
  chart.x_label = "latency, ms";
  chart.y_label = "% of requests";
  for (const DeploymentReport& deployment : report.deployments) {
    const auto buckets = deployment.figures.latency.histogram.buckets();
    const auto total = static_cast<double>(deployment.figures.latency.count);
    ChartSeries series;
    series.name = deployment.name;
    series.marks_points = false;
    std::uint64_t sum = 0;
    constexpr std::size_t kMostPoints = 400;
    const std::size_t step = buckets.size() / kMostPoints + 1;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      sum += buckets[i].second;
      if (i % step != 0 && i + 1 != buckets.size()) continue;
      const double ms = std::max(1e-3, seconds_of(buckets[i].first) * 1e3);
      if (series.points.empty()) series.points.emplace_back(ms, 0.0);
      series.points.emplace_back(ms, 100.0 * static_cast<double>(sum) / total);
    }
    chart.series.push_back(std::move(series));
  }
  const auto add_limit = [&](const std::optional<Duration>& limit, const char* name) {
    if (!limit || *limit <= Duration::zero()) return;
    const double ms = seconds_of(*limit) * 1e3;
    chart.bands.push_back({ms, ms, fmt::format("objective: {} at most {}", name,
                                               format_duration(*limit))});
  };
  add_limit(objective.p50, "p50");
  add_limit(objective.p95, "p95");
  add_limit(objective.p99, "p99");
  add_limit(objective.mean, "mean");
  return chart;
}

std::vector<Chart> time_charts(const RunReport& report) {
  std::vector<Chart> charts;
  charts.push_back(time_chart(report, "live instances or servers",
                              [](const TimelineBin& bin, double) { return bin.instances; }));
  charts.push_back(time_chart(report, "cold starts a minute",
                              [](const TimelineBin& bin, double bin_s) {
                                return static_cast<double>(bin.cold_starts) * 60.0 / bin_s;
                              }));
  charts.push_back(
      time_chart(report, "requests a minute", [](const TimelineBin& bin, double bin_s) {
        return static_cast<double>(bin.completed) * 60.0 / bin_s;
      }));
  const bool throttles =
      std::any_of(report.deployments.begin(), report.deployments.end(),
                  [](const DeploymentReport& d) { return d.figures.throttled > 0; });
  if (throttles) {
    charts.push_back(
        time_chart(report, "throttled requests a minute", [](const TimelineBin& bin, double bin_s) {
          return static_cast<double>(bin.throttled) * 60.0 / bin_s;
        }));
  }
  return charts;
}

Chart front_chart(const OptimiseReport& report) {
  Chart chart;
  chart.title = "Monthly cost and p99 of the candidates that were simulated in full";
  chart.x_label = "USD a month";
  chart.y_label = "p99, ms";
  const auto add = [](ChartSeries& series, const OptimiseCandidate& candidate) {
    const PointFigures& figures = candidate.figures;
    series.points.emplace_back(figures.bill_month_usd, 1e3 * figures.p99_s.value_or(0.0));
    std::string label = candidate.deployment;
    for (const auto& [key, value] : candidate.settings) {
      label.append(", ").append(key).append(" ").append(value);
    }
    series.labels.push_back(std::move(label));
  };
  ChartSeries front;
  front.name = "front";
  for (const std::size_t i : report.front) add(front, report.candidates[i]);
  ChartSeries others;
  others.name = "dearer or slower";
  ChartSeries misses;
  misses.name = "miss the objective";
  for (const OptimiseCandidate& candidate : report.candidates) {
    if (candidate.stage != CandidateStage::kSimulated || candidate.on_front) continue;
    add(candidate.qualifies ? others : misses, candidate);
  }
  chart.series.push_back(std::move(front));
  for (ChartSeries* rest : {&others, &misses}) {
    rest->has_line = false;
    rest->marks_points = false;
    if (!rest->points.empty()) chart.series.push_back(std::move(*rest));
  }
  return chart;
}

Tornado cost_tornado(const DeploymentSensitivity& deployment) {
  Tornado tornado{"Monthly cost of " + deployment.name + " with one figure at an end of its range",
                  "USD a month", deployment.base.usd_per_month, {}};
  for (const FigureEffect& effect : deployment.figures) {
    if (effect.at_low.usd_per_month == effect.at_high.usd_per_month &&
        effect.at_low.usd_per_month == tornado.base) {
      continue;
    }
    tornado.bars.push_back({effect.figure, effect.low, effect.high, effect.at_low.usd_per_month,
                            effect.at_high.usd_per_month});
  }
  return tornado;
}

Tornado p99_tornado(const DeploymentSensitivity& deployment) {
  Tornado tornado{"p99 of " + deployment.name + " with one figure at an end of its range",
                  "p99, ms", 1e3 * deployment.base.p99_s.value_or(0.0), {}};
  for (const FigureEffect& effect : deployment.figures) {
    if (effect.at_low.p99_s == effect.at_high.p99_s && effect.at_low.p99_s == deployment.base.p99_s) {
      continue;
    }
    tornado.bars.push_back({effect.figure, effect.low, effect.high,
                            1e3 * effect.at_low.p99_s.value_or(0.0),
                            1e3 * effect.at_high.p99_s.value_or(0.0)});
  }
  std::stable_sort(tornado.bars.begin(), tornado.bars.end(), [](const auto& a, const auto& b) {
    return std::abs(a.at_high - a.at_low) > std::abs(b.at_high - b.at_low);
  });
  return tornado;
}

BarChart bill_chart(const RunReport& report) {
  BarChart chart;
  chart.title = "Monthly bills by line";
  chart.x_label = "USD a month";
  for (const DeploymentReport& deployment : report.deployments) {
    BarChart::Row row{deployment.name, usd_text(usd_number(deployment.bill_month.total())), {}};
    double sum = 0.0;
    for (const BillLine& line : deployment.bill_month.lines) {
      const double usd = usd_number(line.usd);
      row.parts.push_back({line.name, sum, sum + usd,
                           fmt::format("{}: {} ({} {})", line.name, usd_text(usd),
                                       quantity_text(line.quantity), line.unit)});
      sum += usd;
      if (std::find(chart.part_names.begin(), chart.part_names.end(), line.name) ==
          chart.part_names.end()) {
        chart.part_names.push_back(line.name);
      }
    }
    chart.rows.push_back(std::move(row));
  }
  return chart;
}

BarChart bar_chart(const Tornado& tornado, std::size_t most) {
  BarChart chart;
  chart.title = tornado.title;
  chart.x_label = tornado.x_label;
  chart.base = tornado.base;
  chart.part_names = {"at its low end", "at its high end"};
  for (const Tornado::Bar& bar : tornado.bars) {
    if (chart.rows.size() == most) break;
    chart.rows.push_back(
        {bar.name,
         fmt::format("{} .. {}", bar.low, bar.high),
         {{"at its low end", tornado.base, bar.at_low,
           fmt::format("{} = {}: {}", bar.name, bar.low, three_digits_text(bar.at_low))},
          {"at its high end", tornado.base, bar.at_high,
           fmt::format("{} = {}: {}", bar.name, bar.high, three_digits_text(bar.at_high))}}});
  }
  return chart;
}

std::vector<double> axis_ticks(double low, double high, bool is_log) {
  std::vector<double> all;
  if (is_log) {
    const bool fine = high / low < 300.0;
    for (double decade = std::pow(10.0, std::floor(std::log10(low))); decade <= high;
         decade *= 10.0) {
      for (const double step : {1.0, 2.0, 5.0}) {
        if (!fine && step > 1.0) continue;
        if (decade * step >= low * 0.999 && decade * step <= high * 1.001) {
          all.push_back(decade * step);
        }
      }
    }
    return all;
  }
  const double rough = (high - low) / 5.0;
  const double decade = std::pow(10.0, std::floor(std::log10(rough)));
  const double step = decade * (rough / decade < 2.0 ? 2.0 : rough / decade < 5.0 ? 5.0 : 10.0);
  for (double value = std::ceil(low / step) * step; value <= high * 1.0001; value += step) {
    all.push_back(value);
  }
  return all;
}

Table chart_table(const Chart& chart) {
  Table table({{"series"}, {"x"}, {"y"}, {"low"}, {"high"}, {"kind"}});
  for (const ChartSeries& series : chart.series) {
    const char* kind = series.is_estimate ? "estimate"
                       : !series.has_line ? "point"
                                          : "simulated";
    for (const auto& [x, y] : series.points) {
      table.add({series.name, exact_text(x), exact_text(y), "", "", kind});
    }
  }
  for (const ChartArea& area : chart.areas) {
    for (const ChartArea::Point& point : area.points) {
      table.add({area.name, exact_text(point.x), "", exact_text(point.low), exact_text(point.high),
                 "interval"});
    }
  }
  for (const ChartBand& band : chart.bands) {
    table.add({band.name, exact_text(band.low), "", "", "", "mark"});
  }
  for (const ChartGap& gap : chart.gaps) {
    table.add({gap.name, exact_text(gap.low), "", "", "", "infeasible from"});
    table.add({gap.name, exact_text(gap.high), "", "", "", "infeasible to"});
  }
  return table;
}

Table chart_table(const BarChart& chart) {
  Table table({{"row"}, {"part"}, {"from"}, {"to"}});
  for (const BarChart::Row& row : chart.rows) {
    for (const BarChart::Part& part : row.parts) {
      table.add({row.name, part.name, exact_text(part.from), exact_text(part.to)});
    }
  }
  return table;
}

}  // namespace faascast
