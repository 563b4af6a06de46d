#include <fmt/format.h>

#include <algorithm>

#include "studies/report/breakeven_tables.h"
#include "studies/report/figures.h"
#include "studies/report/formats.h"
#include "studies/report/html.h"
#include "studies/report/html_parts.h"
#include "studies/report/run_tables.h"

namespace faascast {
namespace {

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

using BinFigure = double (*)(const TimelineBin&, double bin_s);

/// A figure of every deployment's bins over time.
std::string timeline_chart(const RunReport& report, const char* title, BinFigure figure) {
  Chart chart;
  chart.title = title;
  chart.x_label = "hours from the start of the observed span";
  chart.y_label = title;
  chart.log_x = false;
  for (const DeploymentReport& deployment : report.deployments) {
    const Timeline& timeline = deployment.figures.timeline;
    const double bin_s = seconds_of(timeline.bin);
    ChartSeries series{deployment.name, {}, false, true};
    for (std::size_t i = 0; i < timeline.bins.size(); ++i) {
      const double hours = (static_cast<double>(i) + 0.5) * bin_s / 3600.0;
      series.points.emplace_back(hours, figure(timeline.bins[i], bin_s));
    }
    chart.series.push_back(std::move(series));
  }
  return html_chart(chart);
}

std::string timelines(const RunReport& report) {
  return timeline_chart(report, "live instances or servers",
                        [](const TimelineBin& bin, double) { return bin.instances; }) +
         timeline_chart(report, "cold starts a minute",
                        [](const TimelineBin& bin, double bin_s) {
                          return static_cast<double>(bin.cold_starts) * 60.0 / bin_s;
                        }) +
         timeline_chart(report, "requests a minute", [](const TimelineBin& bin, double bin_s) {
           return static_cast<double>(bin.completed) * 60.0 / bin_s;
         });
}

/// What each deployment's monthly bill is made of.
std::string bill_bars(const RunReport& report) {
  double most = 0.0;
  for (const DeploymentReport& d : report.deployments) {
    most = std::max(most, usd_number(d.bill_month.total()));
  }
  if (!(most > 0.0)) return {};
  constexpr double kBarsWidth = 800.0;
  constexpr double kBarsLeft = 210.0;
  constexpr double kBarsRow = 30.0;
  std::string out = fmt::format(
      "<figure>\n<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Monthly bills by line\">\n",
      kBarsWidth, kBarsRow * static_cast<double>(report.deployments.size()) + 8.0);
  for (std::size_t i = 0; i < report.deployments.size(); ++i) {
    const DeploymentReport& d = report.deployments[i];
    const double y = kBarsRow * static_cast<double>(i);
    out += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", kBarsLeft - 8.0,
                       y + 19.0, html_text(d.name));
    double x = kBarsLeft;
    std::size_t colour = 0;
    for (const BillLine& line : d.bill_month.lines) {
      const double width = usd_number(line.usd) / most * (kBarsWidth - kBarsLeft - 90.0);
      out += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"18\" fill=\"var(--c{})\">"
          "<title>{}: {}</title></rect>\n",
          x, y + 5.0, width, colour++ % 6, html_text(line.name), usd_text(usd_number(line.usd)));
      x += width;
    }
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", x + 6.0, y + 19.0,
                       usd_text(usd_number(d.bill_month.total())));
  }
  return out + "</svg>\n</figure>\n";
}

}  // namespace

std::string html_of(const RunReport& report) {
  std::string body = fmt::format("<h1>{}</h1>\n", html_text(report.scenario));
  body += html_paragraph(report.traffic);
  body += html_paragraph(report.model);
  if (report.interrupted) {
    body += html_paragraph("Interrupted: figures cover what was replayed.", "verdict");
  }
  if (report.workflow) body += html_paragraph(workflow_text(*report.workflow), "verdict");
  body += html_table(overview_table(report));
  if (report.replications > 1) {
    body += html_section("How well it is known",
                         html_paragraph(fmt::format("Means of {} replications with 95 % intervals.",
                                                    report.replications)) +
                             html_table(intervals_table(report)));
    if (report.deployments.size() > 1) {
      body += html_paragraph("Differences, on the same draws:") +
              html_table(differences_table(report));
    }
  }
  body += html_section("Latency", html_chart(latency_chart(report)));
  body += html_section("Over time", timelines(report));
  body += html_section("Bills", bill_bars(report));
  for (const DeploymentReport& deployment : report.deployments) {
    body += html_section(fmt::format("{} ({})", deployment.name, deployment.configuration),
                         html_list(deployment.misses) +
                             (deployment.parts.empty() ? std::string()
                                                       : html_table(parts_table(deployment))) +
                             html_table(bill_table(deployment.bill_month)));
  }
  std::vector<std::string> notes = general_notes(report);
  for (std::string& note : deployment_notes(report)) notes.push_back(std::move(note));
  body += html_section("What this rests on",
                       html_list(notes) + html_figures(report.assumptions));
  return html_page(report.scenario, body + html_ending(report.command, report.seed));
}

}  // namespace faascast
