#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "input/byte_reader.h"
#include "sim-core/error.h"
#include "sim-core/random.h"
#include "studies/schema.h"
#include "studies/sweep.h"
#include "traces/csv.h"

namespace faascast {
namespace {

constexpr std::size_t kMostPoints = 1'000'000;
constexpr const char* kAxisMend =
    "write KEY=A,B,C or KEY=LOW:HIGH[:linear|log][:COUNT], such as traffic.scale=0.1:10:log:7";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  int depth = 0;
  char quote = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : separator;
    if (quote != 0 && i < text.size()) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == separator && (depth <= 0 || i == text.size())) {
      parts.emplace_back(trimmed(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  return parts;
}

/// "512 MB" as 512 and "MB".
struct Measured {
  double number = 0.0;
  std::string unit{};
};
std::optional<Measured> measured(std::string_view text) {
  Measured value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value.number);
  if (error != std::errc() || !std::isfinite(value.number)) return std::nullopt;
  value.unit = trimmed(text.substr(static_cast<std::size_t>(end - text.data())));
  return value;
}

/// The schema's type of a key: "memory"; empty for fields of platforms.
std::string type_of(const std::string& key) {
  std::string plain;
  bool in_index = false;
  for (const char c : key) {
    in_index = in_index ? c != ']' : c == '[';
    if (!in_index && c != ']') plain += c;
  }
  for (const SchemaRow& row : schema_rows()) {
    if (row.key == plain) return row.type;
  }
  return {};
}

void take_range(SweepAxis& axis, const std::vector<std::string>& parts, const Problem& problem) {
  const auto refuse = [&](std::string what) {
    throw InputError(Problem{problem.where, std::move(what), problem.mend});
  };
  const auto low = measured(parts[0]);
  const auto high = measured(parts[1]);
  if (!low || !high) return refuse(fmt::format("'{}:{}' is not a range", parts[0], parts[1]));
  if (low->unit != high->unit) {
    return refuse(fmt::format("the ends have different units: '{}' and '{}'", low->unit,
                              high->unit));
  }
  axis.low = low->number;
  axis.high = high->number;
  axis.unit = low->unit;
  for (std::size_t i = 2; i < parts.size(); ++i) {
    if (parts[i] == "log" || parts[i] == "linear") {
      axis.is_log = parts[i] == "log";
      continue;
    }
    const auto [end, error] =
        std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), axis.count);
    if (error != std::errc() || end != parts[i].data() + parts[i].size() || axis.count < 2 ||
        axis.count > kMostPoints) {
      return refuse(fmt::format("'{}' is neither linear, log nor a number of points above 1",
                                parts[i]));
    }
  }
  if (!(axis.low < axis.high)) refuse("the range is empty: its low end is not below its high end");
  if (axis.is_log && axis.low <= 0.0) refuse("a logarithmic range starts above 0");
  const std::string type = type_of(axis.key);
  if (type == "memory" && (axis.unit == "GB" || axis.unit == "GiB")) {
    axis.low *= 1024.0;
    axis.high *= 1024.0;
    axis.unit = "MB";
  }
  const bool has_whole_ends = std::floor(axis.low) == axis.low && std::floor(axis.high) == axis.high;
  axis.is_whole = type == "integer" || type == "memory" ||
                  (type.empty() && axis.unit.empty() && has_whole_ends);
}

/// A uniform in (0, 1) for a stratum of a dimension: by its numbers only.
std::uint64_t word_of(std::uint64_t seed, std::uint64_t dimension, std::uint64_t number) {
  return mix64(mix64(mix64(seed) + dimension) + number);
}

/// Each of n equal parts of every dimension holds exactly one point.
std::vector<std::vector<std::string>> latin_hypercube(const std::vector<SweepAxis>& axes,
                                                      std::size_t n, std::uint64_t seed) {
  std::vector<std::vector<std::string>> points(n);
  for (std::size_t dimension = 0; dimension < axes.size(); ++dimension) {
    std::vector<std::size_t> part(n);
    std::iota(part.begin(), part.end(), std::size_t{0});
    std::sort(part.begin(), part.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(word_of(seed, 2 * dimension, a), a) <
             std::pair(word_of(seed, 2 * dimension, b), b);
    });
    for (std::size_t i = 0; i < n; ++i) {
      const double jitter = uniform_from_word(word_of(seed, 2 * dimension + 1, i));
      const double u = (static_cast<double>(part[i]) + jitter) / static_cast<double>(n);
      points[i].push_back(axes[dimension].at(u));
    }
  }
  return points;
}

