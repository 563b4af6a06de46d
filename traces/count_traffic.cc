#include "traces/count_traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "input/quantity.h"
#include "sim-core/distribution.h"
#include "sim-core/kernels.h"
#include "sim-core/random.h"
#include "traces/count_table.h"

namespace faascast {
namespace {

/// The instants of the requests of one bin, one after another, in constant memory.
///
/// n independent uniform points, sorted, are the first n partial sums of n + 1 exponential gaps
/// over their total (Devroye 1986, V.2): one pass adds the gaps up, a second hands the points out.
class BinSpread {
 public:
  /// @param law of the gaps of kBursty
  BinSpread(Spread rule, Duration width, ReplaySeed seed, std::uint32_t function,
            const Distribution* law)
      : rule_(rule),
        width_ns_(width.count()),
        gaps_(seed.seed, function, Purpose::kSpread, 0, seed.replication),
        phases_(seed.seed, function, Purpose::kSpread, 1, seed.replication),
        law_(law) {
    phase_ = phases_.uniform(0);
  }

  void begin(const BinCount& bin) {
    bin_ = bin;
    next_ = 0;
    sum_ = 0.0;
    if (rule_ == Spread::kUniform || rule_ == Spread::kPoisson) {
      const std::uint64_t gaps = std::uint64_t{bin.count} + (rule_ == Spread::kUniform ? 1 : 0);
      total_ = 0.0;
      for (std::uint64_t i = 0; i < gaps; ++i) total_ += gap(i);
    }
    if (rule_ == Spread::kBursty) turn();
  }

  [[nodiscard]] bool done() const { return next_ == bin_.count; }

  /// The next instant in ns since the start of the run.
  std::int64_t next() {
    double share = 0.0;  // of the bin
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
        share = (static_cast<double>(next_) + phase_) / static_cast<double>(bin_.count);
        break;
      case Spread::kBurst:
        break;
      case Spread::kBursty: {
        const std::uint64_t i = turned_from_ + next_;
        if (i == bin_.count) sum_ = 0.0;
        const bool turned = i >= bin_.count;
        sum_ += gap(turned ? i - bin_.count : i);
        share = phase_ + (total_ > 0.0 ? sum_ / total_ : 1.0) - (turned ? 0.0 : 1.0);
        share = std::clamp(share, 0.0, 1.0);
        break;
      }
    }
    ++next_;
    const auto within = static_cast<std::int64_t>(share * static_cast<double>(width_ns_));
    return bin_.bin * width_ns_ + std::min(within, width_ns_ - 1);
  }

 private:
  /// The bin as a circle, on which the points lie behind their gaps, turned by a random phase: the
  /// first point in the bin is the first one that the turn takes past its end.
  void turn() {
    phase_ = phases_.uniform(std::uint64_t{bin_.bin} + 1);
    total_ = 0.0;
    for (std::uint64_t i = 0; i < bin_.count; ++i) total_ += gap(i);
    turned_from_ = 0;
    while (turned_from_ + 1 < bin_.count && sum_ + gap(turned_from_) < (1.0 - phase_) * total_) {
      sum_ += gap(turned_from_++);
    }
  }

  /// Gap i of this bin; drawn a block at a time.
  double gap(std::uint64_t i) {
    const std::uint64_t block = i / units_.size();
    if (!drawn_ || block != drawn_block_ || bin_.bin != drawn_bin_) draw(block);
    return units_[i % units_.size()];
  }

  void draw(std::uint64_t block) {
    // Gap i of bin b has the number b * 2^33 + i: a count is below 2^32.
    const std::uint64_t first = (std::uint64_t{bin_.bin} << 33U) + block * units_.size();
    const std::uint64_t left = std::uint64_t{bin_.count} + 1 - block * units_.size();
    const std::size_t n = std::min<std::uint64_t>(left, units_.size());
    gaps_.words(first, std::span(words_).first(n), {});
    if (rule_ == Spread::kBursty) {
      std::array<std::int64_t, 256> ns{};
      law_->at_words(std::span(words_).first(n), std::span(ns).first(n));
      std::transform(ns.begin(), ns.begin() + static_cast<std::ptrdiff_t>(n), units_.begin(),
                     [](std::int64_t gap) { return static_cast<double>(gap); });
    } else {
      kernels().exponentials(words_.data(), n, units_.data());
    }
    drawn_ = true;
    drawn_block_ = block;
    drawn_bin_ = bin_.bin;
  }

