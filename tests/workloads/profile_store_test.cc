#include "workloads/profile_store.h"

#include <sqlite3.h>
#include <unistd.h>

#include "support.h"

namespace faascast {
namespace {

ExecutionProfile measured(const std::string& sha256) {
  return {.model = "m",
          .model_sha256 = sha256,
          .input_shapes = {{1, 4}},
          .samples_ns = {1, 2, 3},
          .host = {.cpu = "A CPU", .isa = "x86-64-v3", .cores = 2},
          .created = "2026-01-31",
          .program_version = "0.1.0"};
}

TEST(ProfileStore, GivesBackWhatWasPut) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "new/folder/store.sqlite";
  {
    ProfileStore store(file);
    EXPECT_FALSE(store.get(key_of(measured("a"))));
    store.put(measured("a"));
  }
  ProfileStore store(file);
  EXPECT_EQ(store.get(key_of(measured("a"))), measured("a"));
  EXPECT_FALSE(store.get(key_of(measured("b"))));
}

TEST(ProfileStore, EveryPartOfTheKeyCounts) {
  const TemporaryFolder folder;
  ProfileStore store(folder.path() / "s");
  store.put(measured("a"));
  const auto absent = [&](auto change) {
    ProfileKey key = key_of(measured("a"));
    change(key);
    EXPECT_FALSE(store.get(key));
  };
  absent([](ProfileKey& k) { k.input_shapes = {{2, 4}}; });
  absent([](ProfileKey& k) { k.host.cpu = "another"; });
  absent([](ProfileKey& k) { k.host.isa = "x86-64-v2"; });
  absent([](ProfileKey& k) { k.host.cores = 4; });
  absent([](ProfileKey& k) { k.program_version = "0.2.0"; });
}

TEST(ProfileStore, ReplacesAProfileOfTheSameKey) {
  const TemporaryFolder folder;
  ProfileStore store(folder.path() / "s");
  store.put(measured("a"));
  ExecutionProfile again = measured("a");
  again.samples_ns = {9};
  store.put(again);
  EXPECT_EQ(store.get(key_of(again))->samples_ns, (std::vector<std::int64_t>{9}));
}

TEST(ProfileStore, RefusesADamagedFile) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s";
  std::ofstream(file) << std::string(5000, 'x');
  const std::string text = refusal([&] { ProfileStore store(file); });
  EXPECT_NE(text.find("is not a store, or is damaged"), std::string::npos) << text;
}

TEST(ProfileStore, RefusesAFolderAsFile) {
  const TemporaryFolder folder;
  EXPECT_NE(refusal([&] { ProfileStore store(folder.path()); }).find("cannot be opened"),
            std::string::npos);
}

TEST(ProfileStore, RefusesAFileOfANewerProgram) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s";
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "PRAGMA user_version = 99", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  EXPECT_NE(refusal([&] { ProfileStore store(file); }).find("newer program"), std::string::npos);
}

TEST(ProfileStore, RefusesALockedFile) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s";
  ProfileStore store(file);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const std::string text = refusal([&] { store.put(measured("a")); });
  EXPECT_NE(text.find("is in use by another program"), std::string::npos) << text;
  sqlite3_close(other);
}

TEST(ProfileStore, RefusesAReadOnlyFile) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s";
  { ProfileStore store(file); }
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  if (access(file.c_str(), W_OK) == 0) GTEST_SKIP() << "this user may write everything";
  const std::string text = refusal([&] {
    ProfileStore store(file);
    store.put(measured("a"));
  });
  EXPECT_NE(text.find("cannot be written"), std::string::npos) << text;
}

TEST(ProfileStore, RefusesAProfileThatWasDamaged) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s";
  ProfileStore store(file);
  store.put(measured("a"));
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "UPDATE profiles SET profile = '{'", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(other);
  EXPECT_FALSE(refusal([&] { static_cast<void>(store.get(key_of(measured("a")))); }).empty());
}

}  // namespace
}  // namespace faascast
