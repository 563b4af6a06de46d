#include "gui/plot_view.h"

#include <QAreaSeries>
#include <QCategoryAxis>
#include <QChart>
#include <QKeyEvent>
#include <QLegendMarker>
#include <QLineSeries>
#include <QMouseEvent>
#include <QPainter>
#include <QScatterSeries>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <limits>

#include "gui/look.h"
#include "studies/report/charts.h"
#include "studies/report/figures.h"

namespace faascast::gui {
namespace {

constexpr std::size_t kMostScattered = 1000;
constexpr double kSmallest = 1e-12;  ///< on a logarithmic axis
constexpr int kMarkRadius = 3;

QString number(double value) { return text_of(three_digits_text(value)); }

/// At most kMostChartPoints, ends included.
QList<QPointF> thinned(const QList<QPointF>& points) {
  const auto most = static_cast<qsizetype>(kMostChartPoints);
  if (points.size() <= most) return points;
  QList<QPointF> kept;
  const qsizetype step = (points.size() + most - 2) / (most - 1);
  for (qsizetype i = 0; i < points.size(); i += step) kept.push_back(points[i]);
  if (kept.back() != points.back()) kept.push_back(points.back());
  return kept;
}

}  // namespace

double PlotView::Scale::plotted(double value) const {
  return is_log ? std::log10(std::max(value, kSmallest)) : value;
}

double PlotView::Scale::value(double plotted) const {
  return is_log ? std::pow(10.0, plotted) : plotted;
}

PlotView::PlotView(QWidget* parent) : QChartView(new QChart, parent) {
  setRenderHint(QPainter::Antialiasing);
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(320, 160);
  chart()->setAnimationOptions(QChart::NoAnimation);
  chart()->legend()->setAlignment(Qt::AlignBottom);
  chart()->legend()->setMarkerShape(QLegend::MarkerShapeFromSeries);
  chart()->setMargins(QMargins(4, 4, 12, 4));
  x_.axis = new QCategoryAxis;
  y_.axis = new QCategoryAxis;
  chart()->addAxis(x_.axis, Qt::AlignBottom);
  chart()->addAxis(y_.axis, Qt::AlignLeft);
  for (QCategoryAxis* axis : {x_.axis, y_.axis}) {
    axis->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
  }
}

void PlotView::show_chart(const Chart& chart) {
  const bool is_same = chart.x_label == data_.x_label && chart.y_label == data_.y_label;
  const bool is_zoomed = is_same && (x_.low != x_.all_low || x_.high != x_.all_high ||
                                     y_.low != y_.all_low || y_.high != y_.all_high);
  if (!is_same) {
    x_.is_log = chart.log_x;
    y_.is_log = chart.log_y;
  }
  data_ = chart;
  find_extent();
  if (!is_zoomed) {
    x_.low = x_.all_low, x_.high = x_.all_high;
    y_.low = y_.all_low, y_.high = y_.all_high;
  }
  rebuild();
}

void PlotView::set_log_x(bool is_log) {
  if (x_.is_log == is_log) return;
  x_.is_log = is_log;
  find_extent();
  show_all();
}

void PlotView::set_log_y(bool is_log) {
  if (y_.is_log == is_log) return;
  y_.is_log = is_log;
  find_extent();
  show_all();
}

void PlotView::show_all() {
  x_.low = x_.all_low, x_.high = x_.all_high;
  y_.low = y_.all_low, y_.high = y_.all_high;
  rebuild();
}

void PlotView::find_extent() {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  double x_low = kNone, x_high = -kNone, y_low = kNone, y_high = -kNone;
  const auto include = [](const Scale& scale, double value, double& low, double& high) {
    if (!std::isfinite(value) || (scale.is_log && value <= 0.0)) return;
    low = std::min(low, scale.plotted(value));
    high = std::max(high, scale.plotted(value));
  };
  for (const ChartSeries& series : data_.series) {
    for (const auto& [x, y] : series.points) {
      include(x_, x, x_low, x_high);
      include(y_, y, y_low, y_high);
    }
  }
  for (const ChartArea& area : data_.areas) {
    for (const ChartArea::Point& point : area.points) {
      include(y_, point.low, y_low, y_high);
      include(y_, point.high, y_low, y_high);
    }
  }
  for (const ChartBand& band : data_.bands) {
    include(x_, band.low, x_low, x_high);
    include(x_, band.high, x_low, x_high);
  }
  for (const ChartGap& gap : data_.gaps) {
    include(x_, gap.low, x_low, x_high);
    include(x_, gap.high, x_low, x_high);
  }
  const auto widened = [](Scale& scale, double low, double high) {
    if (!(low <= high)) low = 0.0, high = 1.0;
    if (!scale.is_log && low >= 0.0 && low < 0.5 * high) low = 0.0;
    const double margin = high > low ? 0.04 * (high - low) : scale.is_log ? 0.5 : 0.5 * std::abs(high) + 0.5;
    scale.all_low = !scale.is_log && low == 0.0 ? 0.0 : low - margin;
    scale.all_high = high + margin;
  };
  widened(x_, x_low, x_high);
  widened(y_, y_low, y_high);
}

void PlotView::rebuild() {
  const Look look = look_of(*this);
  chart()->removeAllSeries();
  chart()->setBackgroundBrush(look.paper);
  setBackgroundBrush(look.paper);
  chart()->setTitleBrush(look.ink);
  chart()->setTitle(text_of(data_.title));
  chart()->legend()->setLabelColor(look.ink);
  add_areas();
  add_lines();
  for (Scale* scale : {&x_, &y_}) {
    scale->axis->setLabelsColor(look.ink);
    scale->axis->setTitleBrush(look.ink);
    scale->axis->setLinePenColor(look.soft);
    scale->axis->setGridLineColor(look.grid);
    apply(*scale);
  }
  x_.axis->setTitleText(text_of(data_.x_label));
  y_.axis->setTitleText(text_of(data_.y_label));
  setAccessibleName(text_of(data_.title));
  QString spoken = text_of(data_.y_label + " against " + data_.x_label);
  for (const ChartBand& band : data_.bands) spoken += QStringLiteral("; ") + text_of(band.name);
  setAccessibleDescription(spoken);
  viewport()->update();
}

void PlotView::add_areas() {
  const Look look = look_of(*this);
  for (const ChartArea& area : data_.areas) {
    if (area.points.size() < 2) continue;
    QList<QPointF> lower;
    QList<QPointF> upper;
    for (const ChartArea::Point& point : area.points) {
      lower.push_back({x_.plotted(point.x), y_.plotted(point.low)});
      upper.push_back({x_.plotted(point.x), y_.plotted(point.high)});
    }
    auto* low = new QLineSeries(this);
    auto* high = new QLineSeries(this);
    low->replace(lower);
    high->replace(upper);
    auto* series = new QAreaSeries(high, low);
    low->setParent(series);
    high->setParent(series);
    series->setName(text_of(area.name));
    QColor colour = look.series(area.series);
    colour.setAlphaF(static_cast<float>(area.opacity));
    series->setBrush(colour);
    series->setPen(Qt::NoPen);
    chart()->addSeries(series);
    series->attachAxis(x_.axis);
    series->attachAxis(y_.axis);
    for (QLegendMarker* marker : chart()->legend()->markers(series)) marker->setVisible(false);
  }
}

void PlotView::add_lines() {
  const Look look = look_of(*this);
  for (std::size_t i = 0; i < data_.series.size(); ++i) {
    const ChartSeries& one = data_.series[i];
    QList<QPointF> points;
    for (const auto& [x, y] : one.points) {
      if (std::isfinite(x) && std::isfinite(y)) points.push_back({x_.plotted(x), y_.plotted(y)});
    }
    QXYSeries* series = nullptr;
    if (one.has_line) {
      series = new QLineSeries;
      series->setPen(look.pen(i, one.is_estimate ? 1.8 : 2.2, one.is_estimate));
      series->replace(thinned(points));
    } else {
      auto* scattered = new QScatterSeries;
      scattered->setMarkerSize(9.0);
      scattered->setMarkerShape(i % 2 == 0 ? QScatterSeries::MarkerShapeCircle
                                           : QScatterSeries::MarkerShapeRectangle);
      scattered->setColor(Qt::transparent);
      scattered->setBorderColor(look.series(i));
      series = scattered;
      if (points.size() > static_cast<qsizetype>(kMostScattered)) points.resize(kMostScattered);
      series->replace(points);
    }
    series->setName(text_of(one.name) + (one.is_estimate ? tr(" (estimate)") : QString()));
    chart()->addSeries(series);
    series->attachAxis(x_.axis);
    series->attachAxis(y_.axis);
  }
}

void PlotView::apply(Scale& scale) {
  QCategoryAxis* axis = scale.axis;
  for (const QString& label : axis->categoriesLabels()) axis->remove(label);
  const double low = std::min(scale.low, scale.high);
  const double high = std::max(scale.low, scale.high);
  axis->setRange(low, high);
  axis->setStartValue(low);
  std::vector<double> ticks = axis_ticks(scale.value(low), scale.value(high), scale.is_log);
  if (scale.is_log && ticks.size() < 2) {
    ticks = axis_ticks(scale.value(low), scale.value(high), false);
  }
  for (const double tick : ticks) {
    const double at = scale.plotted(tick);
    if (at < low || at > high) continue;
    axis->append(number(tick), at);
  }
}

void PlotView::zoom(Scale& scale, double factor, double around) {
  const double low = around - (around - scale.low) * factor;
  const double high = around + (scale.high - around) * factor;
  if (high - low < 1e-9 * std::max(1.0, std::abs(around))) return;
  scale.low = low;
  scale.high = high;
}

void PlotView::move(Scale& scale, double share) {
  const double by = (scale.high - scale.low) * share;
  scale.low += by;
  scale.high += by;
}

QPointF PlotView::place(double x, double y) const {
  const QRectF area = chart()->plotArea();
  const double u = (x_.plotted(x) - x_.low) / (x_.high - x_.low);
  const double v = (y_.plotted(y) - y_.low) / (y_.high - y_.low);
  return {area.left() + u * area.width(), area.bottom() - v * area.height()};
}

QPointF PlotView::value_at(const QPointF& place) const {
  const QRectF area = chart()->plotArea();
  return {x_.low + (place.x() - area.left()) / area.width() * (x_.high - x_.low),
          y_.low + (area.bottom() - place.y()) / area.height() * (y_.high - y_.low)};
}

void PlotView::drawForeground(QPainter* painter, const QRectF& rect) {
  QChartView::drawForeground(painter, rect);
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  painter->setClipRect(chart()->plotArea().adjusted(-1, -1, 1, 1));
  draw_gaps(*painter);
  draw_points(*painter);
  draw_bands(*painter);
  draw_read_out(*painter);
  painter->restore();
}

void PlotView::draw_gaps(QPainter& painter) const {
  const Look look = look_of(*this);
  const QRectF area = chart()->plotArea();
  int row = 0;
  for (const ChartGap& gap : data_.gaps) {
    const double left = place(gap.low, 1.0).x();
    const double right = place(gap.high, 1.0).x();
    const QRectF region(left, area.top(), std::max(2.0, right - left), area.height());
    painter.fillRect(region, look.hatch(gap.series));
    const QString text = text_of(gap.name) + tr(": misses the objective here");
    const QRectF bounds = painter.fontMetrics().boundingRect(text);
    const double height = bounds.height() + 2.0;
    const double at = std::clamp(left + 4.0, area.left() + 2.0,
                                 std::max(area.left() + 2.0, area.right() - bounds.width() - 6.0));
    const QRectF box(at, area.bottom() - 4.0 - height * ++row, bounds.width() + 6.0, height);
    QColor paper = look.paper;
    paper.setAlphaF(0.85F);
    painter.fillRect(box, paper);
    painter.setPen(look.series(gap.series));
    painter.drawText(box, Qt::AlignCenter, text);
  }
}

void PlotView::draw_bands(QPainter& painter) const {
  const Look look = look_of(*this);
  const QRectF area = chart()->plotArea();
  int row = 0;
  for (const ChartBand& band : data_.bands) {
    const double left = place(band.low, 1.0).x();
    const double right = place(band.high, 1.0).x();
    QColor colour = look.ink;
    if (right - left > 1.0) {
      colour.setAlphaF(0.12F);
      painter.fillRect(QRectF(left, area.top(), right - left, area.height()), colour);
    } else {
      painter.setPen(QPen(look.ink, 1.4, row % 2 == 0 ? Qt::SolidLine : Qt::DashLine));
      painter.drawLine(QPointF(left, area.top()), QPointF(left, area.bottom()));
    }
    const QString text = text_of(band.name);
    const QRectF bounds = painter.fontMetrics().boundingRect(text);
    const double height = bounds.height() + 2.0;
    const bool at_right = left > area.center().x();
    const double at = at_right ? left - bounds.width() - 10.0 : right + 4.0;
    const QRectF box(at, area.top() + 3.0 + height * row++, bounds.width() + 6.0, height);
    QColor paper = look.paper;
    paper.setAlphaF(0.8F);
    painter.fillRect(box, paper);
    painter.setPen(look.ink);
    painter.drawText(box, Qt::AlignCenter, text);
  }
}

void PlotView::draw_points(QPainter& painter) const {
  const Look look = look_of(*this);
  for (std::size_t i = 0; i < data_.series.size(); ++i) {
    const ChartSeries& series = data_.series[i];
    if (!series.marks_points || !series.has_line || series.points.size() > kMostScattered) continue;
    painter.setPen(Qt::NoPen);
    painter.setBrush(look.series(i));
    for (const auto& [x, y] : series.points) painter.drawEllipse(place(x, y), kMarkRadius, kMarkRadius);
  }
}

QString PlotView::read_out_near(const QPointF& at, std::vector<QPointF>& dots) const {
  QStringList lines;
  double x_shown = 0.0;
  double nearest_all = std::numeric_limits<double>::infinity();
  for (const ChartSeries& series : data_.series) {
    double nearest = std::numeric_limits<double>::infinity();
    std::size_t best = 0;
    for (std::size_t i = 0; i < series.points.size(); ++i) {
      const QPointF point = place(series.points[i].first, series.points[i].second);
      const bool by_both = !series.labels.empty() || !series.has_line;
      const double away = by_both ? std::hypot(point.x() - at.x(), point.y() - at.y())
                                  : std::abs(point.x() - at.x());
      if (away < nearest) {
        nearest = away;
        best = i;
      }
    }
    constexpr double kFar = 40.0;
    if (series.points.empty() || (nearest > kFar && (!series.labels.empty() || !series.has_line))) {
      continue;
    }
    const auto& [x, y] = series.points[best];
    if (nearest < nearest_all) {
      nearest_all = nearest;
      x_shown = x;
    }
    const QString name = best < series.labels.size() ? text_of(series.labels[best]) : text_of(series.name);
    lines << QStringLiteral("%1: %2").arg(name, number(y));
    dots.push_back(place(x, y));
  }
  if (lines.isEmpty()) return {};
  lines.prepend(QStringLiteral("%1 %2").arg(number(x_shown), text_of(data_.x_label)));
  return lines.join(QLatin1Char('\n'));
}

QString PlotView::read_out(double x) const {
  std::vector<QPointF> dots;
  return read_out_near(place(x, y_.value(y_.low)), dots);
}

void PlotView::draw_read_out(QPainter& painter) const {
  const Look look = look_of(*this);
  const QRectF area = chart()->plotArea();
  if (drag_from_ && mouse_) {
    QColor colour = palette().highlight().color();
    colour.setAlphaF(0.25F);
    painter.fillRect(QRectF(*drag_from_, *mouse_).normalized(), colour);
    return;
  }
  if (!mouse_ || !area.contains(*mouse_)) return;
  std::vector<QPointF> dots;
  const QString text = read_out_near(*mouse_, dots);
  if (text.isEmpty()) return;
  painter.setPen(QPen(look.ink, 1.5));
  painter.setBrush(Qt::NoBrush);
  for (const QPointF& dot : dots) painter.drawEllipse(dot, 5, 5);
  const QRectF bounds = painter.fontMetrics().boundingRect(QRect(0, 0, 500, 400), 0, text);
  QRectF box(mouse_->x() + 14.0, mouse_->y() - bounds.height() - 14.0, bounds.width() + 12.0,
             bounds.height() + 8.0);
  if (box.right() > area.right()) box.moveRight(mouse_->x() - 10.0);
  if (box.top() < area.top()) box.moveTop(mouse_->y() + 10.0);
  painter.setBrush(look.paper);
  painter.setPen(look.soft);
  painter.drawRoundedRect(box, 3, 3);
  painter.setPen(look.ink);
  painter.drawText(box.adjusted(6, 4, -6, -4), 0, text);
}

void PlotView::mouseMoveEvent(QMouseEvent* event) {
  mouse_ = event->position();
  viewport()->update();
}

void PlotView::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) drag_from_ = event->position();
}

