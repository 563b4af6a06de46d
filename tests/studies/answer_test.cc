#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "sim-core/error.h"
#include "studies/breakeven.h"
#include "studies/measured.h"
#include "studies/question.h"
#include "studies/report.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

/// 1 request a second of 200 ms: Lambda at 1 GB costs $9.16 a month, a c6i.large $62.05.
std::string scenario_text(const std::string& rate) {
  return "[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = " + rate +
         ", duration = \"1 h\" }\n"
         "[model]\nexecution = \"200 ms\"\n[objective]\np99 = \"60 s\"\n"
         "[[deployment]]\nname = \"lambda\"\nplatform = \"aws-lambda\"\nmemory = \"1024 MB\"\n"
         "[[deployment]]\nname = \"servers\"\nserver = \"aws/c6i.large\"\nredundancy = 0\n"
         "count = 1\n";
}

BreakevenReport report_of(const std::string& rate) {
  BreakevenOptions options;
  options.replications = 3;
  options.calibration = false;
  options.requests_per_point = 20'000;
  return breakeven(scenario_from_text(scenario_text(rate), "answer.toml", {}), options);
}

constexpr double kUsdPerRequest = (0.2 * 16.6667 + 0.2) * 1e-6;

TEST(Answer, NamesTheCheaperSideAtTheOwnTraffic) {
  const BreakevenReport report = report_of("1");
  ASSERT_TRUE(report.answer.has_value());
  const BreakevenAnswer& answer = *report.answer;
  EXPECT_EQ(answer.cheaper, "lambda");
  ASSERT_EQ(answer.costs.size(), 2U);
  EXPECT_NEAR(answer.costs[0].usd_per_month, 86'400.0 * 30.0 * kUsdPerRequest, 0.05);
  EXPECT_NEAR(answer.costs[1].usd_per_month, 0.085 * 730, 1e-6);
  EXPECT_THAT(answer.sentence, HasSubstr("run it on lambda"));
  EXPECT_THAT(answer.sentence, HasSubstr("servers becomes cheaper above"));
  EXPECT_THAT(report.scaling, HasSubstr("scaled in time"));
}

// $9.16 buys 9.16 / 0.085 = 107.7 hours of a server.
TEST(Answer, FlipThresholdIsTheHoursThatTheCheaperSidesBillBuys) {
  const BreakevenAnswer answer = *report_of("1").answer;
  ASSERT_TRUE(answer.threshold.server_hours.has_value());
  EXPECT_NEAR(*answer.threshold.server_hours, 86'400.0 * 30.0 * kUsdPerRequest / 0.085, 1.0);
  EXPECT_THAT(answer.threshold.text, HasSubstr("fewer than"));
}

// At 8 requests a second Lambda costs $73.3 and one server carries the load (10 a second): servers
// win all month, and a tenth or half of the traffic turns that round.
TEST(Answer, FindsWhatReversesTheVerdict) {
  const BreakevenAnswer answer = *report_of("8").answer;
  EXPECT_EQ(answer.cheaper, "servers");
  EXPECT_GT(*answer.threshold.server_hours, 730.0);
  ASSERT_FALSE(answer.flips.empty());
  EXPECT_TRUE(answer.flips.front().flips);
  EXPECT_EQ(answer.flips.front().cheaper, "lambda");
  EXPECT_LE(answer.flips.size(), 3U);
  EXPECT_GE(answer.assumptions, 6U);
}

TEST(Answer, SaysSoWhereNothingMeetsTheObjective) {
  const Scenario scenario = scenario_from_text(
      [] {
        std::string text = scenario_text("1");
        return text.replace(text.find("60 s"), 4, "1 ms");
      }(),
      "answer.toml", {});
  BreakevenOptions options;
  options.replications = 2;
  options.requests_per_point = 5'000;
  options.highest_per_day = 1e6;
  const BreakevenReport report = breakeven(scenario, options);
  EXPECT_TRUE(report.answer->cheaper.empty());
  EXPECT_THAT(report.answer->sentence, HasSubstr("nothing that was tried meets the objective"));
  EXPECT_THAT(render(report, ReportFormat::kHtml), HasSubstr("nowhere"));
}

TEST(Precision, DoublesReplicationsUntilItIsReached) {
  BreakevenOptions options;
  options.replications = 2;
  options.precision = 0.002;
  options.answers = false;
  options.calibration = false;
  options.requests_per_point = 20'000;
  // Random times make the crossing random.
  std::string text = scenario_text("1");
  text.replace(text.find("\"200 ms\""), 8, "{ kind = \"exponential\", mean = \"200 ms\" }");
  const BreakevenReport report =
      breakeven(scenario_from_text(text, "precise.toml", {}), options);
  const Crossing& crossing = report.pairs.at(0).crossings.at(0);
  EXPECT_LE(std::log(crossing.sampling.high / crossing.sampling.low) / 2.0, 0.002);
  EXPECT_GT(crossing.replications, 2U);
  EXPECT_THAT(report.notes.back(), HasSubstr("0.2 % was asked for"));
}

TEST(Question, MakesAScenarioThatReadsAndRefusesAHalfOne) {
  const std::string text = scenario_text_of(
      {"logreg-mnist-odd", "bursty-inference-day", "", std::chrono::seconds(1)});
  const Scenario scenario = scenario_from_text(text, "question", {});
  EXPECT_EQ(scenario.objective.p99, std::chrono::seconds(1));
  EXPECT_EQ(scenario.model.onnx, "logreg-mnist-odd");
  EXPECT_GE(scenario.deployments.size(), 6U);
  try {
    (void)scenario_text_of({});
    FAIL() << "an empty question was taken";
  } catch (const InputError& error) {
    EXPECT_EQ(error.problems().size(), 3U);
  }
}

class MeasuredFile : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& content) {
    const auto file = std::filesystem::path(::testing::TempDir()) / "measured.csv";
    std::ofstream(file) << content;
    return file;
  }
  std::string problems_of(const std::string& content) {
    try {
      (void)read_measured(write(content));
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  }
};

TEST_F(MeasuredFile, IsReadWithItsUnits) {
  const auto points = read_measured(
      write("inferences_per_day,usd_per_month,p99,deployment\n86400,9.2,480 ms,lambda\n1e6,70,,\n"));
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].inferences_per_day, 86'400.0);
  EXPECT_EQ(points[0].usd_per_month, 9.2);
  EXPECT_NEAR(points[0].p99_s.value_or(0.0), 0.48, 1e-12);
  EXPECT_EQ(points[0].name, "lambda");
  EXPECT_FALSE(points[1].p99_s.has_value());
}

