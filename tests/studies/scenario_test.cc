#include "studies/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "sim-core/error.h"
#include "studies/data.h"
#include "studies/run.h"
#include "studies/schema.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

Scenario read(const std::string& text, const ScenarioChanges& changes = {}) {
  return scenario_from_text(text, "test.toml", {}, changes);
}

/// All problems of a text, one after another.
std::string problems_of(const std::string& text, const ScenarioChanges& changes = {}) {
  try {
    (void)read(text, changes);
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

const char* const kComplete = R"(
name = "complete"
seed = 7
horizon = "2 h"
warm_up = "10 min"
free_tier = true
[traffic]
generator = { kind = "gamma", rate_per_s = 12, cv = 4, duration = "1 h" }
scale = 0.5
scale_by = "thin"
request_bytes = "2 kB"
[model]
execution = { kind = "lognormal", mean = "120 ms", cv = 0.5 }
[handler]
decode = "1 ms"
preprocess = "2 ms"
[objective]
p99 = "300 ms"
cold_share = 0.01
[[deployment]]
platform = "aws-lambda"
memory = "1769 MB"
keep_alive = "600 s"
front_door = "http-api"
[[deployment]]
server = "aws/c6i.large"
count = 3
autoscale = { maximum = 8, target_utilisation = 0.5 }
)";

TEST(ReadScenario, EveryPartOfACompleteFile) {
  const Scenario s = read(kComplete);
  EXPECT_EQ(s.name, "complete");
  EXPECT_EQ(s.seed, 7U);
  EXPECT_EQ(s.horizon_rule, HorizonRule::kAt);
  EXPECT_EQ(s.horizon, std::chrono::hours(2));
  EXPECT_EQ(s.warm_up, std::chrono::minutes(10));
  EXPECT_TRUE(s.free_tier);
  ASSERT_TRUE(s.traffic.generator.has_value());
  EXPECT_EQ(s.traffic.generator->kind, "gamma");
  EXPECT_EQ(s.traffic.generator->cv, 4.0);
  EXPECT_EQ(s.traffic.scale_by, ScaleBy::kThin);
  EXPECT_EQ(s.traffic.request_bytes, Bytes(2000));
  ASSERT_TRUE(s.model.execution.has_value());
  EXPECT_EQ(s.model.execution->kind, "lognormal");
  EXPECT_EQ(s.handler.per_request(), std::chrono::milliseconds(3));
  EXPECT_EQ(s.objective.p99, std::chrono::milliseconds(300));
  ASSERT_EQ(s.deployments.size(), 2U);
  EXPECT_EQ(s.deployments[0].name, "aws-lambda");
  EXPECT_EQ(s.deployments[0].memory, Megabytes(1769));
  EXPECT_EQ(s.deployments[0].platform_spec->keep_alive.window, std::chrono::seconds(600));
  EXPECT_EQ(s.deployments[1].count, 3U);
  EXPECT_EQ(s.deployments[1].autoscale->maximum, 8U);
}

struct BadCase {
  const char* name;
  const char* from;  ///< text of kComplete to replace
  const char* to;
  const char* said;
};

class BadScenario : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadScenario, IsRefusedWithPlaceAndReason) {
  std::string text = kComplete;
  const std::size_t at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string(GetParam().from).size(), GetParam().to);
  const std::string said = problems_of(text);
  EXPECT_THAT(said, HasSubstr("test.toml:"));
  EXPECT_THAT(said, HasSubstr(GetParam().said));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadScenario,
    ::testing::Values(
        BadCase{"UnknownKey", "warm_up", "warmup", "did you mean 'warm_up'"},
        BadCase{"BadUnit", "\"10 min\"", "\"10 minuts\"", "minuts"},
        BadCase{"NoUnit", "\"10 min\"", "10", "warm_up"},
        BadCase{"NegativeRate", "rate_per_s = 12", "rate_per_s = -12", "out of range"},
        BadCase{"UnknownGenerator", "\"gamma\"", "\"gama\"", "did you mean 'gamma'"},
        BadCase{"UnknownPlatform", "\"aws-lambda\"", "\"aws-lamda\"", "did you mean 'aws-lambda'"},
        BadCase{"UnknownServer", "aws/c6i.large", "aws/c6i.larg", "aws/c6i.large"},
        BadCase{"UnknownFrontDoor", "http-api", "htp-api", "did you mean 'http-api'"},
        BadCase{"TwoSides", "server =", "platform = \"aws-lambda\"\nserver =",
                "both a platform and a server"},
        BadCase{"NoSide", "server = \"aws/c6i.large\"", "", "no platform and no server"},
        BadCase{"CountOfFunctions", "memory = \"1769 MB\"", "count = 2", "only servers"},
        BadCase{"ConcurrencyOfServers", "count = 3", "count = 3\nconcurrency = 2",
                "only functions"},
        BadCase{"TwoModels", "[model]", "[model]\ncpu = \"1 ms\"", "several ways"},
        BadCase{"LawWithoutCv", ", cv = 0.5", "", "missing key 'cv'"},
        BadCase{"ZeroHorizon", "\"2 h\"", "\"0 s\"", "horizon is zero"},
        BadCase{"MinimumAboveMaximum", "maximum = 8", "maximum = 8, minimum = 9",
                "above the maximum"},
        BadCase{"PlatformKeyTypo", "keep_alive = \"600 s\"", "keep_aliv = \"600 s\"",
                "did you mean 'keep_alive'"}),
    [](const auto& row) { return row.param.name; });

