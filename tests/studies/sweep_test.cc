#include "studies/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "sim-core/error.h"
#include "studies/point_store.h"
#include "studies/report.h"
#include "studies/result_key.h"

namespace faascast {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kScenario = R"(name = "small"
seed = 3
[traffic]
generator = { kind = "poisson", rate_per_s = 2, duration = "5 min" }
[model]
execution = "350 ms"
[objective]
p99 = "30 s"
[[deployment]]
name = "functions"
platform = "aws-lambda"
memory = "1024 MB"
)";

Scenario small(const std::string& more = {}) {
  return scenario_from_text(kScenario + more, "small.toml", {});
}

class Sweep : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              ("faascast-sweep-" + std::to_string(getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] SweepOptions options() const {
    SweepOptions options;
    options.store.file = folder_ / "store.sqlite";
    return options;
  }
  [[nodiscard]] std::int64_t stored() const {
    StoreFile store(options().store.file, StoreFile::Access::kRead);
    StoreFile::Query query = store.query("SELECT COUNT(*) FROM points");
    return query.next() ? query.integer(0) : -1;
  }
  fs::path folder_{};
};

TEST(SweepAxis, OfAList) {
  const SweepAxis axis = parse_axis("deployment[0].memory=512MB, 1 GB");
  EXPECT_EQ(axis.key, "deployment[0].memory");
  EXPECT_THAT(axis.grid(), ElementsAre("512MB", "1 GB"));
  EXPECT_THAT(parse_axis(R"(x={ a = 1, b = 2 },"p,q",[1,2])").grid(),
              ElementsAre("{ a = 1, b = 2 }", "\"p,q\"", "[1,2]"));
}

TEST(SweepAxis, OfARange) {
  // 0.1 * 100^(i/4)
  EXPECT_THAT(parse_axis("traffic.scale=0.1:10:log:5").grid(),
              ElementsAre("0.1", "0.316228", "1", "3.16228", "10"));
  EXPECT_THAT(parse_axis("traffic.scale=1:3:5").grid(),
              ElementsAre("1", "1.5", "2", "2.5", "3"));
  EXPECT_THAT(parse_axis("model.execution=100 ms:400 ms:linear:4").grid(),
              ElementsAre("100 ms", "200 ms", "300 ms", "400 ms"));
}

TEST(SweepAxis, RoundsWhatIsCountedAndNamesItOnce) {
  EXPECT_THAT(parse_axis("deployment[0].count=1:4:9").grid(), ElementsAre("1", "2", "3", "4"));
  EXPECT_THAT(parse_axis("deployment[1].memory=0.5 GB:2 GB:log:4").grid(),
              ElementsAre("512 MB", "813 MB", "1290 MB", "2048 MB"));
}

TEST(SweepAxis, RefusesWhatItIsNot) {
  for (const char* wrong : {"", "x", "x=", "=1", "x=1,,2", "x=2:1:5", "x=0:1:log:3",
                            "x=1 MB:1 GB:3", "x=1:2:1", "x=1:2:many", "x=1:a", "x=1:inf:3"}) {
    try {
      (void)parse_axis(wrong);
      ADD_FAILURE() << wrong;
    } catch (const InputError& error) {
      EXPECT_THAT(error.problems().front().where, HasSubstr("--vary"));
      EXPECT_FALSE(error.problems().front().mend.empty());
    }
  }
}

TEST(SweepPlan, IsTheGridInOrder) {
  const SweepPlan plan = plan_sweep(
      small(), {.vary = {"traffic.scale=1,2", "deployment[0].memory=512 MB,1 GB,2 GB"}});
  ASSERT_EQ(plan.points.size(), 6U);
  EXPECT_THAT(plan.points[0], ElementsAre("1", "512 MB"));
  EXPECT_THAT(plan.points[1], ElementsAre("1", "1 GB"));
  EXPECT_THAT(plan.points[5], ElementsAre("2", "2 GB"));
  EXPECT_EQ(plan.at(5).deployments[0].memory, Megabytes(2048));
  EXPECT_EQ(plan.at(5).traffic.scale, 2.0);
}

