#include "traces/request_traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "input/quantity.h"
#include "sim-core/random.h"
#include "traces/arrival_row.h"
#include "traces/request_reader.h"

namespace faascast {
namespace {

constexpr std::size_t kRowsCheckedAtOpen = 1000;

constexpr std::int64_t kMostHeldSize = std::numeric_limits<std::int32_t>::max();

/// A row as it is kept.
struct HeldRow {
  std::int64_t at_ns = 0;
  std::int64_t execution_ns = 0;
  std::int64_t cold_execution_ns = 0;
  std::int32_t memory_mb = 0;
  std::int32_t input_tokens = 0;
  std::int32_t output_tokens = 0;
  std::uint32_t function = 0;
  std::uint32_t weight = 1;
  bool dated = false;
};

/// Whether nothing is lost when the row is kept.
bool can_hold(const RequestRow& row) {
  return std::max({row.memory_mb, row.input_tokens, row.output_tokens}) <= kMostHeldSize;
}

HeldRow held(const RequestRow& row) {
  return {row.at_ns,
          row.execution_ns,
          row.cold_execution_ns,
          static_cast<std::int32_t>(row.memory_mb),
          static_cast<std::int32_t>(row.input_tokens),
          static_cast<std::int32_t>(row.output_tokens),
          row.function,
          static_cast<std::uint32_t>(row.weight),
          row.dated};
}

RequestRow request(const HeldRow& row) {
  RequestRow request;
  request.at_ns = row.at_ns;
  request.function = row.function;
  request.execution_ns = row.execution_ns;
  request.cold_execution_ns = row.cold_execution_ns;
  request.memory_mb = row.memory_mb;
  request.input_tokens = row.input_tokens;
  request.output_tokens = row.output_tokens;
  request.weight = row.weight;
  request.dated = row.dated;
  return request;
}

/// Rows as they were read, and which comes when.
struct SortedRows {
  std::vector<HeldRow> rows{};
  std::vector<std::uint32_t> order{};

  explicit SortedRows(std::vector<HeldRow> all) : rows(std::move(all)), order(rows.size()) {
    std::vector<std::pair<std::int64_t, std::uint32_t>> keys;
    keys.reserve(rows.size());
    for (const HeldRow& row : rows) {
      keys.emplace_back(row.at_ns, static_cast<std::uint32_t>(keys.size()));
    }
    std::sort(keys.begin(), keys.end());
    std::transform(keys.begin(), keys.end(), order.begin(), [](const auto& k) { return k.second; });
  }
};
using HeldRows = std::shared_ptr<const SortedRows>;

/// Rows in time order: passes sorted rows on, or holds them back for as long as one may be late.
class OrderedRows {
 public:
  OrderedRows(const TraceContent& content, const RequestFormat& format,
              const RequestFileOptions& options, HeldRows kept = nullptr)
      : reader_(content, format),
        reorder_(options.reorder),
        drop_failed_(options.drop_failed),
        kept_(std::move(kept)) {}

  [[nodiscard]] const RequestReader& reader() const { return reader_; }

  [[nodiscard]] bool next(RequestRow& row) {
    if (kept_ != nullptr) return next_kept(row);
    return reorder_ ? next_reordered(row) : next_sorted(row);
  }

 private:
  struct Later {
    bool operator()(const RequestRow& a, const RequestRow& b) const {
      return std::pair(a.at_ns, a.sequence) > std::pair(b.at_ns, b.sequence);
    }
  };

  bool next_kept(RequestRow& row) {
    if (next_kept_ == kept_->order.size()) return false;
    row = request(kept_->rows[kept_->order[next_kept_++]]);
    return true;
  }

  bool read(RequestRow& row) {
    do {
      if (!reader_.next(row)) return false;
    } while (drop_failed_ && row.failed);
    row.sequence = sequence_++;
    return true;
  }

