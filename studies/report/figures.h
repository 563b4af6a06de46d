#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim-core/histogram.h"
#include "sim-core/units.h"
#include "sim-core/usage.h"
#include "studies/run.h"

namespace faascast {

/// What a meter read, in the unit that people and bills use.
struct NaturalAmount {
  std::string_view name{};  ///< "gb_seconds"
  double amount = 0.0;
  bool is_whole = false;  ///< a count: requests, bytes
};

/// All meters, in their order. A GB-second is 1024 MB for one second.
[[nodiscard]] std::vector<NaturalAmount> natural_amounts(const Usage& usage);

/// Dollars, to the micro-dollar exactly: the nearest double to a whole number of them.
[[nodiscard]] double usd_number(MicroUsd money);
/// A computed figure of dollars rounded to the micro-dollar, so that no report prints its noise.
[[nodiscard]] double to_micro_usd(double usd);

// Words for tables. An absent value is "-".
[[nodiscard]] std::string duration_text(std::optional<double> seconds);
[[nodiscard]] std::string usd_text(std::optional<double> usd);
/// A list price with all its digits: "$0.0000166667".
[[nodiscard]] std::string price_text(std::int64_t pico_usd);
/// "0.28 %"; "0 %" only where it is zero.
[[nodiscard]] std::string share_text(std::uint64_t part, std::uint64_t whole);
/// Three significant digits with thousands separators: "1,230,000", "0.42".
[[nodiscard]] std::string three_digits_text(double value);
/// An amount of a bill line: "1,234", "0.0125".
[[nodiscard]] std::string quantity_text(double value);
[[nodiscard]] std::string yes_no_text(std::optional<bool> value);
/// The shortest decimal that reads back as the same number; empty where absent. For CSV.
[[nodiscard]] std::string exact_text(double value);
[[nodiscard]] std::string exact_text(std::optional<double> value);

/// Notes on the whole, without those that repeat the traffic or the model.
[[nodiscard]] std::vector<std::string> general_notes(const RunReport& report);
/// Notes of all deployments, each said once: "aws-lambda, aws-lambda arm: …".
[[nodiscard]] std::vector<std::string> deployment_notes(const RunReport& report);

}  // namespace faascast
