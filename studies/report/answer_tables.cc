#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "studies/report/breakeven_tables.h"
#include "studies/report/figures.h"

namespace faascast {
namespace {

using Align = Table::Align;

std::string ranges_text(const std::vector<std::pair<double, double>>& ranges) {
  if (ranges.empty()) return "nowhere";
  std::string out;
  for (const auto& [from, to] : ranges) {
    out += fmt::format("{}{}", out.empty() ? "" : ", ", three_digits_text(from));
    if (to > from) out += fmt::format(" to {}", three_digits_text(to));
  }
  return out;
}

/// Neighbours among `places` for which `holds` is true, as ranges.
template <class Holds>
std::vector<std::pair<double, double>> ranges_of(const std::vector<double>& places, Holds holds) {
  std::vector<std::pair<double, double>> ranges;
  bool is_open = false;
  for (const double place : places) {
    const bool held = holds(place);
    if (held && is_open) ranges.back().second = place;
    if (held && !is_open) ranges.emplace_back(place, place);
    is_open = held;
  }
  return ranges;
}

}  // namespace

Table own_table(const BreakevenAnswer& answer) {
  Table table({{"deployment", Align::kLeft},
               {"$/month"},
               {"p99"},
               {"configuration", Align::kLeft},
               {"objective", Align::kLeft}});
  for (const OwnCost& cost : answer.costs) {
    table.add({cost.name, usd_text(cost.usd_per_month),
               cost.p99_s > 0.0 ? duration_text(cost.p99_s) : "-", cost.configuration,
               cost.feasible ? "met" : "misses " + cost.why_not});
  }
  return table;
}

Table flips_table(const BreakevenAnswer& answer) {
  Table table({{"what if", Align::kLeft},
               {answer.serverless},
               {answer.dedicated},
               {"cheaper then", Align::kLeft},
               {"reverses", Align::kLeft}});
  for (const Flip& flip : answer.flips) {
    table.add({flip.assumption, usd_text(flip.serverless_usd), usd_text(flip.dedicated_usd),
               flip.cheaper.empty() ? "neither meets the objective" : flip.cheaper,
               flip.flips ? "yes" : "no"});
  }
  return table;
}

std::string flips_text(const BreakevenAnswer& answer) {
  const auto count = std::count_if(answer.flips.begin(), answer.flips.end(),
                                   [](const Flip& flip) { return flip.flips; });
  if (count == 0) {
    return fmt::format(
        "None of the {} assumptions that were tried, one at a time, reverses the verdict.{}",
        answer.assumptions, answer.flips.empty() ? "" : " These come closest:");
  }
  return fmt::format("{} assumptions were tried, one at a time. The verdict reverses with:",
                     answer.assumptions);
}

Table measured_table(const std::vector<MeasuredPoint>& points) {
  Table table({{"deployment", Align::kLeft},
               {"inferences/day"},
               {"paid"},
               {"predicted"},
               {"off by"},
               {"p99"},
               {"predicted"}});
  for (const MeasuredPoint& point : points) {
    table.add({point.name, three_digits_text(point.inferences_per_day),
               usd_text(point.usd_per_month), usd_text(point.predicted_usd_per_month),
               fmt::format("{:+.0f} %",
                           100.0 * (point.predicted_usd_per_month / point.usd_per_month - 1.0)),
               duration_text(point.p99_s), duration_text(point.predicted_p99_s)});
  }
  return table;
}

Table pairs_table(const BreakevenReport& report) {
  Table table({{"functions", Align::kLeft},
               {"servers", Align::kLeft},
               {"breakeven/day", Align::kLeft},
               {"between", Align::kLeft},
               {"spreadsheet", Align::kLeft}});
  for (const BreakevenPair& pair : report.pairs) {
    std::string at(name_of(pair.verdict));
    std::string between = "-";
    if (!pair.crossings.empty()) {
      const Crossing& first = pair.crossings.front();
      at = three_digits_text(first.inferences_per_day);
      between = fmt::format("{} to {}",
                            three_digits_text(std::min(first.sampling.low, first.calibration.low)),
                            three_digits_text(std::max(first.sampling.high, first.calibration.high)));
    }
    table.add({pair.serverless, pair.dedicated, at, between,
               pair.spreadsheet.inferences_per_day
                   ? three_digits_text(*pair.spreadsheet.inferences_per_day)
                   : "never"});
  }
  return table;
}

std::vector<FeasibleRange> feasible_region(const BreakevenReport& report) {
  // Pairs look at the same places as far as they go.
  std::map<std::string, std::map<double, const BreakevenRow*>> seen;
  std::vector<std::string> names;
  for (const BreakevenPair& pair : report.pairs) {
    for (const BreakevenPoint& point : pair.curve) {
      for (const BreakevenRow& row : point.rows) {
        if (!seen.contains(row.name)) names.push_back(row.name);
        seen[row.name][point.inferences_per_day] = &row;
      }
    }
  }
  const auto cheapest_at = [&](double place) {
    std::string best;
    double least = 0.0;
    for (const auto& [name, rows] : seen) {
      const auto row = rows.find(place);
      if (row == rows.end() || !row->second->feasible) continue;
      if (!best.empty() && row->second->usd_per_month >= least) continue;
      best = name;
      least = row->second->usd_per_month;
    }
    return best;
  };
  std::vector<FeasibleRange> region;
  for (const std::string& name : names) {
    std::vector<double> places;
    for (const auto& [place, row] : seen[name]) places.push_back(place);
    region.push_back(
        {name, ranges_of(places, [&](double place) { return seen[name][place]->feasible; }),
         ranges_of(places, [&](double place) { return cheapest_at(place) == name; })});
  }
  return region;
}

Table feasible_table(const std::vector<FeasibleRange>& region) {
  Table table({{"deployment", Align::kLeft},
               {"meets the objective, inferences/day", Align::kLeft},
               {"cheapest of all", Align::kLeft}});
  for (const FeasibleRange& one : region) {
    table.add({one.name, ranges_text(one.meets), ranges_text(one.cheapest)});
  }
  return table;
}

Table assumptions_table(const std::vector<Assumption>& assumptions) {
  Table table({{"platform", Align::kLeft},
               {"figure", Align::kLeft},
               {"value", Align::kLeft},
               {"range", Align::kLeft},
               {"of", Align::kLeft},
               {"grade", Align::kLeft},
               {"source", Align::kLeft}});
  for (const Assumption& one : assumptions) {
    table.add({one.platform, one.figure, one.value, fmt::format("{} to {}", one.low, one.high),
               one.as_of, one.confidence, one.source});
  }
  return table;
}

}  // namespace faascast
