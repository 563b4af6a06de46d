#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace faascast {

/// 128 bits: sums of money and of metered usage never overflow and never round.
__extension__ using Int128 = __int128;

/// Simulated time. It has no now(), so wall-clock time cannot slip in.
struct SimClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SimClock>;
  static constexpr bool is_steady = true;
};
using Duration = SimClock::duration;   ///< integer nanoseconds; write 250ms, 15min
using Instant = SimClock::time_point;  ///< since the start of the run

/// The instant that many nanoseconds after the start of the run.
[[nodiscard]] constexpr Instant instant_at(std::int64_t ns) { return Instant(Duration(ns)); }
/// Nanoseconds since the start of the run.
[[nodiscard]] constexpr std::int64_t ns_of(Instant t) { return t.time_since_epoch().count(); }

[[nodiscard]] constexpr double seconds_of(Duration d) {
  return static_cast<double>(d.count()) * 1e-9;
}

/// An integer with its unit in its type. Sums of one unit compile; everything that changes the unit
/// is a named function. Integers, because a sum must not depend on the order of its terms.
template <class Unit, class Rep = std::int64_t>
class Count {
 public:
  constexpr Count() = default;
  constexpr explicit Count(Rep value) : value_(value) {}
  [[nodiscard]] constexpr Rep value() const { return value_; }

  constexpr Count& operator+=(Count b) { return *this = *this + b; }
  friend constexpr Count operator+(Count a, Count b) { return Count(a.value_ + b.value_); }
  friend constexpr Count operator-(Count a, Count b) { return Count(a.value_ - b.value_); }
  friend constexpr auto operator<=>(Count, Count) = default;

 private:
  Rep value_ = 0;
};

using Megabytes = Count<struct MegabyteUnit>;  ///< 2^20 bytes: what providers sell as "MB"
using Bytes = Count<struct ByteUnit>;
using MilliVcpu = Count<struct MilliVcpuUnit>;  ///< one thousandth of a vCPU
using MicroUsd = Count<struct MicroUsdUnit>;    ///< one millionth of a US dollar

[[nodiscard]] constexpr double usd_of(MicroUsd money) {
  return static_cast<double>(money.value()) * 1e-6;
}

}  // namespace faascast
