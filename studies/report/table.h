#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faascast {

/// Text reports fit a terminal of this width.
inline constexpr std::size_t kReportWidth = 80;

/// Rows of text under headings, printed for people, spreadsheets or Markdown.
class Table {
 public:
  enum class Align : unsigned char { kLeft, kRight };
  struct Column {
    std::string head{};
    Align align = Align::kRight;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// @pre as many cells as columns
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  [[nodiscard]] const std::vector<std::vector<std::string>>& rows() const { return rows_; }

  /// Columns two blanks apart. Where a row would be wider than `width`, the widest left-aligned
  /// columns are wrapped, within words only where blanks are not enough.
  [[nodiscard]] std::string text(std::size_t indent = 0, std::size_t width = kReportWidth) const;
  [[nodiscard]] std::string markdown() const;
  /// RFC 4180, with LF line ends.
  [[nodiscard]] std::string csv() const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t available) const;
  [[nodiscard]] std::vector<std::size_t> longest_words() const;
  void add_text_row(std::string& out, const std::vector<std::string>& cells,
                    const std::vector<std::size_t>& widths, std::size_t indent) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Lines of at most `width` characters, broken at blanks, else after hyphens where
/// possible; at least one.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// `first` before the first line, blanks of the same length before the others; ends with LF.
[[nodiscard]] std::string paragraph(std::string_view first, std::string_view text,
                                    std::size_t width = kReportWidth);

}  // namespace faascast
