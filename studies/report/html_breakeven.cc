#include <fmt/format.h>

#include <algorithm>

#include "studies/report/breakeven_tables.h"
#include "studies/report/charts.h"
#include "studies/report/figures.h"
#include "studies/report/formats.h"
#include "studies/report/html.h"
#include "studies/report/html_parts.h"
#include "studies/version.h"

namespace faascast {
namespace {

std::string pair_body(const BreakevenReport& report, const BreakevenPair& pair) {
  // The pair of the verdict has its chart above.
  const bool is_shown = report.answer && report.answer->serverless == pair.serverless &&
                        report.answer->dedicated == pair.dedicated;
  std::string out = html_paragraph(pair.sentence);
  if (!is_shown) out += html_chart(pair_chart(report, pair));
  if (!pair.crossings.empty()) out += html_table(crossings_table(pair));
  out += html_paragraph("Spreadsheet: " + spreadsheet_text(pair.spreadsheet));
  if (!pair.sensitivity.empty()) {
    out += html_paragraph("What moves the first crossing most, one figure at a time:");
    out += html_table(sensitivity_table(pair));
  }
  return out + html_table(curve_table(pair));
}

std::string answer_body(const BreakevenReport& report) {
  const BreakevenAnswer& answer = *report.answer;
  std::string out = html_paragraph(answer.sentence, "verdict") + html_table(own_table(answer));
  std::string flips = html_paragraph(flips_text(answer));
  if (!answer.flips.empty()) flips += html_table(flips_table(answer));
  out += html_section("What would reverse it", flips + html_paragraph(answer.threshold.text));
  for (const BreakevenPair& pair : report.pairs) {
    if (pair.serverless != answer.serverless || pair.dedicated != answer.dedicated) continue;
    out += html_section("Cost against traffic",
                        html_chart(pair_chart(report, pair)) +
                            html_paragraph("The lines are the cheapest configuration of each side "
                                           "that meets the objective. The dark band is what "
                                           "another draw of the same traffic may cost, the light "
                                           "one what the ranges of the platform's figures allow.",
                                           "soft"));
    out += html_section("What a spreadsheet says",
                        html_paragraph(spreadsheet_text(pair.spreadsheet)));
  }
  return out;
}

std::string region_body(const BreakevenReport& report) {
  const std::vector<FeasibleRange> region = feasible_region(report);
  std::vector<RangeBar> bars;
  for (const FeasibleRange& one : region) bars.push_back({one.name, one.meets});
  return html_ranges("Where each deployment meets the objective", "inferences a day", bars,
                     report.inferences_per_day, "your traffic") +
         html_table(feasible_table(region));
}

}  // namespace

std::string html_section(std::string_view title, const std::string& body) {
  return body.empty() ? body : fmt::format("<h2>{}</h2>\n{}", html_text(title), body);
}

std::string html_paragraph(std::string_view text, std::string_view css_class) {
  return css_class.empty()
             ? fmt::format("<p>{}</p>\n", html_text(text))
             : fmt::format("<p class=\"{}\">{}</p>\n", css_class, html_text(text));
}

std::string html_figures(const std::vector<Assumption>& assumptions) {
  if (assumptions.empty()) return {};
  return html_paragraph(
             "Figures of the platforms that are not known exactly (grade: A the provider's own, B "
             "measured, C from a third party, D assumed):") +
         html_table(assumptions_table(assumptions));
}

std::string html_ending(std::string_view command, std::uint64_t seed) {
  std::string out;
  if (!command.empty()) {
    out += html_section("To make this page again",
                        fmt::format("<pre><code>{}</code></pre>\n", html_text(command)));
  }
  return out + html_paragraph(fmt::format("faascast {}, seed {}", program_version(), seed), "soft");
}

std::string html_of(const BreakevenReport& report) {
  std::string body = fmt::format("<h1>{}</h1>\n", html_text(report.scenario));
  if (report.answer) body += answer_body(report);
  body += html_section("Where each one meets the objective", region_body(report));
  if (!report.measured.empty()) {
    body += html_section("Measured against predicted", html_table(measured_table(report.measured)));
  }
  if (report.pairs.size() > 1) {
    body += html_section("All pairs", html_table(pairs_table(report)));
  }
  for (const BreakevenPair& pair : report.pairs) {
    body += html_section(fmt::format("{} against {}", pair.serverless, pair.dedicated),
                         pair_body(report, pair));
  }
  body += html_section("What this rests on",
                       html_list(report.notes) + html_figures(report.assumptions));
  return html_page(report.scenario, body + html_ending(report.command, report.seed));
}

}  // namespace faascast
