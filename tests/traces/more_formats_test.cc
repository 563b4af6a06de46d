// Formats of clouds' own log tools, of Huawei 2025, ServeGen and Wikipedia.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/traces/replayed.h"
#include "traces/info.h"
#include "traces/plot.h"
#include "traces/trace.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kS = 1'000'000'000;

std::vector<ArrivalRow> read(const std::string& text, const TraceOptions& options = {}) {
  return replayed(*open_trace_text(text, "t", options));
}
std::string problem(const std::string& text, const TraceOptions& options = {}) {
  return message_of([&] { (void)read(text, options); });
}
std::string described(const std::string& text) { return open_trace_text(text, "t")->description(); }

const char* const kEvents = R"({
    "events": [
        {
            "logStreamName": "2024/05/01/[$LATEST]01",
            "timestamp": 1714564803000,
            "message": "START RequestId: 1 Version: $LATEST\n",
            "eventId": "1"
        },
        {
            "logStreamName": "2024/05/01/[$LATEST]01",
            "timestamp": 1714564803000,
            "message": "REPORT RequestId: 1\tDuration: 500.00 ms\tBilled Duration: 500 ms\tMemory Size: 512 MB\tMax Memory Used: 110 MB\tInit Duration: 250.00 ms\t\n",
            "eventId": "2"
        },
        {"timestamp": 1714564802500,
         "message": "REPORT RequestId: 2\tDuration: 100 ms\tMax Memory Used: 80 MB\tStatus: timeout"}
    ],
    "searchedLogStreams": [{"logStreamName": "x", "searchedCompletely": true}]
}
)";

TEST(LambdaEvents, AsTheAwsProgramPrintsThem) {
  const auto rows = read(kEvents);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(instants(rows), ElementsAre(0, 150 * kMs));  // 02.25 and 02.4 s
  EXPECT_EQ(rows[0].execution_ns, 500 * kMs);
  EXPECT_EQ(rows[0].cold_execution_ns, 750 * kMs);
  EXPECT_EQ(rows[0].memory_mb, 110);
  TraceOptions options;
  options.drop_failed = true;
  EXPECT_EQ(read(kEvents, options).size(), 1U);
}

TEST(LambdaEvents, InOneLineAndCut) {
  EXPECT_EQ(read("{\"events\":[{\"timestamp\":5,\"message\":\"REPORT RequestId: 1 Duration: 1 ms\"}"
                 "],\"nextToken\":\"x\"}\n")
                .size(),
            1U);
  EXPECT_THAT(problem(std::string(kEvents).substr(0, 500)), HasSubstr("has no end"));
  EXPECT_THAT(problem("{\"events\": []}\n"), HasSubstr("no request"));
  EXPECT_THAT(problem("{\"events\": [3]}\n"), HasSubstr("expected an object"));
}

TEST(GoogleFunctions, TextOfTheLogsReader) {
  const std::string text =
      "LEVEL  NAME  EXECUTION_ID  TIME_UTC                 LOG\n"
      "D      fn    abc1          2020-10-10 10:10:10.000  Function execution started\n"
      "D      fn    abc1          2020-10-10 10:10:11.000  Function execution took 563 ms, "
      "finished "
      "with status code: 200\n"
      "       gn    abc2          2020-10-10 10:10:10.500  Function execution took 50 ms, finished "
      "with status: 'timeout'\n";
  const auto rows = read(text);
  EXPECT_THAT(instants(rows), ElementsAre(0, 13 * kMs));  // 10.437 and 10.45 s
  EXPECT_EQ(rows[0].execution_ns, 563 * kMs);
  EXPECT_EQ(rows[1].function, 1U);
  EXPECT_THAT(described(text), HasSubstr("cold starts are not marked"));
  TraceOptions options;
  options.drop_failed = true;
  EXPECT_EQ(read(text, options).size(), 1U);
}

TEST(GoogleFunctions, JsonEntries) {
  const std::string text =
      R"([{"labels": {"execution_id": "a"}, "resource": {"labels": {"function_name": "f"}, "type": "cloud_function"}, "textPayload": "Function execution started", "timestamp": "2020-10-10T10:10:10Z"},
 {"labels": {"execution_id": "a"}, "resource": {"labels": {"function_name": "f"}, "type": "cloud_function"}, "textPayload": "Function execution took 1250 ms, finished with status code: 500", "timestamp": "2020-10-10T10:10:12Z"}])";
  const auto rows = read(text);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].execution_ns, 1250 * kMs);
  TraceOptions options;
  options.drop_failed = true;
  EXPECT_THAT(problem(text, options), HasSubstr("no request"));
}

