#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/tables.h"
#include "input/quantity.h"
#include "sim-core/error.h"
#include "studies/model_split.h"
#include "studies/optimised.h"
#include "workloads/model_report.h"
#include "workloads/models.h"
#include "workloads/onnx_reader.h"
#include "workloads/onnx_writer.h"
#include "workloads/passes/pass_report.h"

namespace faascast {
namespace {

using Json = nlohmann::ordered_json;

struct ModelArguments {
  std::string model{};
  std::int64_t batch = 1;
  std::vector<std::string> shapes{};  ///< as typed: "input=1x3x224x224"
  bool dot = false;
  // optimise
  std::vector<std::string> passes{};
  std::vector<std::string> students{};
  std::string data{};
  std::uint64_t examples = 0;
  bool one_scale = false;
  double seconds = 1.0;
  std::string written{};
  // split
  SplitRequest split{};
  std::string scenario{};
  std::string store{};
  OutputArguments output{};
};

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// "input=1x3x224x224"
std::pair<std::string, Shape> shape_of(const std::string& typed) {
  const auto refuse = [&] {
    throw InputError(Problem{"--shape", fmt::format("'{}' is no shape of an input", typed),
                             "write the input's name and its sizes: --shape input=1x3x224x224"});
  };
  const std::size_t equals = typed.rfind('=');
  if (equals == std::string::npos || equals == 0) refuse();
  Shape shape;
  const char* at = typed.data() + equals + 1;
  const char* const end = typed.data() + typed.size();
  while (at < end) {
    std::int64_t size = 0;
    const auto [next, error] = std::from_chars(at, end, size);
    if (error != std::errc() || size < 0 || (next != end && (*next != 'x' || next + 1 == end))) refuse();
    shape.push_back(size);
    at = next == end ? end : next + 1;
  }
  return {typed.substr(0, equals), shape};
}

ExecutorOptions executor_options(const ModelArguments& arguments) {
  ExecutorOptions options{.batch = arguments.batch};
  for (const std::string& typed : arguments.shapes) {
    auto [name, shape] = shape_of(typed);
    options.input_shapes.insert_or_assign(std::move(name), std::move(shape));
  }
  return options;
}

Json json_of(const ModelReport& report) {
  Json json{{"schema", 1},
            {"model", report.name},
            {"opset", report.opset},
            {"flops", report.flops},
            {"critical_flops", report.critical_flops},
            {"weight_bytes", report.weight_bytes},
            {"activation_bytes", report.output_bytes},
            {"activation_peak_bytes", report.peak_bytes},
            {"input_bytes", report.input_bytes},
            {"edges", report.edges},
            {"nodes", Json::array()}};
  for (const ReportRow& row : report.rows) {
    json["nodes"].push_back({{"name", row.name},
                             {"operator", row.op},
                             {"outputs", row.outputs},
                             {"flops", row.flops},
                             {"weight_bytes", row.weight_bytes},
                             {"output_bytes", row.output_bytes},
                             {"alive_bytes", row.alive_bytes},
                             {"cut_bytes", row.cut_bytes},
                             {"folded", row.is_folded},
                             {"critical", row.is_critical},
                             {"readers", row.readers}});
  }
  json["narrow_cuts"] = narrow_cuts(report);
  return json;
}

Table table_of(const ModelReport& report) {
  using Align = Table::Align;
  Table table({{"operator", Align::kLeft}, {"kind", Align::kLeft}, {"output", Align::kLeft},
               {"flops"}, {"weight bytes"}, {"output bytes"}, {"alive bytes"}, {"cut bytes"},
               {"critical", Align::kLeft}});
  for (const ReportRow& row : report.rows) {
    table.add({row.name, row.op, row.outputs.empty() ? "" : shape_text(row.outputs.front()),
               fmt::format("{:.0f}", row.flops), std::to_string(row.weight_bytes),
               std::to_string(row.output_bytes), std::to_string(row.alive_bytes),
               std::to_string(row.cut_bytes), row.is_folded ? "folded" : row.is_critical ? "yes" : "no"});
  }
  return table;
}

/// Takes files with these endings out of the list.
std::vector<std::string> taken(std::vector<std::string>& files, std::string_view ending) {
  const auto middle = std::stable_partition(files.begin(), files.end(), [&](const std::string& file) {
    return !file.ends_with(ending);
  });
  std::vector<std::string> result(middle, files.end());
  files.erase(middle, files.end());
  return result;
}

ExitCode show_model_command(const ModelArguments& arguments) {
  OutputArguments output = arguments.output;
  const std::vector<std::string> pictures = taken(output.files, ".svg");
  const std::vector<std::string> graphs = taken(output.files, ".dot");
  check_output(output);
  const ModelFile file = find_model(arguments.model);
  const ModelReport report =
      report_model(read_onnx(file.content, file.name), executor_options(arguments));
  for (const std::string& picture : pictures) write_file(picture, report_svg(report));
  for (const std::string& graph : graphs) write_file(graph, report_dot(report));
  if (arguments.dot) {
    print(report_dot(report));
    return kDone;
  }
  deliver(output, [&](ReportFormat format) {
    if (format == ReportFormat::kJson) return text_of(json_of(report));
    if (format == ReportFormat::kHtml) return html_page(report.name, html_table(table_of(report)));
    return format == ReportFormat::kText ? report_table(report) : table_text(table_of(report), format);
  });
  return kDone;
}

std::string kilobytes(std::uint64_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / 1024.0);
}

std::string microseconds(Duration d) {
  return fmt::format("{:.4g}", static_cast<double>(d.count()) / 1000.0);
}

Json json_of(const PassTable& table) {
  Json json{{"schema", 1},
            {"model", table.model},
            {"isa", table.isa},
            {"compression", "zlib level 9"},
            {"accuracy_is", table.accuracy_name.empty() ? Json(nullptr) : Json(table.accuracy_name)},
            {"rows", Json::array()}};
  for (const PassRow& row : table.rows) {
    Json entry{{"passes", row.passes}};
    if (!row.refused.empty()) {
      entry["refused"] = row.refused;
    } else {
      entry["note"] = row.note;
      entry["bytes"] = row.bytes;
      entry["compressed_bytes"] = row.compressed_bytes;
      entry["load_s"] = seconds_of(row.load);
      entry["latency_p50_s"] = seconds_of(row.latency_p50);
      entry["flops"] = row.flops;
      entry["accuracy"] = row.accuracy ? Json(*row.accuracy) : Json(nullptr);
    }
    json["rows"].push_back(std::move(entry));
  }
  return json;
}

Table table_of(const PassTable& result) {
  using Align = Table::Align;
  const bool scored = !result.accuracy_name.empty();
  std::vector<Table::Column> columns{{"passes", Align::kLeft}, {"KB"}, {"zlib KB"}, {"load us"},
                                     {"p50 us"}, {"speed"}};
  if (scored) columns.push_back({"accuracy"});
  Table table(columns);
  for (const PassRow& row : result.rows) {
    if (!row.refused.empty()) {
      std::vector<std::string> cells{row.passes};
      cells.resize(columns.size(), "-");
      table.add(std::move(cells));
      continue;
    }
    const double speed = seconds_of(result.rows.front().latency_p50) /
                         std::max(seconds_of(row.latency_p50), 1e-12);
    std::vector<std::string> cells{row.passes, kilobytes(row.bytes), kilobytes(row.compressed_bytes),
                                   microseconds(row.load), microseconds(row.latency_p50),
                                   fmt::format("{:.2f}x", speed)};
    if (scored) cells.push_back(row.accuracy ? fmt::format("{:.4g}", *row.accuracy) : "-");
    table.add(std::move(cells));
  }
  return table;
}

std::string notes_of(const PassTable& result) {
  std::string out;
  for (const PassRow& row : result.rows) {
    if (!row.refused.empty()) {
      out += paragraph(fmt::format("  {}: ", row.passes), fmt::format("not possible: {}", row.refused));
    } else if (!row.note.empty()) {
      out += paragraph(fmt::format("  {}: ", row.passes), row.note);
    }
  }
  return out;
}

ExitCode optimise_model_command(const ModelArguments& arguments) {
  check_output(arguments.output);
  std::vector<std::string> passes = arguments.passes;
  if (!arguments.written.empty() && passes.size() != 1) {
    throw InputError(Problem{"--write", "needs to know which model to write",
                             "give exactly one --passes"});
  }
  std::vector<std::string> students = arguments.students;
  if (passes.empty() && students.empty()) students = shipped_students(arguments.model);
  if (passes.empty()) passes = usual_passes();
  const OptimiseModelRequest request{.model = arguments.model,
                                     .passes = passes,
                                     .students = students,
                                     .data = arguments.data,
                                     .examples = arguments.examples,
                                     .executor = executor_options(arguments),
                                     .per_channel = !arguments.one_scale,
                                     .max_seconds = arguments.seconds};
  if (!arguments.written.empty()) {
    write_file(arguments.written, write_onnx(passed_model(request).graph));
  }
  const PassTable table = optimise_model(request);
  deliver(arguments.output, [&](ReportFormat format) {
    if (format == ReportFormat::kJson) return text_of(json_of(table));
    if (format != ReportFormat::kText) return table_text(table_of(table), format);
    std::string out = paragraph("", fmt::format("{} on {} kernels, one thread", table.model, table.isa));
    out.append("\n").append(table_of(table).text());
    out.append("\n").append(notes_of(table));
    if (!table.accuracy_name.empty()) out += paragraph("accuracy: ", table.accuracy_name);
    return out;
  });
  return kDone;
}

Json json_of(const SplitResult& result) {
  Json json{{"schema", 1},
            {"model", result.report.name},
            {"whole_cpu_s", seconds_of(result.whole)},
            {"seconds", result.partition.seconds},
            {"parts", Json::array()}};
  for (const Part& part : result.partition.parts) {
    json["parts"].push_back({{"first", result.report.rows[part.first].name},
                             {"last", result.report.rows[part.last - 1].name},
                             {"operators", part.last - part.first},
                             {"flops", part.flops},
                             {"weight_bytes", part.weight_bytes},
                             {"peak_bytes", part.peak_bytes},
                             {"carried_in_bytes", part.carried_in},
                             {"seconds", part.seconds}});
  }
  return json;
}

Table table_of(const SplitResult& result) {
  using Align = Table::Align;
  Table table({{"part"}, {"from", Align::kLeft}, {"to", Align::kLeft}, {"operators"}, {"FLOPs"},
               {"weights"}, {"at once"}, {"received"}, {"time"}});
  for (std::size_t i = 0; i < result.partition.parts.size(); ++i) {
    const Part& part = result.partition.parts[i];
    table.add({std::to_string(i + 1), result.report.rows[part.first].name,
               result.report.rows[part.last - 1].name, std::to_string(part.last - part.first),
               short_number(part.flops), short_number(part.weight_bytes).append("B"),
               short_number(static_cast<double>(part.peak_bytes)).append("B"),
               short_number(static_cast<double>(part.carried_in)).append("B"),
               format_duration(Duration(std::llround(part.seconds * 1e9)))});
  }
  return table;
}

ExitCode split_model_command(const ModelArguments& arguments) {
  OutputArguments output = arguments.output;
  std::vector<std::string> scenarios = taken(output.files, ".toml");
  check_output(output);
  SplitRequest request = arguments.split;
  request.model = arguments.model;
  request.executor = executor_options(arguments);
  const SplitResult result = split_model(request, {arguments.store});
  for (const std::string& file : scenarios) write_file(file, result.scenario);
  deliver(output, [&](ReportFormat format) {
    if (format == ReportFormat::kJson) return text_of(json_of(result));
    if (format != ReportFormat::kText) return table_text(table_of(result), format);
    std::string out = paragraph(
        "", fmt::format("{}: {} in one piece here; {} function{} of {}", result.report.name,
                        format_duration(result.whole), result.partition.parts.size(),
                        result.partition.parts.size() == 1 ? "" : "s", format_memory(request.memory)));
    out.append("\n").append(table_of(result).text()).append("\n");
    out += paragraph("", fmt::format("CPU time of this machine, {} a call and transfers at {:g} MB/s: "
                                     "{} in sum. Write it as a workflow with -o split.toml, and run "
                                     "that.",
                                     format_duration(request.call), request.megabytes_per_second,
                                     format_duration(Duration(
                                         std::llround(result.partition.seconds * 1e9)))));
    return out;
  });
  return kDone;
}

void add_model_options(CLI::App& command, ModelArguments& arguments) {
  command.add_option("model", arguments.model, "A shipped model or an ONNX file")
      ->required()
      ->type_name("MODEL");
  command.add_option("--batch", arguments.batch, "Inputs of one inference")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--shape", arguments.shapes,
                  "Sizes of an input that the model leaves open, such as input=1x3x224x224")
      ->type_name("NAME=SIZES");
}

