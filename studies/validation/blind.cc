#include "studies/validation/blind.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>

namespace faascast {
namespace {

double mechanism(const Case& each, double share) {
  const double s = each.learns_share ? share : 1.0;
  return each.reference * (1.0 - s + s * each.ratio);
}

double log_error(const Case& each, double share) {
  return std::log(each.row.measured / mechanism(each, share));
}

double best_share(const std::vector<const Case*>& others) {
  double best = 1.0;
  double least = -1.0;
  constexpr int kSteps = 40;
  for (int i = 1; i <= kSteps; ++i) {
    const double share = static_cast<double>(i) / kSteps;
    double sum = 0.0;
    for (const Case* each : others) sum += std::pow(log_error(*each, share), 2);
    if (least < 0.0 || sum < least) {
      least = sum;
      best = share;
    }
  }
  return best;
}

void fill(BlindRow& row, double centre, double shift, double half) {
  row.predicted = centre * std::exp(shift);
  row.low = row.predicted * std::exp(-half);
  row.high = row.predicted * std::exp(half);
}

}  // namespace

double t95(double degrees) {
  return boost::math::quantile(boost::math::students_t_distribution<>(degrees), 0.95);
}

std::optional<Learned> learn(const std::vector<Case>& cases, const std::string& function) {
  std::vector<const Case*> others;
  for (const Case& each : cases) {
    if (each.row.function != function) others.push_back(&each);
  }
  Learned learned;
  if (others.empty()) return {};
  if (others.front()->learns_share) learned.share = best_share(others);
  std::map<std::string, std::vector<double>> clusters;
  for (const Case* each : others) {
    clusters[each->cluster].push_back(log_error(*each, learned.share));
  }
  const auto groups = static_cast<double>(clusters.size());
  if (clusters.size() < 2) return {};
  std::vector<double> means;
  double within = 0.0;
  double degrees_within = 0.0;
  for (const auto& [name, errors] : clusters) {
    double mean = 0.0;
    for (const double error : errors) mean += error / static_cast<double>(errors.size());
    for (const double error : errors) within += (error - mean) * (error - mean);
    degrees_within += static_cast<double>(errors.size()) - 1.0;
    means.push_back(mean);
  }
  for (const double mean : means) learned.shift += mean / groups;
  double between = 0.0;
  for (const double mean : means) between += std::pow(mean - learned.shift, 2) / (groups - 1.0);
  within = degrees_within > 0.0 ? within / degrees_within : 0.0;
  learned.half = t95(groups - 1.0) * std::sqrt(between * (1.0 + 1.0 / groups) + within);
  return learned;
}

std::vector<BlindRow> predicted(const std::vector<Case>& cases) {
  std::map<std::string, std::optional<Learned>> by_function;
  std::vector<BlindRow> rows;
  for (const Case& each : cases) {
    auto found = by_function.find(each.row.function);
    if (found == by_function.end()) {
      found = by_function.emplace(each.row.function, learn(cases, each.row.function)).first;
    }
    const std::optional<Learned>& learned = found->second;
    if (!learned) continue;
    BlindRow row = each.row;
    fill(row, mechanism(each, learned->share), learned->shift, learned->half);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<BlindRow> predicted_by_regression(const std::vector<Point>& points) {
  std::vector<BlindRow> rows;
  for (const Point& left_out : points) {
    double n = 0.0;
    double x = 0.0;
    double y = 0.0;
    for (const Point& each : points) {
      if (&each == &left_out) continue;
      n += 1.0;
      x += std::log(each.x);
      y += std::log(each.row.measured);
    }
    x /= n;
    y /= n;
    double xx = 0.0;
    double xy = 0.0;
    double yy = 0.0;
    for (const Point& each : points) {
      if (&each == &left_out) continue;
      const double dx = std::log(each.x) - x;
      const double dy = std::log(each.row.measured) - y;
      xx += dx * dx;
      xy += dx * dy;
      yy += dy * dy;
    }
    const double slope = xy / xx;
    const double at = std::log(left_out.x) - x;
    const double variance = std::max(0.0, yy - slope * xy) / (n - 2.0);
    BlindRow row = left_out.row;
    fill(row, 1.0, y + slope * at,
         t95(n - 2.0) * std::sqrt(variance * (1.0 + 1.0 / n + at * at / xx)));
    rows.push_back(std::move(row));
  }
  return rows;
}

BlindRow raised(BlindRow base, double extra, double extra_low, double extra_high) {
  const double up = std::hypot(std::log(base.high / base.predicted),
                               std::log((1.0 + extra_high) / (1.0 + extra)));
  const double down = std::hypot(std::log(base.predicted / base.low),
                                 std::log((1.0 + extra) / (1.0 + extra_low)));
  base.predicted *= 1.0 + extra;
  base.high = base.predicted * std::exp(up);
  base.low = base.predicted * std::exp(-down);
  return base;
}

}  // namespace faascast
