#pragma once

#include <cstdint>

#include "sim-core/units.h"
#include "sim-core/usage.h"

namespace faascast {

/// A month of traffic: requests, payloads and everything that requests keep busy.
inline constexpr Duration kMonth = std::chrono::hours(30 * 24);
/// A month of things that are priced by the hour: servers and load balancers.
inline constexpr Duration kHourlyMonth = std::chrono::hours(730);

/// What the meters of a month read when they read `usage` over `span`: per-day figures times 30;
/// the time of servers, load balancers, control planes, disks and gateways times 730/720 of that.
/// Each amount is rounded half up once. The only place where a span becomes a month.
/// @pre span > 0
[[nodiscard]] Usage month_usage(const Usage& usage, Duration span);

/// A month's work known without a simulation: what `faascast price` asks about. Zero = none of it.
struct MonthlyLoad {
  std::int64_t requests = 0;
  Duration duration{};         ///< of each, before the platform's rounding
  Metering metering{};         ///< the platform's rounding
  Megabytes memory{};          ///< billed
  MilliVcpu vcpu{};            ///< billed, where the platform meters vCPU
  std::int64_t clock_mhz = 0;  ///< billed, where the platform meters GHz
  Bytes request_bytes{};
  Bytes response_bytes{};
  std::int64_t servers = 0;  ///< running all month
};

/// The month's usage. One load balancer runs all month; a price list without one ignores it.
/// @pre all fields >= 0
[[nodiscard]] Usage usage_of(const MonthlyLoad& load);

}  // namespace faascast
