#include "studies/fitting.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace faascast {
namespace {

/// Why a deployment cannot run; empty where it can.
std::string misfit_of(const Scenario& scenario, const DeploymentSpec& deployment,
                      const Inputs& inputs) {
  try {
    (void)compile_deployment(scenario, with_fitting_memory(deployment, inputs), inputs);
  } catch (const InputError& error) {
    return error.problems().front().what;
  }
  return {};
}

}  // namespace

DeploymentSpec with_fitting_memory(DeploymentSpec deployment, const Inputs& inputs) {
  if (deployment.memory || !deployment.platform_spec) return deployment;
  const PlatformSpec& platform = *deployment.platform_spec;
  if (platform.memory.preset >= inputs.model.memory_used) return deployment;
  const auto fitting = memory_candidates(platform, inputs.model.memory_used);
  if (!fitting.empty()) deployment.memory = fitting.front();
  return deployment;
}

void check_compiles(Scenario scenario, const Inputs& inputs, bool fits_memory) {
  for (DeploymentSpec& deployment : scenario.deployments) {
    if (fits_memory) deployment = with_fitting_memory(std::move(deployment), inputs);
  }
  (void)compile(scenario, inputs);
}

std::vector<std::string> leave_out_misfits(Scenario& scenario, const StoreOptions& store) {
  const Inputs inputs = resolve_inputs(scenario, store);
  std::vector<DeploymentSpec> left;
  std::vector<std::string> remarks;
  std::vector<Problem> problems;
  for (const DeploymentSpec& deployment : scenario.deployments) {
    const std::string why = misfit_of(scenario, deployment, inputs);
    if (why.empty()) {
      left.push_back(deployment);
      continue;
    }
    remarks.push_back(fmt::format("Left out: {}, since {}.", deployment.name, why));
    problems.push_back({deployment.name, why,
                        "write the scenario to a file with --save-template, and choose places "
                        "that are large enough"});
  }
  const auto has = [&](bool (DeploymentSpec::*is_side)() const) {
    return std::any_of(left.begin(), left.end(),
                       [&](const DeploymentSpec& d) { return (d.*is_side)(); });
  };
  if (!has(&DeploymentSpec::is_serverless) || !has(&DeploymentSpec::is_servers)) {
    throw InputError(std::move(problems));
  }
  scenario.deployments = std::move(left);
  return remarks;
}

}  // namespace faascast
