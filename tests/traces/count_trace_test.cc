#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/traces/replayed.h"
#include "traces/trace.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kMinute = 60'000'000'000;

std::shared_ptr<const Traffic> counts(const std::string& text, Spread spread = Spread::kUniform) {
  TraceOptions options;
  options.spread = spread;
  return open_trace_text(text, "c.csv", options);
}

std::string problem(const std::string& text) {
  return message_of([&] { (void)counts(text); });
}

TEST(CountTrace, FunctionsMinutesAndDuration) {
  const auto traffic = counts(
      "HashOwner,HashApp,HashFunction,Trigger,1,2,3\n"
      "o,a,f,http,2,0,3.0\n"
      "o,a,g,never-seen-trigger,,1,0\n"
      "o,b,f,queue,0,0,0\n");
  EXPECT_TRUE(traffic->independent());
  EXPECT_EQ(traffic->functions(), 3U) << "the app is part of a function's name";
  EXPECT_EQ(traffic->duration(), 3min);
  EXPECT_FALSE(traffic->has_execution());
  EXPECT_EQ(traffic->expected_requests(0), 5U);
  EXPECT_EQ(traffic->expected_requests(1), 1U);
  const auto rows = replayed(*traffic, 0);
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_TRUE(is_sorted_by_time(rows));
  EXPECT_LT(rows[1].at, kMinute);
  EXPECT_GE(rows[2].at, 2 * kMinute);
  EXPECT_LT(rows[4].at, 3 * kMinute);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].number, i);
  EXPECT_TRUE(replayed(*traffic, 2).empty());
}

TEST(CountTrace, DuplicateRowsAreAdded) {
  const auto traffic = counts(
      "HashOwner,HashApp,HashFunction,Trigger,1,2\no,a,f,http,2,0\no,a,g,http,7,7\n"
      "o,a,f,http,1,4\n");
  EXPECT_EQ(traffic->functions(), 2U);
  EXPECT_EQ(traffic->expected_requests(0), 7U);
  const auto rows = replayed(*traffic, 0);
  EXPECT_LT(rows[2].at, kMinute);
  EXPECT_GE(rows[3].at, kMinute);
}

TEST(CountTrace, FewerColumnsInAnyOrderAndAnIndexColumn) {
  const auto traffic = counts(",3,HashFunction,1\n0,5,f,1\n", Spread::kBurst);
  EXPECT_EQ(traffic->duration(), 3min);
  EXPECT_THAT(instants(replayed(*traffic)),
              ElementsAre(0, 2 * kMinute, 2 * kMinute, 2 * kMinute, 2 * kMinute, 2 * kMinute));
}

TEST(CountTrace, LongLinesOfADay) {
  std::string header = "HashOwner,HashApp,HashFunction,Trigger";
  std::string row = std::string(90'000, 'o') + ",a,f,http";
  for (int minute = 1; minute <= 1440; ++minute) {
    header.append(",").append(std::to_string(minute));
    row += ",57523.0";
  }
  const auto traffic = counts(header + "\r\n" + row + "\r\n");
  EXPECT_EQ(traffic->expected_requests(0), 1440U * 57523U);
  EXPECT_EQ(traffic->duration(), 24h);
}

struct BadCase {
  const char* text;
  const char* message;
};

class BadCounts : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadCounts, SaysWhereAndHowToMend) {
  const std::string message = problem(GetParam().text);
  EXPECT_THAT(message, HasSubstr(GetParam().message));
  EXPECT_THAT(message, HasSubstr("\n    ")) << "no mend";
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadCounts,
    ::testing::Values(
        BadCase{"HashFunction,1\n", "c.csv:1:1: no function in the file"},
        BadCase{"HashFunction,1,2\nf,1\n", "c.csv:2:3: the row has 2 cells, the header 3 columns"},
        BadCase{"HashFunction,1\nf,1.5\n", "c.csv:2:3: 1: '1.5' is not a number of requests"},
        BadCase{"HashFunction,1\nf,-1\n", "'-1' is not a number of requests"},
        BadCase{"HashFunction,1\nf,many\n", "'many' is not a number of requests"},
        BadCase{"HashFunction,1\nf,4294967296\n", "'4294967296' is not a number of requests"},
        BadCase{"HashFunction,1\nf,4294967295\nf,1\n", "more than 4294967295 in a minute"},
        BadCase{"HashFunction,1,1\nf,1,1\n", "c.csv:1:16: minute 1 appears twice"},
        BadCase{"HashFunction,1,0\nf,1,1\n", "c.csv:1:16: minute 0 is out of range"},
        BadCase{"HashFunction,1,99999999999999999999\nf,1,1\n", "is out of range"},
        BadCase{"HashFunction,1,colour\nf,1,red\n", "c.csv:1:16: unknown column 'colour'"},
        BadCase{"HashFunction,1\n\"f,1\n", "c.csv:2:1: a quote is not closed"}));

