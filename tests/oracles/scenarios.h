#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim-core/plan.h"
#include "tests/oracles/test_traffic.h"

namespace faascast::oracles {

/// A workload with its plan, small enough to print.
struct Scenario {
  std::vector<Request> requests{};  ///< sorted by (at, function, number)
  std::uint32_t functions = 1;
  bool independent = true;
  Columns columns{};
  std::size_t block = kArrivalBlock;
  Plan plan{};  ///< without its traffic
  ReplaySeed seed{};
};

[[nodiscard]] Plan with_traffic(const Scenario& scenario);

/// What random_scenario() makes.
struct ScenarioKind {
  std::size_t most_requests = 40;
  bool servers = false;
  bool detailed = false;  ///< pools with concurrency, limits, retries, keep-alive laws; fleets that
                          ///< share CPUs, break down, batch
  bool splits = false;    ///< hybrids and versions of all the others
};

/// Scenario number `number` of its kind: times on a coarse grid, so that completions, expiries and
/// arrivals coincide; zero service, limits, every reuse order, optional columns.
[[nodiscard]] Scenario random_scenario(std::uint64_t number, ScenarioKind kind);

/// The whole scenario as text.
[[nodiscard]] std::string describe(const Scenario& scenario);

}  // namespace faascast::oracles
