#include "traces/scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "input/quantity.h"
#include "sim-core/error.h"
#include "sim-core/random.h"
#include "traces/arrival_row.h"

namespace faascast {
namespace {

constexpr Duration kDay = std::chrono::hours(24);
constexpr Duration kLongestJitter = std::chrono::hours(1);
constexpr unsigned kCopyShift = 48;  ///< a copy's index stands above this bit of its numbers
/// A request file up to this many rows is kept in memory while it is superposed.
constexpr std::size_t kMostRecorded = std::size_t{1} << 19U;

/// What all kinds of scaled traffic take over from the original.
class ScaledTraffic : public Traffic {
 public:
  ScaledTraffic(std::shared_ptr<const Traffic> original, double factor)
      : original_(std::move(original)), factor_(factor) {}

  [[nodiscard]] bool independent() const override { return original_->independent(); }
  [[nodiscard]] std::uint32_t functions() const override { return original_->functions(); }
  [[nodiscard]] Duration duration() const override { return original_->duration(); }
  [[nodiscard]] ScaleBy default_scale_by() const override { return original_->default_scale_by(); }
  [[nodiscard]] bool has_execution() const override { return original_->has_execution(); }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t function) const override {
    return static_cast<std::uint64_t>(
        std::llround(factor_ * static_cast<double>(original_->expected_requests(function))));
  }
  [[nodiscard]] const Traffic& original() const { return *original_; }
  [[nodiscard]] double factor() const { return factor_; }

 private:
  std::shared_ptr<const Traffic> original_;
  double factor_;
};

// ---- kTime ----

std::int64_t squeezed(std::int64_t ns, double factor) {
  // Doubles are monotone, so the order of arrivals stays.
  constexpr double kMost = 9.2e18;
  return static_cast<std::int64_t>(std::min(static_cast<double>(ns) / factor, kMost));
}

class TimeScaledSource final : public ArrivalSource {
 public:
  TimeScaledSource(std::unique_ptr<ArrivalSource> original, double factor)
      : original_(std::move(original)), factor_(factor) {}

  ArrivalBlock fill() override {
    ArrivalBlock block = original_->fill();
    at_.resize(block.size());
    for (std::size_t i = 0; i < at_.size(); ++i) at_[i] = squeezed(block.at[i], factor_);
    block.at = at_;
    return block;
  }

 private:
  std::unique_ptr<ArrivalSource> original_;
  double factor_;
  std::vector<std::int64_t> at_{};
};

class TimeScaledTraffic final : public ScaledTraffic {
 public:
  using ScaledTraffic::ScaledTraffic;
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t function) const override {
    return original().expected_requests(function);
  }
  [[nodiscard]] Duration duration() const override {
    return Duration(squeezed(original().duration().count(), factor()));
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    return std::make_unique<TimeScaledSource>(original().open(function, seed), factor());
  }
  [[nodiscard]] std::string description() const override {
    return fmt::format("{}; rate x {:.6g} by time", original().description(), factor());
  }
};

// ---- kThin, factor < 1 ----

/// Whether a request belongs to a share of all requests: shares are nested.
class Thinning {
 public:
  Thinning(double share, ReplaySeed seed) : share_(share), seed_(seed) {}

  [[nodiscard]] bool keeps(std::uint32_t function, std::uint64_t number) {
    if (share_ >= 1.0) return true;
    return stream_of(function).uniform(number) < share_;
  }
  /// For requests first .. first+n-1 of a function.
  void keeps(std::uint32_t function, std::uint64_t first, std::vector<std::uint64_t>& words) {
    stream_of(function).words(first, words, {});
  }
  [[nodiscard]] bool keeps_word(std::uint64_t word) const {
    return uniform_from_word(word) < share_;
  }

 private:
  const Stream& stream_of(std::uint32_t function) {
    if (!stream_ || function != function_) {
      stream_.emplace(seed_.seed, function, Purpose::kThinning, std::uint16_t{0},
                      seed_.replication);
      function_ = function;
    }
    return *stream_;
  }

  double share_;
  ReplaySeed seed_;
  std::uint32_t function_ = 0;
  std::optional<Stream> stream_{};  ///< of the function asked last
};

class ThinnedSource final : public ArrivalSource {
 public:
  ThinnedSource(std::unique_ptr<ArrivalSource> original, std::uint32_t function, Thinning thinning)
      : original_(std::move(original)), function_(function), thinning_(std::move(thinning)) {}

  ArrivalBlock fill() override {
    builder_.clear();
    while (builder_.size() == 0) {
      const ArrivalBlock block = original_->fill();
      if (block.size() == 0) return {};
      columns_ = ArrivalColumns::of(block);
      take_from(block);
    }
    return builder_.block(columns_);
  }

