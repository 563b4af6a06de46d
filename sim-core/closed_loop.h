#pragma once

#include <chrono>
#include <cstdint>

#include "sim-core/distribution.h"
#include "sim-core/units.h"

namespace faascast {

/// Clients that wait for an answer before they ask again, so that a slow deployment gets less
/// traffic. A query is `samples` requests at one instant; it is over when all of them have ended,
/// whatever their outcome, with their network time. Then its client thinks and sends the next.
///
/// Request s of query k of client c has the number (k * clients + c) * samples + s, so compared
/// deployments see the same work and the same thinking, though not the same arrivals.
struct ClosedLoop {
  std::uint32_t clients = 1;  ///< >= 1
  std::uint32_t samples = 1;  ///< >= 1; a client's requests at one instant
  /// Before each query, the first one too (Purpose::kThink, by the number of the query).
  Distribution think{};
  /// Least wait after a query of which a request was turned away or failed.
  Duration back_off = std::chrono::seconds(1);
  Duration until{};  ///< no query begins then or later

  /// A client sends no two queries within this: nothing runs for ever at one instant.
  static constexpr Duration kShortestCycle = std::chrono::microseconds(1);
};

}  // namespace faascast
