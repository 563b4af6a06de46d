#include "studies/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim-core/statistics.h"

namespace faascast {

namespace {

constexpr std::uint32_t kReplicationsOfAPoint = 5;

double log_of(const Cost& cost) { return std::log(std::max(cost.usd_per_month, 1e-9)); }

}  // namespace

DeploymentSpec PinnedModel::changed(DeploymentSpec functions) const {
  for (const DeploymentSpec& spec : scenario.deployments) {
    if (spec.name == functions.name) functions.platform_spec = spec.platform_spec;
  }
  return functions;
}

Calibration::Calibration(const Scenario& scenario, const Inputs& inputs, const CostModel& model,
                         const BreakevenOptions& options)
    : scenario_(scenario), inputs_(inputs), model_(model), options_(options) {}

const std::vector<std::unique_ptr<PinnedModel>>& Calibration::pinned(
    const DeploymentSpec& functions) {
  const auto [found, is_new] = pinned_.try_emplace(functions.name);
  if (!is_new || !options_.calibration) return found->second;
  for (const Figure& figure : figures(*functions.platform_spec)) {
    for (const Pin::Side side : {Pin::Side::kLow, Pin::Side::kHigh}) {
      auto one = std::make_unique<PinnedModel>();
      one->figure = figure;
      one->side = side;
      one->scenario = with_pinned_figure(scenario_, {functions.name, {figure.path, side}});
      one->model = std::make_unique<CostModel>(one->scenario, inputs_, model_);
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
  double down = 0.0;
  double up = 0.0;
  for (std::size_t i = 0; i + 1 < ends.size(); i += 2) {
    std::array<double, 2> shift{};
    for (std::size_t side = 0; side < 2; ++side) {
      const PinnedModel& end = *ends[i + side];
      const Cost cost = end.model->functions(end.changed(nominal.configuration), per_day, 0);
      shift[side] = log_of(cost) - log_of(nominal);
    }
    const double lowest = std::min({shift[0], shift[1], 0.0});
    const double highest = std::max({shift[0], shift[1], 0.0});
    down += lowest * lowest;
    up += highest * highest;
  }
  known->second = {std::sqrt(down), std::sqrt(up)};
  return known->second;
}

void Calibration::add_bands(std::vector<BreakevenPoint>& curve, const DeploymentSpec& functions) {
  if (curve.empty()) return;
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
    row.calibration = {row.usd_per_month * std::exp(-down), row.usd_per_month * std::exp(up)};
  }
}

}  // namespace faascast
