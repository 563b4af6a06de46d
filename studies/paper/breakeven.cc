// 5.3: where servers become cheaper.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "pricing/month.h"
#include "studies/breakeven.h"
#include "studies/paper/sections.h"
#include "studies/paper_calibration.h"

namespace faascast {
namespace {

double shortest(const PaperModel& model) {
  return model.execution.low.value_or(0.1 * *model.execution.high);
}

struct Place {
  const char* deployment = "";
  const char* platform = "";
  int index = 0;  ///< in paper/table-2
};
constexpr Place kPlaces[] = {{"lambda", "aws-lambda", 0},
                             {"cloud-functions", "google-cloud-functions", 2},
                             {"azure-consumption", "azure-functions-consumption", 5}};

/// The first crossing of one pair; nothing where there is none.
std::optional<double> crossing(const PaperBench& bench, const Place& place, double megabytes,
double execution_s, int servers, Verdict& verdict) {
  std::vector<std::string> set = {
      "traffic.generator.duration=1 h", fmt::format("model.execution={:.0f} us", 1e6 * execution_s),
      fmt::format("model.memory_used={:.0f} MB", megabytes),
      fmt::format("deployment[7].count={}", servers)};
  if (servers == 1) set.emplace_back("deployment[7].front_door=none");
  if (place.index != 5) {
    set.push_back(fmt::format("deployment[{}].memory={:.0f} MB", place.index, megabytes));
  }
  BreakevenOptions options;
  options.study = bench.options().study;
  options.serverless = place.deployment;
  options.dedicated = "servers";
  options.replications = 2;
  options.requests_per_point = 4'000;
  options.most_requests_per_point = 20'000;
  options.calibration = false;
  options.answers = false;
  Scenario scenario = PaperBench::only(bench.scenario("paper/table-2", std::move(set)),
                                 {place.deployment, "servers"});
  const BreakevenReport report = breakeven(scenario, options);
  const BreakevenPair& pair = report.pairs.front();
  verdict = pair.verdict;
  if (pair.crossings.empty()) return std::nullopt;
  return pair.crossings.front().inferences_per_day;
}

PaperRow row_of(const PaperBench& bench, const PaperModel& model, const Place& place, int servers) {
  PaperRow row;
  row.model = model.name;
  row.platform = fmt::format("{} against {} x aws/c6i.large", place.platform, servers);
  row.quantity = servers == 1 ? "breakeven against one server" : "breakeven against two servers";
  row.unit = "inferences/day";
  row.basis = bench.is_paper_calibrated() ? "fit" : "list price";
  row.paper = paper_figures().quantity("breakeven_per_day");
  const double most = *model.memory.high;
  const double middle = 0.5 * (shortest(model) + *model.execution.high);
  Verdict verdict = Verdict::kInfeasible;
  row.simulated = crossing(bench, place, most, middle, servers, verdict);
  Verdict ignored = Verdict::kInfeasible;
  row.low = crossing(bench, place, most, *model.execution.high, servers, ignored);
  row.high = crossing(bench, place, *model.memory.low, shortest(model), servers, ignored);
  row.why = row.simulated
                ? fmt::format("at {:.0f} MB and {:.0f} ms; low and high: the dearest and the cheapest "
                              "request within the paper's ranges; {}",
                              most, 1e3 * middle, against_paper(row))
                : fmt::format("no crossing: {}", name_of(verdict));
  return row;
}

/// Table 2's own curves, from the fit.
double monthly(bool of_servers, PriceBound bound, double per_day) {
  MonthlyLoad load;
  load.requests = std::llround(per_day * 30.0);
  return usd_of(
      bill_month(at_bound(paper_prices(of_servers), bound), usage_of(load), false).total());
}

std::optional<double> fit_crossing(PriceBound functions, PriceBound servers) {
  double low = 1'000.0;
  double high = 1e6;  // the table ends there
  const auto dearer = [&](double per_day) {
    return monthly(false, functions, per_day) > monthly(true, servers, per_day);
  };
  if (dearer(low) || !dearer(high)) return std::nullopt;
  while (high - low > 1.0) {
    const double middle = 0.5 * (low + high);
    (dearer(middle) ? high : low) = middle;
  }
  return std::round(high);
}

void add_fit(PaperSection& section) {
  struct Pair {
    const char* name;
    PriceBound functions;
    PriceBound servers;
  };
  constexpr Pair kPairs[] = {{"low against low", PriceBound::kLow, PriceBound::kLow},
                             {"middle against middle", PriceBound::kListed, PriceBound::kListed},
                             {"high against high", PriceBound::kHigh, PriceBound::kHigh},
                             {"high functions against low servers", PriceBound::kHigh, PriceBound::kLow},
                             {"low functions against high servers", PriceBound::kLow, PriceBound::kHigh}};
  for (const Pair& pair : kPairs) {
    PaperRow row;
    row.model = "any";
    row.platform = pair.name;
    row.quantity = "crossing of Table 2's own columns";
    row.unit = "inferences/day";
    row.basis = "fit";
    row.paper = paper_figures().quantity("breakeven_per_day");
    row.simulated = fit_crossing(pair.functions, pair.servers);
    row.low = row.simulated;
    row.high = row.simulated;
    row.why = row.simulated ? against_paper(row) : "they do not cross up to a million a day";
    section.rows.push_back(row);
  }
}

std::string sentence(const std::vector<PaperRow>& rows, const std::string& quantity) {
  std::string inside;
  std::string outside;
  for (const PaperModel& model : paper_figures().models) {
    std::size_t agreeing = 0;
    for (const PaperRow& row : rows) {
      if (row.model == model.name && row.quantity == quantity && row.agrees().value_or(false)) {
        ++agreeing;
      }
    }
    std::string& list = agreeing > 0 ? inside : outside;
    list += (list.empty() ? "" : ", ") + model.name;
  }
  return fmt::format("{}: 500,000 to a million a day is possible for {}{}.", quantity,
                     inside.empty() ? "none" : inside,
                     outside.empty() ? "" : fmt::format(", and not for {}", outside));
}

}  // namespace

PaperSection paper_breakeven(const PaperBench& bench) {
  PaperSection section;
  section.title = "5.3: breakeven";
  for (const PaperModel& model : paper_figures().models) {
    for (const Place& place : kPlaces) {
      for (const int servers : {2, 1}) section.rows.push_back(row_of(bench, model, place, servers));
    }
  }
  if (!bench.is_paper_calibrated()) {
    section.sentences.push_back(sentence(section.rows, "breakeven against two servers"));
    section.sentences.push_back(sentence(section.rows, "breakeven against one server"));
    section.sentences.push_back(
        "Both columns of Table 2 are far above list prices, and by about as much: that is why its "
        "breakeven is nearly right for the CNN and the RNN all the same.");
  }
  add_fit(section);
  return section;
}

}  // namespace faascast