TEST(ReadScenario, ReportsSeveralProblemsTogether) {
  std::string text = kComplete;
  text.replace(text.find("\"10 min\""), 8, "\"10 minuts\"");
  text.replace(text.find("p99"), 3, "p98");
  const std::string said = problems_of(text);
  EXPECT_THAT(said, HasSubstr("minuts"));
  EXPECT_THAT(said, HasSubstr("p98"));
}

TEST(ReadScenario, TrafficNeedsExactlyOneOrigin) {
  EXPECT_THAT(problems_of("[traffic]\nscale = 1\n[[deployment]]\nplatform = 'aws-lambda'"),
              HasSubstr("no trace and no generator"));
  EXPECT_THAT(problems_of("[[deployment]]\nplatform = 'aws-lambda'"), HasSubstr("[traffic]"));
}

TEST(ReadScenario, NamesAreUnique) {
  const std::string text = std::string(kComplete) + "[[deployment]]\nplatform = \"aws-lambda\"\n";
  EXPECT_EQ(read(text).deployments[2].name, "aws-lambda-2");
  EXPECT_THAT(problems_of(std::string(kComplete) +
                          "[[deployment]]\nname='x'\nplatform = 'aws-lambda'\n"
                          "[[deployment]]\nname='x'\nplatform = 'aws-lambda'\n"),
              HasSubstr("two deployments are named 'x'"));
}

TEST(SetKey, ReplacesAddsAndReportsItsPlace) {
  const Scenario s = read(kComplete, {.set = {"traffic.scale=2", "deployment[0].memory=512 MB",
                                              "objective.p95=\"1 s\"", "seed=9"}});
  EXPECT_EQ(s.traffic.scale, 2.0);
  EXPECT_EQ(s.deployments[0].memory, Megabytes(512));
  EXPECT_EQ(s.objective.p95, std::chrono::seconds(1));
  EXPECT_EQ(s.seed, 9U);
  EXPECT_THAT(problems_of(kComplete, {.set = {"traffic.scale=-1"}}),
              HasSubstr("--set traffic.scale"));
  EXPECT_THAT(problems_of(kComplete, {.set = {"deployment[5].memory=1 GB"}}),
              HasSubstr("no such table"));
  EXPECT_THAT(problems_of(kComplete, {.set = {"nonsense"}}), HasSubstr("not an assignment"));
  EXPECT_THAT(problems_of(kComplete, {.set = {"traffic.scal=2"}}),
              HasSubstr("--set traffic.scal: unknown key"));
}

TEST(PinnedFigure, ReadsOneFigureAtItsEnd) {
  const std::string text =
      "[traffic]\ngenerator = { kind = 'poisson', rate_per_s = 1, duration = '1 h' }\n"
      "[[deployment]]\nplatform = 'google-cloud-functions'\n";
  const Scenario s = read(text);
  const auto all = figures(*s.deployments[0].platform_spec);
  const auto window = std::find_if(all.begin(), all.end(), [](const Figure& figure) {
    return figure.path == "keep_alive.window";
  });
  ASSERT_NE(window, all.end());
  const Scenario low =
      with_pinned_figure(s, {"google-cloud-functions", {"keep_alive.window", Pin::Side::kLow}});
  EXPECT_LT(low.deployments[0].platform_spec->keep_alive.window,
            s.deployments[0].platform_spec->keep_alive.window);
}

