#include "studies/result_store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sim-core/error.h"
#include "studies/version.h"
#include "workloads/profile_store.h"

namespace faascast {
namespace {

namespace fs = std::filesystem;

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

TEST_F(ResultStore, RefusesAReadOnlyFile) {
  if (geteuid() == 0) GTEST_SKIP() << "the administrator may write anything";
  check_store(file_);
  fs::permissions(file_, fs::perms::owner_read);
  expect_refused([&] { save_run(file_, record("a")); }, "readonly");
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
