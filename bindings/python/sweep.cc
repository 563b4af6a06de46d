#include "studies/sweep.h"

#include <pybind11/stl.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bindings/python/module.h"
#include "bindings/python/report.h"
#include "bindings/python/watch.h"
#include "studies/result_key.h"
#include "studies/sweep_session.h"

namespace faascast::python {
namespace {

using Seed = std::optional<std::uint64_t>;
using SharedPlan = std::shared_ptr<SweepPlan>;

SharedPlan plan_of(const Scenario& scenario, const std::vector<std::string>& vary,
                   const std::string& list, std::int64_t latin_points, const Seed& seed) {
  SweepRequest request;
  request.vary = vary;
  request.list = list;
  request.latin_points = latin_points;
  return std::make_shared<SweepPlan>(plan_sweep(scenario, request, seed));
}

SweepOptions options_of(const SweepPlan& plan, const Seed& seed, unsigned threads,
                        const std::string& store, bool keeps_points,
                        std::pair<std::uint64_t, std::uint64_t> shard) {
  SweepOptions options;
  options.seed = seed;
  options.threads = threads;
  options.store.file = store;
  // What a policy does is known to nobody but its author: its points are made anew.
  options.keeps_points = keeps_points && plan.scenario.changes.policies.empty();
  options.shard = {shard.first, shard.second};
  return options;
}

/// A sweep whose points are run by an executor.
class Session {
 public:
  Session(SharedPlan plan, SweepOptions options)
      : plan_(std::move(plan)), options_(std::move(options)), session_(*plan_, options_) {}

  static std::unique_ptr<Session> open(const SharedPlan& plan, const Seed& seed,
                                       const std::string& store, bool keeps_points,
                                       std::pair<std::uint64_t, std::uint64_t> shard) {
    return watched(py::none(), [&](Watch& watch) {
      auto session = std::make_unique<Session>(
          plan, options_of(*plan, seed, 1, store, keeps_points, shard));
      const PointsMonitor monitor = watch.points_monitor();
      const std::size_t all = session->session_.report().points.size();
      std::size_t seen = 0;
      bool is_stopped = false;
      session->session_.look_up([&] { return !(is_stopped = !monitor(++seen, all)); });
      if (is_stopped) throw Interrupted();
      for (const SweepSession::Task& task : session->session_.tasks()) {
        session->by_number_[task.number] = &task;
      }
      return session;
    });
  }

  [[nodiscard]] std::vector<std::size_t> numbers() const {
    std::vector<std::size_t> numbers;
    for (const auto& [number, task] : by_number_) numbers.push_back(number);
    return numbers;
  }
  void keep(std::size_t number, const std::string& json) {
    const py::gil_scoped_release no_gil;
    session_.keep(*by_number_.at(number), point_from_json(json));
  }
  [[nodiscard]] std::size_t all() const { return session_.report().points.size(); }
  [[nodiscard]] std::shared_ptr<Report> take_report(bool interrupted) {
    auto report = report_of(plan_->scenario, session_.take_report(interrupted));
    report->set_interrupted(interrupted);
    return report;
  }

 private:
  SharedPlan plan_;
  SweepOptions options_;
  SweepSession session_;
  std::map<std::size_t, const SweepSession::Task*> by_number_{};
};

/// What a scenario's results depend on, in 64 hex digits, but for a measured profile: workers of
/// another build, or that see other files, have another one.
std::string key_of(const Scenario& scenario, const Seed& seed) {
  const py::gil_scoped_release no_gil;
  return ResultKeys().key_of(scenario, seed.value_or(scenario.seed), {});
}

/// Points, run here one after another: what a task of an executor does.
/// @param points  of each the values of the keys
/// @return each one's JSON, and how long it took in seconds
std::vector<std::pair<std::string, double>> run_points(
    const Scenario& scenario, const std::vector<std::string>& keys,
    const std::vector<std::vector<std::string>>& points, const Seed& seed, unsigned threads,
    const std::string& store) {
  const SweepPlan plan{scenario, {}, keys, points};
  return watched(py::none(), [&](Watch& watch) {
    StudyOptions options;
    options.seed = seed;
    options.threads = threads;
    options.store.file = store;
    options.monitor = watch.monitor();
    std::vector<std::pair<std::string, double>> results;
    for (std::size_t number = 0; number < points.size(); ++number) {
      if (!options.monitor(Progress{})) throw Interrupted();
      const auto start = std::chrono::steady_clock::now();
      const PointResult point = run_point(plan, number, options);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      results.emplace_back(point_json(point), took.count());
    }
    return results;
  });
}

std::shared_ptr<Report> run_sweep(const SharedPlan& plan, const Seed& seed, unsigned threads,
                                  const std::string& store, bool keeps_points,
                                  std::pair<std::uint64_t, std::uint64_t> shard,
                                  const py::object& progress) {
  SweepReport report = watched(progress, [&](Watch& watch) {
    SweepOptions options = options_of(*plan, seed, threads, store, keeps_points, shard);
    options.monitor = watch.points_monitor();
    return sweep(*plan, options);
  });
  const bool interrupted = report.interrupted;
  auto made = report_of(plan->scenario, std::move(report));
  made->set_interrupted(interrupted);
  return made;
}

std::shared_ptr<Report> merge(const std::vector<std::string>& texts,
                              const std::vector<std::string>& names) {
  const py::gil_scoped_release no_gil;
  std::vector<SweepReport> parts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    parts.push_back(sweep_from_json(texts[i], names.at(i)));
  }
  return passing_report_of("sweep", merge_shards(std::move(parts), names));
}

}  // namespace

void bind_sweep(py::module_& m) {
  using py::arg;
  py::class_<SweepPlan, SharedPlan>(m, "SweepPlan", "All points of a sweep.")
      .def_readonly("design", &SweepPlan::design)
      .def_readonly("keys", &SweepPlan::keys)
      .def_readonly("points", &SweepPlan::points)
      .def("__len__", [](const SweepPlan& plan) { return plan.points.size(); });
  m.def("plan_sweep", &plan_of, arg("scenario"), arg("vary"), arg("list"), arg("latin"),
        arg("seed"));
  py::class_<Session>(m, "SweepSession", "A sweep whose points are run elsewhere.")
      .def(py::init(&Session::open), arg("plan"), arg("seed"), arg("store"), arg("keeps_points"),
           arg("shard"))
      .def("__len__", &Session::all)
      .def("numbers", &Session::numbers)
      .def("keep", &Session::keep, arg("number"), arg("json"))
      .def("take_report", &Session::take_report, arg("interrupted"));
  m.def("scenario_key", &key_of, arg("scenario"), arg("seed"));
  m.def("run_points", &run_points, arg("scenario"), arg("keys"), arg("points"), arg("seed"),
        arg("threads"), arg("store"));
  m.def("sweep", &run_sweep, arg("plan"), arg("seed"), arg("threads"), arg("store"),
        arg("keeps_points"), arg("shard"), arg("progress"));
  m.def("merge_shards", &merge, arg("texts"), arg("names"));
}

}  // namespace faascast::python
