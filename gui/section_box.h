#pragma once

#include <QFrame>
#include <QString>
#include <map>
#include <string>

#include "studies/form.h"

class QLabel;
class QToolButton;
class QVBoxLayout;

namespace faascast::gui {

class FieldRow;

/// A part of the form: traffic, a deployment's card. What people look for first stands at once, the
/// rest is made when it is asked for.
class SectionBox : public QFrame {
  Q_OBJECT
 public:
  /// @param is_card  of a deployment: with a summary, and buttons to copy and to remove it
  SectionBox(const FormSection& section, bool is_card, QWidget* parent = nullptr);

  void show_section(const FormSection& section);
  [[nodiscard]] const FormSection& section() const { return section_; }
  void show_summary(const QString& text);
  void show_problem(const QString& text);  ///< of the section as a whole
  /// The row of a key, made now where it was hidden; null where the section has none.
  [[nodiscard]] FieldRow* row(const std::string& key);
  void clear_problems();

 Q_SIGNALS:
  void edited(const faascast::FormField& field, const QString& text, int drag);
  void cleared(const faascast::FormField& field);
  void copy_asked();
  void removal_asked();

 private:
  void make_head(bool is_card);
  void add_row(const FormField& field, QVBoxLayout* where);
  void show_more(bool more);
  void update_more_text();

  FormSection section_;
  QLabel* title_ = nullptr;
  QLabel* summary_ = nullptr;
  QLabel* problem_ = nullptr;
  QToolButton* more_ = nullptr;
  QWidget* rest_ = nullptr;
  QVBoxLayout* column_ = nullptr;
  QVBoxLayout* main_ = nullptr;
  QVBoxLayout* rest_column_ = nullptr;
  std::map<std::string, FieldRow*> rows_{};
  bool shows_rest_ = false;
};

}  // namespace faascast::gui
