#include "studies/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sim-core/error.h"
#include "studies/report/figures.h"
#include "studies/report/table.h"

namespace faascast {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kMs = 1'000'000;

/// 90 requests of 10 ms, 9 of 100 ms and one cold of 1 s; 5 throttled.
DeploymentReport small_deployment() {
  DeploymentReport report;
  report.name = "lambda";
  report.kind = "serverless";
  report.configuration = "512 MB";
  DeploymentResult& figures = report.figures;
  figures.requests = 105;
  figures.completed = 100;
  figures.throttled = 5;
  figures.cold_starts = 1;
  for (int i = 0; i < 90; ++i) figures.latency.add(10 * kMs);
  for (int i = 0; i < 9; ++i) figures.latency.add(100 * kMs);
  figures.latency.add(1000 * kMs);
  figures.instances.mean = 0.5;
  figures.instances.busy_mean = 0.25;
  figures.instances.idle_mean = 0.25;
  figures.instances.peak = 3;
  figures.usage[Meter::kRequests] = 100;
  figures.usage[Meter::kMemoryTime] = Int128{512} * 4'000'000'000;  // 2 GB-s
  figures.usage[Meter::kVcpuTime] = Int128{500} * 3'000'000'000;    // 1.5 vCPU-s
  figures.usage[Meter::kClockTime] = Int128{1400} * 2'000'000'000;  // 2.8 GHz-s
  figures.usage[Meter::kServerTime] = Int128{7'500'000'000};        // 7.5 s
  report.bill.lines = {{"compute", 2.0, 0.0, "GB-s", MicroUsd(33)}};
  report.bill_month.lines = {{"compute", 60.0, 20.0, "GB-s", MicroUsd(1'000)},
                             {"requests", 3000.0, 0.0, "request", MicroUsd(600)}};
  report.usd_per_million = 0.5333333333;
  report.meets_objective = false;
  report.misses = {"p99 1 s > 300 ms"};
  report.notes = {"Memory as configured."};
  report.figures.fingerprint = 0xabcULL;
  return report;
}

RunReport small_report() {
  RunReport report;
  report.scenario = "A service";
  report.seed = 7;
  report.profile_hash = "f00d";
  report.traffic = "Poisson";
  report.model = "constant";
  report.span = std::chrono::hours(24);
  report.inferences_per_day = 105.0;
  report.fingerprint = 0x1234ULL;
  report.deployments = {small_deployment()};
  report.notes = {"A note on the whole."};
  return report;
}

BreakevenReport small_breakeven() {
  BreakevenReport report;
  report.scenario = "A service";
  report.seed = 7;
  BreakevenPair pair;
  pair.serverless = "lambda";
  pair.dedicated = "c6i";
  pair.verdict = Verdict::kCrosses;
  pair.sentence = "Servers are cheaper above 1,230,000 inferences a day.";
  pair.crossings = {{1'234'567.0, {1.2e6, 1.3e6}, {0.9e6, 1.9e6}, "lambda"}};
  pair.curve = {{1000.0, {{"lambda", 0.0000005, true, "512 MB"}, {"c6i", 0.0, false, "too slow"}}},
                {2000.0, {{"lambda", 12.5, true, "512 MB"}, {"c6i", 62.05, true, "1 server"}}}};
  pair.spreadsheet = {2e6, "It knows no cold starts."};
  report.pairs = {pair};
  return report;
}

std::size_t longest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto characters = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    longest = std::max(longest, static_cast<std::size_t>(characters));
  }
  return longest;
}

TEST(RunJson, HasTheKeysOfTheContract) {
  const json result = json::parse(render(small_report(), ReportFormat::kJson));
  EXPECT_EQ(result["schema"], 1);
  EXPECT_TRUE(result["version"].is_string());
  EXPECT_EQ(result["seed"], 7);
  EXPECT_EQ(result["scenario"], "A service");
  EXPECT_EQ(result["profile_hash"], "f00d");
  EXPECT_EQ(result["fingerprint"], "0000000000001234");
  EXPECT_EQ(result["span_s"], 86400.0);
  const json& deployment = result["deployments"].at(0);
  EXPECT_EQ(deployment["kind"], "serverless");
  EXPECT_EQ(deployment["requests"], 105);
  EXPECT_EQ(deployment["throttled"], 5);
  EXPECT_EQ(deployment["cold_starts"], 1);
  EXPECT_EQ(deployment["instances"]["peak"], 3);
  EXPECT_EQ(deployment["meets_objective"], false);
  for (const char* summary : {"latency_s", "execution_s", "cold_start_s", "wait_s"}) {
    EXPECT_EQ(deployment[summary].size(), 6U) << summary;
  }
}

TEST(RunJson, QuantilesAreOrderStatisticsAndTheMeanIsExact) {
  const json result = json::parse(render(small_report(), ReportFormat::kJson));
  const json& latency = result["deployments"][0]["latency_s"];
  // (90 * 10 + 9 * 100 + 1000) / 100 = 28 ms; the 50th is 10 ms, the 91st .. 99th 100 ms.
  EXPECT_DOUBLE_EQ(latency["mean"].get<double>(), 0.028);
  EXPECT_NEAR(latency["p50"].get<double>(), 0.010, 0.010 * 1e-3);
  EXPECT_NEAR(latency["p90"].get<double>(), 0.010, 0.010 * 1e-3);
  EXPECT_NEAR(latency["p99"].get<double>(), 0.100, 0.100 * 1e-3);
  EXPECT_DOUBLE_EQ(latency["max"].get<double>(), 1.0);
}

TEST(RunJson, FiguresOfNothingAreNull) {
  RunReport report = small_report();
  report.profile_hash.clear();
  report.deployments[0].meets_objective.reset();
  report.deployments[0].usd_per_million.reset();
  const json result = json::parse(render(report, ReportFormat::kJson));
  EXPECT_TRUE(result["profile_hash"].is_null());
  const json& deployment = result["deployments"][0];
  EXPECT_TRUE(deployment["meets_objective"].is_null());
  EXPECT_TRUE(deployment["usd_per_million"].is_null());
  for (const auto& [figure, value] : deployment["wait_s"].items()) {
    EXPECT_TRUE(value.is_null()) << figure;
  }
}

TEST(RunJson, UsageIsInNaturalUnitsWithoutZeros) {
  const json result = json::parse(render(small_report(), ReportFormat::kJson));
  EXPECT_EQ(result["deployments"][0]["usage"], (json{{"requests", 100},
                                                     {"gb_seconds", 2.0},
                                                     {"vcpu_seconds", 1.5},
                                                     {"ghz_seconds", 2.8},
                                                     {"server_seconds", 7.5}}));
}

TEST(RunJson, MoneyIsExactToTheMicroDollar) {
  const std::string text = render(small_report(), ReportFormat::kJson);
  const json result = json::parse(text);
  const json& deployment = result["deployments"][0];
  EXPECT_EQ(deployment["bill_usd"]["total"].get<double>(), 33e-6);
  EXPECT_EQ(deployment["bill_month_usd"]["total"].get<double>(), 0.0016);
  EXPECT_EQ(deployment["bill_month_usd"]["lines"][0]["free"], 20.0);
  EXPECT_FALSE(deployment["bill_month_usd"]["lines"][1].contains("free"));
  EXPECT_EQ(deployment["usd_per_million"].get<double>(), 0.533333);
  for (std::int64_t micro : {1, 3, 7, 999'999, 1'000'001, 123'456'789}) {
    EXPECT_LE(json(usd_number(MicroUsd(micro))).dump().size(), 12U) << micro;
  }
}

TEST(RunJson, NamesThatAreNotUtf8DoNotBreakIt) {
  RunReport report = small_report();
  report.scenario = "caf\xe9";
  EXPECT_TRUE(json::accept(render(report, ReportFormat::kJson)));
}

TEST(RunText, FitsEightyColumnsAndHasNoExponents) {
  RunReport report = small_report();
  report.deployments.push_back(small_deployment());
  report.deployments[1].name = "a deployment with quite a long name, as people write them";
  report.deployments[1].bill_month.lines[0].name = "provisioned concurrency, the first tier of it";
  report.deployments[1].usd_per_million = 8.32e-7;
  report.traffic = std::string(300, 'x');
  const std::string text = render(report, ReportFormat::kText);
  EXPECT_LE(longest_line(text), 80U) << text;
  EXPECT_THAT(text, Not(HasSubstr("e-")));
  EXPECT_THAT(text, HasSubstr("$0.000000832"));
}

TEST(RunText, SaysWhatATiredEngineerLooksFor) {
  const std::string text = render(small_report(), ReportFormat::kText);
  EXPECT_THAT(text, HasSubstr("misses the objective: p99 1 s > 300 ms"));
  EXPECT_THAT(text, HasSubstr("105 requests: 100 completed, 5 throttled; 1 cold starts"));
  EXPECT_THAT(text, HasSubstr("1.00 %"));  // cold share
  EXPECT_THAT(text, HasSubstr("4.76 %"));  // throttled: 5 / 105
  EXPECT_THAT(text, HasSubstr("lambda: Memory as configured."));
  EXPECT_THAT(text, Not(HasSubstr("INTERRUPTED")));
}

TEST(RunText, PartialResultsSaySo) {
  RunReport report = small_report();
  report.interrupted = true;
  for (const ReportFormat format : {ReportFormat::kText, ReportFormat::kMarkdown}) {
    EXPECT_THAT(render(report, format), ::testing::ContainsRegex("INTERRUPTED|Interrupted"));
  }
  EXPECT_EQ(json::parse(render(report, ReportFormat::kJson))["interrupted"], true);
}

TEST(RunText, ANoteOfSeveralDeploymentsIsSaidOnce) {
  RunReport report = small_report();
  report.deployments.push_back(small_deployment());
  report.deployments[1].name = "other";
  EXPECT_EQ(deployment_notes(report),
            std::vector<std::string>{"lambda, other: Memory as configured."});
}

TEST(RunCsv, HasOneRowADeploymentAndEveryRowAllColumns) {
  RunReport report = small_report();
  report.deployments.push_back(small_deployment());
  report.deployments[1].name = "plain";
  std::istringstream lines(render(report, ReportFormat::kCsv));
  std::vector<std::string> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(line);
  ASSERT_EQ(rows.size(), 3U);
  for (const std::string& row : rows) {
    EXPECT_EQ(std::count(row.begin(), row.end(), ','),
              std::count(rows[0].begin(), rows[0].end(), ','));
  }
  EXPECT_THAT(rows[1], HasSubstr("0.001600"));
}

TEST(Ranked, PutsTheCheapestThatMeetsTheObjectiveFirst) {
  RunReport report = small_report();
  report.deployments.assign(3, small_deployment());
  const auto set = [&](std::size_t i, const char* name, bool meets, std::int64_t micro_usd) {
    report.deployments[i].name = name;
    report.deployments[i].meets_objective = meets;
    report.deployments[i].bill_month.lines = {{"all", 1.0, 0.0, "month", MicroUsd(micro_usd)}};
  };
  set(0, "dear", true, 20'000'000);
  set(1, "slow", false, 1'000'000);
  set(2, "right", true, 10'000'000);
  const RunReport result = ranked(report);
  EXPECT_EQ(result.deployments[0].name, "right");
  EXPECT_EQ(result.deployments[1].name, "dear");
  EXPECT_EQ(result.deployments[2].name, "slow");
  EXPECT_EQ(result.notes.front(),
            "Cheapest that meets the objective: right at $10.00 a month; dear costs 2 times that.");
}

TEST(BreakevenJson, HasTheKeysOfTheContract) {
  const json result = json::parse(render(small_breakeven(), ReportFormat::kJson));
  const json& pair = result["pairs"].at(0);
  EXPECT_EQ(pair["verdict"], "crosses");
  EXPECT_EQ(pair["crossings"][0]["sampling"], (json{1.2e6, 1.3e6}));
  EXPECT_EQ(pair["crossings"][0]["calibration"], (json{0.9e6, 1.9e6}));
  EXPECT_EQ(pair["crossings"][0]["cheaper_below"], "lambda");
  EXPECT_EQ(pair["curve"][0]["rows"][1]["feasible"], false);
  EXPECT_TRUE(pair["curve"][0]["rows"][1]["usd_per_month"].is_null());
  EXPECT_EQ(pair["curve"][1]["rows"][1]["usd_per_month"], 62.05);
  EXPECT_EQ(pair["spreadsheet"]["why_different"], "It knows no cold starts.");
}

TEST(BreakevenText, SaysTheVerdictFirst) {
  const std::string text = render(small_breakeven(), ReportFormat::kText);
  EXPECT_EQ(text.rfind("Servers are cheaper above 1,230,000 inferences a day.", 0), 0U);
  EXPECT_THAT(text, HasSubstr("infeasible: too slow"));
  EXPECT_THAT(text, HasSubstr("calibration 900,000 to 1,900,000"));
  EXPECT_LE(longest_line(text), 80U) << text;
}

TEST(BreakevenText, ThinsALongCurveAndCsvKeepsIt) {
  BreakevenReport report = small_breakeven();
  report.pairs[0].curve.assign(500, report.pairs[0].curve[1]);
  const std::string text = render(report, ReportFormat::kText);
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 60);
  const std::string csv = render(report, ReportFormat::kCsv);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 2 * 500);
}

TEST(ReportFormatOf, KnowsFourEndings) {
  EXPECT_EQ(report_format_of("a/b.json"), ReportFormat::kJson);
  EXPECT_EQ(report_format_of("b.CSV"), ReportFormat::kCsv);
  EXPECT_EQ(report_format_of("b.md"), ReportFormat::kMarkdown);
  EXPECT_EQ(report_format_of("b.txt"), ReportFormat::kText);
  for (const char* name : {"b.pdf", "b", "", ".json", "json"}) {
    EXPECT_THROW(static_cast<void>(report_format_of(name)), InputError) << name;
  }
}

TEST(Table, QuotesCellsOfCsv) {
  Table table({{"a"}, {"b"}});
  table.add({"x,y", "he said \"no\""});
  EXPECT_EQ(table.csv(), "a,b\n\"x,y\",\"he said \"\"no\"\"\"\n");
}

TEST(Wrapped, BreaksAtBlanksElseAnywhereAndNeverInsideACharacter) {
  EXPECT_EQ(wrapped("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrapped("azure-functions-x", 10),
            (std::vector<std::string>{"azure-", "functions-", "x"}));
  EXPECT_EQ(wrapped("see 2024-12-04", 11), (std::vector<std::string>{"see", "2024-12-04"}));
  EXPECT_EQ(wrapped("a b-c", 3), (std::vector<std::string>{"a", "b-c"}));
  EXPECT_EQ(wrapped("abcdef", 4), (std::vector<std::string>{"abcd", "ef"}));
  EXPECT_EQ(wrapped("ééé", 2), (std::vector<std::string>{"éé", "é"}));
  EXPECT_EQ(wrapped("", 5), (std::vector<std::string>{""}));
}

TEST(Words, ReadWell) {
  EXPECT_EQ(three_digits_text(1'234'567.0), "1,230,000");
  EXPECT_EQ(three_digits_text(0.4242), "0.424");
  EXPECT_EQ(three_digits_text(0.0), "0");
  EXPECT_EQ(quantity_text(3'000'000.0), "3,000,000");
  EXPECT_EQ(quantity_text(0.0125), "0.0125");
  EXPECT_EQ(price_text(16'666'700), "$0.0000166667");
  EXPECT_EQ(price_text(200'000'000'000), "$0.20");
  EXPECT_EQ(price_text(12'000'000'000'000), "$12.00");
  EXPECT_EQ(share_text(0, 10), "0 %");
  EXPECT_EQ(share_text(1, 1'000'000), "<0.01 %");
  EXPECT_EQ(share_text(1, 0), "-");
  EXPECT_EQ(duration_text(0.0123), "12.3 ms");
  EXPECT_EQ(duration_text(std::nullopt), "-");
}

}  // namespace
}  // namespace faascast
