#include <fmt/format.h>

#include <algorithm>

#include "studies/report/breakeven_tables.h"
#include "studies/report/charts.h"
#include "studies/report/figures.h"
#include "studies/report/formats.h"
#include "studies/report/html.h"
#include "studies/report/html_parts.h"
#include "studies/report/run_tables.h"

namespace faascast {
namespace {

std::string timelines(const RunReport& report) {
  std::string out;
  for (const Chart& chart : time_charts(report)) out += html_chart(chart);
  return out;
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
