#pragma once

#include <optional>
#include <string>
#include <vector>

#include "studies/validate.h"

namespace faascast {

/// One measured figure with what a mechanism makes of a reference measurement of the same
/// function: reference * (1 - share + share * ratio). The share of the time that scales is learned
/// from the other functions where `learns_share`, else it is 1.
struct Case {
  BlindRow row{};          ///< without prediction
  std::string cluster{};   ///< figures whose errors go together: "aws 411"
  double reference = 0.0;  ///< > 0
  double ratio = 1.0;      ///< > 0
  bool learns_share = false;
};

/// What is expected of ln(measured / mechanism), from other functions: mean and the half width of
/// its 90 % interval.
struct Learned {
  double share = 1.0;
  double shift = 0.0;
  double half = 0.0;
};

/// Learns from all cases of other functions than `function`: the share that makes their squared
/// log errors least, then the mean and spread of the errors. A new function's error is taken to
/// come from the same law as the other clusters': t interval with (clusters - 1) degrees of
/// freedom, spread between clusters and within them added.
/// @return nothing with fewer than two clusters to learn from
[[nodiscard]] std::optional<Learned> learn(const std::vector<Case>& cases,
                                           const std::string& function);

/// Predicts each case from the others, leaving its function out. Cases that nothing can be learned
/// for are left out.
[[nodiscard]] std::vector<BlindRow> predicted(const std::vector<Case>& cases);

/// Leaves each row out in turn, fits ln y = a + b ln x to the others, and predicts it with the
/// regression's own 90 % interval. @pre four rows or more, x and y above 0
struct Point {
  BlindRow row{};  ///< measured = y
  double x = 0.0;
};
[[nodiscard]] std::vector<BlindRow> predicted_by_regression(const std::vector<Point>& points);

/// base * (1 + extra): both with their intervals in logarithms, side by side independent.
[[nodiscard]] BlindRow raised(BlindRow base, double extra, double extra_low, double extra_high);

/// The 95 % quantile of Student's t.
[[nodiscard]] double t95(double degrees);

}  // namespace faascast
