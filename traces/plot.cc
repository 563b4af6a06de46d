#include "traces/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "input/quantity.h"
#include "traces/info.h"
#include "traces/merged_cursor.h"

namespace faascast {
namespace {

constexpr std::size_t kParts = 240;
constexpr double kWidth = 720.0;  ///< of the curve
constexpr double kHeight = 240.0;
constexpr double kLeft = 70.0;
constexpr double kTop = 40.0;
constexpr double kSmallWidth = 320.0;  ///< of the two panels below
constexpr double kSmallHeight = 160.0;

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<') {
      safe += "&lt;";
    } else if (c == '&') {
      safe += "&amp;";
    } else if (static_cast<unsigned char>(c) >= ' ') {
      safe += c;
    }
  }
  return safe;
}

std::string steps(const std::vector<double>& rates, double most) {
  std::string path = fmt::format("M{:g},{:g}", kLeft, kTop + kHeight);
  for (std::size_t part = 0; part < kParts; ++part) {
    const double share = rates[part] / most;
    path += fmt::format("V{:.2f}H{:.2f}", kTop + kHeight * (1.0 - share),
                        kLeft + kWidth * static_cast<double>(part + 1) / kParts);
  }
  return path + fmt::format("V{:g}Z", kTop + kHeight);
}

std::string label(double x, double y, std::string_view anchor, std::string_view text) {
  return fmt::format("<text x=\"{:g}\" y=\"{:g}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     escaped(text));
}

/// Where a panel's axes stand.
struct Area {
  double left;
  double top;
  double width;
  double height;
  [[nodiscard]] double bottom() const { return top + height; }
};

std::string axes(const Area& area, std::string_view title) {
  return fmt::format("<path d=\"M{0:g},{1:g}V{2:g}H{3:g}\" fill=\"none\" stroke=\"#000\"/>\n",
                     area.left, area.top, area.bottom(), area.left + area.width) +
         label(area.left, area.top - 16.0, "start", title);
}

/// A line through points given as shares of the area, with a dot on each where they are few.
std::string line(const Area& area, const std::vector<std::pair<double, double>>& points) {
  constexpr std::size_t kFew = 12;
  std::string path;
  std::string dots;
  for (const auto& [x_share, y_share] : points) {
    const double x = area.left + area.width * x_share;
    const double y = area.bottom() - area.height * y_share;
    path += fmt::format("{}{:.2f},{:.2f}", path.empty() ? "M" : "L", x, y);
    if (points.size() > kFew) continue;
    dots += fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"3\" fill=\"#4477aa\"/>\n", x, y);
  }
  if (path.empty()) return {};
  return fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"#4477aa\" stroke-width=\"2\"/>\n",
                     path) +
         dots;
}

std::string rate_panel(const Traffic& traffic, ReplaySeed seed, const TrafficInfo& info) {
  const Area area{kLeft, kTop, kWidth, kHeight};
  const Duration span = std::max(info.span, Duration(1));
  const std::vector<double> rates = rates_over_time(traffic, seed, span, kParts);
  const double peak = *std::max_element(rates.begin(), rates.end());
  std::string svg =
      fmt::format("<path d=\"{}\" fill=\"#4477aa\"/>\n", steps(rates, peak > 0.0 ? peak : 1.0));
  svg += axes(area, fmt::format("requests a second, means of {}; {} requests, cv of the gaps {:.3g}",
                                format_duration(span / kParts), format_count(info.requests),
                                info.interarrival_cv));
  svg += label(kLeft - 6.0, kTop + 4.0, "end", fmt::format("{:.3g}", peak));
  svg += label(kLeft - 6.0, area.bottom(), "end", "0");
  for (int quarter = 0; quarter <= 4; ++quarter) {
    svg += label(kLeft + kWidth * quarter / 4.0, area.bottom() + 18.0, "middle",
                 quarter == 0 ? "0" : format_duration(span * quarter / 4));
  }
  return svg;
}

