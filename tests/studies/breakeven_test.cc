#include "studies/breakeven.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sim-core/error.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

/// Poisson traffic, 200 ms of execution, Lambda at 1 GB ($3.3333 + $0.20 per million requests) and
/// c6i.large servers with two workers each.
std::string scenario_text(const std::string& objective, const std::string& servers,
                          const std::string& functions = "memory = \"1024 MB\"\n") {
  return "[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = 1, duration = \"1 h\" }\n"
         "[model]\nexecution = \"200 ms\"\n[objective]\n" + objective +
         "\n[[deployment]]\nname = \"lambda\"\nplatform = \"aws-lambda\"\n" + functions +
         "[[deployment]]\nname = \"servers\"\nserver = \"aws/c6i.large\"\n" + servers;
}

BreakevenOptions quick() {
  BreakevenOptions options;
  options.replications = 3;
  options.calibration = false;
  options.requests_per_point = 40'000;
  return options;
}

BreakevenPair pair_of(const std::string& text, const BreakevenOptions& options = quick()) {
  const Scenario scenario = scenario_from_text(text, "breakeven.toml", {});
  return breakeven(scenario, options).pairs.at(0);
}

constexpr double kUsdPerRequest = (0.2 * 16.6667 + 0.2) * 1e-6;
constexpr double kServerMonth = 0.085 * 730;

double closed_form(std::uint32_t count) { return count * kServerMonth / kUsdPerRequest / 30.0; }

// A server of two workers carries 10 requests/s = 864,000 a day. Its 62.05 $ buy 585,400 requests a
// day of Lambda: 6.8/s, which it can carry.
TEST(Breakeven, OneServerWithoutRedundancyIsTheClosedForm) {
  const BreakevenPair pair =
      pair_of(scenario_text("p99 = \"60 s\"", "redundancy = 0\ncount = 1\n"));
  ASSERT_EQ(pair.verdict, Verdict::kCrosses) << pair.sentence;
  ASSERT_EQ(pair.crossings.size(), 1U);
  EXPECT_NEAR(pair.crossings[0].inferences_per_day / closed_form(1), 1.0, 0.005);
  EXPECT_EQ(pair.crossings[0].cheaper_below, "lambda");
  EXPECT_LE(pair.crossings[0].sampling.low, pair.crossings[0].inferences_per_day);
  EXPECT_GE(pair.crossings[0].sampling.high, pair.crossings[0].inferences_per_day);
  EXPECT_THAT(pair.sentence, HasSubstr("This fleet meets the objective up to"));
}

