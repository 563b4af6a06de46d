#include <QComboBox>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <QValueAxis>
#include <QXYSeries>
#include <cmath>

#include "gui/analyst.h"
#include "gui/bar_view.h"
#include "gui/field_row.h"
#include "gui/look.h"
#include "gui/plot_view.h"
#include "gui/profile_dialog.h"
#include "gui/store_dialog.h"
#include "gui_test.h"
#include "studies/result_store.h"

namespace faascast::gui {

/// The window's parts by themselves.
class PartsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void plots_thin_long_series();
  void plots_zoom_and_read_out();
  void plots_switch_axes_and_colours();
  void bars_name_their_parts();
  void sliders_and_entries_agree();
  void estimates_are_quick();
  void stores_are_browsed();
  void models_are_profiled();
  void every_control_has_a_name();
};

namespace {

Chart chart_of(std::size_t points) {
  Chart chart;
  chart.title = "Title";
  chart.x_label = "inferences a day";
  chart.y_label = "USD a month";
  chart.log_y = true;
  ChartSeries series;
  series.name = "functions";
  for (std::size_t i = 1; i <= points; ++i) {
    series.points.emplace_back(static_cast<double>(i), 2.0 * static_cast<double>(i));
  }
  ChartSeries single;
  single.name = "measured";
  single.has_line = false;
  single.points = series.points;
  chart.series = {series, single};
  chart.bands.push_back({3.0, 3.0, "you are here"});
  chart.gaps.push_back({"functions", 0, 5.0, 9.0});
  chart.areas.push_back({"band", 0, {{1.0, 1.0, 3.0}, {5.0, 9.0, 11.0}}, 0.3});
  return chart;
}

}  // namespace