/// Both axes logarithmic; the line at 1 is where Poisson arrivals are.
std::string dispersion_panel(const TrafficInfo& info, const Area& area) {
  std::string svg = axes(area, "variance / mean of counts, by length of the count");
  const auto& figures = info.dispersion_by_window;
  if (figures.empty()) {
    return svg + label(area.left + 8.0, area.top + 20.0, "start", "the span is too short to tell");
  }
  double high = 10.0;
  double low = 0.1;
  for (const Dispersion& d : figures) {
    high = std::max(high, d.ratio);
    if (d.ratio > 0.0) low = std::min(low, d.ratio);
  }
  high = std::pow(10.0, std::ceil(std::log10(high)));
  low = std::pow(10.0, std::floor(std::log10(low)));
  const auto y_of = [&](double ratio) {
    return std::log(std::max(ratio, low) / low) / std::log(high / low);
  };
  std::vector<std::pair<double, double>> points;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const double x = (static_cast<double>(i) + 0.5) / static_cast<double>(figures.size());
    points.emplace_back(x, y_of(figures[i].ratio));
    svg += label(area.left + area.width * x, area.bottom() + 18.0, "middle",
                 format_duration(figures[i].window));
  }
  const double poisson = area.bottom() - area.height * y_of(1.0);
  svg += fmt::format(
      "<path d=\"M{:g},{:.2f}H{:g}\" stroke=\"#888\" stroke-dasharray=\"4 4\" fill=\"none\"/>\n",
      area.left, poisson, area.left + area.width);
  svg += label(area.left + area.width, poisson - 4.0, "end", "Poisson");
  svg += label(area.left - 6.0, area.top + 4.0, "end", fmt::format("{:g}", high));
  svg += label(area.left - 6.0, area.bottom(), "end", fmt::format("{:g}", low));
  return svg + line(area, points);
}

/// The number of functions is logarithmic.
std::string popularity_panel(const TrafficInfo& info, const Area& area) {
  std::string svg = axes(area, "share of requests to the busiest functions");
  std::vector<std::pair<double, double>> points;
  const double all = std::log(static_cast<double>(info.functions));
  for (const TrafficInfo::Popularity& p : info.popularity) {
    points.emplace_back(std::log(static_cast<double>(p.functions)) / all, p.share);
  }
  svg += label(area.left - 6.0, area.top + 4.0, "end", "100 %");
  svg += label(area.left - 6.0, area.bottom(), "end", "0");
  svg += label(area.left, area.bottom() + 18.0, "middle", "1");
  svg += label(area.left + area.width, area.bottom() + 18.0, "middle",
               format_count(info.functions));
  return svg + line(area, points);
}

}  // namespace

std::vector<double> rates_over_time(const Traffic& traffic, ReplaySeed seed, Duration span,
                                    std::size_t parts) {
  std::vector<std::uint64_t> counts(parts);
  for (std::uint32_t stream = 0; stream < streams_of(traffic); ++stream) {
    ArrivalCursor cursor(traffic.open(stream, seed), stream);
    for (ArrivalRow row; cursor.next(row);) {
      const auto part = static_cast<std::size_t>(Int128{row.at} * static_cast<std::int64_t>(parts) /
                                                 span.count());
      ++counts[std::min(part, parts - 1)];
    }
  }
  std::vector<double> rates;
  const double seconds = seconds_of(span) / static_cast<double>(parts);
  for (const std::uint64_t count : counts) rates.push_back(static_cast<double>(count) / seconds);
  return rates;
}

std::string traffic_plot_svg(const Traffic& traffic, ReplaySeed seed) {
  const TrafficInfo info = describe(traffic, seed);
  const bool has_popularity = info.functions > 1;
  const double height = kTop + kHeight + 60.0 + (kTop + kSmallHeight + 50.0);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" "
      "viewBox=\"0 0 {0:g} {1:g}\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      kLeft + kWidth + 30.0, height);
  svg += fmt::format("<title>{}</title>\n", escaped(traffic.description()));
  svg += rate_panel(traffic, seed, info);
  const double top = kTop + kHeight + 60.0 + kTop;
  svg += dispersion_panel(info, {kLeft, top, kSmallWidth, kSmallHeight});
  if (has_popularity) {
    svg += popularity_panel(
        info, {kLeft + kWidth - kSmallWidth, top, kSmallWidth, kSmallHeight});
  }
  return svg + "</svg>\n";
}

}  // namespace faascast