TEST(SweepPlan, OfTheScenarioWithKeysReplaced) {
  const Scenario scenario = small("[sweep]\nvary = [\"traffic.scale=1,2\", \"seed=1,2,3\"]\n");
  EXPECT_EQ(plan_sweep(scenario, {}).points.size(), 6U);
  const SweepPlan plan = plan_sweep(scenario, {.vary = {"seed=7"}});
  ASSERT_EQ(plan.points.size(), 2U);
  EXPECT_THAT(plan.points[1], ElementsAre("2", "7"));
}

TEST(SweepPlan, LatinHypercubeHasAPointInEachPartOfEachDimension) {
  constexpr std::size_t kPoints = 40;
  const SweepRequest request{.vary = {"traffic.scale=0:40", "objective.throttled=0.001:1:log",
                                      "deployment[0].memory=512 MB,1 GB"},
                             .latin_points = kPoints};
  const SweepPlan plan = plan_sweep(small(), request);
  ASSERT_EQ(plan.points.size(), kPoints);
  std::set<int> linear;
  std::set<int> logarithmic;
  int small_memory = 0;
  for (const auto& point : plan.points) {
    linear.insert(static_cast<int>(std::stod(point[0])));
    logarithmic.insert(static_cast<int>(std::floor(
        std::log10(std::stod(point[1]) / 0.001) / 3.0 * static_cast<double>(kPoints))));
    small_memory += point[2] == "512 MB" ? 1 : 0;
  }
  EXPECT_EQ(linear.size(), kPoints);
  EXPECT_EQ(logarithmic.size(), kPoints);
  EXPECT_EQ(small_memory, 20);
  EXPECT_EQ(plan_sweep(small(), request).points, plan.points);
  EXPECT_NE(plan_sweep(small(), request, 4).points, plan.points);
}

TEST_F(Sweep, ReadsLists) {
  std::ofstream(folder_ / "a.csv") << "traffic.scale,deployment[0].memory\n1,512 MB\n2,\n";
  const SweepPlan csv = plan_sweep(small(), {.list = folder_ / "a.csv"});
  ASSERT_EQ(csv.points.size(), 2U);
  EXPECT_EQ(csv.at(0).deployments[0].memory, Megabytes(512));
  EXPECT_EQ(csv.at(1).deployments[0].memory, Megabytes(1024));  // the scenario's own
  std::ofstream(folder_ / "a.json")
      << R"([{"traffic.scale": 1.5}, {"deployment[0].memory": "512 MB"}])";
  const SweepPlan json = plan_sweep(small(), {.list = folder_ / "a.json"});
  ASSERT_EQ(json.points.size(), 2U);
  EXPECT_THAT(json.points[0], ElementsAre("1.5", ""));
  EXPECT_THAT(json.points[1], ElementsAre("", "512 MB"));
}

TEST_F(Sweep, RefusesWrongLists) {
  const auto refused = [&](const std::string& content) {
    std::ofstream(folder_ / "list") << content;
    EXPECT_THROW((void)plan_sweep(small(), {.list = folder_ / "list"}), InputError) << content;
  };
  for (const char* wrong : {"", "a,b\n", "a,b\n1\n", "a\n\"1\n", "[1]", "[{\"a\": [1]}]", "{}", "[",
                            "[]"}) {
    refused(wrong);
  }
}

TEST_F(Sweep, HasEveryPointWithItsReason) {
  const SweepPlan plan =
      plan_sweep(small(), {.vary = {"deployment[0].memory=64 MB,512 MB,20 GB"}});
  const SweepReport report = sweep(plan, options());
  ASSERT_EQ(report.points.size(), 3U);
  EXPECT_EQ(report.points[0].result.status, PointStatus::kInfeasible);
  EXPECT_THAT(report.points[0].result.reason, HasSubstr("64 MB"));
  EXPECT_EQ(report.points[1].result.status, PointStatus::kDone);
  EXPECT_EQ(report.points[2].result.status, PointStatus::kInfeasible);
  const PointFigures& figures = report.points[1].result.deployments.at(0);
  const RunReport alone = run_scenario(plan.at(1));
  EXPECT_EQ(figures.requests, alone.deployments[0].figures.requests);
  EXPECT_EQ(figures.p99_s, alone.deployments[0].figures.latency.quantile_s(0.99));
  EXPECT_EQ(figures.meets_objective, true);
  for (const auto format : {ReportFormat::kText, ReportFormat::kCsv, ReportFormat::kMarkdown,
                            ReportFormat::kHtml, ReportFormat::kJson}) {
    EXPECT_THAT(render(report, format), HasSubstr("infeasible"));
    EXPECT_THAT(render(report, format), HasSubstr("512 MB"));
  }
}

