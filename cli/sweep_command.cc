#include <charconv>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "input/byte_reader.h"
#include "sim-core/error.h"
#include "studies/report.h"
#include "studies/result_store.h"
#include "studies/sweep.h"

namespace faascast {
namespace {

/// "2/4"
Shard shard_of(const std::string& text) {
  Shard shard;
  if (text.empty()) return shard;
  const char* end = text.data() + text.size();
  const auto [slash, error] = std::from_chars(text.data(), end, shard.index);
  if (error == std::errc() && slash != end && *slash == '/') {
    const auto [last, second_error] = std::from_chars(slash + 1, end, shard.count);
    if (second_error == std::errc() && last == end && shard.index >= 1 &&
        shard.index <= shard.count) {
      return shard;
    }
  }
  throw InputError(Problem{"--shard " + text, "not a part of a whole",
                           "write I/N with I from 1 to N, such as --shard 1/4"});
}

}  // namespace

ExitCode sweep_command(const SweepArguments& arguments) {
  const StudyArguments& study = arguments.study;
  check_output(study.output);
  SweepOptions options;
  options.seed = study.seed;
  options.threads = study.threads;
  options.store.file = study.store;
  options.shard = shard_of(arguments.shard);
  const Scenario scenario = read_scenario(study.scenario, study.changes);
  const SweepPlan plan = plan_sweep(scenario, arguments.request, study.seed);

  SweepReport report;
  {
    catch_interrupts();
    ProgressMeter meter;
    options.monitor = meter.points_monitor();
    report = sweep(plan, options);
  }
  if (study.saves && !report.interrupted) {
    save_run(store_path(options.store), record_of(scenario, report));
  }
  deliver(study.output, [&](ReportFormat format) { return render(report, format); });
  return report.interrupted ? kInterrupted : kDone;
}

ExitCode merge_command(const MergeArguments& arguments) {
  check_output(arguments.output);
  std::vector<SweepReport> parts;
  for (const std::string& file : arguments.files) {
    parts.push_back(sweep_from_json(read_whole_file(file), file));
  }
  const SweepReport whole = merge_shards(std::move(parts), arguments.files);
  deliver(arguments.output, [&](ReportFormat format) { return render(whole, format); });
  return kDone;
}

}  // namespace faascast