TEST(Spread, EveryRuleKeepsTheCountsAndTheOrder) {
  for (const Spread spread :
       {Spread::kUniform, Spread::kPoisson, Spread::kEquidistant, Spread::kBurst}) {
    const auto rows = replayed(*counts("HashFunction,1,2,3\nf,1000,1,0\n", spread));
    ASSERT_EQ(rows.size(), 1001U);
    EXPECT_TRUE(is_sorted_by_time(rows));
    EXPECT_GE(rows[0].at, 0);
    EXPECT_LT(rows[999].at, kMinute);
    EXPECT_GE(rows[1000].at, kMinute);
    EXPECT_LT(rows[1000].at, 2 * kMinute);
  }
}

TEST(Spread, PlacesOfTheSimpleRules) {
  const auto even = replayed(*counts("HashFunction,1,2\nf,4,4\n", Spread::kEquidistant));
  for (std::size_t i = 1; i < 8; ++i)
    EXPECT_NEAR(static_cast<double>(even[i].at - even[i - 1].at), 15e9, 2.0);
  const auto poisson = replayed(*counts("HashFunction,1,2\nf,4,4\n", Spread::kPoisson));
  EXPECT_EQ(poisson[0].at, 0);
  EXPECT_EQ(poisson[4].at, kMinute);
  const auto timer = replayed(*counts("HashFunction,Trigger,1\nf,timer,4\n"));
  for (std::size_t i = 1; i < 4; ++i)
    EXPECT_NEAR(static_cast<double>(timer[i].at - timer[i - 1].at), 15e9, 2.0);
}

TEST(Spread, AMinuteDoesNotDependOnOthers) {
  const auto one = replayed(*counts("HashFunction,1,2\nf,5,600\n"));
  const auto other = replayed(*counts("HashFunction,1,2\nf,700,600\n"));
  for (std::size_t i = 0; i < 600; ++i) ASSERT_EQ(one[5 + i].at, other[700 + i].at);
}

TEST(Spread, FunctionsSeedsAndReplicationsDiffer) {
  const auto traffic = counts("HashFunction,1\nf,5\ng,5\n");
  const auto base = instants(replayed(*traffic, 0, {1, 0}));
  EXPECT_EQ(base, instants(replayed(*traffic, 0, {1, 0})));
  EXPECT_NE(base, instants(replayed(*traffic, 1, {1, 0})));
  EXPECT_NE(base, instants(replayed(*traffic, 0, {2, 0})));
  EXPECT_NE(base, instants(replayed(*traffic, 0, {1, 1})));
}

// Order statistic k of n uniform points has mean k/(n+1) and variance k(n+1-k)/((n+1)^2 (n+2)).
// 2000 functions give the standard error; 5 of them are exceeded once in 1.7 million.
TEST(Spread, UniformPointsAreOrderStatistics) {
  constexpr int kFunctions = 2000;
  constexpr int kPoints = 4;
  std::string text = "HashFunction,1\n";
  for (int f = 0; f < kFunctions; ++f) text.append(std::to_string(f)).append(",4\n");
  const auto traffic = counts(text);
  double sum[kPoints] = {};
  double squares[kPoints] = {};
  for (std::uint32_t f = 0; f < kFunctions; ++f) {
    const auto rows = replayed(*traffic, f);
    for (std::size_t k = 0; k < kPoints; ++k) {
      const double share = static_cast<double>(rows[k].at) / static_cast<double>(kMinute);
      sum[k] += share;
      squares[k] += share * share;
    }
  }
  for (int k = 1; k <= kPoints; ++k) {
    const double mean = static_cast<double>(k) / (kPoints + 1);
    const double variance =
        k * (kPoints + 1.0 - k) / ((kPoints + 1.0) * (kPoints + 1.0) * (kPoints + 2.0));
    const double error = std::sqrt(variance / kFunctions);
    EXPECT_NEAR(sum[k - 1] / kFunctions, mean, 5.0 * error) << k;
    // The variance of a sample variance is below variance^2 * 3 / n for these flat laws.
    EXPECT_NEAR(squares[k - 1] / kFunctions - mean * mean, variance,
                5.0 * (std::sqrt(3.0 / kFunctions) * variance + 2.0 * mean * error))
        << k;
  }
}

// Kolmogorov and Smirnov: sqrt(n) D exceeds 2.7 once in a million.
TEST(Spread, ManyUniformPointsAreUniform) {
  const auto rows = replayed(*counts("HashFunction,1\nf,100000\n"));
  double distance = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double share = static_cast<double>(rows[i].at) / static_cast<double>(kMinute);
    distance = std::max(distance, std::abs(share - (static_cast<double>(i) + 0.5) / 100'000.0));
  }
  EXPECT_LT(distance * std::sqrt(100'000.0), 2.7);
  EXPECT_GT(distance * std::sqrt(100'000.0), 0.2) << "too even to be random";
}

TEST(RealData, InVitroExample) {
  const auto file =
      shared_data() / "traces" / "invitro_azure2019_format_example" / "invocations.csv";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not there";
  const auto traffic = open_trace(file);
  EXPECT_EQ(traffic->functions(), 4U);
  EXPECT_EQ(traffic->duration(), 24h);
  for (std::uint32_t f = 0; f < 4; ++f) {
    EXPECT_EQ(replayed(*traffic, f).size(), traffic->expected_requests(f));
  }
  EXPECT_GT(traffic->expected_requests(0), 0U);
}

}  // namespace
}  // namespace faascast
