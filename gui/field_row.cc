#include "gui/field_row.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include "gui/look.h"

namespace faascast::gui {
namespace {

constexpr int kLabelWidth = 138;
constexpr int kEntryWidth = 128;
constexpr int kSliderStep = 1;
constexpr int kSliderPage = 20;

int next_drag() {
  static int last = 0;
  return ++last;
}

QString spoken_label(const FormField& field) {
  QString text = text_of(field.label);
  return text.replace(QLatin1Char('_'), QLatin1Char(' '));
}

}  // namespace

FieldRow::FieldRow(const FormField& field, QWidget* parent) : QWidget(parent), field_(field) {
  setObjectName(text_of(field.key));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(1);
  auto* row = new QHBoxLayout;
  row->setSpacing(6);
  column->addLayout(row);
  const QString help = tr("<b>%1</b> (%2)<br>%3")
                           .arg(text_of(field.key).toHtmlEscaped(),
                                text_of(field.type).toHtmlEscaped(),
                                text_of(field.help).toHtmlEscaped());
  setToolTip(help);
  label_ = new QLabel;
  label_->setFixedWidth(kLabelWidth);
  label_->setText(label_->fontMetrics().elidedText(spoken_label(field), Qt::ElideMiddle, kLabelWidth));
  row->addWidget(label_);
  make_editor();
  make_slider();
  if (slider_ == nullptr && check_ != nullptr) row->addStretch(1);
  problem_ = new QLabel;
  problem_->setWordWrap(true);
  problem_->setTextFormat(Qt::PlainText);
  problem_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  problem_->setStyleSheet(QStringLiteral("color: #D55E00; padding-left: 4px;"));
  problem_->setVisible(false);
  column->addWidget(problem_);
  show_value();
}

void FieldRow::make_editor() {
  auto* row = static_cast<QHBoxLayout*>(layout()->itemAt(0)->layout());
  QWidget* editor = nullptr;
  if (field_.kind == FieldKind::kFlag) {
    check_ = new QCheckBox;
    connect(check_, &QCheckBox::toggled, this,
            [this](bool on) { commit(on ? QStringLiteral("true") : QStringLiteral("false")); });
    editor = check_;
  } else if (!field_.choices.empty()) {
    combo_ = new QComboBox;
    combo_->setEditable(true);
    combo_->setInsertPolicy(QComboBox::NoInsert);
    combo_->setFocusPolicy(Qt::StrongFocus);
    combo_->setMinimumContentsLength(12);
    combo_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    for (const std::string& choice : field_.choices) combo_->addItem(text_of(choice));
    combo_->installEventFilter(this);
    line_ = combo_->lineEdit();
    connect(combo_, &QComboBox::textActivated, this, &FieldRow::commit);
    editor = combo_;
  } else {
    line_ = new QLineEdit;
    editor = line_;
  }
  if (line_ != nullptr) {
    connect(line_, &QLineEdit::editingFinished, this, [this] { commit(line_->text()); });
    line_->installEventFilter(this);
  }
  editor->setObjectName(text_of(field_.key) + QStringLiteral(".entry"));
  editor->setAccessibleName(spoken_label(field_));
  editor->setAccessibleDescription(text_of(field_.help));
  label_->setBuddy(editor);
  setFocusProxy(editor);
  if (field_.range) {
    editor->setFixedWidth(kEntryWidth);
    row->addWidget(editor);
  } else {
    row->addWidget(editor, check_ == nullptr ? 1 : 0);
  }
  if (field_.kind == FieldKind::kFile) {
    auto* button = new QToolButton;
    button->setText(QStringLiteral("…"));
    button->setToolTip(tr("Choose a file"));
    button->setAccessibleName(tr("Choose a file for %1").arg(spoken_label(field_)));
    connect(button, &QToolButton::clicked, this, &FieldRow::browse);
    row->addWidget(button);
  }
}

void FieldRow::make_slider() {
  if (!field_.range) return;
  slider_ = new QSlider(Qt::Horizontal);
  slider_->setObjectName(text_of(field_.key) + QStringLiteral(".slider"));
  slider_->setRange(0, FieldRange::kSteps);
  slider_->setSingleStep(kSliderStep);
  slider_->setPageStep(kSliderPage);
  slider_->setFocusPolicy(Qt::StrongFocus);
  slider_->setMinimumWidth(90);
  slider_->setAccessibleName(tr("%1, slider").arg(spoken_label(field_)));
  slider_->setAccessibleDescription(text_of(field_.help));
  slider_->installEventFilter(this);
  connect(slider_, &QSlider::sliderPressed, this, [this] { drag_ = next_drag(); });
  connect(slider_, &QSlider::valueChanged, this, [this](int step) {
    if (is_showing_ || !field_.range) return;
    if (drag_ == 0) drag_ = next_drag();
    const QString text = text_of(field_.range->text_at_step(field_.kind, step));
    if (line_ != nullptr) line_->setText(text);
    Q_EMIT edited(field_, text, drag_);
  });
  static_cast<QHBoxLayout*>(layout()->itemAt(0)->layout())->addWidget(slider_, 1);
}

void FieldRow::browse() {
  const QString file = QFileDialog::getOpenFileName(this, spoken_label(field_));
  if (!file.isEmpty()) commit(file);
}

void FieldRow::commit(const QString& text) {
  if (is_showing_) return;
  const QString trimmed = text.trimmed();
  if (trimmed == text_of(field_.value)) {
    if (problem_->isVisible()) show_problem({});
    return;
  }
  if (trimmed.isEmpty()) {
    Q_EMIT cleared(field_);
  } else {
    Q_EMIT edited(field_, trimmed, 0);
  }
}

void FieldRow::show_field(const FormField& field) {
  const bool has_new_choices = combo_ != nullptr && field.choices != field_.choices;
  field_ = field;
  if (has_new_choices) {
    is_showing_ = true;
    combo_->clear();
    for (const std::string& choice : field_.choices) combo_->addItem(text_of(choice));
    is_showing_ = false;
  }
  show_value();
}

void FieldRow::show_value() {
  is_showing_ = true;
  const QString value = text_of(field_.value);
  if (check_ != nullptr) {
    check_->setChecked((field_.value.empty() ? field_.initial : field_.value) == "true");
  }
  if (line_ != nullptr) {
    line_->setPlaceholderText(field_.initial.empty() ? QString() : text_of(field_.initial));
    const bool is_typed = line_->hasFocus() && line_->isModified();
    if (!is_typed && line_->text() != value) {
      if (combo_ != nullptr) combo_->setCurrentIndex(combo_->findText(value));
      line_->setText(value);
      line_->setCursorPosition(0);
    }
  }
  if (slider_ != nullptr && !slider_->isSliderDown() && field_.range) {
    const std::string& text = field_.value.empty() ? field_.initial : field_.value;
    if (const auto step = field_.range->step_of(field_.kind, text)) slider_->setValue(*step);
  }
  is_showing_ = false;
}

void FieldRow::show_problem(const QString& text) {
  problem_->setText(text);
  problem_->setVisible(!text.isEmpty());
  if (!text.isEmpty()) problem_->setAccessibleName(tr("Problem with %1").arg(spoken_label(field_)));
}

QString FieldRow::problem() const { return problem_->text(); }

bool FieldRow::eventFilter(QObject* object, QEvent* event) {
  // The wheel scrolls the form unless the field was chosen first.
  if (event->type() == QEvent::Wheel && !static_cast<QWidget*>(object)->hasFocus()) {
    event->ignore();
    return true;
  }
  if (object == slider_ && event->type() == QEvent::FocusIn) drag_ = next_drag();
  if (object == line_ && event->type() == QEvent::KeyPress &&
      static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
    line_->setModified(false);
    line_->setText(text_of(field_.value));
    show_problem({});
    return true;
  }
  return QWidget::eventFilter(object, event);
}

}  // namespace faascast::gui
