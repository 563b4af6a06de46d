#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim-core/units.h"

namespace faascast {

/// What a platform's meter reads. Amounts are integers in the unit named here.
enum class Meter : std::uint8_t {
  kRequests,        ///< requests that are charged for
  kMemoryTime,      ///< megabyte * nanosecond, while executing (rounded by the platform's rule)
  kVcpuTime,        ///< milli-vCPU * nanosecond, while executing
  kClockTime,       ///< megahertz * nanosecond, while executing (Google's GHz-seconds)
  kIdleMemoryTime,  ///< megabyte * ns of minimum instances while idle
  kIdleVcpuTime,    ///< milli-vCPU * ns of minimum instances while idle
  kProvisionedMemoryTime,  ///< megabyte * ns configured as provisioned concurrency
  kServerTime,             ///< server * ns
  kLoadBalancerTime,       ///< load balancer * ns (the whole span)
  kBytesIn,                ///< request payload bytes
  kBytesOut,               ///< response payload bytes (egress)
  kConnections,            ///< requests seen by a front door (gateway fee, capacity units)
  kProvisionedExecution,   ///< megabyte * ns, while executing on provisioned instances
  kStateReads,             ///< reads of external state
  kStateWrites,            ///< writes of external state
  // Not simulated: they follow from the figures above, the span and the configuration.
  kClusterTime,     ///< control plane * ns (the whole span)
  kDiskTime,        ///< megabyte * ns of disks
  kGpuTime,         ///< GPU * ns of instances
  kNatTime,         ///< address translating gateway * ns (the whole span)
  kNatBytes,        ///< bytes through such gateways
  kCrossZoneBytes,  ///< bytes from one zone to another
  kLogBytes,        ///< bytes of logs taken in
  kSnapshotTime,    ///< megabyte * ns of snapshots kept to start instances from
  kSnapshotBytes,   ///< bytes restored from them
};
inline constexpr std::size_t kMeters = 24;

/// Snake-case name, as in JSON: "memory_time_mb_ns".
[[nodiscard]] std::string_view name_of(Meter meter);

/// What the meters read over a span. Addition is associative: any merge order gives the same bits.
struct Usage {
  std::array<Int128, kMeters> amount{};

  [[nodiscard]] Int128 operator[](Meter m) const { return amount[static_cast<std::size_t>(m)]; }
  [[nodiscard]] Int128& operator[](Meter m) { return amount[static_cast<std::size_t>(m)]; }
  Usage& operator+=(const Usage& other) {
    for (std::size_t i = 0; i < kMeters; ++i) amount[i] += other.amount[i];
    return *this;
  }
  friend bool operator==(const Usage&, const Usage&) = default;
};

/// How a platform turns busy time into billed time.
struct Metering {
  Duration granularity{1'000'000};  ///< round up to a multiple of this; > 0
  Duration minimum{};               ///< at least this much a request
  bool bills_init = false;          ///< INIT counts as billed time (placement never does)
  bool bills_requests = true;
  /// Whose time is billed. The two differ where requests overlap on an instance, or follow one
  /// another on it without a gap.
  enum class Basis : std::uint8_t {
    kPerRequest,         ///< each execution
    kPerActiveInstance,  ///< each period in which an instance has a request, rounded as one
  };
  Basis basis = Basis::kPerRequest;
};

/// @pre used >= 0
[[nodiscard]] constexpr Duration billed_duration(const Metering& m, Duration used) {
  const Duration at_least = used < m.minimum ? m.minimum : used;
  const auto steps = (at_least.count() + m.granularity.count() - 1) / m.granularity.count();
  return m.granularity * steps;
}

}  // namespace faascast
