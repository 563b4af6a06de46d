#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "studies/report.h"

namespace faascast {

/// A published bill or table worked out again, row by row.
struct ArithmeticCheck {
  std::string name{};
  std::size_t rows = 0;
  std::size_t equal = 0;   ///< within the data's own rounding
  double worst = 0.0;      ///< largest relative difference
  std::string rule{};      ///< what was worked out
};

/// A measured figure, and what is predicted of it from other functions' data.
struct BlindRow {
  std::string set{};        ///< data set
  std::string function{};   ///< what was left out while learning
  std::string condition{};  ///< "512 MB"
  std::string quantity{};   ///< "warm p50"
  std::string unit{};
  double predicted = 0.0;
  double low = 0.0;  ///< 90 % interval
  double high = 0.0;
  double measured = 0.0;

  [[nodiscard]] bool inside() const { return low <= measured && measured <= high; }
  [[nodiscard]] double error() const { return predicted / measured - 1.0; }
};

/// How often the intervals hold what was measured.
struct Coverage {
  std::string set{};
  std::size_t rows = 0;
  std::size_t inside = 0;
  double median_error = 0.0;  ///< median of |predicted / measured - 1|
  double median_width = 0.0;  ///< median of high / low
};

struct ValidateRequest {
  std::filesystem::path data{};  ///< folder with measured/; empty: FAASCAST_DATA, or shared/data
  std::vector<std::filesystem::path> rows{};  ///< sets of the user (see read_rows())
  std::uint64_t seed = 1;
};

struct ValidationReport {
  std::string data{};
  std::vector<ArithmeticCheck> arithmetic{};
  std::vector<BlindRow> blind{};
  std::vector<Coverage> coverage{};  ///< by data set, then all together
  std::vector<std::string> notes{};  ///< how each set is predicted, what was not found
};

/// @throws InputError where there is no data at all, and for wrong rows
[[nodiscard]] ValidationReport validate(const ValidateRequest& request);

[[nodiscard]] std::string render(const ValidationReport& report, ReportFormat format);

}  // namespace faascast