std::vector<std::vector<std::string>> full_grid(const std::vector<SweepAxis>& axes,
                                                std::vector<Problem>& problems) {
  std::vector<std::vector<std::string>> points = {{}};
  for (const SweepAxis& axis : axes) {
    if (axis.values.empty() && axis.count == 0) {
      problems.push_back({"--vary " + axis.key, "a grid needs the number of points of the range",
                          "write LOW:HIGH:COUNT, or take a Latin hypercube"});
      continue;
    }
    const std::vector<std::string> values = axis.grid();
    if (points.size() * values.size() > kMostPoints) {
      problems.push_back({"--vary " + axis.key, "the grid has more than a million points",
                          "take fewer values, or a Latin hypercube"});
      return {};
    }
    std::vector<std::vector<std::string>> longer;
    for (const auto& point : points) {
      for (const std::string& value : values) {
        longer.push_back(point);
        longer.back().push_back(value);
      }
    }
    points = std::move(longer);
  }
  return points;
}

void read_csv_list(SweepPlan& plan, const std::string& text, const std::string& name) {
  std::vector<Problem> problems;
  LineReader lines(text, name);
  CsvSplitter splitter;
  for (std::string_view line; lines.next(line);) {
    if (is_blank_line(line)) continue;
    const std::string where = fmt::format("{}:{}", name, lines.line_number());
    if (!splitter.split(line)) {
      problems.push_back({where, "a quote is not closed", "close it"});
      break;
    }
    std::vector<std::string> cells;
    for (const CsvCell& cell : splitter.cells()) cells.emplace_back(cell.text);
    if (plan.keys.empty()) {
      plan.keys = std::move(cells);
    } else if (cells.size() != plan.keys.size()) {
      problems.push_back({where,
                          fmt::format("{} values under {} keys", cells.size(), plan.keys.size()),
                          "give each row a value for each key; an empty one leaves the scenario's"});
    } else {
      plan.points.push_back(std::move(cells));
    }
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

void read_json_list(SweepPlan& plan, const std::string& text, const std::string& name) {
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  const auto refuse = [&](std::size_t number) {
    throw InputError(Problem{number == 0 ? name : fmt::format("{}: point {}", name, number),
                             "not a list of points",
                             R"(write [{"traffic.scale": 2, "deployment[0].memory": "1 GB"}, ...])"});
  };
  if (!json.is_array()) return refuse(0);
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (!json[i].is_object()) return refuse(i + 1);
    std::vector<std::string> values(plan.keys.size());
    for (const auto& [key, value] : json[i].items()) {
      if (value.is_structured() || value.is_null()) return refuse(i + 1);
      const auto found = std::find(plan.keys.begin(), plan.keys.end(), key);
      const auto column = static_cast<std::size_t>(found - plan.keys.begin());
      if (found == plan.keys.end()) {
        plan.keys.push_back(key);
        values.emplace_back();
        for (auto& point : plan.points) point.emplace_back();
      }
      values[column] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    plan.points.push_back(std::move(values));
  }
}

void read_list(SweepPlan& plan, const std::filesystem::path& file) {
  const std::string text = read_whole_file(file, std::size_t{1} << 28);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && (text[first] == '[' || text[first] == '{')) {
    read_json_list(plan, text, file.string());
  } else {
    read_csv_list(plan, text, file.string());
  }
  if (plan.points.empty()) {
    throw InputError(Problem{file.string(), "no points", "give keys in the first row, then points"});
  }
  if (plan.points.size() > kMostPoints) {
    throw InputError(Problem{file.string(), "more than a million points", "split the file"});
  }
}

/// Axes of the scenario, with those of the request in their place or behind them.
std::vector<SweepAxis> axes_of(const Scenario& scenario, const SweepRequest& request,
                               std::vector<Problem>& problems) {
  std::vector<SweepAxis> axes;
  const auto add = [&](const std::string& text, bool replaces) {
    try {
      SweepAxis axis = parse_axis(text);
      const auto same = std::find_if(axes.begin(), axes.end(), [&](const SweepAxis& other) {
        return other.key == axis.key;
      });
      if (same == axes.end()) {
        axes.push_back(std::move(axis));
      } else if (replaces) {
        *same = std::move(axis);
      } else {
        problems.push_back({"--vary " + text, "the key is varied twice", "name it once"});
      }
    } catch (const InputError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
  };
  if (request.list.empty()) {
    for (const std::string& text : scenario.sweep.vary) add(text, false);
  }
  for (const std::string& text : request.vary) add(text, true);
  return axes;
}

}  // namespace

std::string SweepAxis::at(double u) const {
  if (!values.empty()) {
    const auto n = static_cast<double>(values.size());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(u * n))];
  }
  double value = is_log ? low * std::exp(u * std::log(high / low)) : low + (high - low) * u;
  if (u <= 0.0) value = low;
  if (u >= 1.0) value = high;
  std::string text;
  if (is_whole) {
    text = fmt::format("{:.0f}", value);
  } else {
    const std::string rounded = fmt::format("{:.6g}", value);
    double nearest = 0.0;
    (void)std::from_chars(rounded.data(), rounded.data() + rounded.size(), nearest);
    text = fmt::format("{}", nearest);
  }
  return unit.empty() ? text : text + " " + unit;
}

