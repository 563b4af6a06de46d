#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim-core/engine.h"
#include "sim-core/plan.h"

namespace faascast::oracles {

/// Every value of one kind of duration, kept.
struct Samples {
  std::vector<std::int64_t> ns{};

  [[nodiscard]] Int128 sum() const;
  [[nodiscard]] std::int64_t max() const;  ///< 0 when empty
  /// Order statistic number ceil(q * n), negative values counted as 0. @pre not empty
  [[nodiscard]] std::int64_t quantile(double q) const;
};

/// What a deployment should have done, found by the slowest and plainest means.
struct ReferenceResult {
  std::uint64_t requests = 0;
  std::uint64_t completed = 0;
  std::uint64_t throttled = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t abandoned = 0;
  std::uint64_t failed = 0;
  std::uint64_t retries = 0;
  std::uint64_t batches = 0;
  std::uint64_t own_starts = 0;
  std::uint64_t cold_starts = 0;
  std::uint64_t cold_affected = 0;
  Int128 contention_ns = 0;
  Samples latency{};
  Samples execution{};
  Samples cold_start{};
  Samples wait{};
  Int128 live_ns = 0;
  Int128 busy_ns = 0;
  std::uint64_t peak = 0;
  std::uint64_t expired = 0;
  Instant horizon{};  ///< this deployment's
  Usage usage{};
  std::vector<FunctionTotals> functions{};
  std::vector<ReferenceResult> parts{};  ///< then only these are filled in, and the horizon
};

/// One deployment of `plan`, replayed by linear searches through lists of events, instances and
/// requests: quadratic, and short enough to be checked by reading. It shares no code with the
/// engine but the random streams and distributions, so that both do the same work.
[[nodiscard]] ReferenceResult replay(const Plan& plan, std::size_t deployment, ReplaySeed seed);

}  // namespace faascast::oracles
