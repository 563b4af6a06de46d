#pragma once

#include <sched.h>
#include <sys/resource.h>

#include <cstddef>
#include <ctime>

#include "sim-core/units.h"

namespace faascast {

/// CPU time of the calling thread.
[[nodiscard]] inline Duration thread_cpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return Duration(now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec);
}

/// How often the scheduler took the core from the calling thread.
[[nodiscard]] inline long preemptions() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

/// Keeps the calling thread on the core that it is on; undone at the end of the scope. Where the
/// system forbids it, the thread simply stays free.
class Pinned {
 public:
  Pinned() {
    CPU_ZERO(&before_);
    if (sched_getaffinity(0, sizeof before_, &before_) != 0) return;
    const int core = sched_getcpu();
    if (core < 0 || core >= CPU_SETSIZE) return;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(core), &one);
    pinned_ = sched_setaffinity(0, sizeof one, &one) == 0;
  }
  ~Pinned() {
    if (pinned_) sched_setaffinity(0, sizeof before_, &before_);
  }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  cpu_set_t before_{};
  bool pinned_ = false;
};

}  // namespace faascast
