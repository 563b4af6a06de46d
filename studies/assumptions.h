#pragma once

#include <string>
#include <vector>

#include "studies/compile.h"
#include "studies/scenario.h"

namespace faascast {

/// ISO day in UTC, for what is old.
[[nodiscard]] std::string today();

/// What every answer about a scenario rests on, for the notes of reports.
[[nodiscard]] std::vector<std::string> assumptions_of(const Scenario& scenario,
                                                      const Inputs& inputs);

}  // namespace faascast
