#pragma once

#include <QScrollArea>
#include <QString>
#include <string>
#include <vector>

#include "sim-core/error.h"
#include "studies/form.h"
#include "studies/quick.h"

class QLabel;
class QMenu;
class QVBoxLayout;

namespace faascast::gui {

class FieldRow;
class SectionBox;
class Session;

/// The left side: a scenario as a form. What is edited goes to the session; what it refuses stands
/// beside the field.
class FormPanel : public QScrollArea {
  Q_OBJECT
 public:
  explicit FormPanel(Session& session, QWidget* parent = nullptr);

  void show_scenario();
  void show_estimates(const QuickReport& report);
  void show_problems(const std::vector<Problem>& problems);
  /// The row of a key; null where there is none.
  [[nodiscard]] FieldRow* row(const std::string& key);
  /// What stands above the form, because no field is to blame.
  [[nodiscard]] QString general_problem() const;

 private:
  void add_box(const FormSection& section, bool is_card);
  void fill_platforms(QMenu& menu);
  void fill_servers(QMenu& menu);

  Session& session_;
  QVBoxLayout* column_ = nullptr;
  QVBoxLayout* cards_ = nullptr;
  QLabel* problem_ = nullptr;
  std::vector<SectionBox*> boxes_{};
};

}  // namespace faascast::gui
