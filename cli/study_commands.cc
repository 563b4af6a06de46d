#include <memory>

#include "cli/options.h"

namespace faascast {
namespace {

void add_sweep(CLI::App& app, Command& chosen) {
  CLI::App& command =
      *app.add_subcommand("sweep", "A scenario at many points: a grid, a Latin hypercube or a list");
  auto arguments = std::make_shared<SweepArguments>();
  add_study_options(command, arguments->study);
  command.get_option("scenario")->required();
  command
      .add_option("--vary", arguments->request.vary,
                  "A key and its values: KEY=A,B,C or KEY=LOW:HIGH[:linear|log][:COUNT]; may be "
                  "repeated. Beside or instead of the scenario's [sweep]")
      ->type_name("KEY=VALUES")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--list", arguments->request.list,
                  "Instead: points from a CSV file (keys in the first row) or a JSON list of objects")
      ->type_name("FILE");
  command
      .add_option("--latin", arguments->request.latin_points,
                  "A Latin hypercube of N points instead of the grid")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->type_name("N");
  command
      .add_option("--shard", arguments->shard,
                  "Only part I of N, for another machine: 'faascast merge' joins the JSON files")
      ->type_name("I/N");
  command.footer(
      "Finished points stay in the store: the same sweep goes on where it was ended.\n"
      "Examples:\n"
      "  faascast sweep scenario.toml --vary traffic.scale=0.1:10:log:7 "
      "--vary deployment[0].memory='512 MB,1 GB' -o points.csv\n"
      "  faascast sweep scenario.toml --vary traffic.scale=0.1:10:log "
      "--vary deployment[0].memory='128 MB:2048 MB' --latin 50\n"
      "  faascast sweep scenario.toml --shard 1/4 -o part1.json");
  command.callback([arguments, &chosen] { chosen = [arguments] { return sweep_command(*arguments); }; });
}

void add_merge(CLI::App& app, Command& chosen) {
  CLI::App& command = *app.add_subcommand("merge", "Join the parts of a sweep into the whole");
  auto arguments = std::make_shared<MergeArguments>();
  command.add_option("files", arguments->files, "The JSON of every part")
      ->required()
      ->type_name("FILE");
  add_output_options(command, arguments->output);
  command.footer(
      "The result is the same, byte for byte, as that of one run.\n"
      "Examples:\n"
      "  faascast merge part1.json part2.json -o points.csv");
  command.callback([arguments, &chosen] { chosen = [arguments] { return merge_command(*arguments); }; });
}

void add_sensitivity(CLI::App& app, Command& chosen) {
  CLI::App& command = *app.add_subcommand(
      "sensitivity", "What each platform figure does to cost, p99 and verdict within its range");
  auto arguments = std::make_shared<SensitivityArguments>();
  add_study_options(command, arguments->study);
  command.get_option("scenario")->required();
  command
      .add_option("--requests-per-point", arguments->options.requests_per_point,
                  "Requests that are simulated for the verdict at each end, about")
      ->check(CLI::Range(std::uint64_t{100}, std::uint64_t{1'000'000'000}))
      ->type_name("N")
      ->capture_default_str();
  command.add_flag("!--no-verdict", arguments->options.verdict,
                   "Leave out which figures flip the verdict between functions and servers");
  command.footer(
      "Examples:\n"
      "  faascast sensitivity scenario.toml\n"
      "  faascast sensitivity scenario.toml -o tornado.html -o effects.csv");
  command.callback(
      [arguments, &chosen] { chosen = [arguments] { return sensitivity_command(*arguments); }; });
}

void add_optimise(CLI::App& app, Command& chosen) {
  CLI::App& command = *app.add_subcommand(
      "optimise", "The best memory, concurrency, warm capacity and number of servers");
  auto arguments = std::make_shared<OptimiseArguments>();
  OptimiseOptions& options = arguments->options;
  add_study_options(command, arguments->study);
  command.get_option("scenario")->required();
  command
      .add_option_function<std::string>(
          "--minimise",
          [&options](const std::string& what) {
            options.goal = what == "p99" ? OptimiseGoal::kFastest : OptimiseGoal::kCheapest;
          },
          "cost (default: the cheapest that meets the objective) or p99")
      ->check(CLI::IsMember({"cost", "p99"}))
      ->type_name("WHAT");
  command.add_option("--budget", options.budget_usd, "At most so many US dollars a month")
      ->check(CLI::Range(0.0, 1e12))
      ->type_name("USD");
  command
      .add_option("--vary", options.vary,
                  "Values of a setting of a deployment or the model, instead of those that would be "
                  "tried, or besides; may be repeated")
      ->type_name("KEY=VALUES")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_flag("--exhaustive", options.exhaustive,
                   "Simulate every candidate in full, to check the search");
  command.footer(
      "Settings that the scenario gives stay as they are.\n"
      "Examples:\n"
      "  faascast optimise scenario.toml\n"
      "  faascast optimise scenario.toml --minimise p99 --budget 200\n"
      "  faascast optimise scenario.toml --vary deployment[0].arch=x86,arm -o front.html");
  command.callback(
      [arguments, &chosen] { chosen = [arguments] { return optimise_command(*arguments); }; });
}

}  // namespace

void add_runs(CLI::App& app, Command& chosen) {
  CLI::App& command = *app.add_subcommand("runs", "Results that were kept with --save");
  command.require_subcommand(1);
  command.footer(
      "Examples:\n"
      "  faascast runs list\n"
      "  faascast runs show 3 > result.json\n"
      "  faascast runs diff 3 4\n"
      "  faascast runs delete 3 4\n"
      "  faascast runs export -o all.json");
  auto arguments = std::make_shared<RunsArguments>();
  const auto add = [&](const char* name, const char* text, int ids, bool has_output,
                       ExitCode (*run)(const RunsArguments&)) -> CLI::App& {
    CLI::App& sub = *command.add_subcommand(name, text);
    if (ids != 0) {
      auto* option = sub.add_option("id", arguments->ids, "Numbers in the list")->type_name("ID");
      if (ids > 0) option->required()->expected(ids);
    }
    add_store_option(sub, arguments->store, "The store");
    if (has_output) add_output_options(sub, arguments->output);
    sub.callback([=, &chosen] { chosen = [=] { return run(*arguments); }; });
    return sub;
  };
  add("list", "All, oldest first", 0, true, list_runs_command);
  add("show", "The JSON of one", 1, false, show_run_command)
      .add_flag("--scenario", arguments->shows_scenario, "Its scenario instead");
  add("diff", "In what two differ", 2, true, diff_runs_command);
  add("delete", "Remove some: all that are named, or none", -1, false, delete_runs_command)
      .add_flag("--points", arguments->deletes_points,
                "The finished points of sweeps, which then start anew");
  add("export", "Some or all, with scenario and result", -1, true, export_runs_command);
}

void add_sweep_commands(CLI::App& app, Command& chosen) {
  add_sweep(app, chosen);
  add_merge(app, chosen);
  add_sensitivity(app, chosen);
  add_optimise(app, chosen);
}

}  // namespace faascast
