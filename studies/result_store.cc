#include "studies/result_store.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <ctime>
#include <memory>
#include <system_error>

#include "studies/report.h"
#include "studies/version.h"
#include "workloads/profiler.h"

namespace faascast {
namespace {

/// PRAGMA user_version of the file: 0 where this room has not made its table yet. The table of
/// profiles beside it belongs to workloads/.
constexpr int kFileVersion = 1;
constexpr int kBusyTimeoutMs = 2'000;

constexpr const char* kTables = R"(
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY,
  created TEXT NOT NULL,
  kind TEXT NOT NULL,
  scenario_name TEXT NOT NULL,
  scenario_text TEXT NOT NULL,
  seed TEXT NOT NULL,
  version TEXT NOT NULL,
  host TEXT NOT NULL,
  profile_hash TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  json TEXT NOT NULL
) STRICT;
PRAGMA user_version = 1;
)";

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// What a person can do about SQLite's complaint.
std::string mend_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds the store: wait for it, or name another with --store FILE";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "make the file and its folder writable, or name another with --store FILE";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return "move the file away, or name another with --store FILE";
    case SQLITE_FULL:
      return "free some disk space, or name another with --store FILE";
    default:
      return "name another store with --store FILE";
  }
}

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what, int code) {
  throw InputError(Problem{file.string(), what, mend_of(code)});
}

[[noreturn]] void refuse(const std::filesystem::path& file, sqlite3* database) {
  const int code = sqlite3_errcode(database);
  refuse(file, fmt::format("the store cannot be used: {}", sqlite3_errmsg(database)), code);
}

/// An open store. All failures leave as InputError.
class Store {
 public:
  Store(const std::filesystem::path& file, bool writes) : file_(file) {
    if (writes) {
      make_folder();
    } else if (!std::filesystem::exists(file)) {
      throw InputError(Problem{file.string(), "no such store",
                               "save a run first: faascast run SCENARIO --save"});
    }
    sqlite3* database = nullptr;
    const int flags = writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code = sqlite3_open_v2(file.c_str(), &database, flags, nullptr);
    database_.reset(database);
    if (database == nullptr) refuse(file, "the store cannot be opened: out of memory", code);
    if (code != SQLITE_OK) refuse(file, database);
    sqlite3_busy_timeout(database, kBusyTimeoutMs);
    check_version();
    if (!writes) return;
    execute("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE;");
    check_version();
    execute(kTables);
    execute("COMMIT;");
  }

  void execute(const char* sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }
  [[nodiscard]] Statement prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr) != SQLITE_OK) fail();
    return Statement(statement);
  }
  /// @return whether there is a row
  bool step(const Statement& statement) {
    const int code = sqlite3_step(statement.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail();
    return code == SQLITE_ROW;
  }
  [[nodiscard]] bool has_table(const char* name) {
    const Statement query =
        prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1");
    sqlite3_bind_text(query.get(), 1, name, -1, SQLITE_TRANSIENT);
    return step(query);
  }
  [[nodiscard]] std::int64_t last_id() const { return sqlite3_last_insert_rowid(database_.get()); }

 private:
  [[noreturn]] void fail() const { refuse(file_, database_.get()); }

  void make_folder() const {
    if (!file_.has_parent_path()) return;
    std::error_code error;
    std::filesystem::create_directories(file_.parent_path(), error);
    if (error) {
      refuse(file_, fmt::format("its folder cannot be made: {}", error.message()), SQLITE_CANTOPEN);
    }
  }
  void check_version() {
    const Statement query = prepare("PRAGMA user_version");
    const int found = step(query) ? sqlite3_column_int(query.get(), 0) : 0;
    if (found <= kFileVersion) return;
    throw InputError(Problem{
        file_.string(),
        fmt::format("the store was written by a newer program (version {}, this program knows {})",
                    found, kFileVersion),
        "update faascast, or name another with --store FILE"});
  }

  std::filesystem::path file_;
  Database database_;
};

std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, length};
}

/// "AMD EPYC 7763, x86-64-v3 kernels, 2 cores"; no name of the machine or its user.
std::string host_description() {
  const ProfileHost host = this_host();
  return fmt::format("{}, {} kernels, {} cores", host.cpu, host.isa, host.cores);
}

void bind_text(const Statement& statement, int index, const std::string& text) {
  sqlite3_bind_text64(statement.get(), index, text.data(), text.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
}

std::string text_at(const Statement& statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), column))};
}

/// A row of `kColumns`, in their order.
StoredRun row_of(const Statement& row) {
  StoredRun run;
  run.id = sqlite3_column_int64(row.get(), 0);
  run.created = text_at(row, 1);
  run.record.kind = text_at(row, 2);
  run.record.scenario_name = text_at(row, 3);
  run.record.seed = std::strtoull(text_at(row, 4).c_str(), nullptr, 10);
  run.version = text_at(row, 5);
  run.host = text_at(row, 6);
  run.record.profile_hash = text_at(row, 7);
  run.record.fingerprint = text_at(row, 8);
  return run;
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

std::int64_t save_run(const std::filesystem::path& file, const RunRecord& record) {
  Store store(file, true);
  const Statement insert = store.prepare(
      "INSERT INTO runs (created, kind, scenario_name, scenario_text, seed, version, host, "
      "profile_hash, fingerprint, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
  bind_text(insert, 1, now_utc());
  bind_text(insert, 2, record.kind);
  bind_text(insert, 3, record.scenario_name);
  bind_text(insert, 4, record.scenario_text);
  bind_text(insert, 5, std::to_string(record.seed));
  bind_text(insert, 6, std::string(program_version()));
  bind_text(insert, 7, host_description());
  bind_text(insert, 8, record.profile_hash);
  bind_text(insert, 9, record.fingerprint);
  bind_text(insert, 10, record.json);
  store.step(insert);
  return store.last_id();
}

void check_store(const std::filesystem::path& file) { Store(file, true); }

std::vector<StoredRun> list_runs(const std::filesystem::path& file) {
  Store store(file, false);
  std::vector<StoredRun> runs;
  if (!store.has_table("runs")) return runs;
  const Statement query = store.prepare(
      "SELECT id, created, kind, scenario_name, seed, version, host, profile_hash, fingerprint "
      "FROM runs ORDER BY id");
  while (store.step(query)) runs.push_back(row_of(query));
  return runs;
}

StoredRun load_run(const std::filesystem::path& file, std::int64_t id) {
  Store store(file, false);
  if (store.has_table("runs")) {
    const Statement query = store.prepare(
        "SELECT id, created, kind, scenario_name, seed, version, host, profile_hash, fingerprint, "
        "scenario_text, json FROM runs WHERE id = ?1");
    sqlite3_bind_int64(query.get(), 1, id);
    if (store.step(query)) {
      StoredRun run = row_of(query);
      run.record.scenario_text = text_at(query, 9);
      run.record.json = text_at(query, 10);
      return run;
    }
  }
  throw InputError(Problem{file.string(), fmt::format("there is no run {}", id),
                           "see: faascast runs --store FILE"});
}

}  // namespace faascast
