#include "traces/arrival_row.h"

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

void BlockBuilder::clear() {
  at_.clear();
  function_.clear();
  number_.clear();
  work_word_.clear();
  for (auto* column : {&execution_, &cold_execution_, &memory_, &input_, &output_}) {
    column->clear();
  }
}

void BlockBuilder::add(const ArrivalRow& row) {
  at_.push_back(row.at);
  function_.push_back(row.function);
  number_.push_back(row.number);
  work_word_.push_back(row.work_word);
  execution_.push_back(row.execution_ns);
  cold_execution_.push_back(row.cold_execution_ns);
  memory_.push_back(row.memory_mb);
  input_.push_back(row.input_tokens);
  output_.push_back(row.output_tokens);
}

ArrivalBlock BlockBuilder::block(const ArrivalColumns& columns) const {
  ArrivalBlock block;
  block.at = at_;
  block.number = number_;
  if (columns.function) block.function = function_;
  if (columns.work_word) block.work_word = work_word_;
  if (columns.execution) block.execution_ns = execution_;
  if (columns.cold_execution) block.cold_execution_ns = cold_execution_;
  if (columns.memory) block.memory_mb = memory_;
  if (columns.input_tokens) block.input_tokens = input_;
  if (columns.output_tokens) block.output_tokens = output_;
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
