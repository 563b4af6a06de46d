#pragma once

#include <QString>
#include <QWidget>

#include "studies/form.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QSlider;

namespace faascast::gui {

/// One key of a scenario: its name, a typed entry, a slider where it has a range, and what is wrong
/// with it.
class FieldRow : public QWidget {
  Q_OBJECT
 public:
  explicit FieldRow(const FormField& field, QWidget* parent = nullptr);

  [[nodiscard]] const FormField& field() const { return field_; }
  /// The scenario's own value; what is just being typed or dragged stays.
  void show_field(const FormField& field);
  void show_problem(const QString& text);
  [[nodiscard]] QString problem() const;
  [[nodiscard]] QSlider* slider() const { return slider_; }
  [[nodiscard]] QLineEdit* line() const { return line_; }

 Q_SIGNALS:
  /// @param drag  the same for all values of one drag
  void edited(const faascast::FormField& field, const QString& text, int drag);
  void cleared(const faascast::FormField& field);

 protected:
  bool eventFilter(QObject* object, QEvent* event) override;

 private:
  void make_editor();
  void make_slider();
  void browse();
  void commit(const QString& text);
  void show_value();

  FormField field_;
  QLabel* label_ = nullptr;
  QLabel* problem_ = nullptr;
  QLineEdit* line_ = nullptr;
  QComboBox* combo_ = nullptr;
  QCheckBox* check_ = nullptr;
  QSlider* slider_ = nullptr;
  int drag_ = 0;
  bool is_showing_ = false;
};

}  // namespace faascast::gui
