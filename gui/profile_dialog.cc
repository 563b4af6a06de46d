#include "gui/profile_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QMetaObject>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/look.h"
#include "gui/session.h"
#include "input/quantity.h"
#include "workloads/models.h"
#include "workloads/profile.h"
#include "workloads/profile_store.h"

namespace faascast::gui {
namespace {

constexpr int kTickMs = 100;
constexpr int kNearlyDone = 99;

QString words_of(const ExecutionProfile& profile) {
  const Distribution law = execution_distribution(profile);
  const auto time = [](Duration duration) { return text_of(format_duration(duration)); };
  QStringList lines;
  lines << text_of(profile.model)
        << QObject::tr("CPU time of an inference: mean %1, p50 %2, p95 %3, p99 %4")
               .arg(time(law.mean()), time(law.quantile(0.50)), time(law.quantile(0.95)),
                    time(law.quantile(0.99)))
        << QObject::tr("%1 samples, %2 dropped")
               .arg(text_of(format_count(profile.samples_ns.size())),
                    text_of(format_count(profile.dropped_samples)))
        << QObject::tr("Load %1, first inference %2")
               .arg(time(profile.load), time(profile.first_inference))
        << QObject::tr("On %1, %2 kernels")
               .arg(text_of(profile.host.cpu), text_of(profile.host.isa))
        << QObject::tr("Kept in the store; hash %1").arg(text_of(profile_hash(profile)));
  return lines.join(QLatin1Char('\n'));
}

}  // namespace

ProfileDialog::ProfileDialog(const StoreOptions& store, QWidget* parent)
    : QDialog(parent), store_(store) {
  setWindowTitle(tr("Profile a model on this machine"));
  resize(620, 460);
  auto* column = new QVBoxLayout(this);
  auto* row = new QHBoxLayout;
  model_ = new QComboBox;
  model_->setEditable(true);
  model_->setAccessibleName(tr("Model: a shipped one or an ONNX file"));
  for (const std::string& name : shipped_models()) model_->addItem(text_of(name));
  row->addWidget(model_, 1);
  auto* browse = new QToolButton;
  browse->setText(QStringLiteral("…"));
  browse->setAccessibleName(tr("Choose an ONNX file"));
  connect(browse, &QToolButton::clicked, this, [this] {
    const QString file =
        QFileDialog::getOpenFileName(this, tr("A model"), QString(), tr("Models (*.onnx)"));
    if (!file.isEmpty()) model_->setEditText(file);
  });
  row->addWidget(browse);
  seconds_ = new QComboBox;
  seconds_->setAccessibleName(tr("How long to measure"));
  for (const int seconds : {1, 5, 20}) seconds_->addItem(tr("%1 s").arg(seconds), seconds);
  seconds_->setCurrentIndex(1);
  row->addWidget(seconds_);
  column->addLayout(row);
  progress_ = new QProgressBar;
  progress_->setAccessibleName(tr("Progress of the measurement"));
  column->addWidget(progress_);
  text_ = new QPlainTextEdit;
  text_->setReadOnly(true);
  text_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  text_->setAccessibleName(tr("What was measured"));
  column->addWidget(text_, 1);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  start_ = buttons->addButton(tr("Measure"), QDialogButtonBox::ActionRole);
  use_ = buttons->addButton(tr("Use it in the scenario"), QDialogButtonBox::AcceptRole);
  use_->setEnabled(false);
  column->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(start_, &QPushButton::clicked, this,
          [this] { start(model_->currentText(), seconds_->currentData().toDouble()); });
  connect(use_, &QPushButton::clicked, this, [this] {
    Q_EMIT model_chosen(model_->currentText());
    accept();
  });
  connect(&timer_, &QTimer::timeout, this, &ProfileDialog::show_progress);
}

ProfileDialog::~ProfileDialog() {
  timer_.stop();
  if (measurer_.joinable()) measurer_.join();
}

QString ProfileDialog::shown() const { return text_->toPlainText(); }

void ProfileDialog::show_progress() {
  const int spent = static_cast<int>(elapsed_.elapsed());
  progress_->setValue(std::min(spent, progress_->maximum() * kNearlyDone / 100));
}

void ProfileDialog::finish(const QString& text, bool is_good) {
  measurer_.join();
  timer_.stop();
  progress_->setValue(progress_->maximum());
  text_->setPlainText(text);
  start_->setEnabled(true);
  use_->setEnabled(is_good);
  Q_EMIT finished_measuring();
}

void ProfileDialog::start(const QString& model, double max_seconds) {
  if (measurer_.joinable()) return;
  start_->setEnabled(false);
  use_->setEnabled(false);
  model_->setEditText(model);
  progress_->setRange(0, static_cast<int>(1000.0 * max_seconds));
  text_->setPlainText(tr("Measuring %1 …").arg(model));
  elapsed_.start();
  timer_.start(kTickMs);
  measurer_ = std::thread([this, name = model.toStdString(), store = store_, max_seconds] {
    QString text;
    bool is_good = false;
    try {
      ProfileOptions options;
      options.max_seconds = max_seconds;
      const ExecutionProfile profile = profile_model(name, options);
      ProfileStore(store_path(store)).put(profile);
      text = words_of(profile);
      is_good = true;
    } catch (const std::exception& error) {
      QStringList lines;
      for (const Problem& problem : problems_of(error)) lines << text_of(to_string(problem));
      text = lines.join(QLatin1Char('\n'));
    }
    QMetaObject::invokeMethod(this, [this, text, is_good] { finish(text, is_good); },
                              Qt::QueuedConnection);
  });
}

}  // namespace faascast::gui
