#include "studies/quick.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "studies/pool_law.h"

namespace faascast {
namespace {

// Known answers, from the theory of the killed birth-death process (tests/oracles/oracles.csv).
TEST(PoolLaw, IsExactForSmallLoads) {
  EXPECT_NEAR(keep_alive_pool(0.1, 1.0).cold_share, 0.908119692163, 1e-9);
  EXPECT_NEAR(keep_alive_pool(0.1, 1.0).instances, 0.195283749682, 1e-9);
  EXPECT_NEAR(keep_alive_pool(0.5, 1.0).cold_share, 0.65960818238, 1e-9);
  EXPECT_NEAR(keep_alive_pool(1.0, 10.0).cold_share, 0.0773738268956, 1e-9);
  EXPECT_NEAR(keep_alive_pool(1.0, 10.0).instances, 3.27807540693, 1e-9);
}

TEST(PoolLaw, KnowsItsLimits) {
  // Nothing is kept: every request is cold, and what lives is busy.
  EXPECT_EQ(keep_alive_pool(3.0, 0.0).cold_share, 1.0);
  EXPECT_EQ(keep_alive_pool(3.0, 0.0).instances, 3.0);
  // As a -> 0: P(cold) -> exp(-a theta).
  EXPECT_NEAR(keep_alive_pool(1e-4, 5000.0).cold_share, std::exp(-0.5), 1e-3);
}

// Where the exact form ends and the table begins, and where the table ends, nothing may jump.
TEST(PoolLaw, HasNoSeams) {
  for (const double theta : {1.0, 30.0, 1000.0}) {
    for (const double seam : {10.0, 400.0}) {
      const PoolFigures below = keep_alive_pool(seam * (1.0 - 1e-6), theta);
      const PoolFigures above = keep_alive_pool(seam * (1.0 + 1e-6), theta);
      EXPECT_NEAR(above.instances / below.instances, 1.0, 2e-4) << seam << " " << theta;
      EXPECT_NEAR(above.cold_share / below.cold_share, 1.0, 1e-2) << seam << " " << theta;
    }
  }
}

TEST(ErlangC, IsTheTextbooks) {
  EXPECT_NEAR(erlang_c(1, 0.8), 0.8, 1e-12);  // M/M/1: the load
  EXPECT_NEAR(erlang_c(2, 1.0), 1.0 / 3.0, 1e-12);
}

std::string scenario_text(double rate, const std::string& duration) {
  return "[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = " + std::to_string(rate) +
         ", duration = \"" + duration +
         "\" }\n[model]\nexecution = { kind = \"exponential\", mean = \"1 s\" }\n"
         "[[deployment]]\nplatform = \"aws-lambda\"\n"
         "keep_alive = \"10 s\"\nmemory = \"256 MB\"\n"
         "[[deployment]]\nname = \"servers\"\nserver = \"aws/c6i.large\"\ncount = 2\n";
}

// Where the forms are exact, simulation and estimate agree within the simulation's interval (at
// four times its half-width: once in a million).
TEST(Quick, AgreesWithTheSimulationWhereItIsExact) {
  Scenario scenario = scenario_from_text(scenario_text(2.0, "20 h"), "quick.toml", {});
  scenario.deployments.erase(scenario.deployments.begin());
  scenario.warm_up = std::chrono::minutes(10);
  StudyOptions options;
  options.replications = 10;
  const RunReport simulated = run_scenario(scenario, options);
  const QuickReport quick = quick_report(scenario, options);
  ASSERT_EQ(quick.deployments.size(), 1U);
  EXPECT_TRUE(quick.deployments[0].is_exact);
  const FigureInterval& latency = simulated.deployments[0].intervals[0];
  const double half = (latency.high - latency.low) / 2.0;
  EXPECT_NEAR(latency.mean, quick.deployments[0].mean_latency_s, 4.0 * half);
  EXPECT_LT(half / latency.mean, 0.02) << "too noisy to prove anything";
}

TEST(Quick, FindsTheBreakevenOfTheClosedForm) {
  const Scenario scenario = scenario_from_text(
      "[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = 1, duration = \"1 h\" }\n"
      "[model]\nexecution = \"200 ms\"\n[objective]\np99 = \"60 s\"\n"
      "[[deployment]]\nname = \"lambda\"\nplatform = \"aws-lambda\"\nmemory = \"1024 MB\"\n"
      "[[deployment]]\nname = \"servers\"\nserver = \"aws/c6i.large\"\nredundancy = 0\ncount = 1\n",
      "quick.toml", {});
  const QuickReport quick = quick_report(scenario);
  ASSERT_EQ(quick.pairs.size(), 1U);
  // 62.05 $ of server against (0.2 s x $16.6667 + $0.20) a million.
  const double expected = 0.085 * 730 / ((0.2 * 16.6667 + 0.2) * 1e-6) / 30.0;
  EXPECT_NEAR(quick.pairs[0].inferences_per_day / expected, 1.0, 0.005);
}

TEST(Quick, RendersEveryFormat) {
  const Scenario scenario = scenario_from_text(scenario_text(1.0, "1 h"), "quick.toml", {});
  const QuickReport quick = quick_report(scenario);
  EXPECT_THAT(render(quick, ReportFormat::kText), ::testing::HasSubstr("without a simulation"));
  EXPECT_THAT(render(quick, ReportFormat::kJson), ::testing::HasSubstr("\"exact\""));
  EXPECT_THAT(render(quick, ReportFormat::kHtml), ::testing::HasSubstr("<table>"));
  EXPECT_THAT(render(quick, ReportFormat::kMarkdown), ::testing::HasSubstr("| --- |"));
}

}  // namespace
}  // namespace faascast
