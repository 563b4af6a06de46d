#pragma once

#include <functional>
#include <vector>

#include "sim-core/engine.h"
#include "tests/oracles/oracle_table.h"
#include "tests/oracles/test_traffic.h"

namespace faascast::oracles {

/// The tolerance is computed, not tuned: 20 independent replications give the standard error, and
/// Student's t (19 degrees of freedom) at 7.07 is exceeded once in a million by a correct engine.
inline constexpr int kReplications = 20;
inline constexpr double kStudentT = 7.07;

struct Estimate {
  double mean = 0.0;
  double standard_error = 0.0;
};

[[nodiscard]] Estimate estimate(const std::vector<double>& values);

/// What one replication yields.
using Figures = std::function<std::vector<double>(const RunResult&)>;

/// The figures over 20 replications.
[[nodiscard]] std::vector<Estimate> replicate(const Plan& plan, const Figures& figures);

/// Two claims: precise enough to prove something (the standard error is below `precision` of the
/// value), and close enough (within 7.07 standard errors, and `reading` of the value where it is
/// read from the histogram).
void expect_matches(const OracleRow& row, const Estimate& found, double precision,
                    double reading = 0.0);

/// The observed part of a run, after `warm_up_s` that are not.
struct Span {
  double warm_up_s = 0.0;
  double length_s = 0.0;
};

[[nodiscard]] Duration seconds(double s);

/// `law` arriving at every one of `deployments`.
[[nodiscard]] Plan plan_of(const RenewalLaw& law, Span span,
                           std::vector<DeploymentPlan> deployments, std::uint32_t functions = 1);
/// A pool whose warm requests take `service`.
[[nodiscard]] DeploymentPlan pool_of(const Distribution& service, const PoolPlan& pool);
/// A fleet of single-worker servers.
[[nodiscard]] DeploymentPlan servers_of(const Distribution& service, std::uint32_t count,
                                        std::optional<std::uint64_t> queue_limit = {});
/// "exp", "det" or "lognormal".
[[nodiscard]] Distribution service_law(const std::string& name, double mean_s, double cv);

/// sum / count of integers as a double.
[[nodiscard]] double share(std::uint64_t part, std::uint64_t whole);

}  // namespace faascast::oracles
