#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sim-core/arrivals.h"
#include "sim-core/distribution.h"
#include "traces/request_words.h"

namespace faascast {

/// A stretch of time with one rate.
struct RateSegment {
  std::int64_t length_ns = 1;  ///< > 0
  double per_ns = 0.0;         ///< requests, >= 0
};

/// Successive segments, from the start of the run; endless.
class RateWalk {
 public:
  virtual ~RateWalk() = default;
  [[nodiscard]] virtual RateSegment next() = 0;
};

/// Segments of a list, over and over, or once and then the last one for ever.
class ListedWalk final : public RateWalk {
 public:
  /// @param list not empty @param factor of every rate
  ListedWalk(std::shared_ptr<const std::vector<RateSegment>> list, bool repeats,
             double factor = 1.0)
      : list_(std::move(list)), repeats_(repeats), factor_(factor) {}
  [[nodiscard]] RateSegment next() override;

 private:
  std::shared_ptr<const std::vector<RateSegment>> list_;
  bool repeats_;
  double factor_;
  std::size_t next_ = 0;
};

/// Gaps in expected requests: exponential, or a law whose unit is kUnit.
struct UnitGaps {
  static constexpr double kUnitNs = 1e10;  ///< what a law calls one expected request
  std::optional<Distribution> law{};       ///< nothing = exponential (Poisson)
  std::optional<double> first{};           ///< the first gap, in expected requests
};

/// Arrivals whose gaps are spent along a curve of rates: with exponential gaps a Poisson process
/// of changing rate.
class CurveSource final : public ArrivalSource {
 public:
  CurveSource(std::unique_ptr<RateWalk> walk, UnitGaps gaps, Duration duration,
              std::uint32_t function, ReplaySeed seed);
  ArrivalBlock fill() override;

 private:
  void draw_units();
  [[nodiscard]] bool advance(double expected);

  std::unique_ptr<RateWalk> walk_;
  UnitGaps gaps_;
  std::int64_t end_;
  RequestWords words_;
  std::array<double, kArrivalBlock> units_{};
  std::array<std::int64_t, kArrivalBlock> at_{};
  RateSegment segment_{};
  std::int64_t begin_ = 0;  ///< of the segment
  double within_ns_ = 0.0;  ///< position in the segment
  std::uint64_t number_ = 0;
  bool ended_ = false;
};

/// To 36 significant bits, so that the last bits of a maths library cannot reach a result.
[[nodiscard]] double rounded_rate(double value);

}  // namespace faascast
