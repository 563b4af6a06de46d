#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>
#include <memory>
#include <vector>

#include "gui/analyst.h"
#include "gui/session.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPlainTextEdit;
class QTabWidget;
class QVBoxLayout;

namespace faascast::gui {

class BarView;
class CompareTab;
class PlotView;

/// The right side: the verdict in words, and a tab for each way to look at it.
class Results : public QWidget {
  Q_OBJECT
 public:
  explicit Results(Session& session, QWidget* parent = nullptr);

  /// "cost", "latency", "time", "bill", "pareto", "tornado", "compare", "report".
  [[nodiscard]] static const QStringList& tab_names();
  [[nodiscard]] QString tab() const;
  void show_tab(const QString& name);
  /// What a tab needs beside a run.
  [[nodiscard]] static std::vector<Study> studies_of(const QString& tab);
  /// "breakeven": the command that answers as the tab does.
  [[nodiscard]] static QString command_of(const QString& tab);

  /// The answers that are shown are of an older scenario.
  void expect_answers();
  void show_estimate(std::shared_ptr<const WhatIf> answer);
  void show_run(std::shared_ptr<const RunReport> report);
  void show_breakeven(std::shared_ptr<const BreakevenReport> report, bool is_complete);
  void show_front(std::shared_ptr<const OptimiseReport> report);
  void show_sensitivity(std::shared_ptr<const SensitivityReport> report);
  void show_failure(const QString& study, const std::vector<Problem>& problems);
  void show_comparison();

  [[nodiscard]] QString verdict() const;
  [[nodiscard]] std::shared_ptr<const RunReport> run() const { return run_; }
  [[nodiscard]] std::shared_ptr<const BreakevenReport> breakeven_report() const {
    return breakeven_;
  }
  [[nodiscard]] PlotView* cost_view() const { return cost_; }
  /// .png, .svg: the tab as it looks; .csv: what it shows; .html, .md, .json, .txt: its report.
  /// @throws InputError, std::runtime_error
  void export_to(const QString& file) const;

 Q_SIGNALS:
  void tab_changed(const QString& name);

 private:
  struct Page {
    QWidget* widget = nullptr;
    QLabel* note = nullptr;
    QVBoxLayout* column = nullptr;
  };
  Page& add_page(const QString& title, const QString& help);
  void make_cost_page();
  void make_latency_page();
  void make_other_pages();
  void note(const QString& tab, const QString& text);
  void show_tornado();
  void show_report();
  [[nodiscard]] std::string exported_text(const QString& suffix) const;
  [[nodiscard]] std::string visible_data() const;

  Session& session_;
  QLabel* verdict_ = nullptr;
  QLabel* basis_ = nullptr;
  QTabWidget* tabs_ = nullptr;
  std::vector<Page> pages_{};
  PlotView* cost_ = nullptr;
  PlotView* latency_ = nullptr;
  QVBoxLayout* time_column_ = nullptr;
  std::vector<PlotView*> time_{};
  BarView* bill_ = nullptr;
  PlotView* front_ = nullptr;
  QLabel* front_words_ = nullptr;
  QComboBox* tornado_of_ = nullptr;
  QComboBox* tornado_what_ = nullptr;
  QLabel* tornado_words_ = nullptr;
  BarView* tornado_ = nullptr;
  CompareTab* compare_ = nullptr;
  QPlainTextEdit* report_ = nullptr;
  std::shared_ptr<const WhatIf> estimate_{};
  std::shared_ptr<const RunReport> run_{};
  std::shared_ptr<const BreakevenReport> breakeven_{};
  std::shared_ptr<const OptimiseReport> optimise_{};
  std::shared_ptr<const SensitivityReport> sensitivity_{};
};

}  // namespace faascast::gui