/// An option with a unit. @throws InputError through `assign`'s parser
template <class Parse, class Assign>
void add_quantity(CLI::App& command, const std::string& name, Parse parse, Assign assign,
                  const std::string& text, bool required) {
  command
      .add_option_function<std::string>(
          name,
          [=](const std::string& value) {
            std::string why;
            const auto parsed = parse(value, why);
            if (!parsed) throw InputError(Problem{name, why, text});
            assign(*parsed);
          },
          text)
      ->type_name("QUANTITY")
      ->required(required);
}

void add_show(CLI::App& parent, Command& chosen) {
  CLI::App& command = *parent.add_subcommand(
      "show", "Its operators: arithmetic, bytes, memory at once, and where it could be cut");
  auto arguments = std::make_shared<ModelArguments>();
  add_model_options(command, *arguments);
  command.add_flag("--dot", arguments->dot, "Print the graph in Graphviz's language instead");
  add_output_options(command, arguments->output);
  command.footer(
      "Also writes pictures: -o NAME.svg, -o NAME.dot\n"
      "Examples:\n"
      "  faascast model show cnn-mnist\n"
      "  faascast model show net.onnx --shape input=1x3x224x224 -o net.svg");
  command.callback([=, &chosen] { chosen = [=] { return show_model_command(*arguments); }; });
}

