#include "traces/count_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "input/decimal.h"
#include "sim-core/error.h"
#include "traces/csv.h"

namespace faascast {
namespace {

constexpr std::uint32_t kMostMinutes = 60U * 24U * 366U * 10U;
constexpr std::size_t kMostProblems = 20;

struct Header {
  std::vector<std::optional<std::size_t>> key_columns{};  ///< owner, app, function
  std::optional<std::size_t> trigger{};
  struct Minute {
    std::size_t column;
    std::uint32_t minute;
  };
  std::vector<Minute> minutes{};  ///< ascending
  std::size_t columns = 0;

  /// Whether the minutes are the last columns, in their order, as in every published file.
  [[nodiscard]] bool minutes_come_last() const {
    for (std::size_t i = 0; i < minutes.size(); ++i) {
      if (minutes[i].column != minutes.front().column + i) return false;
    }
    return minutes.front().column + minutes.size() == columns;
  }
};

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The cells of a line that is written the usual way: no quotes, no blanks, whole numbers.
class QuickLine {
 public:
  /// @return false when the line is written in another way, or wrong
  [[nodiscard]] bool read(std::string_view line, const Header& header) {
    names_.clear();
    bins_.clear();
    const char* at = line.data();
    const char* const end = at + line.size();
    for (std::size_t column = 0; column < header.minutes.front().column; ++column) {
      const void* comma = std::memchr(at, ',', static_cast<std::size_t>(end - at));
      if (comma == nullptr) return false;
      const auto* const stop = static_cast<const char*>(comma);
      const std::string_view name(at, static_cast<std::size_t>(stop - at));
      if (!name.empty() && (is_odd(name.front()) || is_odd(name.back()))) return false;
      names_.push_back(name);
      at = stop + 1;
    }
    return read_counts(at, end, header.minutes);
  }
  [[nodiscard]] std::string_view name(std::size_t column) const { return names_[column]; }
  [[nodiscard]] std::vector<BinCount> bins() const { return bins_; }

 private:
  static bool is_odd(char c) { return c == '"' || c == ' ' || c == '\t' || c == '\r'; }

  bool read_counts(const char* at, const char* end, const std::vector<Header::Minute>& minutes) {
    constexpr std::string_view kZeros = "0,0,0,0,";
    const std::size_t n = minutes.size();
    for (std::size_t i = 0; i < n; ++i) {
      while (i + 4 < n && static_cast<std::size_t>(end - at) > kZeros.size() &&
             std::memcmp(at, kZeros.data(), kZeros.size()) == 0) {
        at += kZeros.size();
        i += 4;
      }
      const char* const first = at;
      std::uint64_t count = 0;
      for (; at < end && static_cast<unsigned char>(*at - '0') < 10; ++at) {
        count = count * 10 + static_cast<std::uint64_t>(*at - '0');
      }
      if (at - first > 10 || count > std::numeric_limits<std::uint32_t>::max()) return false;
      if (at > first && at < end && *at == '.') {  // "5.0"
        for (++at; at < end && *at == '0';) ++at;
      }
      if (count > 0) bins_.push_back({minutes[i].minute, static_cast<std::uint32_t>(count)});
      if (i + 1 == n) break;
      if (at == end || *at != ',') return false;
      ++at;
    }
    return at == end;
  }

  std::vector<std::string_view> names_{};
  std::vector<BinCount> bins_{};
};

/// Reads the table line by line, collecting problems.
class Reader {
 public:
  explicit Reader(const TraceContent& content) : lines_(content.lines()) {}

  Header read_header() {
    if (!next_line()) report(1, {}, "the file is empty", "write a header and rows");
    throw_problems();
    Header header;
    header.key_columns.resize(3);
    header.columns = csv_.cells().size();
    for (std::size_t column = 0; column < header.columns; ++column) add_column(header, column);
    if (!header.key_columns[2]) report(1, {}, "no column HashFunction", "name the functions there");
    if (header.minutes.empty()) report(1, {}, "no minute column", "add columns 1, 2, ... 1440");
    std::sort(header.minutes.begin(), header.minutes.end(),
              [](const auto& a, const auto& b) { return a.minute < b.minute; });
    for (std::size_t i = 1; i < header.minutes.size(); ++i) {
      if (header.minutes[i].minute != header.minutes[i - 1].minute) continue;
      report(csv_.cells()[header.minutes[i].column].column, {},
             fmt::format("minute {} appears twice", header.minutes[i].minute + 1),
             "leave one of them out");
    }
    throw_problems();
    minutes_come_last_ = header.minutes_come_last();
    return header;
  }

  /// @return false at the end.
  bool next_row(const Header& header) {
    for (std::string_view line; lines_.next(line);) {
      if (is_blank_line(line)) continue;
      is_quick_ = minutes_come_last_ && quick_.read(line, header);
      if (is_quick_) return true;
      if (!split(line)) continue;
      const std::size_t cells = csv_.cells().size();
      if (cells == header.columns) return true;
      report(csv_.cells().back().column, {},
             fmt::format("the row has {} cells, the header {} columns", cells, header.columns),
             "write one cell for each column; an empty one is zero");
    }
    return false;
  }

  [[nodiscard]] std::string key(const Header& header) const {
    std::string key;
    for (const auto& column : header.key_columns) {
      if (column) key += cell(*column);
      key += '\n';
    }
    return key;
  }

  [[nodiscard]] bool is_timer(const Header& header) const {
    return header.trigger && cell(*header.trigger) == "timer";
  }

