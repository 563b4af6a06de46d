#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim-core/units.h"
#include "traces/content.h"

namespace faascast {

/// Requests of one function in one bin of time.
struct BinCount {
  std::uint32_t bin = 0;    ///< from 0
  std::uint32_t count = 0;  ///< > 0
};

/// Whether a line is one of Wikipedia's page counts.
[[nodiscard]] bool is_page_count(std::string_view line);

/// Counts of many functions in bins of equal width (minutes), zeros left out.
class CountTable {
 public:
  struct Function {
    std::uint64_t requests = 0;
    bool timer = false;            ///< trigger "timer"
    std::vector<BinCount> bins{};  ///< ascending
    std::string key{};             ///< its names in the file
  };

  /// Azure Functions 2019 (and In-Vitro): HashOwner, HashApp, HashFunction, Trigger and a column
  /// for each minute, named by its number from 1. Functions are numbered by first appearance of
  /// (owner, app, function); rows of one function are added.
  /// @throws InputError
  static CountTable read(const TraceContent& content);

  /// Huawei 2023: day, time (s) and a column for each function; one row a bin, an empty cell = no
  /// data. The first row is time zero and the least distance of rows the width of a bin.
  static CountTable read_wide(const TraceContent& content);

  /// One number a line: the requests of one bin. Fractions are carried on, so that sums stay.
  static CountTable read_series(const TraceContent& content, Duration width);

  /// Wikipedia: "project page requests bytes", a line a page; one bin of the given width.
  static CountTable read_page_counts(const TraceContent& content, Duration width);

  /// Locust's stats_history: what the total of the row "Aggregated" grows by.
  static CountTable read_locust(const TraceContent& content);

  /// What was read, for other readers' results: functions without requests have no bins.
  CountTable(std::vector<Function> functions, std::uint32_t bins, Duration width);

  [[nodiscard]] const std::vector<Function>& functions() const { return functions_; }
  [[nodiscard]] std::uint32_t bins() const { return bins_; }  ///< up to the last column or row
  [[nodiscard]] Duration width() const { return width_; }     ///< of a bin

  static constexpr std::uint32_t kMostBins = 1U << 28U;

 private:
  std::vector<Function> functions_{};
  std::uint32_t bins_ = 0;
  Duration width_ = std::chrono::minutes(1);
};

}  // namespace faascast
