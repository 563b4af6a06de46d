#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "bindings/python/module.h"
#include "sim-core/engine.h"
#include "studies/sweep.h"

namespace faascast::python {

/// How far some work has come, told by its threads and looked at by Python's.
class Watch {
 public:
  [[nodiscard]] Monitor monitor() {
    return [this](const Progress& progress) {
      return tell(progress.requests, progress.expected_requests);
    };
  }
  [[nodiscard]] PointsMonitor points_monitor() {
    return [this](std::uint64_t finished, std::uint64_t all) { return tell(finished, all); };
  }
  void stop() { stopped_ = true; }
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> told() const { return {done_, all_}; }

 private:
  /// @return whether to go on
  bool tell(std::uint64_t done, std::uint64_t all) {
    done_ = done;
    all_ = all;
    return !stopped_;
  }
  std::atomic<std::uint64_t> done_{0};
  std::atomic<std::uint64_t> all_{0};
  std::atomic<bool> stopped_{false};
};

/// Does `work` on a thread of its own, without the GIL. Meanwhile this thread looks 50 times a
/// second for signals, so that Ctrl-C works in every study and whatever thread calls its monitor,
/// and tells `progress`, if it is not None, (done, all). An exception from there, a KeyboardInterrupt
/// included, stops the work and is raised when it has ended; False from `progress` stops it, too.
void watch(const py::object& progress, const std::function<void(Watch&)>& work);

/// What `work` answers.
template <class Work>
auto watched(const py::object& progress, Work&& work) {
  std::optional<decltype(work(std::declval<Watch&>()))> result;
  watch(progress, [&](Watch& watch) { result.emplace(work(watch)); });
  return *std::move(result);
}

}  // namespace faascast::python
