#include "traces/modulated.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "input/quantity.h"
#include "sim-core/random.h"
#include "traces/rate_curve.h"

namespace faascast {
namespace {

constexpr std::int64_t kCellsADay = 1440;
constexpr std::int64_t kDaysAWeek = 7;
constexpr std::int64_t kWorkingDays = 5;

using Segments = std::vector<RateSegment>;

Segments diurnal_week(const GeneratorSpec& spec) {
  Segments segments;
  const std::int64_t days = spec.weekend_factor == 1.0 ? 1 : kDaysAWeek;
  for (std::int64_t cell = 0; cell < days * kCellsADay; ++cell) {
    const double turn = (static_cast<double>(cell % kCellsADay) + 0.5) / kCellsADay;
    const double angle = 2.0 * std::numbers::pi * turn + spec.phase;
    const double weekend = cell / kCellsADay >= kWorkingDays ? spec.weekend_factor : 1.0;
    const double rate = spec.rate_per_s * 1e-9 * weekend * (1.0 + spec.amplitude * std::sin(angle));
    segments.push_back({spec.day.count() / kCellsADay, rounded_rate(std::max(rate, 0.0))});
  }
  return segments;
}

Segments profiled_week(const GeneratorSpec& spec) {
  Segments segments;
  double sum = 0.0;
  for (const double rate : spec.profile) sum += rate;
  const auto parts = static_cast<double>(spec.profile.size());
  const auto length = static_cast<double>(spec.day.count()) * kDaysAWeek / parts;
  for (const double rate : spec.profile) {
    segments.push_back({std::max<std::int64_t>(std::llround(length), 1),
                        spec.rate_per_s * 1e-9 * (rate * parts / sum)});
  }
  return segments;
}

/// The rise in 64 steps, the decay in steps of an eighth of its time constant, until what is left
/// of the crowd is a thousandth of the base.
Segments crowd(const GeneratorSpec& spec) {
  constexpr int kRiseSteps = 64;
  constexpr double kDecayStep = 1.0 / 8.0;
  const double base = spec.rate_per_s * 1e-9;
  Segments segments;
  const auto add = [&](double length_ns, double factor) {
    if (length_ns >= 1.0)
      segments.push_back({std::llround(length_ns), rounded_rate(base * factor)});
  };
  add(static_cast<double>(spec.start.count()), 1.0);
  for (int step = 0; step < kRiseSteps; ++step) {
    add(static_cast<double>(spec.rise.count()) / kRiseSteps,
        1.0 + (spec.peak - 1.0) * (step + 0.5) / kRiseSteps);
  }
  for (int step = 0;; ++step) {
    const double left = (spec.peak - 1.0) * std::exp(-(step + 0.5) * kDecayStep);
    if (left < 1e-3) break;
    add(static_cast<double>(spec.decay.count()) * kDecayStep, 1.0 + left);
  }
  segments.push_back({std::numeric_limits<std::int64_t>::max(), rounded_rate(base)});
  return segments;
}

/// Calm and burst in turn, for exponential times.
class TwoStateWalk final : public RateWalk {
 public:
  TwoStateWalk(const GeneratorSpec& spec, std::uint32_t function, ReplaySeed seed)
      : stays_(seed.seed, function, Purpose::kRequest, 1, seed.replication),
        mean_ns_{static_cast<double>(spec.calm.count()), static_cast<double>(spec.burst.count())} {
    const double calm_ns = mean_ns_[0];
    const double burst_ns = mean_ns_[1];
    const double calm_rate =
        spec.rate_per_s * 1e-9 * (calm_ns + burst_ns) / (calm_ns + spec.burst_ratio * burst_ns);
    per_ns_[0] = calm_rate;
    per_ns_[1] = calm_rate * spec.burst_ratio;
    bursting_ = uniform_from_word(stays_.words(0)[1]) < burst_ns / (calm_ns + burst_ns);
  }

  [[nodiscard]] RateSegment next() override {
    const std::size_t state = bursting_ ? 1 : 0;
    bursting_ = !bursting_;
    const double stay = mean_ns_[state] * -portable_log(stays_.uniform(number_++));
    constexpr double kLongest = 9e18;
    return {std::max<std::int64_t>(static_cast<std::int64_t>(std::min(stay, kLongest)), 1),
            per_ns_[state]};
  }

 private:
  Stream stays_;
  double mean_ns_[2];
  double per_ns_[2] = {};
  bool bursting_ = false;
  std::uint64_t number_ = 0;
};

class ModulatedTraffic final : public Traffic {
 public:
  explicit ModulatedTraffic(GeneratorSpec spec) : spec_(std::move(spec)) {
    if (spec_.kind == "diurnal") set(diurnal_week(spec_));
    if (spec_.kind == "weekly") set(profiled_week(spec_));
    if (spec_.kind == "flash-crowd") set(crowd(spec_));
  }

  [[nodiscard]] bool independent() const override { return true; }
  [[nodiscard]] std::uint32_t functions() const override { return 1; }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t) const override {
    double factor = 1.0;
    if (spec_.kind == "diurnal") factor = (kWorkingDays + 2.0 * spec_.weekend_factor) / kDaysAWeek;
    double expected = spec_.rate_per_s * factor * seconds_of(spec_.duration);
    if (spec_.kind == "flash-crowd") {
      const double crowd_s = 0.5 * seconds_of(spec_.rise) + seconds_of(spec_.decay);
      expected += spec_.rate_per_s * (spec_.peak - 1.0) * crowd_s;
    }
    return static_cast<std::uint64_t>(expected);
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    return std::make_unique<CurveSource>(walk(function, seed), UnitGaps{}, spec_.duration, function,
                                         seed);
  }
  [[nodiscard]] Duration duration() const override { return spec_.duration; }
  [[nodiscard]] std::string description() const override {
    return fmt::format("{} arrivals, {:.6g}/s{} for {}", spec_.kind, spec_.rate_per_s, details(),
                       format_duration(spec_.duration));
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kTime; }

 private:
  void set(Segments segments) { segments_ = std::make_shared<const Segments>(std::move(segments)); }

  [[nodiscard]] std::unique_ptr<RateWalk> walk(std::uint32_t function, ReplaySeed seed) const {
    if (spec_.kind == "mmpp") return std::make_unique<TwoStateWalk>(spec_, function, seed);
    return std::make_unique<ListedWalk>(segments_, spec_.kind != "flash-crowd");
  }

  [[nodiscard]] std::string details() const {
    if (spec_.kind == "diurnal") {
      return fmt::format(" with amplitude {:.4g} and weekend factor {:.4g}", spec_.amplitude,
                         spec_.weekend_factor);
    }
    if (spec_.kind == "mmpp") {
      return fmt::format(", {:.4g} times as fast for {} after {} of calm", spec_.burst_ratio,
                         format_duration(spec_.burst), format_duration(spec_.calm));
    }
    if (spec_.kind == "flash-crowd") {
      return fmt::format(" and {:.4g} times that at {}", spec_.peak,
                         format_duration(spec_.start + spec_.rise));
    }
    return fmt::format(" in a week of {} parts", spec_.profile.size());
  }

  GeneratorSpec spec_;
  std::shared_ptr<const Segments> segments_{};
};

}  // namespace

std::shared_ptr<const Traffic> make_modulated(const GeneratorSpec& spec) {
  return std::make_shared<ModulatedTraffic>(spec);
}

}  // namespace faascast
