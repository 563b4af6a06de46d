// Logs and published traces with one request a row: small files written by hand, in the shapes that
// the systems write.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/traces/replayed.h"
#include "traces/log_lines.h"
#include "traces/request_traffic.h"
#include "traces/trace.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kS = 1'000'000'000;
constexpr std::int64_t kAbsent = ArrivalBlock::kAbsent;

std::vector<ArrivalRow> read(const std::string& text, const TraceOptions& options = {}) {
  return replayed(*open_trace_text(text, "t", options));
}
std::string problem(const std::string& text, const TraceOptions& options = {}) {
  return message_of([&] { (void)read(text, options); });
}
std::string described(const std::string& text, const TraceOptions& options = {}) {
  return open_trace_text(text, "t", options)->description();
}

// ---- stamped at the end of a request

TEST(AzureFunctions2021, ArrivalIsEndMinusDurationAndRowsAreSorted) {
  const std::string text =
      "app,func,end_timestamp,duration\n"
      "a,f,10.5,0.5\n"
      "a,g,12,11\n"
      "b,f,11.25,0.25\n"  // ends before the row above
      "a,f,13,0\n";       // takes no time
  const auto rows = read(text);
  EXPECT_THAT(instants(rows), ElementsAre(1 * kS, 10 * kS, 11 * kS, 13 * kS));
  EXPECT_EQ(rows[0].execution_ns, 11 * kS);
  EXPECT_EQ(rows[3].execution_ns, 0);
  EXPECT_EQ(rows[0].function, 0U);
  EXPECT_EQ(rows[1].function, 1U);
  EXPECT_EQ(rows[2].function, 2U) << "func is unique only inside its app";
  EXPECT_EQ(rows[3].function, 1U);
  EXPECT_EQ(rows[3].number, 1U);
  EXPECT_THAT(described(text), HasSubstr("rows late by up to 9 s sorted"));
}

