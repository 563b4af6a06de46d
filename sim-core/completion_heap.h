#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace faascast {

/// A 4-ary min-heap of instants. Empty slots hold kEmpty, so the smallest of four children is found
/// without asking how many there are; siblings share half a cache line.
class CompletionHeap {
 public:
  static constexpr std::int64_t kEmpty = std::numeric_limits<std::int64_t>::max();

  CompletionHeap() : slots_(kRoot + 5, kEmpty) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// kEmpty when empty.
  [[nodiscard]] std::int64_t top() const { return slots_[kRoot]; }
  /// The smallest but the top; kEmpty where there is none.
  [[nodiscard]] std::int64_t second() const {
    const std::int64_t* child = &slots_[kRoot + 1];
    return std::min(std::min(child[0], child[1]), std::min(child[2], child[3]));
  }
  void clear() {
    std::fill_n(slots_.begin() + kRoot, size_, kEmpty);
    size_ = 0;
  }
  void push(std::int64_t key) {
    if (kRoot + size_ + 5 > slots_.size()) slots_.resize(2 * slots_.size(), kEmpty);
    rise(size_++, key);
  }
  void pop() {
    const std::size_t last = --size_;
    const std::int64_t key = at(last);
    at(last) = kEmpty;
    if (last != 0) rise(sink_hole(), key);
  }
  void replace_top(std::int64_t key) { rise(sink_hole(), key); }

 private:
  static constexpr std::size_t kRoot =
      3;  ///< children of slot i: 4i+1 ... 4i+4, from a multiple of 4
  [[nodiscard]] std::int64_t& at(std::size_t i) { return slots_[kRoot + i]; }

  /// Moves the hole at the root down to a leaf, along the smallest children.
  std::size_t sink_hole() {
    std::int64_t* heap = &slots_[kRoot];
    std::size_t hole = 0;
    for (std::size_t child = 1; child < size_; child = 4 * hole + 1) {
      const std::size_t left = child + static_cast<std::size_t>(heap[child + 1] < heap[child]);
      const std::size_t right =
          child + 2 + static_cast<std::size_t>(heap[child + 3] < heap[child + 2]);
      const std::size_t least = heap[right] < heap[left] ? right : left;
      heap[hole] = heap[least];
      hole = least;
    }
    return hole;
  }
  void rise(std::size_t hole, std::int64_t key) {
    std::int64_t* heap = &slots_[kRoot];
    while (hole != 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (heap[parent] <= key) break;
      heap[hole] = heap[parent];
      hole = parent;
    }
    heap[hole] = key;
  }

  std::vector<std::int64_t> slots_;
  std::size_t size_ = 0;
};

}  // namespace faascast
