#include "studies/report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "studies/report/charts.h"
#include "studies/report/figures.h"

namespace faascast {

std::string html_text(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default: safe += c;
    }
  }
  return safe;
}

std::string html_page(std::string_view title, std::string_view body) {
  constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --faint: #d5d5d5; --soft: #666;
  --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #cc79a7; --c4: #e69f00; --c5: #56b4e9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --paper: #161616; --faint: #444;
  --soft: #aaa; --c0: #56b4e9; --c1: #ff9e4a; --c2: #2fd0a5; --c3: #e7a6cb; --c4: #f0c75e;
  --c5: #9ad0f5; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
p.verdict { font-size: 1.15rem; border-left: 4px solid var(--c0); padding-left: 0.8rem; }
table { border-collapse: collapse; margin: 1rem 0; font-size: 0.92rem; display: block;
  overflow-x: auto; }
th, td { padding: 0.25rem 0.7rem; text-align: right; border-bottom: 1px solid var(--faint);
  vertical-align: top; }
th.l, td.l { text-align: left; } td:not(.l) { white-space: nowrap; }
figure { margin: 1rem 0; overflow-x: auto; } svg { width: 100%; height: auto; }
figure > svg { min-width: 38rem; } svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
@media (max-width: 40rem) { body { margin: 1rem auto; padding: 0 0.7rem; } h1 { font-size: 1.35rem; }
  p.verdict { font-size: 1.05rem; } th, td { padding: 0.25rem 0.45rem; } }
li { margin: 0.2rem 0; } pre { white-space: pre-wrap; border: 1px solid var(--faint); padding: 0.6rem; } .soft { color: var(--soft); }
@media print { :root { color-scheme: light; --ink: #000; --paper: #fff; --faint: #ccc;
  --soft: #444; --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #cc79a7; --c4: #b07d00;
  --c5: #3a8fc0; } body { max-width: none; margin: 0; font-size: 11pt; } h2 { break-after: avoid; }
  table { display: table; overflow: visible; font-size: 0.8rem; } figure { overflow: visible; }
  figure > svg { min-width: 0; } figure, tr { break-inside: avoid; } thead { display: table-header-group; } }
)";
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
      html_text(title), kStyle, body);
}

std::string html_table(const Table& table) {
  const auto row = [&](const std::vector<std::string>& cells, const char* tag) {
    std::string out = "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool left = table.columns()[i].align == Table::Align::kLeft;
      out += fmt::format("<{}{}>{}</{}>", tag, left ? " class=\"l\"" : "", html_text(cells[i]), tag);
    }
    return out + "</tr>\n";
  };
  std::vector<std::string> heads;
  for (const Table::Column& column : table.columns()) heads.push_back(column.head);
  std::string out = "<table>\n<thead>" + row(heads, "th") + "</thead>\n<tbody>\n";
  for (const auto& cells : table.rows()) out += row(cells, "td");
  return out + "</tbody>\n</table>\n";
}

std::string html_list(const std::vector<std::string>& items) {
  if (items.empty()) return {};
  std::string out = "<ul>\n";
  for (const std::string& item : items) out += "<li>" + html_text(item) + "</li>\n";
  return out + "</ul>\n";
}

namespace {

constexpr double kWidth = 800.0;
constexpr double kHeight = 380.0;
constexpr double kLeft = 80.0;
constexpr double kRight = 20.0;
constexpr double kTop = 20.0;
constexpr double kBottom = 50.0;
constexpr std::array<const char*, 4> kDashes = {"", "7 4", "2 3", "9 3 2 3"};
constexpr int kColours = 6;

/// One axis: from values to a place in [0, 1].
class Axis {
 public:
  Axis(double low, double high, bool is_log) : is_log_(is_log) {
    if (is_log_) {
      low = std::pow(10.0, std::floor(std::log10(low) * 5.0) / 5.0);
      high = std::pow(10.0, std::ceil(std::log10(high) * 5.0) / 5.0);
    }
    if (!(high > low)) high = is_log_ ? low * 10.0 : low + 1.0;
    low_ = low;
    high_ = high;
  }
  [[nodiscard]] double place(double value) const {
    const double share = is_log_ ? std::log(value / low_) / std::log(high_ / low_)
                                 : (value - low_) / (high_ - low_);
    return std::clamp(share, 0.0, 1.0);
  }
  [[nodiscard]] std::vector<double> ticks() const { return axis_ticks(low_, high_, is_log_); }

