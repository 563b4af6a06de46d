// `faascast paper` as a user runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/e2e/program.h"
#include "tests/e2e/scenarios.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Paper, OneSectionAsJsonAndAsAPage) {
  const Program program;
  const Outcome outcome =
      program.run({"paper", "--section", "breakeven", "--json", "-o", "paper.html", "-o", "paper.csv",
                   "-o", "paper.md"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["calibration"], "list-price");
  ASSERT_TRUE(json["breakeven"].is_array());
  for (const auto& row : json["breakeven"]) {
    for (const char* key : {"model", "platform", "quantity", "unit", "paper", "simulated", "low",
                            "high", "why"}) {
      EXPECT_TRUE(row.contains(key)) << row;
    }
  }
  const std::string page = program.read("paper.html");
  EXPECT_THAT(page, HasSubstr("<table>"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("faascast paper --section breakeven"));
  EXPECT_THAT(program.read("paper.csv"), HasSubstr("section,model,platform,quantity"));
  EXPECT_THAT(program.read("paper.md"), HasSubstr("## 5.3: breakeven"));
}

TEST(Paper, RepeatsBitForBit) {
  const Program program;
  const std::vector<std::string> arguments = {"paper", "--section", "throughput", "--json"};
  const Outcome first = program.run(arguments);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  std::vector<std::string> single = arguments;
  single.insert(single.end(), {"--threads", "1"});
  EXPECT_EQ(program.run(single).out, first.out);
}

TEST(Paper, FitsIn80Columns) {
  const Program program;
  const Outcome outcome = program.run({"paper", "--section", "memory"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  std::size_t start = 0;
  while (start < outcome.out.size()) {
    const std::size_t end = std::min(outcome.out.find('\n', start), outcome.out.size());
    EXPECT_LE(end - start, 80U) << outcome.out.substr(start, end - start);
    start = end + 1;
  }
}

TEST(Paper, WrongArgumentsAreRefusedBeforeAnythingRuns) {
  const Program program;
  const Outcome section = program.run({"paper", "--section", "tabel_1"});
  EXPECT_EQ(section.exit_code, 2);
  EXPECT_TRUE(section.out.empty());
  EXPECT_THAT(section.err, HasSubstr("did you mean 'table_1'"));
  EXPECT_EQ(program.run({"paper", "--calibration", "mine"}).exit_code, 2);
  EXPECT_EQ(program.run({"paper", "-o", "paper.pdf"}).exit_code, 2);
  EXPECT_EQ(program.run({"paper", "--help"}).exit_code, 0);
}

TEST(PaperCalibration, IsTakenByRunAndBreakeven) {
  const Program program;
  const std::string scenario = program.file("small.toml", small_scenario());
  const Outcome run = program.run({"run", scenario, "--calibration", "paper"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("what it would take"));
  EXPECT_THAT(run.out, HasSubstr("(fit)"));
  const Outcome breakeven =
      program.run({"breakeven", scenario, "--calibration", "paper", "--requests-per-point", "2000",
                   "--replications", "2", "--json"});
  ASSERT_EQ(breakeven.exit_code, 0) << breakeven.err;
  const auto json = nlohmann::json::parse(breakeven.out);
  ASSERT_FALSE(json["pairs"][0]["crossings"].empty()) << breakeven.out;
  // Table 2's middle columns cross at 563,000 a day.
  EXPECT_NEAR(json["pairs"][0]["crossings"][0]["inferences_per_day"].get<double>(), 563'000.0,
              10'000.0);
}

TEST(PaperScenarios, AreShippedAndCompared) {
  const Program program;
  const Outcome outcome = program.run({"compare", "paper/cnn", "--set",
                                       "traffic.generator.duration=1 h"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Cheapest that meets the objective"));
}

}  // namespace
}  // namespace faascast
