#include "traces/renewal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "input/quantity.h"
#include "sim-core/distribution.h"
#include "sim-core/kernels.h"
#include "traces/request_words.h"

namespace faascast {
namespace {

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

/// Geometric groups at exponential distances, request by request: with probability 1 / size a
/// request starts a group, after an exponential gap whose uniform is what is left of its own.
class BatchSource final : public ArrivalSource {
 public:
  BatchSource(double size, double mean_gap_ns, Duration duration, std::uint32_t function,
              ReplaySeed seed)
      : size_(size), gap_ns_(mean_gap_ns), end_(duration.count()), words_(seed, function) {}

  ArrivalBlock fill() override {
    if (ended_) return {};
    const std::uint64_t first = number_;
    words_.draw(first);
    std::size_t n = 0;
    for (; n < kArrivalBlock; ++n) {
      const double u = uniform_from_word(words_.arrival[n]);
      if (first + n == 0) now_ += gap_ns_ * -portable_log(u);
      if (first + n > 0 && u * size_ < 1.0) now_ += gap_ns_ * -portable_log(u * size_);
      ended_ = now_ >= static_cast<double>(end_);
      if (ended_) break;
      at_[n] = static_cast<std::int64_t>(now_);
    }
    number_ += n;
    return block_of(at_, n, first, words_);
  }

 private:
  double size_;
  double gap_ns_;  ///< between groups, mean
  std::int64_t end_;
  RequestWords words_;
  std::array<std::int64_t, kArrivalBlock> at_{};
  double now_ = 0.0;
  std::uint64_t number_ = 0;
  bool ended_ = false;
};

class OfflineSource final : public ArrivalSource {
 public:
  OfflineSource(std::uint64_t samples, std::uint32_t function, ReplaySeed seed)
      : samples_(samples), words_(seed, function) {}

  ArrivalBlock fill() override {
    const std::uint64_t first = number_;
    number_ = std::min(samples_, first + kArrivalBlock);
    words_.draw(first);
    return block_of(at_, number_ - first, first, words_);
  }

 private:
  std::uint64_t samples_;
  RequestWords words_;
  std::array<std::int64_t, kArrivalBlock> at_{};  ///< zeros
  std::uint64_t number_ = 0;
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
    const double gap_ns = 1e9 / spec_.rate_per_s;
    if (spec_.kind == "batch") {
      return std::make_unique<BatchSource>(spec_.batch_size, gap_ns * spec_.batch_size,
                                           spec_.duration, function, seed);
    }
    return std::make_unique<RenewalSource>(law_, gap_ns, spec_.duration, function, seed);
  }
  [[nodiscard]] Duration duration() const override { return spec_.duration; }
  [[nodiscard]] std::string description() const override {
    std::string burstiness = law_ ? fmt::format(" with cv {:.4g}", spec_.cv) : "";
    if (spec_.kind == "batch") burstiness = fmt::format(" of {:.4g} on average", spec_.batch_size);
    return fmt::format("{} arrivals{}, {:.6g}/s for {}", spec_.kind, burstiness, spec_.rate_per_s,
                       format_duration(spec_.duration));
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kTime; }

 private:
  GeneratorSpec spec_;
  std::optional<Distribution> law_{};
};

class OfflineTraffic final : public Traffic {
 public:
  explicit OfflineTraffic(const GeneratorSpec& spec)
      : samples_(spec.samples), duration_(spec.duration) {}

  [[nodiscard]] bool independent() const override { return true; }
  [[nodiscard]] std::uint32_t functions() const override { return 1; }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t) const override { return samples_; }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    return std::make_unique<OfflineSource>(samples_, function, seed);
  }
  [[nodiscard]] Duration duration() const override { return duration_; }
  [[nodiscard]] std::string description() const override {
    return fmt::format("{} samples at once (MLPerf offline)", format_count(samples_));
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kThin; }

 private:
  std::uint64_t samples_;
  Duration duration_;
};

}  // namespace

std::shared_ptr<const Traffic> make_renewal(const GeneratorSpec& spec) {
  return std::make_shared<RenewalTraffic>(spec);
}

std::shared_ptr<const Traffic> make_offline(const GeneratorSpec& spec) {
  return std::make_shared<OfflineTraffic>(spec);
}

}  // namespace faascast
