#pragma once

#include <QObject>
#include <QString>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "sim-core/error.h"
#include "studies/breakeven.h"
#include "studies/optimise.h"
#include "studies/run.h"
#include "studies/scenario.h"
#include "studies/sensitivity.h"
#include "studies/what_if.h"

namespace faascast::gui {

/// What can be asked of a scenario, from the quickest to the slowest.
enum class Study {
  kRun,          ///< one draw, with what happened when
  kCrossing,     ///< breakeven without intervals
  kBreakeven,    ///< with intervals, and what would reverse the verdict
  kOptimise,
  kSensitivity,
  kPrecise,      ///< draws until the figures are as exact as asked for
};

/// Answers about the newest scenario, from two threads of its own: estimates at once in one, studies
/// one after another in the other. A newer scenario cancels what is going on. Answers come as
/// signals in the thread that this object lives in; those about older scenarios never come.
class Analyst : public QObject {
  Q_OBJECT
 public:
  explicit Analyst(StoreOptions store = {}, QObject* parent = nullptr);
  ~Analyst() override;
  Analyst(const Analyst&) = delete;
  Analyst& operator=(const Analyst&) = delete;

  /// A new scenario: its estimate, a run, then the studies in `wanted`, then a precise run.
  void ask(const Scenario& scenario, const std::vector<Study>& wanted);
  /// These studies too, if they are not there or on their way; before all others but the run. One
  /// that is under way begins anew afterwards.
  void want(const std::vector<Study>& studies);
  void cancel();
  /// Half-width against mean that precise runs stop at; 0: no precise runs.
  void set_precision(double precision) { precision_ = precision; }
  /// Requests that a point of a curve simulates, about; 0: as many as the CLI.
  void set_requests_per_point(std::uint64_t requests) { requests_per_point_ = requests; }
  [[nodiscard]] bool is_busy() const;

 Q_SIGNALS:
  void estimated(std::shared_ptr<const faascast::WhatIf> answer, double milliseconds);
  void ran(std::shared_ptr<const faascast::RunReport> report);
  void compared(std::shared_ptr<const faascast::BreakevenReport> report, bool is_complete);
  void optimised(std::shared_ptr<const faascast::OptimiseReport> report);
  void sensed(std::shared_ptr<const faascast::SensitivityReport> report);
  /// @param study  "breakeven": what could not be answered
  void failed(const QString& study, const std::vector<faascast::Problem>& problems);
  /// @param share  of the present piece of work, 0 to 1000; -1: not known
  void progressed(const QString& text, int share);
  void idle();  ///< nothing is left to do

 private:
  struct Job {
    std::uint64_t number = 0;
    Study study = Study::kRun;
    std::shared_ptr<const Scenario> scenario{};
  };
  /// Of traffic and model, as long as edits leave them alone.
  struct Prepared {
    std::string key{};
    Inputs inputs{};
    QuickTraffic traffic{};
  };

  void estimate_loop();
  void study_loop();
  void estimate(const Job& job);
  void answer(const Job& job);
  [[nodiscard]] std::shared_ptr<const Prepared> prepared(const Job& job);
  [[nodiscard]] Monitor monitor_of(const Job& job, const QString& what);
  [[nodiscard]] StudyOptions options_of(const Job& job, const QString& what);
  [[nodiscard]] bool is_wanted(const Job& job) const;
  /// Runs in the thread of this object, unless a newer scenario came meanwhile.
  void tell(const Job& job, std::function<void()> what);
  void tell_failure(const Job& job, const QString& study, const std::exception& error);

  StoreOptions store_{};
  std::atomic<double> precision_{0.02};
  std::atomic<std::uint64_t> wanted_{0};
  std::atomic<std::uint64_t> requests_per_point_{0};
  std::atomic<bool> hurries_{false};  ///< the present study gives way to another
  mutable std::mutex mutex_{};
  std::condition_variable woken_{};
  std::optional<Job> to_estimate_{};
  std::deque<Job> jobs_{};
  std::optional<Job> current_{};
  std::set<std::pair<std::uint64_t, Study>> asked_{};
  std::shared_ptr<const Scenario> scenario_{};
  bool estimates_ = false;
  bool works_ = false;
  bool ends_ = false;
  std::mutex preparing_{};
  std::shared_ptr<const Prepared> prepared_{};
  std::thread estimator_{};
  std::thread worker_{};
};

}  // namespace faascast::gui
