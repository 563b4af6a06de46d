#include "gui/results.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileInfo>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPixmap>
#include <QSaveFile>
#include <QScrollArea>
#include <QSvgGenerator>
#include <QTabWidget>
#include <QVBoxLayout>
#include <stdexcept>

#include "gui/bar_view.h"
#include "gui/compare_tab.h"
#include "gui/look.h"
#include "gui/plot_view.h"
#include "studies/report.h"
#include "studies/report/charts.h"

namespace faascast::gui {
namespace {

constexpr double kVerdictSize = 1.2;
constexpr int kTimeHeight = 190;

QLabel* words_label() {
  auto* label = new QLabel;
  label->setWordWrap(true);
  label->setTextFormat(Qt::PlainText);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  return label;
}

void paint_svg(QWidget& widget, const QString& file) {
  QSvgGenerator svg;
  svg.setFileName(file);
  svg.setSize(widget.size());
  svg.setViewBox(widget.rect());
  svg.setTitle(widget.accessibleName());
  QPainter painter;
  if (!painter.begin(&svg)) throw std::runtime_error(file.toStdString() + ": cannot be written");
  widget.render(&painter);
}

void write_text(const QString& file, const std::string& text) {
  QSaveFile out(file);
  if (!out.open(QIODevice::WriteOnly) ||
      out.write(text.data(), static_cast<qint64>(text.size())) != static_cast<qint64>(text.size()) ||
      !out.commit()) {
    throw std::runtime_error(file.toStdString() +
                             ": cannot be written: " + out.errorString().toStdString());
  }
}

}  // namespace

const QStringList& Results::tab_names() {
  static const QStringList names = {
      QStringLiteral("cost"),   QStringLiteral("latency"), QStringLiteral("time"),
      QStringLiteral("bill"),   QStringLiteral("pareto"),  QStringLiteral("tornado"),
      QStringLiteral("compare"), QStringLiteral("report")};
  return names;
}

std::vector<Study> Results::studies_of(const QString& tab) {
  if (tab == QLatin1String("cost") || tab == QLatin1String("report")) {
    return {Study::kCrossing, Study::kBreakeven};
  }
  if (tab == QLatin1String("pareto")) return {Study::kOptimise};
  if (tab == QLatin1String("tornado")) return {Study::kSensitivity};
  return {};
}

QString Results::command_of(const QString& tab) {
  if (tab == QLatin1String("cost") || tab == QLatin1String("report")) return QStringLiteral("breakeven");
  if (tab == QLatin1String("pareto")) return QStringLiteral("optimise");
  if (tab == QLatin1String("tornado")) return QStringLiteral("sensitivity");
  return QStringLiteral("run");
}

Results::Results(Session& session, QWidget* parent) : QWidget(parent), session_(session) {
  auto* column = new QVBoxLayout(this);
  verdict_ = words_label();
  QFont large = verdict_->font();
  large.setPointSizeF(large.pointSizeF() * kVerdictSize);
  verdict_->setFont(large);
  verdict_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  verdict_->setMinimumHeight(QFontMetrics(large).lineSpacing() * 3);
  verdict_->setAccessibleName(tr("Verdict"));
  column->addWidget(verdict_);
  basis_ = words_label();
  column->addWidget(basis_);
  tabs_ = new QTabWidget;
  tabs_->setDocumentMode(true);
  pages_.reserve(8);
  column->addWidget(tabs_, 1);
  make_cost_page();
  make_latency_page();
  make_other_pages();
  connect(tabs_, &QTabWidget::currentChanged, this, [this] { Q_EMIT tab_changed(tab()); });
}

Results::Page& Results::add_page(const QString& title, const QString& help) {
  Page page;
  page.widget = new QWidget;
  page.widget->setAccessibleName(title);
  page.column = new QVBoxLayout(page.widget);
  page.column->setContentsMargins(4, 4, 4, 4);
  page.note = words_label();
  page.note->setVisible(false);
  page.column->addWidget(page.note);
  const int index = tabs_->addTab(page.widget, title);
  tabs_->setTabToolTip(index, help);
  pages_.push_back(page);
  return pages_.back();
}

void Results::make_cost_page() {
  Page& page = add_page(tr("&Cost against traffic"),
                        tr("What each deployment costs at any traffic, each as cheap as the "
                           "objective allows"));
  cost_ = new PlotView;
  page.column->addWidget(cost_, 1);
  auto* options = new QHBoxLayout;
  auto* log_x = new QCheckBox(tr("Logarithmic traffic"));
  auto* log_y = new QCheckBox(tr("Logarithmic cost"));
  log_x->setChecked(true);
  log_y->setChecked(true);
  connect(log_x, &QCheckBox::toggled, cost_, &PlotView::set_log_x);
  connect(log_y, &QCheckBox::toggled, cost_, &PlotView::set_log_y);
  options->addWidget(log_x);
  options->addWidget(log_y);
  auto* key = words_label();
  key->setText(tr("Dots were simulated; lines without dots are estimates. Dark band: other draws of "
                  "the same traffic; pale band: ranges of the platform's figures. Hatched: the "
                  "objective is missed."));
  options->addWidget(key, 1);
  page.column->addLayout(options);
}

void Results::make_latency_page() {
  Page& page = add_page(tr("&Latency"), tr("Share of requests that are answered within a time"));
  latency_ = new PlotView;
  page.column->addWidget(latency_, 1);
  auto* log_x = new QCheckBox(tr("Logarithmic time"));
  log_x->setChecked(true);
  connect(log_x, &QCheckBox::toggled, latency_, &PlotView::set_log_x);
  page.column->addWidget(log_x);
}

void Results::make_other_pages() {
  Page& time = add_page(tr("Over &time"), tr("Instances, cold starts, requests, throttled requests"));
  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  auto* content = new QWidget;
  time_column_ = new QVBoxLayout(content);
  time_column_->setContentsMargins(0, 0, 0, 0);
  scroll->setWidget(content);
  time.column->addWidget(scroll, 1);

  Page& bill = add_page(tr("&Bill"), tr("What each monthly bill is made of"));
  bill_ = new BarView;
  bill.column->addWidget(bill_, 1);

  Page& pareto = add_page(tr("&Pareto front"),
                          tr("Settings that no other beats in both cost and p99"));
  front_words_ = words_label();
  pareto.column->addWidget(front_words_);
  front_ = new PlotView;
  pareto.column->addWidget(front_, 1);

  Page& tornado = add_page(tr("&Sensitivity"), tr("Which figure moves the answer most"));
  auto* choice = new QHBoxLayout;
  tornado_of_ = new QComboBox;
  tornado_of_->setAccessibleName(tr("Deployment"));
  tornado_what_ = new QComboBox;
  tornado_what_->setAccessibleName(tr("Cost or p99"));
  tornado_what_->addItems({tr("monthly cost"), tr("p99")});
  choice->addWidget(tornado_of_, 1);
  choice->addWidget(tornado_what_);
  connect(tornado_of_, &QComboBox::activated, this, [this] { show_tornado(); });
  connect(tornado_what_, &QComboBox::activated, this, [this] { show_tornado(); });
  tornado.column->addLayout(choice);
  tornado_words_ = words_label();
  tornado.column->addWidget(tornado_words_);
  tornado_ = new BarView;
  tornado.column->addWidget(tornado_, 1);

  Page& compare = add_page(tr("Co&mpare"), tr("This what-if beside pinned ones"));
  compare_ = new CompareTab;
  connect(compare_, &CompareTab::take_up_asked, &session_, &Session::take_up);
  connect(compare_, &CompareTab::unpin_asked, &session_, &Session::unpin);
  compare.column->addWidget(compare_, 1);

  Page& report = add_page(tr("&Report"), tr("Everything in words, with assumptions and dates"));
  report_ = new QPlainTextEdit;
  report_->setReadOnly(true);
  report_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  report_->setLineWrapMode(QPlainTextEdit::NoWrap);
  report_->setAccessibleName(tr("Report"));
  report.column->addWidget(report_, 1);
}

QString Results::tab() const { return tab_names().at(tabs_->currentIndex()); }

void Results::show_tab(const QString& name) {
  const qsizetype index = tab_names().indexOf(name);
  if (index >= 0) tabs_->setCurrentIndex(static_cast<int>(index));
}

QString Results::verdict() const { return verdict_->text(); }

void Results::note(const QString& tab, const QString& text) {
  QLabel* label = pages_[static_cast<std::size_t>(tab_names().indexOf(tab))].note;
  label->setText(text);
  label->setVisible(!text.isEmpty());
}

void Results::expect_answers() {
  run_.reset();
  breakeven_.reset();
  optimise_.reset();
  sensitivity_.reset();
  const QString old = tr("Of the scenario before the last change; the new answer is on its way.");
  for (const char* name : {"latency", "time", "bill", "pareto", "tornado", "report"}) {
    note(QLatin1String(name), old);
  }
  note(QStringLiteral("cost"), {});
}

void Results::show_estimate(std::shared_ptr<const WhatIf> answer) {
  estimate_ = std::move(answer);
  if (breakeven_) return;  // a better answer is there
  verdict_->setText(text_of(estimate_->verdict));
  basis_->setText(tr("By closed forms; the simulation follows."));
  cost_->show_chart(estimate_->cost);
}

void Results::show_run(std::shared_ptr<const RunReport> report) {
  run_ = std::move(report);
  for (const char* name : {"latency", "time", "bill"}) note(QLatin1String(name), {});
  if (!breakeven_) basis_->setText(tr("Simulated: %1.").arg(text_of(precision_text(*run_))));
  latency_->show_chart(latency_chart(*run_, session_.scenario().objective));
  const std::vector<Chart> charts = time_charts(*run_);
  while (time_.size() < charts.size()) {
    time_.push_back(new PlotView);
    time_.back()->setMinimumHeight(kTimeHeight);
    time_column_->addWidget(time_.back());
  }
  for (std::size_t i = 0; i < time_.size(); ++i) {
    time_[i]->setVisible(i < charts.size());
    if (i < charts.size()) time_[i]->show_chart(charts[i]);
  }
  bill_->show_chart(bill_chart(*run_));
  show_comparison();
  show_report();
}

void Results::show_breakeven(std::shared_ptr<const BreakevenReport> report, bool is_complete) {
  breakeven_ = std::move(report);
  note(QStringLiteral("cost"), {});
  cost_->show_chart(cost_chart(*breakeven_));
  QStringList words;
  if (breakeven_->answer) {
    words << text_of(breakeven_->answer->sentence);
  } else {
    if (estimate_) words << text_of(estimate_->verdict);
    for (const BreakevenPair& pair : breakeven_->pairs) words << text_of(pair.sentence);
  }
  verdict_->setText(words.join(QLatin1Char(' ')));
  basis_->setText(is_complete ? tr("Simulated, with intervals.")
                              : tr("Simulated; intervals are on their way."));
  show_report();
}

void Results::show_front(std::shared_ptr<const OptimiseReport> report) {
  optimise_ = std::move(report);
  note(QStringLiteral("pareto"), {});
  front_->show_chart(front_chart(*optimise_));
  front_words_->setText(text_of(optimise_->explanation));
}

void Results::show_sensitivity(std::shared_ptr<const SensitivityReport> report) {
  sensitivity_ = std::move(report);
  note(QStringLiteral("tornado"), {});
  const QString before = tornado_of_->currentText();
  tornado_of_->clear();
  for (const DeploymentSensitivity& one : sensitivity_->deployments) {
    tornado_of_->addItem(text_of(one.name));
  }
  tornado_of_->setCurrentIndex(std::max(0, tornado_of_->findText(before)));
  QStringList words;
  for (const PairSensitivity& pair : sensitivity_->pairs) words << text_of(pair.sentence);
  tornado_words_->setText(words.join(QLatin1Char('\n')));
  show_tornado();
}

void Results::show_tornado() {
  const int index = tornado_of_->currentIndex();
  if (!sensitivity_ || index < 0) return;
  const DeploymentSensitivity& one = sensitivity_->deployments[static_cast<std::size_t>(index)];
  const bool is_cost = tornado_what_->currentIndex() == 0;
  const Tornado tornado = is_cost ? cost_tornado(one) : p99_tornado(one);
  tornado_->show_chart(bar_chart(tornado));
  note(QStringLiteral("tornado"),
       tornado.bars.empty() ? tr("No figure with a range moves it.") : QString());
}

void Results::show_failure(const QString& study, const std::vector<Problem>& problems) {
  QStringList lines;
  for (const Problem& problem : problems) lines << text_of(to_string(problem));
  const QString text = QStringLiteral("%1: %2").arg(study, lines.join(QLatin1Char('\n')));
  note(tab(), text);
}

void Results::show_comparison() { compare_->show_runs(run_, session_.pins()); }

void Results::show_report() {
  std::string text;
  if (breakeven_) text += faascast::render(*breakeven_, ReportFormat::kText) + "\n\n";
  if (run_) text += faascast::render(*run_, ReportFormat::kText);
  report_->setPlainText(text_of(text));
  note(QStringLiteral("report"), {});
}

std::string Results::visible_data() const {
  const QString name = tab();
  if (name == QLatin1String("cost")) return chart_table(cost_->shown()).csv();
  if (name == QLatin1String("latency")) return chart_table(latency_->shown()).csv();
  if (name == QLatin1String("time")) {
    std::string text;
    for (const PlotView* view : time_) {
      text += "# " + view->shown().title + "\n" + chart_table(view->shown()).csv();
    }
    return text;
  }
  if (name == QLatin1String("bill")) return chart_table(bill_->shown()).csv();
  if (name == QLatin1String("pareto")) return chart_table(front_->shown()).csv();
  if (name == QLatin1String("tornado")) return chart_table(tornado_->shown()).csv();
  if (name == QLatin1String("compare")) return compare_->shown().csv();
  return exported_text(QStringLiteral("x.csv"));
}

std::string Results::exported_text(const QString& file) const {
  const ReportFormat format = report_format_of(file.toStdString());
  const std::string command = command_of(tab()).toStdString();
  const auto with_command = [&](auto report) {
    report.command =
        equivalent_command(command, session_.file().toStdString(), session_.scenario());
    return faascast::render(report, format);
  };
  if (command == "breakeven" && breakeven_) return with_command(*breakeven_);
  if (command == "optimise" && optimise_) return faascast::render(*optimise_, format);
  if (command == "sensitivity" && sensitivity_) return faascast::render(*sensitivity_, format);
  if (run_) return with_command(*run_);
  throw std::runtime_error("the answer is not there yet: export it when the simulation is over");
}

void Results::export_to(const QString& file) const {
  QWidget* page = pages_[static_cast<std::size_t>(tabs_->currentIndex())].widget;
  const QString suffix = QFileInfo(file).suffix().toLower();
  if (suffix == QLatin1String("png")) {
    if (!page->grab().save(file, "PNG")) {
      throw std::runtime_error(file.toStdString() + ": cannot be written");
    }
  } else if (suffix == QLatin1String("svg")) {
    paint_svg(*page, file);
  } else if (suffix == QLatin1String("csv")) {
    write_text(file, visible_data());
  } else {
    write_text(file, exported_text(file));
  }
}

}  // namespace faascast::gui