TEST(AzureFunctions2021, RowsTooManyToKeepAreSortedAsTheyAreRead) {
  std::string text = "app,func,end_timestamp,duration\n";
  for (int i = 0; i < 3000; ++i) {
    const int duration = i * 7919 % 53;
    text += "a,f" + std::to_string(i % 5) + "," + std::to_string(60 + i / 2) + "." +
            std::to_string(i % 10) + "," + std::to_string(duration) + "\n";
  }
  const auto of = [&](std::size_t most_kept) {
    RequestFileOptions options;
    options.most_kept = most_kept;
    return replayed(*open_request_file(TraceContent::of_text(text, "t"),
                                       *find_request_format("azure-functions-2021"), options));
  };
  const auto kept = of(10'000);
  const auto streamed = of(100);
  ASSERT_EQ(kept.size(), 3000U);
  ASSERT_EQ(streamed.size(), 3000U);
  EXPECT_TRUE(is_sorted_by_time(kept));
  for (std::size_t i = 0; i < kept.size(); ++i) {
    ASSERT_EQ(kept[i].at, streamed[i].at) << i;
    ASSERT_EQ(kept[i].function, streamed[i].function) << i;
    ASSERT_EQ(kept[i].execution_ns, streamed[i].execution_ns) << i;
    ASSERT_EQ(kept[i].number, streamed[i].number) << i;
  }
}

TEST(AzureFunctions2021, ARequestThatEndsSoonerThanItLastsArrivesAtZero) {
  const auto rows = read("app,func,end_timestamp,duration\na,f,0.0794909,0.080\na,f,2,1\n");
  EXPECT_THAT(instants(rows), ElementsAre(0, kS));
}

TEST(AzureFunctions2021, WrongCellsAreErrors) {
  const std::string header = "app,func,end_timestamp,duration\n";
  EXPECT_THAT(problem(header + "a,f,x,1\n"),
              HasSubstr("t:2:5: end_timestamp: 'x' is not a number"));
  EXPECT_THAT(problem(header + "a,f,1,-2\n"), HasSubstr("negative"));
  EXPECT_THAT(problem(header + "a,f,1\n"), HasSubstr("3 cells, the header 4"));
  EXPECT_THAT(problem(header), HasSubstr("no request"));
}

TEST(AzureFunctions2021, TheRealFileRunsAsItIs) {
  const auto file = shared_data() / "traces" / "azure_functions_2021_first199.csv";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no public data at " << file;
  const auto rows = replayed(*open_trace(file));
  ASSERT_EQ(rows.size(), 199U);
  EXPECT_TRUE(is_sorted_by_time(rows));
  EXPECT_EQ(rows.front().at, 1'490'900) << "0.0794909... - 0.078";
  EXPECT_EQ(rows.front().execution_ns, 78 * kMs);
}

TEST(K6, KeepsRequestDurationsAndGoesBackFromTheEnd) {
  const std::string text =
      "metric_name,timestamp,metric_value,check,error,error_code,group,method,name,proto,scenario,"
      "status,url,extra_tags\n"
      "http_reqs,1641298536,1.0,,,,,POST,https://x,HTTP/1.1,default,200,https://x,\n"
      "http_req_duration,1641298536,114.365,,,,,POST,https://x,HTTP/1.1,default,200,https://x,\n"
      "http_req_duration_extra,1641298536,1,,,,,POST,https://x,HTTP/1.1,default,200,https://x,\n"
      "http_req_duration,1641298536,500,,timeout,1050,,POST,https://x,HTTP/1.1,default,0,https://"
      "x,\n"
      "vus,1641298537,5,,,,,,,,,,,\n";
  EXPECT_THAT(instants(read(text)), ElementsAre(0, 385'635'000)) << "the first is time zero";
  TraceOptions drop;
  drop.drop_failed = true;
  EXPECT_EQ(read(text, drop).size(), 1U);
  EXPECT_EQ(read(text)[1].execution_ns, 114'365'000);
}

constexpr const char* kReports =
    "2024/05/01/[$LATEST]0123456789abcdef0123456789abcdef 2024-05-01T12:00:01.000Z INIT_START x\n"
    "2024/05/01/[$LATEST]0123456789abcdef0123456789abcdef 2024-05-01T12:00:02.000Z START "
    "RequestId: "
    "1 Version: $LATEST\n"
    "2024/05/01/[$LATEST]0123456789abcdef0123456789abcdef 2024-05-01T12:00:03.000Z REPORT "
    "RequestId:"
    " 1\tDuration: 378.95 ms\tBilled Duration: 762 ms\tMemory Size: 512 MB\tMax Memory Used: 110 "
    "MB\tInit Duration: 382.28 ms\t\n"
    "XRAY TraceId: 1-66d978e5\tSegmentId: 29c3\tSampled: true\n"
    "2024-05-01T12:00:04.000Z 2024/05/01/[$LATEST]0123456789abcdef0123456789abcdef REPORT "
    "RequestId:"
    " 2  Billed Duration: 13 ms  Duration: 12.5 ms  Memory Size: 512 MB  Max Memory Used: 111 MB  "
    "XRAY TraceId: 1-66d978e5 SegmentId: 29c3 Sampled: true\n"
    "2024-05-01T12:00:09.000Z s REPORT RequestId: 3 Init Duration: 100 ms Duration: 3000.00 ms "
    "Billed "
    "Duration: 3000 ms Memory Size: 512 MB Max Memory Used: 111 MB Status: timeout\n";

TEST(LambdaReport, StartIsEndMinusDurationMinusInit) {
  const auto rows = read(kReports);
  ASSERT_EQ(rows.size(), 3U) << "START, INIT_START and XRAY lines are no requests";
  constexpr std::int64_t kFirst = 3 * kS - 378'950'000 - 382'280'000;
  EXPECT_THAT(instants(rows),
              ElementsAre(0, 4 * kS - 12'500'000 - kFirst, 9 * kS - 3100 * kMs - kFirst));
  EXPECT_EQ(rows[0].execution_ns, 378'950'000) << "not the billed duration";
  EXPECT_EQ(rows[0].cold_execution_ns, 761'230'000);
  EXPECT_EQ(rows[0].memory_mb, 110);
  EXPECT_EQ(rows[1].execution_ns, 12'500'000) << "Billed Duration may come first";
  EXPECT_EQ(rows[1].cold_execution_ns, kAbsent);
  EXPECT_EQ(rows[2].cold_execution_ns, 3100 * kMs) << "Init may come first";
  TraceOptions drop;
  drop.drop_failed = true;
  EXPECT_EQ(read(kReports, drop).size(), 2U);
}

TEST(LambdaReport, SnapStartRestoresInsteadOfInitialising) {
  const auto report = parse_execution_report(
      "REPORT RequestId: b\tDuration: 306.34 ms\tBilled Duration: 610 ms\tMemory Size: 3009 "
      "MB\tMax "
      "Memory Used: 155 MB\tBilled Restore Duration: 303 ms\tRestore Duration: 511.25 ms\t");
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->duration_ms, "306.34");
  EXPECT_EQ(report->init_ms, "511.25") << "not what is billed of it";
  EXPECT_EQ(report->memory_mb, "155") << "not the memory size";
  EXPECT_FALSE(parse_execution_report("END RequestId: b Duration: 3 ms").has_value());
}

