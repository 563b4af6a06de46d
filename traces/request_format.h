#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faascast {

/// What a column of a request file means.
enum class Field : std::uint8_t {
  kIgnored,
  kArrival,    ///< decimal seconds since the start of the run
  kTimestamp,  ///< ISO 8601; the first row is time zero
  kFunction,
  kVersion,
  kExecution,      ///< final warm duration, decimal seconds
  kColdExecution,  ///< final duration when cold, decimal seconds
  kMemory,         ///< used, MB; fractions are rounded up
  kInputTokens,
  kOutputTokens,
};

struct ColumnRule {
  std::string_view name{};
  Field field = Field::kIgnored;
};

/// A format with one request a row, as the names of its columns.
struct RequestFormat {
  std::string_view name{};
  std::string_view title{};  ///< for descriptions
  std::vector<ColumnRule> columns{};

  [[nodiscard]] const ColumnRule* find(std::string_view column) const;
  [[nodiscard]] std::vector<std::string> column_names() const;
};

[[nodiscard]] const RequestFormat& plain_format();
[[nodiscard]] const RequestFormat& azure_llm_format();

}  // namespace faascast
