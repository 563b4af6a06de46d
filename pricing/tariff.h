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
  /// How it is bought: "savings-plan"; takes the place of the line of its name that says nothing.
  std::string purchase{};
  std::string gpu{};  ///< only for instances with this one ("L4"); empty = for all
  /// The line holds from this date until before that one ("2024-07-01"); empty = ever.
  std::string valid_from{};
  std::string valid_until{};
  /// Instead of tiers: millionths of the on-demand price of the server that it is charged for.
  std::int64_t server_share = 0;
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

/// As files write it: "memory_time".
[[nodiscard]] std::string_view tariff_meter_name(Meter meter);

/// Every region that a line of the tariff names, sorted.
[[nodiscard]] std::vector<std::string> regions_of(const Tariff& tariff);
/// Which of a tariff's lines hold, beside region and architecture.
struct LineChoice {
  std::string purchase = "on-demand";
  std::string gpu{};   ///< of the instances; empty = none
  std::string date{};  ///< "2026-10-01"; empty = the newest prices
};
/// The lines for one region and architecture ("x86" or "arm"), in the tariff's order.
[[nodiscard]] std::vector<PriceLine> lines_of(const Tariff& tariff, std::string_view region,
                                              std::string_view arch,
                                              const LineChoice& choice = {});
/// Whether `regions` has `region`; the region "global" of a tariff is every one.
[[nodiscard]] bool holds_in(const std::vector<std::string>& regions, std::string_view region);
/// Whether there is a day on which both lines hold.
[[nodiscard]] bool overlap_in_time(const PriceLine& a, const PriceLine& b);
/// An ISO date: "2026", "2026-10" or "2026-10-01".
[[nodiscard]] bool is_date(std::string_view text);
/// Newest date that a line speaks of: "2026-09-19".
[[nodiscard]] std::string as_of(const std::vector<PriceLine>& lines);

}  // namespace faascast
