#include "sim-core/timeline.h"

#include <algorithm>

namespace faascast {

TimelineMeter::Tally& TimelineMeter::tally_at(std::int64_t t) {
  while ((t - begin_) / width_ >= static_cast<std::int64_t>(kMostBins)) join_pairs();
  const auto bin = static_cast<std::size_t>((t - begin_) / width_);
  if (bin >= tallies_.size()) tallies_.resize(bin + 1);
  return tallies_[bin];
}

void TimelineMeter::join_pairs() {
  for (std::size_t i = 0; 2 * i < tallies_.size(); ++i) {
    Tally joined = tallies_[2 * i];
    joined.area_ns += static_cast<Int128>(joined.change) * width_;
    if (2 * i + 1 < tallies_.size()) {
      const Tally& second = tallies_[2 * i + 1];
      joined.completed += second.completed;
      joined.cold_starts += second.cold_starts;
      joined.throttled += second.throttled;
      joined.latency_sum_ns += second.latency_sum_ns;
      joined.change += second.change;
      joined.area_ns += second.area_ns;
    }
    tallies_[i] = joined;
  }
  tallies_.resize((tallies_.size() + 1) / 2);
  width_ *= 2;
}

void TimelineMeter::live(std::int64_t t, std::int64_t more) {
  t = std::max(t, begin_);
  Tally& tally = tally_at(t);
  tally.change += more;
  tally.area_ns += static_cast<Int128>(more) * (width_ - (t - begin_) % width_);
}

void TimelineMeter::merge(const TimelineMeter& other) {
  TimelineMeter same = other;
  while (same.width_ < width_) same.join_pairs();
  while (width_ < same.width_) join_pairs();
  if (tallies_.size() < same.tallies_.size()) tallies_.resize(same.tallies_.size());
  for (std::size_t i = 0; i < same.tallies_.size(); ++i) {
    Tally& own = tallies_[i];
    const Tally& more = same.tallies_[i];
    own.completed += more.completed;
    own.cold_starts += more.cold_starts;
    own.throttled += more.throttled;
    own.latency_sum_ns += more.latency_sum_ns;
    own.change += more.change;
    own.area_ns += more.area_ns;
  }
}

Timeline TimelineMeter::timeline(std::int64_t end) const {
  const std::int64_t span = std::max<std::int64_t>(end - begin_, 0);
  if (span > width_ * static_cast<std::int64_t>(kMostBins)) {  // nothing happened near the end
    TimelineMeter wider = *this;
    wider.join_pairs();
    return wider.timeline(end);
  }
  Timeline timeline;
  timeline.bin = Duration(width_);
  const auto bins = static_cast<std::size_t>((span + width_ - 1) / width_);
  std::int64_t live = 0;
  for (std::size_t i = 0; i < bins; ++i) {
    const Tally tally = i < tallies_.size() ? tallies_[i] : Tally{};
    const std::int64_t length =
        std::min(width_, span - static_cast<std::int64_t>(i) * width_);
    Int128 area = static_cast<Int128>(live) * length + tally.area_ns;
    live += tally.change;
    if (length < width_) {
      // What changed in a bin that is cut short was counted up to the bin's end.
      area -= static_cast<Int128>(tally.change) * (width_ - length);
    }
    timeline.bins.push_back({tally.completed, tally.cold_starts, tally.throttled,
                             tally.latency_sum_ns,
                             static_cast<double>(area) / static_cast<double>(length)});
  }
  return timeline;
}

}  // namespace faascast
