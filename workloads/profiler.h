#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "workloads/executor.h"
#include "workloads/models.h"
#include "workloads/profile.h"

namespace faascast {

struct ProfileOptions {
  /// Kept samples to reach: 662 support a p99 (see samples_needed()).
  std::uint64_t min_samples = 2000;
  /// Wall time for the steady phase, seconds. Whichever of the two limits comes first ends it, but
  /// at least 64 samples (a p90) are measured, however long an inference takes.
  double max_seconds = 5.0;
  std::int64_t batch = 1;
  std::map<std::string, Shape> input_shapes{};  ///< for open axes
  /// Batches that are measured besides, for the batch law; empty: none. Sizes from where the model's
  /// batch is fixed, or one inference would take longer than max_seconds, are left out.
  std::vector<std::int64_t> batches{};
  /// Threads up to which the law of threads is measured (1, 2, 4, ...); 1: none.
  unsigned threads = 1;
  std::string isa{};  ///< empty = the best of this processor
  /// Instead of this program's kernels: "onnxruntime", or the path of its library.
  std::string runtime{};
};

/// What the command line measures besides single inferences.
inline const std::vector<std::int64_t> kUsualBatches{1, 2, 4, 8, 16, 32};

/// Runs a model on this machine and measures it, on one thread that is pinned to its core:
/// load, first inference, a warm-up, then steady samples of thread CPU time. A sample during or
/// just before which the scheduler took the core away (involuntary context switch) is dropped: the
/// caches were not the model's. Where the machine is too busy for 64 undisturbed samples, dropped
/// ones are taken after all, and counted in `preempted_samples`. Inferences shorter than 50 us are
/// measured in groups, because the clock itself costs a fraction of a microsecond. Then, not pinned,
/// the batches and threads that the options ask for.
///
/// Float inputs are filled with fixed pseudo-random values in [0, 1), so that a model's speed is not
/// that of zeros; integer inputs are zeros, which are valid ids and flags.
/// @param name_or_path shipped name or path of an .onnx file
/// @throws InputError as find_model(), read_onnx() and Executor do, and for options out of range.
[[nodiscard]] ExecutionProfile profile_model(const std::string& name_or_path,
                                             const ProfileOptions& options = {});

/// The same of a model in memory.
[[nodiscard]] ExecutionProfile profile_model(const ModelFile& file, const ProfileOptions& options = {});

/// Any other piece of work, measured by the same rules; no model, shapes or arithmetic are recorded.
[[nodiscard]] ExecutionProfile profile_work(const std::string& name,
                                            const std::function<void()>& work,
                                            const ProfileOptions& options = {});

/// The processor of this machine and the kernels that it would use.
[[nodiscard]] ProfileHost this_host(const std::string& isa = {});

}  // namespace faascast
