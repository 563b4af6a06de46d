#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim-core/arrivals.h"
#include "sim-core/random.h"

namespace faascast {

/// The words of consecutive requests, a block at a time.
struct RequestWords {
  explicit RequestWords(ReplaySeed seed, std::uint32_t function)
      : stream(seed.seed, function, Purpose::kRequest, 0, seed.replication) {}
  void draw(std::uint64_t first) { stream.words(first, arrival, work); }

  Stream stream;
  std::array<std::uint64_t, kArrivalBlock> arrival{};
  std::array<std::uint64_t, kArrivalBlock> work{};
};

/// The first n instants of a block of consecutive requests, with their work words.
[[nodiscard]] inline ArrivalBlock block_of(std::span<const std::int64_t> at, std::size_t n,
                                           std::uint64_t first, const RequestWords& words) {
  ArrivalBlock block;
  block.at = at.first(n);
  block.first_number = first;
  block.work_word = std::span(words.work).first(n);
  return block;
}

}  // namespace faascast
