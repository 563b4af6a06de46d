#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/traces/replayed.h"
#include "traces/trace.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<ArrivalRow> plain(const std::string& text, const TraceOptions& options = {}) {
  return replayed(*open_trace_text(text, "r.csv", options));
}

std::string problem(const std::string& text, const TraceOptions& options = {}) {
  return message_of([&] { (void)plain(text, options); });
}

TEST(PlainTrace, InstantsAreExactToTheNanosecond) {
  const auto rows =
      plain("arrival_s\n0\n0.000000001\n0.1\n1.5e-0\n1209599.700000001\n9223372036.854775807\n");
  EXPECT_THAT(instants(rows),
              ElementsAre(0, 1, 100'000'000, 1'500'000'000, 1'209'599'700'000'001, INT64_MAX));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].number, i);
    EXPECT_EQ(rows[i].execution_ns, ArrivalBlock::kAbsent);
  }
}

TEST(PlainTrace, EveryColumn) {
  const auto traffic = open_trace_text(
      "arrival_s,function,execution_s,cold_execution_s,memory_mb,version\n"
      "0,b,0.25,1.5,57523.0,v1\n"
      "1,a,,,,v1\n"
      "1,b,0.3,,110.2,v1\n"
      "2,b,0.3,0,0,v2\n",
      "r.csv");
  EXPECT_TRUE(traffic->has_execution());
  EXPECT_FALSE(traffic->independent());
  EXPECT_EQ(traffic->duration(), Duration::zero());
  EXPECT_EQ(traffic->default_scale_by(), ScaleBy::kThin);
  EXPECT_EQ(traffic->expected_requests(0), 4U);
  const auto rows = replayed(*traffic);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].function, 0U);
  EXPECT_EQ(rows[1].function, 1U);
  EXPECT_EQ(rows[2].function, 0U);
  EXPECT_EQ(rows[3].function, 2U) << "a version is a pool of its own";
  EXPECT_EQ(rows[2].number, 1U);
  EXPECT_EQ(rows[3].number, 0U);
  EXPECT_EQ(rows[0].execution_ns, 250'000'000);
  EXPECT_EQ(rows[0].cold_execution_ns, 1'500'000'000);
  EXPECT_EQ(rows[0].memory_mb, 57523);
  EXPECT_EQ(rows[1].execution_ns, ArrivalBlock::kAbsent);
  EXPECT_EQ(rows[1].memory_mb, ArrivalBlock::kAbsent);
  EXPECT_EQ(rows[2].cold_execution_ns, ArrivalBlock::kAbsent);
  EXPECT_EQ(rows[2].memory_mb, 111) << "used memory is rounded up";
  EXPECT_EQ(rows[3].cold_execution_ns, 0);
}

TEST(PlainTrace, HeadersWithQuotesSpacesByteOrderMarkAndCrLf) {
  const auto rows = plain(
      "\xEF\xBB\xBF\"arrival_s\" , \"function\"\r\n"
      "0,\"a, \"\"b\"\"\"\r\n"
      "\r\n"
      " 1.5 ,c\r\n"
      "2,\"a, \"\"b\"\"\"");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].at, 1'500'000'000);
  EXPECT_EQ(rows[2].function, 0U);
  EXPECT_EQ(rows[2].number, 1U);
}

TEST(PlainTrace, TimestampsCountFromTheFirstRow) {
  const auto rows = plain(
      "timestamp\n2024-01-01T00:00:00Z\n2024-01-01 00:00:01.0000001\n"
      "2024-01-01T01:00:02+01:00\n");
  EXPECT_THAT(instants(rows), ElementsAre(0, 1'000'000'100, 2'000'000'000));
}

TEST(PlainTrace, UnsortedRowsNeedReorder) {
  const std::string text = "arrival_s,function\n1,a\n3,b\n2,c\n2,a\n4,b\n";
  EXPECT_EQ(problem(text),
            "r.csv:4:1: arrival_s: earlier than the row before\n    sort the file, or set reorder "
            "to the longest time a row may be late, such as '10 s'");
  TraceOptions options;
  options.reorder = 1s;
  const auto rows = plain(text, options);
  const auto sorted = plain("arrival_s,function\n1,a\n2,c\n2,a\n3,b\n4,b\n");
  ASSERT_EQ(rows.size(), sorted.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].at, sorted[i].at);
    EXPECT_EQ(rows[i].function, sorted[i].function);
    EXPECT_EQ(rows[i].number, sorted[i].number);
  }
  options.reorder = 999'999'999ns;
  EXPECT_EQ(problem(text, options),
            "r.csv:4:1: arrival_s: later than reorder = '1 s' allows\n"
            "    raise reorder, or sort the file");
}

