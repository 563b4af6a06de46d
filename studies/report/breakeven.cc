#include <fmt/format.h>

#include <array>

#include "studies/report/breakeven_tables.h"
#include "studies/report/figures.h"
#include "studies/report/formats.h"
#include "studies/report/table.h"

namespace faascast {
namespace {

using Align = Table::Align;

constexpr std::size_t kRowsForPeople = 24;  ///< of a longer curve every n-th point is printed

std::string interval_text(const Interval& interval) {
  return fmt::format("{} to {}", three_digits_text(interval.low), three_digits_text(interval.high));
}

/// @param above  the configuration (or the reason) that the line above shows: it is not repeated
std::string cell_of(const BreakevenRow& row, std::string& above) {
  const std::string text = row.feasible ? usd_text(row.usd_per_month) : "infeasible";
  const std::string what = (row.feasible ? " " : ": ") + row.configuration;
  if (row.configuration.empty() || what == above) return text;
  above = what;
  return text + what;
}

/// Name of the cheaper feasible side.
std::string cheapest_of(const BreakevenPoint& point) {
  const BreakevenRow* best = nullptr;
  for (const BreakevenRow& row : point.rows) {
    if (row.feasible && (best == nullptr || row.usd_per_month < best->usd_per_month)) best = &row;
  }
  return best == nullptr ? "-" : best->name;
}

std::string crossings_text(const BreakevenPair& pair) {
  std::string out;
  for (const Crossing& crossing : pair.crossings) {
    out += paragraph("  crossing     ", fmt::format("{} inferences a day; {} is cheaper below",
                                                    three_digits_text(crossing.inferences_per_day),
                                                    crossing.cheaper_below));
    out +=
        paragraph("               ", fmt::format("sampling {}", interval_text(crossing.sampling)));
    out += paragraph("               ",
                     fmt::format("calibration {}", interval_text(crossing.calibration)));
  }
  return out;
}

std::string pair_text(const BreakevenPair& pair) {
  std::string out = paragraph("", pair.sentence);
  out += paragraph("  ", fmt::format("{} against {}: {}", pair.serverless, pair.dedicated,
                                     name_of(pair.verdict)));
  out += crossings_text(pair);
  out += paragraph("  spreadsheet  ", spreadsheet_text(pair.spreadsheet));
  if (!pair.sensitivity.empty()) {
    out += "\n  what moves it most, one figure at a time\n" + sensitivity_table(pair).text(2);
  }
  return out + "\n" + curve_table(pair).text();
}

std::string answer_text(const BreakevenReport& report) {
  const BreakevenAnswer& answer = *report.answer;
  std::string out = paragraph("", answer.sentence) + "\n" + own_table(answer).text() + "\n";
  out += paragraph("", flips_text(answer));
  if (!answer.flips.empty()) out += flips_table(answer).text();
  out += paragraph("", answer.threshold.text) + "\n";
  out += paragraph("", "Where each one meets the objective:") +
         feasible_table(feasible_region(report)).text() + "\n";
  if (!report.measured.empty()) out += measured_table(report.measured).text() + "\n";
  if (report.pairs.size() > 1) out += pairs_table(report).text() + "\n";
  return out;
}

std::string answer_markdown(const BreakevenReport& report) {
  const BreakevenAnswer& answer = *report.answer;
  std::string out = fmt::format("**{}**\n\n{}\n{}\n\n", answer.sentence,
                                own_table(answer).markdown(), flips_text(answer));
  if (!answer.flips.empty()) out += flips_table(answer).markdown() + "\n";
  return out + answer.threshold.text + "\n\n";
}

std::string pair_markdown(const BreakevenPair& pair) {
  std::string out =
      fmt::format("## {} against {}\n\n{}\n\n", pair.serverless, pair.dedicated, pair.sentence);
  if (!pair.crossings.empty()) out += crossings_table(pair).markdown() + "\n";
  if (!pair.sensitivity.empty()) out += sensitivity_table(pair).markdown() + "\n";
  out += curve_table(pair).markdown();
  return out + fmt::format("\nSpreadsheet: {}\n", spreadsheet_text(pair.spreadsheet));
}

}  // namespace

Table curve_table(const BreakevenPair& pair) {
  Table table({{"inferences/day"},
               {pair.serverless + " $/month", Align::kLeft},
               {pair.dedicated + " $/month", Align::kLeft},
               {"cheaper", Align::kLeft}});
  const std::size_t step = (pair.curve.size() + kRowsForPeople - 1) / kRowsForPeople;
  std::array<std::string, 2> above;
  for (std::size_t i = 0; i < pair.curve.size(); ++i) {
    if (i % step != 0 && i + 1 != pair.curve.size()) continue;
    const BreakevenPoint& point = pair.curve[i];
    std::vector<std::string> row = {three_digits_text(point.inferences_per_day)};
    for (std::size_t side = 0; side < 2; ++side) {
      row.push_back(side < point.rows.size() ? cell_of(point.rows[side], above[side]) : "-");
    }
    row.push_back(cheapest_of(point));
    table.add(std::move(row));
  }
  return table;
}

Table crossings_table(const BreakevenPair& pair) {
  Table table({{"crossing, inferences/day"},
               {"sampling", Align::kLeft},
               {"calibration", Align::kLeft},
               {"cheaper below", Align::kLeft}});
  for (const Crossing& crossing : pair.crossings) {
    table.add({three_digits_text(crossing.inferences_per_day), interval_text(crossing.sampling),
               interval_text(crossing.calibration), crossing.cheaper_below});
  }
  return table;
}

Table sensitivity_table(const BreakevenPair& pair) {
  Table table({{"figure", Align::kLeft}, {"from"}, {"to"}, {"crossing at from"}, {"at to"}});
  for (const Sensitivity& one : pair.sensitivity) {
    table.add({one.figure, one.low_value, one.high_value, three_digits_text(one.at_low),
               three_digits_text(one.at_high)});
  }
  return table;
}

std::string spreadsheet_text(const Spreadsheet& spreadsheet) {
  std::string text =
      spreadsheet.inferences_per_day
          ? fmt::format("{} inferences a day", three_digits_text(*spreadsheet.inferences_per_day))
          : "it never crosses";
  text += " (mean rate x mean duration x price).";
  const std::string& why = spreadsheet.why_different;
  if (why.empty()) return text;
  const bool is_list = why.front() >= 'a' && why.front() <= 'z';  // of causes, else a sentence
  text += is_list ? " The difference comes from " : " ";
  return text + why;
}

std::string text_of(const BreakevenReport& report) {
  std::string out;
  if (report.answer) out += answer_text(report);
  for (const BreakevenPair& pair : report.pairs) out += pair_text(pair) + "\n";
  out += paragraph("", fmt::format("{}: {} inferences a day as it stands, seed {}", report.scenario,
                                   three_digits_text(report.inferences_per_day), report.seed));
  if (!report.notes.empty()) out += "\nNotes\n";
  for (const std::string& note : report.notes) out += paragraph("  - ", note);
  return out;
}

std::string csv_of(const BreakevenReport& report) {
  Table table({{"serverless"},
               {"dedicated"},
               {"inferences_per_day"},
               {"name"},
               {"usd_per_month"},
               {"feasible"},
               {"configuration"},
               {"sampling_low"},
               {"sampling_high"},
               {"calibration_low"},
               {"calibration_high"}});
  const auto end = [](const BreakevenRow& row, double usd) {
    return row.feasible && row.sampling.high > 0.0 ? fmt::format("{:.6f}", usd) : std::string();
  };
  for (const BreakevenPair& pair : report.pairs) {
    for (const BreakevenPoint& point : pair.curve) {
      for (const BreakevenRow& row : point.rows) {
        table.add({pair.serverless, pair.dedicated, exact_text(point.inferences_per_day), row.name,
                   row.feasible ? fmt::format("{:.6f}", row.usd_per_month) : "",
                   row.feasible ? "true" : "false", row.configuration, end(row, row.sampling.low),
                   end(row, row.sampling.high), end(row, row.calibration.low),
                   end(row, row.calibration.high)});
      }
    }
  }
  return table.csv();
}

std::string markdown_of(const BreakevenReport& report) {
  std::string out = fmt::format("# {}\n\n", report.scenario);
  if (report.answer) out += answer_markdown(report);
  out += "## Where each one meets the objective\n\n" +
         feasible_table(feasible_region(report)).markdown() + "\n";
  if (!report.measured.empty()) {
    out += "## Measured against predicted\n\n" + measured_table(report.measured).markdown() + "\n";
  }
  if (report.pairs.size() > 1) {
    out += "## All pairs\n\n" + pairs_table(report).markdown() + "\n";
  }
  for (const BreakevenPair& pair : report.pairs) out += pair_markdown(pair) + "\n";
  if (!report.notes.empty()) out += "## Notes\n\n";
  for (const std::string& note : report.notes) out += fmt::format("- {}\n", note);
  if (!report.command.empty()) out += fmt::format("\n    {}\n", report.command);
  return out;
}

}  // namespace faascast
