#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/request_format.h"
#include "traces/request_reader.h"

namespace faascast {

/// Reads rows that are written the usual way, without quotes and blanks around cells and with plain
/// decimal numbers, in one pass over the line. Every other row it leaves to the careful reader,
/// which alone says what is wrong with a row. What it does read, the careful reader reads alike.
class QuickRow {
 public:
  /// Nothing where the file has columns that only the careful reader understands.
  [[nodiscard]] static std::optional<QuickRow> of(const RequestHeader& header);

  /// @return false when the row is left to the careful reader; `row` is undefined then
  [[nodiscard]] bool read(std::string_view line, RequestRow& row);

  [[nodiscard]] bool has_function() const { return names_ > 0; }
  /// Of the row read last, while its line is valid: what tells its function apart, a zero byte
  /// between cells.
  [[nodiscard]] std::string_view function_key() const {
    return names_ == 1 ? only_name_ : std::string_view(joined_names_);
  }
  [[nodiscard]] std::size_t instant_column() const { return instant_column_; }
  [[nodiscard]] bool stamped_at_end() const { return stamped_at_end_; }

 private:
  struct Step {
    Field field = Field::kIgnored;
    int places = 9;
    std::string_view only{};
  };
  void add_name(std::string_view name);
  [[nodiscard]] bool take_date(const char*& at, const char* end, RequestRow& row);

  std::vector<Step> steps_{};
  bool stamped_at_end_ = false;
  std::size_t names_ = 0;        ///< columns that tell functions apart
  std::size_t names_given_ = 0;  ///< in the row so far
  std::string_view only_name_{};
  std::string joined_names_{};
  std::size_t instant_column_ = 1;
  std::string day_{};  ///< "2023-11-16", the day seen last
  std::int64_t day_ns_ = 0;
};

}  // namespace faascast
