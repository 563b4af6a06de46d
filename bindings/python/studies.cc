#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/python/module.h"
#include "bindings/python/report.h"
#include "bindings/python/watch.h"
#include "studies/breakeven.h"
#include "studies/breakeven_map.h"
#include "studies/hybrid.h"
#include "studies/optimise.h"
#include "studies/quick.h"
#include "studies/run.h"
#include "studies/sensitivity.h"
#include "studies/validate.h"

namespace faascast::python {
namespace {

using SharedReport = std::shared_ptr<Report>;
using Seed = std::optional<std::uint64_t>;

StudyOptions study_options(const Seed& seed, unsigned threads, const std::string& store,
                           Watch& watch) {
  StudyOptions options;
  options.seed = seed;
  options.threads = threads;
  options.store.file = store;
  options.monitor = watch.monitor();
  return options;
}

SharedReport run(const Scenario& scenario, const Seed& seed, unsigned threads,
                 const std::string& store, unsigned replications, double precision, bool timeline,
                 bool ranks, const py::object& progress) {
  RunReport report = watched(progress, [&](Watch& watch) {
    StudyOptions options = study_options(seed, threads, store, watch);
    options.replications = replications;
    options.precision = precision;
    options.timeline = timeline;
    RunReport made = run_scenario(scenario, options);
    return ranks ? ranked(std::move(made)) : made;
  });
  return report_of(scenario, std::move(report));
}

SharedReport quick(const Scenario& scenario, const Seed& seed, const std::string& store) {
  return passing_report_of("quick", watched(py::none(), [&](Watch& watch) {
                             return quick_report(scenario, study_options(seed, 0, store, watch));
                           }));
}

BreakevenOptions breakeven_options(const Seed& seed, unsigned threads, const std::string& store,
                                   const std::string& serverless, const std::string& dedicated,
                                   unsigned replications, double precision,
                                   std::uint64_t requests_per_point, Watch& watch) {
  BreakevenOptions options;
  options.study = study_options(seed, threads, store, watch);
  options.serverless = serverless;
  options.dedicated = dedicated;
  options.replications = replications;
  options.precision = precision;
  options.requests_per_point = requests_per_point;
  return options;
}

SharedReport run_breakeven(const Scenario& scenario, const Seed& seed, unsigned threads,
                           const std::string& store, const std::string& serverless,
                           const std::string& dedicated, unsigned replications, double precision,
                           std::uint64_t requests_per_point, const std::string& measured,
                           bool calibration, bool answers, const py::object& progress) {
  BreakevenReport report = watched(progress, [&](Watch& watch) {
    BreakevenOptions options =
        breakeven_options(seed, threads, store, serverless, dedicated, replications, precision,
                          requests_per_point, watch);
    options.measured = measured;
    options.calibration = calibration;
    options.answers = answers;
    return breakeven(scenario, options);
  });
  return report_of(scenario, std::move(report));
}

SharedReport run_breakeven_map(const Scenario& scenario, const std::vector<std::string>& axes,
                               const Seed& seed, unsigned threads, const std::string& store,
                               const std::string& serverless, const std::string& dedicated,
                               std::uint64_t requests_per_point, const py::object& progress) {
  return passing_report_of("breakeven-map", watched(progress, [&](Watch& watch) {
                             const BreakevenOptions defaults;
                             return breakeven_map(
                                 scenario, map_axes_of(axes),
                                 breakeven_options(seed, threads, store, serverless, dedicated,
                                                   defaults.replications, 0.0, requests_per_point,
                                                   watch));
                           }));
}

SharedReport run_hybrid(const Scenario& scenario, const Seed& seed, unsigned threads,
                        const std::string& store, const std::string& serverless,
                        const std::string& dedicated, std::optional<std::uint64_t> queue, unsigned replications,
                        const py::object& progress) {
  HybridReport report = watched(progress, [&](Watch& watch) {
    HybridOptions options;
    options.study = study_options(seed, threads, store, watch);
    options.serverless = serverless;
    options.dedicated = dedicated;
    options.queue = queue;
    options.replications = replications;
    return hybrid(scenario, options);
  });
  return report_of(scenario, std::move(report));
}

SharedReport run_optimise(const Scenario& scenario, const Seed& seed, unsigned threads,
                          const std::string& store, bool minimises_p99,
                          const std::optional<double>& budget, const std::vector<std::string>& vary,
                          bool exhaustive, const py::object& progress) {
  OptimiseReport report = watched(progress, [&](Watch& watch) {
    OptimiseOptions options;
    options.study = study_options(seed, threads, store, watch);
    options.goal = minimises_p99 ? OptimiseGoal::kFastest : OptimiseGoal::kCheapest;
    options.budget_usd = budget;
    options.vary = vary;
    options.exhaustive = exhaustive;
    return optimise(scenario, options);
  });
  return report_of(scenario, std::move(report));
}

SharedReport run_sensitivity(const Scenario& scenario, const Seed& seed, unsigned threads,
                             const std::string& store, bool verdict,
                             std::uint64_t requests_per_point, const py::object& progress) {
  SensitivityReport report = watched(progress, [&](Watch& watch) {
    SensitivityOptions options;
    options.study = study_options(seed, threads, store, watch);
    options.verdict = verdict;
    options.requests_per_point = requests_per_point;
    return sensitivity(scenario, options);
  });
  return report_of(scenario, std::move(report));
}

SharedReport run_validate(const std::string& data, const std::vector<std::filesystem::path>& rows,
                          std::uint64_t seed) {
  return passing_report_of("validate", watched(py::none(), [&](Watch&) {
                             ValidateRequest request;
                             request.data = data;
                             request.rows = rows;
                             request.seed = seed;
                             return validate(request);
                           }));
}

}  // namespace

void bind_studies(py::module_& m) {
  using py::arg;
  m.def("run", &run, arg("scenario"), arg("seed"), arg("threads"), arg("store"),
        arg("replications"), arg("precision"), arg("timeline"), arg("ranks"), arg("progress"));
  m.def("quick", &quick, arg("scenario"), arg("seed"), arg("store"));
  m.def("breakeven", &run_breakeven, arg("scenario"), arg("seed"), arg("threads"), arg("store"),
        arg("serverless"), arg("dedicated"), arg("replications"), arg("precision"),
        arg("requests_per_point"), arg("measured"), arg("calibration"), arg("answers"),
        arg("progress"));
  m.def("breakeven_map", &run_breakeven_map, arg("scenario"), arg("axes"), arg("seed"),
        arg("threads"), arg("store"), arg("serverless"), arg("dedicated"),
        arg("requests_per_point"), arg("progress"));
  m.def("hybrid", &run_hybrid, arg("scenario"), arg("seed"), arg("threads"), arg("store"),
        arg("serverless"), arg("dedicated"), arg("queue"), arg("replications"), arg("progress"));
  m.def("optimise", &run_optimise, arg("scenario"), arg("seed"), arg("threads"), arg("store"),
        arg("minimises_p99"), arg("budget"), arg("vary"), arg("exhaustive"), arg("progress"));
  m.def("sensitivity", &run_sensitivity, arg("scenario"), arg("seed"), arg("threads"),
        arg("store"), arg("verdict"), arg("requests_per_point"), arg("progress"));
  m.def("validate", &run_validate, arg("data"), arg("rows"), arg("seed"));
}

}  // namespace faascast::python
