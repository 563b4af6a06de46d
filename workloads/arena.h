#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace faascast {

inline constexpr std::size_t kArenaAlignment = 64;

/// Memory that is needed from step `first` to step `last`, both included.
struct ArenaBlock {
  std::size_t bytes = 0;
  int first = 0;
  int last = 0;
};

struct ArenaPlan {
  std::vector<std::size_t> offsets{};  ///< of each block; multiples of kArenaAlignment
  std::size_t bytes = 0;               ///< of the arena that holds them all
  std::size_t peak_bytes = 0;          ///< most bytes alive in one step: no plan needs fewer
};

/// Places blocks in one arena so that no two that are alive at once overlap: in order of their
/// first step, each in the smallest gap that holds it.
[[nodiscard]] ArenaPlan plan_arena(std::span<const ArenaBlock> blocks);

}  // namespace faascast
