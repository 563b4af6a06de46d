#include "traces/request_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "input/decimal.h"
#include "input/quantity.h"

namespace faascast {
namespace {

constexpr std::int64_t kAbsent = ArrivalBlock::kAbsent;

std::string in_quotes(std::string_view text) {
  return text.size() <= 60 ? fmt::format("'{}'", text) : fmt::format("'{}...'", text.substr(0, 57));
}

}  // namespace

bool RequestHeader::has(Field field) const {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const Column& column) { return column.field == field; });
}

RequestReader::RequestReader(const TraceContent& content, const RequestFormat& format)
    : lines_(content.lines()) {
  read_header(format);
}

void RequestReader::read_header(const RequestFormat& format) {
  std::string_view line;
  do {
    if (!lines_.next(line)) {
      throw InputError(Problem{lines_.name(), "the file is empty", "write a header and rows"});
    }
  } while (is_blank_line(line));
  if (!csv_.split(line)) {
    report(csv_.error_column(), {}, "a quote is not closed", "close it, or double quotes inside");
    throw_problems();
  }
  const std::vector<std::string> names = format.column_names();
  for (const CsvCell& cell : csv_.cells()) {
    const ColumnRule* rule = format.find(cell.text);
    const std::string name(cell.text);
    if (rule == nullptr) {
      const std::string nearest = nearest_name(cell.text, names);
      report(cell.column, {}, fmt::format("unknown column {}", in_quotes(cell.text)),
             fmt::format("{}columns of {}: {}",
                         nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest),
                         format.name, fmt::join(names, ", ")));
    } else if (std::any_of(header_.columns.begin(), header_.columns.end(),
                           [&](const auto& other) { return other.name == name; })) {
      report(cell.column, {}, fmt::format("column {} appears twice", in_quotes(name)),
             "leave one of them out");
    }
    header_.columns.push_back({name, rule == nullptr ? Field::kIgnored : rule->field});
  }
  const bool unknown = !problems_.empty();
  const bool arrival = header_.has(Field::kArrival);
  const bool timestamp = header_.has(Field::kTimestamp);
  if (arrival && timestamp) {
    report(1, {}, "both arrival_s and timestamp", "leave one of them out");
  }
  if (!arrival && !timestamp && !unknown) {
    report(1, {}, "no column says when a request arrives",
           format.find("arrival_s") != nullptr ? "add arrival_s (seconds) or timestamp (ISO 8601)"
                                               : "add TIMESTAMP");
  }
  if (header_.has(Field::kColdExecution) && !header_.has(Field::kExecution) && !unknown) {
    report(1, {}, "cold_execution_s without execution_s",
           "add execution_s, the duration when warm");
  }
  throw_problems();
}

bool RequestReader::next(RequestRow& row) {
  std::string_view line;
  do {
    if (!lines_.next(line)) return false;
  } while (is_blank_line(line));
  bytes_of_line_ = line.size() + 1;
  row = RequestRow{};
  row.line = lines_.line_number();
  if (!csv_.split(line)) {
    report(csv_.error_column(), {}, "a quote is not closed", "close it, or double quotes inside");
    throw_problems();
  }
  const std::size_t cells = csv_.cells().size();
  const std::size_t columns = header_.columns.size();
  if (cells != columns) {
    const std::size_t at =
        cells > columns ? csv_.cells()[columns].column : csv_.cells().back().column;
    report(at, {}, fmt::format("the row has {} cells, the header {} columns", cells, columns),
           "write one cell for each column; an empty one is absent");
    throw_problems();
  }
  for (std::size_t column = 0; column < columns; ++column) read_cell(column, row);
  if (row.cold_execution_ns != kAbsent && row.execution_ns == kAbsent && problems_.empty()) {
    report(1, "execution_s", "empty although cold_execution_s is given",
           "add the duration when warm");
  }
  throw_problems();
  row.function = function_index();
  return true;
}

