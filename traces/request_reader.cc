#include "traces/request_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "input/decimal.h"
#include "input/quantity.h"
#include "traces/log_lines.h"
#include "traces/quick_row.h"

namespace faascast {
namespace {

constexpr std::int64_t kAbsent = ArrivalBlock::kAbsent;
/// Of a row with line ends in its quotes.
constexpr std::size_t kLongestRow = std::size_t{1} << 16U;
constexpr std::size_t kMostProblems = 20;
/// How many rows after a wrong one are looked at for more.
constexpr std::size_t kRowsLookedAt = 10'000;

std::string in_quotes(std::string_view text) {
  return text.size() <= 60 ? fmt::format("'{}'", text) : fmt::format("'{}...'", text.substr(0, 57));
}

constexpr std::string_view kMendQuote = "close it, or double quotes inside";

}  // namespace

bool RequestHeader::has(Field field) const {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const Column& column) { return column.field == field; });
}

RequestReader::RequestReader(const TraceContent& content, const RequestFormat& format, bool quick)
    : format_(&format) {
  if (format.shape == RowShape::kJson) {
    records_ = std::make_unique<JsonRecords>(content, format.member);
  } else {
    lines_ = std::make_unique<LineReader>(content.lines());
  }
  if (format.shape == RowShape::kCsv) {
    read_header();
    if (auto reader = QuickRow::of(header_); reader && quick) {
      quick_ = std::make_unique<QuickRow>(std::move(*reader));
    }
  } else {
    for (const ColumnRule& rule : format.columns) {
      header_.columns.push_back({std::string(rule.name), rule.field, rule.places, rule.only});
    }
  }
  never_before_zero_ = header_.has(Field::kEnd) && !format.zero_is_first;
}

RequestReader::~RequestReader() = default;

const std::string& RequestReader::name() const {
  return lines_ ? lines_->name() : records_->name();
}

std::size_t RequestReader::line_number() const {
  return lines_ ? lines_->line_number() : records_->line_number();
}

void RequestReader::read_header() {
  std::string_view line;
  do {
    if (!lines_->next(line)) {
      throw InputError(Problem{lines_->name(), "the file is empty", "write a header and rows"});
    }
  } while (is_blank_line(line));
  if (!csv_.split(line)) {
    report(csv_.error_column(), {}, "a quote is not closed", std::string(kMendQuote));
    throw_problems();
  }
  for (const CsvCell& cell : csv_.cells()) add_column(cell);
  check_header();
  throw_problems();
}

void RequestReader::add_column(const CsvCell& cell) {
  const ColumnRule* rule = format_->find(cell.text);
  const std::string name(cell.text);
  if (rule == nullptr && format_->strict) {
    const std::vector<std::string> names = format_->column_names();
    const std::string nearest = nearest_name(cell.text, names);
    report(cell.column, {}, fmt::format("unknown column {}", in_quotes(cell.text)),
           fmt::format("{}columns of {}: {}",
                       nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest),
                       format_->name, fmt::join(names, ", ")));
  } else if (rule != nullptr &&
             std::any_of(header_.columns.begin(), header_.columns.end(),
                         [&](const auto& other) { return other.name == name; })) {
    report(cell.column, {}, fmt::format("column {} appears twice", in_quotes(name)),
           "leave one of them out");
  }
  const ColumnRule known = rule == nullptr ? ColumnRule{} : *rule;
  header_.columns.push_back({name, known.field, known.places, known.only});
}

void RequestReader::check_header() {
  const bool unknown = !problems_.empty();
  const bool arrival = header_.has(Field::kArrival);
  const bool timestamp = header_.has(Field::kTimestamp);
  if (arrival && timestamp) {
    report(1, {}, "both arrival_s and timestamp", "leave one of them out");
  }
  const bool end = header_.has(Field::kEnd) || header_.has(Field::kEndTimestamp);
  if (!arrival && !timestamp && !end && !unknown) {
    std::vector<std::string_view> names;
    for (const ColumnRule& rule : format_->columns) {
      if (rule.field == Field::kTimestamp || rule.field == Field::kArrival ||
          rule.field == Field::kEnd || rule.field == Field::kEndTimestamp) {
        names.push_back(rule.name);
      }
    }
    report(1, {}, "no column says when a request arrives",
           format_->find("arrival_s") != nullptr ? "add arrival_s (seconds) or timestamp (ISO 8601)"
                                                 : fmt::format("add {}", fmt::join(names, " or ")));
  }
  if (header_.has(Field::kColdExecution) && !header_.has(Field::kExecution) && !unknown) {
    report(1, {}, "cold_execution_s without execution_s",
           "add execution_s, the duration when warm");
  }
}

