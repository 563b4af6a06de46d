#include "traces/dispersion.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace faascast {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::array<std::int64_t, 5> kWindows = {kSecond, 10 * kSecond, 60 * kSecond,
                                                  600 * kSecond, 3600 * kSecond};
constexpr std::size_t kMostBins = 4'000'000;  // 46 days of seconds, 456 years of hours
constexpr std::size_t kFewestBins = 10;

double ratio_of(const std::vector<std::uint64_t>& counts, std::size_t bins) {
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < std::min(bins, counts.size()); ++i) {
    const auto count = static_cast<double>(counts[i]);
    sum += count;
    squares += count * count;
  }
  const double mean = sum / static_cast<double>(bins);
  return mean > 0.0 ? (squares / static_cast<double>(bins) - mean * mean) / mean : 0.0;
}

void merge(std::vector<std::uint64_t>& counts, std::size_t group) {
  std::vector<std::uint64_t> merged((counts.size() + group - 1) / group);
  for (std::size_t i = 0; i < counts.size(); ++i) merged[i / group] += counts[i];
  counts = std::move(merged);
}

}  // namespace

void CountBins::add(std::int64_t at) {
  auto bin = static_cast<std::size_t>(at / kWindows[shortest_]);
  while (bin >= kMostBins && shortest_ + 1 < kWindows.size()) {
    coarsen();
    bin = static_cast<std::size_t>(at / kWindows[shortest_]);
  }
  if (bin >= kMostBins) return;
  if (bin >= counts_.size()) counts_.resize(bin + 1);
  ++counts_[bin];
}

void CountBins::coarsen() {
  merge(counts_, static_cast<std::size_t>(kWindows[shortest_ + 1] / kWindows[shortest_]));
  ++shortest_;
}

std::vector<Dispersion> CountBins::figures(Duration span) const {
  std::vector<Dispersion> figures;
  std::vector<std::uint64_t> counts = counts_;
  for (std::size_t w = shortest_; w < kWindows.size(); ++w) {
    if (w > shortest_) merge(counts, static_cast<std::size_t>(kWindows[w] / kWindows[w - 1]));
    // Whole windows only: a part of one would look like a lull.
    const auto bins = static_cast<std::size_t>(span.count() / kWindows[w]);
    if (bins < kFewestBins) break;
    figures.push_back({Duration(kWindows[w]), ratio_of(counts, bins)});
  }
  return figures;
}

}  // namespace faascast
