#include "cli/options.h"

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <system_error>

namespace faascast {
namespace {

constexpr unsigned kMostThreads = 1024;

}  // namespace

CLI::Validator seed_check() {
  return {[](const std::string& text) -> std::string {
            std::uint64_t value = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value);
            if (error == std::errc() && end == text.data() + text.size()) return {};
            return "'" + text + "' is not a whole number from 0 to 18446744073709551615";
          },
          ""};
}

void add_store_option(CLI::App& command, std::string& store, const std::string& text) {
  const auto check = [](const std::string& file) -> std::string {
    const std::filesystem::path folder = std::filesystem::path(file).parent_path();
    std::error_code ignored;
    if (folder.empty() || std::filesystem::is_directory(folder, ignored)) return {};
    return "there is no folder '" + folder.string() + "': make it first";
  };
  command.add_option("--store", store, text)->check(CLI::Validator(check, ""))->type_name("FILE");
}

void add_output_options(CLI::App& command, OutputArguments& output) {
  auto* json = command.add_flag("--json", output.json, "Print JSON");
  auto* csv = command.add_flag("--csv", output.csv, "Print comma-separated values");
  auto* markdown = command.add_flag("--markdown", output.markdown, "Print Markdown");
  json->excludes(csv)->excludes(markdown);
  csv->excludes(markdown);
  command
      .add_option("-o,--output", output.files,
                  "Also write NAME.json, NAME.csv, NAME.md or NAME.txt; may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_study_options(CLI::App& command, StudyArguments& arguments) {
  command
      .add_option("scenario", arguments.scenario, "A scenario file, or a shipped scenario's name")
      ->type_name("SCENARIO");
  command
      .add_option("--set", arguments.changes.set,
                  "Change a key, such as traffic.scale=2 or deployment[1].memory=512MB; may be "
                  "repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--platform", arguments.changes.platform_files,
                  "A platform file of your own, for the scenario to name; may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--prices", arguments.changes.price_files,
                  "A file of your own prices or servers, beside the shipped ones; may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--calibration", arguments.changes.calibration,
                  "list-price (the shipped figures), or a platform file of faascast calibrate, which "
                  "takes the place of the platform that it inherits from; may be repeated")
      ->type_name("NAME|FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--seed", arguments.seed, "Instead of the scenario's seed")
      ->check(seed_check())
      ->type_name("N");
  command
      .add_option("--threads", arguments.threads,
                  "Processor threads; default: all. Results do not depend on it")
      ->check(CLI::Range(1U, kMostThreads))
      ->type_name("N");
  add_store_option(command, arguments.store,
                   "Where measured profiles, saved results and finished points are kept; default: "
                   "$XDG_DATA_HOME/faascast/store.sqlite");
  command.add_flag("--save", arguments.saves, "Keep the result in the store");
  add_output_options(command, arguments.output);
}

}  // namespace faascast