void PlotView::mouseReleaseEvent(QMouseEvent* event) {
  if (drag_from_) {
    const QRectF box = QRectF(*drag_from_, event->position()).normalized();
    if (box.width() > 8.0 && box.height() > 8.0) {
      const QPointF low = value_at(box.bottomLeft());
      const QPointF high = value_at(box.topRight());
      x_.low = low.x(), x_.high = high.x();
      y_.low = low.y(), y_.high = high.y();
      rebuild();
    }
  }
  drag_from_.reset();
  viewport()->update();
}

void PlotView::mouseDoubleClickEvent(QMouseEvent* event) {
  show_all();
  event->accept();
}

void PlotView::leaveEvent(QEvent* event) {
  mouse_.reset();
  viewport()->update();
  QChartView::leaveEvent(event);
}

void PlotView::wheelEvent(QWheelEvent* event) {
  const QPointF around = value_at(event->position());
  const double factor = event->angleDelta().y() > 0 ? 0.8 : 1.25;
  zoom(x_, factor, around.x());
  if ((event->modifiers() & Qt::ControlModifier) == 0) zoom(y_, factor, around.y());
  rebuild();
  event->accept();
}

void PlotView::keyPressEvent(QKeyEvent* event) {
  const auto middle = [](const Scale& scale) { return (scale.low + scale.high) / 2.0; };
  constexpr double kStep = 0.1;
  switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      zoom(x_, 0.8, middle(x_));
      zoom(y_, 0.8, middle(y_));
      break;
    case Qt::Key_Minus:
      zoom(x_, 1.25, middle(x_));
      zoom(y_, 1.25, middle(y_));
      break;
    case Qt::Key_0:
      show_all();
      return;
    case Qt::Key_Left: move(x_, -kStep); break;
    case Qt::Key_Right: move(x_, kStep); break;
    case Qt::Key_Up: move(y_, kStep); break;
    case Qt::Key_Down: move(y_, -kStep); break;
    default: QChartView::keyPressEvent(event); return;
  }
  rebuild();
}

void PlotView::changeEvent(QEvent* event) {
  QChartView::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && x_.axis != nullptr) rebuild();
}

}  // namespace faascast::gui
