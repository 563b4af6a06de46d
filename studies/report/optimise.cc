#include <fmt/format.h>
#include <fmt/ranges.h>

#include "studies/optimise.h"
#include "studies/optimise_words.h"
#include "studies/report/charts.h"
#include "studies/report/figures.h"
#include "studies/report/formats.h"
#include "studies/report/html.h"
#include "studies/report/json.h"
#include "studies/report/table.h"
#include "studies/version.h"

namespace faascast {
namespace {

using Align = Table::Align;

/// The front by rising cost; the winner is marked.
Table front_table(const OptimiseReport& report) {
  Table table({{"", Align::kLeft},
               {"cost against p99: the best of both", Align::kLeft},
               {"$/month"},
               {"p99"},
               {"cold"},
               {"ok"}});
  const auto add = [&](std::size_t i) {
    const OptimiseCandidate& candidate = report.candidates[i];
    const PointFigures& figures = candidate.figures;
    table.add({report.winner == i ? "*" : "", candidate_text(candidate),
               usd_text(figures.bill_month_usd), duration_text(figures.p99_s),
               share_text(figures.cold_starts, figures.completed + figures.timed_out),
               yes_no_text(candidate.qualifies)});
  };
  for (const std::size_t i : report.front) add(i);
  if (report.winner && !report.candidates[*report.winner].on_front) add(*report.winner);
  return table;
}

OrderedJson candidate_json(const OptimiseCandidate& candidate) {
  OrderedJson json;
  json["deployment"] = candidate.deployment;
  json["settings"] = OrderedJson::object();
  for (const auto& [key, value] : candidate.settings) json["settings"][key] = value;
  json["configuration"] = candidate.figures.configuration;
  json["stage"] = name_of(candidate.stage);
  json["reason"] = candidate.reason;
  json["least_usd_per_month"] = to_micro_usd(candidate.least_usd);
  json["least_p99_s"] = candidate.least_p99_s;
  const bool has_run =
      candidate.stage == CandidateStage::kShort || candidate.stage == CandidateStage::kSimulated;
  json["requests"] = candidate.figures.requests;
  json["usd_per_month"] = has_run ? OrderedJson(candidate.figures.bill_month_usd) : OrderedJson();
  json["p99_s"] = candidate.figures.p99_s ? OrderedJson(*candidate.figures.p99_s) : OrderedJson();
  json["cold_starts"] = candidate.figures.cold_starts;
  json["misses"] = candidate.figures.misses;
  json["qualifies"] = candidate.qualifies;
  json["on_front"] = candidate.on_front;
  return json;
}

}  // namespace

std::string text_of(const OptimiseReport& report) {
  std::string out = paragraph("", report.explanation);
  if (const Table table = front_table(report); !table.empty()) out.append("\n").append(table.text());
  out += '\n';
  out += paragraph("", fmt::format("{}: {} inferences a day, seed {}.", report.scenario,
                                   three_digits_text(report.inferences_per_day),
                                   report.seed));
  if (!report.notes.empty()) out += "\nNotes\n";
  for (const std::string& note : report.notes) out += paragraph("  - ", note);
  return out;
}

std::string markdown_of(const OptimiseReport& report) {
  std::string out = fmt::format("# {}\n\n{}\n\n{}\n", report.scenario, report.explanation,
                                front_table(report).markdown());
  for (const std::string& note : report.notes) out += fmt::format("- {}\n", note);
  return out;
}

std::string html_of(const OptimiseReport& report) {
  std::string body = fmt::format("<h1>{}</h1>\n<p class=\"verdict\">{}</p>\n",
                                 html_text(report.scenario), html_text(report.explanation));
  body += html_chart(front_chart(report)) + html_table(front_table(report));
  body += "<h2>What this rests on</h2>\n" + html_list(report.notes);
  return html_page(report.scenario, body);
}

std::string csv_of(const OptimiseReport& report) {
  Table table({{"deployment"}, {"settings"}, {"configuration"}, {"stage"}, {"reason"},
               {"least_usd_per_month"}, {"least_p99_s"}, {"requests"}, {"usd_per_month"}, {"p99_s"},
               {"cold_starts"}, {"misses"}, {"qualifies"}, {"on_front"}, {"winner"}});
  for (std::size_t i = 0; i < report.candidates.size(); ++i) {
    const OptimiseCandidate& candidate = report.candidates[i];
    std::vector<std::string> settings;
    for (const auto& [key, value] : candidate.settings) settings.push_back(key + "=" + value);
    const bool has_run =
        candidate.stage == CandidateStage::kShort || candidate.stage == CandidateStage::kSimulated;
    const auto yes = [](bool is) { return std::string(is ? "true" : "false"); };
    table.add({candidate.deployment, fmt::format("{}", fmt::join(settings, "; ")),
               candidate.figures.configuration, std::string(name_of(candidate.stage)),
               candidate.reason, fmt::format("{:.6f}", candidate.least_usd),
               exact_text(candidate.least_p99_s), std::to_string(candidate.figures.requests),
               has_run ? fmt::format("{:.6f}", candidate.figures.bill_month_usd) : "",
               exact_text(candidate.figures.p99_s), std::to_string(candidate.figures.cold_starts),
               fmt::format("{}", fmt::join(candidate.figures.misses, "; ")),
               yes(candidate.qualifies), yes(candidate.on_front), yes(report.winner == i)});
  }
  return table.csv();
}

std::string json_of(const OptimiseReport& report) {
  OrderedJson json;
  json["schema"] = kJsonSchema;
  json["version"] = program_version();
  json["seed"] = report.seed;
  json["scenario"] = report.scenario;
  json["goal"] = report.goal;
  json["inferences_per_day"] = report.inferences_per_day;
  json["explanation"] = report.explanation;
  json["winner"] =
      report.winner ? candidate_json(report.candidates[*report.winner]) : OrderedJson();
  json["front"] = OrderedJson::array();
  for (const std::size_t i : report.front) {
    json["front"].push_back(candidate_json(report.candidates[i]));
  }
  json["candidates"] = OrderedJson::array();
  for (const OptimiseCandidate& candidate : report.candidates) {
    json["candidates"].push_back(candidate_json(candidate));
  }
  json["notes"] = report.notes;
  return dumped(json);
}

}  // namespace faascast
