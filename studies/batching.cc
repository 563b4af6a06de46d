#include "studies/batching.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"

namespace faascast {
namespace {

constexpr std::uint32_t kMostSearched = 64;

/// The greatest of 1, 2, 5 x 10^k us that is not above it.
Duration round_below(double seconds) {
  const double us = std::max(seconds * 1e6, 1.0);
  const double power = std::pow(10.0, std::floor(std::log10(us) + 1e-9));
  const double digit = us / power;
  const double rounded = (digit >= 5.0 ? 5.0 : digit >= 2.0 ? 2.0 : 1.0) * power;
  return Duration(std::llround(rounded * 1e3));
}

std::vector<std::uint32_t> sizes_of(const BatchingSpec& batching) {
  if (batching.maximum_size != kOpenBatchSize) return {batching.maximum_size};
  const auto known = static_cast<std::uint32_t>(batching.time_factor.size());
  const std::uint32_t most = batching.time_factor.empty() ? kMostSearched : known;
  std::vector<std::uint32_t> sizes;
  for (std::uint32_t size = 1; size < most; size *= 2) sizes.push_back(size);
  sizes.push_back(most);
  return sizes;
}

}  // namespace

bool is_open(const BatchingSpec& batching) {
  return batching.maximum_size == kOpenBatchSize || batching.maximum_wait == kOpenBatchWait;
}

std::vector<BatchingSpec> batch_candidates(const BatchingSpec& batching, double execution_s) {
  std::vector<Duration> waits = {Duration::zero(), round_below(execution_s / 4.0),
                                 round_below(execution_s)};
  waits.erase(std::unique(waits.begin(), waits.end()), waits.end());
  if (batching.maximum_wait != kOpenBatchWait) waits = {batching.maximum_wait};
  std::vector<BatchingSpec> all;
  for (const std::uint32_t size : sizes_of(batching)) {
    for (const Duration wait : waits) {
      BatchingSpec one = batching;
      one.maximum_size = size;
      one.maximum_wait = wait;
      all.push_back(std::move(one));
      if (size == 1) break;  // a batch of one never waits
    }
  }
  return all;
}

std::string batch_text(const BatchingSpec& batching) {
  if (batching.maximum_size <= 1) return "no batches";
  return batching.maximum_wait <= Duration::zero()
             ? fmt::format("batches of up to {}", batching.maximum_size)
             : fmt::format("batches of up to {} after {}", batching.maximum_size,
                           format_duration(batching.maximum_wait));
}

}  // namespace faascast
