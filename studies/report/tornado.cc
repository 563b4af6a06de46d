#include "studies/report/tornado.h"

#include <fmt/format.h>

#include <algorithm>

#include "studies/report/figures.h"
#include "studies/report/html.h"

namespace faascast {
namespace {

constexpr double kWidth = 800.0;
constexpr double kNames = 250.0;  ///< left of the bars
constexpr double kMargin = 90.0;  ///< right of them, and room for values
constexpr double kTop = 34.0;
constexpr double kRow = 24.0;
constexpr std::size_t kMostBars = 15;

/// Places of values on the x axis.
struct Scale {
  double low = 0.0;
  double high = 1.0;
  [[nodiscard]] double at(double value) const {
    const double inner = kWidth - kNames - 2.0 * kMargin;
    return kNames + kMargin + (value - low) / (high - low) * inner;
  }
};

std::string half(const Scale& scale, double base, double value, double y, int colour,
                 const std::string& title) {
  const double from = scale.at(std::min(base, value));
  const double to = scale.at(std::max(base, value));
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" fill=\"var(--c{})\" "
      "fill-opacity=\"{}\" stroke=\"var(--c{})\"><title>{}</title></rect>\n",
      from, y, std::max(0.5, to - from), kRow - 8.0, colour, colour == 0 ? 0.35 : 0.9, colour,
      html_text(title));
}

std::string bar_of(const Scale& scale, const Tornado& tornado, const Tornado::Bar& bar, double y) {
  std::string out = fmt::format(
      "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", kNames, y + 13.0,
      html_text(bar.name));
  const auto value_text = [](double value) { return three_digits_text(value); };
  out += half(scale, tornado.base, bar.at_low, y, 0,
              fmt::format("{}: {}", bar.low, value_text(bar.at_low)));
  out += half(scale, tornado.base, bar.at_high, y, 1,
              fmt::format("{}: {}", bar.high, value_text(bar.at_high)));
  const bool low_is_left = bar.at_low <= bar.at_high;
  const double left = std::min({bar.at_low, bar.at_high, tornado.base});
  const double right = std::max({bar.at_low, bar.at_high, tornado.base});
  out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                     scale.at(left) - 4.0, y + 13.0, html_text(low_is_left ? bar.low : bar.high));
  return out + fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", scale.at(right) + 4.0,
                           y + 13.0, html_text(low_is_left ? bar.high : bar.low));
}

}  // namespace

std::string html_tornado(const Tornado& tornado) {
  if (tornado.bars.empty()) return {};
  Scale scale{tornado.base, tornado.base};
  const std::size_t count = std::min(kMostBars, tornado.bars.size());
  for (std::size_t i = 0; i < count; ++i) {
    scale.low = std::min({scale.low, tornado.bars[i].at_low, tornado.bars[i].at_high});
    scale.high = std::max({scale.high, tornado.bars[i].at_low, tornado.bars[i].at_high});
  }
  if (!(scale.high > scale.low)) return {};
  const double height = kTop + kRow * static_cast<double>(count) + 44.0;
  std::string out = fmt::format(
      "<figure>\n<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n"
      "<text x=\"{}\" y=\"16\" text-anchor=\"middle\">{}</text>\n",
      kWidth, height, html_text(tornado.title), kWidth / 2.0, html_text(tornado.title));
  for (std::size_t i = 0; i < count; ++i) {
    out += bar_of(scale, tornado, tornado.bars[i], kTop + kRow * static_cast<double>(i));
  }
  const double bottom = height - 40.0;
  const double middle = scale.at(tornado.base);
  out += fmt::format(
      "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"currentColor\"/>\n",
      middle, kTop - 6.0, bottom);
  for (const double value : {scale.low, tornado.base, scale.high}) {
    out += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                       scale.at(value), bottom + 16.0, three_digits_text(value));
  }
  return out + fmt::format(
                   "<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n</svg>\n"
                   "<figcaption>Pale: the figure at its low end; full: at its high end.</figcaption>"
                   "\n</figure>\n",
                   (scale.at(scale.low) + scale.at(scale.high)) / 2.0, bottom + 34.0,
                   html_text(tornado.x_label));
}

}  // namespace faascast
