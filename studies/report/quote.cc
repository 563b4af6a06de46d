#include "studies/quote.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "input/quantity.h"
#include "studies/report/figures.h"
#include "studies/report/html.h"
#include "studies/report/json.h"
#include "studies/report/run_tables.h"

namespace faascast {
namespace {

/// "first 0: $0.20, above 6,000,000,000: …"; one price where there is one tier.
std::string tiers_text(const PriceLine& line) {
  std::string text;
  for (const Tier& tier : line.tiers) {
    if (!text.empty())
      text += fmt::format("; above {}: ", format_count(static_cast<std::uint64_t>(tier.from)));
    text += price_text(tier.pico_usd);
  }
  return text;
}

Table price_table(const Quote& quote) {
  Table table({{"price", Table::Align::kLeft},
               {"per", Table::Align::kLeft},
               {"$", Table::Align::kLeft},
               {"free a month"},
               {"source", Table::Align::kLeft}});
  for (const PriceLine& line : quote.prices) {
    table.add({line.name, line.unit, tiers_text(line),
               line.free_per_month > 0
                   ? format_count(static_cast<std::uint64_t>(line.free_per_month))
                   : "-",
               fmt::format("{}, {}", line.source.kind, line.source.as_of)});
  }
  return table;
}

std::string json_of(const Quote& quote) {
  OrderedJson json;
  json["schema"] = kJsonSchema;
  json["name"] = quote.name;
  json["configuration"] = quote.configuration;
  json["requests_per_month"] = quote.requests;
  json["bill_month_usd"] = bill_json(quote.bill_month);
  json["usd_per_million"] =
      quote.usd_per_million ? OrderedJson(to_micro_usd(*quote.usd_per_million)) : OrderedJson();
  json["prices"] = OrderedJson::array();
  for (const PriceLine& line : quote.prices) {
    OrderedJson tiers = OrderedJson::array();
    for (const Tier& tier : line.tiers) {
      tiers.push_back(
          OrderedJson{{"from", tier.from}, {"usd", static_cast<double>(tier.pico_usd) / 1e12}});
    }
    json["prices"].push_back(OrderedJson{{"name", line.name},
                                         {"unit", line.unit},
                                         {"tiers", std::move(tiers)},
                                         {"free_per_month", line.free_per_month},
                                         {"source", line.source.source},
                                         {"as_of", line.source.as_of}});
  }
  json["notes"] = quote.notes;
  return dumped(json);
}

std::string csv_of(const Quote& quote) {
  Table table({{"line"}, {"quantity"}, {"unit"}, {"usd"}});
  for (const BillLine& line : quote.bill_month.lines) {
    table.add({line.name, exact_text(line.quantity), line.unit,
               fmt::format("{:.6f}", usd_number(line.usd))});
  }
  table.add({"total", "", "", fmt::format("{:.6f}", usd_number(quote.bill_month.total()))});
  return table.csv();
}

std::string million_text(const Quote& quote) {
  return quote.usd_per_million
             ? fmt::format("{} a million requests", usd_text(quote.usd_per_million))
             : std::string();
}

std::string text_of(const Quote& quote) {
  std::string out = paragraph("", fmt::format("{} ({})", quote.name, quote.configuration));
  out += bill_table(quote.bill_month).text(2);
  if (quote.usd_per_million) out += fmt::format("  {}\n", million_text(quote));
  out += '\n';
  out += price_table(quote).text(2);
  if (!quote.notes.empty()) out += "\nNotes\n";
  for (const std::string& note : quote.notes) out += paragraph("  - ", note);
  return out;
}

std::string markdown_of(const Quote& quote) {
  std::string out = fmt::format("# {}\n\n{}\n\n", quote.name, quote.configuration);
  out += bill_table(quote.bill_month).markdown();
  if (quote.usd_per_million) out += fmt::format("\n{}\n", million_text(quote));
  out += '\n';
  out += price_table(quote).markdown();
  if (!quote.notes.empty()) out += '\n';
  for (const std::string& note : quote.notes) out += fmt::format("- {}\n", note);
  return out;
}

std::string html_of(const Quote& quote) {
  std::string body = fmt::format("<h1>{}</h1>\n<p>{}</p>\n", html_text(quote.name),
                                 html_text(quote.configuration));
  body += html_table(bill_table(quote.bill_month));
  if (quote.usd_per_million) body += fmt::format("<p>{}</p>\n", html_text(million_text(quote)));
  body += html_table(price_table(quote)) + html_list(quote.notes);
  return html_page(quote.name, body);
}

}  // namespace

std::string render(const Quote& quote, ReportFormat format) {
  switch (format) {
    case ReportFormat::kJson:
      return json_of(quote);
    case ReportFormat::kCsv:
      return csv_of(quote);
    case ReportFormat::kMarkdown:
      return markdown_of(quote);
    case ReportFormat::kHtml:
      return html_of(quote);
    case ReportFormat::kText:
      break;
  }
  return text_of(quote);
}

}  // namespace faascast
