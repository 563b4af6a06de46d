#pragma once

#include <optional>
#include <string>
#include <vector>

#include "studies/run.h"

namespace faascast {

/// A side of the comparison at one traffic: its cheapest configuration that meets the objective.
struct BreakevenRow {
  std::string name{};
  double usd_per_month = 0.0;
  bool feasible = false;
  std::string configuration{};  ///< "1024 MB", "3 servers"; why not, where infeasible
};

struct BreakevenPoint {
  double inferences_per_day = 0.0;
  std::vector<BreakevenRow> rows{};  ///< serverless, dedicated
};

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

struct Crossing {
  double inferences_per_day = 0.0;
  Interval sampling{};     ///< 95 %, over replications
  Interval calibration{};  ///< the platform's numbers at their low and high, combined
  std::string cheaper_below{};
};

enum class Verdict : std::uint8_t {
  kCrosses,
  kServerlessAlways,
  kDedicatedAlways,
  kInfeasible,  ///< at no traffic do both sides meet the objective
};
[[nodiscard]] std::string_view name_of(Verdict verdict);

/// What one figure of the functions' platform does to the first crossing, alone.
struct Sensitivity {
  std::string figure{};  ///< "cpu_share.host_factor"
  std::string low_value{};
  std::string high_value{};
  double at_low = 0.0;  ///< the crossing, inferences a day
  double at_high = 0.0;
};

/// The answer that a spreadsheet gives: mean rate x mean duration x price.
struct Spreadsheet {
  std::optional<double> inferences_per_day{};  ///< nothing: it never crosses
  std::string why_different{};
};

struct BreakevenPair {
  std::string serverless{};
  std::string dedicated{};
  Verdict verdict = Verdict::kInfeasible;
  std::vector<Crossing> crossings{};
  /// The figures that move the first crossing by more than 0.1 %, the strongest first, at most five.
  std::vector<Sensitivity> sensitivity{};
  std::vector<BreakevenPoint> curve{};
  Spreadsheet spreadsheet{};
  std::string sentence{};  ///< the verdict in words
};

struct BreakevenReport {
  std::string scenario{};
  std::uint64_t seed = 0;
  std::string profile_hash{};
  double inferences_per_day = 0.0;  ///< of the scenario's own traffic
  std::vector<BreakevenPair> pairs{};
  std::vector<std::string> notes{};
};

struct BreakevenOptions {
  StudyOptions study{};
  std::string serverless{};  ///< empty: every serverless deployment
  std::string dedicated{};
  unsigned replications = 10;  ///< of each crossing, for `sampling`
  bool calibration = true;     ///< find the calibration interval too
  std::uint64_t requests_per_point = 200'000;  ///< of stationary generators, about
  /// Of traces and daily patterns: above it functions are extrapolated (see CostModel).
  std::uint64_t most_requests_per_point = 500'000;
  double lowest_per_day = 100.0;
  double highest_per_day = 1e9;
};

/// At each traffic both sides are the cheapest configuration that meets the objective: memory and
/// minimum instances where the scenario leaves them open, the number of servers likewise (with
/// `redundancy` of them lost). All crossings, with intervals.
/// @throws InputError; a scenario without [objective] is one.
[[nodiscard]] BreakevenReport breakeven(const Scenario& scenario, const BreakevenOptions& options);

}  // namespace faascast
