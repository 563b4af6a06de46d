#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim-core/arrivals.h"
#include "traces/content.h"
#include "traces/csv.h"
#include "traces/request_format.h"

namespace faascast {

/// The columns of a file, as its header names them.
struct RequestHeader {
  struct Column {
    std::string name{};
    Field field = Field::kIgnored;
  };
  std::vector<Column> columns{};

  [[nodiscard]] bool has(Field field) const;
};

/// One row, its instant as written (not yet relative to the first row).
struct RequestRow {
  std::int64_t at_ns = 0;
  std::uint32_t function = 0;  ///< by first appearance in the file
  std::int64_t execution_ns = ArrivalBlock::kAbsent;
  std::int64_t cold_execution_ns = ArrivalBlock::kAbsent;
  std::int64_t memory_mb = ArrivalBlock::kAbsent;
  std::int64_t input_tokens = ArrivalBlock::kAbsent;
  std::int64_t output_tokens = ArrivalBlock::kAbsent;
  std::size_t line = 0;
};

/// Reads a request file row by row, checking everything in a row before it is handed out.
class RequestReader {
 public:
  /// Reads the header. @throws InputError with every problem of the header
  RequestReader(const TraceContent& content, const RequestFormat& format);

  [[nodiscard]] const RequestHeader& header() const { return header_; }
  /// @return false at the end. @throws InputError with every problem of the row
  [[nodiscard]] bool next(RequestRow& row);
  [[nodiscard]] const std::string& name() const { return lines_.name(); }
  /// Place of the instant in the row read last, for problems of order.
  [[nodiscard]] std::string place_of_instant() const;
  [[nodiscard]] std::size_t bytes_of_line() const { return bytes_of_line_; }

 private:
  void read_header(const RequestFormat& format);
  void read_cell(std::size_t column, RequestRow& row);
  [[nodiscard]] std::int64_t seconds(const CsvCell& cell, const std::string& column);
  [[nodiscard]] std::int64_t megabytes(const CsvCell& cell, const std::string& column);
  [[nodiscard]] std::int64_t tokens(const CsvCell& cell, const std::string& column);
  [[nodiscard]] std::uint32_t function_index();
  void report(std::size_t column, std::string_view name, std::string what, std::string mend);
  void throw_problems();

  LineReader lines_;
  CsvSplitter csv_{};
  RequestHeader header_{};
  std::map<std::string, std::uint32_t, std::less<>> functions_{};
  std::string function_key_{};
  std::vector<Problem> problems_{};
  std::size_t instant_column_ = 1;
  std::size_t bytes_of_line_ = 0;
};

}  // namespace faascast
