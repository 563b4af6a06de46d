#include "studies/sensitivity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "studies/report.h"
#include "studies/report/tornado.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// CPU work, so that the ratio of vCPU to profiling host counts (no profile: it does not), and a
/// keep-alive window that decides who starts cold.
Scenario functions_and_server(double rate, const std::string& keep_alive) {
  return scenario_from_text(
      "name = \"s\"\nseed = 3\n[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = " +
          std::to_string(rate) +
          ", duration = \"2 h\" }\n[model]\nexecution = \"350 ms\"\n[objective]\np99 = \"30 s\"\n"
          "[[deployment]]\nname = \"functions\"\nplatform = \"aws-lambda\"\nmemory = \"1024 MB\"\n" +
          keep_alive + "[[deployment]]\nname = \"servers\"\nserver = \"aws/c6i.large\"\n",
      "s.toml", {});
}

TEST(Sensitivity, ReadsEveryFigureWithARangeAtBothEnds) {
  const Scenario scenario = functions_and_server(0.01, "");
  SensitivityOptions options;
  options.verdict = false;
  const SensitivityReport report = sensitivity(scenario, options);
  ASSERT_EQ(report.deployments.size(), 2U);
  const DeploymentSensitivity& functions = report.deployments[0];
  const auto ranged = figures(*scenario.deployments[0].platform_spec);
  std::size_t of_platform = 0;
  for (const FigureEffect& effect : functions.figures) of_platform += effect.figure != "prices";
  EXPECT_EQ(of_platform, ranged.size());
  // The same as runs of pinned scenarios.
  const auto window = std::find_if(functions.figures.begin(), functions.figures.end(),
                                   [](const auto& e) { return e.figure == "keep_alive.curve"; });
  ASSERT_NE(window, functions.figures.end());
  const RunReport pinned = run_scenario(with_pinned_figure(
      scenario, {"functions", {"keep_alive.curve", Pin::Side::kLow}}));
  EXPECT_EQ(window->at_low.usd_per_month, usd_of(pinned.deployments[0].bill_month.total()));
  EXPECT_EQ(window->at_low.p99_s, pinned.deployments[0].figures.latency.quantile_s(0.99));
  EXPECT_EQ(window->low, "x 0.94");
  // Ordered by what they do to the cost.
  const auto swing = [](const FigureEffect& e) {
    return std::abs(std::log(e.at_high.usd_per_month / e.at_low.usd_per_month));
  };
  for (std::size_t i = 1; i < functions.figures.size(); ++i) {
    EXPECT_GE(swing(functions.figures[i - 1]), swing(functions.figures[i]) - 1e-12);
  }
  EXPECT_TRUE(report.pairs.empty());
}

TEST(Sensitivity, FindsWhatFlipsTheVerdict) {
  // The server costs 730 h * $0.085 = $62.05 a month and holds alone (redundancy 0). A request costs
  // 0.35 s * 1 GB * $0.0000166667 + $0.0000002 = $6.033e-6 warm; so costs are equal at
  // 62.05 / 6.033e-6 / (30 * 86400) = 3.97 requests a second.
  const auto at = [](double rate) {
    Scenario scenario = functions_and_server(rate, "");
    scenario = scenario_from_text(scenario.text + "redundancy = 0\ncount = 1\nworkers = 50\n",
                                  "s.toml", {});
    SensitivityOptions options;
    options.requests_per_point = 20'000;
    return sensitivity(scenario, options);
  };
  const SensitivityReport below = at(1.0);
  ASSERT_EQ(below.pairs.size(), 1U);
  EXPECT_EQ(below.pairs[0].base.cheaper, "functions");
  ASSERT_TRUE(below.pairs[0].base.cost_ratio.has_value());
  EXPECT_NEAR(*below.pairs[0].base.cost_ratio, 1.0 / 3.97, 0.02);
  for (const VerdictEffect& effect : below.pairs[0].figures) EXPECT_FALSE(effect.flips);
  EXPECT_THAT(below.pairs[0].sentence, HasSubstr("no single figure"));
  EXPECT_EQ(at(8.0).pairs[0].base.cheaper, "servers");

  // An execution of 350 ms is final: what moves the bill are cold starts. Close to equality any
  // figure that does flips it.
  const Scenario close = scenario_from_text(
      functions_and_server(1.0, "keep_alive = { window = { value = \"1 s\", low = \"0.1 s\", high = "
                                "\"1000 s\", kind = \"measured\", source = \"x\", as_of = \"2026\", "
                                "confidence = \"B\" } }\n")
              .text +
          "redundancy = 0\ncount = 1\nworkers = 50\n",
      "s.toml", {});
  SensitivityOptions options;
  options.requests_per_point = 20'000;
  const SensitivityReport report = sensitivity(close, options);
  const PairSensitivity& pair = report.pairs.at(0);
  const auto window = std::find_if(pair.figures.begin(), pair.figures.end(),
                                   [](const auto& e) { return e.figure == "keep_alive.window"; });
  ASSERT_NE(window, pair.figures.end());
  EXPECT_GT(*window->at_low.cost_ratio, *window->at_high.cost_ratio);
}

TEST(Sensitivity, IsRenderedInEveryFormat) {
  const SensitivityReport report = sensitivity(functions_and_server(0.01, ""), {});
  for (const auto format : {ReportFormat::kText, ReportFormat::kCsv, ReportFormat::kMarkdown,
                            ReportFormat::kHtml, ReportFormat::kJson}) {
    EXPECT_THAT(render(report, format), HasSubstr("keep_alive.curve"));
  }
  EXPECT_THAT(render(report, ReportFormat::kHtml), HasSubstr("<svg"));
  EXPECT_THAT(render(report, ReportFormat::kHtml), Not(HasSubstr("nan")));
  std::istringstream lines(render(report, ReportFormat::kText));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(Tornado, HasABarForEachFigureAndNoneWithoutAny) {
  EXPECT_EQ(html_tornado({"t", "x", 1.0, {}}), "");
  EXPECT_EQ(html_tornado({"t", "x", 1.0, {{"same", "a", "b", 1.0, 1.0}}}), "");
  const std::string svg = html_tornado({"t", "x", 1.0, {{"a<b", "1", "2", 0.5, 2.0}}});
  EXPECT_THAT(svg, HasSubstr("a&lt;b"));
  EXPECT_THAT(svg, Not(HasSubstr("a<b")));
}

}  // namespace
}  // namespace faascast
