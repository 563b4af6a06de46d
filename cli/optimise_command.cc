#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "studies/optimise.h"
#include "studies/report.h"
#include "studies/result_store.h"

namespace faascast {

ExitCode optimise_command(const OptimiseArguments& arguments) {
  const StudyArguments& study = arguments.study;
  check_output(study.output);
  const Scenario scenario = read_scenario(study.scenario, study.changes);
  OptimiseOptions options = arguments.options;
  options.study.seed = study.seed;
  options.study.threads = study.threads;
  options.study.store.file = study.store;
  if (study.saves) check_store(store_path(options.study.store));

  OptimiseReport report;
  {
    catch_interrupts();
    ProgressMeter meter;
    options.study.monitor = meter.monitor();
    report = optimise(scenario, options);
  }
  if (study.saves) save_run(store_path(options.study.store), record_of(scenario, report));
  deliver(study.output, [&](ReportFormat format) { return render(report, format); });
  return is_interrupted() ? kInterrupted : kDone;
}

}  // namespace faascast
