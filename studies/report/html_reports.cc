#include <fmt/format.h>

#include "studies/report/breakeven_tables.h"
#include "studies/report/figures.h"
#include "studies/report/formats.h"
#include "studies/report/html.h"
#include "studies/report/run_tables.h"
#include "studies/version.h"

namespace faascast {
namespace {

std::string section(std::string_view title, const std::string& body) {
  return body.empty() ? body : fmt::format("<h2>{}</h2>\n{}", html_text(title), body);
}

std::string paragraph_of(std::string_view text, std::string_view css_class = {}) {
  return css_class.empty()
             ? fmt::format("<p>{}</p>\n", html_text(text))
             : fmt::format("<p class=\"{}\">{}</p>\n", css_class, html_text(text));
}

std::string footer(std::uint64_t seed) {
  return paragraph_of(fmt::format("faascast {}, seed {}", program_version(), seed), "soft");
}

/// Share of requests that are answered within a time.
Chart latency_chart(const RunReport& report) {
  Chart chart;
  chart.title = "Latency distribution of each deployment";
  chart.x_label = "latency, ms";
  chart.y_label = "% of requests";
  for (const DeploymentReport& deployment : report.deployments) {
    const auto buckets = deployment.figures.latency.histogram.buckets();
    const auto total = static_cast<double>(deployment.figures.latency.count);
    ChartSeries series{deployment.name, {}, false};
    std::uint64_t sum = 0;
    constexpr std::size_t kMostPoints = 400;
    const std::size_t step = buckets.size() / kMostPoints + 1;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      sum += buckets[i].second;
      if (i % step != 0 && i + 1 != buckets.size()) continue;
      const double ms = std::max(1e-3, seconds_of(buckets[i].first) * 1e3);
      if (series.points.empty()) series.points.emplace_back(ms, 0.0);
      series.points.emplace_back(ms, 100.0 * static_cast<double>(sum) / total);
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

std::string pair_body(const BreakevenPair& pair) {
  Chart chart;
  chart.title = fmt::format("Cost against traffic: {} and {}", pair.serverless, pair.dedicated);
  chart.x_label = "inferences a day";
  chart.y_label = "USD a month";
  chart.log_y = true;
  for (std::size_t side = 0; side < 2; ++side) {
    ChartSeries series{side == 0 ? pair.serverless : pair.dedicated, {}, true};
    for (const BreakevenPoint& point : pair.curve) {
      const BreakevenRow& row = point.rows.at(side);
      if (row.feasible) series.points.emplace_back(point.inferences_per_day, row.usd_per_month);
    }
    chart.series.push_back(std::move(series));
  }
  for (const Crossing& crossing : pair.crossings) {
    if (crossing.calibration.high > crossing.calibration.low * 1.001) {
      chart.bands.push_back(
          {crossing.calibration.low, crossing.calibration.high, "calibration interval"});
    }
    chart.bands.push_back({crossing.inferences_per_day, crossing.inferences_per_day,
                           fmt::format("breakeven {} a day",
                                       three_digits_text(crossing.inferences_per_day))});
  }
  std::string out = paragraph_of(pair.sentence, "verdict") + html_chart(chart);
  if (!pair.crossings.empty()) out += html_table(crossings_table(pair));
  out += paragraph_of("Spreadsheet: " + spreadsheet_text(pair.spreadsheet));
  if (!pair.sensitivity.empty()) {
    out += paragraph_of("What moves the first crossing most, one figure at a time:");
    out += html_table(sensitivity_table(pair));
  }
  return out + html_table(curve_table(pair));
}

}  // namespace

std::string html_of(const RunReport& report) {
  std::string body = fmt::format("<h1>{}</h1>\n", html_text(report.scenario));
  body += paragraph_of(report.traffic);
  body += paragraph_of(report.model);
  if (report.interrupted) {
    body += paragraph_of("Interrupted: figures cover what was replayed.", "verdict");
  }
  if (report.workflow) body += paragraph_of(workflow_text(*report.workflow), "verdict");
  body += html_table(overview_table(report));
  body += section("Latency", html_chart(latency_chart(report)));
  for (const DeploymentReport& deployment : report.deployments) {
    body += section(fmt::format("{} ({})", deployment.name, deployment.configuration),
                    html_list(deployment.misses) +
                        (deployment.parts.empty() ? std::string()
                                                  : html_table(parts_table(deployment))) +
                        html_table(bill_table(deployment.bill_month)));
  }
  std::vector<std::string> notes = general_notes(report);
  for (std::string& note : deployment_notes(report)) notes.push_back(std::move(note));
  body += section("What this rests on", html_list(notes));
  return html_page(report.scenario, body + footer(report.seed));
}

std::string html_of(const BreakevenReport& report) {
  std::string body = fmt::format("<h1>{}</h1>\n", html_text(report.scenario));
  for (const BreakevenPair& pair : report.pairs) {
    body += section(fmt::format("{} against {}", pair.serverless, pair.dedicated), pair_body(pair));
  }
  body += section("What this rests on", html_list(report.notes));
  return html_page(report.scenario, body + footer(report.seed));
}

}  // namespace faascast
