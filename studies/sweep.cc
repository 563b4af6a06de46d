#include "studies/sweep.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "sim-core/error.h"
#include "studies/sweep_session.h"

namespace faascast {
namespace {

PointResult without_result(PointStatus status, std::string reason) {
  PointResult point;
  point.status = status;
  point.reason = std::move(reason);
  return point;
}

/// One sweep: looks up, runs, keeps.
class Sweeper {
 public:
  Sweeper(const SweepPlan& plan, const SweepOptions& options)
      : plan_(plan), options_(options), session_(plan, options) {}

  SweepReport run() {
    session_.look_up([this] {
      finished_ = session_.settled();
      look();
      return !is_stopped_;
    });
    if (!is_stopped_) run_tasks();
    return session_.take_report(is_stopped_);
  }

 private:
  void run_tasks() {
    const unsigned all = options_.threads > 0 ? options_.threads
                                              : std::max(1U, std::thread::hardware_concurrency());
    const auto workers = static_cast<unsigned>(std::min<std::size_t>(all, session_.tasks().size()));
    std::vector<std::thread> threads;
    const unsigned threads_a_point = workers == 0 ? 1 : std::max(1U, all / workers);
    for (unsigned i = 1; i < workers; ++i) {
      threads.emplace_back([this, threads_a_point] { work(threads_a_point); });
    }
    if (workers > 0) work(threads_a_point);
    for (std::thread& thread : threads) thread.join();
    if (error_) std::rethrow_exception(error_);
  }

  void work(unsigned threads) {
    StudyOptions study;
    study.seed = options_.seed;
    study.threads = threads;
    study.store = options_.store;
    study.monitor = [this](const Progress&) {
      look();
      return !is_stopped_;
    };
    try {
      const auto& tasks = session_.tasks();
      for (std::size_t next = next_++; next < tasks.size() && !is_stopped_; next = next_++) {
        session_.keep(tasks[next], run_point(plan_, tasks[next].number, study));
        ++finished_;
        look();
      }
    } catch (const Interrupted&) {
      is_stopped_ = true;
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      is_stopped_ = true;
    }
  }

  /// Tells the monitor, and asks it whether to go on.
  void look() {
    if (!options_.monitor) return;
    const std::lock_guard lock(mutex_);
    if (!options_.monitor(finished_, session_.report().points.size())) is_stopped_ = true;
  }

  const SweepPlan& plan_;
  const SweepOptions& options_;
  SweepSession session_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::uint64_t> finished_{0};
  std::atomic<bool> is_stopped_{false};
  std::mutex mutex_{};
  std::exception_ptr error_{};
};

}  // namespace

PointResult run_point(const SweepPlan& plan, std::size_t number, const StudyOptions& options) {
  try {
    const RunReport report = run_scenario(plan.at(number), options);
    if (report.interrupted) throw Interrupted();
    return point_of(report);
  } catch (const Interrupted&) {
    throw;
  } catch (const InputError& error) {
    return infeasible(error);
  } catch (const std::bad_alloc&) {
    return without_result(PointStatus::kFailed, "out of memory");
  } catch (const std::exception& error) {
    return without_result(PointStatus::kFailed, error.what());
  }
}

SweepReport sweep(const SweepPlan& plan, const SweepOptions& options) {
  return Sweeper(plan, options).run();
}

}  // namespace faascast
