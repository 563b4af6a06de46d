#pragma once

#include <cstdint>
#include <span>

#include "sim-core/arrivals.h"
#include "sim-core/plan.h"

namespace faascast {

/// A block of arrivals with the words that all deployments share.
struct Requests {
  ArrivalBlock block{};
  std::uint32_t only_function = 0;                 ///< where the block has no function column
  std::uint32_t functions = 1;                     ///< of the stream, those without requests, too
  std::span<const std::uint64_t> work_words{};     ///< present where a deployment draws its work
  std::span<const std::uint64_t> network_words{};  ///< present where a deployment has a network
  std::span<const std::uint64_t> noise_words{};    ///< present where a deployment has noise
  /// Of batches: their time against that of the request whose words these are, in thousandths.
  std::span<const std::uint32_t> time_factor{};

  [[nodiscard]] std::size_t size() const { return block.at.size(); }
  [[nodiscard]] bool many_functions() const { return !block.function.empty(); }
  [[nodiscard]] std::uint32_t function(std::size_t i) const {
    return block.function.empty() ? only_function : block.function[i];
  }
  [[nodiscard]] std::uint64_t number(std::size_t i) const {
    return block.number.empty() ? block.first_number + i : block.number[i];
  }
  /// A duration cell, or kAbsent.
  [[nodiscard]] static std::int64_t cell(std::span<const std::int64_t> column, std::size_t i) {
    return column.empty() ? ArrivalBlock::kAbsent : column[i];
  }
  [[nodiscard]] bool has_own_time(std::size_t i) const {
    return cell(block.execution_ns, i) != ArrivalBlock::kAbsent;
  }
};

/// What happens to a request.
enum class Outcome : std::uint8_t { kCompleted, kThrottled, kTimedOut, kFailed };

/// One request with its times in ns, before and after it is served.
struct Request {
  std::uint64_t number = 0;
  std::uint32_t function = 0;
  std::int64_t at = 0;
  std::int64_t warm = 0;  ///< warm-equivalent busy time, before any timeout
  std::int64_t network = 0;
  std::int64_t memory_mb = ArrivalBlock::kAbsent;
  bool own_time = false;  ///< it brought its execution time
  std::int64_t own_cold = ArrivalBlock::kAbsent;
};

/// How a started request goes on.
struct Stay {
  std::int64_t busy = 0;    ///< how long it holds its instance
  std::int64_t billed = 0;  ///< before rounding
  std::int64_t start = 0;   ///< of busy, before the handler part: placement and INIT
  std::int64_t slowed = 0;  ///< of busy, what contention added
  bool cold = false;
  bool joined = false;  ///< waited for an instance that started for another request
  Outcome outcome = Outcome::kCompleted;
};

}  // namespace faascast
