#include <fmt/format.h>

#include <cmath>

#include "studies/report/figures.h"
#include "studies/report/run_tables.h"

namespace faascast {
namespace {

using Align = Table::Align;

std::string figure_text(std::string_view figure, double value) {
  const std::string sign = value < 0.0 ? "-" : "";
  if (figure.ends_with("_s")) return sign + duration_text(std::abs(value));
  if (figure == "cold_share") return fmt::format("{:.3g} %", 100.0 * value);
  if (figure == "usd_per_month") return sign + usd_text(std::abs(value));
  return sign + three_digits_text(std::abs(value));
}

Table figures_table(const RunReport& report, const std::string& head,
                    const std::vector<FigureInterval> DeploymentReport::*figures) {
  Table table({{head, Align::kLeft}, {"figure", Align::kLeft}, {"mean"}, {"from"}, {"to"}});
  for (const DeploymentReport& deployment : report.deployments) {
    std::string name = deployment.name;
    for (const FigureInterval& one : deployment.*figures) {
      table.add({name, one.figure, figure_text(one.figure, one.mean),
                 figure_text(one.figure, one.low), figure_text(one.figure, one.high)});
      name.clear();
    }
  }
  return table;
}

}  // namespace

Table intervals_table(const RunReport& report) {
  return figures_table(report, "deployment", &DeploymentReport::intervals);
}

Table differences_table(const RunReport& report) {
  return figures_table(report, "less " + report.compared_with, &DeploymentReport::differences);
}

}  // namespace faascast