void PartsTest::plots_thin_long_series() {
  PlotView view;
  view.resize(600, 400);
  view.show_chart(chart_of(50'000));
  for (QAbstractSeries* series : view.chart()->series()) {
    const auto* line = qobject_cast<QXYSeries*>(series);
    if (line == nullptr) continue;
    const bool is_scatter = series->type() == QAbstractSeries::SeriesTypeScatter;
    QVERIFY2(line->count() <= (is_scatter ? 1000 : 2000), qPrintable(series->name()));
    QVERIFY(line->count() > 100);
  }
  QElapsedTimer timer;
  timer.start();
  (void)view.grab();
  QVERIFY2(timer.elapsed() < 2000, "a long series does not hold the window");
}

void PartsTest::plots_zoom_and_read_out() {
  PlotView view;
  view.resize(600, 400);
  view.show();
  view.show_chart(chart_of(100));
  QVERIFY2(view.read_out(10.0).contains(QStringLiteral("functions: 20")),
           qPrintable(view.read_out(10.0)));
  const auto range = [&view] {
    const auto* axis = qobject_cast<QValueAxis*>(view.chart()->axes(Qt::Horizontal).constFirst());
    return axis->max() - axis->min();
  };
  const double all = range();
  QTest::keyClick(&view, Qt::Key_Plus);
  QVERIFY(range() < all);
  QTest::keyClick(&view, Qt::Key_0);
  QCOMPARE(range(), all);
  const QPoint middle = view.viewport()->rect().center();
  QTest::mousePress(view.viewport(), Qt::LeftButton, {}, middle - QPoint(50, 50));
  QTest::mouseMove(view.viewport(), middle);
  QTest::mouseRelease(view.viewport(), Qt::LeftButton, {}, middle + QPoint(50, 50));
  QVERIFY(range() < all);
  QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, middle);
  QCOMPARE(range(), all);
}

void PartsTest::plots_switch_axes_and_colours() {
  PlotView view;
  view.resize(600, 400);
  view.show_chart(chart_of(1000));
  const auto* axis = qobject_cast<QValueAxis*>(view.chart()->axes(Qt::Vertical).constFirst());
  const double log_span = axis->max();
  view.set_log_y(false);
  QVERIFY2(axis->max() > 1999.0 && log_span < 4.0, "2,000 dollars, or their logarithm");
  apply_theme(Theme::kDark);
  QVERIFY(look_of(view).is_dark);
  const QColor dark = view.grab().toImage().pixelColor(3, 3);
  apply_theme(Theme::kLight);
  QVERIFY(!look_of(view).is_dark);
  const QColor light = view.grab().toImage().pixelColor(3, 3);
  QVERIFY(dark.lightness() < 80 && light.lightness() > 200);
}

void PartsTest::bars_name_their_parts() {
  BarView view;
  view.resize(600, 300);
  BarChart chart;
  chart.title = "Bills";
  chart.x_label = "USD a month";
  chart.part_names = {"compute", "requests"};
  chart.rows = {{"lambda", "$3.00", {{"compute", 0.0, 2.0, "compute: $2"}, {"requests", 2.0, 3.0, "requests: $1"}}}};
  view.show_chart(chart);
  QVERIFY(view.accessibleDescription().contains(QStringLiteral("lambda: $3.00")));
  const QImage picture = view.grab().toImage();
  const Look look = look_of(view);
  bool has_colour = false;
  for (int x = 0; x < picture.width(); ++x) {
    for (int y = 0; y < picture.height(); ++y) {
      has_colour |= picture.pixelColor(x, y) == look.series(0);
    }
  }
  QVERIFY(has_colour);
}

void PartsTest::sliders_and_entries_agree() {
  FormField field;
  field.key = "objective.p99";
  field.label = "p99";
  field.kind = FieldKind::kDuration;
  field.value = "1 s";
  field.range = FieldRange{1e-3, 100.0, true, false, {}};
  FieldRow row(field);
  row.show();
  const int middle = row.slider()->value();
  QSignalSpy edited(&row, &FieldRow::edited);
  QTest::keyClick(row.slider(), Qt::Key_Right);
  QCOMPARE(edited.size(), 1);
  QVERIFY(row.slider()->value() > middle);
  QCOMPARE(row.line()->text(), edited.at(0).at(1).toString());
  QTest::keyClick(row.slider(), Qt::Key_Right);
  QCOMPARE(edited.at(1).at(2).toInt(), edited.at(0).at(2).toInt());  // one drag
  field.value = "100 ms";
  row.show_field(field);
  QCOMPARE(row.line()->text(), QStringLiteral("100 ms"));
  QVERIFY(row.slider()->value() < middle);
  QCOMPARE(edited.size(), 2);
  QSignalSpy cleared(&row, &FieldRow::cleared);
  row.line()->clear();
  QTest::keyClick(row.line(), Qt::Key_Return);
  QCOMPARE(cleared.size(), 1);
}

// The goal is 50 ms; the bound is wide because other programs share the machine.
void PartsTest::estimates_are_quick() {
  QTemporaryDir folder;
  Analyst analyst({folder.filePath(QStringLiteral("s.sqlite")).toStdString()});
  analyst.set_precision(0.0);
  QSignalSpy estimated(&analyst, &Analyst::estimated);
  Scenario scenario = read_scenario("list-price-cnn");
  analyst.ask(scenario, {});
  QTRY_VERIFY_WITH_TIMEOUT(!estimated.isEmpty(), 20'000);
  estimated.clear();
  scenario = with_assignment(scenario, "deployment[0].memory=512 MB");
  analyst.ask(scenario, {});
  QTRY_VERIFY_WITH_TIMEOUT(!estimated.isEmpty(), 20'000);
  const double ms = estimated.at(0).at(1).toDouble();
  qInfo("estimate and curves: %.1f ms", ms);
  QVERIFY2(ms < 1000.0, qPrintable(QString::number(ms)));
}

void PartsTest::stores_are_browsed() {
  QTemporaryDir folder;
  const std::filesystem::path store = folder.filePath(QStringLiteral("s.sqlite")).toStdString();
  StoreDialog empty(store);
  QCOMPARE(empty.count(), 0);  // no such file: said, not thrown
  const Scenario scenario = read_scenario("list-price-cnn");
  save_run(store, record_of(scenario, run_scenario(scenario)));
  StoreDialog dialog(store);
  QCOMPARE(dialog.count(), 1);
  QSignalSpy chosen(&dialog, &StoreDialog::scenario_chosen);
  dialog.choose(0);
  for (QPushButton* button : dialog.findChildren<QPushButton*>()) {
    if (button->text().contains(QStringLiteral("scenario"))) button->click();
  }
  QCOMPARE(chosen.size(), 1);
  QCOMPARE(chosen.at(0).at(0).toString(), text_of(scenario.text));
}

void PartsTest::models_are_profiled() {
  QTemporaryDir folder;
  const StoreOptions store{folder.filePath(QStringLiteral("s.sqlite")).toStdString()};
  ProfileDialog dialog(store);
  QSignalSpy finished(&dialog, &ProfileDialog::finished_measuring);
  dialog.start(QStringLiteral("logreg-mnist-odd"), 0.2);
  QVERIFY(dialog.is_measuring());
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 30'000);
  QVERIFY2(dialog.shown().contains(QStringLiteral("CPU time of an inference")),
           qPrintable(dialog.shown()));
  dialog.start(QStringLiteral("no-such-model"), 0.2);
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, 30'000);
  QVERIFY2(dialog.shown().contains(QStringLiteral("no-such-model")), qPrintable(dialog.shown()));
}

// A screen reader finds a name for everything that takes the keyboard.
void PartsTest::every_control_has_a_name() {
  TestWindow window(QStringLiteral("list-price-cnn"));
  for (QWidget* widget : window->findChildren<QWidget*>()) {
    const bool is_control = qobject_cast<QSlider*>(widget) != nullptr ||
                            qobject_cast<QComboBox*>(widget) != nullptr ||
                            (qobject_cast<QLineEdit*>(widget) != nullptr &&
                             qobject_cast<QComboBox*>(widget->parentWidget()) == nullptr);
    if (!is_control || widget->objectName().startsWith(QStringLiteral("qt_"))) continue;
    QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(widget->objectName()));
  }
  window->analyst().cancel();
}

}  // namespace faascast::gui

QTEST_MAIN(faascast::gui::PartsTest)
#include "parts_test.moc"
