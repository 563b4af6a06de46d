#include "studies/pool_law.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <boost/math/interpolators/makima.hpp>
#include <charconv>
#include <cmath>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "input/toml_file.h"

namespace faascast {

std::span<const EmbeddedFile> studies_tables();

namespace {

constexpr double kExactBelow = 10.0;
constexpr double kTableEnd = 400.0;
constexpr double kTailOfLevels = 8.0;  ///< standard deviations beyond the mean that are followed
constexpr double kLeastShare = 1e-290;

/// With the busy count on 0..m, killed at the step above m: each eigenvalue's weight in
/// P(never above m within theta, starting in equilibrium) and in the same from state m.
PoolFigures exact(double a, double theta) {
  const auto top = static_cast<int>(std::ceil(a + kTailOfLevels * std::sqrt(a) + 12.0));
  std::vector<double> root(static_cast<std::size_t>(top) + 1);  // of the Poisson probabilities
  for (int k = 0; k <= top; ++k) {
    root[static_cast<std::size_t>(k)] =
        std::exp(0.5 * (k * std::log(a) - a - std::lgamma(k + 1.0)));
  }
  PoolFigures figures;
  for (int m = 0; m <= top; ++m) {
    const Eigen::Index n = m + 1;
    Eigen::VectorXd diagonal(n);
    Eigen::VectorXd beside(std::max<Eigen::Index>(n - 1, 0));
    Eigen::VectorXd start(n);
    for (Eigen::Index k = 0; k < n; ++k) {
      const auto state = static_cast<double>(k);
      diagonal[k] = -(a + state);
      if (k + 1 < n) beside[k] = std::sqrt(a * (state + 1.0));
      start[k] = root[static_cast<std::size_t>(k)];
    }
    double stays = 0.0;
    double stays_from_m = 0.0;
    if (n == 1) {
      stays = start[0] * start[0] * std::exp(diagonal[0] * theta);
      stays_from_m = stays;
    } else {
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
      solver.computeFromTridiagonal(diagonal, beside);
      const Eigen::VectorXd weight = solver.eigenvectors().transpose() * start;
      for (Eigen::Index j = 0; j < n; ++j) {
        const double left = std::exp(solver.eigenvalues()[j] * theta) * weight[j];
        stays += left * weight[j];
        stays_from_m += left * solver.eigenvectors()(m, j) * start[m];
      }
    }
    figures.cold_share += stays_from_m;
    figures.instances += 1.0 - std::min(stays, 1.0);
  }
  return figures;
}

/// Rows of the table by a, then theta: (ln theta, ln P(cold)), (ln theta, (E - a) / sqrt(a)).
struct Row {
  std::vector<double> log_theta{};
  std::vector<double> log_cold{};
  std::vector<double> spare{};
};

const std::map<double, Row>& table() {
  static const std::map<double, Row> rows = [] {
    std::map<double, Row> read;
    std::string_view text = studies_tables().front().content;
    text.remove_prefix(text.find('\n') + 1);  // a,theta,p_cold,e_instances
    while (!text.empty()) {
      double cells[4] = {};
      for (double& cell : cells) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cell);
        text.remove_prefix(std::min(text.size(), static_cast<std::size_t>(end - text.data()) + 1));
        if (error != std::errc()) text = {};
      }
      if (cells[0] <= 0.0 || cells[1] <= 0.0) continue;
      Row& row = read[cells[0]];
      row.log_theta.push_back(std::log(cells[1]));
      row.log_cold.push_back(std::log(std::max(cells[2], kLeastShare)));
      row.spare.push_back((cells[3] - cells[0]) / std::sqrt(cells[0]));
    }
    return read;
  }();
  return rows;
}

double interpolated(std::vector<double> x, std::vector<double> y, double at) {
  at = std::clamp(at, x.front(), x.back());
  return boost::math::interpolators::makima<std::vector<double>>(std::move(x), std::move(y))(at);
}

struct Scaled {
  double log_cold = 0.0;
  double spare = 0.0;
};

Scaled in_row(double a, double theta) {
  const Row& row = table().at(a);
  return {interpolated(row.log_theta, row.log_cold, std::log(theta)),
          interpolated(row.log_theta, row.spare, std::log(theta))};
}

PoolFigures from_table(double a, double theta) {
  std::vector<double> log_a;
  std::vector<double> log_cold;
  std::vector<double> spare;
  for (const auto& [row_a, row] : table()) {
    if (row_a < kExactBelow / 4.0) continue;
    const Scaled scaled = in_row(row_a, theta);
    log_a.push_back(std::log(row_a));
    log_cold.push_back(scaled.log_cold);
    spare.push_back(scaled.spare);
  }
  return {std::exp(interpolated(log_a, log_cold, std::log(a))),
          a + std::sqrt(a) * interpolated(log_a, spare, std::log(a))};
}

/// (E - a) / sqrt(a) = m + b / sqrt(a), sqrt(a) P(cold) = h + g / sqrt(a), from a = 200 and 400.
PoolFigures beyond_table(double a, double theta) {
  const auto grown = [&](double at_200, double at_400) {
    const double slope = (at_200 - at_400) / (1.0 / std::sqrt(200.0) - 1.0 / std::sqrt(400.0));
    return at_400 + slope * (1.0 / std::sqrt(a) - 1.0 / std::sqrt(400.0));
  };
  const Scaled less = in_row(200.0, theta);
  const Scaled more = in_row(400.0, theta);
  const double cold = grown(less.log_cold + 0.5 * std::log(200.0), more.log_cold + 0.5 * std::log(400.0));
  return {std::exp(cold) / std::sqrt(a), a + std::sqrt(a) * grown(less.spare, more.spare)};
}

}  // namespace

PoolFigures keep_alive_pool(double a, double theta) {
  PoolFigures figures;
  if (theta <= 0.0) {
    figures = {1.0, a};
  } else if (a < kExactBelow) {
    figures = exact(a, theta);
  } else {
    figures = a <= kTableEnd ? from_table(a, theta) : beyond_table(a, theta);
  }
  figures.cold_share = std::clamp(figures.cold_share, 0.0, 1.0);
  figures.instances = std::max(figures.instances, a);
  return figures;
}

double erlang_c(unsigned c, double a) {
  double blocked = 1.0;  // Erlang B, by its recursion
  for (unsigned k = 1; k <= c; ++k) blocked = a * blocked / (k + a * blocked);
  const double load = a / c;
  return blocked / (1.0 - load * (1.0 - blocked));
}

}  // namespace faascast
