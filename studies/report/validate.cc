#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "input/quantity.h"
#include "studies/report/figures.h"
#include "studies/report/html.h"
#include "studies/report/json.h"
#include "studies/report/table.h"
#include "studies/validate.h"

namespace faascast {
namespace {

std::string percent(double share) { return fmt::format("{:.1f} %", 100.0 * share); }

double share_of(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

Table arithmetic_table(const ValidationReport& report) {
  Table table({{"check", Table::Align::kLeft}, {"rows"}, {"equal"}, {"share"}, {"worst"}});
  for (const ArithmeticCheck& each : report.arithmetic) {
    table.add({each.name, format_count(each.rows), format_count(each.equal),
               fmt::format("{:.2f} %", 100.0 * share_of(each.equal, each.rows)),
               fmt::format("{:.2g} %", 100.0 * each.worst)});
  }
  return table;
}

Table coverage_table(const ValidationReport& report) {
  Table table({{"data set", Table::Align::kLeft}, {"rows"}, {"inside"}, {"share"},
               {"median error"}, {"high / low"}});
  for (const Coverage& each : report.coverage) {
    table.add({each.set, format_count(each.rows), format_count(each.inside),
               percent(share_of(each.inside, each.rows)), percent(each.median_error),
               fmt::format("{:.2f}", each.median_width)});
  }
  return table;
}

Table blind_table(const ValidationReport& report, const std::string& set) {
  Table table({{"function", Table::Align::kLeft}, {"condition", Table::Align::kLeft},
               {"figure", Table::Align::kLeft}, {"predicted"}, {"low"}, {"high"}, {"measured"},
               {"in"}});
  for (const BlindRow& row : report.blind) {
    if (row.set != set) continue;
    const auto number = [](double value) { return fmt::format("{:.3g}", value); };
    table.add({row.function, row.condition,
               row.unit.empty() ? row.quantity : fmt::format("{}, {}", row.quantity, row.unit),
               number(row.predicted), number(row.low), number(row.high), number(row.measured),
               row.inside() ? "yes" : "no"});
  }
  return table;
}

std::vector<std::string> sets_of(const ValidationReport& report) {
  std::vector<std::string> sets;
  for (const Coverage& each : report.coverage) sets.push_back(each.set);
  if (!sets.empty()) sets.pop_back();  // all rows
  return sets;
}

constexpr const char* kArithmetic = "Arithmetic: published bills worked out again";
constexpr const char* kBlind = "Blind prediction: from other functions' data only";

std::string text_of(const ValidationReport& report) {
  std::string out;
  if (!report.arithmetic.empty()) {
    out += fmt::format("{}\n", kArithmetic) + arithmetic_table(report).text(2) + "\n";
  }
  out += fmt::format("{}\n", kBlind);
  for (const std::string& set : sets_of(report)) {
    out += fmt::format("\n  {}\n", set) + blind_table(report, set).text(2);
  }
  out += "\n90 % intervals that hold the measured value\n" + coverage_table(report).text(2);
  out += "\nNotes\n";
  for (const std::string& note : report.notes) out += paragraph("  - ", note);
  return out;
}

std::string markdown_of(const ValidationReport& report) {
  std::string out = "# Validation\n";
  if (!report.arithmetic.empty()) {
    out += fmt::format("\n## {}\n\n", kArithmetic) + arithmetic_table(report).markdown();
  }
  out += fmt::format("\n## {}\n\n", kBlind) + coverage_table(report).markdown();
  for (const std::string& set : sets_of(report)) {
    out += fmt::format("\n### {}\n\n", set) + blind_table(report, set).markdown();
  }
  out += '\n';
  for (const std::string& note : report.notes) out += fmt::format("- {}\n", note);
  return out;
}

std::string csv_of(const ValidationReport& report) {
  Table table({{"part"}, {"set"}, {"function"}, {"condition"}, {"quantity"}, {"unit"},
               {"predicted"}, {"low"}, {"high"}, {"measured"}, {"error"}, {"inside"}});
  for (const ArithmeticCheck& each : report.arithmetic) {
    table.add({"arithmetic", each.name, "", "", "rows that are equal", "", fmt::format("{}", each.rows),
               "", "", fmt::format("{}", each.equal), exact_text(each.worst),
               each.rows == each.equal ? "yes" : "no"});
  }
  for (const BlindRow& row : report.blind) {
    table.add({"blind", row.set, row.function, row.condition, row.quantity, row.unit,
               exact_text(row.predicted), exact_text(row.low), exact_text(row.high),
               exact_text(row.measured), exact_text(row.error()), row.inside() ? "yes" : "no"});
  }
  return table.csv();
}

std::string json_of(const ValidationReport& report) {
  OrderedJson json;
  json["schema"] = kJsonSchema;
  json["data"] = report.data;
  json["arithmetic"] = OrderedJson::array();
  for (const ArithmeticCheck& each : report.arithmetic) {
    json["arithmetic"].push_back(OrderedJson{{"name", each.name},
                                             {"rows", each.rows},
                                             {"equal", each.equal},
                                             {"worst", each.worst},
                                             {"rule", each.rule}});
  }
  json["coverage"] = OrderedJson::array();
  for (const Coverage& each : report.coverage) {
    json["coverage"].push_back(
        OrderedJson{{"set", each.set},
                    {"rows", each.rows},
                    {"inside", each.inside},
                    {"share", share_of(each.inside, each.rows)},
                    {"median_error", each.median_error},
                    {"median_width", std::isfinite(each.median_width)
                                         ? OrderedJson(each.median_width)
                                         : OrderedJson()}});
  }
  json["blind"] = OrderedJson::array();
  for (const BlindRow& row : report.blind) {
    json["blind"].push_back(OrderedJson{{"set", row.set},
                                        {"function", row.function},
                                        {"condition", row.condition},
                                        {"quantity", row.quantity},
                                        {"unit", row.unit},
                                        {"predicted", row.predicted},
                                        {"low", row.low},
                                        {"high", row.high},
                                        {"measured", row.measured},
                                        {"error", row.error()},
                                        {"inside", row.inside()}});
  }
  json["notes"] = report.notes;
  return dumped(json);
}

std::string html_of(const ValidationReport& report) {
  std::string body = "<h1>Validation</h1>\n";
  body += fmt::format("<h2>{}</h2>\n", kArithmetic) + html_table(arithmetic_table(report));
  body += fmt::format("<h2>{}</h2>\n", kBlind) + html_table(coverage_table(report));
  for (const std::string& set : sets_of(report)) {
    body += fmt::format("<h3>{}</h3>\n", html_text(set)) + html_table(blind_table(report, set));
  }
  return html_page("Validation", body + html_list(report.notes));
}

}  // namespace

std::string render(const ValidationReport& report, ReportFormat format) {
  switch (format) {
    case ReportFormat::kJson:
      return json_of(report);
    case ReportFormat::kCsv:
      return csv_of(report);
    case ReportFormat::kMarkdown:
      return markdown_of(report);
    case ReportFormat::kHtml:
      return html_of(report);
    case ReportFormat::kText:
      break;
  }
  return text_of(report);
}

}  // namespace faascast
