#pragma once

#include <QRectF>
#include <QWidget>
#include <vector>

#include "studies/report/charts.h"

namespace faascast::gui {

/// Horizontal bars of several parts: bills by line, tornados. Parts differ by colour and by pattern;
/// the mouse reads them out.
class BarView : public QWidget {
  Q_OBJECT
 public:
  explicit BarView(QWidget* parent = nullptr);
  void show_chart(const BarChart& chart);
  [[nodiscard]] const BarChart& shown() const { return data_; }
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;

 private:
  struct Place {
    QRectF box{};
    QString text{};
  };
  struct Layout {
    double left = 0.0;
    double right = 0.0;
    double top = 0.0;
    double row = 0.0;
    double low = 0.0;
    double high = 1.0;
    [[nodiscard]] double at(double value) const;
  };
  [[nodiscard]] Layout layout_of() const;
  void draw_axis(QPainter& painter, const Layout& layout) const;
  void draw_row(QPainter& painter, const Layout& layout, std::size_t index);
  void draw_legend(QPainter& painter, const Layout& layout) const;

  BarChart data_{};
  std::vector<Place> places_{};
};

}  // namespace faascast::gui
