#include "studies/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "sim-core/error.h"
#include "studies/validation/sets.h"
#include "studies/validation/table_file.h"

namespace faascast {
namespace {

std::filesystem::path data_folder(const ValidateRequest& request) {
  if (!request.data.empty()) return request.data;
  if (const char* data = std::getenv("FAASCAST_DATA"); data != nullptr && *data != '\0') return data;
  return "../shared/data";
}

Coverage covered(const std::string& set, const std::vector<const BlindRow*>& rows) {
  Coverage out;
  out.set = set;
  out.rows = rows.size();
  std::vector<double> errors;
  std::vector<double> widths;
  for (const BlindRow* row : rows) {
    out.inside += row->inside() ? 1 : 0;
    errors.push_back(std::abs(row->error()));
    widths.push_back(row->low > 0.0 ? row->high / row->low
                                    : std::numeric_limits<double>::infinity());
  }
  out.median_error = quantile_of(errors, 0.5);
  out.median_width = quantile_of(widths, 0.5);
  return out;
}

void add_coverage(ValidationReport& report) {
  std::vector<std::string> sets;
  for (const BlindRow& row : report.blind) {
    if (std::find(sets.begin(), sets.end(), row.set) == sets.end()) sets.push_back(row.set);
  }
  const auto rows_of = [&](const std::string& set) {
    std::vector<const BlindRow*> rows;
    for (const BlindRow& row : report.blind) {
      if (set.empty() || row.set == set) rows.push_back(&row);
    }
    return rows;
  };
  for (const std::string& set : sets) report.coverage.push_back(covered(set, rows_of(set)));
  if (!report.blind.empty()) report.coverage.push_back(covered("all rows", rows_of({})));
}

}  // namespace

ValidationReport validate(const ValidateRequest& request) {
  ValidationReport report;
  report.data = data_folder(request).string();
  const std::filesystem::path measured = std::filesystem::path(report.data) / "measured";
  if (!std::filesystem::is_directory(measured)) {
    throw InputError(Problem{
        report.data, "there is no folder 'measured' with the public measurements",
        "name the data with --data DIR or FAASCAST_DATA; they are not part of the program"});
  }
  Validation out;
  const MemoryLessons lessons = add_sebs(measured, out);
  if (request.rows.empty()) {
    add_arithmetic(measured, out);
    add_cpu_by_memory(measured, out);
    add_mxnet_models(measured, out);
    add_cold_starts(measured, out);
    add_azure_bursts(measured, out);
    add_lambda_runs(measured, request.seed, out);
    out.notes.emplace_back(
        "Cloud Run with several requests in an instance: none of these data sets measures it, so "
        "nothing is claimed of it.");
  } else {
    out.blind.clear();
    out.notes.clear();
    for (const std::filesystem::path& file : request.rows) add_user_rows(file, lessons, out);
    out.notes.emplace_back(
        "Rows of yours are predicted from what is known of each function in its row, the platform "
        "files, and the errors on the SeBS functions; a function of the same name is left out.");
  }
  out.notes.emplace_back(
      "Inside = the measured value lies in the 90 % interval. Nothing is fitted to the function "
      "that is predicted, besides what a note says is known of it.");
  report.arithmetic = std::move(out.arithmetic);
  report.blind = std::move(out.blind);
  report.notes = std::move(out.notes);
  add_coverage(report);
  if (report.blind.empty() && report.arithmetic.empty()) {
    throw InputError(Problem{measured.string(), "none of the known data sets is there",
                             "see cli/README.md for their names"});
  }
  return report;
}

}  // namespace faascast
