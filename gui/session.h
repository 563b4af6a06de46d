#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim-core/error.h"
#include "studies/form.h"
#include "studies/run.h"
#include "studies/scenario.h"

namespace faascast::gui {

/// A what-if that was put aside, with its run.
struct Pin {
  QString name{};
  Scenario scenario{};
  std::shared_ptr<const RunReport> run{};
};

/// What is being looked at: one scenario, the ones before it, and those put aside. Every edit makes
/// a new value; one that the studies refuse changes nothing and is reported.
class Session : public QObject {
  Q_OBJECT
 public:
  explicit Session(Scenario first, QObject* parent = nullptr);

  [[nodiscard]] const Scenario& scenario() const { return history_[at_]; }
  /// As it is opened by the CLI: a path, or the name of a shipped scenario.
  [[nodiscard]] const QString& file() const { return file_; }
  /// It has a path that it can be saved to.
  [[nodiscard]] bool is_on_disk() const;
  [[nodiscard]] bool is_changed() const;
  /// Its changes can be said with --set alone.
  [[nodiscard]] bool is_sayable() const { return scenario().text == saved_text_; }

  /// A path, or a shipped scenario. @return false, and refused(), where it cannot be read
  bool open(const QString& file);
  bool open_text(const QString& text, const QString& name);
  /// Writes the text with all changes, comments kept. @return false, and refused(), on failure
  bool save(const QString& file);

  /// `drag`: edits of one field with the same number other than 0 are one step of undo.
  bool assign(const FormField& field, const QString& text, int drag = 0);
  bool clear(const FormField& field);
  using Edit = std::function<Scenario(const Scenario&)>;
  bool edit(const Edit& edit);

  [[nodiscard]] bool can_undo() const { return at_ > 0; }
  [[nodiscard]] bool can_redo() const { return at_ + 1 < history_.size(); }
  void undo();
  void redo();

  [[nodiscard]] const std::vector<Pin>& pins() const { return pins_; }
  void pin(std::shared_ptr<const RunReport> run);
  void unpin(std::size_t index);
  void take_up(std::size_t index);  ///< a pinned scenario becomes the present one

 Q_SIGNALS:
  void changed();
  void pins_changed();
  void opened(const QString& file);
  /// What the studies said; empty: the last edit was accepted.
  void refused(const std::vector<faascast::Problem>& problems);

 private:
  bool attempt(const std::function<void()>& change);
  void push(Scenario next, int drag, const std::string& key);
  void restart(Scenario first, const QString& file, std::string saved);

  std::vector<Scenario> history_{};
  std::size_t at_ = 0;
  QString file_{};
  std::string saved_text_{};
  int drag_ = 0;
  std::string dragged_key_{};
  std::vector<Pin> pins_{};
};

/// What any failure says, as problems.
[[nodiscard]] std::vector<Problem> problems_of(const std::exception& error);

}  // namespace faascast::gui