  [[nodiscard]] std::vector<BinCount> counts(const Header& header) {
    if (is_quick_) return quick_.bins();
    std::vector<BinCount> counts;
    for (const auto& [column, minute] : header.minutes) {
      const std::uint32_t count = read_count(csv_.cells()[column], minute);
      if (count > 0) counts.push_back({minute, count});
    }
    return counts;
  }

  void throw_problems() {
    if (!problems_.empty()) throw InputError(std::exchange(problems_, {}));
  }
  void report(std::size_t column, std::string_view name, std::string what, std::string mend) {
    problems_.push_back({cell_place(lines_.name(), lines_.line_number(), column, name),
                         std::move(what), std::move(mend)});
    if (problems_.size() >= kMostProblems) throw_problems();
  }

 private:
  bool next_line() {
    std::string_view line;
    while (lines_.next(line)) {
      if (!is_blank_line(line) && split(line)) return true;
    }
    return false;
  }

  bool split(std::string_view line) {
    if (csv_.split(line)) return true;
    report(csv_.error_column(), {}, "a quote is not closed", "close it, or double quotes inside");
    return false;
  }

  /// Of the row; not of a minute.
  [[nodiscard]] std::string_view cell(std::size_t column) const {
    return is_quick_ ? quick_.name(column) : csv_.cells()[column].text;
  }

  void add_column(Header& header, std::size_t column) {
    const CsvCell& cell = csv_.cells()[column];
    const std::string_view name = cell.text;
    constexpr std::string_view kKeys[] = {"HashOwner", "HashApp", "HashFunction"};
    const auto* key = std::find(std::begin(kKeys), std::end(kKeys), name);
    if (key != std::end(kKeys)) {
      header.key_columns[static_cast<std::size_t>(key - std::begin(kKeys))] = column;
    } else if (name == "Trigger") {
      header.trigger = column;
    } else if (all_digits(name)) {
      const ScaledDecimal number = parse_scaled_decimal(name, 0);
      if (!number.ok() || number.value < 1 || number.value > kMostMinutes) {
        report(cell.column, {}, fmt::format("minute {} is out of range", name),
               fmt::format("minutes are numbered from 1 to {}", kMostMinutes));
      } else {
        header.minutes.push_back({column, static_cast<std::uint32_t>(number.value - 1)});
      }
    } else if (!name.empty()) {  // an unnamed column is the index that table tools add
      report(cell.column, {}, fmt::format("unknown column '{}'", name.substr(0, 60)),
             "columns: HashOwner, HashApp, HashFunction, Trigger, 1, 2, ... 1440");
    }
  }

  std::uint32_t read_count(const CsvCell& cell, std::uint32_t minute) {
    if (cell.text.empty()) return 0;
    const ScaledDecimal number = parse_scaled_decimal(cell.text, 0);
    constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();
    if (number.status != ScaledDecimal::Status::kExact || number.value < 0 ||
        number.value > kMost) {
      report(cell.column, std::to_string(minute + 1),
             fmt::format("'{}' is not a number of requests", cell.text.substr(0, 60)),
             fmt::format("write a whole number from 0 to {}", kMost));
      return 0;
    }
    return static_cast<std::uint32_t>(number.value);
  }

  LineReader lines_;
  CsvSplitter csv_{};
  QuickLine quick_{};
  bool minutes_come_last_ = false;
  bool is_quick_ = false;  ///< whether the row was read so
  std::vector<Problem> problems_{};
};

/// The bin-wise sum of two ascending lists. @return false when a sum does not fit
bool add_counts(std::vector<BinCount>& to, std::vector<BinCount> more) {
  if (to.empty()) {
    to = std::move(more);
    return true;
  }
  std::vector<BinCount> sum;
  std::merge(to.begin(), to.end(), more.begin(), more.end(), std::back_inserter(sum),
             [](const BinCount& a, const BinCount& b) { return a.bin < b.bin; });
  to.clear();
  for (const BinCount& next : sum) {
    if (to.empty() || to.back().bin != next.bin) {
      to.push_back(next);
    } else if (__builtin_add_overflow(to.back().count, next.count, &to.back().count)) {
      return false;
    }
  }
  return true;
}

}  // namespace

CountTable CountTable::read(const TraceContent& content) {
  Reader reader(content);
  const Header header = reader.read_header();
  std::vector<Function> functions;
  std::map<std::string, std::size_t> known;
  while (reader.next_row(header)) {
    const auto [entry, fresh] = known.emplace(reader.key(header), functions.size());
    if (fresh) functions.emplace_back().key = entry->first;
    Function& function = functions[entry->second];
    function.timer = reader.is_timer(header);
    if (!add_counts(function.bins, reader.counts(header))) {
      reader.report(1, {}, "the rows of this function add up to more than 4294967295 in a minute",
                    "leave one of them out");
    }
  }
  if (functions.empty()) {
    reader.report(1, {}, "no function in the file", "write one row for each function");
  }
  reader.throw_problems();
  return {std::move(functions), header.minutes.back().minute + 1, std::chrono::minutes(1)};
}

CountTable::CountTable(std::vector<Function> functions, std::uint32_t bins, Duration width)
    : functions_(std::move(functions)), bins_(bins), width_(width) {
  for (Function& function : functions_) {
    function.requests = 0;
    for (const BinCount& bin : function.bins) function.requests += bin.count;
    function.bins.shrink_to_fit();
  }
}

}  // namespace faascast
