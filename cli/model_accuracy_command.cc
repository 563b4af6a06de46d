#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/tables.h"
#include "input/quantity.h"
#include "workloads/accuracy.h"
#include "workloads/models.h"
#include "workloads/onnx_reader.h"
#include "workloads/test_set.h"

namespace faascast {
namespace {

struct AccuracyArguments {
  std::vector<std::string> models{};
  std::string data{};
  AccuracyOptions options{};
  OutputArguments output{};
};

struct Row {
  std::string model{};
  std::size_t bytes = 0;
  Accuracy accuracy{};
};

std::string json_of(const std::vector<Row>& rows) {
  nlohmann::ordered_json json;
  json["schema"] = 1;
  json["models"] = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    const Accuracy& a = row.accuracy;
    json["models"].push_back({{"model", row.model},
                              {"bytes", row.bytes},
                              {"test_set", a.test_set},
                              {"measure", a.is_return ? "mean return" : "accuracy"},
                              {"examples", a.examples},
                              {"value", a.value},
                              {"low", a.low},
                              {"high", a.high},
                              {"best", a.best}});
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// A share in percent, a return in steps.
std::string value_text(const Accuracy& a, double value) {
  return a.is_return ? fmt::format("{:.1f}", value) : fmt::format("{:.2f} %", 100.0 * value);
}

Table table_of(const std::vector<Row>& rows) {
  Table table({{"model", Table::Align::kLeft},
               {"bytes"},
               {"test set", Table::Align::kLeft},
               {"examples"},
               {"right, or steps"},
               {"95 % interval"}});
  for (const Row& row : rows) {
    const Accuracy& a = row.accuracy;
    table.add({row.model, format_count(row.bytes), a.test_set, format_count(a.examples),
               value_text(a, a.value),
               fmt::format("{} to {}", value_text(a, a.low), value_text(a, a.high))});
  }
  return table;
}

ExitCode accuracy_command(const AccuracyArguments& arguments) {
  check_output(arguments.output);
  std::vector<Row> rows;
  for (const std::string& name : arguments.models) {
    const ModelFile file = find_model(name);
    const Graph graph = read_onnx(file.content, file.name);
    const TestSet set = find_test_set(graph, arguments.data);
    rows.push_back({.model = file.name,
                    .bytes = file.content.size(),
                    .accuracy = measure_accuracy(graph, set, arguments.options)});
  }
  deliver(arguments.output, [&](ReportFormat format) {
    return format == ReportFormat::kJson ? json_of(rows) : table_text(table_of(rows), format);
  });
  return kDone;
}

}  // namespace

void add_model_accuracy(CLI::App& app, Command& chosen) {
  const auto found =
      app.get_subcommands([](const CLI::App* command) { return command->get_name() == "model"; });
  CLI::App* parent = found.empty() ? app.add_subcommand("model", "Look into a model") : found.front();
  parent->require_subcommand(1);
  CLI::App& command =
      *parent->add_subcommand("accuracy", "Run models on a test set: how often are they right?");
  auto arguments = std::make_shared<AccuracyArguments>();
  command.add_option("model", arguments->models, "Shipped models or ONNX files")
      ->required()
      ->type_name("MODEL");
  command
      .add_option("--data", arguments->data,
                  "A folder with t10k-images-idx3-ubyte and its labels, or NAME.test.txt; or the "
                  "file. Policies for CartPole need none")
      ->type_name("PATH");
  command.add_option("--examples", arguments->options.examples, "Only the first N of the set")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}))
      ->type_name("N");
  command.add_option("--episodes", arguments->options.episodes, "Episodes of CartPole")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}))
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--seed", arguments->options.seed, "Of the episodes' starts")
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--positive", arguments->options.positive,
                  "Labels that a model with one output should answer yes to, such as 1,3,5,7,9")
      ->delimiter(',')
      ->expected(1)
      ->type_name("LABELS");
  command.add_flag("--raw-pixels", arguments->options.raw_pixels,
                   "Pixels from 0 to 255 instead of 0 to 1");
  add_output_options(command, arguments->output);
  command.footer(
      "Examples:\n"
      "  faascast model accuracy dqn-cartpole\n"
      "  faascast model accuracy cnn-mnist cnn-mnist-student --data mnist/\n"
      "  faascast model accuracy lstm-sentiment --data lstm-sentiment.test.txt --json");
  command.callback([=, &chosen] { chosen = [=] { return accuracy_command(*arguments); }; });
}

}  // namespace faascast