TEST_F(Sweep, RefusesAKeyThatNoPointCanHave) {
  const SweepPlan plan = plan_sweep(small(), {.vary = {"deployment[0].memroy=512 MB,1 GB"}});
  try {
    (void)sweep(plan, options());
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.problems().front().mend, HasSubstr("memory"));
  }
}

TEST_F(Sweep, IsTheSameForAnyNumberOfThreadsAndFromTheStore) {
  const SweepPlan plan = plan_sweep(
      small(), {.vary = {"traffic.scale=0.5:4:log:4", "deployment[0].memory=64 MB,512 MB,1 GB"}});
  SweepOptions one = options();
  one.threads = 1;
  one.keeps_points = false;
  SweepOptions many = options();
  many.threads = 5;
  const std::string alone = render(sweep(plan, one), ReportFormat::kJson);
  const SweepReport first = sweep(plan, many);
  EXPECT_EQ(first.reused, 0U);
  EXPECT_EQ(render(first, ReportFormat::kJson), alone);
  const SweepReport again = sweep(plan, many);
  EXPECT_EQ(again.reused, 8U);
  EXPECT_EQ(render(again, ReportFormat::kJson), alone);
  EXPECT_EQ(stored(), 8);
}

TEST_F(Sweep, TakesPointsOfOtherSweepsButNotOfOtherScenarios) {
  (void)sweep(plan_sweep(small(), {.vary = {"traffic.scale=1,2"}}), options());
  EXPECT_EQ(sweep(plan_sweep(small(), {.vary = {"traffic.scale=2,3"}}), options()).reused, 1U);
  // A comment, or another order of keys, changes nothing; a seed or an override does.
  const Scenario commented = scenario_from_text("# hello\n" + std::string(kScenario), "x.toml", {});
  EXPECT_EQ(sweep(plan_sweep(commented, {.vary = {"traffic.scale=2"}}), options()).reused, 1U);
  SweepOptions other_seed = options();
  other_seed.seed = 4;
  EXPECT_EQ(sweep(plan_sweep(small(), {.vary = {"traffic.scale=2"}}), other_seed).reused, 0U);
  const Scenario overridden = small("keep_alive = \"10 s\"\n");
  EXPECT_EQ(sweep(plan_sweep(overridden, {.vary = {"traffic.scale=2"}}), options()).reused, 0U);
}

TEST_F(Sweep, KeyHasTheTraceAndThePlatformFile) {
  std::ofstream(folder_ / "t.csv") << "arrival_s,execution_s\n0,1\n1,1\n";
  std::ofstream(folder_ / "p.toml")
      << "inherits = \"aws-lambda\"\nname = \"mine\"\n";
  const std::string text =
      "[traffic]\ntrace = \"t.csv\"\n[[deployment]]\nplatform = \"./p.toml\"\n";
  const auto key = [&] {
    return ResultKeys().key_of(scenario_from_text(text, "s.toml", folder_), 1, {});
  };
  const std::string first = key();
  EXPECT_EQ(key(), first);
  std::ofstream(folder_ / "t.csv") << "arrival_s,execution_s\n0,1\n1,2\n";
  const std::string second = key();
  EXPECT_NE(second, first);
  std::ofstream(folder_ / "p.toml")
      << "inherits = \"aws-lambda\"\nname = \"mine\"\n[keep_alive]\nwindow = { value = \"100 s\", "
         "low = \"90 s\", high = \"110 s\", kind = \"measured\", source = \"me\", as_of = \"2026\", "
         "confidence = \"B\" }\n";
  EXPECT_NE(key(), second);
}

