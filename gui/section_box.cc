#include "gui/section_box.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "gui/field_row.h"
#include "gui/look.h"

namespace faascast::gui {

SectionBox::SectionBox(const FormSection& section, bool is_card, QWidget* parent)
    : QFrame(parent), section_(section) {
  setFrameShape(is_card ? QFrame::StyledPanel : QFrame::NoFrame);
  setAccessibleName(text_of(section.title));
  column_ = new QVBoxLayout(this);
  column_->setContentsMargins(8, 6, 8, 6);
  column_->setSpacing(4);
  make_head(is_card);
  main_ = new QVBoxLayout;
  main_->setSpacing(3);
  column_->addLayout(main_);
  more_ = new QToolButton;
  more_->setCheckable(true);
  more_->setAutoRaise(true);
  more_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  connect(more_, &QToolButton::toggled, this, &SectionBox::show_more);
  column_->addWidget(more_, 0, Qt::AlignLeft);
  rest_ = new QWidget;
  rest_column_ = new QVBoxLayout(rest_);
  rest_column_->setContentsMargins(0, 0, 0, 0);
  rest_column_->setSpacing(3);
  rest_->setVisible(false);
  column_->addWidget(rest_);
  for (const FormField& field : section.fields) {
    if (field.is_main) add_row(field, main_);
  }
  update_more_text();
}

void SectionBox::make_head(bool is_card) {
  auto* head = new QHBoxLayout;
  title_ = new QLabel(text_of(section_.title));
  QFont bold = title_->font();
  bold.setBold(true);
  title_->setFont(bold);
  title_->setTextFormat(Qt::PlainText);
  head->addWidget(title_, 1);
  if (is_card) {
    const auto add_button = [&](const QString& text, const QString& help, auto signal) {
      auto* button = new QToolButton;
      button->setText(text);
      button->setAutoRaise(true);
      button->setToolTip(help);
      button->setAccessibleName(QStringLiteral("%1: %2").arg(text_of(section_.title), help));
      connect(button, &QToolButton::clicked, this, signal);
      head->addWidget(button);
    };
    add_button(tr("Copy"), tr("Add a deployment like this one"), &SectionBox::copy_asked);
    add_button(tr("Remove"), tr("Take this deployment out"), &SectionBox::removal_asked);
  }
  column_->addLayout(head);
  summary_ = new QLabel;
  summary_->setTextFormat(Qt::PlainText);
  summary_->setWordWrap(true);
  summary_->setVisible(false);
  column_->addWidget(summary_);
  problem_ = new QLabel;
  problem_->setTextFormat(Qt::PlainText);
  problem_->setWordWrap(true);
  problem_->setStyleSheet(QStringLiteral("color: #D55E00;"));
  problem_->setVisible(false);
  column_->addWidget(problem_);
}

void SectionBox::add_row(const FormField& field, QVBoxLayout* where) {
  auto* row = new FieldRow(field);
  connect(row, &FieldRow::edited, this, &SectionBox::edited);
  connect(row, &FieldRow::cleared, this, &SectionBox::cleared);
  where->addWidget(row);
  rows_[field.key] = row;
}

void SectionBox::show_more(bool more) {
  if (more && !shows_rest_) {
    shows_rest_ = true;
    for (const FormField& field : section_.fields) {
      if (!rows_.contains(field.key)) add_row(field, rest_column_);
    }
  }
  rest_->setVisible(more);
  update_more_text();
}

void SectionBox::update_more_text() {
  const auto hidden = std::count_if(section_.fields.begin(), section_.fields.end(),
                                    [](const FormField& field) { return !field.is_main; });
  more_->setVisible(hidden > 0);
  more_->setArrowType(more_->isChecked() ? Qt::DownArrow : Qt::RightArrow);
  more_->setText(more_->isChecked() ? tr("Fewer settings") : tr("%1 more settings").arg(hidden));
  more_->setAccessibleName(tr("More settings of %1").arg(text_of(section_.title)));
}

void SectionBox::show_section(const FormSection& section) {
  section_ = section;
  title_->setText(text_of(section.title));
  std::set<std::string> keys;
  for (const FormField& field : section.fields) {
    keys.insert(field.key);
    if (const auto found = rows_.find(field.key); found != rows_.end()) {
      found->second->show_field(field);
    } else if (field.is_main || shows_rest_) {
      add_row(field, field.is_main ? main_ : rest_column_);
    }
  }
  std::erase_if(rows_, [&](const auto& entry) {
    if (keys.contains(entry.first)) return false;
    entry.second->hide();
    entry.second->deleteLater();
    return true;
  });
  update_more_text();
}

void SectionBox::show_summary(const QString& text) {
  summary_->setText(text);
  summary_->setVisible(!text.isEmpty());
}

void SectionBox::show_problem(const QString& text) {
  problem_->setText(text);
  problem_->setVisible(!text.isEmpty());
}

FieldRow* SectionBox::row(const std::string& key) {
  const auto known = rows_.find(key);
  if (known != rows_.end()) return known->second;
  for (const FormField& field : section_.fields) {
    if (field.key != key) continue;
    more_->setChecked(true);
    return rows_.at(key);
  }
  return nullptr;
}

void SectionBox::clear_problems() {
  show_problem({});
  for (const auto& [key, row] : rows_) {
    if (!row->problem().isEmpty()) row->show_problem({});
  }
}

}  // namespace faascast::gui