TEST(PlainTrace, ReorderedTimestampsCountFromTheEarliest) {
  TraceOptions options;
  options.reorder = 10s;
  EXPECT_THAT(instants(plain("timestamp\n2024-01-01 00:00:05\n2024-01-01 00:00:00\n", options)),
              ElementsAre(0, 5'000'000'000));
}

struct BadCase {
  const char* text;
  const char* message;
};

class BadPlain : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadPlain, SaysWhereAndHowToMend) {
  const std::string message = problem(GetParam().text);
  EXPECT_THAT(message, HasSubstr(GetParam().message));
  EXPECT_THAT(message, HasSubstr("\n    ")) << "no mend";
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadPlain,
    ::testing::Values(
        BadCase{"", "r.csv: the file is empty"}, BadCase{"\n \n", "r.csv: the file is empty"},
        BadCase{"a,b\n1,2\n", "r.csv:1:1: no trace format begins like this"},
        BadCase{"arrival_s;function\n", "r.csv:1:1: no trace format begins like this"},
        BadCase{"arrivals_s\n1\n",
                "r.csv:1:1: unknown column 'arrivals_s'\n    did you mean 'arrival_s'?"},
        BadCase{"arrival_s,funktion\n", "r.csv:1:11: unknown column 'funktion'\n    did you mean"},
        BadCase{"arrival_s,arrival_s\n", "r.csv:1:11: column 'arrival_s' appears twice"},
        BadCase{"arrival_s,timestamp\n", "r.csv:1:1: both arrival_s and timestamp"},
        BadCase{"function,execution_s\n", "r.csv:1:1: no column says when a request arrives"},
        BadCase{"arrival_s,cold_execution_s\n", "r.csv:1:1: cold_execution_s without execution_s"},
        BadCase{"arrival_s,execution_s,cold_execution_s\n1,,2\n",
                "r.csv:2:1: execution_s: empty although cold_execution_s is given"},
        BadCase{"arrival_s\n-1\n", "r.csv:2:1: arrival_s: '-1' is negative"},
        BadCase{"arrival_s\nnan\n", "r.csv:2:1: arrival_s: 'nan' is not a number"},
        BadCase{"arrival_s\ninf\n", "'inf' is not a number"},
        BadCase{"arrival_s\n1e300\n", "r.csv:2:1: arrival_s: '1e300' is too large"},
        BadCase{"arrival_s\n9223372036.854775808\n", "is too large"},
        BadCase{"arrival_s,function\n,a\n", "r.csv:2:1: arrival_s: empty"},
        BadCase{"arrival_s,execution_s\n1,-0.5\n", "r.csv:2:3: execution_s: '-0.5' is negative"},
        BadCase{"arrival_s,execution_s\n1,12 ms\n",
                "r.csv:2:3: execution_s: '12 ms' is not a number"},
        BadCase{"arrival_s,memory_mb\n1,lots\n",
                "r.csv:2:3: memory_mb: 'lots' is not a number of MB"},
        BadCase{"arrival_s,function\n1\n", "r.csv:2:1: the row has 1 cells, the header 2 columns"},
        BadCase{"arrival_s\n1,2\n", "r.csv:2:3: the row has 2 cells, the header 1 columns"},
        BadCase{"arrival_s,function\n1,\"a\n", "r.csv:2:3: a quote is not closed"},
        BadCase{"timestamp\nyesterday\n",
                "r.csv:2:1: timestamp: 'yesterday' is not a date and time"},
        BadCase{"timestamp\n\"\"\n", "r.csv:2:1: timestamp: empty"}));

TEST(PlainTrace, AllProblemsOfARowAtOnce) {
  const std::string message = problem("arrival_s,execution_s,memory_mb\nx,y,z\n");
  EXPECT_THAT(message, HasSubstr("r.csv:2:1: arrival_s"));
  EXPECT_THAT(message, HasSubstr("r.csv:2:3: execution_s"));
  EXPECT_THAT(message, HasSubstr("r.csv:2:5: memory_mb"));
}

TEST(PlainTrace, BadRowsFarDownAreFoundByTheReplay) {
  std::string text = "arrival_s\n";
  for (int i = 0; i < 5000; ++i) text += std::to_string(i) + "\n";
  text += "oops\n";
  const auto traffic = open_trace_text(text, "r.csv");
  EXPECT_NEAR(static_cast<double>(traffic->expected_requests(0)), 5000.0, 1500.0);
  EXPECT_THAT(message_of([&] { (void)replayed(*traffic); }),
              HasSubstr("r.csv:5002:1: arrival_s: 'oops' is not a number"));
}

TEST(PlainTrace, AHeaderAloneIsNoTraffic) { EXPECT_TRUE(plain("arrival_s\n").empty()); }

TEST(PlainTrace, ManyReplaysAreEqual) {
  std::string text = "arrival_s,function\n";
  for (int i = 0; i < 3000; ++i) {
    text += std::to_string(i) + ".5," + std::to_string(i * 7 % 13) + "\n";
  }
  const auto traffic = open_trace_text(text, "r.csv");
  const auto first = replayed(*traffic, 0, {1, 0});
  const auto second = replayed(*traffic, 0, {2, 5});
  ASSERT_EQ(first.size(), 3000U);
  for (std::size_t i = 0; i < first.size(); ++i) {
    ASSERT_EQ(first[i].at, second[i].at);
    ASSERT_EQ(first[i].function, second[i].function);
    ASSERT_EQ(first[i].number, i / 13) << "13 functions take turns";
  }
}

TEST(AzureLlm, TokensAndSevenDigitFractions) {
  const auto traffic = open_trace_text(
      "TIMESTAMP,ContextTokens,GeneratedTokens\n"
      "2023-11-16 18:17:03.9799600,4808,10\n"
      "2023-11-16 18:17:04.0319601,3180.0,8\n"
      "2023-11-16 18:17:05.0000000+00:00,1,0\n",
      "llm.csv");
  EXPECT_FALSE(traffic->has_execution());
  const auto rows = replayed(*traffic);
  EXPECT_THAT(instants(rows), ElementsAre(0, 52'000'100, 1'020'040'000));
  EXPECT_EQ(rows[0].input_tokens, 4808);
  EXPECT_EQ(rows[1].input_tokens, 3180);
  EXPECT_EQ(rows[2].output_tokens, 0);
  EXPECT_THAT(message_of([] {
                (void)open_trace_text(
                    "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,4.5,10\n", "l");
              }),
              HasSubstr("l:2:21: ContextTokens: '4.5' is not a number of tokens"));
}

TEST(OpenTrace, NamesFormatsAndShippedTraces) {
  EXPECT_THAT(trace_formats(), ::testing::IsSupersetOf({"plain", "azure-llm-2023",
                                                        "azure-functions-2019", "huawei-2023"}));
  TraceOptions options;
  options.format = "azure-llm-2032";
  EXPECT_THAT(
      problem("arrival_s\n", options),
      HasSubstr("unknown trace format 'azure-llm-2032'\n    did you mean 'azure-llm-2023'?"));
  options.format = "azure-llm-2023";
  EXPECT_THAT(problem("arrival_s\n", options), HasSubstr("unknown column 'arrival_s'"));
  EXPECT_THAT(message_of([] { (void)open_trace("/nowhere/such-a-trace"); }),
              HasSubstr("shipped traces: bursty-inference-day"));
  const auto day = open_trace("/some/folder/bursty-inference-day");
  EXPECT_EQ(day->expected_requests(0), 105'900U);
  EXPECT_EQ(day->duration(), 24h);
}

TEST(OpenTrace, FilesAndDirectories) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "t.csv") << "arrival_s\n0.5\n";
  EXPECT_THAT(instants(replayed(*open_trace(folder.path() / "t.csv"))), ElementsAre(500'000'000));
  EXPECT_THAT(message_of([&] { (void)open_trace(folder.path()); }), HasSubstr("is a directory"));
}

TEST(RealData, AzureLlmCode2023) {
  const auto file = shared_data() / "traces" / "azure_llm_2023_code.csv";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not there";
  const auto rows = replayed(*open_trace(file));
  EXPECT_EQ(rows.size(), 8819U);
  EXPECT_EQ(rows[0].at, 0);
  EXPECT_EQ(rows[0].input_tokens, 4808);
  EXPECT_EQ(rows[1].at, 52'000'000);
  EXPECT_EQ(rows.back().at, 3'435'948'056'000) << "18:17:03.9799600 to 19:14:19.9280160";
  double context = 0.0;
  for (const ArrivalRow& row : rows) context += static_cast<double>(row.input_tokens);
  EXPECT_NEAR(context / 8819.0, 2048.0, 1.0);
}

}  // namespace
}  // namespace faascast
