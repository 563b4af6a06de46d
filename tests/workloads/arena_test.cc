#include "workloads/arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace faascast {
namespace {

std::vector<ArenaBlock> random_blocks(std::mt19937& engine, int count) {
  std::vector<ArenaBlock> blocks;
  for (int i = 0; i < count; ++i) {
    const int first = static_cast<int>(engine() % 40);
    blocks.push_back({.bytes = engine() % 5000,
                      .first = first,
                      .last = first + static_cast<int>(engine() % 10)});
  }
  return blocks;
}

TEST(Arena, BlocksAliveAtOnceNeverOverlap) {
  std::mt19937 engine(1);
  for (int round = 0; round < 200; ++round) {
    const auto blocks = random_blocks(engine, 30);
    const ArenaPlan plan = plan_arena(blocks);
    ASSERT_EQ(plan.offsets.size(), blocks.size());
    for (std::size_t a = 0; a < blocks.size(); ++a) {
      EXPECT_EQ(plan.offsets[a] % kArenaAlignment, 0U);
      EXPECT_LE(plan.offsets[a] + blocks[a].bytes, plan.bytes);
      for (std::size_t b = 0; b < a; ++b) {
        const bool in_time = blocks[a].first <= blocks[b].last && blocks[b].first <= blocks[a].last;
        const bool in_space = plan.offsets[a] < plan.offsets[b] + blocks[b].bytes &&
                              plan.offsets[b] < plan.offsets[a] + blocks[a].bytes;
        EXPECT_FALSE(in_time && in_space) << "round " << round << ": " << a << " and " << b;
      }
    }
    EXPECT_GE(plan.bytes, plan.peak_bytes);
  }
}

TEST(Arena, ReusesMemoryOfDeadBlocks) {
  // A chain: each block lives until the next one has been made.
  std::vector<ArenaBlock> chain;
  for (int i = 0; i < 100; ++i) chain.push_back({.bytes = 1024, .first = i, .last = i + 1});
  const ArenaPlan plan = plan_arena(chain);
  EXPECT_EQ(plan.peak_bytes, 2048U);
  EXPECT_EQ(plan.bytes, 2048U);
}

TEST(Arena, OfNothingIsEmpty) {
  const ArenaPlan plan = plan_arena({});
  EXPECT_EQ(plan.bytes, 0U);
  EXPECT_EQ(plan.peak_bytes, 0U);
}

}  // namespace
}  // namespace faascast
