#include "traces/recognise.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string_view>
#include <vector>

#include "input/decimal.h"
#include "input/quantity.h"
#include "sim-core/error.h"
#include "traces/client_rates.h"
#include "traces/count_table.h"
#include "traces/csv.h"
#include "traces/json_records.h"
#include "traces/log_lines.h"
#include "traces/request_format.h"

namespace faascast {
namespace {

constexpr std::size_t kLinesLookedAt = 1000;

bool has_all(const std::vector<CsvCell>& cells, std::initializer_list<std::string_view> names) {
  return std::all_of(names.begin(), names.end(), [&](std::string_view name) {
    return std::any_of(cells.begin(), cells.end(),
                       [&](const CsvCell& cell) { return cell.text == name; });
  });
}

std::string_view format_of_header(const std::vector<CsvCell>& cells) {
  struct Sign {
    std::string_view format;
    std::initializer_list<std::string_view> columns;
  };
  static const std::initializer_list<Sign> kSigns = {
      {"azure-llm-2023", {"TIMESTAMP", "ContextTokens"}},
      {"azure-functions-2019", {"HashFunction", "1"}},
      {"azure-functions-2021", {"func", "end_timestamp", "duration"}},
      {"burstgpt", {"Timestamp", "Model", "Request tokens", "Response tokens"}},
      {"huawei-2023", {"day", "time", "0"}},
      {"k6", {"metric_name", "timestamp", "metric_value"}},
      {"locust", {"Timestamp", "User Count", "Name", "Total Request Count"}},
      {"jmeter", {"timeStamp", "elapsed"}},
      {"iluvatar", {"func_name", "invoke_time_ms"}},
      {"huawei-2025", {"time_worker", "totalCost_worker", "podID"}},
      {"huawei-2025-cold-starts", {"time", "totalCost_cold_start", "podID"}},
      {"gentd26", {"gmt_create", "predict_status", "exec_time_seconds"}},
      {"lambda-insights", {"@timestamp", "@message"}},
      {"application-insights", {"timestamp [UTC]", "duration"}},
      {"application-insights", {"timestamp", "duration", "itemType"}},
      {"application-insights", {"TimeGenerated", "DurationMs"}},
      {"application-insights", {"TimeGenerated [UTC]", "DurationMs"}},
      {"plain", {"arrival_s"}},
      {"plain", {"timestamp"}},
  };
  for (const auto& [format, columns] : kSigns) {
    if (has_all(cells, columns)) return format;
  }
  return {};
}

bool is_mistyped_plain(const std::vector<CsvCell>& cells) {
  const std::vector<std::string> names = plain_format().column_names();
  return std::any_of(cells.begin(), cells.end(),
                     [&](const CsvCell& cell) { return !nearest_name(cell.text, names).empty(); });
}

std::string_view format_of_json(const TraceContent& content) {
  if (is_wrapped_in(content, "events")) return "lambda-events";
  JsonRecords records(content);
  std::map<std::string, std::string, std::less<>> scalars;
  std::string_view record;
  for (std::size_t i = 0; i < kLinesLookedAt && records.next(record); ++i) {
    if (!flatten_json(record, scalars).empty())
      return "json-lines";  // whose reader says what is wrong
    const auto has = [&](std::string_view name) { return scalars.count(std::string(name)) > 0; };
    if (has("timestamp") && has("input_length")) return "mooncake";
    if (has("httpRequest.requestMethod")) return "cloud-run-log";
    if (has("textPayload") && scalars["resource.type"] == "cloud_function") {
      return "google-functions-json";
    }
    if (has("type") && scalars["type"].starts_with("platform.")) return "lambda-json";
    if (has("arrival_s")) return "json-lines";
  }
  return "json-lines";
}

/// The format of one line that is no header.
std::string_view format_of_line(std::string_view line) {
  std::vector<CsvCell> cells;
  if (split_load_balancer_line(line, cells) == LineKind::kRequest &&
      parse_timestamp_ns(cells.front().text)) {
    return "alb";
  }
  cells.clear();
  if (split_common_log_line(line, cells) == LineKind::kRequest &&
      parse_log_time(cells.front().text)) {
    return "common-log";
  }
  if (line.find(" RequestId: ") != std::string_view::npos) return "lambda-report";
  return {};
}

/// The format of a log whose first lines are about other things; empty = none.
std::string_view format_of_reports(const TraceContent& content) {
  LineReader lines = content.lines();
  std::string_view line;
  for (std::size_t i = 0; i < kLinesLookedAt && lines.next(line); ++i) {
    if (line.find("REPORT RequestId:") != std::string_view::npos) return "lambda-report";
    if (line.find("Function execution took ") != std::string_view::npos) {
      return "google-functions-log";
    }
  }
  return {};
}

}  // namespace

std::string recognised_format(const TraceContent& content) {
  LineReader lines = content.lines();
  CsvSplitter csv;
  for (std::string_view line; lines.next(line);) {
    if (is_blank_line(line)) continue;
    const char first = line[line.find_first_not_of(" \t\r")];
    if (first == '{' || first == '[') return std::string(format_of_json(content));
    const bool split = csv.split(line);
    std::string_view format = split ? format_of_header(csv.cells()) : std::string_view{};
    if (format.empty()) format = format_of_line(line);
    const bool number =
        split && csv.cells().size() == 1 && parse_scaled_decimal(csv.cells().front().text, 6).ok();
    if (format.empty() && number) format = "minute-series";
    if (format.empty() && split && are_client_rates(csv.cells())) format = "servegen";
    if (format.empty()) format = format_of_reports(content);
    if (format.empty() && is_page_count(line)) format = "wikipedia-pagecounts";
    if (format.empty() && split && is_mistyped_plain(csv.cells())) format = "plain";
    if (!format.empty()) return std::string(format);
    throw InputError(Problem{
        cell_place(content.name(), lines.line_number(), 1, {}), "no trace format begins like this",
        "plain: arrival_s or timestamp, function, execution_s, ...; azure-llm-2023: TIMESTAMP, "
        "ContextTokens, GeneratedTokens; azure-functions-2019: HashFunction, Trigger, 1, 2, ... "
        "1440; separated by commas; or name the format"});
  }
  throw InputError(Problem{content.name(), "the file is empty", "write a header and rows"});
}

}  // namespace faascast
