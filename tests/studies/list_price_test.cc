#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>

#include "studies/breakeven.h"
#include "studies/run.h"

namespace faascast {
namespace {

/// A model at an end of the ranges of the seed paper (section 5): memory and execution time.
struct PaperModel {
  const char* name;
  int memory_mb;
  const char* execution;
  double lambda_usd_per_million;  ///< list price, no free tier
};

std::string scenario_text(const PaperModel& model, const std::string& traffic,
                          const std::string& deployments) {
  return "[traffic]\n" + traffic + "\n[model]\nexecution = \"" + model.execution +
         "\"\n[objective]\np99 = \"100 s\"\n[[deployment]]\nname = \"lambda\"\n"
         "platform = \"aws-lambda\"\nmemory = \"" + std::to_string(model.memory_mb) + " MB\"\n" +
         deployments;
}

class ListPrice : public ::testing::TestWithParam<PaperModel> {};

// Fixed execution and list prices leave a closed form: price of servers / price of a request. Rows
// of the list-price table of the project's facts (2026-09; c6i.large $0.085 an hour, load balancer
// $0.0225 an hour and one capacity unit). The simulation adds cold starts (INIT is billed), a few
// in 200,000 requests: 0.5 % covers them.
TEST_P(ListPrice, BreakevenIsTheClosedFormWhereThatHolds) {
  const PaperModel& model = GetParam();
  struct Fleet {
    const char* text;
    double usd_per_month;
  };
  const Fleet fleets[] = {
      {"count = 1\n", 62.05},
      {"count = 2\nfront_door = \"load-balancer\"\n", 146.365},
      {"count = 1\npurchase = \"reserved-3y\"\n", 28.147},
  };
  for (const Fleet& fleet : fleets) {
    const Scenario scenario = scenario_from_text(
        scenario_text(model,
                      "generator = { kind = \"poisson\", rate_per_s = 1, duration = \"1 h\" }",
                      std::string("[[deployment]]\nname = \"servers\"\nserver = "
                                  "\"aws/c6i.large\"\nredundancy = 0\nworkers = 1000\n") +
                          fleet.text),
        "list-price.toml", {});
    BreakevenOptions options;
    options.replications = 2;
    options.calibration = false;
    options.requests_per_point = 50'000;
    const BreakevenReport report = breakeven(scenario, options);
    ASSERT_EQ(report.pairs.size(), 1U);
    const BreakevenPair& pair = report.pairs[0];
    ASSERT_EQ(pair.verdict, Verdict::kCrosses) << pair.sentence;
    ASSERT_EQ(pair.crossings.size(), 1U) << pair.sentence;
    const double closed_form =
        fleet.usd_per_month / model.lambda_usd_per_million * 1e6 / 30.0;
    EXPECT_NEAR(pair.crossings[0].inferences_per_day / closed_form, 1.0, 0.005)
        << fleet.text << pair.sentence;
    EXPECT_EQ(pair.crossings[0].cheaper_below, "lambda");
    ASSERT_TRUE(pair.spreadsheet.inferences_per_day.has_value());
    EXPECT_NEAR(*pair.spreadsheet.inferences_per_day / closed_form, 1.0, 0.005);
  }
}

/// A day of minute counts that add up to exactly `per_day` requests.
std::string counts_file(int per_day) {
  const std::string path = ::testing::TempDir() + "counts-" + std::to_string(per_day) + ".csv";
  std::ofstream file(path);
  file << "HashOwner,HashApp,HashFunction,Trigger";
  for (int minute = 1; minute <= 1440; ++minute) file << ',' << minute;
  file << "\no,a,f,http";
  for (int minute = 0; minute < 1440; ++minute) {
    const auto until = [&](int m) { return static_cast<long long>(per_day) * m / 1440; };
    file << ',' << until(minute + 1) - until(minute);
  }
  file << '\n';
  return path;
}

// Monthly bills of 50 thousand, 250 thousand and a million requests a day, evenly spread, against
// requests x list price a request. A handful of cold starts adds less than 0.2 %.
TEST_P(ListPrice, MonthlyBillIsLinearInRequests) {
  const PaperModel& model = GetParam();
  for (const int per_day : {50'000, 250'000, 1'000'000}) {
    const Scenario scenario = scenario_from_text(
        scenario_text(model, "trace = \"" + counts_file(per_day) + "\"\nspread = \"equidistant\"",
                      ""),
        "bill.toml", {});
    const RunReport report = run_scenario(scenario);
    const double expected = per_day * 30.0 * model.lambda_usd_per_million * 1e-6;
    const double found = usd_of(report.deployments[0].bill_month.total());
    EXPECT_NEAR(found / expected, 1.0, 0.002) << per_day << " a day";
    EXPECT_EQ(report.deployments[0].figures.requests, static_cast<std::uint64_t>(per_day));
  }
}

INSTANTIATE_TEST_SUITE_P(PaperRanges, ListPrice,
                         ::testing::Values(PaperModel{"LogisticRegressionMid", 128, "50 ms", 0.304},
                                           PaperModel{"LogisticRegressionHigh", 256, "100 ms", 0.617},
                                           PaperModel{"CnnLow", 512, "200 ms", 1.867},
                                           PaperModel{"CnnMid", 1024, "350 ms", 6.033},
                                           PaperModel{"CnnHigh", 1024, "500 ms", 8.533},
                                           PaperModel{"RnnMid", 1024, "275 ms", 4.783},
                                           PaperModel{"RlHigh", 2048, "500 ms", 16.867}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace faascast
