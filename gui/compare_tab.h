#pragma once

#include <QWidget>
#include <vector>

#include "gui/session.h"
#include "studies/report/table.h"

class QLabel;
class QTableWidget;
class QVBoxLayout;

namespace faascast::gui {

/// The present what-if beside those that were pinned.
class CompareTab : public QWidget {
  Q_OBJECT
 public:
  explicit CompareTab(QWidget* parent = nullptr);
  /// @param run  of the present scenario; null: not there yet
  void show_runs(std::shared_ptr<const RunReport> run, const std::vector<Pin>& pins);
  [[nodiscard]] const Table& shown() const { return table_; }
  [[nodiscard]] QString words() const;

 Q_SIGNALS:
  void take_up_asked(std::size_t pin);
  void unpin_asked(std::size_t pin);

 private:
  void show_pins(const std::vector<Pin>& pins);

  Table table_{{}};
  QLabel* words_ = nullptr;
  QTableWidget* grid_ = nullptr;
  QVBoxLayout* pins_ = nullptr;
};

/// A table of the studies as a widget's rows.
void show_table(QTableWidget& grid, const Table& table);

}  // namespace faascast::gui
