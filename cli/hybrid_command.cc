#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "studies/report.h"
#include "studies/result_store.h"

namespace faascast {

ExitCode hybrid_command(const HybridArguments& arguments) {
  const StudyArguments& study = arguments.study;
  check_output(study.output);
  const Scenario scenario = read_scenario(study.scenario, study.changes);
  HybridOptions options = arguments.options;
  options.study.seed = study.seed;
  options.study.threads = study.threads;
  options.study.store.file = study.store;
  if (study.saves) check_store(store_path(options.study.store));

  HybridReport report;
  {
    catch_interrupts();
    ProgressMeter meter;
    options.study.monitor = meter.monitor();
    report = hybrid(scenario, options);
  }
  if (study.saves) save_run(store_path(options.study.store), record_of(scenario, report));
  deliver(study.output, [&](ReportFormat format) { return render(report, format); });
  return is_interrupted() ? kInterrupted : kDone;
}

}  // namespace faascast