TEST(Huawei2025, RequestsAreStampedAtTheirEndAndPoolsAreFunctionsApart) {
  const std::string text =
      "time_worker,time_frontend,requestID,clusterName,funcName,podID,userID,totalCost_worker,"
      "workerCost,runtimeCost,memory_usage\n"
      "2600187.0,2600187.1,a,1,296,pool22-300-128-0000618412,224,0.5,0.1,0.4,32.308594\n"
      "2600187.0,2600187.1,b,1,296,pool22-300-128-0000618413,224,0.25,0.1,0.4,33\n"
      "2600187.5,2600187.6,c,1,296,pool24-600-512-0000000001,224,0.25,0.1,0.15,\n";
  const auto rows = read(text);
  EXPECT_THAT(instants(rows), ElementsAre(0, 250 * kMs, 750 * kMs));
  EXPECT_EQ(rows[0].function, 0U);
  EXPECT_EQ(rows[1].function, 0U) << "another instance of the pool";
  EXPECT_EQ(rows[2].function, 1U) << "another pool";
  EXPECT_EQ(rows[0].memory_mb, 33);
}

TEST(Huawei2025, ColdStarts) {
  const auto rows = read(
      "day,time,clusterName,funcName,userID,requestID,totalCost_cold_start,podAllocationCost,"
      "deployCodeCost,deployDependencyCost,schedulingCost,podID\n"
      "0,0.104,1,332,439,5d,0.911090,0.000590,0.001,0,0,pool24-600-512-0000577863\n"
      "0,0.373,3,84,602,eb,5.309122,0.015405,1.733,0,0,pool24-600-512-0000577864\n");
  EXPECT_THAT(instants(rows), ElementsAre(0, 269 * kMs));
  EXPECT_EQ(rows[1].function, 1U);
}

TEST(Wikipedia, PagesAreFunctionsOfOneHour) {
  const std::string text = "en Main_Page 3 4737756101\nen Special:Search 0 9\nde.m X_(Y) 40 12\n";
  const auto traffic = open_trace_text(text, "pagecounts-20160101-000000");
  EXPECT_EQ(traffic->functions(), 3U);
  EXPECT_EQ(traffic->duration(), Duration(1h));
  EXPECT_EQ(replayed(*traffic, 0).size(), 3U);
  EXPECT_EQ(replayed(*traffic, 1).size(), 0U);
  EXPECT_EQ(replayed(*traffic, 2).size(), 40U);
  EXPECT_THAT(problem("en Main_Page 3 4737756101\nen Main_Page x 1\n"), HasSubstr("t:2:1"));
}

/// One client, a day of windows of one law.
std::string client_windows(const std::string& rate, const std::string& cv, const std::string& law) {
  std::string text;
  for (int window = 0; window < 144; ++window) {
    text += std::to_string(window * 600) + "," + rate + "," + cv + "," + law + ",1,1\n";
  }
  return text;
}

TEST(ServeGen, RateAndCvOfAClient) {
  struct Case {
    const char* law;
    const char* cv;
  };
  for (const auto& [law, cv] : {Case{"Gamma", "0.5"}, Case{"Gamma", "2"}, Case{"Weibull", "1"}}) {
    const auto traffic = open_trace_text(client_windows("0.5", cv, law), "t");
    EXPECT_EQ(traffic->duration(), Duration(24h));
    const TrafficInfo info = describe(*traffic, {});
    const double expected = 43'200.0;
    const double c = std::stod(cv);
    // A renewal process' count has variance cv^2 times its mean.
    EXPECT_NEAR(static_cast<double>(info.requests), expected, 5.0 * c * std::sqrt(expected))
        << law << cv;
    EXPECT_NEAR(info.interarrival_cv, c, 0.05 * c) << law << cv;
  }
}

TEST(ServeGen, ClientsWindowsAndGaps) {
  const auto traffic = open_trace_text(
      "client,t_s,rate_rps,cv,dist,param1,param2\n"
      "a,0,1,1,Gamma,1,1\nb,600,2,1,Weibull,1,1\na,1200,1,1,Gamma,1,1\nb,1200,0,,,,\n",
      "t");
  EXPECT_EQ(traffic->functions(), 2U);
  EXPECT_EQ(traffic->duration(), Duration(30min));
  for (const ArrivalRow& row : replayed(*traffic, 0)) {
    EXPECT_TRUE(row.at < 600 * kS || row.at >= 1200 * kS);
  }
  const auto b = replayed(*traffic, 1);
  EXPECT_NEAR(static_cast<double>(b.size()), 1200.0, 5.0 * std::sqrt(1200.0));
  EXPECT_TRUE(is_sorted_by_time(b));
  EXPECT_GE(b.front().at, 600 * kS);
  EXPECT_LT(b.back().at, 1200 * kS);
  EXPECT_EQ(instants(b), instants(replayed(*traffic, 1)));
}

