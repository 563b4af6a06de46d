#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/tables.h"
#include "studies/model_source.h"
#include "studies/result_store.h"

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

std::string json_of(const std::vector<StoredRun>& runs) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const StoredRun& run : runs) {
    json.push_back({{"id", run.id},
                    {"created", run.created},
                    {"kind", run.record.kind},
                    {"scenario", run.record.scenario_name},
                    {"seed", run.record.seed},
                    {"version", run.version},
                    {"host", run.host},
                    {"profile_hash", run.record.profile_hash},
                    {"fingerprint", run.record.fingerprint}});
  }
  return json.dump(2) + "\n";
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
  const StoredRun run = load_run(store_path({arguments.store}), arguments.id);
  print(run.record.json);
  return kDone;
}

}  // namespace faascast