std::vector<std::string> SweepAxis::grid() const {
  if (!values.empty()) return values;
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) {
    std::string value = at(static_cast<double>(i) / static_cast<double>(count - 1));
    if (all.empty() || all.back() != value) all.push_back(std::move(value));
  }
  return all;
}

SweepAxis parse_axis(std::string_view text) {
  const Problem problem{fmt::format("--vary {}", text), "no values", kAxisMend};
  const std::size_t equals = text.find('=');
  SweepAxis axis;
  axis.key = trimmed(text.substr(0, equals));
  const std::string_view right =
      equals == std::string_view::npos ? std::string_view{} : trimmed(text.substr(equals + 1));
  if (axis.key.empty() || right.empty()) throw InputError(problem);
  const std::vector<std::string> ends = split(right, ':');
  if (ends.size() >= 2 && ends.size() <= 4 && measured(ends.front())) {
    take_range(axis, ends, problem);
    return axis;
  }
  axis.values = split(right, ',');
  if (std::find(axis.values.begin(), axis.values.end(), std::string()) != axis.values.end()) {
    throw InputError(Problem{problem.where, "a value is empty", kAxisMend});
  }
  return axis;
}

ScenarioChanges SweepPlan::changes(std::size_t number) const {
  ScenarioChanges changes = scenario.changes;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string& value = points[number][i];
    if (!value.empty()) changes.set.push_back(keys[i] + "=" + value);
  }
  return changes;
}

Scenario SweepPlan::at(std::size_t number) const {
  return scenario_from_text(scenario.text, scenario.file_name, scenario.folder, changes(number));
}

SweepPlan plan_sweep(const Scenario& scenario, const SweepRequest& request,
                     std::optional<std::uint64_t> seed) {
  SweepPlan plan;
  plan.scenario = scenario;
  std::vector<Problem> problems;
  const SweepSpec& spec = scenario.sweep;
  const bool lists = !request.list.empty() || (request.vary.empty() && !spec.list.empty());
  if (lists && (!request.vary.empty() || request.latin_points > 0 ||
                (request.list.empty() && !spec.vary.empty()))) {
    throw InputError(Problem{"--list", "a list of points stands alone",
                             "leave out vary and the Latin hypercube, or the list"});
  }
  if (lists) {
    plan.design = "list";
    read_list(plan, request.list.empty() ? scenario.folder / spec.list
                                         : std::filesystem::path(request.list));
    return plan;
  }
  const std::vector<SweepAxis> axes = axes_of(scenario, request, problems);
  if (axes.empty() && problems.empty()) {
    problems.push_back({scenario.file_name, "nothing varies",
                        "say what does: --vary traffic.scale=0.1:10:log:7, or a table [sweep]"});
  }
  for (const SweepAxis& axis : axes) plan.keys.push_back(axis.key);
  const bool is_latin = request.latin_points > 0 || spec.design == "latin-hypercube";
  const std::int64_t points = request.latin_points > 0 ? request.latin_points : spec.points;
  plan.design = is_latin ? "latin-hypercube" : "grid";
  if (is_latin && (points < 1 || points > static_cast<std::int64_t>(kMostPoints))) {
    problems.push_back({scenario.file_name + ": sweep.points",
                        "a Latin hypercube needs a number of points up to a million",
                        "write points = 100, or --latin 100"});
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  plan.points = is_latin ? latin_hypercube(axes, static_cast<std::size_t>(points),
                                           seed.value_or(scenario.seed))
                         : full_grid(axes, problems);
  if (!problems.empty()) throw InputError(std::move(problems));
  return plan;
}

}  // namespace faascast
