#pragma once

#include <QDialog>
#include <QElapsedTimer>
#include <QTimer>
#include <QString>
#include <memory>
#include <optional>
#include <thread>

#include "studies/model_source.h"

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;

namespace faascast::gui {

/// Executes a model on this machine and keeps what was measured.
class ProfileDialog : public QDialog {
  Q_OBJECT
 public:
  explicit ProfileDialog(const StoreOptions& store, QWidget* parent = nullptr);
  ~ProfileDialog() override;
  ProfileDialog(const ProfileDialog&) = delete;
  ProfileDialog& operator=(const ProfileDialog&) = delete;

  void start(const QString& model, double max_seconds);
  [[nodiscard]] bool is_measuring() const { return measurer_.joinable(); }
  [[nodiscard]] QString shown() const;

 Q_SIGNALS:
  void model_chosen(const QString& model);
  void finished_measuring();

 private:
  void show_progress();
  void finish(const QString& text, bool is_good);

  StoreOptions store_;
  QComboBox* model_ = nullptr;
  QComboBox* seconds_ = nullptr;
  QProgressBar* progress_ = nullptr;
  QPlainTextEdit* text_ = nullptr;
  QPushButton* start_ = nullptr;
  QPushButton* use_ = nullptr;
  QTimer timer_{};
  QElapsedTimer elapsed_{};
  std::thread measurer_{};
};

}  // namespace faascast::gui
