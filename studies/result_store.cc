#include "studies/result_store.h"

#include <fmt/format.h>

#include <cstdlib>

#include "sim-core/error.h"
#include "studies/report.h"
#include "studies/store_file.h"
#include "studies/version.h"
#include "workloads/profiler.h"

namespace faascast {
namespace {

using Access = StoreFile::Access;

/// "AMD EPYC 7763, x86-64-v3 kernels, 2 cores"; no name of the machine or its user.
std::string host_description() {
  const ProfileHost host = this_host();
  return fmt::format("{}, {} kernels, {} cores", host.cpu, host.isa, host.cores);
}

constexpr const char* kListed =
    "SELECT id, created, kind, scenario_name, seed, version, host, profile_hash, fingerprint "
    "FROM runs ORDER BY id";
constexpr const char* kWhole =
    "SELECT id, created, kind, scenario_name, seed, version, host, profile_hash, fingerprint, "
    "scenario_text, json FROM runs WHERE id = ?1";

/// A row of either, without what only the second has.
StoredRun row_of(const StoreFile::Query& row) {
  StoredRun run;
  run.id = row.integer(0);
  run.created = row.text(1);
  run.record.kind = row.text(2);
  run.record.scenario_name = row.text(3);
  run.record.seed = std::strtoull(row.text(4).c_str(), nullptr, 10);
  run.version = row.text(5);
  run.host = row.text(6);
  run.record.profile_hash = row.text(7);
  run.record.fingerprint = row.text(8);
  return run;
}

[[noreturn]] void refuse_number(const std::filesystem::path& file, std::int64_t id) {
  throw InputError(Problem{file.string(), fmt::format("there is no run {}", id),
                           "see: faascast runs list"});
}

}  // namespace

RunRecord record_of(const Scenario& scenario, const RunReport& report) {
  return {.kind = "run",
          .scenario_name = scenario.name,
          .scenario_text = scenario.text,
          .seed = report.seed,
          .profile_hash = report.profile_hash,
          .fingerprint = fmt::format("{:016x}", report.fingerprint),
          .json = render(report, ReportFormat::kJson)};
}

RunRecord record_of(const Scenario& scenario, const BreakevenReport& report) {
  return {.kind = "breakeven",
          .scenario_name = scenario.name,
          .scenario_text = scenario.text,
          .seed = report.seed,
          .profile_hash = report.profile_hash,
          .json = render(report, ReportFormat::kJson)};
}

RunRecord record_of(const Scenario& scenario, const HybridReport& report) {
  return {.kind = "hybrid",
          .scenario_name = scenario.name,
          .scenario_text = scenario.text,
          .seed = report.seed,
          .profile_hash = report.profile_hash,
          .json = render(report, ReportFormat::kJson)};
}

RunRecord record_of(const Scenario& scenario, const SweepReport& report) {
  return {.kind = "sweep",
          .scenario_name = scenario.name,
          .scenario_text = scenario.text,
          .seed = report.seed,
          .fingerprint = report.fingerprint,
          .json = render(report, ReportFormat::kJson)};
}

RunRecord record_of(const Scenario& scenario, const SensitivityReport& report) {
  return {.kind = "sensitivity",
          .scenario_name = scenario.name,
          .scenario_text = scenario.text,
          .seed = report.seed,
          .json = render(report, ReportFormat::kJson)};
}

RunRecord record_of(const Scenario& scenario, const OptimiseReport& report) {
  return {.kind = "optimise",
          .scenario_name = scenario.name,
          .scenario_text = scenario.text,
          .seed = report.seed,
          .json = render(report, ReportFormat::kJson)};
}

std::int64_t save_run(const std::filesystem::path& file, const RunRecord& record) {
  const StoreFile store(file, Access::kWrite);
  store
      .query(
          "INSERT INTO runs (created, kind, scenario_name, scenario_text, seed, version, host, "
          "profile_hash, fingerprint, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
      .bind(now_utc())
      .bind(record.kind)
      .bind(record.scenario_name)
      .bind(record.scenario_text)
      .bind(std::to_string(record.seed))
      .bind(std::string(program_version()))
      .bind(host_description())
      .bind(record.profile_hash)
      .bind(record.fingerprint)
      .bind(record.json)
      .run();
  return store.last_id();
}

void check_store(const std::filesystem::path& file) { StoreFile(file, Access::kWrite); }

std::vector<StoredRun> list_runs(const std::filesystem::path& file) {
  const StoreFile store(file, Access::kRead);
  std::vector<StoredRun> runs;
  if (!store.has_table("runs")) return runs;
  StoreFile::Query query = store.query(kListed);
  while (query.next()) runs.push_back(row_of(query));
  return runs;
}

StoredRun load_run(const std::filesystem::path& file, std::int64_t id) {
  const StoreFile store(file, Access::kRead);
  if (store.has_table("runs")) {
    StoreFile::Query query = store.query(kWhole);
    query.bind(id);
    if (query.next()) {
      StoredRun run = row_of(query);
      run.record.scenario_text = query.text(9);
      run.record.json = query.text(10);
      return run;
    }
  }
  refuse_number(file, id);
}

void delete_runs(const std::filesystem::path& file, const std::vector<std::int64_t>& ids) {
  (void)StoreFile(file, Access::kRead);  // a missing file is not made
  const StoreFile store(file, Access::kWrite);
  store.execute("BEGIN IMMEDIATE");
  for (const std::int64_t id : ids) {
    store.query("DELETE FROM runs WHERE id = ?1").bind(id).run();
    if (store.changes() == 0) refuse_number(file, id);  // closing takes the others back
  }
  store.execute("COMMIT");
}

void delete_points(const std::filesystem::path& file) {
  (void)StoreFile(file, Access::kRead);
  StoreFile(file, Access::kWrite).execute("DELETE FROM points");
}

}  // namespace faascast
