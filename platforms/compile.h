#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platforms/platform_spec.h"
#include "sim-core/error.h"
#include "sim-core/plan.h"
#include "sim-core/units.h"

namespace faascast {

enum class PackageKind : std::uint8_t { kZip, kImage };
enum class Architecture : std::uint8_t { kX86, kArm };

/// What a deployment chooses on a platform. Absent = the platform's default.
struct DeploymentConfig {
  std::optional<Megabytes> memory{};
  std::optional<double> vcpu{};               ///< where the platform lets it be chosen
  std::optional<std::int64_t> concurrency{};  ///< requests at once in one instance
  Architecture arch = Architecture::kX86;
  PackageKind package = PackageKind::kZip;
  Bytes package_bytes{};  ///< unpacked code and dependencies, or the image; 0 = not known
  std::string language = "python";
  std::uint32_t minimum_instances = 0;
  std::optional<WarmCapacity> provisioned{};  ///< its lead and steps are the platform's
  Bytes request_bytes{};
  Bytes response_bytes{};
  /// Execution times are final: requests that share an instance do not slow one another.
  bool final_times = false;
  bool one_function = false;  ///< of the traffic: max_instances is then the account's limit, too
};

/// What a model asks of an instance. CPU times are of one thread.
struct ModelLoad {
  Bytes weights{};                 ///< fetched from the object store at start; 0 = in the package
  Duration import_cpu{};           ///< importing the framework
  Duration load_cpu{};             ///< building the model from its weights
  Duration first_inference_cpu{};  ///< what the first inference takes beyond a warm one
  Megabytes memory_used{};         ///< peak of the process; 0 = not known
  /// true: times were measured on the profiling host and are multiplied by the host factor;
  /// false: they are the platform's own.
  bool on_profiling_host = true;
};

/// What a deployment on a platform comes to.
struct CompiledPool {
  PoolPlan pool{};
  Megabytes memory{};  ///< configured, after defaults
  double vcpu = 0.0;   ///< processor share
  /// Multiplies warm CPU time measured on the profiling host.
  double cpu_seconds_factor = 1.0;
  Duration warm_overhead{};  ///< to add to each request's busy time (unthrottled)
  Duration network{};        ///< to add to each request's latency
  BilledTime billed_time = BilledTime::kRequest;
  std::string gpu{};                 ///< of an instance; empty = none
  Noise noise{};                     ///< of CPU times that were measured on the profiling host
  Megabytes snapshot{};              ///< kept, and restored at every start; 0 = none
  std::vector<std::string> notes{};  ///< what a report says of this deployment's assumptions
};

/// The pool that the engine simulates. Checks memory, processor, package, payload, architecture
/// and concurrency; problems carry `where` and all of them are added.
/// @return nothing when there was a problem
[[nodiscard]] std::optional<CompiledPool> make_pool(const PlatformSpec& spec,
                                                    const DeploymentConfig& config,
                                                    const ModelLoad& load, const std::string& where,
                                                    std::vector<Problem>& problems);

/// @throws InputError with every problem.
[[nodiscard]] CompiledPool make_pool(const PlatformSpec& spec, const DeploymentConfig& config,
                                     const ModelLoad& load);

/// The processor share of a configuration, in vCPU. @pre memory is one that the platform sells
[[nodiscard]] double vcpu_share(const PlatformSpec& spec, Megabytes memory,
                                std::optional<double> vcpu);

/// The quota that holds inside the handler; none from one vCPU on, since inference is taken as
/// one thread.
[[nodiscard]] CpuLaw cpu_law(const PlatformSpec& spec, double vcpu);

/// Platform CPU seconds per profiling-host CPU second of one thread. More than one vCPU does not
/// speed up one thread.
[[nodiscard]] double cpu_seconds_factor(const PlatformSpec& spec);

/// The memory size nearest to `wanted` that the platform sells.
[[nodiscard]] Megabytes nearest_memory(const MemoryRule& rule, Megabytes wanted);

}  // namespace faascast
