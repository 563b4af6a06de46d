// calibrate, run --calibration and validate as a user types them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/e2e/program.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

/// One function, a request every 100 s to 900 s in turn; instances go after 420 s.
std::string rows() {
  std::string text = "arrival_s,execution_s,cold_execution_s\n";
  double at = 0.0;
  for (int i = 0; i < 200; ++i) {
    const double gap = 100.0 + 40.0 * (i * 7 % 21);
    const double warm = 0.2 + 0.001 * (i * 5 % 17);
    at += gap + 2.0;
    char line[96];
    std::snprintf(line, sizeof line, "%.3f,%.3f,", at, warm);
    text += line;
    if (gap > 420.0) text += std::to_string(warm + 0.5 + 0.01 * (i * 3 % 23));
    text += "\n";
  }
  return text;
}

constexpr const char* kScenario = R"(
seed = 1
[traffic]
generator = { kind = "poisson", rate_per_s = 0.01, duration = "4 h" }
[model]
execution = "200 ms"
[[deployment]]
platform = "aws-lambda"
)";

TEST(Calibration, OfALogIsUsedByARun) {
  const Program program;
  const std::string log = program.file("rows.csv", rows());
  const Outcome fitted =
      program.run({"calibrate", log, "--platform", "aws-lambda", "-o", "mine.toml"});
  ASSERT_EQ(fitted.exit_code, 0) << fitted.err;
  EXPECT_EQ(fitted.err, "");
  EXPECT_THAT(fitted.out, HasSubstr("fixed window"));
  EXPECT_THAT(program.read("mine.toml"), HasSubstr("inherits = \"aws-lambda\""));
  EXPECT_EQ(program.run({"platforms", "show", "./mine.toml"}).exit_code, 0);

  const std::string scenario = program.file("s.toml", kScenario);
  const Outcome shipped = program.run({"run", scenario, "--csv", "--calibration", "list-price"});
  const Outcome own = program.run({"run", scenario, "--csv", "--calibration", "mine.toml"});
  EXPECT_EQ(shipped.exit_code, 0) << shipped.err;
  EXPECT_EQ(own.exit_code, 0) << own.err;
  EXPECT_NE(own.out, shipped.out);
}

TEST(Calibration, RefusesWhatTellsNothing) {
  const Program program;
  const std::string log = program.file(
      "few.csv", "arrival_s,execution_s,cold_execution_s\n0,0.1,0.5\n5,0.1,\n9,0.2,\n");
  const Outcome few =
      program.run({"calibrate", log, "--platform", "aws-lambda", "-o", "mine.toml"});
  EXPECT_EQ(few.exit_code, 2);
  EXPECT_EQ(few.out, "");
  EXPECT_THAT(few.err, HasSubstr("at least 20 are needed"));
  EXPECT_FALSE(program.exists("mine.toml"));
  EXPECT_EQ(program.run({"calibrate", log}).exit_code, 2);           // whose log?
  EXPECT_EQ(program.run({"calibrate", "missing.log"}).exit_code, 2);
  EXPECT_EQ(program.run({"calibrate"}).exit_code, 2);
  const std::string scenario = program.file("s.toml", kScenario);
  EXPECT_EQ(program.run({"run", scenario, "--calibration", "none.toml"}).exit_code, 2);
}

TEST(Validate, SaysWhereTheDataShouldBe) {
  const Program program;
  const Outcome outcome = program.run({"validate", "--data", "nowhere"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--data DIR"));
}

}  // namespace
}  // namespace faascast
