#include "platforms/law_reader.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "platforms/figure_parsers.h"

namespace faascast {
namespace {

using parse::cold_duration;
using parse::Names;

constexpr std::array<std::pair<const char*, double>, 10> kQuantileNames = {{{"p1", 0.01},
                                                                            {"p5", 0.05},
                                                                            {"p25", 0.25},
                                                                            {"p50", 0.5},
                                                                            {"p75", 0.75},
                                                                            {"p90", 0.9},
                                                                            {"p95", 0.95},
                                                                            {"p99", 0.99},
                                                                            {"p999", 0.999},
                                                                            {"max", 1.0}}};

/// Quantiles by name, each read by `parse`.
template <class Parse>
Law read_quantiles(const TomlNode& table, Parse parse) {
  std::vector<double> probabilities;
  std::vector<Duration> values;
  Law law;
  bool sound = true;
  for (const auto& [name, probability] : kQuantileNames) {
    const TomlNode node = table[name];
    if (!node.exists()) continue;
    const std::optional<Duration> value = parse(node);
    if (!value) {
      sound = false;
      continue;
    }
    if (*value <= Duration::zero() || (!values.empty() && *value < values.back())) {
      node.report("quantiles must be above 0 and must not fall", "from p1 up to max");
      sound = false;
    }
    probabilities.push_back(probability);
    values.push_back(*value);
    law.shown += fmt::format("{}{} {}", law.shown.empty() ? "" : ", ", name, text_of(node));
  }
  if (sound && values.size() < 2) {
    table.report("needs two quantiles or more",
                 "of p1, p5, p25, p50, p75, p90, p95, p99, p999, max");
    sound = false;
  }
  if (sound) law.law = Distribution::from_quantiles(probabilities, values);
  return law;
}

Law read_lognormal(const TomlNode& table) {
  const auto shift = cold_duration(table["shift"]);
  const auto median = cold_duration(table["median"]);
  const auto sigma = table["sigma"].number(0.0, 3.0);
  if (!shift) table.require("shift");
  if (!median) table.require("median");
  if (!sigma) table.require("sigma");
  if (!shift || !median || !sigma) return {};
  if (*median <= Duration::zero()) {
    table["median"].report("must be above 0", "the median of the part above the shift");
    return {};
  }
  constexpr double kMsPerS = 1e3;
  return {Distribution::shifted_lognormal_ms(seconds_of(*shift) * kMsPerS,
                                             std::log(seconds_of(*median) * kMsPerS), *sigma),
          fmt::format("{} + lognormal of median {}, sigma {}", text_of(table["shift"]),
                      text_of(table["median"]), *sigma)};
}

const Names<KeepAliveRule> kKeepAliveRules = {{"fixed-window", KeepAliveRule::kFixed},
                                              {"survival", KeepAliveRule::kDrawn},
                                              {"halving", KeepAliveRule::kHalving}};

/// Idle instances that are left after a time.
struct SurvivalPoint {
  double idle_s = 0.0;
  double alive = 1.0;
};

/// The time at which a share u of instances is gone: straight lines between the points.
double life_s(const std::vector<SurvivalPoint>& points, double u) {
  const double alive = 1.0 - u;
  SurvivalPoint before{};
  for (const SurvivalPoint& point : points) {
    if (point.alive <= alive) {
      const double fall = before.alive - point.alive;
      if (fall <= 0.0) return point.idle_s;
      return before.idle_s + (point.idle_s - before.idle_s) * (before.alive - alive) / fall;
    }
    before = point;
  }
  return points.back().idle_s;
}

std::vector<SurvivalPoint> read_points(const TomlNode& list, std::string& shown) {
  std::vector<SurvivalPoint> points;
  for (const TomlNode& row : list.elements()) {
    const auto idle = parse::duration(row["idle"]);
    const auto alive = row["alive"].number(0.0, 1.0);
    if (!row["idle"].exists()) row.require("idle");
    if (!row["alive"].exists()) row.require("alive");
    if (!idle || !alive) continue;
    const SurvivalPoint point{seconds_of(*idle), *alive};
    if (!points.empty() && point.idle_s <= points.back().idle_s)
      row["idle"].report("points must ascend in idle time", "sort them and drop repeated times");
    if (!points.empty() && point.alive > points.back().alive)
      row["alive"].report(
          fmt::format("the survival curve rises, from {} to {}", points.back().alive, point.alive),
          "instances that are gone do not come back: alive must not grow");
    shown += fmt::format("{}{} at {}", shown.empty() ? "" : ", ", *alive, text_of(row["idle"]));
    points.push_back(point);
  }
  if (points.empty()) {
    list.report("no point of the survival curve",
                "give points = [{ idle = \"300 s\", alive = 0.92 }, ...]");
  } else if (points.back().alive > 0.0) {
    list.report("the survival curve does not end: some instances would live for ever",
                "end it with alive = 0");
  }
  return points;
}

Distribution read_survival(const Layers& at, FigureReader& reader) {
  const Layers::Layer* top = at.top();
  if (top == nullptr) {
    require(at);
    return {};
  }
  const TomlNode list = top->node["points"];
  if (!list.exists()) {
    top->node.require("points");
    return {};
  }
  std::string shown;
  const std::vector<SurvivalPoint> points = read_points(list, shown);
  const double factor = reader.factor(*top, at.path(), shown);
  if (points.empty()) return {};
  return Distribution::from_quantile_function([&](double u) { return factor * life_s(points, u); });
}

/// The figure that a rule has.
struct RuleFigure {
  KeepAliveRule rule;
  const char* name;
  const char* key;
};
constexpr RuleFigure kRuleFigures[] = {{KeepAliveRule::kFixed, "fixed-window", "window"},
                                       {KeepAliveRule::kDrawn, "survival", "curve"},
                                       {KeepAliveRule::kHalving, "halving", "period"}};

/// The rule of the nearest layer that names one, or that gives a rule's figure.
KeepAliveRule read_rule(const Layers& at, FigureReader& reader) {
  const Layers named = at["rule"];
  std::size_t nearest = named.depth();
  std::optional<KeepAliveRule> implied;
  for (const RuleFigure& figure : kRuleFigures) {
    const std::size_t depth = at[figure.key].depth();
    if (depth < nearest) {
      nearest = depth;
      implied = figure.rule;
    }
  }
  if (implied) {
    named.accept_all();
    return *implied;
  }
  const auto rule =
      reader.choice<KeepAliveRule>(named, parse::name_in(kKeepAliveRules), KeepAliveRule::kFixed);
  for (const RuleFigure& figure : kRuleFigures) {
    if (figure.rule != rule && at[figure.key].first() != nullptr &&
        at[figure.key].depth() == nearest)
      report_at(at[figure.key], fmt::format("only the rule \"{}\" has this key", figure.name),
                "leave it out, or change the rule");
  }
  return rule;
}

}  // namespace

Law read_law(const TomlNode& row) {
  if (!row.is_table()) {
    const auto constant = cold_duration(row);
    return {Distribution::constant(constant.value_or(Duration(0))), text_of(row)};
  }
  const TomlNode quantiles = row["quantiles"];
  const TomlNode lognormal = row["lognormal"];
  const TomlNode constant = row["constant"];
  if (quantiles.exists()) return read_quantiles(quantiles, cold_duration);
  if (lognormal.exists()) return read_lognormal(lognormal);
  if (constant.exists())
    return {Distribution::constant(cold_duration(constant).value_or(Duration(0))),
            text_of(constant)};
  row.report("no law",
             "give one of quantiles = { p50 = ..., p95 = ... }, lognormal = { shift = "
             "..., median = ..., sigma = ... }, constant = \"...\"");
  return {};
}

std::vector<ColdStartLaw> read_laws(const Layers& at, FigureReader& reader) {
  std::vector<ColdStartLaw> laws;
  const Layers::Layer* top = at.top();
  if (top == nullptr) return laws;
  if (!top->node.is_array()) {
    if (!top->is_override) {
      top->node.report("must be an array of laws", fmt::format("write [[{}]]", at.path()));
      return laws;
    }
    const Law law = read_law(top->node);
    const double factor = reader.factor(*top, at.path(), law.shown);
    laws.push_back({{}, {}, law.law.scaled(factor)});
    return laws;
  }
  for (const TomlNode& row : top->node.elements()) {
    ColdStartLaw entry;
    const TomlNode language = row["language"];
    const TomlNode package = row["package"];
    if (language.exists()) entry.language = language.string().value_or("");
    if (package.exists()) entry.package = package.one_of({"zip", "image"}).value_or("");
    const Law law = read_law(row);
    std::string path = at.path();
    for (const std::string* part : {&entry.language, &entry.package})
      if (!part->empty()) path += "." + *part;
    const double factor = reader.factor({row, top->is_override}, path, law.shown);
    entry.law = law.law.scaled(factor);
    laws.push_back(std::move(entry));
  }
  return laws;
}

std::optional<Distribution> read_factor_law(const Layers& at, FigureReader& reader) {
  const Layers::Layer* top = at.top();
  if (top == nullptr) return {};
  const TomlNode quantiles = top->node["quantiles"];
  if (!quantiles.exists()) {
    top->node.report("no law of factors", "give quantiles = { p50 = 1, p99 = 1.3 }");
    return {};
  }
  constexpr double kLargest = 1000.0;
  constexpr double kOne = 1e9;  // a factor of 1, as the engine has it
  const Law law = read_quantiles(quantiles, [](const TomlNode& node) -> std::optional<Duration> {
    const auto factor = node.number(0.0, kLargest);
    if (!factor) return {};
    return Duration(std::llround(*factor * kOne));
  });
  return law.law.scaled(reader.factor(*top, at.path(), law.shown));
}

BandwidthCurve read_bandwidth(const Layers& at, FigureReader& reader) {
  BandwidthCurve curve;
  const Layers::Layer* top = at.top();
  if (top == nullptr) {
    require(at);
    return curve;
  }
  if (!top->node.is_table()) {
    if (const auto rate = top->node.bandwidth_bytes_per_s()) curve.points.push_back({{}, *rate});
    (void)reader.factor(*top, at.path(), text_of(top->node));
    return curve;
  }
  std::string shown;
  for (const TomlNode& row : top->node["points"].elements()) {
    const TomlNode size_node = row["memory"];
    const TomlNode rate_node = row["rate"];
    const auto size = size_node.exists() ? size_node.memory() : Megabytes(0);
    const auto rate = rate_node.bandwidth_bytes_per_s();
    if (!rate_node.exists()) row.require("rate");
    if (!size || !rate) continue;
    if (*rate <= 0.0) rate_node.report("must be above 0", "such as \"60 MB/s\"");
    if (!curve.points.empty() && *size <= curve.points.back().memory)
      row.report("points must ascend in memory", "sort them; only a single point may lack memory");
    curve.points.push_back({*size, *rate});
    shown += shown.empty() ? "" : ", ";
    shown += text_of(rate_node);
    if (size_node.exists()) shown += " at " + text_of(size_node);
  }
  if (curve.points.empty())
    top->node.report("no bandwidth",
                     "give points = [{ memory = \"1024 MB\", rate = \"60 MB/s\" }, ...]");
  const double factor = reader.factor(*top, at.path(), shown);
  for (BandwidthCurve::Point& point : curve.points) point.bytes_per_s *= factor;
  return curve;
}

KeepAlive read_keep_alive(const Layers& at, FigureReader& reader) {
  const Layers::Layer* top = at.first();
  if (top != nullptr && !top->node.is_table()) {  // keep_alive = "600 s"
    return {
        KeepAliveRule::kFixed,
        reader.ordered<Duration>(at.top_alone("keep_alive.window"), parse::duration, Duration(0)),
        {}};
  }
  KeepAlive keep;
  keep.rule = read_rule(at, reader);
  switch (keep.rule) {
    case KeepAliveRule::kFixed:
      keep.window = reader.ordered<Duration>(at["window"], parse::duration, Duration(0));
      break;
    case KeepAliveRule::kHalving:
      keep.window = reader.ordered<Duration>(at["period"], parse::duration, Duration(1));
      if (keep.window <= Duration::zero())
        report_at(at["period"], "must be longer than 0", "such as \"380 s\"");
      break;
    case KeepAliveRule::kDrawn:
      keep.idle_life = read_survival(at["curve"], reader);
      break;
    case KeepAliveRule::kHistogram:
      break;  // no file has it
  }
  for (const RuleFigure& figure : kRuleFigures) {
    if (figure.rule != keep.rule) at[figure.key].accept_all();
  }
  return keep;
}

double BandwidthCurve::at(Megabytes memory) const {
  if (points.empty()) return 0.0;
  if (memory >= points.back().memory) return points.back().bytes_per_s;
  Point below{};
  for (const Point& point : points) {
    if (memory < point.memory) {
      const auto part = static_cast<double>((memory - below.memory).value()) /
                        static_cast<double>((point.memory - below.memory).value());
      return below.bytes_per_s + part * (point.bytes_per_s - below.bytes_per_s);
    }
    below = point;
  }
  return below.bytes_per_s;
}

}  // namespace faascast
