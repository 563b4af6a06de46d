#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "studies/report.h"
#include "studies/result_store.h"
#include "studies/sensitivity.h"

namespace faascast {

ExitCode sensitivity_command(const SensitivityArguments& arguments) {
  const StudyArguments& study = arguments.study;
  check_output(study.output);
  const Scenario scenario = read_scenario(study.scenario, study.changes);
  SensitivityOptions options = arguments.options;
  options.study.seed = study.seed;
  options.study.threads = study.threads;
  options.study.store.file = study.store;
  if (study.saves) check_store(store_path(options.study.store));

  SensitivityReport report;
  {
    catch_interrupts();
    ProgressMeter meter;
    options.study.monitor = meter.monitor();
    report = sensitivity(scenario, options);
  }
  if (study.saves) save_run(store_path(options.study.store), record_of(scenario, report));
  deliver(study.output, [&](ReportFormat format) { return render(report, format); });
  return is_interrupted() ? kInterrupted : kDone;
}

}  // namespace faascast