TEST(Schema, TemplateIsAScenarioAndNamesEveryKey) {
  const std::string text = scenario_template();
  EXPECT_EQ(read(text).deployments.size(), 2U);
  for (const SchemaRow& row : schema_rows()) {
    EXPECT_THAT(text, HasSubstr(row.key.substr(row.key.rfind('.') + 1))) << row.key;
    EXPECT_FALSE(row.text.empty()) << row.key;
  }
}

// The default that the table prints is the one that the reader leaves: reading it changes nothing.
TEST(Schema, PrintedDefaultsAreTheRealOnes) {
  const std::string plain =
      "[traffic]\ngenerator = { kind = 'poisson', rate_per_s = 1, duration = '1 h' }\n"
      "[model]\nexecution = '1 s'\n[[deployment]]\nplatform = 'aws-lambda'\n";
  const Scenario before = read(plain);
  for (const SchemaRow& row : schema_rows()) {
    if (row.initial.empty() || row.key == "name") continue;
    std::string key = row.key;
    if (key == "traffic.spread") continue;  // only beside a trace
    if (key.starts_with("deployment.autoscale") || key == "deployment.redundancy" ||
        key == "deployment.purchase" || key == "deployment.host_factor" ||
        key == "deployment.service" || key == "deployment.zones" ||
        key.starts_with("deployment.nat") || key.starts_with("deployment.node_")) {
      continue;  // only of servers
    }
    const auto begins = [&](const char* table) { return key.starts_with(table); };
    if (begins("deployment.retry") || begins("deployment.breakdown") || begins("deployment.batching") ||
        begins("deployment.hybrid") || begins("state.") || begins("version.") || begins("step.")) {
      continue;  // nothing without the others of their table: see hybrid_test.cc
    }
    if (key.starts_with("deployment.")) key.insert(10, "[0]");
    const Scenario after = read(plain, {.set = {key + "=" + row.initial}});
    EXPECT_EQ(after.seed, before.seed) << key;
    EXPECT_EQ(after.warm_up, before.warm_up) << key;
    EXPECT_EQ(after.free_tier, before.free_tier) << key;
    EXPECT_EQ(after.traffic.scale, before.traffic.scale) << key;
    EXPECT_EQ(after.traffic.response_bytes, before.traffic.response_bytes) << key;
    EXPECT_EQ(after.traffic.generator->cv, before.traffic.generator->cv) << key;
    EXPECT_EQ(after.traffic.generator->day, before.traffic.generator->day) << key;
    EXPECT_EQ(after.handler.per_request(), before.handler.per_request()) << key;
    EXPECT_EQ(after.handler.language, before.handler.language) << key;
    EXPECT_EQ(after.deployments[0].front_door, before.deployments[0].front_door) << key;
    EXPECT_EQ(after.deployments[0].arch, before.deployments[0].arch) << key;
    EXPECT_EQ(after.deployments[0].concurrency, before.deployments[0].concurrency) << key;
  }
}

// Row 2 leaves its execution time out and there is no [model]: it must not run as zero seconds.
TEST(TraceExecution, ARowWithoutATimeNeedsAModel) {
  const std::string trace = ::testing::TempDir() + "gap.csv";
  std::ofstream(trace) << "arrival_s,execution_s\n0,1\n0.5,\n2,1\n";
  const std::string text = "[traffic]\ntrace = \"" + trace +
                           "\"\n[[deployment]]\nplatform = 'aws-lambda'\n";
  try {
    (void)run_scenario(read(text));
    FAIL() << "ran a request of unknown length";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("request 2 (in order of arrival) has no execution time"));
  }
  const RunReport report = run_scenario(read(text + "[model]\nexecution = '4 s'\n"));
  // (1 + 4 + 1) / 3
  EXPECT_DOUBLE_EQ(report.deployments[0].figures.execution.mean_s().value(), 2.0);
}

TEST(ShippedScenarios, AllAreRead) {
  const auto names = shipped_scenario_names();
  ASSERT_FALSE(names.empty());
  for (const std::string& name : names) {
    EXPECT_NO_THROW((void)read_scenario(name)) << name;
  }
}

TEST(ReadScenario, MissingFileNamesTheNearestShippedOne) {
  try {
    (void)read_scenario("quikstart");
    FAIL() << "read a scenario that is not there";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'quickstart'"));
  }
}

}  // namespace
}  // namespace faascast
