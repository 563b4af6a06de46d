#include "gui/window.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QProgressBar>
#include <QStatusBar>
#include <QToolBar>
#include <QUrl>
#include <utility>

#include "gui/form_panel.h"
#include "gui/results.h"

namespace faascast::gui {
namespace {

constexpr int kWindowWidth = 1360;
constexpr int kWindowHeight = 860;
constexpr int kProgressWidth = 160;
constexpr int kThousandths = 1000;

}  // namespace

Window::Window(Scenario first, const StoreOptions& store, const QString& tab, QWidget* parent)
    : QMainWindow(parent),
      store_(store),
      session_(std::move(first)),
      analyst_(std::make_unique<Analyst>(store)) {
  resize(kWindowWidth, kWindowHeight);
  setAcceptDrops(true);
  results_ = new Results(session_);
  if (!tab.isEmpty()) results_->show_tab(tab);
  setCentralWidget(results_);
  form_ = new FormPanel(session_);
  auto* dock = new QDockWidget(tr("Scenario"), this);
  dock->setObjectName(QStringLiteral("scenario"));
  dock->setWidget(form_);
  dock->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetFloatable |
                    QDockWidget::DockWidgetClosable);
  addDockWidget(Qt::LeftDockWidgetArea, dock);
  make_file_menu();
  make_edit_menu();
  make_study_menu();
  make_view_menu();
  view_->addAction(dock->toggleViewAction());
  make_status_bar();
  connect_parts();
  show_scenario();
  ask();
}

Window::~Window() {
  disconnect(&session_, nullptr, this, nullptr);
  disconnect(analyst_.get(), nullptr, this, nullptr);
}

void Window::make_status_bar() {
  progress_words_ = new QLabel;
  progress_ = new QProgressBar;
  progress_->setMaximumWidth(kProgressWidth);
  progress_->setTextVisible(false);
  progress_->setAccessibleName(tr("Progress of the simulation"));
  statusBar()->addWidget(progress_words_, 1);
  statusBar()->addPermanentWidget(progress_);
}

void Window::connect_parts() {
  connect(&session_, &Session::changed, this, [this] {
    show_scenario();
    ask();
  });
  connect(&session_, &Session::refused, this,
          [this](const std::vector<Problem>& problems) { form_->show_problems(problems); });
  connect(&session_, &Session::opened, this, &Window::remember_file);
  connect(&session_, &Session::pins_changed, results_, &Results::show_comparison);
  Analyst* analyst = analyst_.get();
  connect(analyst, &Analyst::estimated, this,
          [this](const std::shared_ptr<const WhatIf>& answer, double ms) {
            results_->show_estimate(answer);
            form_->show_estimates(answer->report);
            statusBar()->setToolTip(tr("Estimate in %1 ms").arg(ms, 0, 'f', 1));
          });
  connect(analyst, &Analyst::ran, this, [this](const std::shared_ptr<const RunReport>& report) {
    results_->show_run(report);
    pin_->setEnabled(true);
  });
  connect(analyst, &Analyst::compared, results_, &Results::show_breakeven);
  connect(analyst, &Analyst::optimised, results_, &Results::show_front);
  connect(analyst, &Analyst::sensed, results_, &Results::show_sensitivity);
  connect(analyst, &Analyst::failed, this,
          [this](const QString& study, const std::vector<Problem>& problems) {
            results_->show_failure(study, problems);
            if (study == tr("estimate")) form_->show_problems(problems);
          });
  connect(analyst, &Analyst::progressed, this, &Window::show_progress);
  connect(analyst, &Analyst::idle, this, [this] {
    const auto run = results_->run();
    show_progress(run ? tr("Done. %1.").arg(text_of(precision_text(*run))) : QString(), kThousandths);
  });
  connect(results_, &Results::tab_changed, this,
          [this](const QString& tab) { analyst_->want(Results::studies_of(tab)); });
}

void Window::show_scenario() {
  form_->show_scenario();
  undo_->setEnabled(session_.can_undo());
  redo_->setEnabled(session_.can_redo());
  setWindowModified(session_.is_changed());
  setWindowTitle(tr("%1 (%2)[*] - faascast")
                     .arg(text_of(session_.scenario().name), QFileInfo(session_.file()).fileName()));
}

void Window::ask() {
  results_->expect_answers();
  pin_->setEnabled(false);
  analyst_->ask(session_.scenario(), Results::studies_of(results_->tab()));
}

void Window::show_progress(const QString& text, int share) {
  progress_words_->setText(text);
  progress_->setRange(0, share < 0 ? 0 : kThousandths);
  if (share >= 0) progress_->setValue(share);
}

bool Window::is_settled() const { return !analyst_->is_busy(); }

void Window::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void Window::dropEvent(QDropEvent* event) {
  for (const QUrl& url : event->mimeData()->urls()) {
    if (url.isLocalFile()) take_file(url.toLocalFile());
  }
}

void Window::take_file(const QString& file) {
  const QString suffix = QFileInfo(file).suffix().toLower();
  const std::string path = file.toStdString();
  if (suffix == QLatin1String("toml")) {
    if (may_leave()) session_.open(file);
  } else if (suffix == QLatin1String("onnx")) {
    session_.edit([&](const Scenario& s) { return with_model_file(s, path); });
  } else {
    session_.edit([&](const Scenario& s) { return with_trace_file(s, path); });
  }
}

void Window::closeEvent(QCloseEvent* event) {
  if (may_leave()) {
    event->accept();
  } else {
    event->ignore();
  }
}

}  // namespace faascast::gui
