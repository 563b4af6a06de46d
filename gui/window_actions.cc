#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QStatusBar>
#include <QToolBar>

#include "gui/form_panel.h"
#include "gui/profile_dialog.h"
#include "gui/results.h"
#include "gui/store_dialog.h"
#include "gui/window.h"
#include "studies/data.h"

namespace faascast::gui {
namespace {

constexpr int kMostRecent = 10;
constexpr int kMessageMs = 6000;
const char* const kRecentKey = "recent";
const char* const kThemeKey = "theme";

struct Precision {
  const char* text;
  double half_width;
};
constexpr Precision kPrecisions[] = {{QT_TR_NOOP("one draw"), 0.0},
                                     {QT_TR_NOOP("to 5 %"), 0.05},
                                     {QT_TR_NOOP("to 2 %"), 0.02},
                                     {QT_TR_NOOP("to 0.5 %"), 0.005}};
constexpr int kUsualPrecision = 2;

}  // namespace

void Window::make_file_menu() {
  QMenu* menu = menuBar()->addMenu(tr("&File"));
  QToolBar* bar = addToolBar(tr("File"));
  bar->setObjectName(QStringLiteral("file-bar"));
  QAction* open = menu->addAction(tr("&Open…"), QKeySequence::Open, this, &Window::open_dialog);
  QMenu* shipped = menu->addMenu(tr("Open &shipped scenario"));
  for (const std::string& name : shipped_scenario_names()) {
    shipped->addAction(text_of(name), this, [this, name] {
      if (may_leave()) session_.open(text_of(name));
    });
  }
  recent_ = menu->addMenu(tr("Open &recent"));
  connect(recent_, &QMenu::aboutToShow, this, &Window::fill_recent);
  QAction* save = menu->addAction(tr("&Save"), QKeySequence::Save, this, [this] { this->save(); });
  menu->addAction(tr("Save &as…"), QKeySequence::SaveAs, this, [this] { save_as(); });
  menu->addSeparator();
  QAction* out = menu->addAction(tr("&Export this view…"), QKeySequence(tr("Ctrl+E")), this,
                                 &Window::export_dialog);
  menu->addSeparator();
  menu->addAction(tr("&Quit"), QKeySequence::Quit, this, &QWidget::close);
  bar->addActions({open, save, out});
}

void Window::make_edit_menu() {
  QMenu* menu = menuBar()->addMenu(tr("&Edit"));
  QToolBar* bar = addToolBar(tr("Edit"));
  bar->setObjectName(QStringLiteral("edit-bar"));
  undo_ = menu->addAction(tr("&Undo"), QKeySequence::Undo, &session_, &Session::undo);
  redo_ = menu->addAction(tr("&Redo"), QKeySequence::Redo, &session_, &Session::redo);
  menu->addSeparator();
  pin_ = menu->addAction(tr("&Pin this what-if"), QKeySequence(tr("Ctrl+D")), this, [this] {
    session_.pin(results_->run());
    statusBar()->showMessage(tr("Pinned; the tab Compare shows it beside the present one."),
                             kMessageMs);
  });
  QAction* copy = menu->addAction(tr("&Copy the CLI command"), QKeySequence(tr("Ctrl+Shift+C")),
                                  this, &Window::copy_command);
  bar->addActions({undo_, redo_, pin_, copy});
}

void Window::make_study_menu() {
  QMenu* menu = menuBar()->addMenu(tr("&Study"));
  menu->addAction(tr("&Browse saved results…"), QKeySequence(tr("Ctrl+B")), this,
                  &Window::show_store);
  menu->addAction(tr("&Profile a model…"), QKeySequence(tr("Ctrl+P")), this,
                  &Window::show_profiler);
  menu->addAction(tr("&Stop"), QKeySequence(tr("Esc")), this, [this] {
    analyst_->cancel();
    show_progress(tr("Stopped."), 0);
  });
  QToolBar* bar = addToolBar(tr("Precision"));
  bar->setObjectName(QStringLiteral("precision-bar"));
  bar->addWidget(new QLabel(tr(" Precision ")));
  auto* precision = new QComboBox;
  precision->setAccessibleName(tr("Precision of the simulation"));
  precision->setToolTip(tr("Draws are added until mean latency and cost are known this well"));
  for (const Precision& one : kPrecisions) precision->addItem(tr(one.text));
  precision->setCurrentIndex(kUsualPrecision);
  connect(precision, &QComboBox::activated, this, [this](int index) {
    analyst_->set_precision(kPrecisions[index].half_width);
    ask();
  });
  bar->addWidget(precision);
}

void Window::make_view_menu() {
  view_ = menuBar()->addMenu(tr("&View"));
  auto* themes = new QActionGroup(this);
  const QString chosen = QSettings().value(QLatin1String(kThemeKey)).toString();
  struct Choice {
    Theme theme;
    QString text;
    QString name;
  };
  for (const Choice& one :
       {Choice{Theme::kSystem, tr("As the &system"), QString()},
        Choice{Theme::kLight, tr("&Light"), QStringLiteral("light")},
        Choice{Theme::kDark, tr("&Dark"), QStringLiteral("dark")}}) {
    QAction* action = view_->addAction(one.text, this, [one] {
      QSettings().setValue(QLatin1String(kThemeKey), one.name);
      apply_theme(one.theme);
    });
    action->setCheckable(true);
    action->setChecked(one.name == chosen);
    themes->addAction(action);
  }
  view_->addSeparator();
  for (qsizetype i = 0; i < Results::tab_names().size(); ++i) {
    const QString name = Results::tab_names().at(i);
    view_->addAction(tr("Show tab %1").arg(name), QKeySequence(QStringLiteral("Alt+%1").arg(i + 1)),
                     this, [this, name] { results_->show_tab(name); });
  }
  view_->addSeparator();
}

void Window::remember_file(const QString& file) {
  if (!QFileInfo(file).isFile()) return;
  const QString path = QFileInfo(file).absoluteFilePath();
  QStringList files = QSettings().value(QLatin1String(kRecentKey)).toStringList();
  files.removeAll(path);
  files.prepend(path);
  QSettings().setValue(QLatin1String(kRecentKey), files.mid(0, kMostRecent));
}

void Window::fill_recent() {
  recent_->clear();
  for (const QString& file : QSettings().value(QLatin1String(kRecentKey)).toStringList()) {
    recent_->addAction(file, this, [this, file] {
      if (may_leave()) session_.open(file);
    });
  }
  if (recent_->isEmpty()) recent_->addAction(tr("none yet"))->setEnabled(false);
}

void Window::open_dialog() {
  if (!may_leave()) return;
  const QString file = QFileDialog::getOpenFileName(this, tr("Open a scenario"), QString(),
                                                    tr("Scenarios (*.toml);;All files (*)"));
  if (!file.isEmpty()) session_.open(file);
}

bool Window::save() { return session_.is_on_disk() ? session_.save(session_.file()) : save_as(); }

bool Window::save_as() {
  QFileDialog dialog(this, tr("Save the scenario"), QString(), tr("Scenarios (*.toml)"));
  dialog.setAcceptMode(QFileDialog::AcceptSave);
  dialog.setDefaultSuffix(QStringLiteral("toml"));
  if (dialog.exec() != QDialog::Accepted) return false;
  const QString file = dialog.selectedFiles().constFirst();
  if (!session_.save(file)) return false;
  remember_file(file);
  return true;
}

bool Window::may_leave() {
  if (!session_.is_changed() || !isVisible()) return true;
  const auto answer = QMessageBox::question(
      this, tr("Unsaved changes"), tr("Save the changes to %1 first?").arg(session_.file()),
      QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Save);
  if (answer == QMessageBox::Save) return save();
  return answer == QMessageBox::Discard;
}

QString Window::command() const {
  if (!session_.is_sayable()) return {};
  return text_of(equivalent_command(Results::command_of(results_->tab()).toStdString(),
                                    session_.file().toStdString(), session_.scenario()));
}

void Window::copy_command() {
  const QString line = command();
  if (line.isEmpty()) {
    statusBar()->showMessage(
        tr("Save first: deployments or keys were added or taken out, which --set cannot say."),
        kMessageMs);
    return;
  }
  QApplication::clipboard()->setText(line);
  statusBar()->showMessage(tr("Copied: %1").arg(line), kMessageMs);
}

void Window::export_to(const QString& file) { results_->export_to(file); }

void Window::export_dialog() {
  QFileDialog dialog(this, tr("Export this view"), QString(),
                     tr("Picture (*.png);;Vector picture (*.svg);;Visible data (*.csv);;"
                        "Report (*.html);;Report as Markdown (*.md);;Report as JSON (*.json)"));
  dialog.setAcceptMode(QFileDialog::AcceptSave);
  const auto add_suffix = [&dialog](const QString& filter) {
    dialog.setDefaultSuffix(filter.section(QStringLiteral("*."), 1).chopped(1));
  };
  add_suffix(dialog.selectedNameFilter());
  connect(&dialog, &QFileDialog::filterSelected, &dialog, add_suffix);
  if (dialog.exec() != QDialog::Accepted) return;
  try {
    export_to(dialog.selectedFiles().constFirst());
  } catch (const std::exception& error) {
    QMessageBox::warning(this, tr("Not exported"), QString::fromUtf8(error.what()));
  }
}

void Window::show_store() {
  StoreDialog dialog(store_path(store_), this);
  connect(&dialog, &StoreDialog::scenario_chosen, this,
          [this](const QString& text, const QString& name) {
            if (may_leave()) session_.open_text(text, name);
          });
  dialog.exec();
}

void Window::show_profiler() {
  ProfileDialog dialog(store_, this);
  connect(&dialog, &ProfileDialog::model_chosen, this, [this](const QString& model) {
    session_.edit([&](const Scenario& s) { return with_model_file(s, model.toStdString()); });
  });
  dialog.exec();
}

}  // namespace faascast::gui
