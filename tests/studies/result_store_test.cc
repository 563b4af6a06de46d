#include "studies/result_store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>

#include "sim-core/error.h"
#include "sim-core/random.h"
#include "studies/run_diff.h"
#include "studies/version.h"
#include "workloads/profile_store.h"

namespace faascast {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

/// A process that does `work` and ends with what it returns; 99 where it throws.
pid_t start_child(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child != 0) return child;
  try {
    _exit(work());
  } catch (...) {
    _exit(99);
  }
}
int exit_code_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
int in_a_child(const std::function<int()>& work) { return exit_code_of(start_child(work)); }

/// A folder of its own for each test.
class ResultStore : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              ("faascast-store-" + std::to_string(getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    file_ = folder_ / "store.sqlite";
  }
  void TearDown() override { fs::remove_all(folder_); }

  static RunRecord record(const std::string& name) {
    return {.kind = "run",
            .scenario_name = name,
            .scenario_text = "name = \"it's\"\n",
            .seed = 18'446'744'073'709'551'615ULL,
            .profile_hash = "f00d",
            .fingerprint = "00000000deadbeef",
            .json = "{\"schema\": 1}\n"};
  }
  /// One line, and it names the file.
  void expect_refused(const std::function<void()>& action, const std::string& what) const {
    try {
      action();
      FAIL() << "nothing was refused";
    } catch (const InputError& error) {
      ASSERT_EQ(error.problems().size(), 1U);
      const Problem& problem = error.problems().front();
      EXPECT_EQ(problem.where, file_.string());
      EXPECT_NE(problem.what.find(what), std::string::npos) << problem.what;
      EXPECT_EQ(problem.what.find('\n'), std::string::npos);
      EXPECT_FALSE(problem.mend.empty());
    }
  }
  void execute(const char* sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file_.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  /// The first column of the first row.
  [[nodiscard]] std::string text_of(const char* sql) const {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(file_.c_str(), &database), SQLITE_OK);
    sqlite3_stmt* query = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database, sql, -1, &query, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    std::string text;
    if (sqlite3_step(query) == SQLITE_ROW) {
      text = reinterpret_cast<const char*>(sqlite3_column_text(query, 0));
    }
    sqlite3_finalize(query);
    sqlite3_close(database);
    return text;
  }

  fs::path folder_{};
  fs::path file_{};
};

TEST_F(ResultStore, GivesBackWhatWasSaved) {
  EXPECT_EQ(save_run(file_, record("first")), 1);
  EXPECT_EQ(save_run(file_, record("second")), 2);
  const std::vector<StoredRun> runs = list_runs(file_);
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].record.scenario_name, "first");
  EXPECT_EQ(runs[1].record.scenario_name, "second");
  const StoredRun run = load_run(file_, 2);
  EXPECT_EQ(run.record.kind, "run");
  EXPECT_EQ(run.record.scenario_text, record("").scenario_text);
  EXPECT_EQ(run.record.seed, record("").seed);
  EXPECT_EQ(run.record.fingerprint, "00000000deadbeef");
  EXPECT_EQ(run.record.profile_hash, "f00d");
  EXPECT_EQ(run.record.json, record("").json);
  EXPECT_EQ(run.version, program_version());
  EXPECT_EQ(run.created.size(), std::string("2026-11-24T09:30:00Z").size());
  EXPECT_FALSE(run.host.empty());
}

TEST_F(ResultStore, MakesItsFolder) {
  file_ = folder_ / "a" / "b" / "store.sqlite";
  check_store(file_);
  EXPECT_TRUE(list_runs(file_).empty());
}

TEST_F(ResultStore, LeavesTablesOfOthersAlone) {
  execute("CREATE TABLE profiles (x INTEGER); INSERT INTO profiles VALUES (42);");
  EXPECT_TRUE(list_runs(file_).empty());
  save_run(file_, record("a"));
  EXPECT_EQ(list_runs(file_).size(), 1U);
  execute("UPDATE profiles SET x = 43 WHERE x = 42;");
}

TEST_F(ResultStore, SharesAFileWithProfilesInEitherOrder) {
  ExecutionProfile profile;
  profile.model = "a";
  profile.model_sha256 = std::string(64, 'a');
  profile.samples_ns = {1000};
  for (const char* name : {"profile-first.sqlite", "run-first.sqlite"}) {
    file_ = folder_ / name;
    if (name[0] == 'r') save_run(file_, record("a"));
    ProfileStore profiles(file_);
    profiles.put(profile);
    save_run(file_, record("b"));
    EXPECT_TRUE(profiles.get(key_of(profile)).has_value()) << name;
    EXPECT_FALSE(list_runs(file_).empty()) << name;
  }
}

