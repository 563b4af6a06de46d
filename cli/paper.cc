#include "cli/paper.h"

#include <memory>

#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "studies/paper/paper.h"

namespace faascast {
namespace {

struct PaperArguments {
  PaperOptions options{};
  OutputArguments output{};
};

ExitCode paper_command(const PaperArguments& arguments, const std::string& command) {
  check_output(arguments.output);
  PaperOptions options = arguments.options;
  PaperReport report;
  {
    catch_interrupts();
    ProgressMeter meter;
    const PointsMonitor monitor = meter.points_monitor();
    options.study.monitor = [](const Progress&) { return !is_interrupted(); };
    options.monitor = [&](std::size_t done, std::size_t all) { return monitor(done, all); };
    try {
      report = paper_report(options);
    } catch (const Interrupted&) {
      return kInterrupted;
    }
  }
  report.command = command;
  deliver(arguments.output, [&](ReportFormat format) { return render(report, format); });
  return kDone;
}

}  // namespace

void add_paper(CLI::App& app, Command& chosen, const std::string& typed) {
  CLI::App& command = *app.add_subcommand(
      "paper", "The experiments behind this program's paper, rerun: paper and faascast side by side");
  auto arguments = std::make_shared<PaperArguments>();
  PaperOptions& options = arguments->options;
  command
      .add_option("--calibration", options.calibration,
                  "list-price: predicted from public measurements and price lists; paper: the paper's "
                  "own cold starts and a fit to its costs put in, which is what it would take")
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--section", options.sections,
                  "Only this part: table_1, execution, throughput, memory, table_2, breakeven, "
                  "optimisations, case_studies; may be repeated")
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_flag("--measure", options.measures,
                   "Execute the models on this machine, instead of taking the profiles that ship: "
                   "results then depend on it");
  command.add_option("--seed", options.study.seed, "Instead of the scenarios' seed")
      ->check(seed_check())
      ->type_name("N");
  constexpr unsigned kMostThreads = 1024;
  command
      .add_option("--threads", options.study.threads,
                  "Processor threads; default: all. Results do not depend on it")
      ->check(CLI::Range(1U, kMostThreads))
      ->type_name("N");
  auto store = std::make_shared<std::string>();
  add_store_option(command, *store, "Where profiles that are measured here are kept");
  add_output_options(command, arguments->output);
  command.footer(
      "Examples:\n"
      "  faascast paper\n"
      "  faascast paper --section table_1 --csv\n"
      "  faascast paper --calibration paper --json\n"
      "  faascast paper -o paper.html");
  command.callback([arguments, store, &chosen, &typed] {
    arguments->options.study.store.file = *store;
    chosen = [arguments, typed] { return paper_command(*arguments, typed); };
  });
}

}  // namespace faascast
