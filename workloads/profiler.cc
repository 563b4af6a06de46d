#include "workloads/profiler.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <fstream>
#include <thread>
#include <utility>

#include "sim-core/error.h"
#include "workloads/kernels/kernel_set.h"
#include "workloads/models.h"
#include "workloads/ready_model.h"
#include "workloads/scaling_measure.h"
#include "workloads/stopwatch.h"

namespace faascast {
namespace {

using WallClock = std::chrono::steady_clock;

constexpr Duration kShortest{50'000};           ///< of a sample: shorter inferences are grouped
constexpr std::uint64_t kLeastSamples = 64;     ///< support a p90
constexpr std::uint64_t kMostSamples = 1'000'000;
constexpr unsigned kMostThreads = 1024;
constexpr std::int64_t kMostBatch = 1'000'000;
constexpr Duration kWarmUp{50'000'000};         ///< of CPU time, and at least kWarmUpRuns
constexpr int kWarmUpRuns = 10;

/// From now on the peak is counted anew, where the system allows it.
void forget_peak_memory() { std::ofstream("/proc/self/clear_refs") << '5'; }

std::uint64_t peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    std::uint64_t kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  std::string line;
  while (std::getline(info, line)) {
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &utc);
  return text.data();
}

template <class Work>
Duration time_runs(const Work& work, std::uint32_t runs) {
  const Duration start = thread_cpu();
  for (std::uint32_t i = 0; i < runs; ++i) work();
  return thread_cpu() - start;
}

/// Runs until caches and clock speed have settled; returns how many inferences fill a sample.
template <class Work>
std::uint32_t warm_up(const Work& work) {
  const Duration start = thread_cpu();
  Duration fastest = Duration::max();
  for (int i = 0; i < kWarmUpRuns || thread_cpu() - start < kWarmUp; ++i) {
    fastest = std::min(fastest, time_runs(work, 1));
  }
  const auto runs = kShortest / std::max(fastest, Duration(1)) + 1;
  if (fastest >= kShortest) return 1;
  // The clock's own cost hides in `fastest`: once more, in a group.
  const Duration each = time_runs(work, static_cast<std::uint32_t>(runs)) / runs;
  return static_cast<std::uint32_t>(kShortest / std::max(each, Duration(1)) + 1);
}

template <class Work>
void measure_steady(const Work& work, const ProfileOptions& options, ExecutionProfile& profile) {
  const auto start = WallClock::now();
  const std::chrono::duration<double> limit(options.max_seconds);
  const std::int64_t runs = profile.runs_per_sample;
  const std::uint64_t enough = std::min(options.min_samples, kLeastSamples);
  std::vector<std::int64_t> preempted;
  profile.samples_ns.reserve(options.min_samples);
  long seen = preemptions();
  while (profile.samples_ns.size() < options.min_samples) {
    if (WallClock::now() - start >= limit &&
        profile.samples_ns.size() + preempted.size() >= enough) {
      break;
    }
    const Duration elapsed = time_runs(work, profile.runs_per_sample);
    const std::int64_t sample = (elapsed.count() + runs / 2) / runs;
    const long now = preemptions();
    if (now == seen) {
      profile.samples_ns.push_back(sample);
      continue;
    }
    // Since the end of the sample before, somebody else used the caches.
    seen = now;
    preempted.push_back(sample);
    work();
  }
  if (profile.samples_ns.size() < enough) {
    const std::uint64_t room = options.min_samples - profile.samples_ns.size();
    const auto kept = std::min<std::uint64_t>(preempted.size(), room);
    profile.preempted_samples = kept;
    profile.dropped_samples = preempted.size() - kept;
    profile.samples_ns.insert(profile.samples_ns.end(), preempted.begin(),
                              preempted.begin() + static_cast<std::ptrdiff_t>(kept));
  } else {
    profile.dropped_samples = preempted.size();
  }
}

void check(const ProfileOptions& options) {
  std::vector<Problem> problems;
  const auto require = [&](bool holds, std::string what, std::string mend) {
    if (!holds) problems.push_back({.what = std::move(what), .mend = std::move(mend)});
  };
  require(options.min_samples >= 1 && options.min_samples <= kMostSamples,
          fmt::format("{} samples", options.min_samples),
          fmt::format("ask for 1 to {} samples", kMostSamples));
  require(options.max_seconds > 0.0 && options.max_seconds <= 86'400.0,
          fmt::format("{} seconds of measuring", options.max_seconds),
          "give more than 0 and at most 86400 seconds");
  require(options.threads >= 1 && options.threads <= kMostThreads,
          fmt::format("{} threads", options.threads),
          fmt::format("ask for 1 to {}", kMostThreads));
  require(std::all_of(options.batches.begin(), options.batches.end(),
                      [](std::int64_t batch) { return batch >= 1 && batch <= kMostBatch; }),
          fmt::format("batches of {}", fmt::join(options.batches, ", ")),
          fmt::format("ask for sizes from 1 to {}", kMostBatch));
  require(options.runtime.empty() || options.isa.empty(),
          fmt::format("kernels of {} in {}", options.isa, options.runtime),
          "the instruction set is that runtime's own to choose");
  if (!problems.empty()) throw InputError(std::move(problems));
}

}  // namespace

ProfileHost this_host(const std::string& isa) {
  return {.cpu = processor_name(),
          .isa = isa.empty() ? std::string(best_kernels().isa) : isa,
          .cores = std::thread::hardware_concurrency()};
}

ExecutionProfile profile_work(const std::string& name, const std::function<void()>& work,
                              const ProfileOptions& options) {
  check(options);
  const Pinned pinned;
  ExecutionProfile profile{.model = name};
  profile.first_inference = time_runs(work, 1);
  profile.runs_per_sample = warm_up(work);
  measure_steady(work, options, profile);
  profile.peak_memory_bytes = peak_resident_bytes();
  profile.host = this_host();
  profile.created = today();
  profile.program_version = FAASCAST_VERSION;
  return profile;
}

ExecutionProfile profile_model(const std::string& name_or_path, const ProfileOptions& options) {
  return profile_model(find_model(name_or_path), options);
}

ExecutionProfile profile_model(const ModelFile& file, const ProfileOptions& options) {
  check(options);
  const LoadModel load = loader_of(file, options);
  forget_peak_memory();
  ExecutionProfile profile{.model = file.name, .model_sha256 = file.sha256};
  {
    const Pinned pinned;
    const Duration start = thread_cpu();
    const ReadyModel model = load(options.batch, 1);
    profile.load = thread_cpu() - start;
    model.fill();
    profile.first_inference = time_runs(model.run, 1);
    profile.runs_per_sample = warm_up(model.run);
    measure_steady(model.run, options, profile);
    profile.peak_memory_bytes = peak_resident_bytes();
    profile.input_shapes = model.input_shapes;
    profile.flops = model.flops;
    profile.weight_bytes = model.weight_bytes;
    profile.activation_peak_bytes = model.activation_peak_bytes;
    profile.host = this_host(model.isa);
  }
  measure_batches(load, options, profile);
  measure_threads(load, options, profile);
  profile.created = today();
  profile.program_version = FAASCAST_VERSION;
  return profile;
}

}  // namespace faascast
