#include "traces/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

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

std::string rate_plot_svg(const Traffic& traffic, ReplaySeed seed) {
  const TrafficInfo info = describe(traffic, seed);
  const Duration span = std::max(info.span, Duration(1));
  const std::vector<double> rates = rates_over_time(traffic, seed, span, kParts);
  const double peak = *std::max_element(rates.begin(), rates.end());
  const double top_rate = peak > 0.0 ? peak : 1.0;
  const double bottom = kTop + kHeight;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" "
      "viewBox=\"0 0 {0:g} {1:g}\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      kLeft + kWidth + 30.0, bottom + 50.0);
  svg += fmt::format("<title>{}</title>\n", escaped(traffic.description()));
  svg += fmt::format("<path d=\"{}\" fill=\"#4477aa\"/>\n", steps(rates, top_rate));
  svg += fmt::format("<path d=\"M{0:g},{1:g}V{2:g}H{3:g}\" fill=\"none\" stroke=\"#000\"/>\n",
                     kLeft, kTop, bottom, kLeft + kWidth);
  svg += label(kLeft, 24.0, "start",
               fmt::format("requests a second, means of {}; {} requests",
                           format_duration(span / kParts), format_count(info.requests)));
  svg += label(kLeft - 6.0, kTop + 4.0, "end", fmt::format("{:.3g}", peak));
  svg += label(kLeft - 6.0, bottom, "end", "0");
  for (int quarter = 0; quarter <= 4; ++quarter) {
    svg += label(kLeft + kWidth * quarter / 4.0, bottom + 18.0, "middle",
                 quarter == 0 ? "0" : format_duration(span * quarter / 4));
  }
  return svg + "</svg>\n";
}

}  // namespace faascast
