#include <fmt/format.h>

#include "studies/hybrid.h"
#include "studies/report/figures.h"
#include "studies/report/formats.h"
#include "studies/report/html.h"
#include "studies/report/json.h"
#include "studies/report/table.h"
#include "studies/version.h"

namespace faascast {
namespace {

using Align = Table::Align;

std::string overflow_rule(const HybridReport& report) {
  std::string text = report.queue == 0
                         ? std::string("overflow: a request that finds all workers busy")
                         : fmt::format(
                               "overflow: a request that finds all workers busy and {} waiting",
                               report.queue);
  if (!report.batches.empty()) text += fmt::format("; {} on the servers", report.batches);
  return text;
}

std::string meets_text(bool feasible, const std::string& why_not) {
  return feasible ? std::string("yes") : fmt::format("no: {}", why_not);
}

Table rows_table(const HybridReport& report) {
  Table table(
      {{"base"}, {"overflow"}, {"p99"}, {"servers $"}, {"$/month"}, {"meets", Align::kLeft}});
  for (const HybridRow& row : report.rows) {
    std::string meets = meets_text(row.feasible, row.why_not);
    if (report.best == row.count) meets += "  <- cheapest";
    table.add({std::to_string(row.count), fmt::format("{:.3g} %", 100.0 * row.overflow_share),
               duration_text(row.p99_s), usd_text(row.servers_usd), usd_text(row.usd_per_month),
               meets});
  }
  return table;
}

Table pure_table(const HybridReport& report) {
  Table table({{"alone", Align::kLeft}, {"$/month"}, {"meets", Align::kLeft}});
  for (const PureStrategy* pure : {&report.functions, &report.servers}) {
    const bool priced = pure->feasible || pure->usd_per_month > 0.0;
    table.add({pure->configuration.empty() || pure->configuration == pure->name
                   ? pure->name
                   : fmt::format("{} ({})", pure->name, pure->configuration),
               priced ? usd_text(pure->usd_per_month) : "-",
               meets_text(pure->feasible, pure->why_not)});
  }
  return table;
}

Table settings_table(const HybridReport& report) {
  Table table({{"may wait"},
               {"batches", Align::kLeft},
               {"base"},
               {"overflow"},
               {"p99"},
               {"$/month"},
               {"meets", Align::kLeft}});
  for (const HybridSetting& setting : report.settings) {
    std::string meets = meets_text(setting.best.feasible, setting.best.why_not);
    if (setting.queue == report.queue && setting.batches == report.batches) meets += "  <- chosen";
    table.add({std::to_string(setting.queue), setting.batches.empty() ? "-" : setting.batches,
               std::to_string(setting.best.count),
               fmt::format("{:.3g} %", 100.0 * setting.best.overflow_share),
               duration_text(setting.best.p99_s), usd_text(setting.best.usd_per_month), meets});
  }
  return table;
}

OrderedJson row_json(const HybridRow& row) {
  return OrderedJson{{"count", row.count},
                     {"usd_per_month", to_micro_usd(row.usd_per_month)},
                     {"servers_usd_per_month", to_micro_usd(row.servers_usd)},
                     {"overflow_share", row.overflow_share},
                     {"p99_s", row.p99_s ? OrderedJson(*row.p99_s) : OrderedJson(nullptr)},
                     {"feasible", row.feasible},
                     {"why_not", row.why_not}};
}

std::string saving_text(const HybridReport& report) {
  return fmt::format(
      "saving against the better side alone: {} a month, 95 % interval {} to {} "
      "({} paired replications)",
      usd_text(report.saving), usd_text(report.saving_low), usd_text(report.saving_high),
      report.replications);
}

std::string head_of(const HybridReport& report) {
  return fmt::format("{}: {} + {}, {} inferences a day, seed {}", report.scenario, report.dedicated,
                     report.serverless, three_digits_text(report.inferences_per_day), report.seed);
}

OrderedJson pure_json(const PureStrategy& pure) {
  return OrderedJson{{"name", pure.name},
                     {"configuration", pure.configuration},
                     {"usd_per_month", to_micro_usd(pure.usd_per_month)},
                     {"feasible", pure.feasible},
                     {"why_not", pure.why_not}};
}

}  // namespace

std::string text_of(const HybridReport& report) {
  std::string out =
      fmt::format("{}\n{}", paragraph("", report.sentence), paragraph("", head_of(report)));
  out += paragraph("", overflow_rule(report));
  if (report.best) out += paragraph("", saving_text(report));
  out += fmt::format("\n{}\n{}", rows_table(report).text(), pure_table(report).text());
  if (report.settings.size() > 1) {
    out += fmt::format("\nThe best count of each rule of overflow:\n{}", settings_table(report).text());
  }
  out += "\nNotes\n";
  for (const std::string& note : report.notes) out += paragraph("  - ", note);
  return out;
}

std::string markdown_of(const HybridReport& report) {
  std::string out = fmt::format("# {}\n\n**{}**\n\n- {}\n- {}\n", report.scenario, report.sentence,
                                head_of(report), overflow_rule(report));
  if (report.best) out += fmt::format("- {}\n", saving_text(report));
  out += fmt::format("\n{}\n{}", rows_table(report).markdown(), pure_table(report).markdown());
  if (report.settings.size() > 1) out.append("\n").append(settings_table(report).markdown());
  out += "\n## Notes\n\n";
  for (const std::string& note : report.notes) out += fmt::format("- {}\n", note);
  return out;
}

std::string csv_of(const HybridReport& report) {
  Table table({{"count"},
               {"usd_per_month"},
               {"servers_usd_per_month"},
               {"overflow_share"},
               {"p99_s"},
               {"feasible"},
               {"why_not"}});
  for (const HybridRow& row : report.rows) {
    table.add({std::to_string(row.count), fmt::format("{:.6f}", row.usd_per_month),
               fmt::format("{:.6f}", row.servers_usd), exact_text(row.overflow_share),
               exact_text(row.p99_s), row.feasible ? "true" : "false", row.why_not});
  }
  return table.csv();
}

std::string json_of(const HybridReport& report) {
  OrderedJson json;
  json["schema"] = kJsonSchema;
  json["version"] = std::string(program_version());
  json["seed"] = report.seed;
  json["scenario"] = report.scenario;
  json["profile_hash"] =
      report.profile_hash.empty() ? OrderedJson(nullptr) : OrderedJson(report.profile_hash);
  json["serverless"] = report.serverless;
  json["dedicated"] = report.dedicated;
  json["queue"] = report.queue;
  if (!report.batches.empty()) json["batches"] = report.batches;
  json["inferences_per_day"] = report.inferences_per_day;
  json["sentence"] = report.sentence;
  json["best"] = OrderedJson(nullptr);
  if (report.best) {
    json["best"] = OrderedJson{{"count", *report.best},
                               {"usd_per_month", to_micro_usd(report.best_usd_per_month)},
                               {"saving", to_micro_usd(report.saving)},
                               {"sampling", OrderedJson::array({to_micro_usd(report.saving_low),
                                                                to_micro_usd(report.saving_high)})},
                               {"replications", report.replications}};
  }
  OrderedJson rows = OrderedJson::array();
  for (const HybridRow& row : report.rows) rows.push_back(row_json(row));
  json["rows"] = std::move(rows);
  OrderedJson settings = OrderedJson::array();
  for (const HybridSetting& setting : report.settings) {
    OrderedJson one{{"queue", setting.queue}};
    if (!setting.batches.empty()) one["batches"] = setting.batches;
    one["best"] = row_json(setting.best);
    settings.push_back(std::move(one));
  }
  json["settings"] = std::move(settings);
  json["alone"] = OrderedJson::array({pure_json(report.functions), pure_json(report.servers)});
  json["notes"] = report.notes;
  return dumped(json);
}

std::string html_of(const HybridReport& report) {
  const auto p = [](const std::string& text, std::string_view css) {
    return fmt::format("<p{}>{}</p>\n", css, html_text(text));
  };
  Chart chart{.title = "Cost against the number of base servers",
              .x_label = "base servers",
              .y_label = "USD a month",
              .log_x = false};
  ChartSeries total{"servers and functions", {}, true};
  ChartSeries servers{"servers", {}, true};
  for (const HybridRow& row : report.rows) {
    if (row.count == 0) continue;
    total.points.emplace_back(row.count, row.usd_per_month);
    servers.points.emplace_back(row.count, row.servers_usd);
  }
  chart.series = {total, servers};
  std::string body = fmt::format("<h1>{}</h1>\n", html_text(report.scenario));
  body += p(report.sentence, " class=\"verdict\"") + p(head_of(report), "");
  body += p(overflow_rule(report), "");
  if (report.best) body += p(saving_text(report), "");
  body += html_chart(chart) + html_table(rows_table(report)) + html_table(pure_table(report));
  if (report.settings.size() > 1) {
    body += p("The best count of each rule of overflow:", "") + html_table(settings_table(report));
  }
  body += fmt::format("<h2>What this rests on</h2>\n{}", html_list(report.notes));
  body += p(fmt::format("faascast {}, seed {}", program_version(), report.seed), " class=\"soft\"");
  return html_page(report.scenario, body);
}

}  // namespace faascast
