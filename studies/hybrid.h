#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "studies/run.h"

namespace faascast {

/// What a number of base servers costs, with functions for the requests that they cannot take.
struct HybridRow {
  std::uint32_t count = 0;  ///< 0: functions alone
  double usd_per_month = 0.0;
  double servers_usd = 0.0;     ///< of it
  double overflow_share = 0.0;  ///< of requests
  std::optional<double> p99_s{};
  bool feasible = false;  ///< it meets the objective
  std::string why_not{};
};

/// The best count of one rule of when requests overflow, and of one size of batches.
struct HybridSetting {
  std::uint64_t queue = 0;  ///< requests that wait before any overflows
  std::string batches{};    ///< "batches of up to 4"; empty: the servers do not batch
  HybridRow best{};
};

/// A side alone.
struct PureStrategy {
  std::string name{};
  std::string configuration{};
  double usd_per_month = 0.0;
  bool feasible = false;
  std::string why_not{};
};

struct HybridReport {
  std::string scenario{};
  std::uint64_t seed = 0;
  std::string profile_hash{};
  double inferences_per_day = 0.0;
  std::string serverless{};
  std::string dedicated{};
  std::uint64_t queue = 0;        ///< requests that wait before any overflows: as chosen
  std::string batches{};          ///< likewise; empty: the servers do not batch
  std::vector<HybridRow> rows{};  ///< by count: what was looked at, with that queue and batches
  std::vector<HybridSetting> settings{};  ///< that were looked at, the chosen one too
  PureStrategy functions{};
  PureStrategy servers{};
  /// The cheapest count that meets the objective; nothing: none does, or none beats 0.
  std::optional<std::uint32_t> best{};
  double best_usd_per_month = 0.0;  ///< mean of the replications
  /// Against the cheaper pure strategy, USD a month; the 95 % interval of paired replications.
  double saving = 0.0;
  double saving_low = 0.0;
  double saving_high = 0.0;
  unsigned replications = 0;
  std::string sentence{};
  std::vector<std::string> notes{};
};

struct HybridOptions {
  StudyOptions study{};
  std::string serverless{};  ///< empty: the only one
  std::string dedicated{};
  std::optional<std::uint64_t> queue{};  ///< nothing: the cheapest of 0, 1, 2, 4, ...
  unsigned replications = 5;             ///< >= 2
};

/// The cheapest number of base servers whose overflow goes to functions: requests that find all
/// workers busy, or also so many waiting. How many may wait, the functions' memory and the servers'
/// batches are searched where they are open: memory for functions alone; the queue, and for each
/// size of batches a queue, for as long as more of it is cheaper. Every count and every
/// replication sees the same arrivals and the same work (common random numbers). All counts are
/// looked at whose servers alone cost less than the best found; where they are many, first some of
/// them and then those around the best.
/// @throws InputError; a scenario without [objective] is one. Interrupted
[[nodiscard]] HybridReport hybrid(const Scenario& scenario, const HybridOptions& options);

}  // namespace faascast
