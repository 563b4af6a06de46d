#include "workloads/profile_store.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include <system_error>
#include <utility>

#include "sim-core/error.h"

namespace faascast {
namespace {

constexpr int kBusyMs = 2000;
/// PRAGMA user_version up to which a file is understood. The room that keeps results in the same
/// file sets it; 0 while it has not.
constexpr std::int64_t kNewestFile = 2;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinaliseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinaliseStatement>;

std::string shapes_text(const std::vector<Shape>& shapes) {
  std::string text;
  for (const Shape& shape : shapes) text += shape_text(shape);
  return text;
}

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS profiles ("
    "  model_sha256 TEXT NOT NULL, input_shapes TEXT NOT NULL, cpu TEXT NOT NULL,"
    "  isa TEXT NOT NULL, cores INTEGER NOT NULL, program_version TEXT NOT NULL,"
    "  model TEXT NOT NULL, created TEXT NOT NULL, profile TEXT NOT NULL,"
    "  PRIMARY KEY (model_sha256, input_shapes, cpu, isa, cores, program_version)) STRICT";

}  // namespace

struct ProfileStore::Impl {
  std::string name{};
  Database database{};

  [[noreturn]] void fail(int code) const {
    const std::string what = [&]() -> std::string {
      switch (code & 0xFF) {
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
          return "is not a store, or is damaged";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
          return "is in use by another program";
        case SQLITE_READONLY:
          return "cannot be written";
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
          return "cannot be opened";
        default:
          return fmt::format("cannot be used: {}", sqlite3_errstr(code));
      }
    }();
    throw InputError(
        Problem{.where = name, .what = what, .mend = "choose another file with --store FILE"});
  }

  void execute(const char* sql) const {
    const int code = sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
  }

  [[nodiscard]] Statement prepare(const char* sql) const {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v2(database.get(), sql, -1, &raw, nullptr);
    Statement statement(raw);
    if (code != SQLITE_OK) fail(code);
    return statement;
  }

  void check_version() const {
    const Statement statement = prepare("PRAGMA user_version");
    const int code = sqlite3_step(statement.get());
    if (code != SQLITE_ROW) fail(code);
    if (sqlite3_column_int64(statement.get(), 0) <= kNewestFile) return;
    throw InputError(Problem{.where = name,
                             .what = "was made by a newer program",
                             .mend = "choose another file with --store FILE"});
  }

  void bind_text(const Statement& statement, int index, const std::string& text) const {
    const int code = sqlite3_bind_text64(statement.get(), index, text.data(), text.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8);
    if (code != SQLITE_OK) fail(code);
  }

  void bind_key(const Statement& statement, const ProfileKey& key) const {
    bind_text(statement, 1, key.model_sha256);
    bind_text(statement, 2, shapes_text(key.input_shapes));
    bind_text(statement, 3, key.host.cpu);
    bind_text(statement, 4, key.host.isa);
    sqlite3_bind_int64(statement.get(), 5, key.host.cores);
    bind_text(statement, 6, key.program_version);
  }
};

ProfileKey key_of(const ExecutionProfile& profile) {
  return {.model_sha256 = profile.model_sha256,
          .input_shapes = profile.input_shapes,
          .host = profile.host,
          .program_version = profile.program_version};
}

ProfileStore::ProfileStore(const std::filesystem::path& file) : impl_(std::make_unique<Impl>()) {
  impl_->name = file.string();
  std::error_code ignored;  // opening tells what is wrong
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  impl_->database.reset(raw);
  if (code != SQLITE_OK) impl_->fail(code);
  sqlite3_busy_timeout(raw, kBusyMs);
  impl_->check_version();
  impl_->execute("PRAGMA journal_mode = WAL");
  impl_->execute("PRAGMA synchronous = NORMAL");
  impl_->execute(kSchema);
}
ProfileStore::ProfileStore(ProfileStore&&) noexcept = default;
ProfileStore& ProfileStore::operator=(ProfileStore&&) noexcept = default;
ProfileStore::~ProfileStore() = default;

std::optional<ExecutionProfile> ProfileStore::get(const ProfileKey& key) const {
  const Statement statement = impl_->prepare(
      "SELECT profile FROM profiles WHERE model_sha256 = ?1 AND input_shapes = ?2 AND cpu = ?3 "
      "AND isa = ?4 AND cores = ?5 AND program_version = ?6");
  impl_->bind_key(statement, key);
  const int code = sqlite3_step(statement.get());
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) impl_->fail(code);
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), 0));
  return parse_profile({text, size}, impl_->name + ": profiles");
}

void ProfileStore::put(const ExecutionProfile& profile) {
  const Statement statement = impl_->prepare(
      "INSERT OR REPLACE INTO profiles (model_sha256, input_shapes, cpu, isa, cores, "
      "program_version, model, created, profile) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  impl_->bind_key(statement, key_of(profile));
  impl_->bind_text(statement, 7, profile.model);
  impl_->bind_text(statement, 8, profile.created);
  impl_->bind_text(statement, 9, profile_text(profile));
  const int code = sqlite3_step(statement.get());
  if (code != SQLITE_DONE) impl_->fail(code);
}

std::string_view profile_program_version() { return FAASCAST_VERSION; }

}  // namespace faascast
