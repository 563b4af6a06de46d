#include "traces/rate_curve.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim-core/kernels.h"

namespace faascast {

RateSegment ListedWalk::next() {
  if (next_ == list_->size()) next_ = repeats_ ? 0 : next_ - 1;
  RateSegment segment = (*list_)[next_++];
  segment.per_ns *= factor_;
  return segment;
}

CurveSource::CurveSource(std::unique_ptr<RateWalk> walk, UnitGaps gaps, Duration duration,
                         std::uint32_t function, ReplaySeed seed)
    : walk_(std::move(walk)),
      gaps_(std::move(gaps)),
      end_(duration.count()),
      words_(seed, function),
      segment_(walk_->next()) {}

void CurveSource::draw_units() {
  words_.draw(number_);
  if (gaps_.law) {
    gaps_.law->at_words(words_.arrival, at_);
    for (std::size_t i = 0; i < kArrivalBlock; ++i) {
      units_[i] = static_cast<double>(at_[i]) / UnitGaps::kUnitNs;
    }
  } else {
    kernels().exponentials(words_.arrival.data(), kArrivalBlock, units_.data());
  }
  if (number_ == 0 && gaps_.first) units_[0] = *gaps_.first;
}

ArrivalBlock CurveSource::fill() {
  if (ended_) return {};
  const std::uint64_t first = number_;
  draw_units();
  std::size_t n = 0;
  for (; n < kArrivalBlock; ++n) {
    if (!advance(units_[n])) break;
    at_[n] = begin_ + std::min(static_cast<std::int64_t>(within_ns_), segment_.length_ns - 1);
    if (at_[n] >= end_) break;
  }
  ended_ = n < kArrivalBlock;
  number_ += n;
  return block_of(at_, n, first, words_);
}

/// Moves on by so much expected traffic. @return false beyond the end
bool CurveSource::advance(double expected) {
  while (begin_ < end_) {
    const double left = segment_.per_ns * (static_cast<double>(segment_.length_ns) - within_ns_);
    if (expected < left) {
      within_ns_ += expected / segment_.per_ns;
      return true;
    }
    expected -= left;
    if (__builtin_add_overflow(begin_, segment_.length_ns, &begin_)) return false;
    segment_ = walk_->next();
    within_ns_ = 0.0;
  }
  return false;
}

double rounded_rate(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(fraction, 36)), exponent - 36);
}

}  // namespace faascast