  bool next_sorted(RequestRow& row) {
    if (!read(row)) return false;
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
      if (!read(fresh)) {
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
  bool drop_failed_;
  HeldRows kept_;  ///< instead of the reader's
  std::size_t next_kept_ = 0;
  std::uint64_t sequence_ = 0;
  std::priority_queue<RequestRow, std::vector<RequestRow>, Later> held_{};
  std::int64_t latest_ns_ = std::numeric_limits<std::int64_t>::min();
  bool at_end_ = false;
};

/// Requests that a coarse clock stamped alike, spread over the clock's step or up to the next
/// stamp.
class TieSpread {
 public:
  TieSpread(OrderedRows& rows, Duration tick, Spread rule, ReplaySeed seed)
      : rows_(&rows),
        tick_ns_(rule == Spread::kBurst ? 0 : tick.count()),
        evenly_(rule == Spread::kEquidistant),
        points_(seed.seed, 0, Purpose::kSpread, 5, seed.replication) {}

  [[nodiscard]] bool next(RequestRow& row) {
    if (tick_ns_ == 0) return next_copy(row);
    if (given_ == group_.size() && !read_group()) return false;
    row = group_[given_++];
    return true;
  }

 private:
  /// The next row, as often as it counts.
  bool next_copy(RequestRow& row) {
    if (copies_left_ == 0) {
      if (!rows_->next(copied_)) return false;
      copies_left_ = std::max<std::uint64_t>(copied_.weight, 1);
    }
    --copies_left_;
    row = copied_;
    return true;
  }

  bool read_group() {
    group_.clear();
    given_ = 0;
    if (!ahead_ && !has_ahead()) return false;
    const std::int64_t at = ahead_->at_ns;
    while (ahead_ && ahead_->at_ns == at) {
      group_.push_back(*ahead_);
      (void)has_ahead();
    }
    if (group_.size() > 1) spread(at);
    return true;
  }

  bool has_ahead() {
    RequestRow row;
    const bool any = next_copy(row);
    ahead_ = any ? std::optional(row) : std::nullopt;
    return any;
  }

  /// n sorted uniform points are the partial sums of n + 1 exponential gaps over their total.
  void spread(std::int64_t at) {
    const std::int64_t step =
        ahead_ ? static_cast<std::int64_t>(std::min<Int128>(Int128{ahead_->at_ns} - at, tick_ns_))
               : tick_ns_;
    if (at > std::numeric_limits<std::int64_t>::max() - step) return;
    std::vector<double> gaps(group_.size() + 1);
    double total = 0.0;
    for (double& gap : gaps) {
      gap = evenly_ ? 1.0 : -portable_log(points_.uniform(drawn_++));
      total += gap;
    }
    double sum = 0.0;
    for (std::size_t i = 0; i < group_.size(); ++i) {
      sum += gaps[i];
      group_[i].at_ns = at + static_cast<std::int64_t>(sum / total * static_cast<double>(step));
    }
  }

  OrderedRows* rows_;
  std::int64_t tick_ns_;
  bool evenly_;
  Stream points_;
  std::uint64_t drawn_ = 0;
  std::vector<RequestRow> group_{};
  std::size_t given_ = 0;
  std::optional<RequestRow> ahead_{};
  RequestRow copied_{};
  std::uint64_t copies_left_ = 0;
};

bool has_execution(const RequestHeader& header) {
  return header.has(Field::kExecution) || header.has(Field::kReport);
}

/// Fills blocks; functions are numbered by their first appearance in time order, so that a sorted
/// file and the same rows with `reorder` give the same arrivals.
class RequestSource final : public ArrivalSource {
 public:
  RequestSource(const TraceContent& content, const RequestFormat& format,
                const RequestFileOptions& options, HeldRows kept, ReplaySeed seed)
      : rows_(content, format, options, std::move(kept)),
        spread_(rows_, format.tick, options.ties, seed) {
    const RequestHeader& header = rows_.reader().header();
    zero_is_first_ = format.zero_is_first;
    as_they_are_ = format.tick == Duration::zero() && !header.has(Field::kWeight);
    columns_.function = header.has(Field::kFunction) || header.has(Field::kVersion);
    const bool report = header.has(Field::kReport);
    columns_.execution = has_execution(header);
    columns_.cold_execution = report || header.has(Field::kColdExecution) ||
                              header.has(Field::kInit) || header.has(Field::kColdMark);
    columns_.memory = report || header.has(Field::kMemory);
    columns_.input_tokens = header.has(Field::kInputTokens);
    columns_.output_tokens = header.has(Field::kOutputTokens) || header.has(Field::kAnswerTokens);
  }

  ArrivalBlock fill() override {
    builder_.clear();
    RequestRow row;
    if (as_they_are_) {
      while (!builder_.full() && rows_.next(row)) builder_.add(arrival(row));
    } else {
      while (!builder_.full() && spread_.next(row)) builder_.add(arrival(row));
    }
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
    if (!zero_is_first_ && !row.dated) return row.at_ns;
    if (!zero_ns_) zero_ns_ = row.at_ns;
    std::int64_t at = 0;
    if (__builtin_sub_overflow(row.at_ns, *zero_ns_, &at)) {
      throw InputError(Problem{fmt::format("{}:{}", rows_.reader().name(), row.line),
                               "more than 292 years after the first row", "check the dates"});
    }
    return at;
  }

  OrderedRows rows_;
  TieSpread spread_;
  bool zero_is_first_ = false;
  bool as_they_are_ = false;  ///< a row is one request, at its instant
  ArrivalColumns columns_{};
  BlockBuilder builder_{};
  std::optional<std::int64_t> zero_ns_{};
  std::vector<std::uint32_t> dense_{};     ///< by index in the file
  std::vector<std::uint64_t> requests_{};  ///< so far, by dense index
};

class RequestTraffic final : public Traffic {
 public:
  RequestTraffic(TraceContent content, const RequestFormat& format,
                 const RequestFileOptions& options)
      : content_(std::move(content)), format_(format), options_(options) {
    if (format.order == RowOrder::kMeasured) {
      measure_rows();
    } else {
      check_first_rows();
    }
  }

  [[nodiscard]] bool independent() const override { return false; }
  [[nodiscard]] std::uint32_t functions() const override { return 1; }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t) const override { return expected_; }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t, ReplaySeed seed) const override {
    return std::make_unique<RequestSource>(content_, format_, options_, kept_, seed);
  }
  [[nodiscard]] Duration duration() const override { return Duration::zero(); }
  [[nodiscard]] std::string description() const override {
    std::string text = fmt::format("{} {}", format_.title, content_.name());
    if (options_.reorder) {
      text += fmt::format(", rows late by up to {} sorted", format_duration(*options_.reorder));
    }
    if (format_.tick > Duration::zero()) {
      text += options_.ties == Spread::kBurst
                  ? ", requests stamped alike left together"
                  : fmt::format(", requests stamped alike spread over up to {}",
                                format_duration(format_.tick));
    }
    if (options_.drop_failed) text += ", failed requests left out";
    if (!format_.note.empty()) text += fmt::format(", {}", format_.note);
    return text;
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kThin; }
  [[nodiscard]] bool has_execution() const override { return has_execution_; }