TEST_F(MeasuredFile, SaysWhatIsWrongWithIt) {
  EXPECT_THAT(problems_of(""), HasSubstr("the file is empty"));
  EXPECT_THAT(problems_of("inferences_per_day,usd_per_month\n"), HasSubstr("no measured point"));
  EXPECT_THAT(problems_of("inferences,usd_per_month\n1,2\n"), HasSubstr("not a column"));
  EXPECT_THAT(problems_of("inferences_per_day,usd_per_month\n-5,x\n"), HasSubstr(":2:1"));
  EXPECT_THAT(problems_of("inferences_per_day,usd_per_month,p99\n5,6,soon\n"), HasSubstr("p99"));
}

TEST_F(MeasuredFile, IsHeldAgainstThePrediction) {
  BreakevenOptions options;
  options.replications = 2;
  options.calibration = false;
  options.answers = false;
  options.requests_per_point = 20'000;
  options.measured = write("inferences_per_day,usd_per_month\n86400,9.00\n86400,60\n");
  const BreakevenReport report =
      breakeven(scenario_from_text(scenario_text("1"), "measured.toml", {}), options);
  ASSERT_EQ(report.measured.size(), 2U);
  EXPECT_EQ(report.measured[0].name, "lambda");
  EXPECT_NEAR(report.measured[0].predicted_usd_per_month, 86'400.0 * 30.0 * kUsdPerRequest, 0.05);
  EXPECT_EQ(report.measured[1].name, "servers");
}

}  // namespace
}  // namespace faascast
