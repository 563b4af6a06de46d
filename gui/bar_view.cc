#include "gui/bar_view.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "gui/look.h"
#include "studies/report/figures.h"

namespace faascast::gui {
namespace {

constexpr double kMargin = 10.0;
constexpr int kMostRow = 44;

}  // namespace

double BarView::Layout::at(double value) const {
  return left + (value - low) / (high - low) * (right - left);
}

BarView::BarView(QWidget* parent) : QWidget(parent) {
  setMinimumHeight(160);
  setFocusPolicy(Qt::StrongFocus);
}

void BarView::show_chart(const BarChart& chart) {
  data_ = chart;
  setAccessibleName(text_of(chart.title));
  QString spoken = text_of(chart.x_label);
  for (const BarChart::Row& row : chart.rows) {
    spoken += QStringLiteral("; %1: %2").arg(text_of(row.name), text_of(row.text));
  }
  setAccessibleDescription(spoken);
  updateGeometry();
  update();
}

QSize BarView::sizeHint() const {
  return {640, static_cast<int>(data_.rows.size()) * 30 + 130};
}

QSize BarView::minimumSizeHint() const {
  return {320, static_cast<int>(data_.rows.size()) * (fontMetrics().height() + 4) + 110};
}

BarView::Layout BarView::layout_of() const {
  Layout layout;
  double names = 0.0;
  double texts = 0.0;
  layout.low = layout.high = data_.base;
  for (const BarChart::Row& row : data_.rows) {
    names = std::max<double>(names, fontMetrics().horizontalAdvance(text_of(row.name)));
    texts = std::max<double>(texts, fontMetrics().horizontalAdvance(text_of(row.text)));
    for (const BarChart::Part& part : row.parts) {
      layout.low = std::min({layout.low, part.from, part.to});
      layout.high = std::max({layout.high, part.from, part.to});
    }
  }
  if (!(layout.high > layout.low)) layout.high = layout.low + 1.0;
  names = std::min(names, 0.4 * width());
  texts = std::min(texts, 0.3 * width());
  layout.left = kMargin + names + kMargin;
  layout.right = std::max(layout.left + 40.0, width() - texts - 3.0 * kMargin);
  const double line = fontMetrics().height();
  layout.top = line + 2.0 * kMargin;
  const double room = height() - layout.top - 3.0 * line - 4.0 * kMargin;
  layout.row = data_.rows.empty()
                   ? 0.0
                   : std::min<double>(kMostRow, room / static_cast<double>(data_.rows.size()));
  return layout;
}

void BarView::draw_axis(QPainter& painter, const Layout& layout) const {
  const Look look = look_of(*this);
  const double bottom = layout.top + layout.row * static_cast<double>(data_.rows.size());
  const double line = fontMetrics().height();
  double free_from = -1e9;
  for (const double tick : axis_ticks(layout.low, layout.high, false)) {
    if (tick < layout.low || tick > layout.high) continue;
    const double x = layout.at(tick);
    painter.setPen(look.grid);
    painter.drawLine(QPointF(x, layout.top), QPointF(x, bottom));
    painter.setPen(look.ink);
    const QString text = text_of(three_digits_text(tick));
    const double half = fontMetrics().horizontalAdvance(text) / 2.0 + 3.0;
    if (x - half < free_from) continue;
    painter.drawText(QRectF(x - half, bottom + 2.0, 2.0 * half, line), Qt::AlignCenter, text);
    free_from = x + half;
  }
  painter.drawText(QRectF(layout.left, bottom + line + 4.0, layout.right - layout.left, line),
                   Qt::AlignCenter, text_of(data_.x_label));
  painter.setPen(QPen(look.ink, 1.5));
  const double base = layout.at(data_.base);
  painter.drawLine(QPointF(base, layout.top - 4.0), QPointF(base, bottom));
}

void BarView::draw_row(QPainter& painter, const Layout& layout, std::size_t index) {
  const Look look = look_of(*this);
  const BarChart::Row& row = data_.rows[index];
  const double top = layout.top + layout.row * static_cast<double>(index);
  const double pad = std::clamp(layout.row * 0.18, 1.0, 6.0);
  painter.setPen(look.ink);
  const QRectF name(kMargin, top, layout.left - 2.0 * kMargin, layout.row);
  painter.drawText(name, Qt::AlignVCenter | Qt::AlignRight,
                   fontMetrics().elidedText(text_of(row.name), Qt::ElideMiddle,
                                            static_cast<int>(name.width())));
  double end = layout.at(data_.base);
  for (const BarChart::Part& part : row.parts) {
    const auto known =
        std::find(data_.part_names.begin(), data_.part_names.end(), part.name);
    const auto colour = static_cast<std::size_t>(known - data_.part_names.begin());
    const double from = layout.at(std::min(part.from, part.to));
    const double to = layout.at(std::max(part.from, part.to));
    end = std::max(end, to);
    const QRectF box(from, top + pad, to - from, layout.row - 2.0 * pad);
    painter.fillRect(box, look.fill(colour));
    painter.setPen(look.series(colour));
    painter.drawRect(box);
    places_.push_back({box.adjusted(-1, -pad, 1, pad), text_of(part.text)});
  }
  painter.setPen(look.ink);
  painter.drawText(QRectF(end + 6.0, top, width() - end - 8.0, layout.row),
                   Qt::AlignVCenter | Qt::AlignLeft, text_of(row.text));
}

void BarView::draw_legend(QPainter& painter, const Layout& layout) const {
  const Look look = look_of(*this);
  const double line = fontMetrics().height();
  const double bottom = layout.top + layout.row * static_cast<double>(data_.rows.size());
  double x = kMargin;
  double y = bottom + 2.0 * line + 2.0 * kMargin;
  for (std::size_t i = 0; i < data_.part_names.size(); ++i) {
    const QString text = text_of(data_.part_names[i]);
    const double needs = 34.0 + fontMetrics().horizontalAdvance(text);
    if (x + needs > width() && x > kMargin) {
      x = kMargin;
      y += line + 2.0;
    }
    const QRectF box(x, y + 2.0, 16.0, line - 4.0);
    painter.fillRect(box, look.fill(i));
    painter.setPen(look.series(i));
    painter.drawRect(box);
    painter.setPen(look.ink);
    painter.drawText(QPointF(x + 21.0, y + fontMetrics().ascent()), text);
    x += needs;
  }
}

void BarView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const Look look = look_of(*this);
  painter.fillRect(rect(), look.paper);
  painter.setPen(look.ink);
  painter.drawText(QRectF(0.0, kMargin / 2.0, width(), fontMetrics().height()), Qt::AlignCenter,
                   text_of(data_.title));
  places_.clear();
  if (data_.rows.empty()) return;
  const Layout layout = layout_of();
  draw_axis(painter, layout);
  for (std::size_t i = 0; i < data_.rows.size(); ++i) draw_row(painter, layout, i);
  draw_legend(painter, layout);
}

bool BarView::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    for (const Place& place : places_) {
      if (!place.box.contains(help->pos())) continue;
      QToolTip::showText(help->globalPos(), place.text, this);
      return true;
    }
    QToolTip::hideText();
    return true;
  }
  return QWidget::event(event);
}

}  // namespace faascast::gui
