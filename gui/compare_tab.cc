#include "gui/compare_tab.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include "gui/look.h"
#include "studies/what_if.h"

namespace faascast::gui {

void show_table(QTableWidget& grid, const Table& table) {
  grid.clear();
  grid.setColumnCount(static_cast<int>(table.columns().size()));
  grid.setRowCount(static_cast<int>(table.rows().size()));
  QStringList heads;
  for (const Table::Column& column : table.columns()) heads << text_of(column.head);
  grid.setHorizontalHeaderLabels(heads);
  for (int r = 0; r < grid.rowCount(); ++r) {
    for (int c = 0; c < grid.columnCount(); ++c) {
      auto* item = new QTableWidgetItem(
          text_of(table.rows()[static_cast<std::size_t>(r)][static_cast<std::size_t>(c)]));
      const bool is_left =
          table.columns()[static_cast<std::size_t>(c)].align == Table::Align::kLeft;
      item->setTextAlignment(Qt::AlignVCenter | (is_left ? Qt::AlignLeft : Qt::AlignRight));
      grid.setItem(r, c, item);
    }
  }
  grid.resizeColumnsToContents();
}

CompareTab::CompareTab(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  words_ = new QLabel;
  words_->setWordWrap(true);
  words_->setTextFormat(Qt::PlainText);
  words_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  column->addWidget(words_);
  grid_ = new QTableWidget;
  grid_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  grid_->setAlternatingRowColors(true);
  grid_->verticalHeader()->hide();
  grid_->setAccessibleName(tr("What-ifs side by side"));
  column->addWidget(grid_, 1);
  pins_ = new QVBoxLayout;
  column->addLayout(pins_);
}

QString CompareTab::words() const { return words_->text(); }

void CompareTab::show_pins(const std::vector<Pin>& pins) {
  while (QLayoutItem* item = pins_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  for (std::size_t i = 0; i < pins.size(); ++i) {
    auto* row = new QWidget;
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    auto* name = new QLabel(pins[i].name);
    name->setTextFormat(Qt::PlainText);
    line->addWidget(name, 1);
    auto* back = new QPushButton(tr("Take up again"));
    back->setAccessibleName(tr("Take up %1 again").arg(pins[i].name));
    connect(back, &QPushButton::clicked, this, [this, i] { Q_EMIT take_up_asked(i); });
    line->addWidget(back);
    auto* away = new QPushButton(tr("Unpin"));
    away->setAccessibleName(tr("Unpin %1").arg(pins[i].name));
    connect(away, &QPushButton::clicked, this, [this, i] { Q_EMIT unpin_asked(i); },
            Qt::QueuedConnection);
    line->addWidget(away);
    pins_->addWidget(row);
  }
}

void CompareTab::show_runs(std::shared_ptr<const RunReport> run, const std::vector<Pin>& pins) {
  show_pins(pins);
  std::vector<NamedRun> runs;
  if (run) runs.push_back({tr("now").toStdString(), run.get()});
  for (const Pin& pin : pins) {
    if (pin.run) runs.push_back({pin.name.toStdString(), pin.run.get()});
  }
  if (runs.empty()) return;
  table_ = compared_runs(runs);
  show_table(*grid_, table_);
  QStringList sentences;
  for (const std::string& sentence : compared_in_words(runs)) sentences << text_of(sentence);
  if (pins.empty()) {
    sentences << tr("Pin a what-if (Ctrl+D), change something, and both stand here side by side.");
  } else if (sentences.isEmpty()) {
    sentences << tr("No difference in cost or p99.");
  }
  words_->setText(sentences.join(QLatin1Char('\n')));
}

}  // namespace faascast::gui
