#include "cli/options.h"
#include "cli/output.h"

namespace faascast {
namespace {

void add_report(CLI::App& app, Command& chosen) {
  CLI::App& command = *app.add_subcommand("report", "Make a result that was kept again, as a page");
  auto arguments = std::make_shared<ReportArguments>();
  command.add_option("id", arguments->id, "Its number, as `runs list` shows it")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 62U))
      ->type_name("ID");
  command.add_option("--threads", arguments->threads, "Processor threads; 0: all")
      ->check(CLI::Range(0U, 1024U))
      ->type_name("N");
  add_store_option(command, arguments->store, "The store");
  add_output_options(command, arguments->output);
  command.footer(
      "The scenario, seed and profile are those of the result, so it comes out to the bit; the first\n"
      "note says whether it did.\n"
      "Examples:\n"
      "  faascast run scenario.toml --save\n"
      "  faascast report 1 -o page.html");
  command.callback([arguments, &chosen] {
    arguments->command = "faascast report " + std::to_string(arguments->id);
    chosen = [arguments] { return report_command(*arguments); };
  });
}

void add_doctor(CLI::App& app, Command& chosen) {
  CLI::App& command = *app.add_subcommand(
      "doctor", "Look whether program, shipped data, store and machine are fit for use");
  auto arguments = std::make_shared<DoctorArguments>();
  add_store_option(command, arguments->store, "The store to look at");
  add_output_options(command, arguments->output);
  command.footer("Exit code 1 where there is a problem.\nExample:\n  faascast doctor");
  command.callback(
      [arguments, &chosen] { chosen = [arguments] { return doctor_command(*arguments); }; });
}

void add_completions(CLI::App& app, Command& chosen) {
  CLI::App& command =
      *app.add_subcommand("completions", "Print what a shell needs to complete commands");
  auto shell = std::make_shared<std::string>();
  command.add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->type_name("SHELL");
  command.footer(
      "Examples:\n"
      "  source <(faascast completions bash)\n"
      "  faascast completions fish > ~/.config/fish/completions/faascast.fish");
  command.callback([shell, &app, &chosen] {
    chosen = [shell, script = completion_script(app, *shell)] {
      print(script);
      return kDone;
    };
  });
}

}  // namespace

void add_helpers(CLI::App& app, Command& chosen) {
  add_report(app, chosen);
  add_doctor(app, chosen);
  add_completions(app, chosen);
}

}  // namespace faascast
