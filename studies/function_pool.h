#pragma once

#include "platforms/compile.h"
#include "pricing/server_catalogue.h"
#include "studies/instance_usage.h"
#include "studies/scenario.h"

namespace faascast {

/// The server type that a self-hosted platform runs on. @pre the platform has a cluster
[[nodiscard]] ServerChoice node_choice(const DeploymentSpec& deployment);

/// @throws InputError where an instance does not fit on a server
[[nodiscard]] InstanceBilling instance_billing_of(const Scenario& scenario,
                                                  const DeploymentSpec& deployment,
                                                  const CompiledPool& pool);

/// What the clients of a deployment do where it cannot serve them at once.
void add_clients(const DeploymentSpec& deployment, PoolPlan& pool);

}  // namespace faascast
