#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/report/charts.h"
#include "studies/report/figures.h"
#include "studies/report/formats.h"
#include "studies/report/html.h"
#include "studies/report/json.h"
#include "studies/report/table.h"
#include "studies/report/tornado.h"
#include "studies/sensitivity.h"
#include "studies/version.h"

namespace faascast {
namespace {

using Align = Table::Align;

/// true where the figure moves the cost by 0.1 % or the p99 by 1 %.
bool matters(const FigureEffect& effect, const FigureOutcome& base) {
  constexpr double kOfCost = 1e-3;
  constexpr double kOfTime = 1e-2;
  const auto moves = [](double from, double to, double share) {
    return std::abs(to - from) > share * std::abs(from);
  };
  for (const FigureOutcome& end : {effect.at_low, effect.at_high}) {
    if (moves(base.usd_per_month, end.usd_per_month, kOfCost) ||
        moves(base.p99_s.value_or(0.0), end.p99_s.value_or(0.0), kOfTime) ||
        end.meets_objective != base.meets_objective) {
      return true;
    }
  }
  return false;
}

Table effects_table(const DeploymentSensitivity& deployment) {
  Table table({{"figure", Align::kLeft},
               {"low"},
               {"high"},
               {"$/mo low"},
               {"$/mo high"},
               {"p99 low"},
               {"p99 high"}});
  for (const FigureEffect& effect : deployment.figures) {
    if (!matters(effect, deployment.base)) continue;
    table.add({effect.figure, effect.low, effect.high, usd_text(effect.at_low.usd_per_month),
               usd_text(effect.at_high.usd_per_month), duration_text(effect.at_low.p99_s),
               duration_text(effect.at_high.p99_s)});
  }
  return table;
}

std::string idle_text(const DeploymentSensitivity& deployment) {
  std::string names;
  for (const FigureEffect& effect : deployment.figures) {
    if (matters(effect, deployment.base)) continue;
    names += (names.empty() ? "" : ", ") + effect.figure;
  }
  if (names.empty()) return names;
  return "Hardly any effect (below 0.1 % of the cost and 1 % of the p99): " + names + ".";
}

std::string base_text(const DeploymentSensitivity& deployment) {
  return fmt::format("{}: {} a month, p99 {}", deployment.name,
                     usd_text(deployment.base.usd_per_month), duration_text(deployment.base.p99_s));
}

std::string ratio_text(const PairState& state) {
  if (state.cost_ratio) return fmt::format("{:.3g}", *state.cost_ratio);
  return state.cheaper.empty() ? "neither" : "only " + state.cheaper;
}

Table verdict_table(const PairSensitivity& pair) {
  Table table({{"figure", Align::kLeft},
               {"low"},
               {"high"},
               {"ratio low"},
               {"ratio high"},
               {"flips", Align::kLeft}});
  constexpr std::size_t kShown = 10;
  for (const VerdictEffect& effect : pair.figures) {
    const bool is_idle = effect.at_low == pair.base && effect.at_high == pair.base;
    if (is_idle || (table.rows().size() >= kShown && !effect.flips)) continue;
    table.add({effect.figure, effect.low, effect.high, ratio_text(effect.at_low),
               ratio_text(effect.at_high), effect.flips ? "yes" : ""});
  }
  return table;
}

std::string pair_title(const PairSensitivity& pair) {
  return fmt::format("{} against {}", pair.serverless, pair.dedicated);
}

void add_table(std::string& out, const Table& table) {
  out += '\n';
  out += table.text(2);
  out += '\n';
}

template <class Value>
OrderedJson or_null(const std::optional<Value>& value) {
  return value ? OrderedJson(*value) : OrderedJson();
}

OrderedJson outcome_json(const FigureOutcome& outcome) {
  return {{"usd_per_month", to_micro_usd(outcome.usd_per_month)},
          {"p99_s", or_null(outcome.p99_s)},
          {"meets_objective", or_null(outcome.meets_objective)}};
}

OrderedJson state_json(const PairState& state) {
  return {{"cost_ratio", or_null(state.cost_ratio)}, {"cheaper", state.cheaper}};
}

}  // namespace

std::string json_of(const SensitivityReport& report) {
  OrderedJson json;
  json["schema"] = kJsonSchema;
  json["version"] = program_version();
  json["seed"] = report.seed;
  json["scenario"] = report.scenario;
  json["inferences_per_day"] = report.inferences_per_day;
  json["deployments"] = OrderedJson::array();
  for (const DeploymentSensitivity& deployment : report.deployments) {
    OrderedJson row{{"name", deployment.name}, {"base", outcome_json(deployment.base)}};
    row["figures"] = OrderedJson::array();
    for (const FigureEffect& effect : deployment.figures) {
      row["figures"].push_back({{"figure", effect.figure},
                                {"value", effect.value},
                                {"low", effect.low},
                                {"high", effect.high},
                                {"source", effect.source},
                                {"as_of", effect.as_of},
                                {"at_low", outcome_json(effect.at_low)},
                                {"at_high", outcome_json(effect.at_high)}});
    }
    json["deployments"].push_back(std::move(row));
  }
  json["pairs"] = OrderedJson::array();
  for (const PairSensitivity& pair : report.pairs) {
    OrderedJson row{{"serverless", pair.serverless},
                    {"dedicated", pair.dedicated},
                    {"base", state_json(pair.base)},
                    {"sentence", pair.sentence}};
    row["figures"] = OrderedJson::array();
    for (const VerdictEffect& effect : pair.figures) {
      row["figures"].push_back({{"figure", effect.figure},
                                {"low", effect.low},
                                {"high", effect.high},
                                {"at_low", state_json(effect.at_low)},
                                {"at_high", state_json(effect.at_high)},
                                {"flips", effect.flips}});
    }
    json["pairs"].push_back(std::move(row));
  }
  json["notes"] = report.notes;
  return dumped(json);
}

std::string csv_of(const SensitivityReport& report) {
  Table table({{"deployment"}, {"figure"}, {"end"}, {"value"}, {"usd_per_month"}, {"p99_s"},
               {"meets_objective"}});
  const auto add = [&](const std::string& name, const std::string& figure, const char* end,
                       const std::string& value, const FigureOutcome& outcome) {
    table.add({name, figure, end, value, fmt::format("{:.6f}", outcome.usd_per_month),
               exact_text(outcome.p99_s),
               outcome.meets_objective ? (*outcome.meets_objective ? "true" : "false") : ""});
  };
  for (const DeploymentSensitivity& deployment : report.deployments) {
    add(deployment.name, "", "base", "", deployment.base);
    for (const FigureEffect& effect : deployment.figures) {
      add(deployment.name, effect.figure, "low", effect.low, effect.at_low);
      add(deployment.name, effect.figure, "high", effect.high, effect.at_high);
    }
  }
  return table.csv();
}

std::string text_of(const SensitivityReport& report) {
  std::string out;
  for (const PairSensitivity& pair : report.pairs) {
    out += paragraph("", pair.sentence);
    if (const Table table = verdict_table(pair); !table.empty()) add_table(out, table);
  }
  for (const DeploymentSensitivity& deployment : report.deployments) {
    out += paragraph("", base_text(deployment));
    if (const Table table = effects_table(deployment); !table.empty()) add_table(out, table);
    if (const std::string idle = idle_text(deployment); !idle.empty()) out += paragraph("  ", idle);
    out += "\n";
  }
  out += paragraph("", fmt::format("{}: {} inferences a day, seed {}; one figure at a time.",
                                   report.scenario, three_digits_text(report.inferences_per_day),
                                   report.seed));
  if (!report.notes.empty()) out += "\nNotes\n";
  for (const std::string& note : report.notes) out += paragraph("  - ", note);
  return out;
}

std::string markdown_of(const SensitivityReport& report) {
  std::string out = fmt::format("# {}\n\n", report.scenario);
  for (const PairSensitivity& pair : report.pairs) {
    out += fmt::format("## {}\n\n{}\n\n{}\n", pair_title(pair), pair.sentence,
                       verdict_table(pair).markdown());
  }
  for (const DeploymentSensitivity& deployment : report.deployments) {
    out += fmt::format("## {}\n\n{}\n\n{}\n", deployment.name, base_text(deployment),
                       effects_table(deployment).markdown());
    if (const std::string idle = idle_text(deployment); !idle.empty()) out += idle + "\n\n";
  }
  for (const std::string& note : report.notes) out += fmt::format("- {}\n", note);
  return out;
}

std::string html_of(const SensitivityReport& report) {
  const auto heading = [](const std::string& text) {
    return fmt::format("<h2>{}</h2>\n", html_text(text));
  };
  const auto line = [](const std::string& text) {
    return text.empty() ? text : fmt::format("<p>{}</p>\n", html_text(text));
  };
  std::string body = fmt::format("<h1>{}</h1>\n", html_text(report.scenario));
  for (const PairSensitivity& pair : report.pairs) {
    body += heading(pair_title(pair)) +
            fmt::format("<p class=\"verdict\">{}</p>\n", html_text(pair.sentence)) +
            html_table(verdict_table(pair));
  }
  for (const DeploymentSensitivity& deployment : report.deployments) {
    body += heading(deployment.name) + line(base_text(deployment)) +
            html_tornado(cost_tornado(deployment)) + html_tornado(p99_tornado(deployment)) +
            html_table(effects_table(deployment)) + line(idle_text(deployment));
  }
  body += heading("What this rests on") + html_list(report.notes);
  return html_page(report.scenario, body);
}

}  // namespace faascast
