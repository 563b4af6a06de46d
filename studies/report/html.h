#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "studies/report/table.h"

namespace faascast {

/// Text as HTML shows it: & < > " ' escaped, so that names cannot become markup.
[[nodiscard]] std::string html_text(std::string_view text);

/// A complete page: no script, no font and no file from elsewhere; light or dark as the reader's
/// system; prints on paper.
/// @param body  HTML
[[nodiscard]] std::string html_page(std::string_view title, std::string_view body);

/// <table> with its headings.
[[nodiscard]] std::string html_table(const Table& table);

/// <ul> of texts; empty where there is none.
[[nodiscard]] std::string html_list(const std::vector<std::string>& items);

/// A line of a chart: points with x > 0, ascending.
struct ChartSeries {
  std::string name{};
  std::vector<std::pair<double, double>> points{};  ///< (x, y)
  bool marks_points = true;                         ///< a dot at each: they were simulated
  bool has_line = true;                             ///< false: rings alone, of what was measured
  bool is_estimate = false;                         ///< by closed forms: drawn as such
  std::vector<std::string> labels{};                ///< of the points, where they have names
};

/// A band along a line: what it may be between.
struct ChartArea {
  struct Point {
    double x = 0.0;
    double low = 0.0;
    double high = 0.0;
  };
  std::string name{};
  std::size_t series = 0;  ///< whose colour it has
  std::vector<Point> points{};
  double opacity = 0.2;
};

/// A vertical band or line of a chart, with its name: an interval of x.
struct ChartBand {
  double low = 0.0;
  double high = 0.0;  ///< = low: a line
  std::string name{};
};

/// Where along x a series has no value because its deployment misses the objective.
struct ChartGap {
  std::string name{};
  std::size_t series = 0;
  double low = 0.0;
  double high = 0.0;
};

struct Chart {
  std::string title{};  ///< read out by screen readers
  std::string x_label{};
  std::string y_label{};
  bool log_x = true;
  bool log_y = false;
  std::vector<ChartSeries> series{};
  std::vector<ChartBand> bands{};
  std::vector<ChartArea> areas{};
  std::vector<ChartGap> gaps{};
};

/// A table cell's colour: between -1 (first series) and 1 (second); nothing: none of both.
struct HeatCell {
  std::string text{};
  std::optional<double> value{};
};
struct HeatMap {
  std::string title{};
  std::string x_label{};
  std::string y_label{};
  std::vector<std::string> x{};
  std::vector<std::string> y{};
  std::vector<std::vector<HeatCell>> rows{};  ///< by y, then x
};
/// Inline SVG in a <figure>: every cell has its text, so that colour is not needed to read it.
[[nodiscard]] std::string html_heat_map(const HeatMap& map);

/// Bars on a common logarithmic axis: from where to where something holds.
struct RangeBar {
  std::string name{};
  std::vector<std::pair<double, double>> ranges{};
};
/// @param mark  a vertical line, with its name; 0: none
[[nodiscard]] std::string html_ranges(const std::string& title, const std::string& x_label,
                                      const std::vector<RangeBar>& bars, double mark,
                                      const std::string& mark_name);

/// The chart as inline SVG in a <figure>. Series differ by colour (of a palette that colour-blind
/// readers can tell apart) and by dashes. Nothing where no series has two points.
[[nodiscard]] std::string html_chart(const Chart& chart);

}  // namespace faascast
