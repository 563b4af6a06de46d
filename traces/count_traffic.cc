#include "traces/count_traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "input/quantity.h"
#include "sim-core/kernels.h"
#include "sim-core/random.h"
#include "traces/count_table.h"

namespace faascast {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;

/// The instants of the requests of one minute, one after another, in constant memory.
///
/// n independent uniform points, sorted, are the first n partial sums of n + 1 exponential gaps
/// over their total (Devroye 1986, V.2): one pass adds the gaps up, a second hands the points out.
class MinuteSpread {
 public:
  MinuteSpread(Spread rule, ReplaySeed seed, std::uint32_t function)
      : rule_(rule), gaps_(seed.seed, function, Purpose::kSpread, 0, seed.replication) {
    const Stream phases(seed.seed, function, Purpose::kSpread, 1, seed.replication);
    phase_ = phases.uniform(0);
  }

  void begin(const MinuteCount& minute) {
    minute_ = minute;
    next_ = 0;
    sum_ = 0.0;
    if (rule_ == Spread::kUniform || rule_ == Spread::kPoisson) {
      const std::uint64_t gaps = std::uint64_t{minute.count} + (rule_ == Spread::kUniform ? 1 : 0);
      total_ = 0.0;
      for (std::uint64_t i = 0; i < gaps; ++i) total_ += gap(i);
    }
  }

  [[nodiscard]] bool done() const { return next_ == minute_.count; }

  /// The next instant in ns since the start of the run.
  std::int64_t next() {
    double share = 0.0;  // of the minute
    switch (rule_) {
      case Spread::kUniform:
        sum_ += gap(next_);
        share = sum_ / total_;
        break;
      case Spread::kPoisson:
        share = sum_ / total_;
        sum_ += gap(next_);
        break;
      case Spread::kEquidistant:
        share = (static_cast<double>(next_) + phase_) / static_cast<double>(minute_.count);
        break;
      case Spread::kBurst:
        break;
    }
    ++next_;
    const auto within = static_cast<std::int64_t>(share * static_cast<double>(kMinuteNs));
    return minute_.minute * kMinuteNs + std::min(within, kMinuteNs - 1);
  }

 private:
  /// Exponential gap i of this minute; drawn a block at a time.
  double gap(std::uint64_t i) {
    const std::uint64_t block = i / units_.size();
    if (!drawn_ || block != drawn_block_ || minute_.minute != drawn_minute_) draw(block);
    return units_[i % units_.size()];
  }

  void draw(std::uint64_t block) {
    // Gap i of minute m has the number m * 2^33 + i: a count is below 2^32.
    const std::uint64_t first = (std::uint64_t{minute_.minute} << 33U) + block * units_.size();
    const std::uint64_t left = std::uint64_t{minute_.count} + 1 - block * units_.size();
    const std::size_t n = std::min<std::uint64_t>(left, units_.size());
    gaps_.words(first, std::span(words_).first(n), {});
    kernels().exponentials(words_.data(), n, units_.data());
    drawn_ = true;
    drawn_block_ = block;
    drawn_minute_ = minute_.minute;
  }

  Spread rule_;
  Stream gaps_;
  double phase_ = 0.0;
  MinuteCount minute_{};
  std::uint64_t next_ = 0;
  double sum_ = 0.0;
  double total_ = 1.0;
  bool drawn_ = false;
  std::uint64_t drawn_block_ = 0;
  std::uint32_t drawn_minute_ = 0;
  std::array<std::uint64_t, 256> words_{};
  std::array<double, 256> units_{};
};

class CountSource final : public ArrivalSource {
 public:
  CountSource(std::shared_ptr<const CountTable> table, std::uint32_t function, Spread rule,
              ReplaySeed seed)
      : table_(std::move(table)),
        minutes_(table_->functions()[function].minutes),
        spread_(rule, seed, function) {}

  ArrivalBlock fill() override {
    first_number_ += at_.size();
    at_.clear();
    while (at_.size() < kArrivalBlock) {
      if (spread_.done()) {
        if (next_minute_ == minutes_.size()) break;
        spread_.begin(minutes_[next_minute_++]);
      }
      at_.push_back(spread_.next());
    }
    ArrivalBlock block;
    block.at = at_;
    block.first_number = first_number_;
    return block;
  }

 private:
  std::shared_ptr<const CountTable> table_;
  const std::vector<MinuteCount>& minutes_;
  MinuteSpread spread_;
  std::size_t next_minute_ = 0;
  std::uint64_t first_number_ = 0;
  std::vector<std::int64_t> at_{};
};

std::string_view words_for(Spread spread) {
  switch (spread) {
    case Spread::kUniform:
      return "spread uniformly inside each minute, timers evenly";
    case Spread::kPoisson:
      return "spread by exponential gaps from the start of each minute";
    case Spread::kEquidistant:
      return "spread evenly inside each minute";
    case Spread::kBurst:
      return "all at the start of their minute";
  }
  return {};
}

class CountTraffic final : public Traffic {
 public:
  CountTraffic(const TraceContent& content, Spread spread)
      : table_(std::make_shared<const CountTable>(CountTable::read(content))),
        spread_(spread),
        name_(content.name()) {}

  [[nodiscard]] bool independent() const override { return true; }
  [[nodiscard]] std::uint32_t functions() const override {
    return static_cast<std::uint32_t>(table_->functions().size());
  }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t function) const override {
    return table_->functions()[function].requests;
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    const bool periodic = spread_ == Spread::kUniform && table_->functions()[function].timer;
    return std::make_unique<CountSource>(table_, function,
                                         periodic ? Spread::kEquidistant : spread_, seed);
  }
  [[nodiscard]] Duration duration() const override {
    return Duration(table_->minutes() * kMinuteNs);
  }
  [[nodiscard]] std::string description() const override {
    return fmt::format("minute counts {} ({} functions, {} minutes), {}", name_,
                       format_count(functions()), format_count(table_->minutes()),
                       words_for(spread_));
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kThin; }

 private:
  std::shared_ptr<const CountTable> table_;
  Spread spread_;
  std::string name_;
};

}  // namespace

std::shared_ptr<const Traffic> open_count_file(const TraceContent& content, Spread spread) {
  return std::make_shared<CountTraffic>(content, spread);
}

}  // namespace faascast
