// The list-price tables, reproduced by simulating scenarios with fixed execution times: the tables
// are beside the pricing tests, which hold the tariffs alone to them.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "studies/breakeven.h"
#include "studies/run.h"
#include "tests/pricing/price_table.h"

namespace faascast {
namespace {

/// The table's fleets as deployments; named as in the table. Workers are many: the closed form knows
/// no capacity.
std::string fleets_text() {
  struct Fleet {
    const char* name;
    const char* server;
    const char* rest;
  };
  const Fleet fleets[] = {
      {"t3.medium x1", "t3.medium", "count = 1"},
      {"c6i.large x1", "c6i.large", "count = 1"},
      {"c6i.large x2 + ALB", "c6i.large", "count = 2\nfront_door = \"load-balancer\""},
      {"m5.xlarge x1", "m5.xlarge", "count = 1"},
      {"m5.xlarge x2 + ALB", "m5.xlarge", "count = 2\nfront_door = \"load-balancer\""},
      {"c6i.large 3y no-upfront x1", "c6i.large", "count = 1\npurchase = \"reserved-3y\""},
  };
  std::string text;
  for (const Fleet& fleet : fleets) {
    text += std::string("[[deployment]]\nname = \"") + fleet.name + "\"\nserver = \"aws/" +
            fleet.server + "\"\nredundancy = 0\nworkers = 4000\n" + fleet.rest + "\n";
  }
  return text;
}

// Fixed execution and list prices leave a closed form: price of servers / price of a request. The
// simulation adds cold starts (INIT is billed): a few dozen in the 100,000 requests of a point,
// 0.1 to 0.2 s each; 0.5 % covers them.
TEST(ListPrice, BreakevenIsTheClosedFormInAllRows) {
  // (memory, execution) -> fleet -> requests a month
  std::map<std::pair<std::string, std::string>, std::map<std::string, double>> expected;
  for (const auto& row : price_table("breakeven.csv")) {
    expected[{row[0], row[1]}][row[3]] = std::stod(row[5]);
  }
  int checked = 0;
  for (const auto& [model, crossings] : expected) {
    const Scenario scenario = scenario_from_text(
        "[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = 1, duration = \"1 h\" }\n"
        "[model]\nexecution = \"" + model.second + " s\"\n[objective]\np99 = \"100 s\"\n"
        "[[deployment]]\nname = \"lambda\"\nplatform = \"aws-lambda\"\nmemory = \"" +
            model.first + " MB\"\n" + fleets_text(),
        "list-price.toml", {});
    BreakevenOptions options;
    options.replications = 2;
    options.calibration = false;
    options.requests_per_point = 50'000;
    for (const BreakevenPair& pair : breakeven(scenario, options).pairs) {
      const double closed_form = crossings.at(pair.dedicated) / 30.0;
      ASSERT_EQ(pair.crossings.size(), 1U) << pair.sentence;
      EXPECT_NEAR(pair.crossings[0].inferences_per_day / closed_form, 1.0, 0.005)
          << model.first << " MB, " << model.second << " s: " << pair.sentence;
      EXPECT_EQ(pair.crossings[0].cheaper_below, "lambda");
      ASSERT_TRUE(pair.spreadsheet.inferences_per_day.has_value());
      EXPECT_NEAR(*pair.spreadsheet.inferences_per_day / closed_form, 1.0, 0.001);
      ++checked;
    }
  }
  EXPECT_EQ(checked, 66);
}

/// A day of minute counts that add up to exactly `per_day` requests.
std::string counts_file(long long per_day) {
  const std::string path = ::testing::TempDir() + "counts-" + std::to_string(per_day) + ".csv";
  std::ofstream file(path);
  file << "HashOwner,HashApp,HashFunction,Trigger";
  for (int minute = 1; minute <= 1440; ++minute) file << ',' << minute;
  file << "\no,a,f,http";
  const auto until = [&](int minute) { return per_day * minute / 1440; };
  for (int minute = 0; minute < 1440; ++minute) file << ',' << until(minute + 1) - until(minute);
  file << '\n';
  return path;
}

/// A row of list_prices.csv as a deployment; empty where a scenario cannot be it: Cloud Run below
/// one vCPU (a third of a vCPU is no number), Azure Flex (no such platform yet), and 2 GB on an
/// Azure instance of 1.5 GB.
std::string deployment_text(const std::vector<std::string>& row) {
  const std::string& tariff = row[0];
  std::string text = "[[deployment]]\nplatform = \"" + tariff + "\"\narch = \"" + row[1] + "\"\n";
  if (tariff == "aws-lambda" || tariff == "google-cloud-functions") {
    text += "memory = \"" + row[5] + " MB\"\n";
  } else if (tariff == "google-cloud-run") {
    if (row[6] != "1000") return {};
    text += "memory = \"" + row[5] + " MB\"\ncpu = 1\n";
  } else if (tariff != "azure-functions-consumption" || row[5] == "2048") {
    return {};
  }
  return text;
}

// Evenly spread requests of fixed length over a day, as a month's bill, against the table. Cold
// starts are a handful (Lambda bills their INIT): 0.3 % or one cent.
TEST(ListPrice, MonthlyBillsOfTheTable) {
  int checked = 0;
  for (const auto& row : price_table("list_prices.csv")) {
    const std::string deployment = deployment_text(row);
    if (deployment.empty()) continue;
    const long long per_day = std::stoll(row[3]) / 30;
    for (const bool free_tier : {false, true}) {
      const Scenario scenario = scenario_from_text(
          std::string("free_tier = ") + (free_tier ? "true" : "false") + "\n[traffic]\ntrace = \"" +
              counts_file(per_day) + "\"\nspread = \"equidistant\"\n[model]\nexecution = \"" +
              row[4] + " ms\"\nmemory_used = \"" + row[5] + " MB\"\n" + deployment,
          "bill.toml", {});
      const DeploymentReport report = run_scenario(scenario).deployments.at(0);
      EXPECT_EQ(report.figures.requests, static_cast<std::uint64_t>(per_day));
      // Free quotas are subtracted from about the same bill: what cold starts add stays the same.
      const double listed = std::stod(row[8]);
      EXPECT_NEAR(usd_of(report.bill_month.total()), std::stod(row[free_tier ? 9 : 8]),
                  0.01 + 0.003 * listed)
          << row[0] << ' ' << row[1] << ' ' << row[2] << ' ' << row[3] << ' ' << row[4] << " ms";
      ++checked;
    }
  }
  EXPECT_EQ(checked, 2 * 120);
}

}  // namespace
}  // namespace faascast
