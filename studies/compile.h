#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pricing/bill.h"
#include "pricing/price_book.h"
#include "sim-core/plan.h"
#include "studies/instance_usage.h"
#include "studies/model_source.h"
#include "studies/scenario.h"
#include "studies/surroundings.h"

namespace faascast {

/// What all deployments of a scenario share.
struct Inputs {
  std::shared_ptr<const Traffic> traffic{};    ///< scaled as the scenario says
  std::shared_ptr<const Traffic> unscaled{};
  ResolvedModel model{};
  std::vector<ResolvedModel> versions{};  ///< of the scenario's versions
  std::map<std::string, ResolvedModel> own{};  ///< of deployments with a model of their own, by name
};

/// Opens the traffic and resolves the model.
/// @throws InputError
[[nodiscard]] Inputs resolve_inputs(const Scenario& scenario, const StoreOptions& store);

/// The trace in memory that the scenario's traffic names; null: it names none.
[[nodiscard]] const GivenTrace* given_trace(const Scenario& scenario);

/// The traffic of a scenario at `scale` times its file's rate, by its rule.
[[nodiscard]] std::shared_ptr<const Traffic> scaled_traffic(const Scenario& scenario,
                                                            std::shared_ptr<const Traffic> unscaled,
                                                            double scale);

/// A deployment ready to run and to be priced.
struct CompiledDeployment {
  DeploymentPlan plan{};
  PriceList prices{};
  InstanceBilling instance_billing{};
  Surroundings surroundings{};  ///< for meter_surroundings()
  std::string configuration{};       ///< "1769 MB", "2 x aws/c6i.large"
  std::vector<std::string> notes{};  ///< what a report must say of it
  /// As the plan's parts. What stands above is the first one's.
  std::vector<CompiledDeployment> parts{};
};

/// The two sides of a hybrid as deployments of their own.
/// @pre deployment.hybrid
[[nodiscard]] DeploymentSpec base_of(const DeploymentSpec& deployment);
[[nodiscard]] DeploymentSpec overflow_of(const DeploymentSpec& deployment);

/// @throws InputError with the place of the deployment
[[nodiscard]] CompiledDeployment compile_deployment(const Scenario& scenario,
                                                    const DeploymentSpec& deployment,
                                                    const Inputs& inputs);

struct CompiledScenario {
  Plan plan{};
  std::vector<CompiledDeployment> deployments{};  ///< plans moved into `plan`
};

/// All problems of all deployments at once.
/// @throws InputError
[[nodiscard]] CompiledScenario compile(const Scenario& scenario, const Inputs& inputs);

/// Client to server and back, as the shipped platforms have it for functions (assumed: a client in
/// the same region). Not added where a scenario or a trace gives final execution times.
inline constexpr Duration kServerNetwork = std::chrono::milliseconds(10);

[[nodiscard]] ServerChoice server_choice(const DeploymentSpec& deployment);
/// true where the platform has a price for instances that are kept warm.
[[nodiscard]] bool sells_minimum_instances(const Scenario& scenario,
                                           const DeploymentSpec& deployment);
/// Memory sizes that a search for the cheapest one tries: those sold, or a dozen in the range;
/// none below what the model uses.
[[nodiscard]] std::vector<Megabytes> memory_candidates(const PlatformSpec& spec,
                                                       Megabytes memory_used);

[[nodiscard]] Horizon horizon_of(const Scenario& scenario, const Traffic& traffic);

}  // namespace faascast