/// Makes cells of a line and, where a quote is open at its end, of those after it.
void RequestReader::split_csv_line(std::string_view line) {
  bool closed = csv_.split(line);
  if (!closed && !format_->strict) {
    joined_ = line;
    while (!closed && joined_.size() < kLongestRow && lines_->next(line)) {
      bytes_of_line_ += line.size() + 1;
      joined_ += '\n';
      joined_ += line;
      closed = csv_.split(joined_);
    }
  }
  if (!closed) {
    return report(csv_.error_column(), {}, "a quote is not closed", std::string(kMendQuote));
  }
  cells_ = &csv_.cells();
  const std::size_t cells = cells_->size();
  const std::size_t columns = header_.columns.size();
  if (cells == columns) return;
  const std::size_t at = cells > columns ? (*cells_)[columns].column : cells_->back().column;
  report(at, {}, fmt::format("the row has {} cells, the header {} columns", cells, columns),
         "write one cell for each column; an empty one is absent");
}

/// @param done set when the row has been read; else its cells are there, or problems
/// @return false at the end
bool RequestReader::read_csv_row(RequestRow& row, bool& done) {
  std::string_view line;
  do {
    if (!lines_->next(line)) return false;
  } while (is_blank_line(line));
  bytes_of_line_ += line.size() + 1;
  done = quick_ != nullptr && quick_->read(line, row);
  if (!done) {
    row = RequestRow{};
    split_csv_line(line);
    return true;
  }
  row.line = line_number();
  instant_column_ = quick_->instant_column();
  at_end_stamp_ = quick_->stamped_at_end();
  finish(row);
  row.function = quick_->has_function() ? functions_.index(quick_->function_key()) : 0;
  return true;
}

bool RequestReader::next_json_cells() {
  std::string_view record;
  if (!records_->next(record)) return false;
  bytes_of_line_ += record.size() + 1;
  if (std::string problem = flatten_json(record, scalars_); !problem.empty()) {
    report(1, {}, std::move(problem), "write JSON");
    return true;
  }
  other_cells_.clear();
  for (const RequestHeader::Column& column : header_.columns) {
    const auto found = scalars_.find(column.name);
    other_cells_.push_back({found == scalars_.end() ? std::string_view{} : found->second, 1});
  }
  cells_ = &other_cells_;
  return true;
}

bool RequestReader::next_text_cells() {
  std::string_view line;
  while (lines_->next(line)) {
    bytes_of_line_ += line.size() + 1;
    if (is_blank_line(line)) continue;
    other_cells_.clear();
    const LineKind kind = format_->split(line, other_cells_);
    if (kind == LineKind::kOther) continue;
    if (kind == LineKind::kWrong) {
      report(1, {}, fmt::format("no line of a {}: {}", format_->title, in_quotes(line)),
             "leave it out, or name another format");
      return true;
    }
    cells_ = &other_cells_;
    return true;
  }
  return false;
}

bool RequestReader::next_cells() {
  return format_->shape == RowShape::kJson ? next_json_cells() : next_text_cells();
}

bool RequestReader::is_request() const {
  for (std::size_t column = 0; column < header_.columns.size(); ++column) {
    const std::string_view text = (*cells_)[column].text;
    const auto& [name, field, places, only] = header_.columns[column];
    if (field == Field::kOnly && (text.empty() || (!only.empty() && text != only))) return false;
    if (field == Field::kReport && !parse_execution_report(text)) return false;
  }
  return true;
}

bool RequestReader::next(RequestRow& row) {
  bytes_of_line_ = 0;
  const bool any = read_row(row);
  if (!problems_.empty()) look_further();
  return any;
}

/// Wrong rows below a wrong one are told of too, so that one look mends them all.
void RequestReader::look_further() {
  try {
    RequestRow row;
    for (std::size_t i = 0; i < kRowsLookedAt && problems_.size() < kMostProblems; ++i) {
      if (!read_row(row)) break;
    }
  } catch (const InputError& error) {
    problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
  }
  throw_problems();
}

/// Reads one row, or adds to the problems. @return false at the end
bool RequestReader::read_row(RequestRow& row) {
  const std::size_t known = problems_.size();
  do {
    row = RequestRow{};
    init_ns_ = 0;
    cold_ = false;
    at_end_stamp_ = false;
    bool done = false;
    if (!(format_->shape == RowShape::kCsv ? read_csv_row(row, done) : next_cells())) return false;
    if (done || problems_.size() > known) return true;
  } while (!is_request());
  row.line = line_number();
  for (std::size_t column = 0; column < header_.columns.size(); ++column) read_cell(column, row);
  finish(row);
  if (problems_.size() == known) row.function = function_index();
  return true;
}

