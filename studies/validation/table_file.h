#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faascast {

/// A small CSV file (plain or compressed) in memory, cells by the names of its header.
class TableFile {
 public:
  /// @throws InputError where the file is missing, a quote is open or a row has another number of
  ///   cells
  explicit TableFile(const std::filesystem::path& file);

  [[nodiscard]] std::size_t rows() const { return cells_.size(); }
  [[nodiscard]] bool has(std::string_view column) const;
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  /// @throws InputError where there is no such column, as number()
  [[nodiscard]] const std::string& text(std::size_t row, std::string_view column) const;
  /// Nothing where the cell is no number.
  [[nodiscard]] std::optional<double> number(std::size_t row, std::string_view column) const;
  /// "rows.csv:14" for problems.
  [[nodiscard]] std::string place(std::size_t row) const;

 private:
  [[nodiscard]] std::size_t index(std::string_view column) const;
  std::string name_{};
  std::vector<std::string> columns_{};
  std::vector<std::vector<std::string>> cells_{};
  std::vector<std::size_t> lines_{};
};

/// The order statistic ceil(p n) of values. @pre not empty
[[nodiscard]] double quantile_of(std::vector<double> values, double p);

}  // namespace faascast
