// Pages as a reader's browser shows them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/e2e/program.h"
#include "tests/e2e/scenarios.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bool has_chromium() { return std::system("chromium --version >/dev/null 2>&1") == 0; }

/// Screenshot of a page. @return its size in bytes; 0: the browser made none
std::uintmax_t rendered(const std::filesystem::path& page) {
  const std::filesystem::path png = page.string() + ".png";
  const std::string command =
      "timeout 60 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars "
      "--user-data-dir='" +
      page.string() + ".browser' --window-size=1000,2400 --screenshot='" +
      png.string() + "' 'file://" + page.string() + "' >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) return 0;
  return std::filesystem::exists(png) ? std::filesystem::file_size(png) : 0;
}

void expect_self_contained(const std::string& page) {
  EXPECT_THAT(page, HasSubstr("<svg"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(page, HasSubstr("@media print"));
}

TEST(Page, OfAStrangersQuestion) {
  const Program program;
  std::string log = "arrival_s\n";
  for (int i = 0; i < 2000; ++i) log += std::to_string(i * 7) + "." + std::to_string(i % 10) + "\n";
  program.file("app.csv", log);
  program.file("paid.csv", "inferences_per_day,usd_per_month,p99\n12000,1.1,400 ms\n");
  const Outcome outcome =
      program.run({"breakeven", "--model", "logreg-mnist-odd", "--log", "app.csv", "--p99", "1s",
                   "--serverless", "aws-lambda", "--dedicated", "EC2 c6i.large", "--replications",
                   "2", "--measured", "paid.csv", "-o", "page.html"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string page = program.read("page.html");
  expect_self_contained(page);
  for (const char* part :
       {"inferences a day run it on", "What would reverse it", "What a spreadsheet says",
        "Where each one meets the objective", "Measured against predicted", "What this rests on",
        "faascast breakeven --model logreg-mnist-odd --log app.csv --p99 1s"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
  if (!has_chromium()) GTEST_SKIP() << "no chromium: the page was not rendered";
  EXPECT_GT(rendered(program.folder() / "page.html"), 20'000U);
}

TEST(Page, OfARun) {
  const Program program;
  const std::string scenario = program.file("small.toml", small_scenario());
  const Outcome outcome =
      program.run({"compare", scenario, "--replications", "3", "-o", "run.html", "-o", "run.json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Means of 3 replications"));
  const std::string page = program.read("run.html");
  expect_self_contained(page);
  for (const char* part : {"Latency", "Over time", "Bills", "How well it is known",
                           "To make this page again"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
  EXPECT_THAT(program.read("run.json"), HasSubstr("\"timeline\""));
  if (!has_chromium()) GTEST_SKIP() << "no chromium: the page was not rendered";
  EXPECT_GT(rendered(program.folder() / "run.html"), 20'000U);
}

TEST(Question, IsSavedAsAScenarioThatRuns) {
  const Program program;
  program.file("app.csv", "arrival_s\n0.5\n1.5\n200.25\n");
  const Outcome saved = program.run({"breakeven", "--model", "logreg-mnist-odd", "--log", "app.csv",
                                     "--p99", "1s", "--save-template", "mine.toml"});
  ASSERT_EQ(saved.exit_code, 0) << saved.err;
  const Outcome outcome = program.run({"run", "mine.toml", "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(program.run({"breakeven", "--model", "logreg-mnist-odd"}).exit_code, 2);
  EXPECT_EQ(program.run({"breakeven"}).exit_code, 2);
}

TEST(Quick, AnswersWithoutASimulation) {
  const Program program;
  const std::string scenario = program.file("small.toml", small_scenario());
  const Outcome outcome = program.run({"run", scenario, "--quick"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("without a simulation"));
  EXPECT_THAT(program.run({"breakeven", scenario, "--quick"}).out, HasSubstr("breakeven"));
}

TEST(Map, IsATable) {
  const Program program;
  std::string text = small_scenario();
  const std::string scenario = program.file("small.toml", text);
  const Outcome outcome =
      program.run({"breakeven", scenario, "--requests-per-point", "2000", "--map", "cv=1,3",
                   "execution=100ms", "-o", "map.html", "-o", "map.csv"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("CV 3"));
  EXPECT_THAT(program.read("map.html"), HasSubstr("<svg"));
  EXPECT_THAT(program.read("map.csv"), HasSubstr("execution_s,cv,verdict,inferences_per_day"));
  EXPECT_EQ(program.run({"breakeven", scenario, "--map", "size=3"}).exit_code, 2);
  EXPECT_EQ(program.run({"run", scenario, "--precision", "0"}).exit_code, 2);
}

}  // namespace
}  // namespace faascast
