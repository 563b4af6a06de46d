// Counts in other shapes than Azure's, and the sizes that lie beside Azure's.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "tests/traces/replayed.h"
#include "traces/function_sizes.h"
#include "traces/trace.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kS = 1'000'000'000;

TraceOptions at_starts() {
  TraceOptions options;
  options.spread = Spread::kBurst;
  return options;
}
std::shared_ptr<const Traffic> open(const std::string& text, TraceOptions options = at_starts()) {
  return open_trace_text(text, "t", options);
}
std::string problem(const std::string& text) {
  return message_of([&] { (void)open(text); });
}

TEST(Huawei, ColumnsAreFunctionsAndEmptyCellsAreNoData) {
  const auto traffic = open("day,time,0,1,2\n1,86400,2.0,,1\n1,86460,,NaN,3.0\n1,86580,0,1,\n");
  ASSERT_EQ(traffic->functions(), 3U);
  EXPECT_EQ(traffic->duration(), 4min) << "a missing row is a bin without requests";
  EXPECT_THAT(instants(replayed(*traffic, 0)), ElementsAre(0, 0)) << "the first row is time zero";
  EXPECT_THAT(instants(replayed(*traffic, 1)), ElementsAre(180 * kS));
  EXPECT_THAT(instants(replayed(*traffic, 2)), ElementsAre(0, 60 * kS, 60 * kS, 60 * kS));
  EXPECT_THAT(traffic->description(), HasSubstr("Huawei 2023"));
}

TEST(Huawei, FilesOfSeconds) {
  const auto traffic = open("day,time,0\n0,0,1\n0,1,1\n0,2,0\n");
  EXPECT_EQ(traffic->duration(), 3s);
  EXPECT_THAT(instants(replayed(*traffic)), ElementsAre(0, kS));
}

TEST(Huawei, Problems) {
  EXPECT_THAT(problem("day,time,0\n0,60,1\n0,0,1\n"), HasSubstr("t:3:3: time: not later"));
  EXPECT_THAT(problem("day,time,0\n0,0,-1\n"), HasSubstr("not a number of requests"));
  EXPECT_THAT(problem("day,time,0\n0,0\n"), HasSubstr("2 cells, the header 3"));
  EXPECT_THAT(problem("day,time,0\n"), HasSubstr("no row"));
  EXPECT_THAT(problem("day,time,0\n0,0,1\n0,1,1\n0,999999999999,1\n"), HasSubstr("bins"));
}

TEST(Series, OneNumberALineAMinuteUnlessSaid) {
  const auto traffic = open("2\n0\n1\n\n\n");
  EXPECT_EQ(traffic->duration(), 3min) << "blank lines at the end";
  EXPECT_THAT(instants(replayed(*traffic)), ElementsAre(0, 0, 120 * kS));
  EXPECT_THAT(traffic->description(), HasSubstr("one minute a line assumed"));
  TraceOptions options = at_starts();
  options.bin = 10s;
  EXPECT_THAT(instants(replayed(*open("2\n0\n1\n", options))), ElementsAre(0, 0, 20 * kS));
  EXPECT_THAT(open("1\n", options)->description(), ::testing::Not(HasSubstr("assumed")));
}

TEST(Series, FractionsAreCarriedOn) {
  const auto traffic = open("0.5000\n0.4000\n0.600000000000000\n0\n5.70000000000000\n0.8\n");
  EXPECT_EQ(traffic->expected_requests(0), 8U) << "the sum, 8.0";
  const auto rows = replayed(*traffic);
  EXPECT_EQ(rows[0].at, 120 * kS) << "0.5 + 0.4 + 0.6 is the first whole one";
}

TEST(Series, Problems) {
  TraceOptions options = at_starts();
  options.format = "minute-series";
  const auto of = [&](const std::string& text) {
    return message_of([&] { (void)open(text, options); });
  };
  EXPECT_THAT(of("1\nx\n"), HasSubstr("t:2:1: 'x' is not a number of requests"));
  EXPECT_THAT(of("1,2\n"), HasSubstr("not one number"));
  EXPECT_THAT(of("99999999999\n"), HasSubstr("not a number of requests"));
  options.bin = 0s;
  EXPECT_THAT(of("1\n"), HasSubstr("traffic.bin"));
}