void add_optimise_model(CLI::App& parent, Command& chosen) {
  CLI::App& command = *parent.add_subcommand(
      "optimise", "What passes do to its size, load time, speed and accuracy, measured here");
  auto arguments = std::make_shared<ModelArguments>();
  add_model_options(command, *arguments);
  command
      .add_option("--passes", arguments->passes,
                  "Passes joined by '+', such as conversion+int8, and other lists of passes; "
                  "default: the usual ones. They are: conversion, prune=FRACTION, "
                  "prune-channels=FRACTION, float16-weights, int8-weights, int8")
      ->delimiter(',')
      ->type_name("PASSES");
  command
      .add_option("--student", arguments->students,
                  "A smaller model that learned from it, as a row of distillation; may be repeated; "
                  "default: the shipped student of a shipped model")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("MODEL");
  command
      .add_option("--data", arguments->data,
                  "A test set, for accuracy: a folder with t10k-images-idx3-ubyte and its labels, or "
                  "NAME.test.txt; or the file. Policies for CartPole need none. Ranges for int8 are "
                  "taken from train-images-idx3-ubyte where that is there, else from the set itself")
      ->type_name("PATH");
  command.add_option("--examples", arguments->examples, "Only the first N of the test set")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}))
      ->type_name("N");
  command.add_flag("--one-scale", arguments->one_scale,
                   "int8: one scale for a weight tensor instead of one a channel");
  command.add_option("--seconds", arguments->seconds, "Longest time to measure a row")
      ->check(CLI::Range(0.01, 86'400.0))
      ->type_name("S")
      ->capture_default_str();
  command.add_option("--write", arguments->written, "Also write the model after the one --passes")
      ->type_name("FILE");
  add_output_options(command, arguments->output);
  command.footer(
      "Examples:\n"
      "  faascast model optimise cnn-mnist --data mnist/\n"
      "  faascast model optimise dqn-cartpole --json\n"
      "  faascast model optimise net.onnx --passes conversion+int8-weights --write small.onnx");
  command.callback([=, &chosen] { chosen = [=] { return optimise_model_command(*arguments); }; });
}

void add_split(CLI::App& parent, Command& chosen) {
  CLI::App& command = *parent.add_subcommand(
      "split", "Cut it into functions that each fit a memory size, for the least time");
  auto arguments = std::make_shared<ModelArguments>();
  add_model_options(command, *arguments);
  SplitRequest* split = &arguments->split;
  add_quantity(command, "--memory", parse_memory, [split](Megabytes m) { split->memory = m; },
               "Of each function, such as '128 MB': weights and activations have to fit", true);
  command.add_option("--bandwidth", split->megabytes_per_second,
                     "MB/s between functions; the default was measured on AWS Lambda at 512 MB")
      ->check(CLI::Range(1e-3, 1e6))
      ->type_name("MB/S")
      ->capture_default_str();
  add_quantity(command, "--call", parse_duration, [split](Duration d) { split->call = d; },
               "Time to call a further function; default '20 ms', an assumption", false);
  command.add_option("--platform", split->platform, "Where the written scenario runs the parts")
      ->type_name("NAME")
      ->capture_default_str();
  add_store_option(command, arguments->store, "The store of profiles");
  add_output_options(command, arguments->output);
  command.footer(
      "Also writes a scenario: -o NAME.toml\n"
      "Examples:\n"
      "  faascast model split net.onnx --memory '128 MB'\n"
      "  faascast model split net.onnx --memory '128 MB' -o split.toml && faascast run split.toml");
  command.callback([=, &chosen] { chosen = [=] { return split_model_command(*arguments); }; });
}

}  // namespace

void add_model_commands(CLI::App& app, Command& chosen) {
  const auto found =
      app.get_subcommands([](const CLI::App* command) { return command->get_name() == "model"; });
  CLI::App* parent = found.empty() ? app.add_subcommand("model", "Look into a model") : found.front();
  parent->require_subcommand(1);
  parent->footer(
      "Examples:\n"
      "  faascast model show cnn-mnist\n"
      "  faascast model optimise cnn-mnist --data mnist/\n"
      "  faascast model split net.onnx --memory '128 MB' -o split.toml");
  add_show(*parent, chosen);
  add_optimise_model(*parent, chosen);
  add_split(*parent, chosen);
}

}  // namespace faascast
