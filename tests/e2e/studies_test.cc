#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/e2e/program.h"
#include "tests/e2e/scenarios.h"

namespace faascast {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

void expect_narrow(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(Sweep, HasEveryPointInEveryFormat) {
  const Program program;
  program.file("small.toml", small_scenario());
  const Outcome outcome =
      program.run({"sweep", "small.toml", "--vary", "traffic.scale=0.5:2:log:3", "--vary",
                   "deployment[0].memory=64 MB,512 MB", "-o", "p.csv", "-o", "p.json", "-o", "p.md",
                   "-o", "p.html"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  expect_narrow(outcome.out);
  EXPECT_THAT(outcome.out, HasSubstr("3 infeasible"));
  const json report = json::parse(program.read("p.json"));
  ASSERT_EQ(report["points"].size(), 6U);
  EXPECT_EQ(report["points"][0]["status"], "infeasible");
  EXPECT_THAT(report["points"][0]["reason"].get<std::string>(), HasSubstr("64 MB"));
  EXPECT_EQ(report["points"][1]["values"]["traffic.scale"], 0.5);
  EXPECT_EQ(report["points"][1]["deployments"].size(), 2U);
}

TEST(Sweep, ShardsMergeToTheSameFiles) {
  const Program program;
  program.file("small.toml", small_scenario());
  const std::vector<std::string> sweep = {"sweep", "small.toml", "--vary", "traffic.scale=1:2:5",
                                          "--store"};
  const auto run = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = sweep;
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = program.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome;
  };
  run({"one.sqlite", "-o", "one.json", "-o", "one.csv"});
  run({"two.sqlite", "--shard", "1/2", "-o", "a.json"});
  run({"three.sqlite", "--shard", "2/2", "-o", "b.json"});
  EXPECT_EQ(program.run({"merge", "b.json", "a.json", "-o", "all.json", "-o", "all.csv"}).exit_code,
            0);
  EXPECT_EQ(program.read("all.json"), program.read("one.json"));
  EXPECT_EQ(program.read("all.csv"), program.read("one.csv"));
  const Outcome part = program.run({"merge", "a.json"});
  EXPECT_EQ(part.exit_code, 2);
  EXPECT_THAT(part.err, HasSubstr("2 of 5 points are missing"));
}

TEST(Sweep, KeepsFinishedPointsAtCtrlCAndGoesOn) {
  const Program program;
  std::string text = small_scenario();
  text.replace(text.find("10 min"), 6, "4000 h");
  program.file("long.toml", text);
  const std::vector<std::string> sweep = {"sweep",  "long.toml",           "--vary",
                                          "seed=1:60:60", "--threads", "2", "--json"};
  const Outcome stopped = program.interrupt(sweep);
  EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
  const json report = json::parse(stopped.out, nullptr, false);
  EXPECT_EQ(report["interrupted"], true);
  EXPECT_EQ(report["points"].size(), 60U);
}

TEST(Sweep, RefusesWhatItCannotDo) {
  const Program program;
  program.file("small.toml", small_scenario());
  const auto refused = [&](std::vector<std::string> more, const std::string& what) {
    more.insert(more.begin(), {"sweep", "small.toml"});
    const Outcome outcome = program.run(more);
    EXPECT_EQ(outcome.exit_code, 2) << what;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr(what));
  };
  refused({}, "nothing varies");
  refused({"--vary", "deployment[0].memroy=1 GB,2 GB"}, "memory");
  refused({"--vary", "traffic.scale=1:2"}, "number of points");
  refused({"--vary", "traffic.scale=1,2", "--shard", "3/2"}, "--shard");
  refused({"--list", "none.csv"}, "none.csv");
  refused({"--vary", "traffic.scale=1,2", "--store", "no/such/store"}, "no folder");
  program.file("text.sqlite", std::string(5000, 'x'));
  refused({"--vary", "traffic.scale=1,2", "--store", "text.sqlite"}, "not a database");
}

TEST(Sensitivity, TellsWhatMatters) {
  const Program program;
  program.file("small.toml", small_scenario());
  const Outcome outcome = program.run(
      {"sensitivity", "small.toml", "--requests-per-point", "5000", "-o", "s.html", "-o", "s.json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  expect_narrow(outcome.out);
  EXPECT_THAT(outcome.out, HasSubstr("is the choice"));
  EXPECT_THAT(program.read("s.html"), HasSubstr("<svg"));
  EXPECT_GT(json::parse(program.read("s.json"))["deployments"][0]["figures"].size(), 5U);
}

TEST(Optimise, TellsTheBest) {
  const Program program;
  std::string text = small_scenario();
  text.erase(text.find("memory = \"1024 MB\"\n"), 19);
  program.file("small.toml", text);
  const Outcome outcome =
      program.run({"optimise", "small.toml", "-o", "o.json", "-o", "o.csv", "-o", "o.html"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  expect_narrow(outcome.out);
  const json report = json::parse(program.read("o.json"));
  // Work of fixed length costs least in the least memory.
  EXPECT_EQ(report["winner"]["settings"]["memory"], "128 MB");
  EXPECT_EQ(program.run({"optimise", "small.toml", "--minimise", "speed"}).exit_code, 2);
}

TEST(Runs, AreComparedExportedAndDeleted) {
  const Program program;
  program.file("small.toml", small_scenario());
  for (const char* scale : {"1", "2"}) {
    EXPECT_EQ(program.run({"run", "small.toml", "--save", "--set",
                           std::string("traffic.scale=") + scale})
                  .exit_code,
              0);
  }
  const Outcome diff = program.run({"runs", "diff", "1", "2"});
  EXPECT_EQ(diff.exit_code, 0) << diff.err;
  expect_narrow(diff.out);
  EXPECT_THAT(diff.out, HasSubstr("functions cold_starts"));
  EXPECT_THAT(program.run({"runs", "diff", "1", "2", "--csv"}).out,
              HasSubstr("deployments[functions].latency_s.mean,"));
  EXPECT_THAT(program.run({"runs", "diff", "1", "1"}).out, HasSubstr("the same"));
  EXPECT_EQ(program.run({"runs", "show", "1", "--scenario"}).out, small_scenario());
  EXPECT_EQ(program.run({"runs", "export", "-o", "all.json"}).exit_code, 0);
  const json all = json::parse(program.read("all.json"));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1]["result"]["schema"], 1);
  EXPECT_EQ(program.run({"runs", "delete", "1", "9"}).exit_code, 2);
  EXPECT_EQ(program.run({"runs", "delete", "1"}).exit_code, 0);
  const Outcome list = program.run({"runs", "list", "--json"});
  EXPECT_EQ(json::parse(list.out).size(), 1U);
  EXPECT_EQ(program.run({"runs", "delete"}).exit_code, 2);
}

TEST(Seed, BeyondSixtyFourBitsIsRefused) {
  const Program program;
  program.file("small.toml", small_scenario());
  EXPECT_EQ(program.run({"run", "small.toml", "--seed", "18446744073709551615"}).exit_code, 0);
  for (const char* seed : {"18446744073709551616", "-1", "1.5", ""}) {
    const Outcome outcome = program.run({"run", "small.toml", std::string("--seed=") + seed});
    EXPECT_EQ(outcome.exit_code, 2) << seed;
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(Trace, LeavesNothingBehindAtCtrlC) {
  const Program program;
  const Outcome outcome =
      program.interrupt({"trace", "generate", "--kind", "poisson", "--rate", "1000", "--duration",
                         "1000 h", "-o", "large.csv"});
  EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
  for (const auto& entry : std::filesystem::directory_iterator(program.folder())) {
    EXPECT_THAT(entry.path().filename().string(), testing::StartsWith("."));
    EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr("tmp")));
  }
}

}  // namespace
}  // namespace faascast
