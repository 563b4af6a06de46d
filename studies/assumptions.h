#pragma once

#include <string>
#include <vector>

#include "studies/compile.h"
#include "studies/run.h"
#include "studies/scenario.h"

namespace faascast {

/// ISO day in UTC, for what is old.
[[nodiscard]] std::string today();

/// What every answer about a scenario rests on, for the notes of reports.
[[nodiscard]] std::vector<std::string> assumptions_of(const Scenario& scenario,
                                                      const Inputs& inputs);

/// Figures with a range that a deployment rests on: its platform's, or the catalogue's of servers.
[[nodiscard]] std::vector<Figure> figures_of(const DeploymentSpec& deployment);

/// Every figure of the deployments' platforms and servers that has a range, with its source and date; those
/// that platforms share are said once.
[[nodiscard]] std::vector<Assumption> figures_behind(const Scenario& scenario);

}  // namespace faascast
