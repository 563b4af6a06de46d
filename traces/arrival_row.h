#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "sim-core/arrivals.h"

namespace faascast {

/// One arrival with all its columns: for code that moves arrivals about one by one.
struct ArrivalRow {
  std::int64_t at = 0;
  std::uint32_t function = 0;
  std::uint64_t number = 0;
  std::uint64_t work_word = 0;
  std::int64_t execution_ns = ArrivalBlock::kAbsent;
  std::int64_t cold_execution_ns = ArrivalBlock::kAbsent;
  std::int64_t memory_mb = ArrivalBlock::kAbsent;
  std::int64_t input_tokens = ArrivalBlock::kAbsent;
  std::int64_t output_tokens = ArrivalBlock::kAbsent;
};

/// Which optional columns there are.
struct ArrivalColumns {
  bool function = false;
  bool work_word = false;
  bool execution = false;
  bool cold_execution = false;
  bool memory = false;
  bool input_tokens = false;
  bool output_tokens = false;

  static ArrivalColumns of(const ArrivalBlock& block);
};

/// Row i of a block. @param function the index where the block has no such column
[[nodiscard]] ArrivalRow row_of(const ArrivalBlock& block, std::size_t i, std::uint32_t function);

/// Collects at most kArrivalBlock rows into a block, which is valid until the next clear().
class BlockBuilder {
 public:
  void clear() { size_ = 0; }
  /// @pre !full()
  void add(const ArrivalRow& row);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool full() const { return size_ == kArrivalBlock; }
  /// Numbers are always given.
  [[nodiscard]] ArrivalBlock block(const ArrivalColumns& columns) const;

 private:
  template <class Value>
  using Column = std::array<Value, kArrivalBlock>;

  std::size_t size_ = 0;
  Column<std::int64_t> at_;
  Column<std::uint32_t> function_;
  Column<std::uint64_t> number_;
  Column<std::uint64_t> work_word_;
  Column<std::int64_t> execution_;
  Column<std::int64_t> cold_execution_;
  Column<std::int64_t> memory_;
  Column<std::int64_t> input_;
  Column<std::int64_t> output_;
};

/// Walks a source arrival by arrival.
class ArrivalCursor {
 public:
  explicit ArrivalCursor(std::unique_ptr<ArrivalSource> source, std::uint32_t function = 0)
      : source_(std::move(source)), function_(function) {}

  /// @return false at the end.
  [[nodiscard]] bool next(ArrivalRow& row);
  [[nodiscard]] const ArrivalColumns& columns() const { return columns_; }  ///< of the last row

 private:
  std::unique_ptr<ArrivalSource> source_;
  std::uint32_t function_;
  ArrivalBlock block_{};
  ArrivalColumns columns_{};
  std::size_t at_ = 0;
};

}  // namespace faascast
