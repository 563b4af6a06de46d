#include "traces/log_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "input/decimal.h"
#include "input/quantity.h"

namespace faascast {
namespace {

constexpr std::string_view kTook = "Function execution took ";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

CsvCell cell_of(std::string_view line, std::string_view part) {
  return {part, static_cast<std::size_t>(part.data() - line.data()) + 1};
}

/// Words between blanks; quoted ones keep their blanks and lose their quotes.
std::vector<CsvCell> words_of(std::string_view line) {
  std::vector<CsvCell> words;
  for (std::size_t at = 0; at < line.size();) {
    if (is_blank(line[at])) {
      ++at;
      continue;
    }
    const bool quoted = line[at] == '"';
    const std::size_t begin = quoted ? at + 1 : at;
    std::size_t end = begin;
    while (end < line.size() && (quoted ? line[end] != '"' : !is_blank(line[end]))) {
      end += quoted && line[end] == '\\' ? 2U : 1U;
    }
    end = std::min(end, line.size());
    words.push_back({line.substr(begin, end - begin), begin + 1});
    at = end + 1;
  }
  return words;
}

/// The text after `label` up to the next blank. A label inside a longer one ("Duration:" in "Billed
/// Duration:") does not count.
std::string_view value_after(std::string_view line, std::string_view label) {
  for (std::size_t at = line.find(label); at != std::string_view::npos;
       at = line.find(label, at + 1)) {
    std::string_view before = line.substr(0, at);
    if (!before.empty() && !is_blank(before.back())) continue;
    while (!before.empty() && is_blank(before.back())) before.remove_suffix(1);
    if (before.ends_with("Billed") || before.ends_with("Init") || before.ends_with("Restore")) {
      continue;
    }
    std::string_view value = line.substr(at + label.size());
    while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
    return value.substr(0, value.find_first_of(" \t\r\n"));
  }
  return {};
}

std::string_view next_part(std::string_view& text, std::string_view ends) {
  const std::size_t end = std::min(text.find_first_of(ends), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  const ScaledDecimal value = parse_scaled_decimal(text, 0);
  if (value.status != ScaledDecimal::Status::kExact || value.value < 0) return std::nullopt;
  return value.value;
}

/// "7/26/2023, 1:02:03.456 PM"
std::optional<std::int64_t> parse_american(std::string_view text) {
  const auto month = number_of(next_part(text, "/"));
  const auto day = number_of(next_part(text, "/"));
  const auto year = number_of(next_part(text, ", "));
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  const auto hour = number_of(next_part(text, ":"));
  const std::string_view rest = next_part(text, " ");
  if (!month || !day || !year || !hour || *hour > 23) return std::nullopt;
  std::int64_t on_clock = *hour;
  if (text == "AM" || text == "PM") {
    if (*hour < 1 || *hour > 12) return std::nullopt;
    on_clock = *hour % 12 + (text == "PM" ? 12 : 0);
  } else if (!text.empty()) {
    return std::nullopt;
  }
  return parse_timestamp_ns(
      fmt::format("{:04}-{:02}-{:02}T{:02}:{}", *year, *month, *day, on_clock, rest));
}

/// "10/Oct/2000:13:55:36 -0700"
std::optional<std::int64_t> parse_web_server(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = number_of(next_part(text, "/"));
  const auto* month = std::find(kMonths.begin(), kMonths.end(), next_part(text, "/"));
  const auto year = number_of(next_part(text, ":"));
  const std::string_view clock = next_part(text, " ");
  if (!day || month == kMonths.end() || !year || text.size() != 5) return std::nullopt;
  return parse_timestamp_ns(fmt::format("{:04}-{:02}-{:02}T{}{}:{}", *year,
                                        month - kMonths.begin() + 1, *day, clock, text.substr(0, 3),
                                        text.substr(3)));
}

}  // namespace

LineKind split_common_log_line(std::string_view line, std::vector<CsvCell>& cells) {
  const std::size_t open = line.find(" [");
  const std::size_t close = line.find("] \"", open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return LineKind::kWrong;
  const std::vector<CsvCell> words = words_of(line.substr(close + 1));  // request, status, ...
  if (words.size() < 2) return LineKind::kWrong;
  cells.push_back(cell_of(line, line.substr(open + 2, close - open - 2)));
  cells.push_back(cell_of(line, words[1].text));
  return LineKind::kRequest;
}

LineKind split_load_balancer_line(std::string_view line, std::vector<CsvCell>& cells) {
  constexpr std::size_t kTargetTime = 6;
  constexpr std::size_t kStatus = 8;
  constexpr std::size_t kTargetGroup = 16;
  constexpr std::size_t kCreated = 21;
  const std::vector<CsvCell> words = words_of(line);
  if (words.size() <= kCreated) return LineKind::kWrong;
  for (const std::size_t word : {kCreated, kTargetTime, kStatus, kTargetGroup}) {
    cells.push_back(words[word]);
  }
  return LineKind::kRequest;
}

LineKind split_report_line(std::string_view line, std::vector<CsvCell>& cells) {
  const std::size_t begin = line.find("REPORT RequestId:");
  if (begin == std::string_view::npos) return LineKind::kOther;
  CsvCell time{{}, begin + 1};
  for (const CsvCell& word : words_of(line.substr(0, begin))) {
    if (parse_timestamp_ns(word.text)) time = word;
  }
  cells.push_back(time);
  cells.push_back(cell_of(line, line.substr(begin)));
  return LineKind::kRequest;
}

LineKind split_google_line(std::string_view line, std::vector<CsvCell>& cells) {
  const std::size_t begin = line.find(kTook);
  if (begin == std::string_view::npos) return LineKind::kOther;
  const std::vector<CsvCell> words = words_of(line.substr(0, begin));
  if (words.size() < 4) return LineKind::kWrong;
  const CsvCell& date = words[words.size() - 2];
  const CsvCell& clock = words.back();
  const std::size_t clock_end = clock.column - 1 + clock.text.size();
  cells.push_back({line.substr(date.column - 1, clock_end - (date.column - 1)), date.column});
  cells.push_back(cell_of(line, line.substr(begin)));
  cells.push_back(words[words.size() - 4]);
  return LineKind::kRequest;
}

namespace {

/// "Function execution took 563 ms, finished with status code: 200", or "status: 'ok'".
std::optional<ExecutionReport> parse_took(std::string_view line) {
  const std::size_t begin = line.find(kTook);
  if (begin == std::string_view::npos) return std::nullopt;
  line.remove_prefix(begin + kTook.size());
  ExecutionReport report;
  report.duration_ms = line.substr(0, line.find(' '));
  const auto code = value_after(line, "code:");
  if (const auto status = number_of(code)) {
    report.failed = *status == 429 || *status >= 500;
  } else {
    report.failed = line.find("status: 'ok'") == std::string_view::npos;
  }
  return report;
}

}  // namespace

std::optional<ExecutionReport> parse_execution_report(std::string_view line) {
  const std::size_t begin = line.find("REPORT RequestId:");
  if (begin == std::string_view::npos) return parse_took(line);
  line.remove_prefix(begin);
  ExecutionReport report;
  report.duration_ms = value_after(line, "Duration:");
  report.init_ms = value_after(line, "Init Duration:");
  if (report.init_ms.empty()) report.init_ms = value_after(line, "Restore Duration:");
  report.memory_mb = value_after(line, "Max Memory Used:");
  const std::string_view status = value_after(line, "Status:");
  report.failed = status == "timeout" || status == "error" || status == "failure";
  return report;
}

std::optional<std::int64_t> parse_log_time(std::string_view text) {
  if (const auto iso = parse_timestamp_ns(text)) return iso;
  if (const auto american = parse_american(text)) return american;
  return parse_web_server(text);
}

}  // namespace faascast
