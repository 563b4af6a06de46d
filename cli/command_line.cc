#include "cli/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <sstream>
#include <thread>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/price_options.h"
#include "cli/usage_error.h"
#include "input/quantity.h"
#include "studies/data.h"
#include "studies/version.h"

namespace faascast {
namespace {

/// The program's commands and options, and what was chosen of them.
class CommandLine {
 public:
  CommandLine();
  [[nodiscard]] Command parse(int argc, char** argv);

 private:
  void add_run(const char* name, const char* text, bool ranks);
  void add_breakeven();
  void add_hybrid();
  void add_platforms();
  void add_profile();
  void add_trace();
  void add_face_options(CLI::App& command, PlatformsArguments& arguments);
  /// --precision: "1%" or 0.01. 0 stays where it is not given
  void add_precision(CLI::App& command, double& precision, const std::string& text);
  void add_calibrate();
  void add_validate();

  /// An option whose value has a unit. @param assign is given the parsed value
  template <class Parse, class Assign>
  void add_quantity(CLI::App& command, const std::string& name, Parse parser, Assign assign,
                    const std::string& text, bool required = false);

  CLI::App app_{
      "faascast: where should a machine-learning model run - serverless functions, "
      "servers, or both?"};
  Command chosen_{};
  std::string typed_{};  ///< the command line, quoted where a shell needs it
  std::vector<Problem> problems_{};
};

CommandLine::CommandLine() {
  app_.name("faascast");
  app_.require_subcommand(1);
  app_.set_version_flag("--version", fmt::format("faascast {}", program_version()));
  app_.set_help_flag("-h,--help", "Show what can be asked, and exit");
  app_.footer(
      "Examples:\n"
      "  faascast run scenario.toml\n"
      "  faascast compare scenario.toml --set traffic.scale=10 -o result.json\n"
      "  faascast breakeven scenario.toml\n"
      "  faascast price quote --platform aws-lambda --memory '512 MB' --duration '120 ms' "
      "--requests 3000000\n"
      "  faascast run --save-template my.toml\n"
      "'faascast COMMAND --help' tells more of a command.");
  add_run("run", "Replay a scenario's traffic on each of its deployments", false);
  add_run("compare", "As run, with the cheapest deployment that meets the objective first", true);
  add_breakeven();
  add_hybrid();
  add_price(app_, chosen_, problems_);
  add_profile();
  add_platforms();
  add_sweep_commands(app_, chosen_);
  add_trace();
  add_calibrate();
  add_validate();
  add_runs(app_, chosen_);
  add_helpers(app_, chosen_);
  add_model_accuracy(app_, chosen_);
  add_model_commands(app_, chosen_);
}

template <class Parse, class Assign>
void CommandLine::add_quantity(CLI::App& command, const std::string& name, Parse parser,
                               Assign assign, const std::string& text, bool required) {
  CLI::Option* option = command.add_option_function<std::string>(
      name,
      [=, this](const std::string& value) {
        std::string why;
        if (const auto parsed = parser(value, why)) {
          assign(*parsed);
        } else {
          problems_.push_back({name, why, text});
        }
      },
      text);
  option->type_name("QUANTITY")->required(required);
}

void CommandLine::add_precision(CLI::App& command, double& precision, const std::string& text) {
  command
      .add_option_function<std::string>(
          "--precision",
          [this, &precision](const std::string& value) {
            const bool is_percent = value.ends_with('%');
            const std::string number = is_percent ? value.substr(0, value.size() - 1) : value;
            double parsed = 0.0;
            const bool is_number = CLI::detail::lexical_cast(number, parsed);
            if (is_percent) parsed /= 100.0;
            if (is_number && parsed >= 1e-4 && parsed < 1.0) {
              precision = parsed;
            } else {
              problems_.push_back({"--precision", fmt::format("'{}' is not a precision", value),
                                   "write a share from 0.01% to below 100%, such as 1%"});
            }
          },
          text)
      ->type_name("SHARE");
}

void CommandLine::add_run(const char* name, const char* text, bool ranks) {
  CLI::App& command = *app_.add_subcommand(name, text);
  auto arguments = std::make_shared<RunArguments>();
  auto template_file = std::make_shared<std::string>();
  arguments->ranks = ranks;
  add_study_options(command, arguments->study);
  command.add_flag("--require", arguments->requires_objective,
                   "Exit with 99 where a deployment misses the objective");
  command
      .add_option("--replications", arguments->replications,
                  "Independent draws of the scenario, for intervals on its figures")
      ->check(CLI::Range(1U, 10'000U))
      ->type_name("N")
      ->capture_default_str();
  add_precision(command, arguments->precision,
                "Double the replications until latency and bills are known to this, such as 1%");
  command.add_flag("--quick", arguments->is_quick,
                   "Closed forms instead of a simulation: at once, and roughly");
  CLI::Option* scenario = command.get_option("scenario");
  CLI::Option* save_template = nullptr;
  if (!ranks) {
    save_template = command
                        .add_option("--save-template", *template_file,
                                    "Write a scenario with every key explained, and exit; "
                                    "default: to standard output")
                        ->type_name("FILE")
                        ->expected(0, 1)
                        ->excludes(scenario);
  }
  std::string shipped;
  for (const std::string& known : shipped_scenario_names()) shipped += "\n  " + known;
  command.footer(
      fmt::format("Examples:\n"
                  "  faascast {0} scenario.toml --json\n"
                  "  faascast {0} scenario.toml --set deployment[0].memory='1769 MB' "
                  "-o out.csv -o out.md\nShipped scenarios:{1}",
                  name, shipped.empty() ? " none" : shipped));
  command.callback([=, this] {
    if (save_template != nullptr && save_template->count() > 0) {
      chosen_ = [file = *template_file] { return template_command(file); };
      return;
    }
    if (arguments->study.scenario.empty()) throw CLI::RequiredError("SCENARIO");
    arguments->study.command = typed_;
    chosen_ = [arguments] { return run_command(*arguments); };
  });
}

void CommandLine::add_breakeven() {
  CLI::App& command = *app_.add_subcommand(
      "breakeven", "At which traffic servers become cheaper, at the same service level");
  auto arguments = std::make_shared<BreakevenArguments>();
  BreakevenOptions& options = arguments->options;
  Question& question = arguments->question;
  add_study_options(command, arguments->study);
  CLI::Option* scenario = command.get_option("scenario");
  command
      .add_option("--model", question.model,
                  "Without a scenario: an ONNX file or a shipped model, to be placed on shipped "
                  "defaults of three clouds")
      ->type_name("FILE")
      ->excludes(scenario);
  command
      .add_option("--log", question.log,
                  "Without a scenario: the requests, in any format that 'trace info' knows")
      ->type_name("FILE")
      ->excludes(scenario);
  command.add_option("--format", question.format, "Format of the log; default: recognised")
      ->type_name("NAME")
      ->excludes(scenario);
  add_quantity(
      command, "--p99", parse_duration, [&question](Duration d) { question.p99 = d; },
      "99 % of the answers must be at most this late, such as 1s");
  command
      .add_option("--save-template", arguments->save_template,
                  "Write the scenario that --model and --log make, to be edited, and exit")
      ->type_name("FILE")
      ->excludes(scenario);
  command.add_option("--serverless", options.serverless, "Only this deployment against servers")
      ->type_name("NAME");
  command.add_option("--dedicated", options.dedicated, "Only against these servers")
      ->type_name("NAME");
  command
      .add_option("--measured", options.measured,
                  "What was paid: CSV of inferences_per_day,usd_per_month,p99 (and deployment), "
                  "shown on the predicted curves")
      ->type_name("FILE");
  command
      .add_option("--replications", options.replications,
                  "Replications of each crossing, for its interval")
      ->check(CLI::Range(2U, 10'000U))
      ->type_name("N")
      ->capture_default_str();
  add_precision(command, options.precision,
                "Double the replications until crossings are known to this, such as 1%");
  command.add_flag("--quick", arguments->is_quick,
                   "Closed forms instead of a simulation: at once, and roughly");
  CLI::Option* map =
      command
          .add_option("--map", arguments->map,
                      "Instead: the breakeven over burstiness and execution time; after the "
                      "scenario. Axes: cv=1,2,4 and execution=50ms,200ms,1s")
          ->type_name("AXES")
          ->expected(0, 2);
  command
      .add_option("--requests-per-point", options.requests_per_point,
                  "Requests that are simulated for a point of the curve, about")
      ->check(CLI::Range(std::uint64_t{100}, std::uint64_t{1'000'000'000}))
      ->type_name("N")
      ->capture_default_str();
  command.footer(
      "Examples:\n"
      "  faascast breakeven --model resnet50.onnx --log app.csv --p99 1s -o page.html\n"
      "  faascast breakeven scenario.toml --precision 1%\n"
      "  faascast breakeven scenario.toml --map cv=1,2,4 execution=50ms,200ms -o map.html\n"
      "  faascast breakeven scenario.toml --serverless aws-lambda --dedicated aws/c6i.large "
      "--json");
  command.callback([=, this] {
    arguments->study.command = typed_;
    if (arguments->study.scenario.empty() && arguments->question.model.empty() &&
        arguments->question.log.empty()) {
      throw CLI::RequiredError("SCENARIO, or --model and --log");
    }
    arguments->is_map = map->count() > 0;
    chosen_ = [arguments] { return breakeven_command(*arguments); };
  });
}

void CommandLine::add_hybrid() {
  CLI::App& command = *app_.add_subcommand(
      "hybrid", "How many servers for the base load, with functions for what they cannot take");
  auto arguments = std::make_shared<HybridArguments>();
  HybridOptions& options = arguments->options;
  add_study_options(command, arguments->study);
  command.get_option("scenario")->required();
  command.add_option("--serverless", options.serverless, "The functions; default: the only ones")
      ->type_name("NAME");
  command.add_option("--dedicated", options.dedicated, "The servers; default: the only ones")
      ->type_name("NAME");
  command
      .add_option("--queue", options.queue,
                  "Requests that wait before any overflows; default: the cheapest of 0, 1, 2, 4, ...")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000}))
      ->type_name("N");
  command.add_option("--replications", options.replications, "Replications behind the interval")
      ->check(CLI::Range(2U, 10'000U))
      ->type_name("N")
      ->capture_default_str();
  command.footer(
      "Examples:\n"
      "  faascast hybrid scenario.toml\n"
      "  faascast hybrid scenario.toml --serverless aws-lambda --dedicated aws/c6i.large "
      "--queue 4 -o hybrid.html");
  command.callback([=, this] { chosen_ = [arguments] { return hybrid_command(*arguments); }; });
}

void CommandLine::add_face_options(CLI::App& command, PlatformsArguments& arguments) {
  command
      .add_option("--as-of", arguments.as_of, "The rules of this day, such as 2020-06-30")
      ->type_name("DATE");
  command.add_option("--variant", arguments.variants, "A variant of the platform; may be repeated")
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void CommandLine::add_platforms() {
  CLI::App& command =
      *app_.add_subcommand("platforms", "The platforms that are known, and their figures");
  command.require_subcommand(1);
  command.footer("Examples:\n  faascast platforms list\n  faascast platforms show aws-lambda --as-of 2020-06-30\n"
      "  faascast platforms diff google-cloud-run knative\n  faascast platforms check mine.toml");
  auto arguments = std::make_shared<PlatformsArguments>();
  CLI::App& list = *command.add_subcommand("list", "Names of the shipped platforms");
  add_output_options(list, arguments->output);
  list.callback(
      [=, this] { chosen_ = [arguments] { return list_platforms_command(*arguments); }; });
  CLI::App& show =
      *command.add_subcommand("show", "Every figure of a platform with its range, source and date");
  show.add_option("name", arguments->name, "A shipped platform, or a platform file")
      ->required()
      ->type_name("NAME");
  add_output_options(show, arguments->output);
  add_face_options(show, *arguments);
  show.callback([=, this] { chosen_ = [arguments] { return show_platform_command(*arguments); }; });
  CLI::App& diff = *command.add_subcommand("diff", "The figures in which two platforms differ");
  diff.footer("Example:\n  faascast platforms diff aws-lambda google-cloud-run --csv");
  diff.add_option("a", arguments->name, "A platform, or a platform file")
      ->required()
      ->type_name("A");
  diff.add_option("b", arguments->other, "Another one")->required()->type_name("B");
  add_face_options(diff, *arguments);
  add_output_options(diff, arguments->output);
  diff.callback(
      [=, this] { chosen_ = [arguments] { return diff_platforms_command(*arguments); }; });
  CLI::App& check = *command.add_subcommand(
      "check", "Every problem of a platform file: sources, units, ranges, rules of all dates");
  check.footer("Example:\n  faascast platforms check mine.toml");
  check.add_option("file", arguments->name, "A platform file")->required()->type_name("FILE");
  check.callback(
      [=, this] { chosen_ = [arguments] { return check_platform_command(*arguments); }; });
}

void CommandLine::add_profile() {
  CLI::App& command = *app_.add_subcommand(
      "profile", "Measure a model on this machine, and keep the result in the store");
  auto arguments = std::make_shared<ProfileArguments>();
  arguments->options.batches = kUsualBatches;
  arguments->options.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 64U);
  auto* model = command.add_option("model", arguments->model, "A shipped model or an ONNX file");
  model->type_name("MODEL");
  command.add_option("--onnx", arguments->model, "The same")->type_name("FILE")->excludes(model);
  command
      .add_option("--from", arguments->samples,
                  "Instead: a text file with a column execution_s, measured elsewhere")
      ->type_name("FILE");
  command
      .add_option("--handler", arguments->handler,
                  "Instead: a step of a handler, one of base64, jpeg-resize, json, tokenise")
      ->type_name("NAME");
  command.add_flag("--host-factor", arguments->host_factor,
                   "Instead: how fast this host is against a platform's vCPU; runs use it for "
                   "profiles that were measured here");
  command
      .add_option("--isa", arguments->options.isa,
                  "Kernels of a lower instruction set: the target's, x86-64-v2, -v3 or -v4")
      ->check(CLI::IsMember({"x86-64-v2", "x86-64-v3", "x86-64-v4"}))
      ->type_name("NAME");
  command.add_option("--samples", arguments->options.min_samples, "Samples to reach")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000'000}))
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--seconds", arguments->options.max_seconds, "Longest time to measure")
      ->check(CLI::Range(0.01, 86'400.0))
      ->type_name("S")
      ->capture_default_str();
  command.add_option("--batch", arguments->options.batch, "Inputs of one inference")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--batches", arguments->options.batches,
                  "Batches whose time is measured besides, for batching servers; 1: none")
      ->delimiter(',')
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->type_name("SIZES")
      ->default_str("1,2,4,8,16,32");
  command
      .add_option("--threads", arguments->options.threads,
                  "Threads up to which the speed-up is measured; 1: none; default: this machine's")
      ->check(CLI::Range(1U, 1024U))
      ->type_name("N");
  command
      .add_option("--runtime", arguments->options.runtime,
                  "Instead of the program's kernels: onnxruntime, or the path of your "
                  "libonnxruntime.so")
      ->type_name("LIBRARY");
  add_store_option(command, arguments->store, "The store");
  command.add_option("-o,--output", arguments->result, "Also write the profile, for model.profile")
      ->type_name("FILE");
  command.add_flag("--json", arguments->json, "Print a summary as JSON");
  command.footer(
      "Examples:\n"
      "  faascast profile logreg-mnist-odd\n"
      "  faascast profile model.onnx --seconds 30 -o model-profile.json\n"
      "  faascast profile model.onnx --runtime onnxruntime --threads 4\n"
      "  faascast profile --from measured.csv -o my-profile.json\n"
      "  faascast profile --handler json -o my-json.json\n"
      "  faascast profile --host-factor");
  command.callback([=, this] { chosen_ = [arguments] { return profile_command(*arguments); }; });
}

void CommandLine::add_trace() {
  CLI::App& command =
      *app_.add_subcommand("trace", "Look at a trace; generate, convert or change one");
  command.require_subcommand(1);
  command.footer(
      "Examples:\n"
      "  faascast trace info requests.csv.gz\n"
      "  faascast trace generate --kind gamma --rate 12 --cv 4 --duration 1h --seed 1 -o x.csv\n"
      "  faascast trace convert AzureLLMInferenceTrace_code.csv -o plain.csv\n"
      "  faascast trace convert AzureFunctionsInvocationTraceForTwoWeeksJan2021.txt -o 2021.fct\n"
      "  faascast trace cut day.csv --from 8h --to 20h -o office.csv\n"
      "  faascast trace plot access.log.gz -o rate.svg");
  auto arguments = std::make_shared<TraceArguments>();
  const auto add_input = [&](CLI::App& sub, int files = 1) {
    sub.add_option("file", arguments->files, "A trace file, or a shipped trace's name")
        ->required()
        ->expected(files)
        ->type_name("FILE");
    sub.add_option("--format", arguments->format, "Default: recognised from the content")
        ->type_name("NAME");
    add_quantity(
        sub, "--reorder", parse_duration, [arguments](Duration d) { arguments->reorder = d; },
        "Sort rows that are late by at most this, such as '1 s'");
    add_quantity(
        sub, "--bin", parse_duration, [arguments](Duration d) { arguments->bin = d; },
        "Time of one line in a series of plain numbers; default 1 min");
    sub.add_option("--spread", arguments->spread,
                   fmt::format("Where counts fall inside their minute: {}; default uniform",
                               fmt::join(spread_names(), ", ")))
        ->check(CLI::IsMember(spread_names()))
        ->type_name("NAME");
    sub.add_flag("--drop-failed", arguments->drop_failed,
                 "Leave out requests that a log marks as failed");
  };
  const auto add_result = [&](CLI::App& sub) {
    sub.add_option("--seed", arguments->seed, "Of the random draws")
        ->check(seed_check())
        ->type_name("N");
    sub.add_option("-o,--output", arguments->result,
                   "The file to write: plain request rows, or binary (NAME.fct)")
        ->required()
        ->type_name("FILE");
  };
  CLI::App& info = *command.add_subcommand("info", "Rate, burstiness and span");
  add_input(info);
  add_output_options(info, arguments->output);
  info.callback([=, this] { chosen_ = [arguments] { return trace_info_command(*arguments); }; });

  CLI::App& generate = *command.add_subcommand("generate", "Write requests of an arrival process");
  GeneratorSpec& spec = arguments->generator;
  spec.rate_per_s = 0.0;  // not given
  generate
      .add_option("--kind", spec.kind,
                  fmt::format("One of: {}", fmt::join(generator_kinds(), ", ")))
      ->required()
      ->type_name("NAME");
  generate
      .add_option("--rate", spec.rate_per_s,
                  "Mean requests a second (azure-like and mlperf-offline have none)")
      ->type_name("R");
  generate.add_option("--cv", spec.cv, "Of the gaps: standard deviation / mean (gamma, weibull)")
      ->type_name("CV");
  add_quantity(
      generate, "--duration", parse_duration, [&spec](Duration d) { spec.duration = d; },
      "How long requests arrive, such as '1 h'", true);
  generate.add_option("--amplitude", spec.amplitude, "Diurnal: swing around the mean, 0 to 1")
      ->type_name("A");
  add_result(generate);
  generate.add_option("--batch-size", spec.batch_size, "Batch: mean size of the groups")
      ->type_name("N");
  generate.add_option("--burst-ratio", spec.burst_ratio, "Mmpp: rate in a burst / calm rate")
      ->type_name("R");
  add_quantity(
      generate, "--calm", parse_duration,
      [arguments](Duration d) { arguments->generator.calm = d; }, "Mmpp: mean time between bursts");
  add_quantity(
      generate, "--burst", parse_duration,
      [arguments](Duration d) { arguments->generator.burst = d; }, "Mmpp: mean length of a burst");
  generate.add_option("--profile", spec.profile, "Weekly: relative rates of parts of the week")
      ->delimiter(',')
      ->type_name("R,R,...");
  generate.add_option("--peak", spec.peak, "Flash-crowd: highest rate / rate")->type_name("R");
  generate.add_option("--functions", spec.functions, "Azure-like: number of functions")
      ->type_name("N");
  generate.add_option("--samples", spec.samples, "Mlperf-offline: requests at once")
      ->type_name("N");
  generate.callback(
      [=, this] { chosen_ = [arguments] { return trace_generate_command(*arguments); }; });

  CLI::App& convert =
      *command.add_subcommand("convert", "Write any known trace as plain or binary rows");
  add_input(convert);
  add_result(convert);
  convert.callback(
      [=, this] { chosen_ = [arguments] { return trace_convert_command(*arguments); }; });

  CLI::App& head = *command.add_subcommand("head", "Print the first requests as plain rows");
  add_input(head);
  head.add_option("--rows", arguments->rows, "How many")->type_name("N");
  head.callback([=, this] { chosen_ = [arguments] { return trace_head_command(*arguments); }; });

  CLI::App& cut = *command.add_subcommand("cut", "Write a stretch of time as plain rows");
  add_input(cut);
  add_quantity(
      cut, "--from", parse_duration, [arguments](Duration d) { arguments->from = d; },
      "Where it begins, such as '8 h'; becomes time zero");
  add_quantity(
      cut, "--to", parse_duration, [arguments](Duration d) { arguments->to = d; },
      "Where it ends, itself left out");
  add_result(cut);
  cut.callback([=, this] { chosen_ = [arguments] { return trace_cut_command(*arguments); }; });

  CLI::App& scale = *command.add_subcommand("scale", "Write more or less traffic as plain rows");
  add_input(scale);
  scale.add_option("--by", arguments->factor, "Times the rate")->required()->type_name("R");
  scale.add_option("--rule", arguments->scale_by, "thin (or superpose), or time")
      ->check(CLI::IsMember({"thin", "time"}))
      ->type_name("NAME");
  add_result(scale);
  scale.callback([=, this] { chosen_ = [arguments] { return trace_scale_command(*arguments); }; });

  CLI::App& merge = *command.add_subcommand("merge", "Write several traces as one");
  add_input(merge, -1);
  add_result(merge);
  merge.callback([=, this] { chosen_ = [arguments] { return trace_merge_command(*arguments); }; });

  CLI::App& anonymise =
      *command.add_subcommand("anonymise", "Write rows without names, times and sizes rounded");
  add_input(anonymise);
  add_quantity(
      anonymise, "--step", parse_duration, [arguments](Duration d) { arguments->step = d; },
      "Arrivals are rounded down to this; default 1 ms");
  add_result(anonymise);
  anonymise.callback(
      [=, this] { chosen_ = [arguments] { return trace_anonymise_command(*arguments); }; });

  CLI::App& plot = *command.add_subcommand("plot", "Draw rate, burstiness and popularity as an SVG file");
  add_input(plot);
  plot.add_option("--seed", arguments->seed, "Of the random draws")
      ->check(seed_check())
      ->type_name("N");
  plot.add_option("-o,--output", arguments->result, "The SVG file to write")
      ->required()
      ->type_name("FILE");
  plot.callback([=, this] { chosen_ = [arguments] { return trace_plot_command(*arguments); }; });
}

void CommandLine::add_calibrate() {
  CLI::App& command = *app_.add_subcommand(
      "calibrate", "Fit a platform's cold start, keep-alive and noise to your own logs");
  auto arguments = std::make_shared<CalibrateArguments>();
  command
      .add_option("files", arguments->request.files,
                  "Lambda reports (text, JSON, Insights CSV), Cloud Run request logs, Application "
                  "Insights, plain CSV with cold_execution_s for cold requests only")
      ->required()
      ->type_name("FILE");
  command
      .add_option("--format", arguments->request.format, "Default: recognised from the content")
      ->type_name("NAME");
  command
      .add_option("--platform", arguments->request.platform,
                  "The platform that is calibrated; default: the one whose log it is")
      ->type_name("NAME");
  add_output_options(command, arguments->output);
  command.get_option("--output")
      ->description(
          "NAME.toml: write the calibrated platform, for run --calibration; NAME.json, .csv, .md or "
          ".txt: the report; may be repeated");
  command.footer(
      "Examples:\n"
      "  aws logs tail /aws/lambda/classify --since 3d > reports.log\n"
      "  faascast calibrate reports.log -o mine.toml\n"
      "  faascast run scenario.toml --calibration mine.toml\n"
      "  faascast calibrate requests.csv --platform google-cloud-run -o mine.toml --json");
  command.callback([=, this] { chosen_ = [arguments] { return calibrate_command(*arguments); }; });
}

void CommandLine::add_validate() {
  CLI::App& command = *app_.add_subcommand(
      "validate", "Predict public measurements blindly, and work published bills out again");
  auto arguments = std::make_shared<ValidateArguments>();
  command
      .add_option("--data", arguments->request.data,
                  "Folder with the public measurements; default: FAASCAST_DATA, or ../shared/data")
      ->type_name("DIR");
  command
      .add_option("--rows", arguments->request.rows,
                  "Measurements of yours instead: platform, function, memory_mb, reference_memory_mb "
                  "and reference_s (or cpu_s), warm_p50_s, warm_p99_s, cold_p50_s; may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--seed", arguments->request.seed, "Of the simulated replications")
      ->check(seed_check())
      ->type_name("N");
  add_output_options(command, arguments->output);
  command.footer(
      "Examples:\n"
      "  faascast validate --data ../shared/data\n"
      "  faascast validate --rows mine.csv --json");
  command.callback([=, this] { chosen_ = [arguments] { return validate_command(*arguments); }; });
}

/// As a shell would have to be given it.
std::string shell_quoted(const std::string& word) {
  constexpr std::string_view kSafe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!word.empty() && word.find_first_not_of(kSafe) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

Command CommandLine::parse(int argc, char** argv) {
  typed_ = "faascast";
  for (int i = 1; i < argc; ++i) typed_ += " " + shell_quoted(argv[i]);
  try {
    app_.parse(argc, argv);
  } catch (const CLI::Success& answer) {
    std::ostringstream text;
    app_.exit(answer, text, text);
    return [text = text.str()] {
      print(text);
      return kDone;
    };
  } catch (const CLI::ParseError& error) {
    problems_ = usage_problems(app_, error);
  }
  if (!problems_.empty()) throw InputError(std::move(problems_));
  return std::move(chosen_);
}

}  // namespace

Command parse_command_line(int argc, char** argv) { return CommandLine().parse(argc, argv); }

}  // namespace faascast
