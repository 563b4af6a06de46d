#include "workloads/arena.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace faascast {
namespace {

std::size_t aligned(std::size_t bytes) {
  return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
}

struct Placed {
  std::size_t begin = 0;
  std::size_t end = 0;
  int last = 0;
};

/// Where to put `bytes` among blocks that are sorted by place.
std::size_t best_gap(const std::vector<Placed>& alive, std::size_t bytes) {
  std::size_t best = 0;
  std::size_t best_size = std::numeric_limits<std::size_t>::max();
  std::size_t cursor = 0;
  for (const Placed& block : alive) {
    const std::size_t gap = block.begin - cursor;
    if (gap >= bytes && gap < best_size) {
      best = cursor;
      best_size = gap;
    }
    cursor = block.end;
  }
  return best_size == std::numeric_limits<std::size_t>::max() ? cursor : best;
}

}  // namespace

ArenaPlan plan_arena(std::span<const ArenaBlock> blocks) {
  std::vector<std::size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return blocks[a].first < blocks[b].first;
  });
  ArenaPlan plan;
  plan.offsets.resize(blocks.size());
  std::vector<Placed> alive;
  for (const std::size_t i : order) {
    const ArenaBlock& block = blocks[i];
    std::erase_if(alive, [&](const Placed& p) { return p.last < block.first; });
    const std::size_t bytes = aligned(block.bytes);
    const std::size_t begin = best_gap(alive, bytes);
    const Placed placed{.begin = begin, .end = begin + bytes, .last = block.last};
    alive.insert(std::upper_bound(alive.begin(), alive.end(), placed,
                                  [](const Placed& a, const Placed& b) { return a.end < b.end; }),
                 placed);
    plan.offsets[i] = begin;
    plan.bytes = std::max(plan.bytes, placed.end);
    const std::size_t now = std::accumulate(
        alive.begin(), alive.end(), std::size_t{0},
        [](std::size_t sum, const Placed& p) { return sum + (p.end - p.begin); });
    plan.peak_bytes = std::max(plan.peak_bytes, now);
  }
  return plan;
}

}  // namespace faascast