TEST(LambdaReport, WithoutATimeIsAnError) {
  EXPECT_THAT(problem("START RequestId: 1 Version: 1\nREPORT RequestId: 1\tDuration: 1 ms\n"),
              HasSubstr("t:2:1: time: empty"));
  EXPECT_THAT(problem("2024-05-01T12:00:09Z REPORT RequestId: 1\tDura"),
              HasSubstr("without Duration"));
}

TEST(LambdaInsights, ExportedMessagesMayEndInsideTheirQuotes) {
  const auto rows = read(
      "@timestamp,@message\r\n"
      "2024-05-01 12:00:03.000,\"REPORT RequestId: 1\tDuration: 500 ms\tBilled Duration: 500 "
      "ms\tMax "
      "Memory Used: 80 MB\t\r\n\"\r\n"
      "2024-05-01 12:00:02.000,\"REPORT RequestId: 2\tDuration: 250 ms\tMax Memory Used: 80 "
      "MB\"\r\n"
      "2024-05-01 12:00:01.000,something else\r\n");
  EXPECT_THAT(instants(rows), ElementsAre(0, 750 * kMs)) << "newest first is sorted";
  EXPECT_EQ(rows[0].execution_ns, 250 * kMs);
}

TEST(LambdaInsights, AQuoteThatIsNeverClosedIsAnErrorSoon) {
  std::string text = "@timestamp,@message\n2024-05-01 12:00:03.000,\"REPORT\n";
  for (int i = 0; i < 100'000; ++i) text += "x\n";
  EXPECT_THAT(problem(text), HasSubstr("a quote is not closed"));
}

TEST(LambdaJson, PlatformReports) {
  const auto rows = read(
      R"({"time":"2022-10-21T14:05:01.000Z","type":"platform.start","record":{"requestId":"4"}})"
      "\n"
      R"({"time":"2022-10-21T14:05:05.766Z","type":"platform.report","record":{"requestId":"4",)"
      R"("metrics":{"durationMs":2599.4,"billedDurationMs":2600,"memorySizeMB":128,)"
      R"("maxMemoryUsedMB":94,"initDurationMs":549.04},"tracing":{"spanId":"2"},)"
      R"("status":"success"}})"
      "\n"
      R"({"time":"2022-10-21T14:05:06.766Z","type":"platform.report","record":{"requestId":"5",)"
      R"("metrics":{"durationMs":10},"status":"success"}})");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].execution_ns, 2'599'400'000);
  EXPECT_EQ(rows[0].cold_execution_ns, 3'148'440'000);
  EXPECT_EQ(rows[0].memory_mb, 94);
  EXPECT_EQ(rows[1].at, kS + 3'148'440'000 - 10 * kMs);
}

TEST(LoadBalancer, ArrivalIsTheCreationTimeAndMinusOneIsNoTime) {
  const auto line = [](const char* time, const char* target, const char* status, const char* made) {
    return std::string("https ") + time +
           " app/lb/50dc 192.168.131.39:2817 192.168.201.251:80 0.000 " + target + " 0.000 " +
           status +
           " 200 1107 11912 \"GET http://example.com:80/a b HTTP/1.1\" \"Fake \\\"x\\\" (1)\""
           " - - arn:aws:tg/1 \"Root=1\" \"-\" \"-\" 0 " +
           made + " \"forward\" \"-\" \"-\" \"192.168.201.251:80\" \"200\" \"-\" \"-\"\n";
  };
  const std::string text = line("2020-08-27T16:35:02Z", "0.440", "200", "2020-08-27T16:35:01.5Z") +
                           line("2020-08-27T16:35:02Z", "-1", "504", "2020-08-27T16:35:01Z");
  const auto rows = read(text);
  EXPECT_THAT(instants(rows), ElementsAre(0, 500 * kMs));
  EXPECT_EQ(rows[0].execution_ns, kAbsent);
  EXPECT_EQ(rows[1].execution_ns, 440 * kMs);
  TraceOptions drop;
  drop.drop_failed = true;
  EXPECT_EQ(read(text, drop).size(), 1U);
  EXPECT_THAT(problem(text + "https cut off\n"), HasSubstr("t:3:1: no line of"));
}

// ---- stamped at the start

TEST(AzureLlm, WeekOf2024HasAnOffset) {
  const auto rows = read(
      "TIMESTAMP,ContextTokens,GeneratedTokens\n"
      "2024-05-10 00:00:00.0099300+00:00,2162,5\n"
      "2024-05-10 00:00:00.0179840+00:00,2399,6\n");
  EXPECT_THAT(instants(rows), ElementsAre(0, 8'054'000));
  EXPECT_EQ(read("TIMESTAMP,NumImages,ContextTokens,GeneratedTokens\n2024-10-15 12:00:00,1,5,6\n")
                .front()
                .input_tokens,
            5);
}

TEST(BurstGpt, ReadsByHeaderNameAndMarksFailures) {
  const std::string text =
      "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
      "5,ChatGPT,472,18,490,Conversation log\n"
      "45,ChatGPT,1087,0,1087,Conversation log\n"
      "118,GPT-4,417,276,693,API log\n";
  const auto rows = read(text);
  EXPECT_THAT(instants(rows), ElementsAre(5 * kS, 45 * kS, 118 * kS));
  EXPECT_EQ(rows[2].function, 1U);
  EXPECT_EQ(rows[2].input_tokens, 417);
  EXPECT_EQ(rows[2].output_tokens, 276);
  TraceOptions drop;
  drop.drop_failed = true;
  EXPECT_THAT(instants(read(text, drop)), ElementsAre(5 * kS, 118 * kS));
  EXPECT_THAT(described(text, drop), HasSubstr("failed requests left out"));
  const auto other = read(
      "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log "
      "Type\n"
      "5.25,,1.5,ChatGPT,472.0,18,490,Conversation log\n");
  EXPECT_EQ(other[0].at, 5'250 * kMs);
  EXPECT_EQ(other[0].input_tokens, 472);
}

TEST(Mooncake, TiesAreSpreadOverTheStepOrLeftTogether) {
  const std::string text =
      R"({"timestamp": 0, "input_length": 1, "output_length": 9, "hash_ids": [46, 47]})"
      "\n"
      R"({"timestamp": 0, "input_length": 2, "output_length": 9, "hash_ids": []})"
      "\n"
      R"({"timestamp": 1000, "input_length": 3, "output_length": 9, "hash_ids": []})"
      "\n"
      R"({"timestamp": 9000, "input_length": 4, "output_length": 9, "hash_ids": []})"
      "\n"
      R"({"timestamp": 9000, "input_length": 5, "output_length": 9, "hash_ids": []})"
      "\n";
  const auto rows = read(text);
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_GT(rows[0].at, 0);
  EXPECT_GT(rows[1].at, rows[0].at);
  EXPECT_LT(rows[1].at, kS) << "no further than the next stamp";
  EXPECT_EQ(rows[2].at, kS) << "one alone stays";
  EXPECT_GT(rows[3].at, 9 * kS);
  EXPECT_LT(rows[4].at, 12 * kS) << "no further than the clock's step";
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(rows[i].input_tokens, static_cast<std::int64_t>(i + 1));
  }
  EXPECT_EQ(instants(rows), instants(read(text)));
  EXPECT_THAT(described(text), HasSubstr("spread over up to 3 s"));
  TraceOptions together;
  together.spread = Spread::kBurst;
  EXPECT_THAT(instants(read(text, together)), ElementsAre(0, 0, kS, 9 * kS, 9 * kS));
  EXPECT_THAT(described(text, together), HasSubstr("left together"));
  TraceOptions evenly;
  evenly.spread = Spread::kEquidistant;
  EXPECT_EQ(read(text, evenly)[3].at, 10 * kS);
}

TEST(Mooncake, TheRealFileRunsAsItIs) {
  const auto file = shared_data() / "traces" / "mooncake_conversation_trace.jsonl.gz";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no public data at " << file;
  const auto rows = replayed(*open_trace(file));
  EXPECT_EQ(rows.size(), 12'031U);
  EXPECT_TRUE(is_sorted_by_time(rows));
}

TEST(CloudRun, ArrayOfEntriesNewestFirst) {
  const std::string text = R"([
  {
    "httpRequest": {"latency": "0.020461182s", "requestMethod": "POST", "requestSize": "775",
                    "requestUrl": "https://svc/{\"a\"}", "status": 200},
    "labels": {"instanceId": "00bf"},
    "resource": {"labels": {"service_name": "svc"}, "type": "cloud_run_revision"},
    "timestamp": "2024-05-01T12:00:01.123456Z"
  },
  {
    "httpRequest": {"latency": "2.5s", "requestMethod": "GET", "status": 503},
    "resource": {"labels": {"service_name": "svc"}, "type": "cloud_run_revision"},
    "textPayload": "This request caused a new container instance to be started and may ...",
    "timestamp": "2024-05-01T12:00:00Z"
  },
  {"textPayload": "hello", "timestamp": "2024-05-01T11:00:00Z"}
])";
  const auto rows = read(text);
  ASSERT_EQ(rows.size(), 2U) << "the container's own output is no request";
  EXPECT_THAT(instants(rows), ElementsAre(0, 1'123'456'000));
  EXPECT_EQ(rows[0].cold_execution_ns, 2'500 * kMs);
  EXPECT_EQ(rows[1].cold_execution_ns, kAbsent);
  EXPECT_EQ(rows[1].execution_ns, 20'461'182);
  TraceOptions drop;
  drop.drop_failed = true;
  EXPECT_EQ(read(text, drop).size(), 1U);
  EXPECT_THAT(problem(text.substr(0, 300)), HasSubstr("no end"));
}

TEST(ApplicationInsights, WeightsStandForSeveralRequests) {
  const std::string text =
      "timestamp "
      "[UTC],id,name,success,resultCode,duration,itemType,customDimensions,cloud_RoleName,"
      "itemCount\n"
      "\"7/26/2023, 1:02:03.456 PM\",a,GET /,True,200,12.5,request,\"{\"\"k\"\":\"\"v, "
      "w\"\"}\",app,4\n"
      "\"7/26/2023, 12:02:03.456 PM\",b,GET /,False,500,7,request,,app,1\n"
      "\"7/26/2023, 1:02:04.000 PM\",c,GET /,True,200,1,trace,,app,1\n";
  const auto rows = read(text);
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0].at, 0);
  EXPECT_EQ(rows[0].execution_ns, 7 * kMs);
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_GT(rows[i].at, 3600 * kS);
    EXPECT_LT(rows[i].at, 3601 * kS);
    EXPECT_EQ(rows[i].execution_ns, 12'500'000);
  }
  EXPECT_EQ(open_trace_text(text, "t")->expected_requests(0), 5U);
  EXPECT_THAT(problem("timestamp [UTC],duration,itemCount\n2024-01-01 00:00:00,1,0\n"),
              HasSubstr("not a number of requests"));
}

TEST(WebServer, CommonAndCombinedLines) {
  const std::string text =
      "10.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET /a.gif HTTP/1.0\" 200 2326\n"
      "10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /[x] HTTP/1.0\" 200 - \"http://ref\" \"UA "
      "1\"\n"
      "10.0.0.1 - - [10/Oct/2000:22:55:37 +0200] \"GET / HTTP/1.0\" 503 1\n";
  const auto rows = read(text);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_LT(rows[1].at, kS) << "two of one second are spread over it";
  EXPECT_LT(rows[0].at, rows[1].at);
  EXPECT_NEAR(static_cast<double>(rows[2].at), 1e9, 1e9) << "zones count";
  EXPECT_THAT(problem(text + "nonsense\n"), HasSubstr("t:4:1: no line of a web server log"));
}

TEST(JMeter, MillisecondsSinceAnEpochInTheOrderOfEnds) {
  const auto rows = read(
      "timeStamp,elapsed,label,responseCode,success,bytes\n"
      "1499876018809,2384,ipify,200,true,220\n"
      "1499876018509,3000,\"a, b\",500,false,220\n");
  EXPECT_THAT(instants(rows), ElementsAre(0, 300 * kMs));
  EXPECT_EQ(rows[1].execution_ns, 2'384 * kMs);
}

TEST(Iluvatar, Milliseconds) {
  const auto rows = read("func_name,invoke_time_ms\na,5\nb,7.5\n");
  EXPECT_THAT(instants(rows), ElementsAre(5 * kMs, 7'500'000));
  EXPECT_EQ(rows[1].function, 1U);
}

TEST(GenTd26, EmptyCellsAndFailures) {
  const std::string text =
      "gmt_create,predict_type,predict_status,exec_time_seconds,groupId,prompt_length\n"
      "2024-11-15 16:57:50,TXT_2_IMG,SUCCEED,32.0,G0000,63.0\n"
      "2024-11-15 16:57:55,TXT_2_IMG,FAILED,,G0000,\n";
  EXPECT_EQ(read(text)[1].execution_ns, kAbsent);
  TraceOptions drop;
  drop.drop_failed = true;
  EXPECT_EQ(read(text, drop).size(), 1U);
}

TEST(JsonLines, ColumnsOfThePlainFormatExactToTheNanosecond) {
  const auto rows = read(
      "{\"arrival_s\": 1209599.700000001, \"function\": \"f\", \"execution_s\": 0.25}\n"
      "{\"arrival_s\": 1.3e6, \"function\": \"g\", \"other\": {\"a\": [1, 2]}}\n");
  EXPECT_THAT(instants(rows), ElementsAre(1'209'599'700'000'001, 1'300'000 * kS));
  EXPECT_EQ(rows[1].function, 1U);
  EXPECT_EQ(rows[1].execution_ns, kAbsent);
  EXPECT_THAT(problem("{\"arrival_s\": 1}\n{\"arrival_s\": }\n"), HasSubstr("t:2"));
  EXPECT_THAT(problem("{\"arrival_s\": 1}\nnonsense\n"), HasSubstr("expected an object"));
  EXPECT_THAT(problem("{\"arrival_s\": -5}\n"), HasSubstr("negative"));
  EXPECT_THAT(problem("{\"function\": \"f\"}\n"), HasSubstr("arrival_s: empty"));
  EXPECT_THAT(problem(std::string(100'000, '{')), HasSubstr("no end"));
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "{\"a\":";
  EXPECT_THAT(problem(deep + "1" + std::string(1000, '}')), HasSubstr("nested too deeply"));
}

// ---- all

TEST(EveryFormat, MangledTextIsAnErrorAndNeverACrash) {
  const std::vector<std::string> texts = {
      kReports,
      "app,func,end_timestamp,duration\na,f,10.5,0.5\na,g,12,11\n",
      "{\"timestamp\": 0, \"input_length\": 1, \"output_length\": 9}\n",
      "x - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 2326\n",
      "timeStamp,elapsed\n1499876018809,2384\n",
      "Timestamp,Model,Request tokens,Response tokens\n5,ChatGPT,472,18\n"};
  const std::string bytes = std::string("\0\xff\"{}[],:\n9-e", 14);
  for (const std::string& text : texts) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      for (const char byte : {bytes[at % bytes.size()], bytes[(at / 3) % bytes.size()]}) {
        std::string mangled = text;
        mangled[at] = byte;
        (void)problem(mangled);
        (void)problem(mangled.substr(0, at));
      }
    }
  }
  for (const std::string& format : trace_formats()) {
    TraceOptions options;
    options.format = format;
    for (const std::string& text : texts) (void)problem(text, options);
    EXPECT_THAT(problem("", options), ::testing::Not(HasSubstr("no error"))) << format;
  }
}

TEST(EveryFormat, ByteOrderMarkAndCarriageReturns) {
  EXPECT_THAT(instants(read("\xEF\xBB\xBF\"app\", func ,end_timestamp,duration\r\na,f,1,0.5\r\n")),
              ElementsAre(500 * kMs));
  EXPECT_THAT(instants(read("\xEF\xBB\xBF{\"arrival_s\": 2}\r\n")), ElementsAre(2 * kS));
}

TEST(EveryFormat, LongLinesAreRead) {
  const std::string filler(100'000, 'x');
  EXPECT_THAT(instants(read("app,func,end_timestamp,duration,note\na,f,1,0.5," + filler + "\n")),
              ElementsAre(500 * kMs));
}

}  // namespace
}  // namespace faascast