 private:
  void check_first_rows() {
    OrderedRows rows(content_, format_, options_);
    has_execution_ = faascast::has_execution(rows.reader().header());
    std::uint64_t seen = 0;
    std::uint64_t bytes = 0;
    RequestRow row;
    while (seen < kRowsCheckedAtOpen && rows.next(row)) {
      ++seen;
      bytes += rows.reader().bytes_of_line();
    }
    if (seen == 0 && format_.shape != RowShape::kCsv) fail_without_requests();
    expected_ = seen < kRowsCheckedAtOpen ? seen : content_.size() * seen / bytes;
  }

  /// Reads all rows once to see how late one can be: that bounds what sorting has to hold, where
  /// there are too many to keep.
  void measure_rows() {
    RequestReader reader(content_, format_);
    has_execution_ = faascast::has_execution(reader.header());
    RequestRow row;
    std::int64_t latest_ns = std::numeric_limits<std::int64_t>::min();
    Int128 late_ns = 0;
    std::vector<HeldRow> rows;
    bool keep = true;
    std::uint64_t bytes = 0;
    while (reader.next(row)) {
      if (options_.drop_failed && row.failed) continue;
      keep = keep && rows.size() < options_.most_kept && can_hold(row);
      if (keep) rows.push_back(held(row));
      bytes += reader.bytes_of_line();
      if (rows.size() == kRowsCheckedAtOpen) {  // so that it need not grow
        const std::uint64_t guess = content_.size() / (bytes / kRowsCheckedAtOpen + 1);
        rows.reserve(std::clamp<std::uint64_t>(guess, rows.size(), options_.most_kept));
      }
      expected_ += row.weight;
      latest_ns = std::max(latest_ns, row.at_ns);
      late_ns = std::max(late_ns, Int128{latest_ns} - row.at_ns);
    }
    if (expected_ == 0) fail_without_requests();
    if (keep) kept_ = std::make_shared<const SortedRows>(std::move(rows));
    if (late_ns == 0) return options_.reorder.reset();
    constexpr Int128 kMost = std::numeric_limits<std::int64_t>::max();
    options_.reorder = Duration(static_cast<std::int64_t>(std::min(late_ns, kMost)));
  }

  [[noreturn]] void fail_without_requests() const {
    throw InputError(Problem{content_.name(), fmt::format("no request of a {}", format_.title),
                             "name another format, or another file"});
  }

  TraceContent content_;
  const RequestFormat& format_;  ///< static
  RequestFileOptions options_;
  HeldRows kept_{};
  bool has_execution_ = false;
  std::uint64_t expected_ = 0;
};

}  // namespace

std::shared_ptr<const Traffic> open_request_file(TraceContent content, const RequestFormat& format,
                                                 const RequestFileOptions& options) {
  return std::make_shared<RequestTraffic>(std::move(content), format, options);
}

}  // namespace faascast
