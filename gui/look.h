#pragma once

#include <QColor>
#include <QPen>
#include <QString>
#include <string>

class QWidget;

namespace faascast::gui {

/// Colours and patterns of charts: the palette of Okabe and Ito, which colour-blind readers can tell
/// apart, paler in the dark; dashes and hatches for those who see no colours.
struct Look {
  bool is_dark = false;
  QColor ink{};
  QColor paper{};
  QColor grid{};
  QColor soft{};

  [[nodiscard]] QColor series(std::size_t index) const;
  [[nodiscard]] QPen pen(std::size_t index, double width, bool is_estimate = false) const;
  /// Fill of a bar's part.
  [[nodiscard]] QBrush fill(std::size_t index) const;
  /// Hatches of where a series is infeasible.
  [[nodiscard]] QBrush hatch(std::size_t index) const;
};
/// As the widget's palette asks for.
[[nodiscard]] Look look_of(const QWidget& widget);

enum class Theme { kSystem, kLight, kDark };
/// Of the whole program.
void apply_theme(Theme theme);

[[nodiscard]] inline QString text_of(const std::string& text) {
  return QString::fromStdString(text);
}

}  // namespace faascast::gui
