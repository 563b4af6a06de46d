#include <fmt/format.h>

#include <filesystem>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "studies/breakeven_map.h"
#include "studies/fitting.h"
#include "studies/quick.h"
#include "studies/report.h"
#include "studies/result_store.h"

namespace faascast {

namespace {

/// The scenario that was named, or the one that a model and a log make.
Scenario scenario_of(const BreakevenArguments& arguments) {
  const StudyArguments& study = arguments.study;
  if (study.scenario.empty()) {
    const std::string text = scenario_text_of(arguments.question);
    return scenario_from_text(text, "--model and --log", {}, study.changes);
  }
  ScenarioChanges changes = study.changes;
  if (arguments.question.p99) {
    changes.set.push_back(
        fmt::format("objective.p99={} ns", arguments.question.p99->count()));
  }
  return read_scenario(study.scenario, changes);
}

ExitCode save_template(const BreakevenArguments& arguments) {
  const std::filesystem::path file(arguments.save_template);
  if (std::filesystem::exists(file)) {
    throw InputError(
        Problem{file.string(), "the file exists already", "name another, or remove it first"});
  }
  const auto folder = std::filesystem::absolute(file).parent_path();
  const std::string text = scenario_text_of(arguments.question, folder.string());
  static_cast<void>(scenario_from_text(text, file.string(), folder, arguments.study.changes));
  write_file(file, text);
  return kDone;
}

}  // namespace

ExitCode breakeven_command(const BreakevenArguments& arguments) {
  const StudyArguments& study = arguments.study;
  if (!arguments.save_template.empty()) return save_template(arguments);
  check_output(study.output);
  Scenario scenario = scenario_of(arguments);
  BreakevenOptions options = arguments.options;
  options.study.seed = study.seed;
  options.study.threads = study.threads;
  options.study.store.file = study.store;
  std::vector<std::string> remarks;
  if (study.scenario.empty()) remarks = leave_out_misfits(scenario, options.study.store);
  const auto remark = [&](std::vector<std::string>& notes) {
    notes.insert(notes.begin(), remarks.begin(), remarks.end());
  };
  if (arguments.is_quick) {
    QuickReport quick = quick_report(scenario, options.study);
    remark(quick.notes);
    deliver(study.output, [&](ReportFormat format) { return render(quick, format); });
    return kDone;
  }
  if (study.saves) check_store(store_path(options.study.store));

  if (arguments.is_map) {
    const MapAxes axes = map_axes_of(arguments.map);
    catch_interrupts();
    ProgressMeter meter;
    options.study.monitor = meter.monitor();
    const BreakevenMap map = breakeven_map(scenario, axes, options);
    deliver(study.output, [&](ReportFormat format) { return render(map, format); });
    return is_interrupted() ? kInterrupted : kDone;
  }

  BreakevenReport report;
  {
    catch_interrupts();
    ProgressMeter meter;
    options.study.monitor = meter.monitor();
    report = breakeven(scenario, options);
  }
  report.command = study.command;
  remark(report.notes);
  if (study.saves) save_run(store_path(options.study.store), record_of(scenario, report));
  deliver(study.output, [&](ReportFormat format) { return render(report, format); });
  return is_interrupted() ? kInterrupted : kDone;
}

}  // namespace faascast
