#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "studies/breakeven_map.h"
#include "studies/report/figures.h"
#include "studies/report/html.h"
#include "studies/report/html_parts.h"
#include "studies/report/json.h"
#include "studies/report/table.h"

namespace faascast {
namespace {

using Align = Table::Align;

std::string cell_text(const MapCell& cell) {
  switch (cell.verdict) {
    case Verdict::kCrosses: return three_digits_text(cell.inferences_per_day);
    case Verdict::kServerlessAlways: return "functions";
    case Verdict::kDedicatedAlways: return "servers";
    case Verdict::kInfeasible: return "neither";
  }
  return {};
}

std::string head_of(const BreakevenMap& map) {
  return fmt::format("{}: inferences a day below which {} is cheaper than {}", map.scenario,
                     map.serverless, map.dedicated);
}

std::string meaning() {
  return "\"functions\", \"servers\": cheaper at every traffic that was looked at; \"neither\": not "
         "both meet the objective.";
}

Table map_table(const BreakevenMap& map) {
  std::vector<Table::Column> columns = {{"execution", Align::kLeft}};
  for (const double cv : map.axes.cvs) columns.push_back({fmt::format("CV {:g}", cv)});
  Table table(std::move(columns));
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    std::vector<std::string> row = {format_duration(map.axes.executions[r])};
    for (const MapCell& cell : map.rows[r]) row.push_back(cell_text(cell));
    table.add(std::move(row));
  }
  return table;
}

std::string csv_of(const BreakevenMap& map) {
  Table table({{"execution_s"}, {"cv"}, {"verdict"}, {"inferences_per_day"}});
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    for (std::size_t c = 0; c < map.rows[r].size(); ++c) {
      const MapCell& cell = map.rows[r][c];
      table.add({exact_text(seconds_of(map.axes.executions[r])), exact_text(map.axes.cvs[c]),
                 std::string(name_of(cell.verdict)),
                 cell.inferences_per_day > 0.0 ? exact_text(cell.inferences_per_day) : ""});
    }
  }
  return table.csv();
}

std::string json_of(const BreakevenMap& map) {
  OrderedJson json{{"schema", kJsonSchema},
                   {"scenario", map.scenario},
                   {"serverless", map.serverless},
                   {"dedicated", map.dedicated}};
  json["map"] = OrderedJson::array();
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    for (std::size_t c = 0; c < map.rows[r].size(); ++c) {
      const MapCell& cell = map.rows[r][c];
      json["map"].push_back(OrderedJson{
          {"execution_s", seconds_of(map.axes.executions[r])},
          {"cv", map.axes.cvs[c]},
          {"verdict", std::string(name_of(cell.verdict))},
          {"inferences_per_day", cell.inferences_per_day > 0.0 ? OrderedJson(cell.inferences_per_day)
                                                               : OrderedJson(nullptr)}});
    }
  }
  json["notes"] = map.notes;
  return dumped(json);
}

/// Colours by the logarithm of the crossing between the map's least and greatest.
HeatMap heat_map(const BreakevenMap& map) {
  double low = HUGE_VAL;
  double high = 0.0;
  for (const auto& row : map.rows) {
    for (const MapCell& cell : row) {
      if (cell.inferences_per_day <= 0.0) continue;
      low = std::min(low, cell.inferences_per_day);
      high = std::max(high, cell.inferences_per_day);
    }
  }
  HeatMap heat{head_of(map), "burstiness: coefficient of variation of the gaps", "execution time",
               {}, {}, {}};
  for (const double cv : map.axes.cvs) heat.x.push_back(fmt::format("{:g}", cv));
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    heat.y.push_back(format_duration(map.axes.executions[r]));
    heat.rows.emplace_back();
    for (const MapCell& cell : map.rows[r]) {
      HeatCell shown{cell_text(cell), {}};
      if (cell.inferences_per_day > 0.0) {
        const double share =
            high > low ? std::log(cell.inferences_per_day / low) / std::log(high / low) : 0.5;
        shown.value = 1.0 - 2.0 * share;  // blue, the functions' colour, where they win for longest
      }
      heat.rows.back().push_back(std::move(shown));
    }
  }
  return heat;
}

std::string html_of(const BreakevenMap& map) {
  return html_page(map.scenario, fmt::format("<h1>{}</h1>\n", html_text(head_of(map))) +
                                     html_heat_map(heat_map(map)) + html_paragraph(meaning()) +
                                     html_table(map_table(map)) + html_list(map.notes));
}

}  // namespace

std::string render(const BreakevenMap& map, ReportFormat format) {
  switch (format) {
    case ReportFormat::kJson: return json_of(map);
    case ReportFormat::kCsv: return csv_of(map);
    case ReportFormat::kHtml: return html_of(map);
    case ReportFormat::kMarkdown:
      return fmt::format("# {}\n\n{}\n{}\n\n{}\n", head_of(map), map_table(map).markdown(), meaning(),
                         map.notes.front());
    case ReportFormat::kText: break;
  }
  return paragraph("", head_of(map)) + "\n" + map_table(map).text() + "\n" +
         paragraph("", meaning()) + paragraph("", map.notes.front());
}

}  // namespace faascast