TEST_F(Sweep, ShardsMergeToTheSameBytes) {
  const SweepPlan plan = plan_sweep(
      small(), {.vary = {"traffic.scale=0.5:4:log:5", "deployment[0].memory=64 MB,512 MB"}});
  SweepOptions whole = options();
  whole.keeps_points = false;
  const SweepReport one = sweep(plan, whole);
  std::vector<SweepReport> parts;
  std::vector<std::string> names;
  for (std::uint64_t i = 3; i >= 1; --i) {
    SweepOptions part = whole;
    part.shard = {i, 3};
    names.push_back("part" + std::to_string(i));
    parts.push_back(
        sweep_from_json(render(sweep(plan, part), ReportFormat::kJson), names.back()));
  }
  const SweepReport merged = merge_shards(parts, names);
  for (const auto format : {ReportFormat::kText, ReportFormat::kCsv, ReportFormat::kMarkdown,
                            ReportFormat::kHtml, ReportFormat::kJson}) {
    EXPECT_EQ(render(merged, format), render(one, format));
  }
  EXPECT_THROW((void)merge_shards({parts[0], parts[1]}, names), InputError);
  EXPECT_THROW((void)merge_shards({parts[0], parts[1], parts[1]}, names), InputError);
  SweepOptions other = whole;
  other.seed = 99;
  other.shard = {1, 3};
  EXPECT_THROW((void)merge_shards({parts[0], parts[1], sweep(plan, other)}, names), InputError);
  EXPECT_THROW((void)sweep_from_json("{}", "x"), InputError);
  EXPECT_THROW((void)sweep_from_json("[1", "x"), InputError);
}

TEST_F(Sweep, KeepsWhatWasFinishedWhenItIsStopped) {
  const SweepPlan plan = plan_sweep(small(), {.vary = {"traffic.scale=1:2:20"}});
  SweepOptions stopped = options();
  stopped.threads = 2;
  stopped.monitor = [](std::uint64_t finished, std::uint64_t) { return finished < 5; };
  const SweepReport part = sweep(plan, stopped);
  EXPECT_TRUE(part.interrupted);
  EXPECT_EQ(part.points.size(), 20U);
  const auto kept = static_cast<std::uint64_t>(stored());
  EXPECT_GE(kept, 5U);
  EXPECT_LT(kept, 20U);
  const SweepReport rest = sweep(plan, options());
  EXPECT_EQ(rest.reused, kept);
  EXPECT_EQ(stored(), 20);
}

TEST_F(Sweep, LosesAndRepeatsNothingWhenItIsKilled) {
  const SweepPlan plan =
      plan_sweep(small(), {.vary = {"traffic.scale=1:20:30", "seed=1,2"}});
  SweepOptions fresh = options();
  fresh.keeps_points = false;
  const std::string expected = render(sweep(plan, fresh), ReportFormat::kJson);
  for (int kills = 0; kills < 3; ++kills) {
    const pid_t child = fork();
    if (child == 0) {
      SweepOptions own = options();
      own.threads = 2;
      (void)sweep(plan, own);
      _exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(40 + 30 * kills));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  const auto kept = fs::exists(options().store.file) ? stored() : 0;
  const SweepReport report = sweep(plan, options());
  EXPECT_EQ(report.reused, static_cast<std::uint64_t>(kept));
  EXPECT_EQ(render(report, ReportFormat::kJson), expected);
  EXPECT_EQ(stored(), 60);
}

TEST_F(Sweep, VariesTheSeedToo) {
  const SweepReport report = sweep(plan_sweep(small(), {.vary = {"seed=1,2"}}), options());
  EXPECT_NE(report.points[0].result.deployments[0].fingerprint,
            report.points[1].result.deployments[0].fingerprint);
  const SweepReport same =
      sweep(plan_sweep(small(), {.vary = {"traffic.scale=1,2"}}), options());
  EXPECT_EQ(same.seed, 3U);
}

TEST_F(Sweep, RecomputesADamagedPoint) {
  const SweepPlan plan = plan_sweep(small(), {.vary = {"traffic.scale=1,2"}});
  const std::string expected = render(sweep(plan, options()), ReportFormat::kJson);
  StoreFile(options().store.file, StoreFile::Access::kWrite)
      .execute("UPDATE points SET json = 'x'");
  const SweepReport again = sweep(plan, options());
  EXPECT_EQ(again.reused, 0U);
  EXPECT_EQ(render(again, ReportFormat::kJson), expected);
  EXPECT_EQ(sweep(plan, options()).reused, 2U);
}

}  // namespace
}  // namespace faascast
