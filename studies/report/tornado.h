#pragma once

#include <string>
#include <vector>

namespace faascast {

/// Bars from one value to another around a base, the widest on top.
struct Tornado {
  std::string title{};  ///< read out by screen readers, and written above
  std::string x_label{};
  double base = 0.0;
  struct Bar {
    std::string name{};
    std::string low{};  ///< what the figure is at the ends
    std::string high{};
    double at_low = 0.0;  ///< what it leads to
    double at_high = 0.0;
  };
  std::vector<Bar> bars{};
};

/// As inline SVG in a <figure>: the half of the low end pale, that of the high end full, so that
/// they differ without colours too. At most 15 bars; nothing without any.
[[nodiscard]] std::string html_tornado(const Tornado& tornado);

}  // namespace faascast
