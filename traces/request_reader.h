#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim-core/arrivals.h"
#include "traces/content.h"
#include "traces/csv.h"
#include "traces/function_names.h"
#include "traces/json_records.h"
#include "traces/request_format.h"

namespace faascast {

/// The columns of a file, as its header names them.
struct RequestHeader {
  struct Column {
    std::string name{};
    Field field = Field::kIgnored;
    int places = 9;
    std::string_view only{};
  };
  std::vector<Column> columns{};

  [[nodiscard]] bool has(Field field) const;
};

/// One row, its instant of arrival as written (not yet relative to the first row).
struct RequestRow {
  std::int64_t at_ns = 0;
  std::uint32_t function = 0;  ///< by first appearance in the file
  std::int64_t execution_ns = ArrivalBlock::kAbsent;
  std::int64_t cold_execution_ns = ArrivalBlock::kAbsent;
  std::int64_t memory_mb = ArrivalBlock::kAbsent;
  std::int64_t input_tokens = ArrivalBlock::kAbsent;
  std::int64_t output_tokens = ArrivalBlock::kAbsent;
  std::uint64_t weight = 1;  ///< requests that the row stands for
  bool failed = false;
  bool dated = false;  ///< at_ns is since 1970, not since time zero
  std::size_t line = 0;
  std::uint64_t sequence = 0;  ///< in the file
};

class QuickRow;

/// Reads a request file row by row, checking everything in a row before it is handed out.
class RequestReader {
 public:
  /// Reads the header, where there is one. @throws InputError with every problem of the header
  /// @param format of static lifetime
  /// @param quick false = read every row cell by cell (quick_row.h); the rows are the same
  RequestReader(const TraceContent& content, const RequestFormat& format, bool quick = true);
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;
  ~RequestReader();

  [[nodiscard]] const RequestHeader& header() const { return header_; }
  /// Rows that are no requests are passed over. @return false at the end.
  /// @throws InputError with the problems of the row and of wrong ones further down, up to about
  ///   twenty
  [[nodiscard]] bool next(RequestRow& row);
  [[nodiscard]] const std::string& name() const;
  /// Place of the instant in the row read last, for problems of order.
  [[nodiscard]] std::string place_of_instant() const;
  /// Of the text between the last two rows.
  [[nodiscard]] std::size_t bytes_of_line() const { return bytes_of_line_; }

 private:
  void read_header();
  void add_column(const CsvCell& cell);
  void check_header();
  [[nodiscard]] bool read_row(RequestRow& row);
  [[nodiscard]] bool read_csv_row(RequestRow& row, bool& done);
  [[nodiscard]] bool next_cells();
  void split_csv_line(std::string_view line);
  [[nodiscard]] bool next_json_cells();
  [[nodiscard]] bool next_text_cells();
  [[nodiscard]] bool is_request() const;
  void read_cell(std::size_t column, RequestRow& row);
  void read_instant(std::size_t column, RequestRow& row);
  void read_mark(std::size_t column, RequestRow& row);
  void read_report(const CsvCell& cell, RequestRow& row);
  void finish(RequestRow& row);
  [[nodiscard]] bool is_absent(const CsvCell& cell) const;
  [[nodiscard]] std::int64_t time(const CsvCell& cell, const std::string& column, int places);
  [[nodiscard]] std::int64_t megabytes(const CsvCell& cell, const std::string& column);
  [[nodiscard]] std::int64_t tokens(const CsvCell& cell, const std::string& column);
  [[nodiscard]] std::uint32_t function_index();
  void look_further();
  [[nodiscard]] std::size_t line_number() const;
  void report(std::size_t column, std::string_view name, std::string what, std::string mend);
  void throw_problems();

  const RequestFormat* format_;
  std::unique_ptr<LineReader> lines_{};  ///< CSV and text
  std::unique_ptr<JsonRecords> records_{};
  CsvSplitter csv_{};
  std::string joined_{};  ///< lines of one CSV row with line ends in its quotes
  std::vector<CsvCell> other_cells_{};
  std::map<std::string, std::string, std::less<>> scalars_{};
  const std::vector<CsvCell>* cells_ = nullptr;  ///< of the row, one for each column
  RequestHeader header_{};
  std::unique_ptr<QuickRow> quick_{};  ///< CSV; nothing = every row is read cell by cell
  FunctionNames functions_{};
  std::string function_key_{};
  std::vector<Problem> problems_{};
  std::size_t instant_column_ = 1;
  std::size_t bytes_of_line_ = 0;
  bool never_before_zero_ = false;  ///< arrivals reckoned from the end
  std::int64_t init_ns_ = 0;        ///< of the row
  bool at_end_stamp_ = false;
  std::optional<bool> dated_{};  ///< whether the file's rows are
  bool cold_ = false;
};

}  // namespace faascast
