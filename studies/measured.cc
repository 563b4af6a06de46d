#include "studies/measured.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "input/byte_reader.h"
#include "input/quantity.h"
#include "traces/csv.h"

namespace faascast {

namespace {

enum Column : std::size_t { kPerDay, kUsd, kP99, kDeployment, kColumns };
constexpr std::array<std::string_view, kColumns> kNames = {"inferences_per_day", "usd_per_month",
                                                           "p99", "deployment"};

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : lines_(file) {}

  std::vector<MeasuredPoint> read() {
    std::vector<MeasuredPoint> points;
    std::string_view line;
    bool has_header = false;
    while (lines_.next(line)) {
      if (is_blank_line(line)) continue;
      if (!splitter_.split(line)) {
        report(splitter_.error_column(), "quote", "a quoted cell has no end", "close it with \"");
      } else if (!has_header) {
        read_header();
        if (!problems_.empty()) break;
        has_header = true;
      } else {
        points.push_back(row());
      }
    }
    if (!has_header && problems_.empty()) {
      report(1, "header", "the file is empty", "begin it with inferences_per_day,usd_per_month,p99");
    } else if (points.empty() && problems_.empty()) {
      report(1, "rows", "no measured point below the header", "add one, such as 120000,41.50,480 ms");
    }
    if (!problems_.empty()) throw InputError(std::move(problems_));
    return points;
  }

 private:
  void report(std::size_t column, std::string_view name, std::string what, std::string mend) {
    problems_.push_back({cell_place(lines_.name(), std::max<std::size_t>(lines_.line_number(), 1),
                                    column, name),
                         std::move(what), std::move(mend)});
  }

  void read_header() {
    for (std::size_t i = 0; i < splitter_.cells().size(); ++i) {
      const CsvCell& cell = splitter_.cells()[i];
      bool is_known = false;
      for (std::size_t c = 0; c < kColumns; ++c) {
        if (cell.text != kNames[c]) continue;
        at_[c] = i;
        is_known = true;
      }
      if (!is_known) {
        report(cell.column, cell.text, "not a column of measured points",
               "the columns are inferences_per_day, usd_per_month, p99, deployment");
      }
    }
    for (const Column c : {kPerDay, kUsd}) {
      if (at_[c]) continue;
      report(1, kNames[c], "the column is missing", "add it to the header");
    }
  }

  [[nodiscard]] const CsvCell* cell(Column column) const {
    if (!at_[column] || *at_[column] >= splitter_.cells().size()) return nullptr;
    const CsvCell& found = splitter_.cells()[*at_[column]];
    return found.text.empty() ? nullptr : &found;
  }

  double positive(Column column) {
    const CsvCell* const found = cell(column);
    double value = 0.0;
    if (found != nullptr) {
      const char* const end = found->text.data() + found->text.size();
      const auto [last, error] = std::from_chars(found->text.data(), end, value);
      if (error == std::errc() && last == end && value > 0.0 && value < 1e15) return value;
    }
    report(found == nullptr ? 1 : found->column, kNames[column],
           found == nullptr ? "the cell is empty"
                            : fmt::format("'{}' is not a number above 0", found->text),
           "write a plain number, such as 41.50");
    return 0.0;
  }

  MeasuredPoint row() {
    MeasuredPoint point;
    point.inferences_per_day = positive(kPerDay);
    point.usd_per_month = positive(kUsd);
    if (const CsvCell* name = cell(kDeployment)) point.name = std::string(name->text);
    if (const CsvCell* text = cell(kP99)) {
      std::string why;
      if (const auto p99 = parse_duration(text->text, why)) {
        point.p99_s = seconds_of(*p99);
      } else {
        report(text->column, kNames[kP99], why, "write a duration, such as 480 ms");
      }
    }
    return point;
  }

  LineReader lines_;
  CsvSplitter splitter_{};
  std::array<std::optional<std::size_t>, kColumns> at_{};
  std::vector<Problem> problems_{};
};

}  // namespace

std::vector<MeasuredPoint> read_measured(const std::filesystem::path& file) {
  return Reader(file).read();
}

}  // namespace faascast
