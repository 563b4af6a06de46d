#include "studies/function_pool.h"

#include <fmt/format.h>

#include <cmath>

#include "input/quantity.h"

namespace faascast {

ServerChoice node_choice(const DeploymentSpec& deployment) {
  ServerChoice choice;
  choice.id =
      deployment.nodes.empty() ? deployment.platform_spec->cluster->server : deployment.nodes;
  choice.region = deployment.region;
  choice.arch = deployment.arch;
  return choice;
}

InstanceBilling instance_billing_of(const Scenario& scenario, const DeploymentSpec& deployment,
                                    const CompiledPool& pool) {
  InstanceBilling billing;
  billing.life = pool.billed_time == BilledTime::kInstanceLife;
  billing.memory = pool.memory;
  billing.vcpu = MilliVcpu(std::llround(pool.vcpu * 1000.0));
  billing.has_gpu = !pool.gpu.empty();
  billing.snapshot = pool.snapshot;
  if (pool.billed_time == BilledTime::kServers) {
    const ServerType node = find_server(scenario.prices->servers, node_choice(deployment));
    const Megabytes room = node.memory - deployment.platform_spec->cluster->reserved;
    const std::int64_t fits = room.value() / pool.memory.value();
    if (fits < 1) {
      throw InputError(
          Problem{deployment.where,
                  fmt::format("an instance of {} does not fit on {}, which has {}",
                              format_memory(pool.memory), node.id, format_memory(node.memory)),
                  "choose less memory, or larger servers with 'nodes'"});
    }
    billing.per_server = static_cast<std::uint32_t>(fits);
  }
  return billing;
}

void add_clients(const DeploymentSpec& deployment, PoolPlan& pool) {
  pool.queue_limit = deployment.queue_limit;
  if (deployment.patience) pool.patience = deployment.patience->distribution();
  pool.retry.most = deployment.retry.most;
  pool.retry.delay = deployment.retry.delay.distribution();
  pool.retry.factor = deployment.retry.factor;
  pool.retry.longest = deployment.retry.longest.value_or(Duration::max());
}

}  // namespace faascast
