#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/tables.h"
#include "platforms/platform_spec.h"

namespace faascast {
namespace {

using Json = nlohmann::ordered_json;
using Align = Table::Align;

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts)};
}

std::string range_of(const Figure& figure) {
  return figure.has_interval() ? fmt::format("{} to {}", figure.low, figure.high) : "exact";
}

Table table_of(const std::vector<FigureRow>& rows) {
  Table table({{"figure", Align::kLeft},
               {"value", Align::kLeft},
               {"range", Align::kLeft},
               {"kind", Align::kLeft},
               {"as of", Align::kLeft},
               {"source", Align::kLeft}});
  for (const FigureRow& row : rows) {
    const SourceNote& note = row.figure.note;
    table.add({row.figure.path, row.figure.value, range_of(row.figure), note.kind,
               note.as_of + (row.old ? " (old)" : ""), note.source});
  }
  return table;
}

/// For 80 columns: the value on one line, where it comes from on the next.
std::string text_of(const PlatformSpec& spec, const std::vector<FigureRow>& rows) {
  std::string out = paragraph("", fmt::format("{} ({})", spec.title, spec.name));
  for (const std::string& note : spec.notes) out += paragraph("  - ", note);
  for (const FigureRow& row : rows) {
    const Figure& figure = row.figure;
    out += '\n';
    out += paragraph("", fmt::format("{} = {}", figure.path, figure.value));
    if (figure.has_interval()) out += paragraph("    range   ", range_of(figure));
    out += paragraph("    source  ", fmt::format("{}, {}: {}", figure.note.kind,
                                                 figure.note.as_of + (row.old ? " (old)" : ""),
                                                 figure.note.source));
  }
  return out;
}

Json json_of(const PlatformSpec& spec, const std::vector<FigureRow>& rows) {
  Json json;
  json["name"] = spec.name;
  json["title"] = spec.title;
  json["tariff"] = spec.tariff;
  json["notes"] = spec.notes;
  json["figures"] = Json::array();
  for (const FigureRow& row : rows) {
    const auto end = [&](const std::string& text) {
      return row.figure.has_interval() ? Json(text) : Json(nullptr);
    };
    json["figures"].push_back(Json{{"path", row.figure.path},
                                   {"value", row.figure.value},
                                   {"low", end(row.figure.low)},
                                   {"high", end(row.figure.high)},
                                   {"kind", row.figure.note.kind},
                                   {"source", row.figure.note.source},
                                   {"as_of", row.figure.note.as_of},
                                   {"confidence", row.figure.note.confidence},
                                   {"old", row.old}});
  }
  return json;
}

}  // namespace

ExitCode list_platforms_command(const PlatformsArguments& arguments) {
  check_output(arguments.output);
  Table table({{"name", Align::kLeft}, {"platform", Align::kLeft}, {"tariff", Align::kLeft}});
  Json json = Json::array();
  for (const std::string& name : platform_names()) {
    const PlatformSpec spec = load_platform(name);
    table.add({name, spec.title, spec.tariff});
    json.push_back(Json{{"name", name}, {"title", spec.title}, {"tariff", spec.tariff}});
  }
  deliver(arguments.output, [&](ReportFormat format) {
    return format == ReportFormat::kJson ? json.dump(2) + "\n" : table_text(table, format);
  });
  return kDone;
}

ExitCode show_platform_command(const PlatformsArguments& arguments) {
  check_output(arguments.output);
  const PlatformSpec spec = load_platform(arguments.name);
  const std::vector<FigureRow> rows = describe(spec, today());
  deliver(arguments.output, [&](ReportFormat format) {
    if (format == ReportFormat::kJson) return json_of(spec, rows).dump(2) + "\n";
    if (format == ReportFormat::kText) return text_of(spec, rows);
    return table_text(table_of(rows), format);
  });
  return kDone;
}

}  // namespace faascast
