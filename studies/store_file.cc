#include "studies/store_file.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "sim-core/error.h"

namespace faascast {
namespace {

constexpr int kBusyTimeoutMs = 2'000;

/// Step i brings a file of version i (PRAGMA user_version) to i + 1. Steps are never changed once
/// they were released: old files have run them. studies/README.md describes the tables.
constexpr const char* kMigrations[] = {
    R"(
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
)",
    R"(
CREATE TABLE IF NOT EXISTS points (
  key TEXT PRIMARY KEY,
  created TEXT NOT NULL,
  scenario_name TEXT NOT NULL,
  version TEXT NOT NULL,
  json TEXT NOT NULL
) STRICT;
)",
};
constexpr int kNewestVersion = static_cast<int>(std::size(kMigrations));

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
    default:
      return "name another store with --store FILE";
  }
}

/// In a folder that may not be written SQLite cannot make the files beside a store that readers
/// share; a store without a log is whole by itself.
bool is_at_rest(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  std::error_code ignored;
  return access(folder.c_str(), W_OK) != 0 &&
         !std::filesystem::exists(file.string() + "-wal", ignored);
}

std::string immutable_uri(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    if (c == '?' || c == '#' || c == '%') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

void StoreFile::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void StoreFile::Query::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

StoreFile::StoreFile(const std::filesystem::path& file, Access access) : path_(file) {
  std::error_code error;
  if (access == Access::kWrite && file.has_parent_path()) {
    std::filesystem::create_directories(file.parent_path(), error);
    if (error) {
      throw InputError(
          Problem{file.string(), fmt::format("its folder cannot be made: {}", error.message()),
                  mend_of(SQLITE_CANTOPEN)});
    }
  }
  if (access == Access::kRead && !std::filesystem::exists(file, error)) {
    throw InputError(Problem{file.string(), "no such store",
                             "save a run first: faascast run SCENARIO --save"});
  }
  open(access);
  if (access == Access::kWrite) bring_up_to_date();
}
StoreFile::StoreFile(StoreFile&&) noexcept = default;
StoreFile& StoreFile::operator=(StoreFile&&) noexcept = default;
StoreFile::~StoreFile() = default;

void StoreFile::open(Access access) {
  sqlite3* database = nullptr;
  const int flags = access == Access::kWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                             : SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  const std::string name = access == Access::kRead && is_at_rest(path_) ? immutable_uri(path_)
                                                                        : path_.string();
  const int code = sqlite3_open_v2(name.c_str(), &database, flags, nullptr);
  database_.reset(database);
  if (database == nullptr) throw std::bad_alloc();
  if (code != SQLITE_OK) fail();
  sqlite3_busy_timeout(database, kBusyTimeoutMs);
  check_version();
}

void StoreFile::bring_up_to_date() {
  // Changing the journal's mode does not wait for other programs by itself.
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(kBusyTimeoutMs);
  while (sqlite3_exec(database_.get(), "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
                      nullptr, nullptr, nullptr) == SQLITE_BUSY &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  execute("BEGIN IMMEDIATE");
  check_version();
  for (int step = version(); step < kNewestVersion; ++step) {
    execute(kMigrations[step]);
    execute(fmt::format("PRAGMA user_version = {}", step + 1).c_str());
  }
  execute("COMMIT");
}

int StoreFile::version() const {
  Query query(*this, "PRAGMA user_version");
  return query.next() ? static_cast<int>(query.integer(0)) : 0;
}

void StoreFile::check_version() const {
  const int found = version();
  if (found <= kNewestVersion) return;
  throw InputError(Problem{
      path_.string(),
      fmt::format("the store was written by a newer program (version {}, this program knows {})",
                  found, kNewestVersion),
      "update faascast, or name another with --store FILE"});
}

void StoreFile::fail() const {
  const int code = sqlite3_errcode(database_.get());
  const std::string what = sqlite3_errmsg(database_.get());
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
      throw std::runtime_error(fmt::format(
          "{}: the store cannot be written: {}; free some disk space, or name another with "
          "--store FILE",
          path_.string(), what));
    case SQLITE_NOMEM:
      throw std::bad_alloc();
    default:
      throw InputError(Problem{path_.string(), "the store cannot be used: " + what, mend_of(code)});
  }
}

void StoreFile::execute(const char* sql) const {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

bool StoreFile::has_table(const std::string& name) const {
  return query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1").bind(name).next();
}

std::int64_t StoreFile::last_id() const { return sqlite3_last_insert_rowid(database_.get()); }
std::int64_t StoreFile::changes() const { return sqlite3_changes(database_.get()); }

StoreFile::Query::Query(const StoreFile& store, const char* sql) : store_(&store) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(store.database_.get(), sql, -1, &statement, nullptr) != SQLITE_OK) {
    store.fail();
  }
  statement_.reset(statement);
}

StoreFile::Query& StoreFile::Query::bind(const std::string& text) {
  if (sqlite3_bind_text64(statement_.get(), ++bound_, text.data(), text.size(), SQLITE_TRANSIENT,
                          SQLITE_UTF8) != SQLITE_OK) {
    store_->fail();
  }
  return *this;
}

StoreFile::Query& StoreFile::Query::bind(std::int64_t number) {
  if (sqlite3_bind_int64(statement_.get(), ++bound_, number) != SQLITE_OK) store_->fail();
  return *this;
}

bool StoreFile::Query::next() {
  const int code = sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) store_->fail();
  return code == SQLITE_ROW;
}

std::string StoreFile::Query::text(int column) const {
  const auto* text =
      reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t StoreFile::Query::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, length};
}

}  // namespace faascast
