#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "studies/run.h"
#include "studies/scenario.h"

namespace faascast {

/// What one deployment costs and how fast it is, with all figures at their values but perhaps one.
struct FigureOutcome {
  double usd_per_month = 0.0;
  std::optional<double> p99_s{};
  std::optional<bool> meets_objective{};
};

/// One figure of one deployment's platform, or its prices, at both ends of its range.
struct FigureEffect {
  std::string figure{};  ///< "cpu_share.host_factor"; "prices": all together
  std::string value{};   ///< as the platform's file has it
  std::string low{};
  std::string high{};
  std::string source{};
  std::string as_of{};
  FigureOutcome at_low{};
  FigureOutcome at_high{};
};

struct DeploymentSensitivity {
  std::string name{};
  FigureOutcome base{};
  std::vector<FigureEffect> figures{};  ///< with a range; the strongest on cost first, then on p99
};

/// Who is cheaper at the scenario's own traffic, both as cheap as the objective allows.
struct PairState {
  /// Cost of the functions / cost of the servers; nothing where a side is infeasible.
  std::optional<double> cost_ratio{};
  std::string cheaper{};  ///< name of the cheaper side, or of the only feasible one; empty: neither
  friend bool operator==(const PairState&, const PairState&) = default;
};

struct VerdictEffect {
  std::string figure{};
  std::string low{};
  std::string high{};
  PairState at_low{};
  PairState at_high{};
  bool flips = false;  ///< at one end or both another side is the cheaper
};

struct PairSensitivity {
  std::string serverless{};
  std::string dedicated{};
  PairState base{};
  std::vector<VerdictEffect> figures{};  ///< those that flip it first, then the strongest
  std::string sentence{};                ///< which (at most three) flip the verdict, in words
};

struct SensitivityReport {
  std::string scenario{};
  std::uint64_t seed = 0;
  double inferences_per_day = 0.0;
  std::vector<DeploymentSensitivity> deployments{};
  std::vector<PairSensitivity> pairs{};  ///< none without an objective
  std::vector<std::string> notes{};
};

struct SensitivityOptions {
  StudyOptions study{};
  bool verdict = true;  ///< look at the breakeven verdict too
  std::uint64_t requests_per_point = 50'000;  ///< of the verdict, about
};

/// One at a time: every platform figure that has a range at its low and its high end, all others at
/// their values, the same draws throughout. Figures of servers have no ranges but their prices'.
/// @throws InputError, Interrupted
[[nodiscard]] SensitivityReport sensitivity(const Scenario& scenario,
                                            const SensitivityOptions& options = {});

}  // namespace faascast
