#include "studies/validation/table_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "input/byte_reader.h"
#include "sim-core/error.h"
#include "traces/csv.h"

namespace faascast {

TableFile::TableFile(const std::filesystem::path& file) : name_(file.filename().string()) {
  LineReader lines(file);
  CsvSplitter splitter;
  std::string_view line;
  while (lines.next(line)) {
    if (is_blank_line(line)) continue;
    if (!splitter.split(line)) {
      throw InputError(Problem{fmt::format("{}:{}", name_, lines.line_number()),
                               "a quote is not closed", "close it"});
    }
    std::vector<std::string> cells;
    for (const CsvCell& cell : splitter.cells()) cells.emplace_back(cell.text);
    if (columns_.empty()) {
      columns_ = std::move(cells);
      continue;
    }
    if (cells.size() != columns_.size()) {
      throw InputError(Problem{fmt::format("{}:{}", name_, lines.line_number()),
                               fmt::format("the row has {} cells, the header {}", cells.size(),
                                           columns_.size()),
                               "write one cell for each column"});
    }
    cells_.push_back(std::move(cells));
    lines_.push_back(lines.line_number());
  }
}

std::size_t TableFile::index(std::string_view column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  if (found == columns_.end()) {
    throw InputError(Problem{name_, fmt::format("no column '{}'", column),
                             "give the file as it was published"});
  }
  return static_cast<std::size_t>(found - columns_.begin());
}

bool TableFile::has(std::string_view column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

const std::string& TableFile::text(std::size_t row, std::string_view column) const {
  return cells_[row][index(column)];
}

std::optional<double> TableFile::number(std::size_t row, std::string_view column) const {
  const std::string& cell = text(row, column);
  double value = 0.0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size()) return {};
  return value;
}

std::string TableFile::place(std::size_t row) const {
  return fmt::format("{}:{}", name_, lines_[row]);
}

double quantile_of(std::vector<double> values, double p) {
  const auto n = static_cast<double>(values.size());
  const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(p * n))) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank), values.end());
  return values[rank];
}

}  // namespace faascast
