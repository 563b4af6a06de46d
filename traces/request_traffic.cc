#include "traces/request_traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

#include "input/quantity.h"
#include "traces/arrival_row.h"
#include "traces/request_reader.h"

namespace faascast {
namespace {

constexpr std::size_t kRowsCheckedAtOpen = 1000;

/// Rows in time order: passes sorted rows on, or holds them back for as long as one may be late.
class OrderedRows {
 public:
  OrderedRows(const TraceContent& content, const RequestFormat& format,
              std::optional<Duration> reorder)
      : reader_(content, format), reorder_(reorder) {}

  [[nodiscard]] const RequestReader& reader() const { return reader_; }

  [[nodiscard]] bool next(RequestRow& row) {
    return reorder_ ? next_reordered(row) : next_sorted(row);
  }

 private:
  struct Later {
    bool operator()(const RequestRow& a, const RequestRow& b) const {
      return std::pair(a.at_ns, a.line) > std::pair(b.at_ns, b.line);
    }
  };

  bool next_sorted(RequestRow& row) {
    if (!reader_.next(row)) return false;
    if (row.at_ns < latest_ns_) {
      fail("earlier than the row before",
           "sort the file, or set reorder to the longest time a row may be late, such as '10 s'");
    }
    latest_ns_ = row.at_ns;
    return true;
  }

  bool next_reordered(RequestRow& row) {
    while (!at_end_ && (held_.empty() || lateness_ns(held_.top()) <= reorder_->count())) {
      RequestRow fresh;
      if (!reader_.next(fresh)) {
        at_end_ = true;
        break;
      }
      if (lateness_ns(fresh) > reorder_->count()) {
        fail(fmt::format("later than reorder = '{}' allows", format_duration(*reorder_)),
             "raise reorder, or sort the file");
      }
      latest_ns_ = std::max(latest_ns_, fresh.at_ns);
      held_.push(fresh);
    }
    if (held_.empty()) return false;
    row = held_.top();
    held_.pop();
    return true;
  }

  /// How far the row lies before the latest one.
  [[nodiscard]] Int128 lateness_ns(const RequestRow& row) const {
    return any_row() ? Int128{latest_ns_} - row.at_ns : Int128{0};
  }
  [[nodiscard]] bool any_row() const {
    return latest_ns_ != std::numeric_limits<std::int64_t>::min();
  }

  [[noreturn]] void fail(std::string what, std::string mend) const {
    throw InputError(Problem{reader_.place_of_instant(), std::move(what), std::move(mend)});
  }

  RequestReader reader_;
  std::optional<Duration> reorder_;
  std::priority_queue<RequestRow, std::vector<RequestRow>, Later> held_{};
  std::int64_t latest_ns_ = std::numeric_limits<std::int64_t>::min();
  bool at_end_ = false;
};

/// Fills blocks; functions are numbered by their first appearance in time order, so that a sorted
/// file and the same rows with `reorder` give the same arrivals.
class RequestSource final : public ArrivalSource {
 public:
  RequestSource(const TraceContent& content, const RequestFormat& format,
                std::optional<Duration> reorder)
      : rows_(content, format, reorder) {
    const RequestHeader& header = rows_.reader().header();
    from_first_row_ = header.has(Field::kTimestamp);
    columns_.function = header.has(Field::kFunction) || header.has(Field::kVersion);
    columns_.execution = header.has(Field::kExecution);
    columns_.cold_execution = header.has(Field::kColdExecution);
    columns_.memory = header.has(Field::kMemory);
    columns_.input_tokens = header.has(Field::kInputTokens);
    columns_.output_tokens = header.has(Field::kOutputTokens);
  }

  ArrivalBlock fill() override {
    builder_.clear();
    for (RequestRow row; !builder_.full() && rows_.next(row);) builder_.add(arrival(row));
    ArrivalBlock block = builder_.block(columns_);
    if (!columns_.function && block.size() > 0) {  // consecutive
      block.first_number = block.number.front();
      block.number = {};
    }
    return block;
  }

 private:
  static constexpr std::uint32_t kUnseen = std::numeric_limits<std::uint32_t>::max();

  ArrivalRow arrival(const RequestRow& row) {
    ArrivalRow arrival;
    arrival.at = instant(row);
    arrival.function = dense_index(row.function);
    arrival.number = requests_[arrival.function]++;
    arrival.execution_ns = row.execution_ns;
    arrival.cold_execution_ns = row.cold_execution_ns;
    arrival.memory_mb = row.memory_mb;
    arrival.input_tokens = row.input_tokens;
    arrival.output_tokens = row.output_tokens;
    return arrival;
  }

  std::uint32_t dense_index(std::uint32_t in_file) {
    if (in_file >= dense_.size()) dense_.resize(in_file + 1, kUnseen);
    if (dense_[in_file] == kUnseen) {
      dense_[in_file] = static_cast<std::uint32_t>(requests_.size());
      requests_.push_back(0);
    }
    return dense_[in_file];
  }

  std::int64_t instant(const RequestRow& row) {
    if (!from_first_row_) return row.at_ns;
    if (!zero_ns_) zero_ns_ = row.at_ns;
    std::int64_t at = 0;
    if (__builtin_sub_overflow(row.at_ns, *zero_ns_, &at)) {
      throw InputError(Problem{fmt::format("{}:{}", rows_.reader().name(), row.line),
                               "more than 292 years after the first row", "check the dates"});
    }
    return at;
  }

  OrderedRows rows_;
  bool from_first_row_ = false;
  ArrivalColumns columns_{};
  BlockBuilder builder_{};
  std::optional<std::int64_t> zero_ns_{};
  std::vector<std::uint32_t> dense_{};     ///< by index in the file
  std::vector<std::uint64_t> requests_{};  ///< so far, by dense index
};

class RequestTraffic final : public Traffic {
 public:
  RequestTraffic(TraceContent content, const RequestFormat& format, std::optional<Duration> reorder)
      : content_(std::move(content)), format_(format), reorder_(reorder) {
    OrderedRows rows(content_, format_, reorder_);
    has_execution_ = rows.reader().header().has(Field::kExecution);
    std::uint64_t seen = 0;
    std::uint64_t bytes = 0;
    RequestRow row;
    while (seen < kRowsCheckedAtOpen && rows.next(row)) {
      ++seen;
      bytes += rows.reader().bytes_of_line();
    }
    expected_ = seen < kRowsCheckedAtOpen ? seen : content_.size() * seen / bytes;
  }

  [[nodiscard]] bool independent() const override { return false; }
  [[nodiscard]] std::uint32_t functions() const override { return 1; }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t) const override { return expected_; }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t, ReplaySeed) const override {
    return std::make_unique<RequestSource>(content_, format_, reorder_);
  }
  [[nodiscard]] Duration duration() const override { return Duration::zero(); }
  [[nodiscard]] std::string description() const override {
    std::string text = fmt::format("{} {}", format_.title, content_.name());
    if (reorder_) text += fmt::format(", rows late by up to {} sorted", format_duration(*reorder_));
    return text;
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kThin; }
  [[nodiscard]] bool has_execution() const override { return has_execution_; }

 private:
  TraceContent content_;
  const RequestFormat& format_;  ///< static
  std::optional<Duration> reorder_;
  bool has_execution_ = false;
  std::uint64_t expected_ = 0;
};

}  // namespace

std::shared_ptr<const Traffic> open_request_file(TraceContent content, const RequestFormat& format,
                                                 std::optional<Duration> reorder) {
  return std::make_shared<RequestTraffic>(std::move(content), format, reorder);
}

}  // namespace faascast
