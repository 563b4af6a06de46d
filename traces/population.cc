#include "traces/population.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "input/quantity.h"
#include "sim-core/random.h"
#include "traces/rate_curve.h"

namespace faascast {
namespace {

struct Quantile {
  double share;  ///< of the applications at or below
  double value;
};

/// Requests per application and day, Azure Functions 2019, 14 days averaged over 24,275
/// applications (CC-BY 4.0; quantiles computed 2026-11 from the published distribution). Between
/// them ln(value) is linear in ln(1 - share): these add up to 886 M requests a day, the data to
/// 893 M.
constexpr Quantile kPerDay[] = {{0.10, 1},         {0.25, 3},
                                {0.415, 24},       {0.50, 74},
                                {0.75, 584},       {0.819, 1'440},
                                {0.90, 4'504},     {0.95, 20'132},
                                {0.9774, 86'400},  {0.99, 333'222},
                                {0.9948, 864'000}, {0.999, 5'334'114},
                                {0.9994, 8.64e6},  {1.0 - 1.0 / 24'275, 128.6e6}};

/// Coefficient of variation of the gaps between requests, from the same data; linear between.
constexpr double kPeriodicShare = 0.227;
constexpr Quantile kCv[] = {{kPeriodicShare, 0.0}, {0.40, 0.25}, {0.50, 0.52}, {0.60, 0.94},
                            {0.75, 1.97},          {0.90, 5.0},  {0.95, 9.2},  {0.99, 33.0}};
constexpr std::size_t kCvClasses = 16;  ///< of equal probability

/// The trough is half the peak (ATC 2020, fig. 4): (1 - a) / (1 + a) = 1/2.
constexpr double kAmplitude = 1.0 / 3.0;
constexpr std::int64_t kCellsADay = 288;

double per_day_at(double share) {
  if (share <= std::begin(kPerDay)->share) return std::begin(kPerDay)->value;
  for (std::size_t i = 1; i < std::size(kPerDay); ++i) {
    const auto& [low_share, low] = kPerDay[i - 1];
    const auto& [high_share, high] = kPerDay[i];
    if (share > high_share) continue;
    const double part = std::log((1.0 - low_share) / (1.0 - share)) /
                        std::log((1.0 - low_share) / (1.0 - high_share));
    return low * std::pow(high / low, part);
  }
  return std::rbegin(kPerDay)->value;
}

double cv_at(double share) {
  for (std::size_t i = 1; i < std::size(kCv); ++i) {
    const auto& [low_share, low] = kCv[i - 1];
    const auto& [high_share, high] = kCv[i];
    if (share > high_share) continue;
    return low + (high - low) * std::max(share - low_share, 0.0) / (high_share - low_share);
  }
  return std::rbegin(kCv)->value;
}

/// Gamma gaps of mean one expected request, and the gap that a random instant falls into. That one
/// is longer: its density is the gap's times its length, which is gamma with the shape plus one.
struct GapLaw {
  Distribution gap{};
  Distribution around{};

  explicit GapLaw(double cv) {
    const double square = cv * cv;
    gap = Distribution::gamma(Duration(std::llround(UnitGaps::kUnitNs)), cv);
    around = Distribution::gamma(Duration(std::llround(UnitGaps::kUnitNs * (1.0 + square))),
                                 cv / std::sqrt(1.0 + square));
  }
};

std::vector<RateSegment> day_of_unit_rate() {
  std::vector<RateSegment> day;
  constexpr std::int64_t kCell = std::chrono::nanoseconds(std::chrono::hours(24)).count();
  for (std::int64_t cell = 0; cell < kCellsADay; ++cell) {
    const double turn = (static_cast<double>(cell) + 0.5) / static_cast<double>(kCellsADay);
    const double rate = 1.0 - kAmplitude * std::cos(2.0 * std::numbers::pi * turn);
    day.push_back({kCell / kCellsADay, rounded_rate(rate)});
  }
  return day;
}

/// Requests at a fixed distance.
class PeriodicSource final : public ArrivalSource {
 public:
  PeriodicSource(double per_ns, double phase, Duration duration, std::uint32_t function,
                 ReplaySeed seed)
      : gap_ns_(1.0 / per_ns), phase_(phase), end_(duration.count()), words_(seed, function) {}

  ArrivalBlock fill() override {
    const std::uint64_t first = number_;
    std::size_t n = 0;
    for (; n < kArrivalBlock; ++n) {
      const double at = (static_cast<double>(first + n) + phase_) * gap_ns_;
      if (at >= static_cast<double>(end_)) break;
      at_[n] = static_cast<std::int64_t>(at);
    }
    number_ += n;
    words_.draw(first);
    return block_of(at_, n, first, words_);
  }

 private:
  double gap_ns_;
  double phase_;  ///< of the first request, in gaps
  std::int64_t end_;
  RequestWords words_;
  std::array<std::int64_t, kArrivalBlock> at_{};
  std::uint64_t number_ = 0;
};

class Population final : public Traffic {
 public:
  explicit Population(const GeneratorSpec& spec) : duration_(spec.duration) {
    // The members belong to the traffic and not to a replay, so this stream has a seed of its own.
    const Stream kinds(0, 0, Purpose::kSpread, 2);
    for (std::uint32_t i = 0; i < spec.functions; ++i) {
      const double rank = (i + 0.5) / spec.functions;
      const double share = kinds.uniform(i);
      const double within = (share - kPeriodicShare) / (1.0 - kPeriodicShare);
      members_.push_back({rounded_rate(per_day_at(rank) / 86'400e9), share < kPeriodicShare,
                          static_cast<std::uint8_t>(std::max(within, 0.0) * kCvClasses)});
    }
    for (std::size_t i = 0; i < kCvClasses; ++i) {
      const double share = (static_cast<double>(i) + 0.5) / kCvClasses;
      laws_.emplace_back(cv_at(kPeriodicShare + share * (1.0 - kPeriodicShare)));
    }
  }

  [[nodiscard]] bool independent() const override { return true; }
  [[nodiscard]] std::uint32_t functions() const override {
    return static_cast<std::uint32_t>(members_.size());
  }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t function) const override {
    const double expected = members_[function].per_ns * static_cast<double>(duration_.count());
    return static_cast<std::uint64_t>(std::llround(expected));
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    const auto& [per_ns, periodic, law] = members_[function];
    const auto start = Stream(seed.seed, function, Purpose::kSpread, 3, seed.replication).words(0);
    const double phase = uniform_from_word(start[0]);
    if (periodic) {
      return std::make_unique<PeriodicSource>(per_ns, phase, duration_, function, seed);
    }
    UnitGaps gaps;
    gaps.law = laws_[law].gap;
    const Duration around = laws_[law].around.at_word(start[1]);
    gaps.first = phase * static_cast<double>(around.count()) / UnitGaps::kUnitNs;
    return std::make_unique<CurveSource>(std::make_unique<ListedWalk>(day_, true, per_ns), gaps,
                                         duration_, function, seed);
  }
  [[nodiscard]] Duration duration() const override { return duration_; }
  [[nodiscard]] std::string description() const override {
    return fmt::format(
        "{} functions called as the applications of Azure Functions 2019 (rates by rank, gamma "
        "gaps or periodic, trough half the peak) for {}",
        format_count(functions()), format_duration(duration_));
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kThin; }

 private:
  struct Member {
    double per_ns;
    bool periodic;
    std::uint8_t law;
  };
  Duration duration_;
  std::vector<Member> members_{};
  std::vector<GapLaw> laws_{};
  std::shared_ptr<const std::vector<RateSegment>> day_ =
      std::make_shared<const std::vector<RateSegment>>(day_of_unit_rate());
};

}  // namespace

std::shared_ptr<const Traffic> make_population(const GeneratorSpec& spec) {
  return std::make_shared<Population>(spec);
}

}  // namespace faascast
