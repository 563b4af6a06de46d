#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "traces/request_format.h"

namespace faascast {

/// Log lines that are no comma-separated rows.

/// Common and Combined Log Format: the cells {time, status}.
LineKind split_common_log_line(std::string_view line, std::vector<CsvCell>& cells);
/// AWS Application Load Balancer: {request_creation_time, target_processing_time, elb_status_code,
/// target_group_arn}.
LineKind split_load_balancer_line(std::string_view line, std::vector<CsvCell>& cells);
/// A log line with "REPORT RequestId:": {time, report}; the time is the date and time before it.
LineKind split_report_line(std::string_view line, std::vector<CsvCell>& cells);

/// A line of `gcloud functions logs read` that says how long an execution took: {time, report,
/// function}. Columns are level (may be missing), name, execution, date, time, text.
LineKind split_google_line(std::string_view line, std::vector<CsvCell>& cells);

/// What a REPORT line of AWS Lambda, or "Function execution took 563 ms, ..." of Google's first
/// generation says, as text: numbers of ms and MB; empty = not said.
struct ExecutionReport {
  std::string_view duration_ms{};
  std::string_view init_ms{};  ///< "Init Duration" or, with SnapStart, "Restore Duration"
  std::string_view memory_mb{};
  bool failed = false;
};
/// Nothing when it is no such line.
[[nodiscard]] std::optional<ExecutionReport> parse_execution_report(std::string_view line);

/// Dates and times of logs, in ns since 1970 UTC: ISO 8601 (no zone = UTC), "7/26/2023, 1:02:03.456
/// PM" of Azure's portal, "10/Oct/2000:13:55:36 -0700" of web servers.
[[nodiscard]] std::optional<std::int64_t> parse_log_time(std::string_view text);

}  // namespace faascast
