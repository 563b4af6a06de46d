#include "studies/optimise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "sim-core/error.h"
#include "sim-core/random.h"
#include "studies/report.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

Scenario scenario_of(const std::string& traffic, const std::string& model,
                     const std::string& objective, const std::string& deployments) {
  return scenario_from_text("name = \"s\"\nseed = 3\n[traffic]\n" + traffic + "\n[model]\n" + model +
                                "\n" + objective + "\n" + deployments,
                            "s.toml", {});
}

const char* const kFunctions = "[[deployment]]\nname = \"functions\"\nplatform = \"aws-lambda\"\n";
const char* const kCloudRun = "[[deployment]]\nname = \"run\"\nplatform = \"google-cloud-run\"\n";
const char* const kServers = "[[deployment]]\nname = \"servers\"\nserver = \"aws/c6i.large\"\n";

// CPU time is billed by memory and shrinks with it up to one vCPU: on Lambda the cost of a warm
// request is the same below 1769 MB but for rounding, and grows above. 100 ms of CPU in 300 ms need
// a third of a vCPU.
TEST(Optimise, FindsTheMemoryThatIsJustEnough) {
  const Scenario scenario = scenario_of(
      "generator = { kind = \"poisson\", rate_per_s = 20, duration = \"30 min\" }",
      "cpu = \"100 ms\"", "[objective]\np95 = \"320 ms\"", kFunctions);
  const OptimiseReport report = optimise(scenario);
  ASSERT_TRUE(report.winner.has_value());
  const OptimiseCandidate& winner = report.candidates[*report.winner];
  EXPECT_TRUE(winner.qualifies);
  EXPECT_LE(*winner.figures.p95_s, 0.320);
  for (const OptimiseCandidate& other : report.candidates) {
    if (!other.qualifies) continue;
    EXPECT_LE(winner.figures.bill_month_usd, other.figures.bill_month_usd);
  }
  EXPECT_THAT(report.explanation, HasSubstr("functions (memory "));
}

/// Winner and front of the search are those of the full enumeration.
void expect_same_as_enumerated(const Scenario& scenario, OptimiseOptions options) {
  const OptimiseReport found = optimise(scenario, options);
  options.exhaustive = true;
  const OptimiseReport all = optimise(scenario, options);
  ASSERT_EQ(found.candidates.size(), all.candidates.size());
  EXPECT_EQ(found.winner, all.winner) << found.explanation << "\n" << all.explanation;
  EXPECT_EQ(found.front, all.front) << found.explanation << "\n" << all.explanation;
  std::size_t simulated = 0;
  for (std::size_t i = 0; i < found.candidates.size(); ++i) {
    const OptimiseCandidate& one = found.candidates[i];
    const OptimiseCandidate& other = all.candidates[i];
    simulated += one.stage == CandidateStage::kSimulated ? 1U : 0U;
    if (other.stage != CandidateStage::kSimulated) continue;
    // Bounds hold.
    EXPECT_LE(one.least_usd, other.figures.bill_month_usd * (1.0 + 1e-9)) << i;
    EXPECT_LE(one.least_p99_s, other.figures.p99_s.value_or(1e9)) << i;
    if (one.stage == CandidateStage::kSimulated) {
      EXPECT_EQ(one.figures.fingerprint, other.figures.fingerprint) << i;
    }
  }
  EXPECT_LE(simulated, all.candidates.size());
}

TEST(Optimise, NeverMissesWhatFullEnumerationFinds) {
  struct Case {
    const char* traffic;
    const char* model;
    const char* objective;
  };
  const Case cases[] = {
      {"generator = { kind = \"poisson\", rate_per_s = 20, duration = \"12 min\" }",
       "cpu = \"60 ms\"", "[objective]\np99 = \"500 ms\""},
      {"generator = { kind = \"gamma\", cv = 5, rate_per_s = 10, duration = \"25 min\" }",
       "cpu = { kind = \"exponential\", mean = \"80 ms\" }", "[objective]\np99 = \"2 s\""},
      {"generator = { kind = \"poisson\", rate_per_s = 0.02, duration = \"12 h\" }",
       "execution = \"350 ms\"", "[objective]\ncold_share = 0.01"},
      {"generator = { kind = \"diurnal\", amplitude = 0.8, rate_per_s = 1, duration = \"3 h\" }",
       "cpu = { kind = \"lognormal\", mean = \"150 ms\", cv = 2 }", "[objective]\nmean = \"600 ms\""},
  };
  for (const Case& one : cases) {
    const Scenario scenario =
        scenario_of(one.traffic, one.model, one.objective,
                    std::string(kFunctions) + kCloudRun + kServers + "front_door = \"load-balancer\"\n");
    OptimiseOptions options;
    options.vary = {"deployment[0].memory=256 MB,384 MB,512 MB,768 MB,1 GB,1280 MB,1769 MB,3 GB",
                    "deployment[0].minimum_instances=0", "deployment[1].concurrency=1,8",
                    "deployment[1].memory=512 MB,1 GB", "deployment[1].minimum_instances=0,1",
                    "deployment[2].count=1,2,3,4,6,9"};
    SCOPED_TRACE(one.traffic);
    expect_same_as_enumerated(scenario, options);
    options.goal = OptimiseGoal::kFastest;
    options.budget_usd = 300.0;
    expect_same_as_enumerated(scenario, options);
  }
}

