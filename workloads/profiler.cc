#include "workloads/profiler.h"

#include <fmt/format.h>
#include <sched.h>
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
#include "workloads/onnx_reader.h"

namespace faascast {
namespace {

using WallClock = std::chrono::steady_clock;

constexpr Duration kShortest{50'000};           ///< of a sample: shorter inferences are grouped
constexpr std::uint64_t kLeastSamples = 64;     ///< support a p90
constexpr std::uint64_t kMostSamples = 1'000'000;
constexpr Duration kWarmUp{50'000'000};         ///< of CPU time, and at least kWarmUpRuns
constexpr int kWarmUpRuns = 10;

Duration thread_cpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return Duration(now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec);
}

long preemptions() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

std::uint64_t peak_resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

/// Keeps the calling thread on the core that it is on; undone at the end of the scope. Where the
/// system forbids it, the thread simply stays free.
class Pinned {
 public:
  Pinned() {
    CPU_ZERO(&before_);
    if (sched_getaffinity(0, sizeof before_, &before_) != 0) return;
    const int core = sched_getcpu();
    if (core < 0 || core >= CPU_SETSIZE) return;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(core), &one);
    pinned_ = sched_setaffinity(0, sizeof one, &one) == 0;
  }
  ~Pinned() {
    if (pinned_) sched_setaffinity(0, sizeof before_, &before_);
  }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  cpu_set_t before_{};
  bool pinned_ = false;
};

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

/// A fixed sequence in [0, 1): inputs need only be ordinary, not random.
void fill_inputs(Executor& executor) {
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < executor.inputs(); ++i) {
    if (executor.input_type(i) != ElementType::kFloat32) continue;  // zeros: valid ids and flags
    for (float& value : executor.input_as<float>(i)) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      value = static_cast<float>(state >> 40) * 0x1p-24F;
    }
  }
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
  require(options.threads == 1, fmt::format("{} threads", options.threads),
          "kernels run on one thread: ask for 1");
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
  const Pinned pinned;
  ExecutionProfile profile{.model = file.name, .model_sha256 = file.sha256};
  const Duration start = thread_cpu();
  Executor executor(
      read_onnx(file.content, file.name),
      {.batch = options.batch, .input_shapes = options.input_shapes, .isa = options.isa});
  profile.load = thread_cpu() - start;
  fill_inputs(executor);
  const auto work = [&executor] { executor.run(); };
  profile.first_inference = time_runs(work, 1);
  profile.runs_per_sample = warm_up(work);
  measure_steady(work, options, profile);
  for (std::size_t i = 0; i < executor.inputs(); ++i) {
    profile.input_shapes.push_back(executor.input_shape(i));
  }
  profile.peak_memory_bytes = peak_resident_bytes();
  profile.flops = executor.flops();
  profile.weight_bytes = executor.weight_bytes();
  profile.activation_peak_bytes = executor.activation_peak_bytes();
  profile.host = this_host(std::string(executor.isa()));
  profile.created = today();
  profile.program_version = FAASCAST_VERSION;
  return profile;
}

}  // namespace faascast
