#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pricing/bill.h"
#include "sim-core/units.h"
#include "studies/report.h"

namespace faascast {

/// A month's work whose price is asked without a simulation: `requests` of `duration` each on a
/// platform, or servers that run all month.
struct QuoteRequest {
  std::string platform{};  ///< exactly one of platform and server
  std::string server{};
  std::string region{};  ///< empty: the tariff's default
  std::string arch = "x86";
  std::string front_door = "none";
  std::string purchase = "on-demand";
  std::string date{};  ///< "2026-10-01": prices of that day; empty: the newest
  std::int64_t servers = 1;
  std::optional<Megabytes> memory{};  ///< absent: the platform's default
  std::optional<double> cpu{};        ///< vCPU, where it can be chosen
  std::int64_t requests = 0;          ///< a month
  Duration duration{};                ///< busy time of each, before the platform's rounding
  Bytes request_bytes{};
  Bytes response_bytes{};
  bool free_tier = false;
  std::vector<std::filesystem::path> price_files{};  ///< of the user, beside the shipped ones
};

struct Quote {
  std::string name{};           ///< "aws-lambda", "aws/c6i.large"
  std::string configuration{};  ///< "1769 MB, x86, 12 ms a request"
  std::int64_t requests = 0;
  Bill bill_month{};
  std::optional<double> usd_per_million{};  ///< nothing without requests
  std::vector<PriceLine> prices{};
  std::vector<std::string> notes{};
};

/// @throws InputError with all problems: unknown names, memory that is not sold, no price there
[[nodiscard]] Quote quote(const QuoteRequest& request);

/// Bill lines, then the prices behind them with source and date.
[[nodiscard]] std::string render(const Quote& quote, ReportFormat format);

}  // namespace faascast
