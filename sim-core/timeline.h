#pragma once

#include <cstdint>
#include <vector>

#include "sim-core/units.h"

namespace faascast {

/// What happened in one bin of a timeline. Requests count in the bin of their arrival.
struct TimelineBin {
  std::uint64_t completed = 0;
  std::uint64_t cold_starts = 0;  ///< of requests that were served
  std::uint64_t throttled = 0;
  Int128 latency_sum_ns = 0;      ///< of the completed
  double instances = 0.0;         ///< live ones, averaged over the bin
};

/// Equal bins from the warm-up's end to the run's; the last may be cut short.
struct Timeline {
  Duration bin{};
  std::vector<TimelineBin> bins{};
};

/// Fills a timeline as a run goes. The run's length need not be known: bins start one second wide
/// and are joined in pairs whenever there would be more than kMostBins. Adding up is associative, so
/// the result does not depend on threads or order.
class TimelineMeter {
 public:
  static constexpr std::size_t kMostBins = 512;

  /// @param begin  ns, where the observed span begins
  explicit TimelineMeter(std::int64_t begin) : begin_(begin) {}

  void completed(std::int64_t at, std::int64_t latency) {
    if (at < begin_) return;
    Tally& tally = tally_at(at);
    ++tally.completed;
    tally.latency_sum_ns += latency;
  }
  void cold(std::int64_t at) {
    if (at >= begin_) ++tally_at(at).cold_starts;
  }
  void throttled(std::int64_t at) {
    if (at >= begin_) ++tally_at(at).throttled;
  }
  /// So many instances more (or, negative, fewer) from t on.
  void live(std::int64_t t, std::int64_t more);
  void merge(const TimelineMeter& other);
  /// @param end  ns, where the observed span ends; what came later is left out
  [[nodiscard]] Timeline timeline(std::int64_t end) const;

 private:
  struct Tally {
    std::uint64_t completed = 0;
    std::uint64_t cold_starts = 0;
    std::uint64_t throttled = 0;
    Int128 latency_sum_ns = 0;
    std::int64_t change = 0;  ///< of live instances within the bin
    Int128 area_ns = 0;       ///< the change's share of the bin's own instance time
  };
  Tally& tally_at(std::int64_t t);
  void join_pairs();

  std::int64_t begin_;
  std::int64_t width_ = 1'000'000'000;
  std::vector<Tally> tallies_{};
};

}  // namespace faascast
