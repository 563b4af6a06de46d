#include "studies/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim-core/statistics.h"
#include "studies/assumptions.h"

namespace faascast {

namespace {

constexpr std::uint32_t kReplicationsOfAPoint = 5;

using Spread = std::pair<double, double>;

/// Adds the squares of what one figure does, down and up.
void add_shifts(Spread& sum, const std::array<double, 2>& shift) {
  const double lowest = std::min({shift[0], shift[1], 0.0});
  const double highest = std::max({shift[0], shift[1], 0.0});
  sum.first += lowest * lowest;
  sum.second += highest * highest;
}

Interval band_of(double usd, const Spread& spread) {
  return {usd * std::exp(-spread.first), usd * std::exp(spread.second)};
}

/// Whether busy hyperthreads slow one another in this fleet: else how much does not matter.
bool shares_cores(const Scenario& scenario, const DeploymentSpec& deployment, const Inputs& inputs) {
  const CompiledDeployment compiled = compile_deployment(scenario, deployment, inputs);
  const auto* servers = std::get_if<ServerPlan>(&compiled.plan.side);
  return servers != nullptr && servers->vcpu_share.value() > 0;
}

double log_of(const Cost& cost) { return std::log(std::max(cost.usd_per_month, 1e-9)); }

}  // namespace

DeploymentSpec PinnedModel::changed(const DeploymentSpec& configured) const {
  for (const DeploymentSpec& spec : scenario.deployments) {
    if (spec.name != configured.name) continue;
    DeploymentSpec out = spec;
    out.memory = configured.memory;
    out.minimum_instances = configured.minimum_instances;
    out.count = configured.count;
    out.batching = configured.batching;
    return out;
  }
  return configured;
}

Calibration::Calibration(const Scenario& scenario, const Inputs& inputs, const CostModel& model,
                         const BreakevenOptions& options)
    : scenario_(scenario), inputs_(inputs), model_(model), options_(options) {}

const std::vector<std::unique_ptr<PinnedModel>>& Calibration::pinned(
    const DeploymentSpec& deployment) {
  const auto [found, is_new] = pinned_.try_emplace(deployment.name);
  if (!is_new || !options_.calibration) return found->second;
  for (const Figure& figure : figures_of(deployment)) {
    if (figure.path == "hyperthread_yield" && !shares_cores(scenario_, deployment, inputs_)) continue;
    for (const Pin::Side side : {Pin::Side::kLow, Pin::Side::kHigh}) {
      auto one = std::make_unique<PinnedModel>();
      one->figure = figure;
      one->side = side;
      one->scenario = with_pinned_figure(scenario_, {deployment.name, {figure.path, side}});
      one->model = std::make_unique<CostModel>(one->scenario, inputs_, model_);
      if (deployment.is_servers()) one->model->take_functions_of(model_);
      found->second.push_back(std::move(one));
    }
  }
  return found->second;
}

Calibration::Spread Calibration::spread_at(const DeploymentSpec& functions, double per_day) {
  const auto [known, is_new] = spreads_.try_emplace({functions.name, per_day});
  if (!is_new) return known->second;
  const Cost nominal = model_.cheapest_functions(functions, per_day, 0);
  const auto& ends = pinned(functions);
  Spread sum{};
  for (std::size_t i = 0; i + 1 < ends.size(); i += 2) {
    std::array<double, 2> shift{};
    for (std::size_t side = 0; side < 2; ++side) {
      const PinnedModel& end = *ends[i + side];
      const Cost cost = end.model->functions(end.changed(nominal.configuration), per_day, 0);
      shift[side] = log_of(cost) - log_of(nominal);
    }
    add_shifts(sum, shift);
  }
  known->second = {std::sqrt(sum.first), std::sqrt(sum.second)};
  return known->second;
}

void Calibration::add_bands(std::vector<BreakevenPoint>& curve, const DeploymentSpec& functions,
                            const DeploymentSpec& servers) {
  if (curve.empty()) return;
  add_function_bands(curve, functions);
  add_server_bands(curve, servers);
}

void Calibration::add_server_bands(std::vector<BreakevenPoint>& curve,
                                   const DeploymentSpec& servers) {
  const auto& ends = pinned(servers);
  if (ends.empty() || servers.autoscale) return;
  for (BreakevenPoint& point : curve) {
    BreakevenRow& row = point.rows.at(1);
    if (!row.feasible || !model_.is_replayed(point.inferences_per_day)) continue;
    row.sampling = {row.usd_per_month, row.usd_per_month};
    Spread spread{};
    for (std::size_t i = 0; i + 1 < ends.size(); i += 2) {
      std::array<double, 2> shift{};
      for (std::size_t side = 0; side < 2; ++side) {
        const PinnedModel& end = *ends[i + side];
        const Cost cost = end.model->cheapest_fleet(end.changed(servers), point.inferences_per_day);
        if (cost.feasible) shift[side] = log_of(cost) - std::log(std::max(row.usd_per_month, 1e-9));
      }
      add_shifts(spread, shift);
    }
    row.calibration = band_of(row.usd_per_month, {std::sqrt(spread.first), std::sqrt(spread.second)});
  }
}

void Calibration::add_function_bands(std::vector<BreakevenPoint>& curve,
                                     const DeploymentSpec& functions) {
  std::vector<std::pair<double, Spread>> anchors;  // by ln of the traffic
  for (const std::size_t i : {std::size_t{0}, curve.size() / 2, curve.size() - 1}) {
    const double per_day = curve[i].inferences_per_day;
    if (!anchors.empty() && anchors.back().first >= std::log(per_day)) continue;
    anchors.emplace_back(std::log(per_day), spread_at(functions, per_day));
  }
  for (BreakevenPoint& point : curve) {
    BreakevenRow& row = point.rows.front();
    const Cost nominal = model_.cheapest_functions(functions, point.inferences_per_day, 0);
    std::vector<double> logs;
    for (std::uint32_t r = 0; r < kReplicationsOfAPoint; ++r) {
      logs.push_back(log_of(model_.functions(nominal.configuration, point.inferences_per_day, r)));
    }
    const MeanInterval sampling = mean_interval(logs);
    row.sampling = {std::exp(sampling.low()), std::exp(sampling.high())};
    const double x = std::log(point.inferences_per_day);
    auto [down, up] = anchors.back().second;
    for (std::size_t i = 0; i + 1 < anchors.size(); ++i) {
      if (x > anchors[i + 1].first) continue;
      const double share = (x - anchors[i].first) / (anchors[i + 1].first - anchors[i].first);
      const auto& [from, to] = std::pair(anchors[i].second, anchors[i + 1].second);
      down = from.first + share * (to.first - from.first);
      up = from.second + share * (to.second - from.second);
      break;
    }
    row.calibration = band_of(row.usd_per_month, {down, up});
  }
}

}  // namespace faascast
