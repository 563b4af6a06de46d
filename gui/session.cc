#include "gui/session.h"

#include <QDir>
#include <QFileInfo>
#include <QSaveFile>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "gui/look.h"

namespace faascast::gui {
namespace {

constexpr std::size_t kMostSteps = 2000;

}  // namespace

std::vector<Problem> problems_of(const std::exception& error) {
  if (const auto* input = dynamic_cast<const InputError*>(&error)) return input->problems();
  return {Problem{"", error.what(), ""}};
}

Session::Session(Scenario first, QObject* parent) : QObject(parent) {
  const QString file = text_of(first.file_name);
  std::string text = first.text;
  history_.push_back(std::move(first));
  file_ = file;
  saved_text_ = std::move(text);
}

bool Session::is_on_disk() const { return QFileInfo(file_).isFile(); }

bool Session::is_changed() const {
  return scenario().text != saved_text_ || !scenario().changes.set.empty();
}

bool Session::attempt(const std::function<void()>& change) {
  try {
    change();
  } catch (const std::exception& error) {
    Q_EMIT refused(problems_of(error));
    return false;
  }
  Q_EMIT refused({});
  Q_EMIT changed();
  return true;
}

void Session::restart(Scenario first, const QString& file, std::string saved) {
  history_.clear();
  history_.push_back(std::move(first));
  at_ = 0;
  drag_ = 0;
  file_ = file;
  saved_text_ = std::move(saved);
}

bool Session::open(const QString& file) {
  const bool is_open = attempt([&] {
    Scenario scenario = read_scenario(file.toStdString());
    std::string text = scenario.text;
    restart(std::move(scenario), file, std::move(text));
  });
  if (is_open) Q_EMIT opened(file);
  return is_open;
}

bool Session::open_text(const QString& text, const QString& name) {
  return attempt([&] {
    restart(scenario_from_text(text.toStdString(), name.toStdString(), {}), name, {});
  });
}

bool Session::save(const QString& file) {
  return attempt([&] {
    const std::string text = saved_text(scenario());
    QSaveFile out(file);
    if (!out.open(QIODevice::WriteOnly) ||
        out.write(text.data(), static_cast<qint64>(text.size())) !=
            static_cast<qint64>(text.size()) ||
        !out.commit()) {
      throw std::runtime_error(file.toStdString() +
                               ": cannot be written: " + out.errorString().toStdString());
    }
    // Relative paths start at the file's folder: read again from there.
    Scenario reread = read_scenario(file.toStdString());
    history_.resize(at_ + 1);
    history_.push_back(std::move(reread));
    ++at_;
    file_ = file;
    saved_text_ = text;
  });
}

void Session::push(Scenario next, int drag, const std::string& key) {
  const bool joins = drag != 0 && drag == drag_ && key == dragged_key_ && at_ > 0;
  history_.resize(at_ + 1);
  if (joins) {
    history_.back() = std::move(next);
  } else {
    history_.push_back(std::move(next));
    ++at_;
  }
  if (history_.size() > kMostSteps) {
    history_.erase(history_.begin());
    --at_;
  }
  drag_ = drag;
  dragged_key_ = key;
}

bool Session::assign(const FormField& field, const QString& text, int drag) {
  return attempt([&] {
    push(with_assignment(scenario(), assignment_of(field, text.trimmed().toStdString())), drag,
         field.key);
  });
}

bool Session::clear(const FormField& field) {
  return attempt([&] { push(without_key(scenario(), field.key), 0, field.key); });
}

bool Session::edit(const Edit& edit) {
  return attempt([&] { push(edit(scenario()), 0, {}); });
}

void Session::undo() {
  if (!can_undo()) return;
  --at_;
  drag_ = 0;
  Q_EMIT refused({});
  Q_EMIT changed();
}

void Session::redo() {
  if (!can_redo()) return;
  ++at_;
  drag_ = 0;
  Q_EMIT refused({});
  Q_EMIT changed();
}

void Session::pin(std::shared_ptr<const RunReport> run) {
  const QString name = tr("%1: %2").arg(QChar(u'A' + static_cast<char16_t>(pins_.size() % 26)),
                                        scenario().changes.set.empty()
                                            ? text_of(scenario().name)
                                            : text_of(scenario().changes.set.back()));
  pins_.push_back({name, scenario(), std::move(run)});
  Q_EMIT pins_changed();
}

void Session::unpin(std::size_t index) {
  if (index >= pins_.size()) return;
  pins_.erase(pins_.begin() + static_cast<std::ptrdiff_t>(index));
  Q_EMIT pins_changed();
}

void Session::take_up(std::size_t index) {
  if (index >= pins_.size()) return;
  push(pins_[index].scenario, 0, {});
  Q_EMIT refused({});
  Q_EMIT changed();
}

}  // namespace faascast::gui
