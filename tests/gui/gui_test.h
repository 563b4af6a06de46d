#pragma once

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QSettings>
#include <QString>
#include <QTemporaryDir>
#include <QTest>
#include <memory>
#include <utility>

#include "gui/window.h"

namespace faascast::gui {

/// A window on a scenario, with a store and settings of its own.
class TestWindow {
 public:
  explicit TestWindow(const QString& name, const ScenarioChanges& changes = {},
                      const QString& tab = {}) {
    QCoreApplication::setOrganizationName(QStringLiteral("faascast-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder_.path());
    Scenario scenario = read_scenario(name.toStdString(), changes);
    scenario.file_name = name.toStdString();
    window_ = std::make_unique<Window>(std::move(scenario),
                                       StoreOptions{folder_.filePath(QStringLiteral("store.sqlite"))
                                                        .toStdString()},
                                       tab);
    window_->show();
  }

  Window* operator->() const { return window_.get(); }
  Window& operator*() const { return *window_; }
  [[nodiscard]] QString path(const QString& name) const { return folder_.filePath(name); }

  /// All that the visible tab asks for is there. @return false after some minutes
  [[nodiscard]] bool settles() const {
    constexpr int kMs = 400'000;
    const bool is_settled = QTest::qWaitFor([this] { return window_->is_settled(); }, kMs);
    QCoreApplication::processEvents();  // the last answers
    return is_settled;
  }

 private:
  QTemporaryDir folder_{};
  std::unique_ptr<Window> window_{};
};

}  // namespace faascast::gui
