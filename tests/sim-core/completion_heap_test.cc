#include "sim-core/completion_heap.h"

#include <gtest/gtest.h>

#include <queue>
#include <vector>

#include "sim-core/creation_order.h"
#include "sim-core/random.h"

namespace faascast {
namespace {

TEST(CompletionHeap, BehavesAsAPriorityQueue) {
  const Stream stream(1, 1, Purpose::kRequest);
  CompletionHeap heap;
  std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> model;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const auto [what, key] = stream.words(i);
    const auto value = static_cast<std::int64_t>(key % 1000);
    const std::uint64_t growing = i % 4000 < 2000 ? 6 : 3;
    if (what % 10 < growing || model.empty()) {
      heap.push(value);
      model.push(value);
    } else if (what % 10 < 8) {
      heap.pop();
      model.pop();
    } else {
      heap.replace_top(value);
      model.pop();
      model.push(value);
    }
    ASSERT_EQ(heap.size(), model.size());
    ASSERT_EQ(heap.top(), model.empty() ? CompletionHeap::kEmpty : model.top());
    if (model.size() > 1) {
      const std::int64_t top = model.top();
      model.pop();
      ASSERT_EQ(heap.second(), model.top());
      model.push(top);
    } else {
      ASSERT_EQ(heap.second(), CompletionHeap::kEmpty);
    }
  }
  heap.clear();
  EXPECT_TRUE(heap.empty());
  EXPECT_EQ(heap.top(), CompletionHeap::kEmpty);
}

TEST(CreationOrder, FindsTheKthIdleAsAListDoes) {
  const Stream stream(2, 1, Purpose::kRequest);
  CreationOrder order;
  struct Known {
    std::uint32_t slot;
    bool idle;
  };
  std::vector<Known> list;  // in order of creation
  std::vector<std::uint32_t> place_of(64);
  std::vector<std::uint32_t> free;
  for (std::uint32_t slot = 0; slot < 64; ++slot) free.push_back(slot);
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const auto [what, which] = stream.words(i);
    if (list.empty() || (what % 4 == 0 && !free.empty())) {
      order.append(free.back(), place_of);
      list.push_back({free.back(), false});
      free.pop_back();
    } else {
      const std::size_t k = which % list.size();
      Known& one = list[k];
      if (what % 4 == 3 && !one.idle) {
        order.erase(place_of[one.slot]);
        free.push_back(one.slot);
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(k));
      } else {
        if (one.idle) {
          order.set_busy(place_of[one.slot]);
        } else {
          order.set_idle(place_of[one.slot]);
        }
        one.idle = !one.idle;
      }
    }
    std::vector<std::uint32_t> idle;
    for (const Known& one : list) {
      if (one.idle) idle.push_back(one.slot);
    }
    ASSERT_EQ(order.idle(), idle.size());
    for (std::size_t k = 0; k < idle.size(); ++k) ASSERT_EQ(order.idle_at(k), idle[k]);
  }
}

}  // namespace
}  // namespace faascast
