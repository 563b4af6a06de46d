#include "traces/measured_log.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "input/quantity.h"
#include "sim-core/error.h"
#include "traces/content.h"
#include "traces/recognise.h"
#include "traces/request_format.h"
#include "traces/request_reader.h"

namespace faascast {
namespace {

constexpr std::size_t kMostRows = 5'000'000;

/// Formats that say how long a request took.
std::vector<std::string> measuring_formats() {
  std::vector<std::string> names;
  for (const RequestFormat& format : request_formats()) {
    const bool measures = std::any_of(
        format.columns.begin(), format.columns.end(), [](const ColumnRule& rule) {
          return rule.field == Field::kExecution || rule.field == Field::kReport;
        });
    if (measures) names.emplace_back(format.name);
  }
  return names;
}

const RequestFormat& measuring_format(const TraceContent& content, const std::string& wanted) {
  const std::string name = wanted.empty() ? recognised_format(content) : wanted;
  const std::vector<std::string> names = measuring_formats();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    const std::string nearest = wanted.empty() ? std::string() : nearest_name(name, names);
    throw InputError(Problem{
        content.name(), fmt::format("'{}' is no format that says how long requests took", name),
        fmt::format("{}formats: {}",
                    nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest),
                    fmt::join(names, ", "))});
  }
  return *find_request_format(name);
}

ColdKnowledge knowledge_of(const RequestFormat& format, const RequestHeader& header) {
  // Reports of Google's functions have no initialisation.
  const bool is_lambda = format.name.starts_with("lambda");
  if ((header.has(Field::kReport) && is_lambda) || header.has(Field::kInit)) {
    return ColdKnowledge::kInit;
  }
  if (header.has(Field::kColdExecution) || header.has(Field::kColdMark)) {
    return ColdKnowledge::kTotal;
  }
  return ColdKnowledge::kNone;
}

MeasuredRow measured(const RequestRow& row) {
  constexpr std::int64_t kAbsent = ArrivalBlock::kAbsent;
  MeasuredRow out;
  out.at_ns = row.at_ns;
  out.function = row.function;
  out.failed = row.failed;
  out.cold = row.cold_execution_ns != kAbsent;
  out.warm_ns = row.execution_ns == kAbsent ? -1 : row.execution_ns;
  out.total_ns = out.cold ? row.cold_execution_ns : std::max<std::int64_t>(out.warm_ns, 0);
  out.memory_mb = row.memory_mb == kAbsent ? -1 : row.memory_mb;
  return out;
}

MeasuredLog read_content(const TraceContent& content, const std::string& wanted) {
  const RequestFormat& format = measuring_format(content, wanted);
  RequestReader reader(content, format);
  MeasuredLog log;
  log.name = content.name();
  log.format = std::string(format.name);
  log.knows = knowledge_of(format, reader.header());
  if (format.shape == RowShape::kCsv && !reader.header().has(Field::kExecution) &&
      !reader.header().has(Field::kReport)) {
    throw InputError(Problem{content.name(), "no column says how long a request took",
                             "add execution_s, and cold_execution_s for requests that were cold"});
  }
  RequestRow row;
  while (reader.next(row)) {
    if (log.rows.size() == kMostRows) {
      throw InputError(Problem{content.name(), fmt::format("more than {} requests", kMostRows),
                               "a tenth of them is enough: give a part of the log"});
    }
    log.dated = row.dated;
    log.sampled = log.sampled || row.weight > 1;
    const MeasuredRow each = measured(row);
    if (each.warm_ns >= 0) log.rows.push_back(each);
  }
  std::stable_sort(
      log.rows.begin(), log.rows.end(),
      [](const MeasuredRow& a, const MeasuredRow& b) { return a.at_ns < b.at_ns; });
  return log;
}

}  // namespace

MeasuredLog read_measured_log(const std::filesystem::path& file, const std::string& format) {
  return read_content(TraceContent::of_file(file), format);
}

MeasuredLog read_measured_text(std::string text, std::string name, const std::string& format) {
  return read_content(TraceContent::of_text(std::move(text), std::move(name)), format);
}

}  // namespace faascast