 private:
  void take_from(const ArrivalBlock& block) {
    const bool consecutive = block.function.empty() && block.number.empty();
    words_.resize(consecutive ? block.size() : 0);
    if (consecutive) thinning_.keeps(function_, block.first_number, words_);
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (consecutive && !thinning_.keeps_word(words_[i])) continue;
      const ArrivalRow row = row_of(block, i, function_);
      if (consecutive || thinning_.keeps(row.function, row.number)) builder_.add(row);
    }
  }

  std::unique_ptr<ArrivalSource> original_;
  std::uint32_t function_;
  Thinning thinning_;
  ArrivalColumns columns_{};
  BlockBuilder builder_{};
  std::vector<std::uint64_t> words_{};
};

class ThinnedTraffic final : public ScaledTraffic {
 public:
  using ScaledTraffic::ScaledTraffic;
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    return std::make_unique<ThinnedSource>(original().open(function, seed), function,
                                           Thinning(factor(), seed));
  }
  [[nodiscard]] std::string description() const override {
    return fmt::format("{}; rate x {:.6g} by thinning", original().description(), factor());
  }
};

// ---- kThin, factor > 1 ----

/// One copy, shifted and wrapped at the end of the span: the original is read from where it is
/// shifted beyond the end, and then once more from its start.
class ShiftedCopy {
 public:
  ShiftedCopy(const Traffic& original, std::uint32_t function, ReplaySeed seed, std::uint64_t copy,
              Duration shift, Duration span, Thinning thinning)
      : original_(&original),
        function_(function),
        seed_(seed),
        copy_(copy),
        shift_(shift.count()),
        wraps_from_((span - shift).count()),
        thinning_(std::move(thinning)),
        cursor_(original.open(function, seed), function),
        wrapped_(shift_ > 0) {}

  [[nodiscard]] bool next(ArrivalRow& row) {
    while (next_unthinned(row)) {
      row.number += copy_ << kCopyShift;
      if (thinning_.keeps(row.function, row.number)) return true;
    }
    return false;
  }
  [[nodiscard]] const ArrivalColumns& columns() const { return cursor_.columns(); }

 private:
  bool next_unthinned(ArrivalRow& row) {
    while (wrapped_ && cursor_.next(row)) {
      if (row.at < wraps_from_) continue;
      row.at -= wraps_from_;
      return true;
    }
    if (wrapped_) {
      wrapped_ = false;
      cursor_ = ArrivalCursor(original_->open(function_, seed_), function_);
    }
    if (!cursor_.next(row) || (shift_ > 0 && row.at >= wraps_from_)) return false;
    row.at += shift_;
    return true;
  }

  const Traffic* original_;
  std::uint32_t function_;
  ReplaySeed seed_;
  std::uint64_t copy_;
  std::int64_t shift_;
  std::int64_t wraps_from_;
  Thinning thinning_;
  ArrivalCursor cursor_;
  bool wrapped_;  ///< in the part that is shifted beyond the end
};

/// Copies merged in the order of (instant, function, number).
class SuperposedSource final : public ArrivalSource {
 public:
  explicit SuperposedSource(std::vector<ShiftedCopy> copies)
      : copies_(std::move(copies)), rows_(copies_.size()) {
    for (std::size_t copy = 0; copy < copies_.size(); ++copy) push_from(copy);
  }

  ArrivalBlock fill() override {
    builder_.clear();
    while (!builder_.full() && !heads_.empty()) {
      const std::size_t copy = heads_.top().copy;
      heads_.pop();
      builder_.add(rows_[copy]);
      push_from(copy);
    }
    return builder_.block(columns_);
  }

 private:
  struct Head {
    std::int64_t at = 0;
    std::uint32_t function = 0;
    std::uint64_t number = 0;
    std::size_t copy = 0;
  };
  struct Later {
    bool operator()(const Head& a, const Head& b) const {
      if (a.at != b.at) return a.at > b.at;
      return std::pair(a.function, a.number) > std::pair(b.function, b.number);
    }
  };

  void push_from(std::size_t copy) {
    ArrivalRow& row = rows_[copy];
    if (!copies_[copy].next(row)) return;
    heads_.push({row.at, row.function, row.number, copy});
    columns_ = copies_[copy].columns();
    columns_.work_word = false;  // drawn for other numbers
  }

  std::vector<ShiftedCopy> copies_;
  std::vector<ArrivalRow> rows_;  ///< the next of each copy
  std::priority_queue<Head, std::vector<Head>, Later> heads_{};
  ArrivalColumns columns_{};
  BlockBuilder builder_{};
};

class RecordedSource final : public ArrivalSource {
 public:
  RecordedSource(const std::vector<ArrivalRow>& rows, ArrivalColumns columns)
      : rows_(&rows), columns_(columns) {}
  ArrivalBlock fill() override {
    builder_.clear();
    while (!builder_.full() && next_ < rows_->size()) builder_.add((*rows_)[next_++]);
    return builder_.block(columns_);
  }