void RequestReader::read_cell(std::size_t column, RequestRow& row) {
  const CsvCell& cell = csv_.cells()[column];
  const auto& [name, field] = header_.columns[column];
  switch (field) {
    case Field::kIgnored:
    case Field::kFunction:
    case Field::kVersion:
      break;
    case Field::kArrival:
      instant_column_ = cell.column;
      if (cell.text.empty()) report(cell.column, name, "empty", "write when the request arrives");
      row.at_ns = seconds(cell, name);
      break;
    case Field::kTimestamp:
      instant_column_ = cell.column;
      if (const auto at = parse_timestamp_ns(cell.text)) {
        row.at_ns = *at;
      } else {
        report(cell.column, name, fmt::format("{} is not a date and time", in_quotes(cell.text)),
               "write ISO 8601, such as 2023-11-16T18:17:03.9799600Z");
      }
      break;
    case Field::kExecution:
      row.execution_ns = seconds(cell, name);
      break;
    case Field::kColdExecution:
      row.cold_execution_ns = seconds(cell, name);
      break;
    case Field::kMemory:
      row.memory_mb = megabytes(cell, name);
      break;
    case Field::kInputTokens:
      row.input_tokens = tokens(cell, name);
      break;
    case Field::kOutputTokens:
      row.output_tokens = tokens(cell, name);
      break;
  }
}

std::int64_t RequestReader::seconds(const CsvCell& cell, const std::string& column) {
  if (cell.text.empty()) return kAbsent;
  const ScaledDecimal value = parse_scaled_decimal(cell.text, 9);
  constexpr std::string_view kMend = "write seconds as a decimal number, such as 12.25";
  if (value.status == ScaledDecimal::Status::kOutOfRange) {
    report(cell.column, column, fmt::format("{} is too large", in_quotes(cell.text)),
           "292 years is the most");
  } else if (!value.ok()) {
    report(cell.column, column, fmt::format("{} is not a number", in_quotes(cell.text)),
           std::string(kMend));
  } else if (value.value < 0) {
    report(cell.column, column, fmt::format("{} is negative", in_quotes(cell.text)),
           std::string(kMend));
  }
  return value.value;
}

std::int64_t RequestReader::megabytes(const CsvCell& cell, const std::string& column) {
  if (cell.text.empty()) return kAbsent;
  const ScaledDecimal value = parse_scaled_decimal(cell.text, 6);
  if (!value.ok() || value.value < 0) {
    report(cell.column, column, fmt::format("{} is not a number of MB", in_quotes(cell.text)),
           "write the memory used in MB, such as 350");
    return kAbsent;
  }
  return (value.value + 999'999) / 1'000'000;
}

std::int64_t RequestReader::tokens(const CsvCell& cell, const std::string& column) {
  if (cell.text.empty()) return kAbsent;
  const ScaledDecimal value = parse_scaled_decimal(cell.text, 0);
  if (value.status != ScaledDecimal::Status::kExact || value.value < 0) {
    report(cell.column, column, fmt::format("{} is not a number of tokens", in_quotes(cell.text)),
           "write a whole number, such as 350");
    return kAbsent;
  }
  return value.value;
}

/// A function is a distinct pair of function and version.
std::uint32_t RequestReader::function_index() {
  function_key_.clear();
  bool any = false;
  for (std::size_t column = 0; column < header_.columns.size(); ++column) {
    const Field field = header_.columns[column].field;
    if (field != Field::kFunction && field != Field::kVersion) continue;
    any = true;
    function_key_ += csv_.cells()[column].text;
    function_key_ += '\n';  // cannot be part of a cell
  }
  if (!any) return 0;
  const auto known = functions_.find(function_key_);
  if (known != functions_.end()) return known->second;
  const auto index = static_cast<std::uint32_t>(functions_.size());
  functions_.emplace(function_key_, index);
  return index;
}

std::string RequestReader::place_of_instant() const {
  const auto column = std::find_if(
      header_.columns.begin(), header_.columns.end(), [](const RequestHeader::Column& candidate) {
        return candidate.field == Field::kArrival || candidate.field == Field::kTimestamp;
      });
  return cell_place(lines_.name(), lines_.line_number(), instant_column_, column->name);
}

void RequestReader::report(std::size_t column, std::string_view name, std::string what,
                           std::string mend) {
  problems_.push_back({cell_place(lines_.name(), lines_.line_number(), column, name),
                       std::move(what), std::move(mend)});
}

void RequestReader::throw_problems() {
  if (!problems_.empty()) throw InputError(std::exchange(problems_, {}));
}

}  // namespace faascast
