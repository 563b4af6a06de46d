#pragma once

#include <QChartView>
#include <QPointF>
#include <QString>
#include <optional>
#include <vector>

#include "studies/report/html.h"

class QCategoryAxis;
class QLineSeries;

namespace faascast::gui {

/// A chart of the studies, drawn by Qt Charts: lines with marked points, bands, named vertical
/// lines, hatched regions. The mouse reads values out, the wheel and a dragged box zoom, a double
/// click (or key 0) shows everything again; keys + and - zoom, arrows move.
class PlotView : public QChartView {
  Q_OBJECT
 public:
  explicit PlotView(QWidget* parent = nullptr);

  /// Replaces what is shown. The zoom stays where the axes have the same names.
  void show_chart(const Chart& chart);
  [[nodiscard]] const Chart& shown() const { return data_; }
  void set_log_x(bool is_log);
  void set_log_y(bool is_log);
  [[nodiscard]] bool is_log_x() const { return x_.is_log; }
  [[nodiscard]] bool is_log_y() const { return y_.is_log; }
  void show_all();
  /// What the mouse would read out at a value of x; empty without series.
  [[nodiscard]] QString read_out(double x) const;

 protected:
  void drawForeground(QPainter* painter, const QRectF& rect) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  /// One axis. Values are plotted as they are, or by their logarithm, so that labels are ours.
  struct Scale {
    QCategoryAxis* axis = nullptr;
    bool is_log = false;
    double low = 0.0;   ///< what is visible, in plotted units
    double high = 1.0;
    double all_low = 0.0;
    double all_high = 1.0;
    [[nodiscard]] double plotted(double value) const;
    [[nodiscard]] double value(double plotted) const;
  };

  void rebuild();
  void add_lines();
  void add_areas();
  void find_extent();
  void apply(Scale& scale);
  void zoom(Scale& scale, double factor, double around);
  void move(Scale& scale, double share);
  [[nodiscard]] QPointF place(double x, double y) const;
  [[nodiscard]] QPointF value_at(const QPointF& place) const;
  void draw_gaps(QPainter& painter) const;
  void draw_bands(QPainter& painter) const;
  void draw_points(QPainter& painter) const;
  void draw_read_out(QPainter& painter) const;
  [[nodiscard]] QString read_out_near(const QPointF& place, std::vector<QPointF>& dots) const;

  Chart data_{};
  Scale x_{};
  Scale y_{};
  std::optional<QPointF> mouse_{};
  std::optional<QPointF> drag_from_{};
};

}  // namespace faascast::gui
