#include "studies/breakeven_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "input/quantity.h"
#include "traces/info.h"

namespace faascast {

namespace {

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> parts;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    parts.push_back(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return parts;
}

std::vector<double> cvs_of(std::string_view list, std::vector<Problem>& problems) {
  std::vector<double> cvs;
  for (const std::string_view part : split(list)) {
    double value = 0.0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || end != part.data() + part.size() || value < 1e-3 || value > 100.0) {
      problems.push_back({"--map cv", fmt::format("'{}' is not a coefficient of variation", part),
                          "write numbers from 0.001 to 100, such as cv=1,2,4"});
      continue;
    }
    cvs.push_back(value);
  }
  return cvs;
}

std::vector<Duration> executions_of(std::string_view list, std::vector<Problem>& problems) {
  std::vector<Duration> executions;
  for (const std::string_view part : split(list)) {
    std::string why;
    const auto value = parse_duration(part, why);
    if (!value || *value <= Duration::zero()) {
      problems.push_back({"--map execution", value ? "an execution time is above zero" : why,
                          "write durations, such as execution=50ms,200ms"});
      continue;
    }
    executions.push_back(*value);
  }
  return executions;
}

/// Requests a second of the scenario's own traffic: where the search begins.
double own_rate(const Scenario& scenario, const BreakevenOptions& options) {
  if (scenario.traffic.generator) {
    return std::max(scenario.traffic.generator->rate_per_s * scenario.traffic.scale, 1e-6);
  }
  const Inputs inputs = resolve_inputs(scenario, options.study.store);
  return std::max(describe(*inputs.traffic, {scenario.seed, 0}).mean_rate_per_s, 1e-6);
}

/// The scenario with other arrivals and another time.
Scenario cell_scenario(const Scenario& scenario, double rate, double cv, Duration execution) {
  Scenario cell = scenario;
  TrafficSpec traffic;
  traffic.request_bytes = scenario.traffic.request_bytes;
  traffic.response_bytes = scenario.traffic.response_bytes;
  traffic.generator.emplace();
  traffic.generator->kind = "gamma";
  traffic.generator->rate_per_s = rate;
  traffic.generator->cv = cv;
  traffic.generator->duration = std::chrono::hours(24);
  cell.traffic = traffic;
  const Megabytes memory_used = scenario.model.memory_used;
  cell.model = {};
  cell.model.memory_used = memory_used;
  cell.model.execution = LawSpec{"constant", execution, 1.0};
  return cell;
}

}  // namespace

MapAxes map_axes_of(const std::vector<std::string>& words) {
  MapAxes axes;
  std::vector<Problem> problems;
  for (const std::string& word : words) {
    if (word.starts_with("cv=")) {
      axes.cvs = cvs_of(std::string_view(word).substr(3), problems);
    } else if (word.starts_with("execution=")) {
      axes.executions = executions_of(std::string_view(word).substr(10), problems);
    } else {
      problems.push_back({"--map", fmt::format("'{}' is not an axis of the map", word),
                          "write cv=1,2,4 or execution=50ms,200ms, after the scenario"});
    }
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  if (axes.cvs.empty()) axes.cvs = {1.0, 2.0, 4.0};
  if (axes.executions.empty()) {
    axes.executions = {std::chrono::milliseconds(50), std::chrono::milliseconds(200),
                       std::chrono::seconds(1)};
  }
  return axes;
}

BreakevenMap breakeven_map(const Scenario& scenario, const MapAxes& axes,
                           const BreakevenOptions& options) {
  BreakevenMap map;
  map.scenario = scenario.name;
  map.axes = axes;
  BreakevenOptions of_a_cell = options;
  of_a_cell.answers = false;
  of_a_cell.calibration = false;
  of_a_cell.precision = 0.0;
  of_a_cell.replications = 2;
  for (const DeploymentSpec& d : scenario.deployments) {
    if (d.is_serverless() && of_a_cell.serverless.empty()) of_a_cell.serverless = d.name;
    if (d.is_servers() && of_a_cell.dedicated.empty()) of_a_cell.dedicated = d.name;
  }
  map.serverless = of_a_cell.serverless;
  map.dedicated = of_a_cell.dedicated;
  const double rate = own_rate(scenario, options);
  for (const Duration execution : axes.executions) {
    map.rows.emplace_back();
    for (const double cv : axes.cvs) {
      const BreakevenReport report =
          breakeven(cell_scenario(scenario, rate, cv, execution), of_a_cell);
      const BreakevenPair& pair = report.pairs.front();
      MapCell cell{pair.verdict, 0.0};
      if (!pair.crossings.empty()) {
        cell.inferences_per_day = pair.crossings.front().inferences_per_day;
      }
      map.rows.back().push_back(cell);
    }
  }
  map.notes.push_back(
      "Gaps between requests are gamma-distributed with the given coefficient of variation (1: "
      "Poisson); every request takes the given time on functions and on servers. The scenario's own "
      "traffic and model are not used; its platforms, servers and objective are.");
  return map;
}

}  // namespace faascast