/// What follows from several cells.
void RequestReader::finish(RequestRow& row) {
  if (row.cold_execution_ns != kAbsent && row.execution_ns == kAbsent && problems_.empty()) {
    report(1, "execution_s", "empty although cold_execution_s is given",
           "add the duration when warm");
  }
  if (!dated_) dated_ = row.dated;
  if (*dated_ != row.dated && problems_.empty()) {
    report(1, {}, "some rows have a date and others seconds", "write all in one way");
  }
  const std::int64_t execution_ns = std::max<std::int64_t>(row.execution_ns, 0);
  std::int64_t whole_ns = 0;
  if (__builtin_add_overflow(execution_ns, init_ns_, &whole_ns)) {
    report(1, {}, "the execution is too long", "292 years is the most");
  }
  if (init_ns_ > 0 || (cold_ && row.execution_ns != kAbsent)) row.cold_execution_ns = whole_ns;
  if (!at_end_stamp_) return;
  if (__builtin_sub_overflow(row.at_ns, whole_ns, &row.at_ns)) {
    report(instant_column_, {}, "the request began more than 292 years before time zero",
           "check the duration");
  }
  // Published times were altered a little, so a request can end sooner than it lasts.
  if (never_before_zero_) row.at_ns = std::max<std::int64_t>(row.at_ns, 0);
}

void RequestReader::read_cell(std::size_t column, RequestRow& row) {
  const CsvCell& cell = (*cells_)[column];
  const auto& [name, field, places, only] = header_.columns[column];
  switch (field) {
    case Field::kIgnored:
    case Field::kFunction:
    case Field::kVersion:
    case Field::kPool:
    case Field::kOnly:
      break;
    case Field::kArrival:
    case Field::kTimestamp:
    case Field::kEnd:
    case Field::kEndTimestamp:
      read_instant(column, row);
      break;
    case Field::kExecution:
      row.execution_ns = time(cell, name, places);
      break;
    case Field::kInit:
      init_ns_ = std::max(init_ns_, time(cell, name, places));
      break;
    case Field::kColdExecution:
      row.cold_execution_ns = time(cell, name, places);
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
    case Field::kAnswerTokens:
      row.output_tokens = tokens(cell, name);
      row.failed = row.failed || row.output_tokens == 0;
      break;
    case Field::kReport:
      read_report(cell, row);
      break;
    case Field::kWeight:
    case Field::kColdMark:
    case Field::kSuccess:
    case Field::kStatus:
    case Field::kError:
      read_mark(column, row);
      break;
  }
}

void RequestReader::read_instant(std::size_t column, RequestRow& row) {
  const CsvCell& cell = (*cells_)[column];
  const auto& [name, field, places, only] = header_.columns[column];
  if (format_->shape == RowShape::kJson && cell.text.empty()) {
    const std::string& own = name;
    const bool other = std::any_of(
        header_.columns.begin(), header_.columns.end(), [&](const RequestHeader::Column& each) {
          const bool instant = each.field == Field::kArrival || each.field == Field::kTimestamp;
          return instant && each.name != own && scalars_.count(each.name) > 0;
        });
    if (other) return;
  }
  instant_column_ = cell.column;
  at_end_stamp_ = field == Field::kEnd || field == Field::kEndTimestamp;
  if (is_absent(cell)) {
    return report(cell.column, name,
                  cell.text.empty() ? "empty" : fmt::format("{} is no time", in_quotes(cell.text)),
                  "write when the request arrives");
  }
  if (field == Field::kArrival || field == Field::kEnd) {
    row.at_ns = time(cell, name, places);
  } else if (const auto at =
                 format_->strict ? parse_timestamp_ns(cell.text) : parse_log_time(cell.text)) {
    row.at_ns = *at;
    row.dated = true;
  } else {
    report(cell.column, name, fmt::format("{} is not a date and time", in_quotes(cell.text)),
           "write ISO 8601, such as 2023-11-16T18:17:03.9799600Z");
  }
}

