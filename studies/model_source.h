#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim-core/distribution.h"
#include "studies/host_factor.h"
#include "studies/scenario.h"
#include "workloads/models.h"
#include "workloads/profile.h"
#include "workloads/profiler.h"

namespace faascast {

/// What the engine must know of a model, whichever way a scenario names it.
struct ResolvedModel {
  Distribution cpu{};      ///< CPU time on the profiling host; final platform time if is_final
  bool is_final = false;
  bool from_trace = false;  ///< the trace brings execution times; cpu is unused
  ModelSpec::Tokens tokens{};
  bool uses_tokens = false;
  Bytes weights{};
  Duration load_cpu{};
  Duration first_inference_cpu{};  ///< beyond a steady inference
  Megabytes memory_used{};         ///< 0: not known
  /// CPU time by batch, as the profile has it; empty: not known.
  std::vector<ScalingPoint> batches{};
  std::int64_t batch = 1;  ///< inputs of a request
  double parallel_fraction = 0.0;  ///< of `cpu`
  std::uint32_t most_threads = 1;  ///< that can share it
  std::string profile_hash{};      ///< empty: no profile was used
  std::string host_cpu{};          ///< processor that the profile was measured on
  /// Of the same processor, where the user has probed it: takes the place of assumed host factors.
  std::optional<HostProbe> probe{};
  std::string description{};       ///< for reports: "logreg-mnist-odd, p50 0.1 us on AMD …"
};

/// Where profiles are kept.
struct StoreOptions {
  std::filesystem::path file{};  ///< empty: $XDG_DATA_HOME/faascast/store.sqlite
};
[[nodiscard]] std::filesystem::path store_path(const StoreOptions& options);

/// The profile of a model on this machine: from the store, or measured now and stored.
/// @throws InputError
[[nodiscard]] ExecutionProfile profile_here(const std::string& name_or_path,
                                            const ProfileOptions& options,
                                            const StoreOptions& store);

/// The same of a model in memory.
[[nodiscard]] ExecutionProfile profile_here(const ModelFile& file, const ProfileOptions& options,
                                            const StoreOptions& store);

/// A model after passes ("conversion+int8"), named after both. Ranges for int8 come from made-up
/// inputs: time and size do not depend on them, accuracy would (see `faascast model optimise`).
/// @throws InputError as find_model(), parse_passes() and apply_passes()
[[nodiscard]] ModelFile optimised_model(const std::string& name_or_path, const std::string& passes);

/// Reads the pinned profile, or finds one in the store, or measures the model here and stores it.
/// @param traffic_has_execution  no model is needed then
/// @throws InputError
[[nodiscard]] ResolvedModel resolve_model(const Scenario& scenario, bool traffic_has_execution,
                                          const StoreOptions& store);

}  // namespace faascast