TEST(ServeGen, Problems) {
  EXPECT_THAT(problem("0,1,1,Gamma,1,1\n600,x,1,Gamma,1,1\n1200,1,1,Pareto,1,1\n1300,1,1,Gamma\n"),
              AllOf(HasSubstr("t:2:5: rate: 'x'"), HasSubstr("t:3:10: law: unknown law 'Pareto'"),
                    HasSubstr("t:4:1: the row has 4 cells")));
  EXPECT_THAT(problem("600,1,1,Gamma,1,1\n0,1,1,Gamma,1,1\n"), HasSubstr("sort the rows"));
}

/// Requests of one function in minutes of the given counts.
std::vector<ArrivalRow> spread(const std::vector<int>& counts, Spread rule,
                               std::uint64_t seed = 1) {
  std::string header = "HashFunction";
  std::string row = "f";
  for (std::size_t i = 0; i < counts.size(); ++i) {
    header.append(",").append(std::to_string(i + 1));
    row.append(",").append(std::to_string(counts[i]));
  }
  TraceOptions options;
  options.spread = rule;
  return replayed(*open_trace_text(header + "\n" + row + "\n", "t", options), 0, {seed, 0});
}

double cv_of_gaps(const std::vector<ArrivalRow>& rows) {
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto gap = static_cast<double>(rows[i].at - rows[i - 1].at);
    sum += gap;
    squares += gap * gap;
  }
  const auto n = static_cast<double>(rows.size() - 1);
  return std::sqrt(squares / n - sum * sum / n / n) / (sum / n);
}

TEST(BurstySpread, KeepsCountsAndOrder) {
  const std::vector<int> counts = {0, 3, 1, 0, 250, 2, 1000, 0};
  const auto rows = spread(counts, Spread::kBursty);
  std::vector<int> seen(counts.size());
  for (const ArrivalRow& row : rows) ++seen[static_cast<std::size_t>(row.at / (60 * kS))];
  EXPECT_EQ(seen, counts);
  EXPECT_TRUE(is_sorted_by_time(rows));
}

TEST(BurstySpread, SteadyCountsAreSteadyInsideTheMinute) {
  EXPECT_NEAR(cv_of_gaps(spread(std::vector<int>(200, 100), Spread::kBursty)), 0.5, 0.05);
}

TEST(BurstySpread, CountsThatVaryMakeBursts) {
  std::vector<int> counts;  // dispersion (2 * 60)^2 / 2 / 100 = 72 and more: the largest class
  for (int i = 0; i < 200; ++i) counts.push_back(i % 2 == 0 ? 20 : 180);
  EXPECT_GT(cv_of_gaps(spread(counts, Spread::kBursty)), 3.0);
  EXPECT_NEAR(cv_of_gaps(spread(counts, Spread::kUniform)), 2.2, 0.5);  // two rates
}

TEST(BurstySpread, NoInstantOfTheMinuteIsBusier) {
  // Single requests of many functions: uniform, so each sixth has 1/6 of them.
  std::vector<int> sixths(6);
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    for (const ArrivalRow& row : spread({1, 0, 9}, Spread::kBursty, seed)) {
      ++sixths[static_cast<std::size_t>(row.at / (10 * kS) % 6)];
    }
  }
  for (const int count : sixths) EXPECT_NEAR(count, 5000, 600);
}

TEST(Popularity, SharesOfTheBusiest) {
  std::string text = "HashFunction,1\n";
  for (int i = 0; i < 20; ++i)
    text.append("f").append(std::to_string(i)).append(i == 7 ? ",81\n" : ",1\n");
  text += "idle,0\n";
  const TrafficInfo info = describe(*open_trace_text(text, "t"), {});
  EXPECT_EQ(info.functions, 20U);
  EXPECT_DOUBLE_EQ(info.busiest_share, 0.81);
  EXPECT_DOUBLE_EQ(info.busiest_1_percent_share, 0.81);
  EXPECT_DOUBLE_EQ(info.busiest_10_percent_share, 0.82);
  EXPECT_EQ(info.functions_for_90_percent, 10U);
}

TEST(RatesOverTime, PartsOfTheSpan) {
  const auto traffic = open_trace_text("arrival_s\n0\n1\n2\n7\n10\n", "t");
  EXPECT_THAT(rates_over_time(*traffic, {}, 10s, 2), ElementsAre(0.6, 0.4));
}

}  // namespace
}  // namespace faascast