// A trace ends with a deployment's last completion, so candidates must not share a run.
TEST(Optimise, FindsTheSameOnATrace) {
  const Scenario scenario =
      scenario_of("trace = \"bursty-inference-day\"\nscale = 0.05", "cpu = \"60 ms\"",
                  "[objective]\np99 = \"500 ms\"", std::string(kFunctions) + kServers);
  OptimiseOptions options;
  options.vary = {"deployment[0].memory=256 MB,512 MB,1 GB,1769 MB,3 GB", "deployment[1].count=1,2"};
  expect_same_as_enumerated(scenario, options);
}

TEST(Optimise, SparesManySimulationsInALargeSpace) {
  const Scenario scenario = scenario_of(
      "generator = { kind = \"poisson\", rate_per_s = 50, duration = \"25 min\" }", "cpu = \"60 ms\"",
      "[objective]\np99 = \"400 ms\"", std::string(kFunctions) + kServers);
  OptimiseOptions options;
  options.vary = {"deployment[0].memory=256 MB:10240 MB:40"};
  expect_same_as_enumerated(scenario, options);
  const OptimiseReport report = optimise(scenario, options);
  const auto simulated = std::count_if(
      report.candidates.begin(), report.candidates.end(),
      [](const auto& candidate) { return candidate.stage == CandidateStage::kSimulated; });
  EXPECT_LT(simulated * 3, static_cast<std::ptrdiff_t>(report.candidates.size() * 2));
}

TEST(Optimise, SaysWhenNothingQualifies) {
  const Scenario scenario = scenario_of(
      "generator = { kind = \"poisson\", rate_per_s = 2, duration = \"10 min\" }",
      "execution = \"350 ms\"", "[objective]\np99 = \"100 ms\"", kFunctions);
  const OptimiseReport report = optimise(scenario);
  EXPECT_FALSE(report.winner.has_value());
  EXPECT_THAT(report.explanation, HasSubstr("Nothing is"));
  EXPECT_THAT(report.explanation, HasSubstr("The fastest is"));
}

TEST(Optimise, ListsWhatIsNotAllowed) {
  const Scenario scenario = scenario_of(
      "generator = { kind = \"poisson\", rate_per_s = 2, duration = \"10 min\" }",
      "execution = \"350 ms\"", "[objective]\np99 = \"10 s\"", kFunctions);
  OptimiseOptions options;
  options.vary = {"deployment[0].memory=64 MB,1 GB"};
  const OptimiseReport report = optimise(scenario, options);
  ASSERT_EQ(report.candidates.size(), 2U);
  EXPECT_EQ(report.candidates[0].stage, CandidateStage::kRefused);
  EXPECT_THAT(report.candidates[0].reason, HasSubstr("64 MB"));
  EXPECT_EQ(report.winner, 1U);
}

TEST(Optimise, RefusesWhatItCannotAnswer) {
  const std::string traffic =
      "generator = { kind = \"poisson\", rate_per_s = 2, duration = \"10 min\" }";
  const Scenario free = scenario_of(traffic, "execution = \"350 ms\"", "", kFunctions);
  EXPECT_THROW((void)optimise(free), InputError);
  OptimiseOptions options;
  options.goal = OptimiseGoal::kFastest;
  EXPECT_TRUE(optimise(free, options).winner.has_value());
  for (const char* wrong : {"traffic.scale=1,2", "deployment[0].memory=1 GB:2 GB", "x"}) {
    options.vary = {wrong};
    EXPECT_THROW((void)optimise(free, options), InputError) << wrong;
  }
  options.vary = {"deployment[0].memory=64 MB"};
  EXPECT_THROW((void)optimise(free, options), InputError);  // nothing is left
}

TEST(Optimise, IsRenderedInEveryFormat) {
  const Scenario scenario = scenario_of(
      "generator = { kind = \"poisson\", rate_per_s = 2, duration = \"10 min\" }",
      "cpu = \"100 ms\"", "[objective]\np99 = \"10 s\"", std::string(kFunctions) + kServers);
  const OptimiseReport report = optimise(scenario);
  for (const auto format : {ReportFormat::kText, ReportFormat::kCsv, ReportFormat::kMarkdown,
                            ReportFormat::kHtml, ReportFormat::kJson}) {
    EXPECT_THAT(render(report, format), HasSubstr("memory"));
  }
  std::istringstream lines(render(report, ReportFormat::kText));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

}  // namespace
}  // namespace faascast
