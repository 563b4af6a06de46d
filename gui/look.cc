#include "gui/look.h"

#include <QApplication>
#include <QBrush>
#include <QPalette>
#include <QStyleFactory>
#include <QWidget>
#include <array>

namespace faascast::gui {
namespace {

constexpr std::array<QRgb, 6> kLight = {0xFF0072B2, 0xFFD55E00, 0xFF009E73,
                                        0xFFCC79A7, 0xFFE69F00, 0xFF56B4E9};
constexpr std::array<QRgb, 6> kDark = {0xFF56B4E9, 0xFFFF9E4A, 0xFF2FD0A5,
                                       0xFFE7A6CB, 0xFFF0C75E, 0xFF9AD0F5};

QPalette dark_palette() {
  QPalette palette;
  const QColor window(0x20, 0x22, 0x24);
  const QColor base(0x17, 0x18, 0x1A);
  const QColor text(0xE8, 0xE8, 0xE8);
  const QColor off(0x8A, 0x8A, 0x8A);
  palette.setColor(QPalette::Window, window);
  palette.setColor(QPalette::WindowText, text);
  palette.setColor(QPalette::Base, base);
  palette.setColor(QPalette::AlternateBase, window);
  palette.setColor(QPalette::ToolTipBase, base);
  palette.setColor(QPalette::ToolTipText, text);
  palette.setColor(QPalette::Text, text);
  palette.setColor(QPalette::PlaceholderText, off);
  palette.setColor(QPalette::Button, QColor(0x30, 0x33, 0x36));
  palette.setColor(QPalette::ButtonText, text);
  palette.setColor(QPalette::Link, QColor(kDark[0]));
  palette.setColor(QPalette::Highlight, QColor(0x2A, 0x6F, 0xA8));
  palette.setColor(QPalette::HighlightedText, Qt::white);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, off);
  }
  return palette;
}

QPalette light_palette() {
  QPalette palette(QColor(0xF2, 0xF2, 0xF2));
  palette.setColor(QPalette::Base, Qt::white);
  palette.setColor(QPalette::Text, QColor(0x1A, 0x1A, 0x1A));
  palette.setColor(QPalette::WindowText, QColor(0x1A, 0x1A, 0x1A));
  palette.setColor(QPalette::PlaceholderText, QColor(0x70, 0x70, 0x70));
  palette.setColor(QPalette::Highlight, QColor(kLight[0]));
  palette.setColor(QPalette::HighlightedText, Qt::white);
  return palette;
}

}  // namespace

QColor Look::series(std::size_t index) const {
  const auto& colours = is_dark ? kDark : kLight;
  return QColor(colours[index % colours.size()]);
}

QPen Look::pen(std::size_t index, double width, bool is_estimate) const {
  static const std::array<QList<qreal>, 5> dashes = {
      QList<qreal>{}, QList<qreal>{6, 3}, QList<qreal>{2, 2}, QList<qreal>{8, 3, 2, 3},
      QList<qreal>{4, 2, 1, 2, 1, 2}};
  QColor colour = series(index);
  if (is_estimate) colour.setAlphaF(0.75F);
  QPen pen(colour, width);
  const QList<qreal>& pattern = dashes[index % dashes.size()];
  if (!pattern.isEmpty()) pen.setDashPattern(pattern);
  pen.setCapStyle(Qt::FlatCap);
  return pen;
}

QBrush Look::fill(std::size_t index) const {
  static constexpr std::array<Qt::BrushStyle, 5> kPatterns = {
      Qt::SolidPattern, Qt::Dense4Pattern, Qt::BDiagPattern, Qt::Dense6Pattern, Qt::CrossPattern};
  return {series(index), kPatterns[index % kPatterns.size()]};
}

QBrush Look::hatch(std::size_t index) const {
  static constexpr std::array<Qt::BrushStyle, 4> kHatches = {Qt::BDiagPattern, Qt::FDiagPattern,
                                                             Qt::DiagCrossPattern, Qt::HorPattern};
  QColor colour = series(index);
  colour.setAlphaF(0.45F);
  return {colour, kHatches[index % kHatches.size()]};
}

Look look_of(const QWidget& widget) {
  const QPalette palette = widget.palette();
  Look look;
  look.is_dark = palette.window().color().lightness() < 128;
  look.ink = palette.text().color();
  look.paper = palette.base().color();
  look.grid = look.is_dark ? QColor(0x3C, 0x3C, 0x3C) : QColor(0xDD, 0xDD, 0xDD);
  look.soft = look.is_dark ? QColor(0xAA, 0xAA, 0xAA) : QColor(0x55, 0x55, 0x55);
  return look;
}

void apply_theme(Theme theme) {
  static const QPalette system = QApplication::palette();
  static const QString style = QApplication::style()->name();
  if (theme == Theme::kSystem) {
    QApplication::setStyle(QStyleFactory::create(style));
    QApplication::setPalette(system);
    return;
  }
  QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  QApplication::setPalette(theme == Theme::kDark ? dark_palette() : light_palette());
}

}  // namespace faascast::gui
