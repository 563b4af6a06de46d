#pragma once

#include <string>
#include <vector>

#include "studies/quick.h"
#include "studies/report/html.h"
#include "studies/report/table.h"
#include "studies/run.h"
#include "studies/scenario.h"

namespace faascast {

// What a what-if says at once, before anything is simulated, and how two of them differ.

/// The closed forms of a scenario, ready to be shown.
struct WhatIf {
  QuickReport report{};
  Chart cost{};           ///< along the traffic; estimates
  std::string verdict{};  ///< in words, as an estimate
};
/// @throws InputError
[[nodiscard]] WhatIf what_if(const Scenario& scenario, const Inputs& inputs,
                             const QuickTraffic& traffic);

/// Scenarios with equal keys have the same Inputs: they differ in deployments, objective and names
/// alone.
[[nodiscard]] std::string inputs_key(const Scenario& scenario);

/// "faascast breakeven FILE --set traffic.scale=2", quoted for a shell.
/// @param file  as it was opened; a shipped scenario's name
[[nodiscard]] std::string equivalent_command(const std::string& command, const std::string& file,
                                             const Scenario& scenario);

/// A run with the name that it was kept under.
struct NamedRun {
  std::string name{};
  const RunReport* report = nullptr;
};
/// A row for each deployment of each run: cost, p99 and cold share, and cost and p99 against the
/// deployment of the same name (else place) in the first run.
[[nodiscard]] Table compared_runs(const std::vector<NamedRun>& runs);
/// "With 'b', lambda is 12 % cheaper and its p99 30 % higher than with 'a'."
[[nodiscard]] std::vector<std::string> compared_in_words(const std::vector<NamedRun>& runs);

/// How well a run knows its figures: the widest half-width of its mean latencies and costs against
/// their means, in words.
[[nodiscard]] std::string precision_text(const RunReport& report);

}  // namespace faascast
