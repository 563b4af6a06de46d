#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "studies/breakeven.h"
#include "studies/optimise.h"
#include "studies/report/html.h"
#include "studies/report/table.h"
#include "studies/report/tornado.h"
#include "studies/run.h"
#include "studies/sensitivity.h"

namespace faascast {

// Results as charts: values that a page and a window draw alike.

/// No series has more points.
inline constexpr std::size_t kMostChartPoints = 2000;

/// Cost of both sides of a pair along the traffic, with bands, crossings and measured points.
[[nodiscard]] Chart pair_chart(const BreakevenReport& report, const BreakevenPair& pair);
/// Every deployment once, in the order of the pairs: the chart of a whole comparison. Crossings are
/// those of the best of each side where an answer names them, else of the first pair.
[[nodiscard]] Chart cost_chart(const BreakevenReport& report);

/// Share of requests that are answered within a time; the objective's times as vertical lines.
[[nodiscard]] Chart latency_chart(const RunReport& report, const Objective& objective = {});

/// Live instances, cold starts, requests and, where there are any, throttled requests over time.
/// Empty where the run kept no timeline.
[[nodiscard]] std::vector<Chart> time_charts(const RunReport& report);

/// Cost and p99 of the candidates that were simulated in full: those that qualify, those that do
/// not, and the front.
[[nodiscard]] Chart front_chart(const OptimiseReport& report);

/// Monthly cost (p99) with one figure at an end of its range, the strongest first.
[[nodiscard]] Tornado cost_tornado(const DeploymentSensitivity& deployment);
[[nodiscard]] Tornado p99_tornado(const DeploymentSensitivity& deployment);

/// Horizontal bars of several parts.
struct BarChart {
  struct Part {
    std::string name{};
    double from = 0.0;
    double to = 0.0;
    std::string text{};  ///< what it says of itself
  };
  struct Row {
    std::string name{};
    std::string text{};  ///< at its end
    std::vector<Part> parts{};
  };
  std::string title{};
  std::string x_label{};
  std::vector<std::string> part_names{};  ///< of all rows, each once: a colour each
  std::vector<Row> rows{};
  double base = 0.0;  ///< where a vertical line stands
};

/// A row a deployment: the lines of its monthly bill.
[[nodiscard]] BarChart bill_chart(const RunReport& report);
/// A row a figure, from the base to what each end leads to; at most `most` rows.
[[nodiscard]] BarChart bar_chart(const Tornado& tornado, std::size_t most = 15);

/// Round values inside a range: 1, 2, 5 times powers of ten.
[[nodiscard]] std::vector<double> axis_ticks(double low, double high, bool is_log);

/// What a chart shows, as rows: series, x, y, and the bands where they are.
[[nodiscard]] Table chart_table(const Chart& chart);
[[nodiscard]] Table chart_table(const BarChart& chart);

}  // namespace faascast
