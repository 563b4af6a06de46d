#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "studies/paper/page.h"
#include "studies/paper/sections.h"
#include "studies/report/figures.h"
#include "studies/report/json.h"
#include "studies/report/table.h"
#include "studies/version.h"

namespace faascast {
namespace {

OrderedJson number(const std::optional<double>& value) {
  return value ? OrderedJson(*value) : OrderedJson();
}

/// A number, or [low, high] with null for an open end; null where the paper says nothing.
OrderedJson paper_json(const PaperFigure& figure) {
  if (figure.empty()) return {};
  if (figure.low && figure.high && *figure.low == *figure.high) return *figure.low;
  return OrderedJson::array({number(figure.low), number(figure.high)});
}

std::string json_of(const PaperReport& report) {
  OrderedJson json;
  json["schema"] = kJsonSchema;
  json["kind"] = "paper";
  json["version"] = program_version();
  json["calibration"] = report.calibration;
  json["seed"] = report.seed;
  json["source"] = paper_figures().source.source;
  for (const PaperSection& section : report.sections) {
    OrderedJson rows = OrderedJson::array();
    for (const PaperRow& row : section.rows) {
      const std::optional<bool> agrees = row.agrees();
      rows.push_back(OrderedJson{{"model", row.model},
                                 {"platform", row.platform},
                                 {"quantity", row.quantity},
                                 {"unit", row.unit},
                                 {"basis", row.basis},
                                 {"paper", paper_json(row.paper)},
                                 {"simulated", number(row.simulated)},
                                 {"low", number(row.low)},
                                 {"high", number(row.high)},
                                 {"agrees", agrees ? OrderedJson(*agrees) : OrderedJson()},
                                 {"why", row.why}});
    }
    json[section.key] = std::move(rows);
  }
  for (const PaperSection& section : report.sections) {
    json["sentences"][section.key] = section.sentences;
  }
  json["out_of_scope"] = report.out_of_scope;
  json["notes"] = report.notes;
  return dumped(json);
}

std::string csv_of(const PaperReport& report) {
  Table table({{"section"}, {"model"}, {"platform"}, {"quantity"}, {"unit"}, {"basis"},
               {"paper_low"}, {"paper_high"}, {"simulated"}, {"low"}, {"high"}, {"why"}});
  for (const PaperSection& section : report.sections) {
    for (const PaperRow& row : section.rows) {
      table.add({section.key, row.model, row.platform, row.quantity, row.unit, row.basis,
                 exact_text(row.paper.low), exact_text(row.paper.high), exact_text(row.simulated),
                 exact_text(row.low), exact_text(row.high), row.why});
    }
  }
  return table.csv();
}

std::string text_of(const PaperReport& report) {
  std::string out = fmt::format("The paper and faascast, side by side (calibration {})\n",
                                report.calibration);
  for (const PaperSection& section : report.sections) {
    out += fmt::format("\n{}\n", section.title);
    for (const PaperGroup& group : groups_of(section)) {
      out += fmt::format("\n  {}\n", group.title) + group.table.text(2);
    }
    if (!section.sentences.empty()) out += '\n';
    for (const std::string& sentence : section.sentences) out += paragraph("  ", sentence);
  }
  out += "\nOut of scope\n";
  for (const std::string& text : report.out_of_scope) out += paragraph("  - ", text);
  out += "\nNotes\n";
  for (const std::string& note : report.notes) out += paragraph("  - ", note);
  out += paragraph("  - ", "Reasons for every row: --json, --csv or -o page.html.");
  return out;
}

std::string markdown_of(const PaperReport& report) {
  std::string out =
      fmt::format("# The paper and faascast, side by side\n\nCalibration: {}.\n", report.calibration);
  for (const PaperSection& section : report.sections) {
    out += fmt::format("\n## {}\n\n", section.title);
    for (const std::string& sentence : section.sentences) out += fmt::format("{}\n\n", sentence);
    for (const PaperGroup& group : groups_of(section, true)) {
      out += fmt::format("### {}\n\n", group.title) + group.table.markdown() + "\n";
    }
  }
  out += "## Out of scope\n\n";
  for (const std::string& text : report.out_of_scope) out += fmt::format("- {}\n", text);
  out += "\n## Notes\n\n";
  for (const std::string& note : report.notes) out += fmt::format("- {}\n", note);
  return out;
}

}  // namespace

std::vector<PaperGroup> groups_of(const PaperSection& section, bool with_reasons) {
  std::vector<PaperGroup> groups;
  for (const PaperRow& row : section.rows) {
    const std::string title = fmt::format("{} ({})", row.quantity, row.basis);
    const auto same = std::find_if(groups.begin(), groups.end(),
                                   [&](const PaperGroup& group) { return group.title == title; });
    PaperGroup& group = same != groups.end() ? *same : groups.emplace_back(title, with_reasons);
    const auto text = [&](const std::optional<double>& value) {
      return value ? amount_text(*value, row.unit) : std::string("-");
    };
    std::vector<std::string> cells = {
        row.model, row.platform, paper_text(row.paper, row.unit), text(row.simulated),
        row.low && row.high ? fmt::format("{} .. {}", text(row.low), text(row.high)) : "-"};
    if (with_reasons) cells.push_back(row.why);
    group.table.add(std::move(cells));
  }
  return groups;
}

std::string render(const PaperReport& report, ReportFormat format) {
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
