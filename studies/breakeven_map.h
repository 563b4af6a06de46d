#pragma once

#include <string>
#include <vector>

#include "studies/breakeven.h"
#include "studies/report.h"

namespace faascast {

/// Over what the breakeven is drawn.
struct MapAxes {
  std::vector<double> cvs{};           ///< burstiness: coefficient of variation of the gaps, > 0
  std::vector<Duration> executions{};  ///< of a request, the same on both sides
};

/// "cv=1,2,4" and "execution=50ms,200ms"; what is not said stays at 1, 2, 4 and 50 ms, 200 ms, 1 s.
/// @throws InputError
[[nodiscard]] MapAxes map_axes_of(const std::vector<std::string>& words);

struct MapCell {
  Verdict verdict = Verdict::kInfeasible;
  double inferences_per_day = 0.0;  ///< the first crossing; 0: there is none
};

struct BreakevenMap {
  std::string scenario{};
  std::string serverless{};
  std::string dedicated{};
  MapAxes axes{};
  std::vector<std::vector<MapCell>> rows{};  ///< by execution, then CV
  std::vector<std::string> notes{};
};

/// The first crossing of two deployments (the scenario's first pair unless the options name one) at
/// each burstiness and execution time: gamma-distributed gaps, constant final times in place of the
/// scenario's traffic and model. Everything else is the scenario's.
/// @throws InputError as breakeven()
[[nodiscard]] BreakevenMap breakeven_map(const Scenario& scenario, const MapAxes& axes,
                                         const BreakevenOptions& options);

[[nodiscard]] std::string render(const BreakevenMap& map, ReportFormat format);

}  // namespace faascast
