#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim-core/units.h"
#include "traces/csv.h"

namespace faascast {

/// What a column of a request file means.
enum class Field : std::uint8_t {
  kIgnored,
  kArrival,       ///< number: when the request arrived
  kTimestamp,     ///< date and time when it arrived
  kEnd,           ///< number: when it ended; it arrived `execution` and `init` before
  kEndTimestamp,  ///< date and time when it ended
  kFunction,
  kVersion,        ///< what tells functions apart besides the name
  kExecution,      ///< final warm duration
  kInit,           ///< initialisation before a cold execution
  kColdExecution,  ///< final duration when cold
  kColdMark,       ///< any text that begins as `only` does: execution was a cold one
  kMemory,         ///< used, MB; fractions are rounded up
  kInputTokens,
  kOutputTokens,
  kAnswerTokens,  ///< output tokens, where none means that the request failed
  kWeight,        ///< the row stands for so many requests
  kSuccess,       ///< "false", "0" or "FAILED" = failed
  kStatus,        ///< HTTP: 429, 500 and above, or not a number = failed
  kError,         ///< any text = failed
  kOnly,          ///< rows where this is not `only` (or is empty) are no requests
  kReport,  ///< a line of a log that reports an execution (AWS Lambda, Google); others are no rows
  kPool,    ///< as kVersion, up to its last "-"
};

struct ColumnRule {
  std::string_view name{};
  Field field = Field::kIgnored;
  int places = 9;           ///< of numbers of time: 9 = seconds, 6 = ms, 0 = ns
  std::string_view only{};  ///< see kOnly, kColdMark
};

enum class RowShape : std::uint8_t {
  kCsv,   ///< a header names the columns
  kJson,  ///< objects, one a line or in an array; "a.b" is member b of member a
  kText,  ///< `split` makes the cells
};

enum class RowOrder : std::uint8_t {
  kSorted,   ///< by arrival; anything else is an error, unless the user allows for it
  kMeasured  ///< the file is read once to see how late rows are, and is sorted by that
};

enum class LineKind : std::uint8_t { kRequest, kOther, kWrong };
/// Cells of a line in the order of the format's columns.
using LineSplitter = LineKind (*)(std::string_view line, std::vector<CsvCell>& cells);

/// A format with one request a row, as the names of its columns.
struct RequestFormat {
  std::string_view name{};
  std::string_view title{};  ///< for descriptions
  std::vector<ColumnRule> columns{};
  RowShape shape = RowShape::kCsv;
  /// Our own format: unknown columns and cells that are no numbers are errors. Others' have columns
  /// that do not matter here, and write "-", "N/A" or -1 where there is no value.
  bool strict = false;
  bool zero_is_first = false;  ///< numbers of time are since an epoch: the first request is at zero
  RowOrder order = RowOrder::kSorted;
  /// The clock's step where it is coarse: requests stamped alike are spread over it.
  Duration tick{};
  LineSplitter split = nullptr;
  std::string_view member{};  ///< JSON: the array with the rows, where an outer object has one
  std::string_view note{};    ///< how the format bends the truth, for descriptions

  [[nodiscard]] const ColumnRule* find(std::string_view column) const;
  [[nodiscard]] std::vector<std::string> column_names() const;
};

[[nodiscard]] const RequestFormat& plain_format();
/// All, the plain one first.
[[nodiscard]] std::span<const RequestFormat> request_formats();
[[nodiscard]] const RequestFormat* find_request_format(std::string_view name);

}  // namespace faascast