TEST(Series, TheRealFilesRunAsTheyAre) {
  const auto folder = shared_data() / "traces" / "infless_azure_minute_counts";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no public data at " << folder;
  EXPECT_EQ(open_trace(folder / "2.txt")->expected_requests(0), 1'529U);
  EXPECT_EQ(open_trace(folder / "3.txt")->expected_requests(0), 31'211U);
  EXPECT_EQ(open_trace(folder / "4.txt")->expected_requests(0), 40'786U);
  EXPECT_EQ(open_trace(folder / "4.txt")->duration(), 7 * 24h);
}

TEST(Locust, DifferencesOfTheTotal) {
  const std::string header = "Timestamp,User Count,Type,Name,Requests/s,50%,Total Request Count\n";
  const auto traffic = open(header +
                            "1700000000,1,GET,/a,0,N/A,0\n"
                            "1700000000,1,,Aggregated,0,N/A,0\n"
                            "1700000001,1,,Aggregated,3,9,3\n"
                            "1700000002,1,,Aggregated,3,N/A,N/A\n"
                            "1700000003,1,,Aggregated,3,9,7\n");
  EXPECT_EQ(traffic->expected_requests(0), 7U);
  EXPECT_THAT(instants(replayed(*traffic)), ElementsAre(0, 0, 0, kS, kS, 2 * kS, 2 * kS));
  EXPECT_EQ(traffic->duration(), 3s);
  EXPECT_THAT(problem(header + "5,1,,Aggregated,0,1,4\n6,1,,Aggregated,0,1,3\n"),
              HasSubstr("total falls"));
  EXPECT_THAT(problem(header + "5,1,,Aggregated,0,1,4\n999999999,1,,Aggregated,0,1,5\n"),
              HasSubstr("more than a day"));
  EXPECT_THAT(problem(header + "5,1,GET,/,0,1,4\n"), HasSubstr("no row named Aggregated"));
}

// ---- sizes beside Azure 2019

class Siblings : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.path() / name) << text;
  }
  std::filesystem::path counts() const {
    return folder_.path() / "invocations_per_function_md.anon.d01.csv";
  }
  void write_counts() {
    write(counts().filename().string(),
          "HashOwner,HashApp,HashFunction,Trigger,1,2\n"
          "o,a,f,http,20000,20000\no,a,g,queue,1,0\no,b,f,unknown-trigger,2,0\n");
  }
  static constexpr const char* kDurations =
      "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,"
      "percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,"
      "percentile_Average_99,percentile_Average_100\n"
      "o,a,f,100,2880,,2595.0,0,10,20,30,40,50,1050\n"
      "o,a,f,100,2880,0,2595.0,7,7,7,7,7,7,7\n"
      "o,b,f,100,1,0.0,1,5.0,5.0,5.0,5.0,5.0,5.0,5.0\n";
  TemporaryFolder folder_{};
};

TEST_F(Siblings, ExecutionTimesHaveThePercentiles) {
  write_counts();
  write("function_durations_percentiles.anon.d01.csv", kDurations);
  const auto traffic = open_trace(counts());
  ASSERT_TRUE(traffic->has_execution());
  ASSERT_EQ(traffic->functions(), 2U) << "a.g has no execution times";
  EXPECT_THAT(traffic->description(), HasSubstr("1 functions with 1 requests have none"));
  const auto rows = replayed(*traffic, 0, {3, 0});
  ASSERT_EQ(rows.size(), 40'000U);
  const auto share_below = [&](std::int64_t ms) {
    double below = 0.0;
    for (const ArrivalRow& row : rows) below += row.execution_ns < ms * 1'000'000 ? 1.0 : 0.0;
    return below / 40'000.0;
  };
  const auto expect_share = [&](std::int64_t ms, double share) {
    EXPECT_NEAR(share_below(ms), share, 5.0 * std::sqrt(share * (1.0 - share) / 40'000.0)) << ms;
  };
  expect_share(10, 0.01);
  expect_share(20, 0.25);
  expect_share(25, 0.375);
  expect_share(30, 0.5);
  expect_share(40, 0.75);
  expect_share(50, 0.99);
  expect_share(550, 0.995);
  const auto again = replayed(*traffic, 0, {3, 0});
  const auto other = replayed(*traffic, 0, {4, 0});
  EXPECT_EQ(rows[777].execution_ns, again[777].execution_ns);
  EXPECT_NE(rows[777].execution_ns, other[777].execution_ns);
  EXPECT_EQ(replayed(*traffic, 1)[0].execution_ns, 5'000'000) << "app b";
}

TEST_F(Siblings, MemoryOfAnApplicationIsSharedByItsFunctions) {
  write_counts();
  write("function_durations_percentiles.anon.d01.csv", kDurations);
  write("app_memory_percentiles.anon.d01.csv",
        "HashOwner,HashApp,SampleCount,AverageAllocatedMb,AverageAllocatedMb_pct1\n"
        "o,a,9,301.0,100\n");
  const auto traffic = open_trace(counts());
  EXPECT_EQ(replayed(*traffic, 0)[5].memory_mb, 151) << "two functions, one without times";
  EXPECT_EQ(replayed(*traffic, 1)[0].memory_mb, ArrivalBlock::kAbsent);
}

TEST_F(Siblings, WithoutThemThereAreOnlyArrivals) {
  write_counts();
  const auto traffic = open_trace(counts());
  EXPECT_FALSE(traffic->has_execution());
  EXPECT_EQ(traffic->functions(), 3U);
}

TEST_F(Siblings, Problems) {
  write_counts();
  const auto of = [&](const std::string& text) {
    write("function_durations_percentiles.anon.d01.csv", text);
    return message_of([&] { (void)open_trace(counts()); });
  };
  EXPECT_THAT(of("HashFunction,Average\nf,1\n"), HasSubstr("no column percentile_Average_0"));
  EXPECT_THAT(of(""), HasSubstr("the file is empty"));
  std::string text = kDurations;
  EXPECT_THAT(of(text.substr(0, text.find("\no,a,f")) + "\nx,x,x,1,1,1,1,1,1,1,1,1,1,1\n"),
              HasSubstr("no function of the file of counts"));
  text.replace(text.find("1050"), 4, "ten!");
  EXPECT_THAT(of(text), HasSubstr("csv:2:41: percentile_Average_100: 'ten!'"));
}

TEST_F(Siblings, NamesOfInVitro) {
  const auto folder = shared_data() / "traces" / "invitro_azure2019_format_example";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no public data at " << folder;
  const auto traffic = open_trace(folder / "invocations.csv");
  EXPECT_TRUE(traffic->has_execution());
  EXPECT_THAT(traffic->description(), HasSubstr("memory too"));
}

}  // namespace
}  // namespace faascast
