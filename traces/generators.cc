#include "traces/generators.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "input/quantity.h"
#include "sim-core/distribution.h"
#include "sim-core/error.h"
#include "sim-core/kernels.h"
#include "sim-core/random.h"

namespace faascast {
namespace {

constexpr std::int64_t kCellsADay = 1440;
constexpr std::int64_t kDaysAWeek = 7;
constexpr std::int64_t kWorkingDays = 5;

/// The words of consecutive requests, a block at a time.
struct RequestWords {
  explicit RequestWords(ReplaySeed seed, std::uint32_t function)
      : stream(seed.seed, function, Purpose::kRequest, 0, seed.replication) {}
  void draw(std::uint64_t first) { stream.words(first, arrival, work); }

  Stream stream;
  std::array<std::uint64_t, kArrivalBlock> arrival{};
  std::array<std::uint64_t, kArrivalBlock> work{};
};

/// The first n instants of a block of consecutive requests, with their work words.
ArrivalBlock block_of(std::span<const std::int64_t> at, std::size_t n, std::uint64_t first,
                      const RequestWords& words) {
  ArrivalBlock block;
  block.at = at.first(n);
  block.first_number = first;
  block.work_word = std::span(words.work).first(n);
  return block;
}

/// Independent gaps of one law.
class RenewalSource final : public ArrivalSource {
 public:
  /// @param law nothing = exponential of the given mean, by logarithm instead of table
  RenewalSource(std::optional<Distribution> law, double mean_gap_ns, Duration duration,
                std::uint32_t function, ReplaySeed seed)
      : law_(std::move(law)),
        mean_gap_ns_(mean_gap_ns),
        end_(duration.count()),
        words_(seed, function) {}

  ArrivalBlock fill() override {
    if (ended_) return {};
    const std::uint64_t first = number_;
    words_.draw(first);
    if (law_) {
      law_->at_words(words_.arrival, at_);
    } else {
      kernels().exponential_ns(words_.arrival.data(), kArrivalBlock, mean_gap_ns_, at_.data());
    }
    std::size_t n = 0;
    for (; n < kArrivalBlock; ++n) {
      ended_ = __builtin_add_overflow(now_, at_[n], &now_) || now_ >= end_;
      if (ended_) break;
      at_[n] = now_;
    }
    number_ += n;
    return block_of(at_, n, first, words_);
  }

 private:
  std::optional<Distribution> law_;
  double mean_gap_ns_;
  std::int64_t end_;
  RequestWords words_;
  std::array<std::int64_t, kArrivalBlock> at_{};  ///< gaps, then instants
  std::int64_t now_ = 0;
  std::uint64_t number_ = 0;
  bool ended_ = false;
};

class RenewalTraffic final : public Traffic {
 public:
  explicit RenewalTraffic(GeneratorSpec spec) : spec_(std::move(spec)) {
    constexpr Duration kUnit = std::chrono::seconds(1);
    if (spec_.kind == "gamma") law_ = Distribution::gamma(kUnit, spec_.cv);
    if (spec_.kind == "weibull") law_ = Distribution::weibull(kUnit, spec_.cv);
    if (law_) law_ = law_->scaled(1.0 / spec_.rate_per_s);
  }

  [[nodiscard]] bool independent() const override { return true; }
  [[nodiscard]] std::uint32_t functions() const override { return 1; }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t) const override {
    return static_cast<std::uint64_t>(spec_.rate_per_s * seconds_of(spec_.duration));
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    return std::make_unique<RenewalSource>(law_, 1e9 / spec_.rate_per_s, spec_.duration, function,
                                           seed);
  }
  [[nodiscard]] Duration duration() const override { return spec_.duration; }
  [[nodiscard]] std::string description() const override {
    const std::string burstiness = law_ ? fmt::format(" with cv {:.4g}", spec_.cv) : "";
    return fmt::format("{} arrivals{}, {:.6g}/s for {}", spec_.kind, burstiness, spec_.rate_per_s,
                       format_duration(spec_.duration));
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kTime; }

 private:
  GeneratorSpec spec_;
  std::optional<Distribution> law_{};
};

/// To 36 significant bits, so that the last bits of a maths library cannot reach a result.
double rounded(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(fraction, 36)), exponent - 36);
}

/// Requests per nanosecond, constant in each cell of a week (or of a day, where weekends do not
/// differ); repeats.
struct RateCurve {
  std::int64_t cell_ns = 1;
  std::vector<double> rates{};

  explicit RateCurve(const GeneratorSpec& spec) : cell_ns(spec.day.count() / kCellsADay) {
    const std::int64_t days = spec.weekend_factor == 1.0 ? 1 : kDaysAWeek;
    for (std::int64_t cell = 0; cell < days * kCellsADay; ++cell) {
      const double turn = (static_cast<double>(cell % kCellsADay) + 0.5) / kCellsADay;
      const double angle = 2.0 * std::numbers::pi * turn + spec.phase;
      const double weekend = cell / kCellsADay >= kWorkingDays ? spec.weekend_factor : 1.0;
      const double rate =
          spec.rate_per_s * 1e-9 * weekend * (1.0 + spec.amplitude * std::sin(angle));
      rates.push_back(rounded(std::max(rate, 0.0)));
    }
  }
  [[nodiscard]] double at(std::int64_t cell) const {
    return rates[static_cast<std::size_t>(cell) % rates.size()];
  }
};

/// Poisson with a changing rate: a unit exponential is spent along the curve.
class DiurnalSource final : public ArrivalSource {
 public:
  DiurnalSource(std::shared_ptr<const RateCurve> curve, Duration duration, std::uint32_t function,
                ReplaySeed seed)
      : curve_(std::move(curve)), end_(duration.count()), words_(seed, function) {}

