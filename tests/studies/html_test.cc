#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "studies/report.h"
#include "studies/report/html.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunReport report_named(const std::string& name) {
  const Scenario scenario = scenario_from_text(
      "[traffic]\ngenerator = { kind = 'poisson', rate_per_s = 1, duration = '1 h' }\n"
      "[model]\nexecution = { kind = 'exponential', mean = '100 ms' }\n[objective]\np99 = '1 ms'\n"
      "[[deployment]]\nname = \"" + name + "\"\nplatform = 'aws-lambda'\n",
      "html.toml", {});
  return run_scenario(scenario);
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(Html, NamesCannotBecomeMarkup) {
  EXPECT_EQ(html_text("<b>&\"'"), "&lt;b&gt;&amp;&quot;&#39;");
  const std::string page =
      render(report_named("<script>alert(1)</script>"), ReportFormat::kHtml);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

TEST(Html, APageNeedsNothingFromElsewhere) {
  const std::string page = render(report_named("lambda"), ReportFormat::kHtml);
  EXPECT_THAT(page, HasSubstr("<!DOCTYPE html>"));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
  for (const char* outside : {"src=", "href=", "@import", "url(", "http:", "https:"}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
  EXPECT_THAT(page, HasSubstr("p99"));                // the objective that was missed
  EXPECT_EQ(count_of(page, "<path "), 1U);            // one deployment, one curve
  EXPECT_EQ(count_of(page, "<table>"), count_of(page, "</table>"));
}

TEST(Html, AChartDrawsEveryPointAndBand) {
  Chart chart;
  chart.title = "t";
  chart.series = {{"a", {{1, 1}, {10, 2}, {100, 3}}, true}, {"b", {{1, 3}, {100, 1}}, false}};
  chart.bands = {{5, 20, "here"}};
  const std::string figure = html_chart(chart);
  EXPECT_EQ(count_of(figure, "<path "), 2U);
  EXPECT_EQ(count_of(figure, "<circle "), 3U);
  EXPECT_EQ(count_of(figure, "<rect "), 1U);
  EXPECT_THAT(figure, HasSubstr("here"));
  EXPECT_THAT(figure, Not(HasSubstr("nan")));
}

TEST(Html, AChartWithoutALineIsNotDrawn) {
  Chart chart;
  chart.series = {{"a", {{1, 1}}, true}};
  EXPECT_EQ(html_chart(chart), "");
}

}  // namespace
}  // namespace faascast
