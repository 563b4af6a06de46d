#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "studies/breakeven.h"
#include "studies/hybrid.h"
#include "studies/optimise.h"
#include "studies/run.h"
#include "studies/scenario.h"
#include "studies/sensitivity.h"
#include "studies/sweep.h"

namespace faascast {

/// A result worth keeping, with all that is needed to make it again.
struct RunRecord {
  std::string kind{};  ///< "run", "breakeven", "sweep", "sensitivity", "optimise"
  std::string scenario_name{};
  std::string scenario_text{};  ///< the TOML as it was read
  std::uint64_t seed = 0;
  std::string profile_hash{};  ///< empty: no profile was used
  std::string fingerprint{};   ///< of a run, 16 hex digits; empty otherwise
  std::string json{};          ///< as render(…, ReportFormat::kJson)
};

/// A record as it lies in the store.
struct StoredRun {
  std::int64_t id = 0;
  std::string created{};  ///< UTC, "2026-11-24T09:30:00Z"
  std::string version{};  ///< of the program
  std::string host{};     ///< processor and system that it ran on
  RunRecord record{};
};

[[nodiscard]] RunRecord record_of(const Scenario& scenario, const RunReport& report);
[[nodiscard]] RunRecord record_of(const Scenario& scenario, const BreakevenReport& report);
[[nodiscard]] RunRecord record_of(const Scenario& scenario, const HybridReport& report);
[[nodiscard]] RunRecord record_of(const Scenario& scenario, const SweepReport& report);
[[nodiscard]] RunRecord record_of(const Scenario& scenario, const SensitivityReport& report);
[[nodiscard]] RunRecord record_of(const Scenario& scenario, const OptimiseReport& report);

/// Adds a record to a store, in one transaction; makes the file and its folder where missing.
/// @return its number
/// @throws InputError in one line: not a store, locked by another program, read-only;
/// std::runtime_error where the disk fails or is full
std::int64_t save_run(const std::filesystem::path& store, const RunRecord& record);

/// Makes a store where missing, and finds out whether it can be written: before a long run.
/// @throws InputError as save_run()
void check_store(const std::filesystem::path& store);

/// The records of a store, oldest first, without scenario text and JSON. A store without runs has
/// none; a missing file is an error.
/// @throws InputError
[[nodiscard]] std::vector<StoredRun> list_runs(const std::filesystem::path& store);

/// One record, complete.
/// @throws InputError, also where there is no such number
[[nodiscard]] StoredRun load_run(const std::filesystem::path& store, std::int64_t id);

/// Removes records: all of them, or none where a number is unknown.
/// @throws InputError
void delete_runs(const std::filesystem::path& store, const std::vector<std::int64_t>& ids);

/// Removes the finished points of all sweeps, which then start anew. @throws InputError
void delete_points(const std::filesystem::path& store);

}  // namespace faascast
