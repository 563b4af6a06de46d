#include "workloads/scaling_measure.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "sim-core/error.h"
#include "workloads/stopwatch.h"

namespace faascast {
namespace {

using WallClock = std::chrono::steady_clock;

constexpr std::size_t kLeastRuns = 5;
constexpr std::size_t kMostRuns = 200;
constexpr std::int64_t kSplitBatch = 32;
/// Shorter samples are groups of inferences, as for single ones.
constexpr std::int64_t kShortestNs = 50'000;

std::int64_t median_of(std::vector<std::int64_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double seconds_since(WallClock::time_point start) {
  return std::chrono::duration<double>(WallClock::now() - start).count();
}

template <class Clock>
std::int64_t timed(const Clock& clock, const ReadyModel& model, std::int64_t runs) {
  const std::int64_t start = clock();
  for (std::int64_t i = 0; i < runs; ++i) model.run();
  return (clock() - start) / runs;
}

/// Samples of `clock` for one inference, undisturbed ones where there are enough.
template <class Clock>
std::vector<std::int64_t> samples_of(const Clock& clock, const ReadyModel& model, double seconds) {
  model.fill();
  model.run();
  const std::int64_t once = timed(clock, model, 1);
  const std::int64_t runs = once >= kShortestNs ? 1 : kShortestNs / std::max<std::int64_t>(once, 100) + 1;
  std::vector<std::int64_t> kept;
  std::vector<std::int64_t> disturbed;
  const auto start = WallClock::now();
  long seen = preemptions();
  while (kept.size() < kMostRuns &&
         (kept.size() + disturbed.size() < kLeastRuns || seconds_since(start) < seconds)) {
    const std::int64_t sample = timed(clock, model, runs);
    const long now = preemptions();
    (now == seen ? kept : disturbed).push_back(std::max<std::int64_t>(sample, 1));
    seen = now;
  }
  if (kept.size() < kLeastRuns) kept.insert(kept.end(), disturbed.begin(), disturbed.end());
  return kept;
}

std::int64_t cpu_ns() { return thread_cpu().count(); }
std::int64_t wall_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(WallClock::now().time_since_epoch())
      .count();
}

}  // namespace

void measure_batches(const LoadModel& load, const ProfileOptions& options,
                     ExecutionProfile& profile) {
  std::set<std::int64_t> sizes(options.batches.begin(), options.batches.end());
  sizes.insert(1);
  if (sizes.size() < 2) return;
  const double seconds = options.max_seconds / static_cast<double>(sizes.size());
  const Pinned pinned;
  std::vector<ScalingPoint> points;
  for (const std::int64_t size : sizes) {
    // As if time grew with the batch: what would take longer than all there is is left out.
    const double expected = points.empty() ? 0.0
                                           : static_cast<double>(points.back().ns) * 1e-9 *
                                                 static_cast<double>(size) /
                                                 static_cast<double>(points.back().count);
    if (expected * static_cast<double>(kLeastRuns) > options.max_seconds) break;
    try {
      points.push_back({size, median_of(samples_of(cpu_ns, load(size, 1), seconds))});
    } catch (const InputError&) {
      break;  // this batch does not fit the model, nor will larger ones
    }
  }
  if (points.size() >= 2) profile.batches = std::move(points);
}

void measure_threads(const LoadModel& load, const ProfileOptions& options,
                     ExecutionProfile& profile) {
  if (options.threads < 2) return;
  const bool is_split = options.runtime.empty();
  // Of a slow model a smaller batch is split.
  std::int64_t batch = is_split ? std::max<std::int64_t>(kSplitBatch, options.threads) : 1;
  const double single = static_cast<double>(median_of(profile.samples_ns)) * 1e-9;
  const auto too_long = [&] {
    return single * static_cast<double>(batch * static_cast<std::int64_t>(kLeastRuns)) >
           options.max_seconds;
  };
  while (batch > 1 && too_long()) batch /= 2;
  std::vector<unsigned> counts;
  for (unsigned n = 1; n <= options.threads && (!is_split || n <= batch); n *= 2) counts.push_back(n);
  std::vector<ScalingPoint> points;
  for (const unsigned n : counts) {
    if (is_split && batch % n != 0) break;
    try {
      // The least: on a machine with other work every disturbance makes it longer.
      const auto samples = samples_of(wall_ns, load(batch, n),
                                      options.max_seconds / static_cast<double>(counts.size()));
      points.push_back({n, *std::min_element(samples.begin(), samples.end())});
    } catch (const InputError&) {
      break;
    }
  }
  if (points.size() < 2) return;
  profile.threads = std::move(points);
  profile.threads_batch = batch;
}

}  // namespace faascast