// With one server in reserve, c servers are paid and c - 1 must carry the load (10 requests/s each).
// x_c = c * 585,400 a day = c * 6.775/s, so (requests/s needed at x_c | carried by c - 1):
//   c = 2: 13.6 | 10   c = 3: 20.3 | 20   c = 4: 27.1 | 30   c = 5: 33.9 | 40   c = 6: 40.7 | 50
// The first crossing is x_4. At x_5 = 33.9/s four servers (30/s) no longer hold, so functions win
// again from the capacity of four up to x_5; likewise from the capacity of five (40/s) up to x_6.
// At x_7 = 47.4/s six (50/s) still hold, at x_8 = 54.2 seven (60/s): dedicated for good.
TEST(Breakeven, FindsEveryCrossingOfASteppedFleet) {
  const BreakevenPair pair = pair_of(scenario_text("p99 = \"60 s\"", "redundancy = 1\n"));
  ASSERT_EQ(pair.verdict, Verdict::kCrosses) << pair.sentence;
  ASSERT_EQ(pair.crossings.size(), 5U) << pair.sentence;
  const std::uint32_t counts[] = {4, 0, 5, 0, 6};
  const double carried_per_s[] = {0, 30, 0, 40, 0};
  for (std::size_t i = 0; i < 5; ++i) {
    const Crossing& crossing = pair.crossings[i];
    if (counts[i] > 0) {
      EXPECT_NEAR(crossing.inferences_per_day / closed_form(counts[i]), 1.0, 0.005) << i;
      EXPECT_EQ(crossing.cheaper_below, "lambda") << i;
    } else {
      // A queue at the edge of capacity: a finite run may carry a little more or less than it.
      EXPECT_NEAR(crossing.inferences_per_day / (carried_per_s[i] * 86'400.0), 1.0, 0.03) << i;
      EXPECT_EQ(crossing.cheaper_below, "servers") << i;
    }
  }
}

// One worker a server: 5 requests/s = 432,000 a day for 62.05 $ is 4.79 $ a million at full load,
// more than Lambda's 3.53 $.
TEST(Breakeven, ServersThatCannotBeatFunctionsAtFullLoad) {
  BreakevenOptions options = quick();
  options.highest_per_day = 5e6;
  const BreakevenPair pair =
      pair_of(scenario_text("p99 = \"60 s\"", "redundancy = 0\nworkers = 1\n"), options);
  EXPECT_EQ(pair.verdict, Verdict::kServerlessAlways) << pair.sentence;
  EXPECT_FALSE(pair.spreadsheet.inferences_per_day.has_value());
}

TEST(Breakeven, NothingIsCheaperWhereNeitherMeetsTheObjective) {
  BreakevenOptions options = quick();
  options.highest_per_day = 1e6;
  const BreakevenPair pair =
      pair_of(scenario_text("p99 = \"100 ms\"", "redundancy = 0\ncount = 1\n"), options);
  EXPECT_EQ(pair.verdict, Verdict::kInfeasible) << pair.sentence;
  EXPECT_TRUE(pair.crossings.empty());
  for (const BreakevenPoint& point : pair.curve) {
    EXPECT_FALSE(point.rows[0].feasible);
    EXPECT_THAT(point.rows[0].configuration, HasSubstr("misses p99"));
  }
}

// A tighter objective can only raise the number of servers, hence the crossing.
TEST(Breakeven, ATighterObjectiveMovesTheCrossingUp) {
  const std::string servers = "redundancy = 0\n";
  const double loose =
      pair_of(scenario_text("p99 = \"60 s\"", servers)).crossings.at(0).inferences_per_day;
  const BreakevenPair tight = pair_of(scenario_text("p99 = \"400 ms\"", servers));
  ASSERT_FALSE(tight.crossings.empty()) << tight.sentence;
  EXPECT_GT(tight.crossings[0].inferences_per_day, loose);
}

TEST(Breakeven, AnOpenMemoryIsSearchedAndMayOnlyBeCheaper) {
  const BreakevenPair open = pair_of(scenario_text("p99 = \"60 s\"", "redundancy = 0\ncount = 1\n", ""));
  // Execution is final: the smallest memory is the cheapest.
  EXPECT_THAT(open.curve.front().rows[0].configuration, HasSubstr("128 MB"));
}

TEST(Breakeven, CalibrationIntervalHoldsTheCrossingAndIsWiderThanAPoint) {
  BreakevenOptions options = quick();
  options.calibration = true;
  const BreakevenPair pair = pair_of(
      "[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = 1, duration = \"1 h\" }\n"
      "[model]\nprofile = \"logreg-mnist-odd\"\n[handler]\nruntime = \"40 ms\"\n"
      "[objective]\np99 = \"60 s\"\n"
      "[[deployment]]\nplatform = \"aws-lambda\"\nmemory = \"1769 MB\"\n"
      "[[deployment]]\nserver = \"aws/c6i.large\"\nredundancy = 0\ncount = 1\n",
      options);
  ASSERT_EQ(pair.crossings.size(), 1U) << pair.sentence;
  const Crossing& crossing = pair.crossings[0];
  // The host factor alone (1.5, from 1.0 to 2.5) moves the billed time by a third down and two
  // thirds up.
  EXPECT_LT(crossing.calibration.low, crossing.inferences_per_day * 0.75);
  EXPECT_GT(crossing.calibration.high, crossing.inferences_per_day * 1.3);
  EXPECT_LE(crossing.sampling.high / crossing.sampling.low,
            crossing.calibration.high / crossing.calibration.low);
}

TEST(Breakeven, IsTheSameForAnyNumberOfThreads) {
  BreakevenOptions one = quick();
  one.study.threads = 1;
  BreakevenOptions seven = quick();
  seven.study.threads = 7;
  const std::string text = scenario_text("p99 = \"1 s\"", "redundancy = 0\n");
  const BreakevenPair a = pair_of(text, one);
  const BreakevenPair b = pair_of(text, seven);
  ASSERT_EQ(a.crossings.size(), b.crossings.size());
  for (std::size_t i = 0; i < a.crossings.size(); ++i) {
    EXPECT_EQ(a.crossings[i].inferences_per_day, b.crossings[i].inferences_per_day);
  }
}

std::string problems_of(const std::string& text, const BreakevenOptions& options = quick()) {
  try {
    (void)pair_of(text, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

TEST(Breakeven, RefusesWhatCannotBeCompared) {
  EXPECT_THAT(problems_of(scenario_text("", "")), HasSubstr("no [objective]"));
  EXPECT_THAT(problems_of(scenario_text("p99 = \"1 s\"", "count = 1\n")),
              HasSubstr("none would be left"));
  BreakevenOptions options = quick();
  options.serverless = "lamda";
  EXPECT_THAT(problems_of(scenario_text("p99 = \"1 s\"", ""), options),
              HasSubstr("no serverless deployment named 'lamda'"));
}

}  // namespace
}  // namespace faascast
