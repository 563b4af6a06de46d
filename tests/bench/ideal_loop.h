#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <vector>

#include "sim-core/arrivals.h"
#include "sim-core/distribution.h"
#include "sim-core/draw.h"
#include "sim-core/histogram.h"
#include "sim-core/kernels.h"
#include "sim-core/random.h"

namespace faascast {

/// What any simulator has to do for a request at least: draw inter-arrival and service times, add
/// to a latency histogram and to the billing sums. Returns something of it all, so that nothing is
/// left out. Goals are stated for a machine on which this does 200 M requests a second.
class IdealLoop {
 public:
  std::uint64_t operator()(std::uint64_t requests) {
    const Stream stream(1, 0, Purpose::kRequest);
    constexpr double kGapNs = 50'000.0;  // 2,000 busy instances at 100 ms
    std::uint64_t check = 0;
    std::int64_t now = 0;
    for (std::uint64_t first = 0; first < requests; first += kArrivalBlock) {
      stream.words(first, gap_word_, work_word_);
      exponential_gaps(gap_word_, kGapNs, gap_);
      service_.at_words(work_word_, busy_);
      for (const std::int64_t g : gap_) now += g;
      const BlockSums sums = kernels().measure(busy_.data(), kArrivalBlock, bucket_.data());
      for (const std::uint32_t bucket : bucket_) latency_.add_bucket(bucket);
      check += sums.low + sums.high;
      check += kernels().steps(busy_.data(), kArrivalBlock, 1'000'000, 1'000'000);
    }
    return check + static_cast<std::uint64_t>(now);
  }

 private:
  Distribution service_ = Distribution::lognormal(std::chrono::milliseconds(100), 1.0);
  std::array<std::uint64_t, kArrivalBlock> gap_word_{};
  std::array<std::uint64_t, kArrivalBlock> work_word_{};
  std::array<std::int64_t, kArrivalBlock> gap_{};
  std::array<std::int64_t, kArrivalBlock> busy_{};
  std::array<std::uint32_t, kArrivalBlock> bucket_{};
  Histogram latency_{};
};

/// Processor time, so that a busy machine disturbs less.
inline double seconds(const std::function<void()>& act) {
  const std::clock_t begin = std::clock();
  act();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace faascast
