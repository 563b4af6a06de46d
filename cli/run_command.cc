#include <algorithm>
#include <filesystem>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "studies/quick.h"
#include "studies/report.h"
#include "studies/result_store.h"
#include "studies/run.h"
#include "studies/schema.h"

namespace faascast {
namespace {

bool meets_all(const RunReport& report) {
  if (report.workflow) return report.workflow->meets_objective.value_or(true);
  for (const DeploymentReport& deployment : report.deployments) {
    if (!deployment.meets_objective.value_or(true)) return false;
  }
  return true;
}

/// A page, or a JSON file, shows what happened when.
bool has_page(const OutputArguments& output) {
  return std::any_of(output.files.begin(), output.files.end(), [](const std::string& file) {
    const ReportFormat format = report_format_of(file);
    return format == ReportFormat::kHtml || format == ReportFormat::kJson;
  });
}

}  // namespace

ExitCode quick_command(const StudyArguments& study, const Scenario& scenario) {
  StudyOptions options;
  options.seed = study.seed;
  options.store.file = study.store;
  const QuickReport report = quick_report(scenario, options, QuickSettings::kDefault);
  deliver(study.output, [&](ReportFormat format) { return render(report, format); });
  return kDone;
}

ExitCode run_command(const RunArguments& arguments) {
  const StudyArguments& study = arguments.study;
  check_output(study.output);
  const Scenario scenario = read_scenario(study.scenario, study.changes);
  if (arguments.requires_objective && scenario.objective.empty()) {
    throw InputError(Problem{study.scenario, "--require needs an [objective], and there is none",
                             R"(add one, such as --set objective.p99="300 ms")"});
  }
  if (arguments.is_quick) return quick_command(study, scenario);
  StudyOptions options;
  options.replications = arguments.replications;
  options.precision = arguments.precision;
  options.timeline = has_page(study.output);
  options.seed = study.seed;
  options.threads = study.threads;
  options.store.file = study.store;
  if (study.saves) check_store(store_path(options.store));

  RunReport report;
  {
    catch_interrupts();
    ProgressMeter meter;
    options.monitor = meter.monitor();
    report = run_scenario(scenario, options);
  }
  report.command = study.command;
  if (arguments.ranks) report = ranked(std::move(report));
  if (study.saves && !report.interrupted) {
    save_run(store_path(options.store), record_of(scenario, report));
  }
  deliver(study.output, [&](ReportFormat format) { return render(report, format); });
  if (report.interrupted || is_interrupted()) return kInterrupted;
  return arguments.requires_objective && !meets_all(report) ? kObjectiveMissed : kDone;
}

ExitCode template_command(const std::string& file) {
  if (file.empty()) {
    print(scenario_template());
    return kDone;
  }
  if (std::filesystem::exists(file)) {
    throw InputError(Problem{file, "the file exists already", "name another, or remove it first"});
  }
  write_file(file, scenario_template());
  return kDone;
}

}  // namespace faascast
