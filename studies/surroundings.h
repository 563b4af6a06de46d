#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pricing/price_book.h"
#include "sim-core/plan.h"
#include "sim-core/usage.h"
#include "studies/scenario.h"
#include "studies/schema.h"

namespace faascast {

/// What stands around one deployment, ready to be metered. Nothing of it changes a latency.
struct Surroundings {
  /// A fixed fleet of `replicas` on `machines`, which are what is billed; 0: each is a machine.
  std::uint32_t replicas = 0;
  std::uint32_t machines = 0;
  bool control_plane = false;
  std::uint32_t zones = 1;
  std::uint32_t gateways = 0;
  Bytes nat_bytes{};       ///< a request
  Bytes log_bytes{};       ///< a request
  Megabytes disk{};        ///< a machine
};

/// Fills in the meters that are not simulated, from those that are.
/// @param span  of the usage; control planes and gateways stand all of it
void meter_surroundings(const Surroundings& around, Duration span, Usage& usage);

/// What one replica is. On Kubernetes a pod, else the server.
struct ReplicaShape {
  MilliVcpu vcpu{};
  Megabytes memory{};
  std::uint32_t per_machine = 0;  ///< pods that fit a node; 0 = a replica is a machine
};
/// @throws InputError where a pod has no size or fits no node
[[nodiscard]] ReplicaShape replica_shape(const ServerType& type, const DeploymentSpec& deployment);

/// Also puts an autoscaled fleet of pods into `plan` by the node: whole nodes are what comes, goes
/// and is billed.
[[nodiscard]] Surroundings surround_servers(const DeploymentSpec& deployment,
                                            const ReplicaShape& shape, ServerPlan& plan);
[[nodiscard]] Surroundings surroundings_of_functions(const DeploymentSpec& deployment);
/// "3 x aws/c6i.large", "6 pods on 3 x aws/m6i.large".
[[nodiscard]] std::string fleet_text(const DeploymentSpec& deployment, const ServerType& type,
                                     const ReplicaShape& shape, const ServerPlan& plan);
/// @param shares_cores  busy hyperthreads slow one another in this fleet
[[nodiscard]] std::vector<std::string> notes_of(const DeploymentSpec& deployment,
                                                const ServerType& type, const ReplicaShape& shape,
                                                bool shares_cores);

/// What the deployment has beside its servers or functions, and on which terms it pays.
[[nodiscard]] Terms terms_of(const Scenario& scenario, const DeploymentSpec& deployment);
/// The server (on Kubernetes the node) of a deployment.
/// @throws InputError
[[nodiscard]] ServerType server_type_of(const PriceBook& book, const DeploymentSpec& deployment);
[[nodiscard]] bool has_own_price(const DeploymentSpec& deployment);

/// Reads what hangs together: zones and counts, prices for zones, figures that the table leaves to
/// the catalogue (start lag, hyperthreads), one of them pinned to an end of its range.
void fill_from_catalogue(DeploymentSpec& deployment, const TomlNode& table, const PriceBook& book,
                         const ServerType& type, const std::optional<Pin>& pin);

/// Keys of [[deployment]] that say what stands around it.
[[nodiscard]] const std::vector<SchemaKey<DeploymentSpec>>& surroundings_keys();

}  // namespace faascast
