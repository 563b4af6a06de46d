#pragma once

namespace faascast {

/// A keep-alive pool in the long run.
struct PoolFigures {
  double cold_share = 0.0;  ///< of requests
  double instances = 0.0;   ///< mean live ones
};

/// Poisson arrivals, exponential times, most-recently-idle reuse, no limits, cold starts that take
/// no time: the live instances are the most that were busy within one keep-alive window, which is
/// a killed birth-death process. Exact for a < 10; up to 400 interpolated in a table of exact values
/// (to 0.005 %); beyond, by the table's growth with the square root of a (to about 0.1 %). Of other
/// laws of time with the same mean the instances differ by -4 to +3 %, the cold share by 2 to 11 %
/// (coefficients of variation from 0 to 2.9, a from 0.5 to 20).
/// @param a      requests that are in execution in the mean (rate * mean time) > 0
/// @param theta  keep-alive / mean time, >= 0
[[nodiscard]] PoolFigures keep_alive_pool(double a, double theta);

/// Share of requests that wait in M/M/c. @param a offered load, 0 <= a < c
[[nodiscard]] double erlang_c(unsigned c, double a);

}  // namespace faascast
