#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/tariff.h"

namespace faascast {

/// What is paid beside servers or functions, where a deployment has it. Each has a tariff by the
/// provider's name ("aws-logs"); what no tariff prices, the user must.
enum class Extra : std::uint8_t {
  kLogs,          ///< bytes that requests write
  kDisk,          ///< disks of servers
  kNat,           ///< a gateway's hours and bytes
  kCrossZone,     ///< bytes between zones
  kControlPlane,  ///< of a cluster
  kStateReads,    ///< of an object store or table
  kStateWrites,
};

/// A price that stands with a deployment instead of in a price list.
struct GivenPrice {
  std::string name{};  ///< of given_price_names(): "control_plane_hour"
  std::int64_t pico_usd = 0;
};
/// "server_hour", "disk_gb_month", "logs_gb", "nat_hour", "nat_gb", "cross_zone_gb",
/// "control_plane_hour", "state_read", "state_write".
[[nodiscard]] const std::vector<std::string>& given_price_names();
/// @pre price.name is one of the names
[[nodiscard]] PriceLine line_of(const GivenPrice& price);

/// What a deployment has, and on which terms it pays.
struct Terms {
  std::vector<Extra> extras{};
  std::vector<GivenPrice> given{};
  std::string service = "vm";  ///< of servers: one of service_names()
  std::string date{};          ///< "2026-10-01": prices of that day; empty = the newest
};

/// How one extra is priced: each part needs a line.
struct ExtraPart {
  Meter meter{};
  std::string_view given{};  ///< the price that a deployment may bring
};
struct ExtraRule {
  std::string_view tariff{};  ///< after the provider's name: "logs"
  std::string_view what{};    ///< in words: "logs"
  std::vector<ExtraPart> parts{};
};
[[nodiscard]] const ExtraRule& rule_of(Extra extra);

/// Whether the line measures `meter`.
[[nodiscard]] bool measures(const PriceLine& line, Meter meter);

}  // namespace faascast
