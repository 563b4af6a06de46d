#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "studies/run.h"

namespace faascast {

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// A side of the comparison at one traffic: its cheapest configuration that meets the objective.
struct BreakevenRow {
  std::string name{};
  double usd_per_month = 0.0;
  bool feasible = false;
  std::string configuration{};  ///< "1024 MB", "3 servers"; why not, where infeasible
  Interval sampling{};     ///< of the cost, 95 %, over replications; a fleet's price is exact
  Interval calibration{};  ///< of the cost, the platform's figures at their ends, combined
};

struct BreakevenPoint {
  double inferences_per_day = 0.0;
  std::vector<BreakevenRow> rows{};  ///< serverless, dedicated
};

/// A deployment at the scenario's own traffic.
struct OwnCost {
  std::string name{};
  bool is_serverless = false;
  double usd_per_month = 0.0;
  bool feasible = false;
  std::string configuration{};
  std::string why_not{};  ///< "p99 1.2 s > 1 s", where infeasible
  double p99_s = 0.0;     ///< 0: not known; of a fleet with its redundant servers lost
};

/// One assumption, changed alone, and what the two sides of the verdict cost then.
struct Flip {
  std::string assumption{};  ///< "cpu_share.host_factor of aws-lambda: 1.5 -> 2.5"
  double serverless_usd = 0.0;
  double dedicated_usd = 0.0;
  std::string cheaper{};  ///< of those that meet the objective; empty: neither does
  bool flips = false;     ///< the verdict reverses
};

/// How long servers may run a month until the verdict reverses.
struct FlipThreshold {
  /// Nothing: it holds at any number of hours (even a fleet that never runs costs more), or a side
  /// misses the objective.
  std::optional<double> server_hours{};
  std::string text{};
};

/// The verdict at the scenario's own traffic.
struct BreakevenAnswer {
  std::string sentence{};
  std::vector<OwnCost> costs{};  ///< those that meet the objective first, each group by cost
  std::string serverless{};      ///< the best of each side, which the rest of this is about
  std::string dedicated{};
  std::string cheaper{};       ///< of the two; empty: neither meets the objective
  std::vector<Flip> flips{};   ///< at most three, those that reverse the verdict first
  std::size_t assumptions = 0;  ///< that were tried
  FlipThreshold threshold{};
};

/// What somebody paid, against what the model says.
struct MeasuredPoint {
  std::string name{};  ///< of the deployment; empty in the file: the one with the nearest cost
  double inferences_per_day = 0.0;
  double usd_per_month = 0.0;
  std::optional<double> p99_s{};
  double predicted_usd_per_month = 0.0;
  std::optional<double> predicted_p99_s{};
};

struct Crossing {
  double inferences_per_day = 0.0;
  Interval sampling{};     ///< 95 %, over replications
  Interval calibration{};  ///< the platform's numbers at their low and high, combined
  std::string cheaper_below{};
  unsigned replications = 0;  ///< behind `sampling`
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
  std::string scaling{};            ///< how the traffic is made more or less, in words
  std::optional<BreakevenAnswer> answer{};
  std::vector<BreakevenPair> pairs{};
  std::vector<MeasuredPoint> measured{};
  std::vector<std::string> notes{};
  std::vector<Assumption> assumptions{};
  std::string command{};  ///< that makes this report again; empty: not from a command line
};

struct BreakevenOptions {
  StudyOptions study{};
  std::string serverless{};  ///< empty: every serverless deployment
  std::string dedicated{};
  unsigned replications = 10;  ///< of each crossing, for `sampling`
  /// Half-width / crossing that replications go on for, in doublings; 0: as many as said.
  double precision = 0.0;
  bool answers = true;  ///< also the verdict at the scenario's own traffic, and what would flip it
  std::filesystem::path measured{};  ///< instead of the scenario's file of measured points
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
