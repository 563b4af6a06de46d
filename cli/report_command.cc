#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "sim-core/error.h"
#include "studies/model_source.h"
#include "studies/report.h"
#include "studies/result_store.h"
#include "studies/version.h"

namespace faascast {
namespace {

/// Whether the result that was kept came out again.
std::string comparison(const StoredRun& kept, const RunReport& report) {
  if (fmt::format("{:016x}", report.fingerprint) == kept.record.fingerprint) {
    return fmt::format("Result {} of {} came out again, to the bit.", kept.id, kept.created);
  }
  return fmt::format(
      "This is not the result {} that was kept on {}: version {} made that, this is {}, or a trace, "
      "model or profile has changed since.",
      kept.id, kept.created, kept.version, program_version());
}

}  // namespace

ExitCode report_command(const ReportArguments& arguments) {
  check_output(arguments.output);
  StudyOptions options;
  options.store.file = arguments.store;
  options.threads = arguments.threads;
  const StoredRun kept = load_run(store_path(options.store), arguments.id);
  const RunRecord& record = kept.record;
  const Scenario scenario =
      scenario_from_text(record.scenario_text, fmt::format("result {}", kept.id), {}, {});
  options.seed = record.seed;
  if (record.kind == "run") {
    options.timeline = true;
    RunReport report;
    {
      catch_interrupts();
      ProgressMeter meter;
      options.monitor = meter.monitor();
      report = run_scenario(scenario, options);
    }
    report.command = arguments.command;
    report.notes.insert(report.notes.begin(), comparison(kept, report));
    deliver(arguments.output, [&](ReportFormat format) { return render(report, format); });
    return report.interrupted ? kInterrupted : kDone;
  }
  if (record.kind == "breakeven") {
    BreakevenOptions breakeven_options;
    breakeven_options.study = options;
    BreakevenReport report;
    {
      catch_interrupts();
      ProgressMeter meter;
      breakeven_options.study.monitor = meter.monitor();
      report = breakeven(scenario, breakeven_options);
    }
    report.command = arguments.command;
    deliver(arguments.output, [&](ReportFormat format) { return render(report, format); });
    return is_interrupted() ? kInterrupted : kDone;
  }
  throw InputError(Problem{fmt::format("result {}", kept.id),
                           fmt::format("it is a {}: only runs and breakevens are made again",
                                       record.kind),
                           fmt::format("`faascast runs show {}` prints it", kept.id)});
}

}  // namespace faascast
