#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "sim-core/error.h"

namespace faascast {

/// One cell of a comma-separated line, without surrounding blanks and quotes.
struct CsvCell {
  std::string_view text{};
  std::size_t column = 1;  ///< of its first byte in the line, from 1
};

/// Splits lines into cells. Cells are valid while the line is and until the next split.
class CsvSplitter {
 public:
  /// @return false when a quote is not closed; error_column() tells where.
  [[nodiscard]] bool split(std::string_view line);
  [[nodiscard]] const std::vector<CsvCell>& cells() const { return cells_; }
  [[nodiscard]] std::size_t error_column() const { return error_column_; }

 private:
  [[nodiscard]] bool take_quoted(std::string_view line, std::size_t& at);

  std::vector<CsvCell> cells_{};
  std::deque<std::string> unescaped_{};  ///< cells that held doubled quotes
  std::size_t error_column_ = 0;
};

/// Empty or only blanks and commas.
[[nodiscard]] bool is_all_blank(std::string_view line);
[[nodiscard]] inline bool is_blank_line(std::string_view line) {
  const bool begins = !line.empty() && line.front() > ' ' && line.front() != ',';  // nearly always
  return !begins && is_all_blank(line);
}

/// "requests.csv:14:7: execution_s"
[[nodiscard]] std::string cell_place(std::string_view file, std::size_t line, std::size_t column,
                                     std::string_view name);

}  // namespace faascast
