#include "traces/count_table.h"

#include <fmt/format.h>

#include <algorithm>
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
};

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

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
    return header;
  }

  /// @return false at the end.
  bool next_row(const Header& header) {
    while (next_line()) {
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
      if (column) key += csv_.cells()[*column].text;
      key += '\n';
    }
    return key;
  }

  [[nodiscard]] bool is_timer(const Header& header) const {
    return header.trigger && csv_.cells()[*header.trigger].text == "timer";
  }

  [[nodiscard]] std::vector<BinCount> counts(const Header& header) {
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
      if (is_blank_line(line)) continue;
      if (csv_.split(line)) return true;
      report(csv_.error_column(), {}, "a quote is not closed", "close it, or double quotes inside");
    }
    return false;
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
  std::vector<Problem> problems_{};
};

/// The bin-wise sum of two ascending lists. @return false when a sum does not fit
bool add_counts(std::vector<BinCount>& to, const std::vector<BinCount>& more) {
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
