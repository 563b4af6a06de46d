#include "traces/arrival_row.h"

#include <cassert>

namespace faascast {

ArrivalColumns ArrivalColumns::of(const ArrivalBlock& block) {
  ArrivalColumns columns;
  columns.function = !block.function.empty();
  columns.work_word = !block.work_word.empty();
  columns.execution = !block.execution_ns.empty();
  columns.cold_execution = !block.cold_execution_ns.empty();
  columns.memory = !block.memory_mb.empty();
  columns.input_tokens = !block.input_tokens.empty();
  columns.output_tokens = !block.output_tokens.empty();
  return columns;
}

ArrivalRow row_of(const ArrivalBlock& block, std::size_t i, std::uint32_t function) {
  const auto cell = [i](std::span<const std::int64_t> column) {
    return column.empty() ? ArrivalBlock::kAbsent : column[i];
  };
  ArrivalRow row;
  row.at = block.at[i];
  row.function = block.function.empty() ? function : block.function[i];
  row.number = block.number.empty() ? block.first_number + i : block.number[i];
  if (!block.work_word.empty()) row.work_word = block.work_word[i];
  row.execution_ns = cell(block.execution_ns);
  row.cold_execution_ns = cell(block.cold_execution_ns);
  row.memory_mb = cell(block.memory_mb);
  row.input_tokens = cell(block.input_tokens);
  row.output_tokens = cell(block.output_tokens);
  return row;
}

void BlockBuilder::add(const ArrivalRow& row) {
  assert(!full() && "add() to a full block");
  at_[size_] = row.at;
  function_[size_] = row.function;
  number_[size_] = row.number;
  work_word_[size_] = row.work_word;
  execution_[size_] = row.execution_ns;
  cold_execution_[size_] = row.cold_execution_ns;
  memory_[size_] = row.memory_mb;
  input_[size_] = row.input_tokens;
  output_[size_] = row.output_tokens;
  ++size_;
}

ArrivalBlock BlockBuilder::block(const ArrivalColumns& columns) const {
  const auto filled = [this](const auto& column) { return std::span(column).first(size_); };
  ArrivalBlock block;
  block.at = filled(at_);
  block.number = filled(number_);
  if (columns.function) block.function = filled(function_);
  if (columns.work_word) block.work_word = filled(work_word_);
  if (columns.execution) block.execution_ns = filled(execution_);
  if (columns.cold_execution) block.cold_execution_ns = filled(cold_execution_);
  if (columns.memory) block.memory_mb = filled(memory_);
  if (columns.input_tokens) block.input_tokens = filled(input_);
  if (columns.output_tokens) block.output_tokens = filled(output_);
  return block;
}

bool ArrivalCursor::next(ArrivalRow& row) {
  if (at_ == block_.size()) {
    block_ = source_->fill();
    at_ = 0;
    if (block_.size() == 0) return false;
    columns_ = ArrivalColumns::of(block_);
  }
  row = row_of(block_, at_++, function_);
  return true;
}

}  // namespace faascast