/// Cells that say something about the request besides numbers.
void RequestReader::read_mark(std::size_t column, RequestRow& row) {
  const CsvCell& cell = (*cells_)[column];
  const auto& [name, field, places, only] = header_.columns[column];
  if (is_absent(cell)) return;
  const ScaledDecimal number = parse_scaled_decimal(cell.text, 0);
  switch (field) {
    case Field::kWeight: {
      constexpr std::int64_t kMost = 1'000'000;
      if (number.ok() && number.value >= 1 && number.value <= kMost) {
        row.weight = static_cast<std::uint64_t>(number.value);
      } else {
        report(cell.column, name,
               fmt::format("{} is not a number of requests", in_quotes(cell.text)),
               fmt::format("write a whole number from 1 to {}", kMost));
      }
      break;
    }
    case Field::kColdMark:
      cold_ = cell.text.starts_with(only);
      break;
    case Field::kSuccess:
      row.failed = row.failed || cell.text == "false" || cell.text == "False" || cell.text == "0" ||
                   cell.text == "FAILED";
      break;
    case Field::kStatus:
      row.failed = row.failed || !number.ok() || number.value == 429 || number.value >= 500 ||
                   number.value == 0;
      break;
    case Field::kError:
      row.failed = true;
      break;
    default:
      break;
  }
}

void RequestReader::read_report(const CsvCell& cell, RequestRow& row) {
  const auto found = parse_execution_report(cell.text);
  if (!found) return;
  constexpr int kMs = 6;
  const CsvCell duration{found->duration_ms, cell.column};
  if (duration.text.empty()) {
    report(cell.column, {}, "a REPORT without Duration", "leave the line out, or complete it");
    return;
  }
  row.execution_ns = time(duration, "Duration", kMs);
  if (!found->init_ms.empty()) init_ns_ = time({found->init_ms, cell.column}, "Init Duration", kMs);
  row.memory_mb = megabytes({found->memory_mb, cell.column}, "Max Memory Used");
  row.failed = row.failed || found->failed;
}

bool RequestReader::is_absent(const CsvCell& cell) const {
  if (cell.text.empty()) return true;
  return !format_->strict && (cell.text == "-" || cell.text == "N/A" || cell.text == "NaN" ||
                              cell.text == "nan" || cell.text == "-1");
}

std::int64_t RequestReader::time(const CsvCell& cell, const std::string& column, int places) {
  if (is_absent(cell)) return kAbsent;
  std::string_view text = cell.text;
  if (!format_->strict && text.size() > 1 && text.back() == 's') text.remove_suffix(1);
  const ScaledDecimal value = parse_scaled_decimal(text, places);
  const auto mend = [places] {
    return fmt::format("write {} as a decimal number, such as 12.25",
                       places == 6 ? "milliseconds" : "seconds");
  };
  if (value.status == ScaledDecimal::Status::kOutOfRange) {
    report(cell.column, column, fmt::format("{} is too large", in_quotes(cell.text)),
           "292 years is the most");
  } else if (!value.ok()) {
    report(cell.column, column, fmt::format("{} is not a number", in_quotes(cell.text)), mend());
  } else if (value.value < 0) {
    report(cell.column, column, fmt::format("{} is negative", in_quotes(cell.text)), mend());
  }
  return value.value;
}

std::int64_t RequestReader::megabytes(const CsvCell& cell, const std::string& column) {
  if (is_absent(cell)) return kAbsent;
  const ScaledDecimal value = parse_scaled_decimal(cell.text, 6);
  if (!value.ok() || value.value < 0) {
    report(cell.column, column, fmt::format("{} is not a number of MB", in_quotes(cell.text)),
           "write the memory used in MB, such as 350");
    return kAbsent;
  }
  return value.value / 1'000'000 + (value.value % 1'000'000 > 0 ? 1 : 0);
}

std::int64_t RequestReader::tokens(const CsvCell& cell, const std::string& column) {
  if (is_absent(cell)) return kAbsent;
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
    if (field != Field::kFunction && field != Field::kVersion && field != Field::kPool) continue;
    if (any) function_key_ += '\0';  // no name has one
    any = true;
    const std::string_view text = (*cells_)[column].text;
    function_key_ += field == Field::kPool ? text.substr(0, text.rfind('-')) : text;
  }
  return any ? functions_.index(function_key_) : 0;
}

std::string RequestReader::place_of_instant() const {
  const auto column = std::find_if(
      header_.columns.begin(), header_.columns.end(), [](const RequestHeader::Column& candidate) {
        return candidate.field == Field::kArrival || candidate.field == Field::kTimestamp ||
               candidate.field == Field::kEnd || candidate.field == Field::kEndTimestamp;
      });
  return cell_place(name(), line_number(), instant_column_, column->name);
}

void RequestReader::report(std::size_t column, std::string_view name, std::string what,
                           std::string mend) {
  problems_.push_back(
      {cell_place(this->name(), line_number(), column, name), std::move(what), std::move(mend)});
}

void RequestReader::throw_problems() {
  if (!problems_.empty()) throw InputError(std::exchange(problems_, {}));
}

}  // namespace faascast
