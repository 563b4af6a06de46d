#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim-core/units.h"

namespace faascast {

/// Text with a unit, as people write it in files and on command lines. Each parser returns nothing
/// and fills `why` when the text is not such a quantity; the unit is never optional.

/// "250 ms", "15 min", "1.5 h": units ns us ms s min h d, decimals exact to the nanosecond.
/// Not negative.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text, std::string& why);
/// "1769 MB", "2 GiB", "2 GB" (providers' MB and GB are 2^20 and 2^30 bytes; MiB and GiB are the
/// same here). Whole megabytes, > 0.
[[nodiscard]] std::optional<Megabytes> parse_memory(std::string_view text, std::string& why);
/// "2 kB", "6 MB", "512 B", "1 GiB" of payload or package: kB MB GB are decimal, KiB MiB GiB binary.
[[nodiscard]] std::optional<Bytes> parse_bytes(std::string_view text, std::string& why);
/// "$0.0000166667" or "0.20": US dollars, up to 12 decimals, as whole pico-dollars.
[[nodiscard]] std::optional<std::int64_t> parse_pico_usd(std::string_view text, std::string& why);
/// "30 MB/s": bytes a second, decimal units.
[[nodiscard]] std::optional<double> parse_bandwidth_bytes_per_s(std::string_view text,
                                                                std::string& why);
/// ISO 8601 "2023-11-16 18:17:03.9799600", "2023-11-16T18:17:03Z", "+01:00" offsets; no zone = UTC.
/// Nanoseconds since 1970-01-01 UTC; more than 9 fractional digits are cut.
[[nodiscard]] std::optional<std::int64_t> parse_timestamp_ns(std::string_view text);

/// "1.2 s", "320 ms", "15 min": three significant digits, the unit a person would choose.
[[nodiscard]] std::string format_duration(Duration d);
[[nodiscard]] std::string format_memory(Megabytes m);
/// "$1,234.56"; below one cent as many digits as needed for three significant ones.
[[nodiscard]] std::string format_usd(double usd);
/// "1,234,567"
[[nodiscard]] std::string format_count(std::uint64_t n);

/// The candidate nearest to `word` by edit distance, if near enough to be a typo (<= 1/3 of its
/// length); empty otherwise.
[[nodiscard]] std::string nearest_name(std::string_view word,
                                       const std::vector<std::string>& candidates);

}  // namespace faascast
