#include "studies/paper_calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <variant>

#include "input/quantity.h"
#include "studies/paper/figures.h"

namespace faascast {
namespace {

/// A column of Table 2 as a tariff, in dollars.
struct Fit {
  double fee = 0.0;
  double million = 0.0;
  std::int64_t until = 0;  ///< requests a month
  double million_beyond = 0.0;
};

struct PaperFit {
  double cv = 0.0;
  Fit serverless_low{};
  Fit serverless_high{};
  Fit servers_low{};
  Fit servers_high{};
};

double dollars(const TomlNode& node) {
  constexpr double kPico = 1e12;
  return static_cast<double>(node.pico_usd().value_or(0)) / kPico;
}

Fit fit_of(const TomlNode& node) {
  constexpr std::int64_t kMost = 1'000'000'000'000;
  return {dollars(node["fee"]), dollars(node["million"]),
          node["until"].integer(1, kMost).value_or(1), dollars(node["million_beyond"])};
}

PaperFit read_fit() {
  const TomlDocument document =
      TomlDocument::from_text(paper_data("calibration.toml"), "calibration.toml");
  const TomlNode root = document.root();
  root["source"].accept_all();
  PaperFit fit;
  fit.cv = root["cold_start"]["cv"]["value"].number(0.0, 10.0).value_or(0.0);
  root["cold_start"]["cv"].accept_all();
  fit.serverless_low = fit_of(root["serverless"]["low"]);
  fit.serverless_high = fit_of(root["serverless"]["high"]);
  fit.servers_low = fit_of(root["servers"]["low"]);
  fit.servers_high = fit_of(root["servers"]["high"]);
  document.finish();
  return fit;
}

const PaperFit& paper_fit() {
  static const PaperFit fit = read_fit();
  return fit;
}

Tier tier(std::int64_t from, double low, double high) {
  constexpr double kPico = 1e12;
  const auto pico = [](double usd) { return static_cast<std::int64_t>(std::llround(usd * kPico)); };
  return {from, pico(0.5 * (low + high)), pico(low), pico(high)};
}

/// Priced in so large a unit that the table's thirds of a cent come out to the micro-dollar.
PriceLine line(std::string name, std::string unit, Meter meter, std::int64_t per,
               std::vector<Tier> tiers) {
  PriceLine line;
  line.name = std::move(name);
  line.unit = std::move(unit);
  line.measures = {{{meter}, per}};
  line.tiers = std::move(tiers);
  line.regions = {"global"};
  line.source = paper_figures().source;
  return line;
}

/// The paper's cold start of a scenario's model on a platform; of the mean of its models where it is
/// none of theirs. Nothing for other platforms.
std::optional<double> cold_start_of(const Scenario& scenario, const std::string& platform,
                                    std::string& of) {
  double sum = 0.0;
  double count = 0.0;
  for (const PaperModel& model : paper_figures().models) {
    const auto found = model.cold_start.find(platform);
    if (found == model.cold_start.end()) return std::nullopt;
    if (model.profile == scenario.model.profile || model.profile == scenario.model.onnx) {
      of = model.name;
      return found->second;
    }
    sum += found->second;
    count += 1.0;
  }
  if (count == 0.0) return std::nullopt;
  of = "mean of the four models";
  return sum / count;
}

}  // namespace

bool is_paper_calibrated(const Scenario& scenario) {
  const auto& names = scenario.changes.calibration;
  return std::find(names.begin(), names.end(), kPaperCalibration) != names.end();
}

PriceList paper_prices(bool of_servers) {
  const PaperFit& fit = paper_fit();
  const Fit& low = of_servers ? fit.servers_low : fit.serverless_low;
  const Fit& high = of_servers ? fit.servers_high : fit.serverless_high;
  const Meter meter = of_servers ? Meter::kConnections : Meter::kRequests;
  constexpr std::int64_t kMillion = 1'000'000;
  constexpr std::int64_t kAFew = 1500;  // fifty a day: from there on the fee is the whole fee
  const auto first = [](const Fit& one) {
    return (one.million - one.million_beyond) * static_cast<double>(one.until) / 1e6;
  };
  PriceList prices;
  prices.vintage = "fitted to the paper's Table 2 (no price list)";
  prices.lines.push_back(line("fee (fit)", "month", meter, kAFew,
                              {tier(0, low.fee, high.fee), tier(1, 0.0, 0.0)}));
  prices.lines.push_back(line("requests (fit)", "million", meter, kMillion,
                              {tier(0, low.million_beyond, high.million_beyond)}));
  prices.lines.push_back(line("first requests (fit)", fmt::format("{} requests", low.until),
                              meter, low.until,
                              {tier(0, first(low), first(high)), tier(1, 0.0, 0.0)}));
  return prices;
}

void apply_paper_calibration(const Scenario& scenario, const DeploymentSpec& deployment,
                             CompiledDeployment& compiled) {
  compiled.prices = paper_prices(deployment.is_servers());
  std::string what = "prices are fitted to the paper's Table 2";
  if (auto* pool = std::get_if<PoolPlan>(&compiled.plan.side)) {
    pool->metering.bills_requests = true;
    std::string of;
    if (const auto mean = cold_start_of(scenario, deployment.platform, of)) {
      const Duration time(std::llround(*mean * 1e9));
      pool->cold_start.clear();
      pool->cold_start.push_back({"placement", LoadAt::kPlacement,
                                  Distribution::lognormal(time, paper_fit().cv), Duration(0)});
      pool->init_limit = {};
      what += fmt::format(", cold starts are its Table 1 ({} {}; spread assumed)",
                          format_duration(time), of);
    } else {
      what += fmt::format("; it says nothing of cold starts on {}, whose own figures hold",
                          deployment.platform);
    }
  }
  compiled.notes.push_back(
      fmt::format("Calibration 'paper': what it would take, no prediction: {}.", what));
}

}  // namespace faascast
