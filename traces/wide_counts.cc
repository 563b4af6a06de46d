// Counts that are no table of functions by minutes: Huawei 2023, plain series, Locust.

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "input/decimal.h"
#include "sim-core/error.h"
#include "traces/count_table.h"
#include "traces/csv.h"

namespace faascast {
namespace {

constexpr auto kMostCount = std::numeric_limits<std::uint32_t>::max();
constexpr int kMicro = 6;
constexpr std::int64_t kMillion = 1'000'000;

[[noreturn]] void fail(const LineReader& lines, std::size_t column, std::string_view name,
                       std::string what, std::string mend) {
  throw InputError(Problem{cell_place(lines.name(), lines.line_number(), column, name),
                           std::move(what), std::move(mend)});
}

std::string not_a_count(std::string_view text) {
  return fmt::format("'{}' is not a number of requests", text.substr(0, 60));
}
const char* const kMendCount = "write a number from 0 to 4294967295";

/// Requests in millionths, a fraction being a mean.
std::int64_t micro_count(const LineReader& lines, const CsvCell& cell, std::string_view name) {
  const ScaledDecimal number = parse_scaled_decimal(cell.text, kMicro);
  if (!number.ok() || number.value < 0 || number.value / kMillion > kMostCount) {
    fail(lines, cell.column, name, not_a_count(cell.text), kMendCount);
  }
  return number.value;
}

/// Makes whole requests of fractions: what is left over is carried into the next bin.
class Carry {
 public:
  /// @return nothing when the count is too large
  [[nodiscard]] std::uint32_t whole(std::int64_t micro) {
    const std::int64_t sum = micro + left_;
    left_ = sum % kMillion;
    return static_cast<std::uint32_t>(std::min<std::int64_t>(sum / kMillion, kMostCount));
  }

 private:
  std::int64_t left_ = 0;
};

/// Reads comma-separated lines with a header.
class WideRows {
 public:
  explicit WideRows(const TraceContent& content) : lines_(content.lines()) {
    if (!next_line()) throw InputError(Problem{lines_.name(), "the file is empty", "write rows"});
    for (const CsvCell& cell : csv_.cells()) names_.emplace_back(cell.text);
  }

  [[nodiscard]] bool next() {
    if (!next_line()) return false;
    const std::size_t cells = csv_.cells().size();
    if (cells == names_.size()) return true;
    fail(lines_, csv_.cells().back().column, {},
         fmt::format("the row has {} cells, the header {} columns", cells, names_.size()),
         "write one cell for each column; an empty one is no data");
  }
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names_.begin());
  }
  [[nodiscard]] std::size_t need(std::string_view name) const {
    const auto found = find(name);
    if (!found) fail(lines_, 1, {}, fmt::format("no column {}", name), "add it");
    return *found;
  }
  /// Seconds since an epoch.
  [[nodiscard]] std::int64_t second(std::size_t column) const {
    const ScaledDecimal value = parse_scaled_decimal(cell(column).text, 0);
    constexpr std::int64_t kMost = 1'000'000'000'000;
    if (value.ok() && value.value >= 0 && value.value <= kMost) return value.value;
    fail(lines_, cell(column).column, names_[column],
         fmt::format("'{}' is not a time in seconds", cell(column).text.substr(0, 60)),
         "write seconds as a number");
  }
  [[nodiscard]] const CsvCell& cell(std::size_t column) const { return csv_.cells()[column]; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const LineReader& lines() const { return lines_; }

 private:
  bool next_line() {
    std::string_view line;
    do {
      if (!lines_.next(line)) return false;
    } while (is_blank_line(line));
    if (csv_.split(line)) return true;
    fail(lines_, csv_.error_column(), {}, "a quote is not closed",
         "close it, or double quotes inside");
  }

  LineReader lines_;
  CsvSplitter csv_{};
  std::vector<std::string> names_{};
};

bool is_absent(std::string_view text) { return text.empty() || text == "nan" || text == "NaN"; }

/// Counts as they are read, with their times in seconds.
struct TimedCount {
  std::int64_t second = 0;
  std::uint32_t count = 0;
};

/// Times as bins of the width, from the first second.
std::vector<BinCount> binned(const std::vector<TimedCount>& counts, std::int64_t first,
                             std::int64_t width_s) {
  std::vector<BinCount> bins;
  for (const auto& [second, count] : counts) {
    const auto bin = static_cast<std::uint32_t>((second - first) / width_s);
    if (!bins.empty() && bins.back().bin == bin) {
      bins.back().count += std::min(count, kMostCount - bins.back().count);
    } else {
      bins.push_back({bin, count});
    }
  }
  return bins;
}

std::uint32_t bins_between(const LineReader& lines, std::int64_t first, std::int64_t last,
                           std::int64_t width_s) {
  const std::int64_t bins = (last - first) / width_s + 1;
  if (bins > CountTable::kMostBins) {
    fail(lines, 1, {}, fmt::format("the rows span {} bins of {} s", bins, width_s),
         fmt::format("cut the file: {} are the most", CountTable::kMostBins));
  }
  return static_cast<std::uint32_t>(bins);
}

}  // namespace