TEST_F(ResultStore, IsStrictAndLogsAhead) {
  save_run(file_, record("a"));
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file_.c_str(), &database), SQLITE_OK);
  EXPECT_NE(sqlite3_exec(database, "UPDATE runs SET id = 'x'", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_stmt* query = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(database, "PRAGMA journal_mode", -1, &query, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(query), SQLITE_ROW);
  EXPECT_STREQ(reinterpret_cast<const char*>(sqlite3_column_text(query, 0)), "wal");
  sqlite3_finalize(query);
  sqlite3_close(database);
}

TEST_F(ResultStore, RefusesWhatIsNoStore) {
  std::ofstream(file_) << std::string(4096, 'x');
  expect_refused([&] { check_store(file_); }, "not a database");
  expect_refused([&] { static_cast<void>(list_runs(file_)); }, "not a database");
}

TEST_F(ResultStore, RefusesAMissingFileAndAMissingRun) {
  expect_refused([&] { static_cast<void>(list_runs(file_)); }, "no such store");
  check_store(file_);
  expect_refused([&] { static_cast<void>(load_run(file_, 12)); }, "no run 12");
}

TEST_F(ResultStore, RefusesAFolder) {
  fs::create_directory(file_);
  expect_refused([&] { check_store(file_); }, "cannot");
}

TEST_F(ResultStore, ReadsButDoesNotWriteWhereNothingMayBeWritten) {
  save_run(file_, record("a"));
  constexpr auto kReadable =
      fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
  fs::permissions(file_, kReadable);
  fs::permissions(folder_, kReadable | fs::perms::owner_exec | fs::perms::group_exec |
                               fs::perms::others_exec);
  EXPECT_EQ(in_a_child([&] {
              if (geteuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) return 2;
              if (list_runs(file_).size() != 1) return 5;
              try {
                save_run(file_, record("b"));
              } catch (const InputError& error) {
                const Problem& problem = error.problems().front();
                return problem.what.find('\n') == std::string::npos &&
                               problem.mend.find("writable") != std::string::npos
                           ? 0
                           : 3;
              }
              return 4;
            }),
            0);
  fs::permissions(folder_, fs::perms::owner_all);
  EXPECT_EQ(list_runs(file_).size(), 1U);
}

TEST_F(ResultStore, SaysThatTheDiskIsFullAndStaysWhole) {
  save_run(file_, record("a"));
  EXPECT_EQ(in_a_child([&] {
              signal(SIGXFSZ, SIG_IGN);
              const rlimit limit{200'000, 200'000};
              if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
              RunRecord large = record("large");
              large.json = std::string(2'000'000, 'x');
              try {
                save_run(file_, large);
              } catch (const std::runtime_error& error) {
                const std::string what = error.what();
                return what.find(file_.string()) == 0 && what.find('\n') == std::string::npos &&
                               what.find("free some disk space") != std::string::npos
                           ? 0
                           : 3;
              }
              return 4;
            }),
            0);
  EXPECT_EQ(list_runs(file_).size(), 1U);
  EXPECT_EQ(save_run(file_, record("b")), 2);
  EXPECT_EQ(text_of("PRAGMA integrity_check"), "ok");
}

TEST_F(ResultStore, BringsAnOldFileUpToDate) {
  execute(R"(
CREATE TABLE runs (id INTEGER PRIMARY KEY, created TEXT NOT NULL, kind TEXT NOT NULL,
  scenario_name TEXT NOT NULL, scenario_text TEXT NOT NULL, seed TEXT NOT NULL,
  version TEXT NOT NULL, host TEXT NOT NULL, profile_hash TEXT NOT NULL,
  fingerprint TEXT NOT NULL, json TEXT NOT NULL) STRICT;
INSERT INTO runs VALUES (7, '2026-01-01T00:00:00Z', 'run', 'old', 't', '5', '0.0.9', 'h', '', 'f',
  '{}');
PRAGMA user_version = 1;)");
  ASSERT_EQ(list_runs(file_).size(), 1U);
  EXPECT_EQ(text_of("PRAGMA user_version"), "1");  // reading changes nothing
  EXPECT_EQ(save_run(file_, record("new")), 8);
  EXPECT_EQ(text_of("PRAGMA user_version"), "2");
  EXPECT_EQ(text_of("SELECT COUNT(*) FROM points"), "0");
  const StoredRun old = load_run(file_, 7);
  EXPECT_EQ(old.record.scenario_name, "old");
  EXPECT_EQ(old.record.seed, 5U);
  EXPECT_EQ(old.version, "0.0.9");
}

TEST_F(ResultStore, DeletesAllOrNone) {
  for (const char* name : {"a", "b", "c"}) save_run(file_, record(name));
  expect_refused([&] { delete_runs(file_, {1, 9}); }, "no run 9");
  EXPECT_EQ(list_runs(file_).size(), 3U);
  delete_runs(file_, {1, 3});
  ASSERT_EQ(list_runs(file_).size(), 1U);
  EXPECT_EQ(list_runs(file_)[0].record.scenario_name, "b");
}

TEST_F(ResultStore, TakesTwoProgramsAtOnce) {
  constexpr int kEach = 25;
  const auto write = [&] {
    for (int i = 0; i < kEach; ++i) save_run(file_, record("x"));
    return 0;
  };
  const pid_t first = start_child(write);
  const pid_t second = start_child(write);
  EXPECT_EQ(exit_code_of(first), 0);
  EXPECT_EQ(exit_code_of(second), 0);
  EXPECT_EQ(list_runs(file_).size(), 2U * kEach);
}

// 10 times; in the full suite 200 times.
TEST_F(ResultStore, IsWholeWhereverAProgramIsKilled) {
  const bool is_full = std::getenv("FAASCAST_FULL") != nullptr;
  RunRecord large = record("x");
  large.json = "[" + std::string(300'000, ' ') + "]";
  std::int64_t before = 0;
  for (std::uint64_t i = 0; i < (is_full ? 200U : 10U); ++i) {
    const pid_t child = start_child([&] {
      for (;;) save_run(file_, large);
      return 0;
    });
    usleep(static_cast<useconds_t>(2'000 + mix64(i) % 60'000));
    kill(child, SIGKILL);
    exit_code_of(child);
    if (!fs::exists(file_)) continue;
    EXPECT_EQ(text_of("PRAGMA integrity_check"), "ok");
    const std::vector<StoredRun> runs = list_runs(file_);
    ASSERT_GE(static_cast<std::int64_t>(runs.size()), before);
    before = static_cast<std::int64_t>(runs.size());
    if (!runs.empty()) {
      EXPECT_EQ(runs.back().id, before);
      EXPECT_EQ(load_run(file_, before).record.json, large.json);
    }
  }
  EXPECT_EQ(save_run(file_, record("last")), before + 1);
}

TEST(RunDiff, NamesWhatDiffers) {
  const std::vector<ResultDifference> found = differences(
      R"({"seed":1,"deployments":[{"name":"a","p99":2.0},{"name":"b","p99":1}],"old":true})",
      R"({"seed":1,"deployments":[{"name":"b","p99":1},{"name":"a","p99":2.5}],"new":"x"})");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].figure, "deployments[a].p99");
  EXPECT_EQ(found[0].before, "2.0");
  EXPECT_EQ(found[0].after, "2.5");
  EXPECT_EQ(found[0].change, "+25 %");
  EXPECT_EQ(found[1].figure, "old");
  EXPECT_EQ(found[1].after, "");
  EXPECT_EQ(found[2].figure, "new");
  EXPECT_EQ(found[2].before, "");
  EXPECT_TRUE(differences("{\"a\":[1,2]}", "{\"a\":[1,2]}").empty());
  EXPECT_THROW((void)differences("{", "{}"), InputError);
}

TEST_F(ResultStore, RefusesALockedFile) {
  check_store(file_);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file_.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  expect_refused([&] { save_run(file_, record("a")); }, "locked");
  sqlite3_close(database);
  EXPECT_EQ(save_run(file_, record("a")), 1);
}

TEST_F(ResultStore, RefusesANewerStore) {
  check_store(file_);
  execute("PRAGMA user_version = 99");
  expect_refused([&] { save_run(file_, record("a")); }, "newer program");
  expect_refused([&] { static_cast<void>(list_runs(file_)); }, "newer program");
}

}  // namespace
}  // namespace faascast