 private:
  bool is_log_;
  double low_ = 0.0;
  double high_ = 1.0;
};

struct Frame {
  Axis x;
  Axis y;
  [[nodiscard]] double at_x(double value) const {
    return kLeft + x.place(value) * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double at_y(double value) const {
    return kHeight - kBottom - y.place(value) * (kHeight - kTop - kBottom);
  }
};

std::string grid(const Chart& chart, const Frame& frame) {
  std::string out;
  for (const double value : frame.x.ticks()) {
    const double x = frame.at_x(value);
    out += fmt::format(
        "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"var(--faint)\"/>"
        "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
        x, kTop, kHeight - kBottom, kHeight - kBottom + 18.0, three_digits_text(value));
  }
  for (const double value : frame.y.ticks()) {
    const double y = frame.at_y(value);
    out += fmt::format(
        "<line x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\" stroke=\"var(--faint)\"/>"
        "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
        kLeft, kWidth - kRight, y, kLeft - 6.0, y + 4.0, three_digits_text(value));
  }
  out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                     (kLeft + kWidth - kRight) / 2.0, kHeight - 10.0, html_text(chart.x_label));
  return out + fmt::format(
                   "<text transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\">{}"
                   "</text>\n",
                   (kTop + kHeight - kBottom) / 2.0, html_text(chart.y_label));
}

std::string bands(const Chart& chart, const Frame& frame) {
  std::string out;
  int row = 0;
  for (const ChartBand& band : chart.bands) {
    const double low = frame.at_x(band.low);
    const double width = std::max(1.5, frame.at_x(band.high) - low);
    out += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" fill=\"var(--soft)\" "
        "opacity=\"{}\"><title>{}</title></rect>\n",
        low, kTop, width, kHeight - kTop - kBottom, band.high > band.low ? 0.18 : 0.8,
        html_text(band.name));
    const bool at_right = low > kWidth / 2.0;
    out += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n",
                       at_right ? low - 6.0 : low + width + 6.0, kTop + 14.0 + 16.0 * row++,
                       at_right ? "end" : "start", html_text(band.name));
  }
  return out;
}

std::string areas(const Chart& chart, const Frame& frame) {
  std::string out;
  for (const ChartArea& area : chart.areas) {
    std::string path;
    for (const ChartArea::Point& point : area.points) {
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : " L", frame.at_x(point.x),
                          frame.at_y(point.high));
    }
    for (auto point = area.points.rbegin(); point != area.points.rend(); ++point) {
      path += fmt::format(" L{:.1f} {:.1f}", frame.at_x(point->x), frame.at_y(point->low));
    }
    if (path.empty()) continue;
    out += fmt::format(
        "<path d=\"{} Z\" fill=\"var(--c{})\" opacity=\"{}\"><title>{}</title></path>\n", path,
        area.series % kColours, area.opacity, html_text(area.name));
  }
  return out;
}

std::string lines(const Chart& chart, const Frame& frame) {
  std::string out;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const ChartSeries& series = chart.series[i];
    const auto colour = static_cast<int>(i % kColours);
    std::string path;
    std::string dots;
    for (const auto& [x, y] : series.points) {
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : " L", frame.at_x(x),
                          frame.at_y(y));
      if (!series.has_line) {
        dots += fmt::format(
            "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"6\" fill=\"none\" stroke=\"var(--ink)\" "
            "stroke-width=\"2\"><title>{}</title></circle>",
            frame.at_x(x), frame.at_y(y), html_text(series.name));
      } else if (series.marks_points) {
        dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"var(--c{})\"/>",
                            frame.at_x(x), frame.at_y(y), colour);
      }
    }
    if (!series.has_line) {
      out += dots + "\n";
      continue;
    }
    out += fmt::format(
        "<path d=\"{}\" fill=\"none\" stroke=\"var(--c{})\" stroke-width=\"2\" "
        "stroke-dasharray=\"{}\"><title>{}</title></path>{}\n",
        path, colour, kDashes[i % kDashes.size()], html_text(series.name), dots);
  }
  return out;
}

std::string legend(const Chart& chart) {
  std::string out = "<figcaption>";
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    if (!chart.series[i].has_line) {
      out += fmt::format(
          "<span style=\"margin-right:1.5rem;white-space:nowrap\"><svg "
          "style=\"width:14px;height:14px\" viewBox=\"0 0 14 14\" aria-hidden=\"true\"><circle "
          "cx=\"7\" cy=\"7\" r=\"5\" fill=\"none\" stroke=\"var(--ink)\" "
          "stroke-width=\"2\"/></svg> {}</span>",
          html_text(chart.series[i].name));
      continue;
    }
    out += fmt::format(
        "<span style=\"margin-right:1.5rem;white-space:nowrap\"><svg style=\"width:34px;height:10px\" "
        "viewBox=\"0 0 34 10\" aria-hidden=\"true\"><line x1=\"1\" x2=\"33\" y1=\"5\" y2=\"5\" "
        "stroke=\"var(--c{})\" stroke-width=\"2\" stroke-dasharray=\"{}\"/></svg> {}</span>",
        i % kColours, kDashes[i % kDashes.size()], html_text(chart.series[i].name));
  }
  return out + "</figcaption>\n";
}

constexpr double kBarHeight = 26.0;
constexpr double kBarLeft = 210.0;

}  // namespace