 private:
  const std::vector<ArrivalRow>* rows_;
  ArrivalColumns columns_;
  BlockBuilder builder_{};
  std::size_t next_ = 0;
};

/// A short request file, read once for all its copies.
class RecordedTraffic final : public ScaledTraffic {
 public:
  RecordedTraffic(std::shared_ptr<const Traffic> original, std::vector<ArrivalRow> rows,
                  ArrivalColumns columns)
      : ScaledTraffic(std::move(original), 1.0), rows_(std::move(rows)), columns_(columns) {}
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t, ReplaySeed) const override {
    return std::make_unique<RecordedSource>(rows_, columns_);
  }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t) const override {
    return rows_.size();
  }
  [[nodiscard]] std::string description() const override { return original().description(); }

 private:
  std::vector<ArrivalRow> rows_;
  ArrivalColumns columns_;
};

class SuperposedTraffic final : public ScaledTraffic {
 public:
  SuperposedTraffic(std::shared_ptr<const Traffic> original, double factor, Duration span)
      : ScaledTraffic(std::move(original), factor), span_(span) {
    if (span_ > kDay) span_ = (span_ + kDay - Duration(1)) / kDay * kDay;
  }

  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    const double whole = std::floor(factor());
    const auto copies = static_cast<std::uint64_t>(std::ceil(factor()));
    std::vector<ShiftedCopy> all;
    all.reserve(copies);
    for (std::uint64_t copy = 0; copy < copies; ++copy) {
      const double share = static_cast<double>(copy) < whole ? 1.0 : factor() - whole;
      all.emplace_back(original(), function, seed, copy, shift_of(copy, seed), span_,
                       Thinning(share, seed));
    }
    return std::make_unique<SuperposedSource>(std::move(all));
  }
  [[nodiscard]] Duration duration() const override {
    return original().duration() == Duration::zero() ? Duration::zero() : span_;
  }
  [[nodiscard]] std::string description() const override {
    return fmt::format("{}; rate x {:.6g} by superposed copies shifted in time",
                       original().description(), factor());
  }

 private:
  [[nodiscard]] Duration shift_of(std::uint64_t copy, ReplaySeed seed) const {
    if (copy == 0 || span_ <= Duration(1)) return Duration::zero();
    const auto days = std::max<std::int64_t>(span_ / kDay, 1);
    const Duration whole_days = (static_cast<std::int64_t>(copy) % days) * kDay;
    const Duration longest = std::min(span_, kLongestJitter);
    const double u = Stream(seed.seed, copy, Purpose::kPhase, 0, seed.replication).uniform(0);
    const Duration jitter(static_cast<std::int64_t>(u * static_cast<double>(longest.count())));
    return (whole_days + jitter) % span_;
  }

  Duration span_;
};

std::shared_ptr<const Traffic> superposed(std::shared_ptr<const Traffic> traffic, double factor) {
  if (traffic->independent() && traffic->duration() > Duration::zero()) {
    const Duration span = traffic->duration();
    return std::make_shared<SuperposedTraffic>(std::move(traffic), factor, span);
  }
  std::vector<ArrivalRow> rows;
  Duration span{1};
  ArrivalColumns columns;
  bool keep = !traffic->independent();
  for (std::uint32_t function = 0; function < (keep ? 1 : traffic->functions()); ++function) {
    ArrivalCursor cursor(traffic->open(function, ReplaySeed{}), function);
    for (ArrivalRow row; cursor.next(row);) {
      span = std::max(span, Duration(row.at + 1));
      keep = keep && rows.size() < kMostRecorded;
      if (keep) rows.push_back(row);
    }
    columns = cursor.columns();
  }
  if (keep) {
    columns.work_word = false;
    traffic = std::make_shared<RecordedTraffic>(std::move(traffic), std::move(rows), columns);
  }
  return std::make_shared<SuperposedTraffic>(std::move(traffic), factor, span);
}

}  // namespace

std::shared_ptr<const Traffic> scale_traffic(std::shared_ptr<const Traffic> traffic, double factor,
                                             ScaleBy rule) {
  constexpr double kMost = 10'000.0;
  if (!(factor >= 1e-9 && factor <= kMost)) {
    throw InputError(Problem{"traffic.scale", fmt::format("{} is out of range", factor),
                             "give a factor above 0 and at most 10000"});
  }
  if (factor == 1.0) return traffic;
  if (traffic->closed_loop() != nullptr) {
    throw InputError(Problem{"traffic.scale", "clients that wait for answers have no rate to scale",
                             "set their number, traffic.generator.clients"});
  }
  if (rule == ScaleBy::kTime)
    return std::make_shared<TimeScaledTraffic>(std::move(traffic), factor);
  if (factor < 1.0) return std::make_shared<ThinnedTraffic>(std::move(traffic), factor);
  return superposed(std::move(traffic), factor);
}

}  // namespace faascast
