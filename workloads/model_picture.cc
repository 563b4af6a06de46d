#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/model_report.h"

namespace faascast {
namespace {

constexpr int kWidth = 150;  ///< of an operator's box, pixels
constexpr int kHeight = 46;
constexpr int kGapX = 20;
constexpr int kGapY = 34;
constexpr std::size_t kMostLetters = 22;

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, kMostLetters)) {
    switch (c) {
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '&': result += "&amp;"; break;
      case '"': result += "&quot;"; break;
      default: result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  if (text.size() > kMostLetters) result += "..";
  return result;
}

struct Place {
  int row = 0;
  int column = 0;
  [[nodiscard]] int x() const { return kGapX + column * (kWidth + kGapX); }
  [[nodiscard]] int y() const { return kGapY + row * (kHeight + kGapY); }
};

/// Each operator one row below the lowest that it reads; beside those that are there already.
std::vector<Place> places_of(const ModelReport& report) {
  std::vector<Place> places(report.rows.size());
  std::vector<int> used;
  for (std::size_t i = 0; i < report.rows.size(); ++i) {  // in order of execution
    const auto row = static_cast<std::size_t>(places[i].row);
    if (used.size() <= row) used.resize(row + 1, 0);
    places[i].column = used[row]++;
    for (const std::size_t reader : report.rows[i].readers) {
      places[reader].row = std::max(places[reader].row, places[i].row + 1);
    }
  }
  return places;
}

}  // namespace

std::string report_svg(const ModelReport& report) {
  const std::vector<Place> places = places_of(report);
  int width = kWidth + 2 * kGapX;
  int height = 2 * kGapY;
  for (const Place& place : places) {
    width = std::max(width, place.x() + kWidth + kGapX);
    height = std::max(height, place.y() + kHeight + kGapY);
  }
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "font-family=\"sans-serif\" font-size=\"11\">\n<title>{2}</title>\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
      width, height, escaped(report.name));
  const auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    for (const std::size_t reader : report.rows[i].readers) {
      const int x1 = places[i].x() + kWidth / 2;
      const int y1 = places[i].y() + kHeight;
      const int x2 = places[reader].x() + kWidth / 2;
      const int y2 = places[reader].y();
      fmt::format_to(out, "<path d=\"M{} {}C{} {} {} {} {} {}\" fill=\"none\" stroke=\"#888\"/>\n", x1,
                     y1, x1, y1 + kGapY / 2, x2, y2 - kGapY / 2, x2, y2);
    }
  }
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    const ReportRow& row = report.rows[i];
    const int x = places[i].x();
    const int y = places[i].y();
    fmt::format_to(out,
                   "<g><title>{} {}: {}FLOP, weights {}B, output {}B</title><rect x=\"{}\" y=\"{}\" "
                   "width=\"{}\" height=\"{}\" rx=\"4\" fill=\"{}\" stroke=\"#345\" "
                   "stroke-width=\"{}\"/>",
                   escaped(row.op), escaped(row.name), short_number(row.flops),
                   short_number(static_cast<double>(row.weight_bytes)),
                   short_number(static_cast<double>(row.output_bytes)), x, y, kWidth, kHeight,
                   row.is_folded ? "#eee" : "#e8f0fa", row.is_critical ? 2 : 1);
    fmt::format_to(out,
                   "<text x=\"{0}\" y=\"{1}\" font-weight=\"bold\">{3}</text>"
                   "<text x=\"{0}\" y=\"{2}\">{4}</text></g>\n",
                   x + 8, y + 18, y + 35, escaped(row.op),
                   row.is_folded ? std::string("folded")
                                 : fmt::format("{}FLOP {}", short_number(row.flops),
                                               escaped(row.outputs.empty()
                                                           ? std::string()
                                                           : shape_text(row.outputs.front()))));
  }
  text += "</svg>\n";
  return text;
}

}  // namespace faascast