std::string html_ranges(const std::string& title, const std::string& x_label,
                        const std::vector<RangeBar>& bars, double mark,
                        const std::string& mark_name) {
  double low = mark > 0.0 ? mark : std::numeric_limits<double>::max();
  double high = mark;
  for (const RangeBar& bar : bars) {
    for (const auto& [from, to] : bar.ranges) {
      low = std::min(low, from);
      high = std::max(high, to);
    }
  }
  if (bars.empty() || !(high > 0.0)) return {};
  const Axis axis(low, high, true);
  const auto at = [&](double value) {
    return kBarLeft + axis.place(value) * (kWidth - kBarLeft - kRight);
  };
  const double bottom = kTop + kBarHeight * static_cast<double>(bars.size());
  std::string out = fmt::format(
      "<figure>\n<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", kWidth,
      bottom + kBottom, html_text(title));
  for (const double value : axis.ticks()) {
    out += fmt::format(
        "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"var(--faint)\"/>"
        "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
        at(value), kTop, bottom, bottom + 18.0, three_digits_text(value));
  }
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double y = kTop + kBarHeight * static_cast<double>(i);
    out += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                       kBarLeft - 8.0, y + 17.0, html_text(bars[i].name));
    if (bars[i].ranges.empty()) {
      out += fmt::format("<text x=\"{}\" y=\"{:.1f}\">nowhere</text>\n", kBarLeft + 6.0, y + 17.0);
    }
    for (const auto& [from, to] : bars[i].ranges) {
      out += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"3\" "
          "fill=\"var(--c{})\"><title>{} to {}</title></rect>\n",
          at(from), y + 5.0, std::max(3.0, at(to) - at(from)), kBarHeight - 10.0, i % kColours,
          three_digits_text(from), three_digits_text(to));
    }
  }
  if (mark > 0.0) {
    out += fmt::format(
        "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"var(--ink)\" "
        "stroke-width=\"2\"/><text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
        at(mark), kTop - 4.0, bottom, kTop - 8.0, html_text(mark_name));
  }
  return out + fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n</svg>\n"
                           "</figure>\n",
                           (kBarLeft + kWidth - kRight) / 2.0, bottom + 40.0, html_text(x_label));
}

std::string html_heat_map(const HeatMap& map) {
  if (map.x.empty() || map.y.empty()) return {};
  constexpr double kCellHeight = 46.0;
  constexpr double kHeatLeft = 110.0;
  const double width = (kWidth - kHeatLeft - kRight) / static_cast<double>(map.x.size());
  const double bottom = kTop + kCellHeight * static_cast<double>(map.y.size());
  std::string out = fmt::format(
      "<figure>\n<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", kWidth,
      bottom + kBottom, html_text(map.title));
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    const double y = kTop + kCellHeight * static_cast<double>(r);
    out += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                       kHeatLeft - 8.0, y + kCellHeight / 2.0 + 4.0, html_text(map.y[r]));
    for (std::size_t c = 0; c < map.rows[r].size(); ++c) {
      const HeatCell& cell = map.rows[r][c];
      const double x = kHeatLeft + width * static_cast<double>(c);
      const double strength = cell.value ? std::clamp(std::abs(*cell.value), 0.0, 1.0) : 0.0;
      out += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" "
          "fill=\"var(--c{})\" fill-opacity=\"{:.2f}\" stroke=\"var(--paper)\"/>"
          "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
          x, y, width, kCellHeight, cell.value.value_or(0.0) < 0.0 ? 0 : 1, 0.1 + 0.5 * strength,
          x + width / 2.0, y + kCellHeight / 2.0 + 4.0, html_text(cell.text));
    }
  }
  for (std::size_t c = 0; c < map.x.size(); ++c) {
    out += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                       kHeatLeft + width * (static_cast<double>(c) + 0.5), bottom + 18.0,
                       html_text(map.x[c]));
  }
  return out +
         fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n"
                     "<text transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\">{}"
                     "</text>\n</svg>\n</figure>\n",
                     (kHeatLeft + kWidth - kRight) / 2.0, bottom + 40.0, html_text(map.x_label),
                     (kTop + bottom) / 2.0, html_text(map.y_label));
}

std::string html_chart(const Chart& chart) {
  double low_x = std::numeric_limits<double>::max();
  double high_x = 0.0;
  double low_y = std::numeric_limits<double>::max();
  double high_y = 0.0;
  std::size_t longest = 0;
  for (const ChartSeries& series : chart.series) {
    longest = std::max(longest, series.points.size());
    for (const auto& [x, y] : series.points) {
      low_x = std::min(low_x, x);
      high_x = std::max(high_x, x);
      low_y = std::min(low_y, y);
      high_y = std::max(high_y, y);
    }
  }
  for (const ChartArea& area : chart.areas) {
    for (const ChartArea::Point& point : area.points) {
      low_y = std::min(low_y, point.low);
      high_y = std::max(high_y, point.high);
    }
  }
  if (longest < 2 || (chart.log_x && !(low_x > 0.0))) return {};
  const Frame frame{Axis(low_x, high_x, chart.log_x),
                    Axis(chart.log_y ? std::max(low_y, high_y * 1e-6) : 0.0, high_y, chart.log_y)};
  return fmt::format(
      "<figure>\n<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n{}{}{}{}</svg>\n{}"
      "</figure>\n",
      kWidth, kHeight, html_text(chart.title), grid(chart, frame), areas(chart, frame),
      bands(chart, frame), lines(chart, frame), legend(chart));
}

}  // namespace faascast
