#include <fmt/format.h>

#include <cmath>

#include "input/quantity.h"
#include "studies/paper/sections.h"
#include "studies/report/figures.h"

namespace faascast {

std::string amount_text(double value, const std::string& unit) {
  if (unit == "s") {
    constexpr double kNs = 1e9;
    const std::string text = format_duration(Duration(std::llround(std::abs(value) * kNs)));
    return value < 0.0 ? std::string("-").append(text) : text;
  }
  if (unit == "1") return fmt::format("{:.3g} %", 100.0 * value);
  if (unit.starts_with("USD")) return format_usd(value);
  return three_digits_text(value).append(unit.empty() ? "" : " ").append(unit);
}

std::string paper_text(const PaperFigure& figure, const std::string& unit) {
  if (figure.empty()) return {};
  if (!figure.low) return fmt::format("at most {}", amount_text(*figure.high, unit));
  if (!figure.high) return fmt::format("at least {}", amount_text(*figure.low, unit));
  if (*figure.low == *figure.high) return amount_text(*figure.low, unit);
  return fmt::format("{} to {}", amount_text(*figure.low, unit), amount_text(*figure.high, unit));
}

std::string against_paper(const PaperRow& row) {
  const std::optional<bool> agrees = row.agrees();
  if (!agrees) return {};
  if (*agrees) return "the paper's figure is possible";
  const double ours_low = row.low.value_or(*row.simulated);
  const double ours_high = row.high.value_or(*row.simulated);
  if (row.paper.high && ours_low > *row.paper.high) {
    return *row.paper.high > 0.0 ? fmt::format("the paper is {:.3g} times below our low end",
                                               ours_low / *row.paper.high)
                                 : "the paper is below our low end";
  }
  return ours_high > 0.0 ? fmt::format("the paper is {:.3g} times above our high end",
                                       *row.paper.low / ours_high)
                         : "the paper is above our high end";
}

}  // namespace faascast
