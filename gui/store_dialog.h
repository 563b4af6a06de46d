#pragma once

#include <QDialog>
#include <QString>
#include <filesystem>
#include <vector>

#include "studies/result_store.h"

class QLabel;
class QPlainTextEdit;
class QTableWidget;

namespace faascast::gui {

/// Saved results: what they are, what they said, and their scenario to open again.
class StoreDialog : public QDialog {
  Q_OBJECT
 public:
  explicit StoreDialog(std::filesystem::path store, QWidget* parent = nullptr);
  [[nodiscard]] int count() const;
  void choose(int row);

 Q_SIGNALS:
  void scenario_chosen(const QString& text, const QString& name);

 private:
  void show_runs();
  void show_run();
  void open_scenario();

  std::filesystem::path store_;
  std::vector<StoredRun> runs_{};
  QLabel* words_ = nullptr;
  QTableWidget* grid_ = nullptr;
  QPlainTextEdit* text_ = nullptr;
};

}  // namespace faascast::gui
