#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim-core/distribution.h"
#include "sim-core/units.h"
#include "workloads/scaling.h"
#include "workloads/tensor.h"

namespace faascast {

/// Where a profile was measured.
struct ProfileHost {
  std::string cpu{};  ///< model name of the processor
  /// Instruction set of the kernels ("x86-64-v4"), or what ran the model instead of them
  /// ("onnxruntime 1.30.0").
  std::string isa{};
  std::uint32_t cores = 0;
  friend bool operator==(const ProfileHost&, const ProfileHost&) = default;
};

/// What running a model costs, measured. All times are CPU time of one thread: what a platform does
/// to them (CPU share, noise) is the platform's to say.
struct ExecutionProfile {
  std::string model{};         ///< shipped name, file name, or the samples' file
  std::string model_sha256{};  ///< of the .onnx file; empty when imported from samples
  std::vector<Shape> input_shapes{};
  Duration load{};             ///< reading, planning and packing until ready to run
  Duration first_inference{};  ///< the first run after that
  /// Steady, warm inferences, ns each, in the order measured. Where an inference is too short for
  /// the clock, each sample is the mean of `runs_per_sample` in a row, which narrows the spread.
  std::vector<std::int64_t> samples_ns{};
  std::uint32_t runs_per_sample = 1;
  std::uint64_t dropped_samples = 0;  ///< thrown away because the thread was preempted
  /// Samples kept although the thread was preempted, because the machine was too busy for others:
  /// their caches were cold, so they are pessimistic.
  std::uint64_t preempted_samples = 0;
  std::uint64_t peak_memory_bytes = 0;  ///< peak resident set of the process; 0 = not known
  double flops = 0.0;                   ///< of one inference
  std::uint64_t weight_bytes = 0;       ///< in memory, as float32
  std::uint64_t activation_peak_bytes = 0;
  /// CPU time of an inference by its batch, 1 first, each the median of many. Empty: not measured, or
  /// the model's batch is fixed.
  std::vector<ScalingPoint> batches{};
  /// Wall time by threads, 1 first, each the least of many: of one inference of `threads_batch`
  /// inputs. The kernels of this program run on one thread, so a batch is split among copies of the
  /// model; a runtime that splits operators is measured with one input.
  std::vector<ScalingPoint> threads{};
  std::int64_t threads_batch = 1;
  ProfileHost host{};
  std::string created{};          ///< ISO date
  std::string program_version{};
  friend bool operator==(const ExecutionProfile&, const ExecutionProfile&) = default;
};

/// Fewest samples from which a quantile can be published with 99 % confidence by MLPerf's
/// early-stopping rule when one sample may lie beyond it: 64 for p90, 662 for p99.
/// @param quantile in (0, 1)
[[nodiscard]] std::uint64_t samples_needed(double quantile);
/// The highest of 0.5, 0.9, 0.95, 0.97, 0.99, 0.999, 0.9999 that so many samples support (0.5 for
/// any).
[[nodiscard]] double highest_quantile(std::uint64_t samples);

/// The law of the steady samples. @pre there is a sample
[[nodiscard]] Distribution execution_distribution(const ExecutionProfile& profile);

/// The profile as a JSON document (schema 1): every field, samples included, keys sorted.
[[nodiscard]] std::string profile_text(const ExecutionProfile& profile);
/// @param name what errors call the text
/// @throws InputError when the text is not such a document; all problems at once.
[[nodiscard]] ExecutionProfile parse_profile(std::string_view text, const std::string& name);

/// @throws InputError when the file cannot be written.
void save_profile(const ExecutionProfile& profile, const std::filesystem::path& file);
[[nodiscard]] ExecutionProfile load_profile(const std::filesystem::path& file);

/// SHA-256 of the canonical content: equal profiles have equal hashes, however a file is laid out.
[[nodiscard]] std::string profile_hash(const ExecutionProfile& profile);

/// A shipped profile by its model's name ("logreg-mnist-odd"), or a profile file.
/// @throws InputError when it is neither.
[[nodiscard]] ExecutionProfile find_profile(const std::string& name_or_path);

/// Share of the model's work that more threads take from the first: fitted to `threads`; 0 where they
/// were not measured.
[[nodiscard]] inline double parallel_fraction(const ExecutionProfile& profile) {
  return parallel_fraction_of(profile.threads);
}

/// Measurements made elsewhere: a text file whose header has the column `execution_s`, then one
/// duration in decimal seconds a line. With a column `batch` the rows of batch 1 are the samples, and
/// the medians of all sizes the batch law. Other columns are ignored.
/// @throws InputError naming up to twenty wrong cells by line and column.
[[nodiscard]] ExecutionProfile profile_from_samples(const std::filesystem::path& file);

}  // namespace faascast
