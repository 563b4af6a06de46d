#include "sim-core/merged_source.h"

#include <algorithm>
#include <functional>
#include <span>

namespace faascast {
namespace {

std::span<const std::int64_t> column_of(const ArrivalBlock& block, std::size_t column) {
  switch (column) {
    case 0:
      return block.execution_ns;
    case 1:
      return block.cold_execution_ns;
    case 2:
      return block.memory_mb;
    case 3:
      return block.input_tokens;
    default:
      return block.output_tokens;
  }
}

}  // namespace

MergedSource::MergedSource(const Traffic& traffic, ReplaySeed seed) {
  streams_.resize(traffic.functions());
  for (std::uint32_t f = 0; f < traffic.functions(); ++f) {
    streams_[f].source = traffic.open(f, seed);
    refill(streams_[f]);
    if (streams_[f].source) heads_.push_back({streams_[f].block.at[0], f});
  }
  std::make_heap(heads_.begin(), heads_.end(), std::greater<>());
}

void MergedSource::refill(Stream& stream) {
  stream.block = stream.source->fill();
  stream.next = 0;
  if (stream.block.size() == 0) stream.source.reset();
}

void MergedSource::take(Stream& stream, std::uint32_t function) {
  const ArrivalBlock& block = stream.block;
  const std::size_t i = stream.next++;
  at_.push_back(block.at[i]);
  function_.push_back(function);
  number_.push_back(block.number.empty() ? block.first_number + i : block.number[i]);
  all_have_words_ = all_have_words_ && !block.work_word.empty();
  work_word_.push_back(block.work_word.empty() ? 0 : block.work_word[i]);
  for (std::size_t c = 0; c < kColumns; ++c) {
    const auto column = column_of(block, c);
    has_column_[c] = has_column_[c] || !column.empty();
    columns_[c].push_back(column.empty() ? ArrivalBlock::kAbsent : column[i]);
  }
}

ArrivalBlock MergedSource::fill() {
  at_.clear();
  function_.clear();
  number_.clear();
  work_word_.clear();
  for (auto& column : columns_) column.clear();
  all_have_words_ = true;
  std::fill(std::begin(has_column_), std::end(has_column_), false);
  while (at_.size() < kArrivalBlock && !heads_.empty()) {
    std::pop_heap(heads_.begin(), heads_.end(), std::greater<>());
    Head& head = heads_.back();
    Stream& stream = streams_[head.function];
    take(stream, head.function);
    if (stream.next == stream.block.size()) refill(stream);
    if (!stream.source) {
      heads_.pop_back();
      continue;
    }
    head.at = stream.block.at[stream.next];
    std::push_heap(heads_.begin(), heads_.end(), std::greater<>());
  }
  ArrivalBlock block;
  block.at = at_;
  block.function = function_;
  block.number = number_;
  if (all_have_words_) block.work_word = work_word_;
  if (has_column_[0]) block.execution_ns = columns_[0];
  if (has_column_[1]) block.cold_execution_ns = columns_[1];
  if (has_column_[2]) block.memory_mb = columns_[2];
  if (has_column_[3]) block.input_tokens = columns_[3];
  if (has_column_[4]) block.output_tokens = columns_[4];
  return block;
}

}  // namespace faascast