  Spread rule_;
  std::int64_t width_ns_;
  Stream gaps_;
  Stream phases_;
  const Distribution* law_;
  double phase_ = 0.0;
  std::uint64_t turned_from_ = 0;
  BinCount bin_{};
  std::uint64_t next_ = 0;
  double sum_ = 0.0;
  double total_ = 1.0;
  bool drawn_ = false;
  std::uint64_t drawn_block_ = 0;
  std::uint32_t drawn_bin_ = 0;
  std::array<std::uint64_t, 256> words_{};
  std::array<double, 256> units_{};
};

/// How bursty functions are, and the laws of their gaps.
class Burstiness {
 public:
  explicit Burstiness(const CountTable& table) {
    for (const CountTable::Function& function : table.functions()) {
      of_function_.push_back(class_of(function, table.bins()));
    }
  }
  [[nodiscard]] const Distribution& law(std::uint32_t function) const {
    return laws()[of_function_[function]];
  }

 private:
  static constexpr int kClasses = 9;  ///< of cv: 1/2, 0.71, 1, ... 8

  /// Their tables take a while to make, so all traffic shares them.
  static const std::vector<Distribution>& laws() {
    static const std::vector<Distribution> made = [] {
      std::vector<Distribution> laws;
      for (int i = 0; i < kClasses; ++i) {
        laws.push_back(Distribution::gamma(std::chrono::seconds(1),
                                           std::exp2(static_cast<double>(i) * 0.5 - 1.0)));
      }
      return laws;
    }();
    return made;
  }

  static std::uint8_t class_of(const CountTable::Function& function, std::uint32_t bins) {
    double squares = 0.0;
    std::int64_t before = 0;
    std::uint32_t next_bin = 0;
    for (const BinCount& bin : function.bins) {  // through zero where bins lie between
      if (bin.bin > next_bin && next_bin > 0) {
        squares += static_cast<double>(before) * static_cast<double>(before);
      }
      if (bin.bin != next_bin) before = 0;
      const auto step = static_cast<double>(std::int64_t{bin.count} - before);
      if (bin.bin > 0) squares += step * step;
      before = bin.count;
      next_bin = bin.bin + 1;
    }
    if (next_bin > 0 && next_bin < bins) {
      squares += static_cast<double>(before) * static_cast<double>(before);
    }
    if (bins < 2 || function.requests == 0) return 2;  // nothing said: as Poisson
    const double mean = static_cast<double>(function.requests) / bins;
    const double dispersion = squares / (2.0 * (bins - 1.0)) / mean;
    int index = 0;  // the cv's square doubles from class to class, beginning with 1/4
    for (double bound = 0.25 * 1.414; index + 1 < kClasses && dispersion > bound; bound *= 2.0) {
      ++index;
    }
    return static_cast<std::uint8_t>(index);
  }

  std::vector<std::uint8_t> of_function_{};
};

class CountSource final : public ArrivalSource {
 public:
  /// @param burstiness where the rule is kBursty
  CountSource(std::shared_ptr<const CountTable> table, std::shared_ptr<const FunctionSizes> sizes,
              std::uint32_t function, Spread rule, ReplaySeed seed,
              std::shared_ptr<const Burstiness> burstiness)
      : table_(std::move(table)),
        sizes_(std::move(sizes)),
        bins_(table_->functions()[function].bins),
        burstiness_(std::move(burstiness)),
        spread_(rule, table_->width(), seed, function,
                burstiness_ != nullptr ? &burstiness_->law(function) : nullptr),
        draws_(seed.seed, function, Purpose::kSpread, 4, seed.replication) {
    if (sizes_ != nullptr) size_ = &sizes_->of(function);
  }

