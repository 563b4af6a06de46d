#pragma once

#include <cstdint>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "traces/arrival_row.h"

namespace faascast {

/// How many streams traffic is replayed in.
[[nodiscard]] inline std::uint32_t streams_of(const Traffic& traffic) {
  return traffic.independent() ? traffic.functions() : 1;
}

/// Streams as one, in the order of (instant, stream's place, number).
class MergedCursor {
 public:
  MergedCursor() = default;
  /// All streams of traffic.
  MergedCursor(const Traffic& traffic, ReplaySeed seed) {
    for (std::uint32_t stream = 0; stream < streams_of(traffic); ++stream) {
      add(ArrivalCursor(traffic.open(stream, seed), stream));
    }
  }
  void add(ArrivalCursor cursor) {
    cursors_.push_back(std::move(cursor));
    push_from(cursors_.size() - 1);
  }
  [[nodiscard]] bool next(ArrivalRow& row) {
    if (heads_.empty()) return false;
    std::tie(row, last_) = heads_.top();
    heads_.pop();
    columns_ = cursors_[last_].columns();
    push_from(last_);
    return true;
  }
  [[nodiscard]] std::size_t stream() const { return last_; }                ///< of the last row
  [[nodiscard]] const ArrivalColumns& columns() const { return columns_; }  ///< of the last row

 private:
  using Head = std::pair<ArrivalRow, std::size_t>;
  struct Later {
    bool operator()(const Head& a, const Head& b) const {
      return std::tuple(a.first.at, a.second, a.first.function, a.first.number) >
             std::tuple(b.first.at, b.second, b.first.function, b.first.number);
    }
  };
  void push_from(std::size_t cursor) {
    ArrivalRow row;
    if (cursors_[cursor].next(row)) heads_.emplace(row, cursor);
  }

  std::vector<ArrivalCursor> cursors_{};
  std::priority_queue<Head, std::vector<Head>, Later> heads_{};
  ArrivalColumns columns_{};
  std::size_t last_ = 0;
};

}  // namespace faascast
