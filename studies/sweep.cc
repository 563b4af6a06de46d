#include "studies/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "input/byte_reader.h"
#include "sim-core/error.h"
#include "studies/point_store.h"
#include "studies/result_key.h"
#include "studies/version.h"

namespace faascast {
namespace {

/// All problems in one line.
std::string reason_of(const InputError& error) {
  std::string text;
  for (const Problem& problem : error.problems()) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", problem.where, problem.what);
  }
  return text;
}

PointResult without_result(PointStatus status, std::string reason) {
  PointResult point;
  point.status = status;
  point.reason = std::move(reason);
  return point;
}

PointResult infeasible(const InputError& error) {
  return without_result(PointStatus::kInfeasible, reason_of(error));
}

/// Of the model's profile, which is measured now where it has to be; empty where none is used.
std::string profile_hash_of(const Scenario& scenario, const StoreOptions& store) {
  if (scenario.model.onnx.empty() && scenario.model.profile.empty()) return {};
  return resolve_model(scenario, false, store).profile_hash;
}

/// A point that has to be run.
struct Task {
  std::size_t slot = 0;    ///< in the report
  std::size_t number = 0;  ///< in the plan
  std::string key{};
};

/// One sweep: looks up, runs, keeps.
class Sweeper {
 public:
  Sweeper(const SweepPlan& plan, const SweepOptions& options)
      : plan_(plan), options_(options), seed_(options.seed.value_or(plan.scenario.seed)) {
    if (options.keeps_points) {
      store_ = std::make_unique<PointStore>(store_path(options.store));
    }
  }

  SweepReport run() {
    describe();
    look_up();
    if (!is_stopped_) run_tasks();
    report_.interrupted = is_stopped_;
    return std::move(report_);
  }

 private:
  void describe() {
    report_.scenario = plan_.scenario.name;
    report_.seed = seed_;
    report_.version = program_version();
    report_.design = plan_.design;
    report_.keys = plan_.keys;
    report_.planned = plan_.points.size();
    report_.shard = options_.shard;
    std::string text = keys_.key_of(plan_.scenario, seed_,
                                    profile_hash_of(plan_.scenario, options_.store));
    for (const auto& values : plan_.points) {
      for (const std::string& value : values) text += fmt::format("{}:{},", value.size(), value);
    }
    for (const std::string& key : plan_.keys) text += fmt::format("{}:{},", key.size(), key);
    report_.fingerprint = sha256_hex(text).substr(0, 16);
    for (std::size_t i = options_.shard.index - 1; i < plan_.points.size();
         i += options_.shard.count) {
      report_.points.push_back({i + 1, plan_.points[i], {}});
    }
  }

  /// Models are measured here, one after another, so that no simulation disturbs them.
  void look_up() {
    bool any_readable = false;
    std::optional<InputError> first_error;
    for (std::size_t slot = 0; slot < report_.points.size() && !is_stopped_; ++slot) {
      SweepReport::Point& point = report_.points[slot];
      try {
        const Scenario scenario = plan_.at(point.number - 1);
        any_readable = true;
        Task task{slot, point.number - 1,
                  keys_.key_of(scenario, options_.seed.value_or(scenario.seed),
                               profile_hash_of(scenario, options_.store))};
        if (auto known = store_ ? store_->get(task.key) : std::nullopt) {
          point.result = *std::move(known);
          ++report_.reused;
          ++finished_;
        } else {
          tasks_.push_back(std::move(task));
        }
      } catch (const InputError& error) {
        if (!first_error) first_error = error;
        point.result = infeasible(error);
        ++finished_;
      }
      look();
    }
    if (any_readable || is_stopped_ || !first_error || others_are_readable()) return;
    throw InputError(*first_error);
  }

  [[nodiscard]] bool others_are_readable() const {
    for (std::size_t i = 0; i < plan_.points.size(); ++i) {
      if (i % options_.shard.count == options_.shard.index - 1) continue;
      try {
        (void)plan_.at(i);
        return true;
      } catch (const InputError&) {
        continue;
      }
    }
    return false;
  }

  void run_tasks() {
    const unsigned all = options_.threads > 0 ? options_.threads
                                              : std::max(1U, std::thread::hardware_concurrency());
    const auto workers = static_cast<unsigned>(std::min<std::size_t>(all, tasks_.size()));
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
      for (std::size_t next = next_++; next < tasks_.size() && !is_stopped_; next = next_++) {
        const Task& task = tasks_[next];
        PointResult result = run_point(plan_, task.number, study);
        if (store_ && result.status == PointStatus::kDone) {
          store_->put(task.key, plan_.scenario.name, result);
        }
        report_.points[task.slot].result = std::move(result);
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
    if (!options_.monitor(finished_, report_.points.size())) is_stopped_ = true;
  }

  const SweepPlan& plan_;
  const SweepOptions& options_;
  std::uint64_t seed_;
  ResultKeys keys_{};
  std::unique_ptr<PointStore> store_{};
  SweepReport report_{};
  std::vector<Task> tasks_{};
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
  if (options.shard.index < 1 || options.shard.index > options.shard.count) {
    throw InputError(Problem{"--shard",
                             fmt::format("there is no part {} of {}", options.shard.index,
                                         options.shard.count),
                             "parts are counted from 1: --shard 1/4"});
  }
  return Sweeper(plan, options).run();
}

}  // namespace faascast
