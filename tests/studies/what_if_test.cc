#include "studies/what_if.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "studies/form.h"
#include "studies/report/charts.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

WhatIf estimate_of(const Scenario& scenario) {
  const Inputs inputs = resolve_inputs(scenario, {});
  return what_if(scenario, inputs, quick_traffic(scenario, inputs, scenario.seed));
}

// Below the breakeven of list prices (808,645 a day by hand) functions are cheaper, above servers.
TEST(WhatIf, VerdictTurnsAtTheBreakeven) {
  const Scenario scenario = read_scenario("list-price-cnn");
  const WhatIf below = estimate_of(scenario);
  EXPECT_THAT(below.verdict, HasSubstr("lambda (1 GB"));
  EXPECT_THAT(below.verdict, HasSubstr("is cheaper than servers"));
  ASSERT_EQ(below.report.pairs.size(), 1U);
  EXPECT_NEAR(below.report.pairs[0].inferences_per_day, 808'645.0, 8'000.0);
  const WhatIf above = estimate_of(with_assignment(scenario, "traffic.scale=3.3"));
  EXPECT_THAT(above.verdict, HasSubstr("is cheaper than lambda"));
}

TEST(WhatIf, CurveRisesAndMarksWhatIsInfeasible) {
  const WhatIf answer = estimate_of(read_scenario("list-price-cnn"));
  ASSERT_EQ(answer.cost.series.size(), 2U);
  const auto& points = answer.cost.series[0].points;
  ASSERT_EQ(points.size(), 17U);
  for (std::size_t i = 1; i < points.size(); ++i) {
    EXPECT_GT(points[i].first, points[i - 1].first);
    EXPECT_GT(points[i].second, points[i - 1].second);
  }
  // Two servers of two vCPUs and 350 ms a request take 11.43 a second: 987,000 a day.
  ASSERT_EQ(answer.cost.gaps.size(), 1U);
  EXPECT_EQ(answer.cost.gaps[0].name, "servers");
  EXPECT_GT(answer.cost.gaps[0].low, 987'429.0 * 0.75);  // near it queues are too long already
  EXPECT_LT(answer.cost.gaps[0].low, 987'429.0 * 1.8);  // the next point of the curve
  EXPECT_GT(answer.cost.gaps[0].high, answer.cost.gaps[0].low);
}

TEST(InputsKey, IgnoresDeploymentsAndObjective) {
  const Scenario scenario = read_scenario("list-price-cnn");
  const std::string key = inputs_key(scenario);
  EXPECT_EQ(inputs_key(with_assignment(scenario, "deployment[0].memory=512 MB")), key);
  EXPECT_EQ(inputs_key(with_assignment(scenario, "objective.p99=1 s")), key);
  EXPECT_NE(inputs_key(with_assignment(scenario, "traffic.scale=2")), key);
  EXPECT_NE(inputs_key(with_assignment(scenario, "model.execution=300 ms")), key);
}

TEST(EquivalentCommand, IsQuotedForAShell) {
  const Scenario scenario =
      with_assignment(read_scenario("list-price-cnn"), "deployment[0].memory=512 MB");
  EXPECT_EQ(equivalent_command("breakeven", "my file.toml", scenario),
            "faascast breakeven 'my file.toml' --set 'deployment[0].memory=512 MB'");
}

TEST(Charts, ComeFromRunsWithinTheirLimits) {
  const Scenario scenario = read_scenario("list-price-cnn");
  StudyOptions options;
  options.timeline = true;
  options.replications = 2;
  const RunReport report = run_scenario(scenario, options);
  const Chart latency = latency_chart(report, scenario.objective);
  ASSERT_EQ(latency.series.size(), 2U);
  EXPECT_DOUBLE_EQ(latency.series[0].points.back().second, 100.0);
  ASSERT_EQ(latency.bands.size(), 1U);
  EXPECT_DOUBLE_EQ(latency.bands[0].low, 2000.0);
  EXPECT_EQ(time_charts(report).size(), 3U) << "nothing was throttled";
  for (const Chart& chart : time_charts(report)) {
    for (const ChartSeries& series : chart.series) {
      EXPECT_LE(series.points.size(), kMostChartPoints);
      EXPECT_FALSE(series.points.empty());
    }
  }
  const BarChart bills = bill_chart(report);
  ASSERT_EQ(bills.rows.size(), 2U);
  EXPECT_EQ(bills.rows[1].text, "$146.37");
  EXPECT_THAT(precision_text(report), HasSubstr("2 draws"));
  EXPECT_FALSE(chart_table(latency).empty());
  EXPECT_FALSE(chart_table(bills).empty());
}

TEST(ComparedRuns, SayWhatIsCheaperAndFaster) {
  const Scenario scenario = read_scenario("list-price-cnn");
  const RunReport one = run_scenario(scenario);
  const RunReport other = run_scenario(with_assignment(scenario, "deployment[0].memory=512 MB"));
  const std::vector<NamedRun> runs = {{"1 GB", &one}, {"half", &other}};
  EXPECT_EQ(compared_runs(runs).rows().size(), 4U);
  const std::vector<std::string> words = compared_in_words(runs);
  ASSERT_EQ(words.size(), 1U) << "the servers are the same";
  EXPECT_THAT(words[0], HasSubstr("With 'half', lambda is"));
  EXPECT_THAT(words[0], HasSubstr("% cheaper"));
}

TEST(Timeline, ThrottledRequestsHaveAChart) {
  const Scenario scenario = with_assignment(read_scenario("list-price-cnn"),
                                            "deployment[0].max_instances=1");
  StudyOptions options;
  options.timeline = true;
  const RunReport report = run_scenario(scenario, options);
  ASSERT_GT(report.deployments[0].figures.throttled, 0U);
  const std::vector<Chart> charts = time_charts(report);
  ASSERT_EQ(charts.size(), 4U);
  std::uint64_t throttled = 0;
  for (const TimelineBin& bin : report.deployments[0].figures.timeline.bins) {
    throttled += bin.throttled;
  }
  EXPECT_EQ(throttled, report.deployments[0].figures.throttled);
}

}  // namespace
}  // namespace faascast
