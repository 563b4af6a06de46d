#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "studies/point_store.h"
#include "studies/result_key.h"
#include "studies/sweep.h"

namespace faascast {

/// A sweep whose points are run by somebody else: says which are to be run, takes their results in
/// any order, and puts the report together. Used by one thread at a time, but for keep().
class SweepSession {
 public:
  /// A point that has to be run.
  struct Task {
    std::size_t slot = 0;    ///< in the report
    std::size_t number = 0;  ///< in the plan, from 0
    std::string key{};
  };

  /// @param plan, options  outlive it
  /// @throws InputError as sweep()
  SweepSession(const SweepPlan& plan, const SweepOptions& options);

  /// Looks up all points in the store; models are measured here, one after another, so that no
  /// simulation disturbs them. @param goes_on  asked after each point; false ends it
  /// @throws InputError where no point of the plan can be read
  void look_up(const std::function<bool()>& goes_on);

  [[nodiscard]] const std::vector<Task>& tasks() const { return tasks_; }
  /// Points that need no run: known, or not possible.
  [[nodiscard]] std::uint64_t settled() const { return settled_; }

  /// Puts the result of a task into the report, and into the store where it is done. Thread-safe for
  /// different tasks.
  void keep(const Task& task, PointResult result);

  /// The points so far. @param interrupted  not all tasks were kept
  [[nodiscard]] SweepReport take_report(bool interrupted);
  [[nodiscard]] const SweepReport& report() const { return report_; }

 private:
  void describe();
  [[nodiscard]] bool others_are_readable() const;

  const SweepPlan& plan_;
  const SweepOptions& options_;
  std::uint64_t seed_;
  ResultKeys keys_{};
  std::unique_ptr<PointStore> store_{};
  SweepReport report_{};
  std::vector<Task> tasks_{};
  std::uint64_t settled_ = 0;
};

/// All problems in one line.
[[nodiscard]] std::string reason_of(const InputError& error);
/// A point that a problem does not allow.
[[nodiscard]] PointResult infeasible(const InputError& error);

}  // namespace faascast
