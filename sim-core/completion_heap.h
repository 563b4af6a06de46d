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
    const std::size_t size = size_;
    std::size_t hole = 0;
    for (std::size_t child = 1; child < size; child = 4 * hole + 1) {
      // By arithmetic, not by branches: they would be guessed wrong half of the time.
      const std::int64_t* four = heap + child;
      const bool second_less = four[1] < four[0];
      const bool fourth_less = four[3] < four[2];
      const std::int64_t left = std::min(four[0], four[1]);
      const std::int64_t right = std::min(four[2], four[3]);
      const std::size_t in_left = second_less;
      const std::size_t in_right = std::size_t{2} + static_cast<std::size_t>(fourth_less);
      const auto take_right = std::size_t{0} - static_cast<std::size_t>(right < left);
      heap[hole] = std::min(left, right);
      const std::size_t least = child + (in_left ^ ((in_left ^ in_right) & take_right));
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
