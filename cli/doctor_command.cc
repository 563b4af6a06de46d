#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/tables.h"
#include "studies/doctor.h"

namespace faascast {
namespace {

using Json = nlohmann::ordered_json;
using State = Finding::State;

const char* word_of(State state) {
  if (state == State::kProblem) return "PROBLEM";
  return state == State::kNote ? "note" : "ok";
}

std::string json_of(const std::vector<Finding>& findings) {
  Json json = Json::array();
  for (const Finding& f : findings) {
    json.push_back({{"subject", f.subject}, {"state", word_of(f.state)}, {"text", f.text},
                    {"mend", f.mend}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Table table_of(const std::vector<Finding>& findings) {
  Table table({{"subject", Table::Align::kLeft},
               {"state", Table::Align::kLeft},
               {"what was found", Table::Align::kLeft}});
  for (const Finding& f : findings) {
    table.add({f.subject, word_of(f.state), f.mend.empty() ? f.text : f.text + "; " + f.mend});
  }
  return table;
}

}  // namespace

ExitCode doctor_command(const DoctorArguments& arguments) {
  check_output(arguments.output);
  StoreOptions store;
  store.file = arguments.store;
  const std::vector<Finding> findings = examine(store);
  deliver(arguments.output, [&](ReportFormat format) {
    if (format == ReportFormat::kJson) return json_of(findings);
    return table_text(table_of(findings), format);
  });
  const bool is_ill = std::any_of(findings.begin(), findings.end(), [](const Finding& f) {
    return f.state == State::kProblem;
  });
  return is_ill ? kFailed : kDone;
}

}  // namespace faascast
