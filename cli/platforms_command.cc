#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/tables.h"
#include "platforms/platform_spec.h"
#include "studies/assumptions.h"

namespace faascast {
namespace {

using Json = nlohmann::ordered_json;
using Align = Table::Align;

/// The platform as the arguments ask for it. @throws InputError
PlatformSpec asked(const std::string& name, const PlatformsArguments& arguments) {
  if (!arguments.as_of.empty() && !is_iso_day(arguments.as_of)) {
    throw InputError(Problem{"--as-of", fmt::format("'{}' is not a day", arguments.as_of),
                             "write year-month-day, such as 2020-06-30"});
  }
  PlatformFace face;
  face.as_of = arguments.as_of;
  face.variants = arguments.variants;
  return load_platform(name, face);
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
  if (!spec.as_of.empty()) out += paragraph("  rules of ", spec.as_of);
  if (!spec.variants.empty())
    out += paragraph("  variants: ", fmt::format("{}", fmt::join(spec.variants, ", ")));
  if (!spec.dates.empty())
    out += paragraph("  rules changed on: ", fmt::format("{}", fmt::join(spec.dates, ", ")));
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
  json["as_of"] = spec.as_of.empty() ? Json(nullptr) : Json(spec.as_of);
  json["variants"] = spec.variants;
  json["rules_changed"] = spec.dates;
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
  const PlatformSpec spec = asked(arguments.name, arguments);
  const std::vector<FigureRow> rows = describe(spec, today());
  deliver(arguments.output, [&](ReportFormat format) {
    if (format == ReportFormat::kJson) return json_of(spec, rows).dump(2) + "\n";
    if (format == ReportFormat::kText) return text_of(spec, rows);
    return table_text(table_of(rows), format);
  });
  return kDone;
}

namespace {

struct Difference {
  std::string path{};
  std::string a{};  ///< empty: it has no such figure
  std::string b{};
};

std::vector<Difference> differences(const PlatformSpec& a, const PlatformSpec& b) {
  std::map<std::string, Difference> by_path;
  for (const Figure& figure : a.figures) by_path[figure.path].a = figure.value;
  for (const Figure& figure : b.figures) by_path[figure.path].b = figure.value;
  std::vector<Difference> found;
  for (auto& [path, difference] : by_path) {
    if (difference.a == difference.b) continue;
    difference.path = path;
    found.push_back(std::move(difference));
  }
  return found;
}

/// For 80 columns: the figure on one line, both values below.
std::string text_of(const std::vector<Difference>& found, const PlatformSpec& a,
                    const PlatformSpec& b) {
  if (found.empty()) return fmt::format("{} and {} do not differ.\n", a.title, b.title);
  std::string out = fmt::format("A {}\nB {}\n", a.title, b.title);
  for (const Difference& difference : found) {
    out.append("\n").append(paragraph("", difference.path));
    out += paragraph("  A ", difference.a.empty() ? "-" : difference.a);
    out += paragraph("  B ", difference.b.empty() ? "-" : difference.b);
  }
  return out;
}

}  // namespace

ExitCode diff_platforms_command(const PlatformsArguments& arguments) {
  check_output(arguments.output);
  const PlatformSpec a = asked(arguments.name, arguments);
  const PlatformSpec b = asked(arguments.other, arguments);
  const std::vector<Difference> found = differences(a, b);
  deliver(arguments.output, [&](ReportFormat format) {
    if (format == ReportFormat::kText) return text_of(found, a, b);
    if (format == ReportFormat::kJson) {
      Json json{{"a", a.name}, {"b", b.name}, {"figures", Json::array()}};
      const auto value = [](const std::string& text) {
        return text.empty() ? Json(nullptr) : Json(text);
      };
      for (const Difference& difference : found) {
        json["figures"].push_back(Json{
            {"path", difference.path}, {"a", value(difference.a)}, {"b", value(difference.b)}});
      }
      return json.dump(2) + "\n";
    }
    Table table({{"figure", Align::kLeft}, {a.name, Align::kLeft}, {b.name, Align::kLeft}});
    for (const Difference& difference : found)
      table.add({difference.path, difference.a, difference.b});
    return table_text(table, format);
  });
  return kDone;
}

ExitCode check_platform_command(const PlatformsArguments& arguments) {
  std::vector<Problem> problems = check_platform(arguments.name);
  if (!problems.empty()) throw InputError(std::move(problems));
  const PlatformSpec spec = load_platform(arguments.name);
  print(paragraph(
      "", fmt::format("{}: {} figures, {} variants, rules of {} dates: no problem.", spec.name,
                      spec.figures.size(), spec.variants.size(), spec.dates.size() + 1)));
  return kDone;
}

}  // namespace faascast
