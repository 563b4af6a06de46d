#pragma once

#include <QMainWindow>
#include <QString>
#include <memory>

#include "gui/analyst.h"
#include "gui/look.h"
#include "gui/session.h"

class QActionGroup;
class QLabel;
class QMenu;
class QProgressBar;

namespace faascast::gui {

class FormPanel;
class Results;

/// The window: a form on the left, answers on the right, and what a desktop program has around them.
class Window : public QMainWindow {
  Q_OBJECT
 public:
  /// @param tab  that it begins with; empty: the first
  Window(Scenario first, const StoreOptions& store, const QString& tab = {},
         QWidget* parent = nullptr);
  ~Window() override;
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  [[nodiscard]] Session& session() { return session_; }
  [[nodiscard]] Analyst& analyst() { return *analyst_; }
  [[nodiscard]] Results& results() { return *results_; }
  [[nodiscard]] FormPanel& form() { return *form_; }
  /// "faascast breakeven FILE --set …", as the visible tab answers; empty where it must be saved
  /// first.
  [[nodiscard]] QString command() const;
  /// All that the visible tab asks for is answered.
  [[nodiscard]] bool is_settled() const;
  void export_to(const QString& file);

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void closeEvent(QCloseEvent* event) override;

 private:
  void make_file_menu();
  void make_edit_menu();
  void make_view_menu();
  void make_study_menu();
  void make_status_bar();
  void connect_parts();
  void show_scenario();
  void ask();
  void take_file(const QString& file);
  void open_dialog();
  bool save();
  bool save_as();
  [[nodiscard]] bool may_leave();
  void remember_file(const QString& file);
  void fill_recent();
  void copy_command();
  void export_dialog();
  void show_store();
  void show_profiler();
  void show_progress(const QString& text, int share);

  StoreOptions store_{};
  Session session_;
  std::unique_ptr<Analyst> analyst_{};
  FormPanel* form_ = nullptr;
  Results* results_ = nullptr;
  QMenu* recent_ = nullptr;
  QMenu* view_ = nullptr;
  QLabel* progress_words_ = nullptr;
  QProgressBar* progress_ = nullptr;
  QAction* undo_ = nullptr;
  QAction* redo_ = nullptr;
  QAction* pin_ = nullptr;
};

}  // namespace faascast::gui
