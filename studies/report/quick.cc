#include "studies/quick.h"

#include <fmt/format.h>

#include <cmath>

#include "studies/report/figures.h"
#include "studies/report/html.h"
#include "studies/report/html_parts.h"
#include "studies/report/json.h"
#include "studies/report/table.h"

namespace faascast {
namespace {

using Align = Table::Align;

std::string seconds_text(double s) { return std::isfinite(s) ? duration_text(s) : "overload"; }

Table estimates_table(const QuickReport& report) {
  Table table({{"deployment", Align::kLeft},
               {"configuration", Align::kLeft},
               {"mean"},
               {"p99"},
               {"cold"},
               {"live"},
               {"$/month"}});
  for (const QuickEstimate& one : report.deployments) {
    table.add({one.name, one.configuration, seconds_text(one.mean_latency_s),
               seconds_text(one.p99_s), fmt::format("{:.3g} %", 100.0 * one.cold_share),
               three_digits_text(one.instances), usd_text(one.usd_per_month)});
  }
  return table;
}

Table crossings_of(const QuickReport& report) {
  Table table({{"functions", Align::kLeft},
               {"servers", Align::kLeft},
               {"breakeven, inferences/day", Align::kLeft},
               {"servers there"}});
  for (const QuickPair& pair : report.pairs) {
    const bool crosses = pair.inferences_per_day > 0.0;
    table.add({pair.serverless, pair.dedicated,
               crosses ? three_digits_text(pair.inferences_per_day) : "never",
               crosses ? std::to_string(pair.servers) : "-"});
  }
  return table;
}

std::string head_of(const QuickReport& report) {
  return fmt::format("{}: {} inferences a day, by closed forms, without a simulation",
                     report.scenario, three_digits_text(report.inferences_per_day));
}

std::vector<std::string> notes_of(const QuickReport& report) {
  std::vector<std::string> notes;
  for (const QuickEstimate& one : report.deployments) {
    notes.push_back(fmt::format("{}: {}.", one.name, one.basis));
  }
  notes.insert(notes.end(), report.notes.begin(), report.notes.end());
  return notes;
}

OrderedJson finite_json(double s) { return std::isfinite(s) ? OrderedJson(s) : OrderedJson(nullptr); }

std::string json_of(const QuickReport& report) {
  OrderedJson json{{"schema", kJsonSchema},
                   {"scenario", report.scenario},
                   {"inferences_per_day", report.inferences_per_day},
                   {"quick", true}};
  json["deployments"] = OrderedJson::array();
  for (const QuickEstimate& one : report.deployments) {
    json["deployments"].push_back(
        OrderedJson{{"name", one.name},
                    {"kind", one.is_serverless ? "serverless" : "servers"},
                    {"configuration", one.configuration},
                    {"cold_share", one.cold_share},
                    {"instances", one.instances},
                    {"latency_mean_s", finite_json(one.mean_latency_s)},
                    {"latency_p99_s", finite_json(one.p99_s)},
                    {"usd_per_month", to_micro_usd(one.usd_per_month)},
                    {"meets_objective", one.meets_objective},
                    {"exact", one.is_exact},
                    {"basis", one.basis}});
  }
  json["pairs"] = OrderedJson::array();
  for (const QuickPair& pair : report.pairs) {
    const bool crosses = pair.inferences_per_day > 0.0;
    json["pairs"].push_back(OrderedJson{
        {"serverless", pair.serverless},
        {"dedicated", pair.dedicated},
        {"inferences_per_day", crosses ? OrderedJson(pair.inferences_per_day) : OrderedJson(nullptr)},
        {"servers", pair.servers}});
  }
  json["notes"] = report.notes;
  return dumped(json);
}

std::string markdown_of(const QuickReport& report) {
  std::string out = fmt::format("# {}\n\n{}", head_of(report), estimates_table(report).markdown());
  if (!report.pairs.empty()) out.append("\n").append(crossings_of(report).markdown());
  out += '\n';
  for (const std::string& note : notes_of(report)) out += fmt::format("- {}\n", note);
  return out;
}

std::string html_of(const QuickReport& report) {
  std::string body = fmt::format("<h1>{}</h1>\n", html_text(head_of(report)));
  body += html_table(estimates_table(report));
  if (!report.pairs.empty()) body += html_section("Breakeven", html_table(crossings_of(report)));
  return html_page(report.scenario,
                   body + html_section("What this rests on", html_list(notes_of(report))));
}

std::string text_of(const QuickReport& report) {
  std::string out = paragraph("", head_of(report)) + "\n" + estimates_table(report).text();
  if (!report.pairs.empty()) out.append("\n").append(crossings_of(report).text());
  out += "\nNotes\n";
  for (const std::string& note : notes_of(report)) out += paragraph("  - ", note);
  return out;
}

}  // namespace

std::string render(const QuickReport& report, ReportFormat format) {
  switch (format) {
    case ReportFormat::kJson: return json_of(report);
    case ReportFormat::kCsv: return estimates_table(report).csv();
    case ReportFormat::kMarkdown: return markdown_of(report);
    case ReportFormat::kHtml: return html_of(report);
    case ReportFormat::kText: break;
  }
  return text_of(report);
}

}  // namespace faascast
