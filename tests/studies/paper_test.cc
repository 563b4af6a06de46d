// Every figure of `faascast paper`, held to golden rows with intervals, and to arithmetic worked by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "pricing/month.h"
#include "studies/paper/optimised_models.h"
#include "studies/paper/paper.h"
#include "studies/paper_calibration.h"

namespace faascast {
namespace {

const PaperSection& section(const std::string& key) {
  static std::map<std::string, PaperSection> made;
  const auto [found, is_new] = made.try_emplace(key);
  if (is_new) {
    PaperOptions options;
    options.sections = {key};
    found->second = paper_report(options).sections.front();
  }
  return found->second;
}

std::string key_of(const PaperRow& row) {
  return row.quantity + " | " + row.model + " | " + row.platform + " | " + row.basis;
}

struct Golden {
  std::string simulated{};
  std::string low{};
  std::string high{};
};

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

/// Rows of tests/studies/paper_golden.csv, which `faascast paper --csv` wrote.
std::map<std::string, Golden> golden(const std::string& key) {
  std::ifstream file(PAPER_GOLDEN);
  EXPECT_TRUE(file.good()) << PAPER_GOLDEN;
  std::map<std::string, Golden> rows;
  std::string line;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() < 11 || cells[0] != key) continue;
    rows[cells[3] + " | " + cells[1] + " | " + cells[2] + " | " + cells[5]] = {cells[8], cells[9],
                                                                               cells[10]};
  }
  return rows;
}

class GoldenRows : public ::testing::TestWithParam<const char*> {};

// Results are the same bits on any machine; the margin leaves room for a change of draws, which no
// figure here may depend on by more.
TEST_P(GoldenRows, AreReproduced) {
  const std::map<std::string, Golden> expected = golden(GetParam());
  const PaperSection& made = section(GetParam());
  EXPECT_EQ(made.rows.size(), expected.size());
  ASSERT_FALSE(expected.empty());
  for (const PaperRow& row : made.rows) {
    SCOPED_TRACE(key_of(row));
    const auto found = expected.find(key_of(row));
    if (found == expected.end()) {
      ADD_FAILURE() << "not among the golden rows";
      continue;
    }
    EXPECT_EQ(row.simulated.has_value(), !found->second.simulated.empty());
    EXPECT_FALSE(row.why.empty());
    if (!row.simulated || found->second.simulated.empty()) continue;
    const double value = std::stod(found->second.simulated);
    EXPECT_NEAR(*row.simulated, value, 0.02 * std::abs(value) + 1e-4);
    if (!row.low || !row.high) continue;
    EXPECT_LE(*row.low, *row.simulated + 1e-12);
    EXPECT_GE(*row.high, *row.simulated - 1e-12);
    if (found->second.low.empty()) continue;
    EXPECT_NEAR(*row.low, std::stod(found->second.low), 0.1 * std::abs(value) + 1e-3);
    EXPECT_NEAR(*row.high, std::stod(found->second.high), 0.1 * std::abs(value) + 1e-3);
  }
}

INSTANTIATE_TEST_SUITE_P(Paper, GoldenRows,
                         ::testing::Values("table_1", "execution", "throughput", "memory",
                                           "table_2", "breakeven", "optimisations",
                                           "case_studies"));

const PaperRow& row_of(const std::string& key, const std::string& quantity,
                       const std::string& model, const std::string& platform) {
  for (const PaperRow& row : section(key).rows) {
    if (row.quantity == quantity && row.model == model && row.platform == platform) return row;
  }
  static const PaperRow none;
  ADD_FAILURE() << "no row " << quantity << ", " << model << ", " << platform;
  return none;
}

TEST(PaperTable1, EveryCellHasItsPrediction) {
  std::size_t cells = 0;
  std::size_t echoes = 0;
  for (const PaperRow& row : section("table_1").rows) {
    if (row.quantity != "mean cold start" || row.model == "mean of the four") continue;
    if (row.basis == "echo") {
      ++echoes;
      // The paper's own mean comes back; 2,000 draws with cv 0.25 leave 2 % (3.5 standard errors).
      EXPECT_NEAR(*row.simulated / *row.paper.low, 1.0, 0.02) << key_of(row);
    } else {
      ++cells;
      EXPECT_EQ(row.basis, "predicted");
      EXPECT_GT(*row.simulated, 0.3) << key_of(row);
    }
  }
  EXPECT_EQ(cells, 12U);
  EXPECT_EQ(echoes, 12U);
}

