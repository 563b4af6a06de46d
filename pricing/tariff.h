#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "input/toml_file.h"
#include "sim-core/units.h"
#include "sim-core/usage.h"

namespace faascast {

/// Graduated: a tier's price applies to the part of the amount from `from` up to the next tier.
struct Tier {
  std::int64_t from = 0;          ///< priced units
  std::int64_t pico_usd = 0;      ///< for one priced unit
  std::int64_t low_pico_usd = 0;  ///< range of the price; equal to it where the price is certain
  std::int64_t high_pico_usd = 0;
};

/// How much of one priced unit the meters read: the sum of `meters`, divided by `per`.
struct Measure {
  std::vector<Meter> meters{};
  Int128 per = 1;  ///< metered units in one priced unit: a GB-s has 1024 * 10^9 MB * ns
};

/// One line of a price list: $0.0000166667 for a GB-s.
struct PriceLine {
  std::string name{};  ///< "compute", "requests"
  std::string unit{};  ///< the priced unit: "GB-s", "request", "hour", "LCU-h"
  /// Charged is the greatest of these (capacity units); most lines have one.
  std::vector<Measure> measures{};
  /// A request counts once for each started step of its payload in and out; 0 = once. Payloads are
  /// taken at their mean, which is exact where a deployment's payloads are equal.
  Bytes payload_step{};
  std::int64_t free_per_month = 0;     ///< priced units
  std::string free_pool{};             ///< lines that name the same pool share its free amount
  std::vector<Tier> tiers{};           ///< ascending, the first from 0; at least one
  std::vector<std::string> regions{};  ///< where the price holds; at least one
  std::string arch{};                  ///< "x86", "arm"; empty = both
  SourceNote source{};
};

/// The prices of one service: a file in pricing/data/.
struct Tariff {
  std::string name{};      ///< "aws-lambda"
  std::string provider{};  ///< "aws", "gcp", "azure", "ibm"
  std::string service{};   ///< in the provider's words
  std::string default_region{};
  std::string egress{};  ///< tariff of the bytes that leave; empty = the provider's
  std::vector<PriceLine> lines{};
};

/// @throws InputError with everything that is wrong in the file: places, and how to mend it.
[[nodiscard]] Tariff read_tariff(const std::filesystem::path& file);
/// @param name what problems call the text
[[nodiscard]] Tariff parse_tariff(std::string_view text, std::string name);
/// As read_tariff, from a document that nobody has read yet.
[[nodiscard]] Tariff tariff_of(const TomlDocument& document);

/// Every region that a line of the tariff names, sorted.
[[nodiscard]] std::vector<std::string> regions_of(const Tariff& tariff);
/// The lines for one region and architecture ("x86" or "arm"), in the tariff's order.
[[nodiscard]] std::vector<PriceLine> lines_of(const Tariff& tariff, std::string_view region,
                                              std::string_view arch);
/// Newest date that a line speaks of: "2026-09-19".
[[nodiscard]] std::string as_of(const std::vector<PriceLine>& lines);

}  // namespace faascast
