#include "traces/array_traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "input/byte_reader.h"
#include "sim-core/error.h"
#include "traces/merged_cursor.h"

namespace faascast {
namespace {

using Numbers = std::vector<std::int64_t>;

/// The optional columns of durations and sizes by their names in the plain format.
constexpr std::pair<const char*, Numbers ArrivalArrays::*> kOptional[] = {
    {"execution_s", &ArrivalArrays::execution_ns},
    {"cold_execution_s", &ArrivalArrays::cold_execution_ns},
    {"memory_mb", &ArrivalArrays::memory_mb},
    {"input_tokens", &ArrivalArrays::input_tokens},
    {"output_tokens", &ArrivalArrays::output_tokens}};

void check(const ArrivalArrays& arrays) {
  std::vector<Problem> problems;
  const std::size_t rows = arrays.at_ns.size();
  const auto check_length = [&](const char* name, std::size_t length) {
    if (length == 0 || length == rows) return;
    problems.push_back({name, fmt::format("{} values for {} arrivals", length, rows),
                        "give one for each arrival"});
  };
  check_length("function", arrays.function.size());
  if (rows == 0) problems.push_back({"arrival_s", "no arrivals", "give at least one"});
  if (rows > 0 && arrays.at_ns.front() < 0) {
    problems.push_back({"arrival_s", "the first arrival is before the start of the run",
                        "count from zero: subtract the first value"});
  }
  if (const auto late = std::is_sorted_until(arrays.at_ns.begin(), arrays.at_ns.end());
      late != arrays.at_ns.end()) {
    problems.push_back({fmt::format("arrival_s[{}]", late - arrays.at_ns.begin()),
                        "earlier than the arrival before it", "sort the rows by arrival"});
  }
  for (const auto& [name, member] : kOptional) {
    const Numbers& column = arrays.*member;
    check_length(name, column.size());
    const auto bad = std::find_if(column.begin(), column.end(),
                                  [](std::int64_t v) { return v < ArrivalBlock::kAbsent; });
    if (bad == column.end()) continue;
    problems.push_back({fmt::format("{}[{}]", name, bad - column.begin()), "below zero",
                        "leave it empty (NaN) where it is not known"});
  }
  if (!arrays.cold_execution_ns.empty() && arrays.execution_ns.empty()) {
    problems.push_back({"cold_execution_s", "there is no execution_s beside it",
                        "give both: the second says how long a warm request takes"});
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

/// Each request's own number in its function.
std::vector<std::uint64_t> numbers_of(const std::vector<std::uint32_t>& function) {
  std::vector<std::uint64_t> numbers;
  std::vector<std::uint64_t> next;
  numbers.reserve(function.size());
  for (const std::uint32_t f : function) {
    if (f >= next.size()) next.resize(f + std::size_t{1});
    numbers.push_back(next[f]++);
  }
  return numbers;
}

struct Content {
  ArrivalArrays arrays{};
  std::vector<std::uint64_t> number{};  ///< empty: consecutive
};

class ArraySource final : public ArrivalSource {
 public:
  explicit ArraySource(std::shared_ptr<const Content> content) : content_(std::move(content)) {}

  ArrivalBlock fill() override {
    const ArrivalArrays& arrays = content_->arrays;
    const std::size_t size = std::min(kArrivalBlock, arrays.at_ns.size() - next_);
    const auto part = [&](const auto& column) {
      const std::span all(column);
      return all.empty() ? all : all.subspan(next_, size);
    };
    ArrivalBlock block;
    block.at = part(arrays.at_ns);
    block.function = part(arrays.function);
    block.number = part(content_->number);
    block.first_number = next_;
    block.execution_ns = part(arrays.execution_ns);
    block.cold_execution_ns = part(arrays.cold_execution_ns);
    block.memory_mb = part(arrays.memory_mb);
    block.input_tokens = part(arrays.input_tokens);
    block.output_tokens = part(arrays.output_tokens);
    next_ += size;
    return block;
  }

 private:
  std::shared_ptr<const Content> content_;
  std::size_t next_ = 0;
};

class ArrayTraffic final : public Traffic {
 public:
  explicit ArrayTraffic(ArrivalArrays arrays) {
    Content content;
    content.number = numbers_of(arrays.function);
    for (const std::uint32_t f : arrays.function) functions_ = std::max(functions_, f + 1);
    content.arrays = std::move(arrays);
    content_ = std::make_shared<const Content>(std::move(content));
  }

  [[nodiscard]] bool independent() const override { return false; }
  [[nodiscard]] std::uint32_t functions() const override { return functions_; }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t /*function*/) const override {
    return content_->arrays.at_ns.size();
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t /*function*/,
                                                    ReplaySeed /*seed*/) const override {
    return std::make_unique<ArraySource>(content_);
  }
  [[nodiscard]] Duration duration() const override { return Duration::zero(); }
  [[nodiscard]] std::string description() const override {
    return fmt::format("{} arrivals given in memory{}", content_->arrays.at_ns.size(),
                       functions_ > 1 ? fmt::format(", {} functions", functions_) : "");
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kThin; }
  [[nodiscard]] bool has_execution() const override {
    return !content_->arrays.execution_ns.empty();
  }

 private:
  std::shared_ptr<const Content> content_;
  std::uint32_t functions_ = 1;
};

template <class Column>
std::string_view bytes_of(const Column& column) {
  return {reinterpret_cast<const char*>(column.data()),
          column.size() * sizeof(typename Column::value_type)};
}

}  // namespace

std::shared_ptr<const Traffic> array_traffic(ArrivalArrays arrays) {
  check(arrays);
  return std::make_shared<ArrayTraffic>(std::move(arrays));
}

ArrivalArrays arrays_of(const Traffic& traffic, ReplaySeed seed) {
  ArrivalArrays arrays;
  MergedCursor cursor(traffic, seed);
  const bool has_functions = traffic.functions() > 1;
  bool any_function = has_functions;
  const auto add = [](Numbers& column, std::size_t rows, bool present, std::int64_t value) {
    if (!present && column.empty()) return;
    column.resize(rows, ArrivalBlock::kAbsent);
    column.push_back(present ? value : ArrivalBlock::kAbsent);
  };
  for (ArrivalRow row; cursor.next(row);) {
    const ArrivalColumns& columns = cursor.columns();
    const std::size_t rows = arrays.at_ns.size();
    arrays.at_ns.push_back(row.at);
    any_function = any_function || row.function > 0;
    arrays.function.push_back(row.function);
    add(arrays.execution_ns, rows, columns.execution, row.execution_ns);
    add(arrays.cold_execution_ns, rows, columns.cold_execution, row.cold_execution_ns);
    add(arrays.memory_mb, rows, columns.memory, row.memory_mb);
    add(arrays.input_tokens, rows, columns.input_tokens, row.input_tokens);
    add(arrays.output_tokens, rows, columns.output_tokens, row.output_tokens);
  }
  if (!any_function) arrays.function.clear();
  return arrays;
}

std::string hash_of(const ArrivalArrays& arrays) {
  std::string hashes = sha256_hex(bytes_of(arrays.at_ns)) + sha256_hex(bytes_of(arrays.function));
  for (const auto& [name, member] : kOptional) hashes += sha256_hex(bytes_of(arrays.*member));
  return sha256_hex(hashes);
}

}  // namespace faascast
