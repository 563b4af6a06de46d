#include "gui/store_dialog.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFontDatabase>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>
#include <utility>

#include "gui/compare_tab.h"
#include "gui/look.h"
#include "gui/session.h"

namespace faascast::gui {

StoreDialog::StoreDialog(std::filesystem::path store, QWidget* parent)
    : QDialog(parent), store_(std::move(store)) {
  setWindowTitle(tr("Saved results"));
  resize(860, 620);
  auto* column = new QVBoxLayout(this);
  words_ = new QLabel;
  words_->setWordWrap(true);
  words_->setTextFormat(Qt::PlainText);
  column->addWidget(words_);
  grid_ = new QTableWidget;
  grid_->setSelectionBehavior(QAbstractItemView::SelectRows);
  grid_->setSelectionMode(QAbstractItemView::SingleSelection);
  grid_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  grid_->verticalHeader()->hide();
  grid_->setAccessibleName(tr("Saved results"));
  column->addWidget(grid_, 1);
  text_ = new QPlainTextEdit;
  text_->setReadOnly(true);
  text_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  text_->setAccessibleName(tr("The chosen result as JSON"));
  column->addWidget(text_, 1);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  QPushButton* open =
      buttons->addButton(tr("Open its scenario"), QDialogButtonBox::AcceptRole);
  QPushButton* other =
      buttons->addButton(tr("Another store…"), QDialogButtonBox::ActionRole);
  column->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(open, &QPushButton::clicked, this, &StoreDialog::open_scenario);
  connect(other, &QPushButton::clicked, this, [this] {
    const QString file = QFileDialog::getOpenFileName(this, tr("A store"), QString(),
                                                      tr("Stores (*.sqlite);;All files (*)"));
    if (file.isEmpty()) return;
    store_ = file.toStdString();
    show_runs();
  });
  connect(grid_, &QTableWidget::itemSelectionChanged, this, &StoreDialog::show_run);
  show_runs();
}

int StoreDialog::count() const { return grid_->rowCount(); }

void StoreDialog::choose(int row) { grid_->selectRow(row); }

void StoreDialog::show_runs() {
  text_->clear();
  runs_.clear();
  try {
    runs_ = list_runs(store_);
    words_->setText(runs_.empty() ? tr("%1 has no results yet: the CLI's --save keeps them.")
                                        .arg(text_of(store_.string()))
                                  : text_of(store_.string()));
  } catch (const std::exception& error) {
    words_->setText(text_of(to_string(problems_of(error).front())));
  }
  Table table({{"number"},
               {"saved", Table::Align::kLeft},
               {"kind", Table::Align::kLeft},
               {"scenario", Table::Align::kLeft},
               {"seed"},
               {"version", Table::Align::kLeft}});
  for (const StoredRun& run : runs_) {
    table.add({std::to_string(run.id), run.created, run.record.kind, run.record.scenario_name,
               std::to_string(run.record.seed), run.version});
  }
  show_table(*grid_, table);
}

void StoreDialog::show_run() {
  const int row = grid_->currentRow();
  if (row < 0 || static_cast<std::size_t>(row) >= runs_.size()) return;
  try {
    StoredRun& run = runs_[static_cast<std::size_t>(row)];
    run = load_run(store_, run.id);
    text_->setPlainText(text_of(run.record.json));
  } catch (const std::exception& error) {
    text_->setPlainText(text_of(to_string(problems_of(error).front())));
  }
}

void StoreDialog::open_scenario() {
  const int row = grid_->currentRow();
  if (row < 0 || static_cast<std::size_t>(row) >= runs_.size()) return;
  const RunRecord& record = runs_[static_cast<std::size_t>(row)].record;
  Q_EMIT scenario_chosen(text_of(record.scenario_text), text_of(record.scenario_name));
  accept();
}

}  // namespace faascast::gui
