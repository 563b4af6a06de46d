#include "sim-core/draw.h"

#include <cassert>
#include <utility>

#include "sim-core/kernels.h"

namespace faascast {

void unit_exponentials(std::span<const std::uint64_t> words, std::span<double> units) {
  assert(words.size() == units.size() && "sizes must be equal");
  kernels().exponentials(words.data(), words.size(), units.data());
}

void exponential_gaps(std::span<const std::uint64_t> words, double mean_ns,
                      std::span<std::int64_t> ns) {
  assert(words.size() == ns.size() && "sizes must be equal");
  kernels().exponential_ns(words.data(), words.size(), mean_ns, ns.data());
}

RenewalSource::RenewalSource(std::uint32_t function, ReplaySeed seed, double mean_gap_ns,
                             Duration duration)
    : stream_(seed.seed, function, Purpose::kRequest, 0, seed.replication),
      mean_gap_ns_(mean_gap_ns),
      end_(duration.count()) {}

RenewalSource::RenewalSource(std::uint32_t function, ReplaySeed seed, Distribution gap,
                             Duration duration)
    : stream_(seed.seed, function, Purpose::kRequest, 0, seed.replication),
      gap_(std::move(gap)),
      end_(duration.count()) {}

ArrivalBlock RenewalSource::fill() {
  if (now_ >= end_) return {};
  stream_.words(number_, gap_word_, work_word_);
  if (mean_gap_ns_ > 0.0) {
    exponential_gaps(gap_word_, mean_gap_ns_, at_);
  } else {
    gap_.at_words(gap_word_, at_);
  }
  std::size_t n = 0;
  for (; n < kArrivalBlock; ++n) {
    now_ += at_[n];
    if (now_ >= end_) break;
    at_[n] = now_;
  }
  ArrivalBlock block;
  block.at = std::span(at_).first(n);
  block.first_number = number_;
  block.work_word = std::span<const std::uint64_t>(work_word_).first(n);
  number_ += n;
  return block;
}

}  // namespace faascast
