#pragma once

#include <string>
#include <string_view>
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
};

/// A vertical band or line of a chart, with its name: an interval of x.
struct ChartBand {
  double low = 0.0;
  double high = 0.0;  ///< = low: a line
  std::string name{};
};

struct Chart {
  std::string title{};  ///< read out by screen readers
  std::string x_label{};
  std::string y_label{};
  bool log_x = true;
  bool log_y = false;
  std::vector<ChartSeries> series{};
  std::vector<ChartBand> bands{};
};

/// The chart as inline SVG in a <figure>. Series differ by colour (of a palette that colour-blind
/// readers can tell apart) and by dashes. Nothing where no series has two points.
[[nodiscard]] std::string html_chart(const Chart& chart);

}  // namespace faascast