  ArrivalBlock fill() override {
    first_number_ += at_.size();
    at_.clear();
    while (at_.size() < kArrivalBlock) {
      if (spread_.done()) {
        if (next_bin_ == bins_.size()) break;
        spread_.begin(bins_[next_bin_++]);
      }
      at_.push_back(spread_.next());
    }
    ArrivalBlock block;
    block.at = at_;
    block.first_number = first_number_;
    if (size_ != nullptr) draw_sizes(block);
    return block;
  }

 private:
  void draw_sizes(ArrivalBlock& block) {
    words_.resize(at_.size());
    execution_.resize(at_.size());
    draws_.words(first_number_, words_, {});
    for (std::size_t i = 0; i < words_.size(); ++i) {
      execution_[i] = size_->execution_ns(uniform_from_word(words_[i]));
    }
    block.execution_ns = execution_;
    if (size_->memory_mb == ArrivalBlock::kAbsent) return;
    memory_.assign(at_.size(), size_->memory_mb);
    block.memory_mb = memory_;
  }

  std::shared_ptr<const CountTable> table_;
  std::shared_ptr<const FunctionSizes> sizes_;
  const FunctionSize* size_ = nullptr;
  const std::vector<BinCount>& bins_;
  std::shared_ptr<const Burstiness> burstiness_;
  BinSpread spread_;
  Stream draws_;
  std::size_t next_bin_ = 0;
  std::uint64_t first_number_ = 0;
  std::vector<std::int64_t> at_{};
  std::vector<std::uint64_t> words_{};
  std::vector<std::int64_t> execution_{};
  std::vector<std::int64_t> memory_{};
};

std::string words_for(Spread spread, std::string_view bin) {
  switch (spread) {
    case Spread::kUniform:
      return fmt::format("spread uniformly inside each {}, timers evenly", bin);
    case Spread::kPoisson:
      return fmt::format("spread by exponential gaps from the start of each {}", bin);
    case Spread::kEquidistant:
      return fmt::format("spread evenly inside each {}", bin);
    case Spread::kBurst:
      return fmt::format("all at the start of their {}", bin);
    case Spread::kBursty:
      return fmt::format("spread inside each {} as burstily as the counts vary", bin);
  }
  return {};
}

class CountTraffic final : public Traffic {
 public:
  CountTraffic(CountTable table, CountOptions options)
      : table_(std::make_shared<const CountTable>(std::move(table))), options_(std::move(options)) {
    if (options_.spread == Spread::kBursty)
      burstiness_ = std::make_shared<const Burstiness>(*table_);
  }

  [[nodiscard]] bool independent() const override { return true; }
  [[nodiscard]] std::uint32_t functions() const override {
    return static_cast<std::uint32_t>(table_->functions().size());
  }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t function) const override {
    return table_->functions()[function].requests;
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    const bool periodic =
        options_.spread == Spread::kUniform && table_->functions()[function].timer;
    return std::make_unique<CountSource>(table_, options_.sizes, function,
                                         periodic ? Spread::kEquidistant : options_.spread, seed,
                                         burstiness_);
  }
  [[nodiscard]] Duration duration() const override { return table_->bins() * table_->width(); }
  [[nodiscard]] std::string description() const override {
    const bool minutes = table_->width() == std::chrono::minutes(1);
    std::string text = fmt::format(
        "{} ({} {}, {} {}), {}", options_.title, format_count(functions()),
        functions() == 1 ? "function" : "functions", format_count(table_->bins()),
        minutes ? "minutes" : fmt::format("bins of {}", format_duration(table_->width())),
        words_for(options_.spread, minutes ? "minute" : "bin"));
    if (options_.sizes != nullptr) text += "; " + options_.sizes->description();
    return text;
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kThin; }
  [[nodiscard]] bool has_execution() const override { return options_.sizes != nullptr; }

 private:
  std::shared_ptr<const CountTable> table_;
  CountOptions options_;
  std::shared_ptr<const Burstiness> burstiness_{};
};

}  // namespace

std::shared_ptr<const Traffic> make_count_traffic(CountTable table, CountOptions options) {
  return std::make_shared<CountTraffic>(std::move(table), std::move(options));
}

}  // namespace faascast