// By hand: 30 M requests of 0.5 s at 1 GB cost 30 x (0.5 x 16.6667 + 0.2) = $256.00 on Lambda; cold
// starts add less than 1 %.
TEST(PaperTable2, IsTheArithmeticOfListPrices) {
  const PaperRow& lambda = row_of("table_2", "1,000,000 inferences a day, functions", "CNN", "lambda");
  EXPECT_NEAR(*lambda.high, 256.00, 2.0);
  EXPECT_NEAR(*lambda.low, 56.00, 0.5);
  const PaperRow& azure =
      row_of("table_2", "1,000,000 inferences a day, functions", "CNN", "azure-consumption");
  EXPECT_NEAR(*azure.high, 246.00, 1.0);
  const PaperRow& flex =
      row_of("table_2", "1,000,000 inferences a day, functions", "CNN", "azure-flex");
  EXPECT_NEAR(*flex.high, 1572.0, 5.0);
}

TEST(PaperTable2, FitIsExactInAllTwelveFigures) {
  int figures = 0;
  for (const PaperRow& row : section("table_2").rows) {
    if (row.basis != "fit") continue;
    EXPECT_DOUBLE_EQ(*row.simulated, *row.paper.low) << key_of(row);
    ++figures;
  }
  EXPECT_EQ(figures, 12);
}

TEST(PaperTable2, WhatItWouldTakeComesNear) {
  for (const PaperRow& row : section("table_2").rows) {
    if (row.basis != "what it would take" || row.model != "500 ms") continue;
    EXPECT_NEAR(*row.simulated / *row.paper.low, 1.0, 0.10) << key_of(row);
    EXPECT_THAT(row.why, ::testing::HasSubstr("unexplained remainder"));
  }
}

// By hand: $146.365 a month / $6.0333 a million = 808,645 a day (examples/scenarios/list-price-cnn.toml).
TEST(PaperBreakeven, IsTheClosedForm) {
  const PaperRow& two = row_of("breakeven", "breakeven against two servers", "CNN",
                               "aws-lambda against 2 x aws/c6i.large");
  EXPECT_NEAR(*two.simulated / 808'645.0, 1.0, 0.01);
  const PaperRow& one = row_of("breakeven", "breakeven against one server", "CNN",
                               "aws-lambda against 1 x aws/c6i.large");
  EXPECT_NEAR(*one.simulated / 342'817.0, 1.0, 0.01);
  EXPECT_NEAR(*row_of("breakeven", "crossing of Table 2's own columns", "any", "low against low").simulated,
              625'000.0, 1'000.0);
  EXPECT_NEAR(
      *row_of("breakeven", "crossing of Table 2's own columns", "any", "high against high").simulated,
      531'000.0, 1'000.0);
}

TEST(PaperCalibration, AppliesToAnyScenario) {
  ScenarioChanges changes;
  changes.calibration = {"paper"};
  const RunReport report = run_scenario(read_scenario("paper/cnn", changes));
  // 248,955 requests a day in this draw: fee and first tier of the middle of Table 2's bounds.
  const double millions = static_cast<double>(report.deployments[0].figures.requests) * 30.0 / 1e6;
  EXPECT_NEAR(usd_of(report.deployments[0].bill_month.total()), 56.25 + 112.5 * millions, 0.01);
  EXPECT_NEAR(usd_of(report.deployments[3].bill_month.total()), 525.0 + 83.3333333 * millions, 0.01);
  EXPECT_THAT(report.deployments[0].notes,
              ::testing::Contains(::testing::HasSubstr("what it would take")));
}

TEST(PaperReport, RefusesWhatItDoesNotKnow) {
  PaperOptions options;
  options.calibration = "papre";
  options.sections = {"table_3"};
  try {
    (void)paper_report(options);
    FAIL() << "took it";
  } catch (const InputError& error) {
    EXPECT_EQ(error.problems().size(), 2U);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean 'table_"));
  }
}

TEST(PaperReport, HasAllKeysInJson) {
  PaperReport report;
  for (const std::string& key : paper_section_keys()) report.sections.push_back({key, key, {}, {}});
  const std::string json = render(report, ReportFormat::kJson);
  for (const char* key : {"table_1", "execution", "throughput", "memory", "table_2", "breakeven",
                          "optimisations", "case_studies"}) {
    EXPECT_THAT(json, ::testing::HasSubstr(std::string("\"") + key + "\": []"));
  }
}

TEST(PaperOptimisations, PinnedModelsAreTheShippedOnes) {
  const std::vector<OptimisedModel> models = pinned_optimised_models();
  ASSERT_GE(models.size(), 20U);
  for (const OptimisedModel& one : models) {
    EXPECT_GT(one.bytes, 0U) << one.model << " " << one.passes;
    if (!one.refused.empty()) continue;
    EXPECT_GT(one.latency_s, 0.0) << one.model << " " << one.passes;
  }
}

}  // namespace
}  // namespace faascast