  ArrivalBlock fill() override {
    if (ended_) return {};
    const std::uint64_t first = number_;
    words_.draw(first);
    kernels().exponentials(words_.arrival.data(), kArrivalBlock, units_.data());
    std::size_t n = 0;
    for (; n < kArrivalBlock; ++n) {
      if (!advance(units_[n])) break;
      at_[n] = cell_ * curve_->cell_ns +
               std::min(static_cast<std::int64_t>(within_ns_), curve_->cell_ns - 1);
      if (at_[n] >= end_) break;
    }
    ended_ = n < kArrivalBlock;
    number_ += n;
    return block_of(at_, n, first, words_);
  }

 private:
  /// Moves on by so much expected traffic. @return false beyond the end
  bool advance(double expected) {
    const auto length = static_cast<double>(curve_->cell_ns);
    while (cell_ * curve_->cell_ns < end_) {
      const double rate = curve_->at(cell_);
      const double left = rate * (length - within_ns_);
      if (expected < left) {
        within_ns_ += expected / rate;
        return true;
      }
      expected -= left;
      ++cell_;
      within_ns_ = 0.0;
    }
    return false;
  }

  std::shared_ptr<const RateCurve> curve_;
  std::int64_t end_;
  RequestWords words_;
  std::array<double, kArrivalBlock> units_{};
  std::array<std::int64_t, kArrivalBlock> at_{};
  std::int64_t cell_ = 0;
  double within_ns_ = 0.0;  ///< position in the cell
  std::uint64_t number_ = 0;
  bool ended_ = false;
};

class DiurnalTraffic final : public Traffic {
 public:
  explicit DiurnalTraffic(GeneratorSpec spec)
      : spec_(std::move(spec)), curve_(std::make_shared<const RateCurve>(spec_)) {}

  [[nodiscard]] bool independent() const override { return true; }
  [[nodiscard]] std::uint32_t functions() const override { return 1; }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t) const override {
    const double week = (kWorkingDays + 2.0 * spec_.weekend_factor) / kDaysAWeek;
    return static_cast<std::uint64_t>(spec_.rate_per_s * week * seconds_of(spec_.duration));
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    return std::make_unique<DiurnalSource>(curve_, spec_.duration, function, seed);
  }
  [[nodiscard]] Duration duration() const override { return spec_.duration; }
  [[nodiscard]] std::string description() const override {
    return fmt::format(
        "diurnal arrivals, {:.6g}/s with amplitude {:.4g} and weekend factor {:.4g} "
        "for {}",
        spec_.rate_per_s, spec_.amplitude, spec_.weekend_factor, format_duration(spec_.duration));
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kTime; }

 private:
  GeneratorSpec spec_;
  std::shared_ptr<const RateCurve> curve_;
};

std::vector<Problem> problems_of(const GeneratorSpec& spec) {
  std::vector<Problem> problems;
  const auto check = [&](bool fine, std::string key, double value, std::string mend) {
    if (!fine) {
      problems.push_back(
          {"generator." + key, fmt::format("{} is out of range", value), std::move(mend)});
    }
  };
  const auto within = [](double value, double low, double high) {
    return value >= low && value <= high;  // false for NaN
  };
  const std::vector<std::string> kinds = generator_kinds();
  const bool diurnal = spec.kind == "diurnal";
  if (std::find(kinds.begin(), kinds.end(), spec.kind) == kinds.end()) {
    const std::string nearest = nearest_name(spec.kind, kinds);
    problems.push_back(
        {"generator.kind", fmt::format("unknown generator '{}'", spec.kind),
         fmt::format("{}one of: {}",
                     nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest),
                     fmt::join(kinds, ", "))});
  }
  check(within(spec.rate_per_s, 1e-7, 1e8), "rate_per_s", spec.rate_per_s,
        "give a rate from 1e-7 to 1e8 a second");
  check(within(spec.cv, 0.0, 100.0), "cv", spec.cv, "give a cv from 0 to 100");
  check(spec.kind == "gamma" || spec.kind == "weibull" || spec.cv == 1.0, "cv", spec.cv,
        "only gamma and weibull have a cv; leave it out");
  check(spec.duration > Duration::zero(), "duration", seconds_of(spec.duration),
        "give a duration above zero");
  check(within(spec.amplitude, 0.0, 1.0), "amplitude", spec.amplitude,
        "give an amplitude from 0 to 1");
  check(within(spec.weekend_factor, 0.0, 10.0), "weekend_factor", spec.weekend_factor,
        "give a factor from 0 to 10");
  check(std::isfinite(spec.phase) && std::abs(spec.phase) <= 1000.0, "phase", spec.phase,
        "give an angle in radians");
  check(spec.day >= std::chrono::minutes(1), "day", seconds_of(spec.day), "give at least 1 min");
  check(!diurnal || spec.duration / std::max(spec.day, Duration(1)) < 100'000, "duration",
        seconds_of(spec.duration), "give less than 100,000 days");
  return problems;
}

}  // namespace

std::shared_ptr<const Traffic> make_generator(const GeneratorSpec& spec) {
  if (auto problems = problems_of(spec); !problems.empty()) throw InputError(std::move(problems));
  if (spec.kind == "diurnal") return std::make_shared<DiurnalTraffic>(spec);
  return std::make_shared<RenewalTraffic>(spec);
}

std::vector<std::string> generator_kinds() { return {"poisson", "gamma", "weibull", "diurnal"}; }

}  // namespace faascast
