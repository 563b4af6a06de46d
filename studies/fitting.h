#pragma once

#include <string>
#include <vector>

#include "studies/compile.h"

namespace faascast {

/// A deployment with the memory that the scenario leaves open: the platform's default, or the least
/// above it that holds the model. Unchanged where none does.
[[nodiscard]] DeploymentSpec with_fitting_memory(DeploymentSpec deployment, const Inputs& inputs);

/// Finds the problems of all deployments and forgets the rest.
/// @param fits_memory  an open memory may be what the model needs, since a search chooses it
/// @throws InputError
void check_compiles(Scenario scenario, const Inputs& inputs, bool fits_memory);

/// Takes out the deployments that cannot run the scenario's model at all (it is larger than their
/// largest memory): places that nobody chose are not to fail.
/// @return what was left out, and why
/// @throws InputError where no functions or no servers are left
[[nodiscard]] std::vector<std::string> leave_out_misfits(Scenario& scenario,
                                                         const StoreOptions& store);

}  // namespace faascast
