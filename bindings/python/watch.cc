#include "bindings/python/watch.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace faascast::python {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks(20);

/// Work on its own thread, joined before anything that it refers to goes.
class Worker {
 public:
  Worker(const std::function<void(Watch&)>& work, Watch& watch)
      : thread_([this, &work, &watch] {
          try {
            work(watch);
          } catch (...) {
            error_ = std::current_exception();
          }
          const std::lock_guard lock(mutex_);
          is_done_ = true;
          done_.notify_one();
        }) {}
  ~Worker() { thread_.join(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// @return whether it is done
  bool wait() {
    std::unique_lock lock(mutex_);
    return done_.wait_for(lock, kBetweenLooks, [this] { return is_done_; });
  }
  [[nodiscard]] std::exception_ptr error() const { return error_; }

 private:
  std::mutex mutex_{};
  std::condition_variable done_{};
  bool is_done_ = false;
  std::exception_ptr error_{};
  std::thread thread_;  // last: it uses the others
};

/// Signals and the user's callback. @pre the GIL is held
void look(const py::object& progress, Watch& watch) {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  if (progress.is_none()) return;
  const auto [done, all] = watch.told();
  const py::object answer = progress(done, all);
  if (answer.ptr() == Py_False) watch.stop();
}

}  // namespace

void watch(const py::object& progress, const std::function<void(Watch&)>& work) {
  Watch watch;
  std::exception_ptr raised;
  std::exception_ptr failed;
  {
    const py::gil_scoped_release no_gil;
    Worker worker(work, watch);
    while (!worker.wait()) {
      const py::gil_scoped_acquire gil;
      if (raised) continue;
      try {
        look(progress, watch);
      } catch (...) {
        raised = std::current_exception();
        watch.stop();
      }
    }
    failed = worker.error();
  }
  if (raised) std::rethrow_exception(raised);
  if (failed) std::rethrow_exception(failed);
  if (!progress.is_none()) look(progress, watch);
}

}  // namespace faascast::python