CountTable CountTable::read_wide(const TraceContent& content) {
  WideRows rows(content);
  const std::size_t time = rows.need("time");
  const std::optional<std::size_t> day = rows.find("day");
  std::vector<std::vector<TimedCount>> counts(rows.names().size());
  std::vector<Carry> carries(rows.names().size());
  std::int64_t first = -1;
  std::int64_t last = -1;
  std::int64_t width_s = 0;
  while (rows.next()) {
    const std::int64_t now = rows.second(time);
    if (first < 0) first = now;
    if (last >= 0 && now <= last) {
      fail(rows.lines(), rows.cell(time).column, "time", "not later than the row before",
           "sort the rows by time");
    }
    if (last >= 0) width_s = width_s == 0 ? now - last : std::min(width_s, now - last);
    last = now;
    for (std::size_t column = 0; column < rows.names().size(); ++column) {
      if (column == time || column == day || is_absent(rows.cell(column).text)) continue;
      const std::int64_t micro = micro_count(rows.lines(), rows.cell(column), rows.names()[column]);
      const std::uint32_t count = carries[column].whole(micro);
      if (count > 0) counts[column].push_back({now, count});
    }
  }
  if (first < 0) fail(rows.lines(), 1, {}, "no row of counts", "write one for each bin of time");
  if (width_s == 0) width_s = 60;  // one row
  std::vector<Function> functions;
  for (std::size_t column = 0; column < counts.size(); ++column) {
    if (column == time || column == day) continue;
    functions.emplace_back().bins = binned(counts[column], first, width_s);
    functions.back().key = rows.names()[column];
  }
  if (functions.empty()) fail(rows.lines(), 1, {}, "no column of counts", "add one a function");
  return {std::move(functions), bins_between(rows.lines(), first, last, width_s),
          std::chrono::seconds(width_s)};
}

CountTable CountTable::read_series(const TraceContent& content, Duration width) {
  LineReader lines = content.lines();
  CsvSplitter csv;
  Carry carry;
  std::vector<Function> functions(1);
  std::uint32_t bin = 0;
  for (std::string_view line; lines.next(line);) {
    if (is_blank_line(line)) continue;
    if (!csv.split(line) || csv.cells().size() != 1) {
      fail(lines, 1, {}, "not one number", "write the requests of one bin of time on each line");
    }
    const std::uint32_t count = carry.whole(micro_count(lines, csv.cells().front(), {}));
    if (count > 0) functions.front().bins.push_back({bin, count});
    if (++bin == kMostBins) fail(lines, 1, {}, "too many lines", "cut the file");
  }
  if (bin == 0) fail(lines, 1, {}, "the file is empty", "write a number on each line");
  constexpr Int128 kMost = std::numeric_limits<std::int64_t>::max();
  if (Int128{width.count()} * bin > kMost) {
    fail(lines, 1, {}, "the bins span more than 292 years", "take a smaller bin");
  }
  return {std::move(functions), bin, width};
}

CountTable CountTable::read_locust(const TraceContent& content) {
  WideRows rows(content);
  const std::size_t time = rows.need("Timestamp");
  const std::size_t name = rows.need("Name");
  const std::size_t total = rows.need("Total Request Count");
  std::vector<TimedCount> counts;
  std::int64_t first = -1;
  std::int64_t last = -1;
  std::int64_t before = 0;
  while (rows.next()) {
    if (rows.cell(name).text != "Aggregated") continue;
    const std::string_view text = rows.cell(total).text;
    if (is_absent(text) || text == "N/A") continue;
    const std::int64_t now = rows.second(time);
    const std::int64_t sum =
        micro_count(rows.lines(), rows.cell(total), "Total Request Count") / kMillion;
    if (last >= 0 && (now < last || sum < before)) {
      fail(rows.lines(), rows.cell(time).column, {}, "the time or the total falls",
           "leave one test run in the file");
    }
    constexpr std::int64_t kDay = 86'400;
    if (last >= 0 && now - last > kDay) {
      fail(rows.lines(), rows.cell(time).column, {}, "more than a day after the row before",
           "leave one test run in the file");
    }
    if (first < 0) first = last = now;
    // Evenly over the seconds since the row before.
    const std::int64_t fresh = sum - before;
    const std::int64_t seconds = std::max<std::int64_t>(now - last, 1);
    bins_between(rows.lines(), first, now, 1);
    for (std::int64_t i = 0; i < seconds; ++i) {
      const auto upto = static_cast<std::int64_t>(Int128{fresh} * (i + 1) / seconds);
      const auto upto_before = static_cast<std::int64_t>(Int128{fresh} * i / seconds);
      const std::int64_t second = std::max(now - seconds + i, first);
      if (upto > upto_before) {
        counts.push_back({second, static_cast<std::uint32_t>(upto - upto_before)});
      }
    }
    last = now;
    before = sum;
  }
  if (first < 0) {
    fail(rows.lines(), 1, {}, "no row named Aggregated", "take the file ..._stats_history.csv");
  }
  std::vector<Function> functions(1);
  functions.front().bins = binned(counts, first, 1);
  return {std::move(functions), bins_between(rows.lines(), first, std::max(last - 1, first), 1),
          std::chrono::seconds(1)};
}

}  // namespace faascast
