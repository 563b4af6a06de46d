#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/tables.h"
#include "sim-core/error.h"
#include "studies/model_source.h"
#include "studies/result_store.h"
#include "studies/run_diff.h"

namespace faascast {
namespace {

Table table_of(const std::vector<StoredRun>& runs) {
  Table table({{"id"},
               {"created", Table::Align::kLeft},
               {"kind", Table::Align::kLeft},
               {"scenario", Table::Align::kLeft},
               {"seed"},
               {"version", Table::Align::kLeft},
               {"fingerprint", Table::Align::kLeft}});
  for (const StoredRun& run : runs) {
    table.add({std::to_string(run.id), run.created, run.record.kind, run.record.scenario_name,
               std::to_string(run.record.seed), run.version, run.record.fingerprint});
  }
  return table;
}

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json head_json(const StoredRun& run) {
  return {{"id", run.id},
          {"created", run.created},
          {"kind", run.record.kind},
          {"scenario", run.record.scenario_name},
          {"seed", run.record.seed},
          {"version", run.version},
          {"host", run.host},
          {"profile_hash", run.record.profile_hash},
          {"fingerprint", run.record.fingerprint}};
}

std::string json_of(const std::vector<StoredRun>& runs) {
  Json json = Json::array();
  for (const StoredRun& run : runs) json.push_back(head_json(run));
  return dumped(json);
}

/// Complete: with the scenario's text and the result.
std::string export_json(const std::vector<StoredRun>& runs) {
  Json json = Json::array();
  for (const StoredRun& run : runs) {
    Json row = head_json(run);
    row["scenario_text"] = run.record.scenario_text;
    row["result"] = Json::parse(run.record.json, nullptr, false);
    json.push_back(std::move(row));
  }
  return dumped(json);
}

Table table_of(const std::vector<ResultDifference>& found, std::int64_t before,
               std::int64_t after) {
  Table table({{"figure", Table::Align::kLeft},
               {fmt::format("run {}", before)},
               {fmt::format("run {}", after)},
               {"change"}});
  const auto cell = [](const std::string& text) { return text.empty() ? "-" : text; };
  for (const ResultDifference& one : found) {
    table.add({one.figure, cell(one.before), cell(one.after), cell(one.change)});
  }
  return table;
}

/// "deployments[a].latency_s.p99" as "a latency_s p99", which can be broken into lines.
std::string readable(const std::string& figure) {
  constexpr std::string_view kGroup = "deployments[";
  std::string text = figure.rfind(kGroup, 0) == 0 ? figure.substr(kGroup.size()) : figure;
  for (char& c : text) {
    if (c == '.' || c == '[') c = ' ';
  }
  std::erase(text, ']');
  return text;
}

/// Six significant digits of a number.
std::string rounded(const std::string& value) {
  const Json json = Json::parse(value, nullptr, false);
  return json.is_number_float() ? fmt::format("{:.6g}", json.get<double>()) : value;
}

/// For people: rounded, without notes and long texts.
std::string text_of(const std::vector<ResultDifference>& found, std::int64_t before,
                    std::int64_t after) {
  if (found.empty()) return "The two results are the same.\n";
  constexpr std::size_t kLongest = 16;
  std::vector<ResultDifference> shown;
  for (const ResultDifference& one : found) {
    ResultDifference row{readable(one.figure), rounded(one.before), rounded(one.after), one.change};
    if (row.before.size() <= kLongest && row.after.size() <= kLongest) {
      shown.push_back(std::move(row));
    }
  }
  std::string text = table_text(table_of(shown, before, after), ReportFormat::kText);
  if (shown.size() < found.size()) {
    text += fmt::format("\n{} longer texts differ too: --json has them.\n",
                        found.size() - shown.size());
  }
  return text;
}

std::string json_of(const std::vector<ResultDifference>& found) {
  Json json = Json::array();
  for (const ResultDifference& one : found) {
    json.push_back({{"figure", one.figure},
                    {"before", one.before},
                    {"after", one.after},
                    {"change", one.change}});
  }
  return dumped(json);
}

}  // namespace

ExitCode list_runs_command(const RunsArguments& arguments) {
  check_output(arguments.output);
  const std::vector<StoredRun> runs = list_runs(store_path({arguments.store}));
  deliver(arguments.output, [&](ReportFormat format) {
    return format == ReportFormat::kJson ? json_of(runs) : table_text(table_of(runs), format);
  });
  return kDone;
}

ExitCode show_run_command(const RunsArguments& arguments) {
  const StoredRun run = load_run(store_path({arguments.store}), arguments.ids.front());
  print(arguments.shows_scenario ? run.record.scenario_text : run.record.json);
  return kDone;
}

ExitCode diff_runs_command(const RunsArguments& arguments) {
  check_output(arguments.output);
  const std::filesystem::path store = store_path({arguments.store});
  const StoredRun before = load_run(store, arguments.ids.front());
  const StoredRun after = load_run(store, arguments.ids.back());
  const std::vector<ResultDifference> found =
      differences(before.record.json, after.record.json);
  deliver(arguments.output, [&](ReportFormat format) {
    if (format == ReportFormat::kJson) return json_of(found);
    if (format == ReportFormat::kText) return text_of(found, before.id, after.id);
    return table_text(table_of(found, before.id, after.id), format);
  });
  return kDone;
}

ExitCode delete_runs_command(const RunsArguments& arguments) {
  const std::filesystem::path store = store_path({arguments.store});
  if (arguments.ids.empty() && !arguments.deletes_points) {
    throw InputError(Problem{"faascast runs delete", "nothing to delete",
                             "give numbers of runs, or --points"});
  }
  if (!arguments.ids.empty()) delete_runs(store, arguments.ids);
  if (arguments.deletes_points) delete_points(store);
  return kDone;
}

ExitCode export_runs_command(const RunsArguments& arguments) {
  check_output(arguments.output);
  const std::filesystem::path store = store_path({arguments.store});
  std::vector<StoredRun> runs;
  std::vector<std::int64_t> ids = arguments.ids;
  if (ids.empty()) {
    for (const StoredRun& run : list_runs(store)) ids.push_back(run.id);
  }
  for (const std::int64_t id : ids) runs.push_back(load_run(store, id));
  deliver(arguments.output, [&](ReportFormat format) {
    return format == ReportFormat::kJson ? export_json(runs) : table_text(table_of(runs), format);
  });
  return kDone;
}

}  // namespace faascast
