#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "sim-core/arrivals.h"
#include "sim-core/distribution.h"
#include "sim-core/random.h"

namespace faascast {

/// -ln(u) of words: exponential draws of mean 1. Vectorised; the same bits everywhere. Sizes equal.
void unit_exponentials(std::span<const std::uint64_t> words, std::span<double> units);

/// round(mean_ns * -ln(u)) of words: exponential gaps. Sizes equal. @param mean_ns below 2^56
void exponential_gaps(std::span<const std::uint64_t> words, double mean_ns,
                      std::span<std::int64_t> ns);

/// Arrivals with independent, identically distributed gaps, the first one gap after the start.
/// Request i's gap is word 0 of Stream(seed, function, Purpose::kRequest); word 1 goes along as
/// work_word. Gaps are whole nanoseconds.
class RenewalSource final : public ArrivalSource {
 public:
  /// Poisson arrivals. @param mean_gap_ns > 0; need not be whole
  RenewalSource(std::uint32_t function, ReplaySeed seed, double mean_gap_ns, Duration duration);
  RenewalSource(std::uint32_t function, ReplaySeed seed, Distribution gap, Duration duration);

  /// Arrivals before `duration`.
  [[nodiscard]] ArrivalBlock fill() override;

 private:
  Stream stream_;
  double mean_gap_ns_ = 0.0;  ///< 0 = gaps are drawn from gap_
  Distribution gap_{};
  std::int64_t end_ = 0;
  std::int64_t now_ = 0;
  std::uint64_t number_ = 0;
  std::array<std::uint64_t, kArrivalBlock> gap_word_{};
  std::array<std::uint64_t, kArrivalBlock> work_word_{};
  std::array<std::int64_t, kArrivalBlock> at_{};
};

}  // namespace faascast
