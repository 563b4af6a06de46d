#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "studies/report/figures.h"
#include "studies/report/formats.h"
#include "studies/report/html.h"
#include "studies/report/table.h"
#include "studies/sweep.h"

namespace faascast {
namespace {

using Align = Table::Align;

/// The last word of each key; of keys that end alike, all of it.
std::vector<std::string> short_keys(const std::vector<std::string>& keys) {
  std::map<std::string, int> uses;
  const auto tail = [](const std::string& key) { return key.substr(key.rfind('.') + 1); };
  for (const std::string& key : keys) ++uses[tail(key)];
  std::vector<std::string> names;
  for (const std::string& key : keys) names.push_back(uses[tail(key)] == 1 ? tail(key) : key);
  return names;
}

/// Every point, a row for each of its deployments.
Table points_table(const SweepReport& report) {
  std::vector<Table::Column> columns = {{"point"}};
  for (const std::string& key : short_keys(report.keys)) columns.push_back({key});
  const bool has_objective =
      std::any_of(report.points.begin(), report.points.end(), [](const SweepReport::Point& point) {
        return !point.result.deployments.empty() &&
               point.result.deployments.front().meets_objective.has_value();
      });
  for (const char* head : {"deployment", "p50", "p99", "cold", "$/month"}) {
    columns.push_back({head, head[0] == 'd' ? Align::kLeft : Align::kRight});
  }
  if (has_objective) columns.push_back({"ok"});
  Table table(std::move(columns));
  for (const SweepReport::Point& point : report.points) {
    std::vector<std::string> head = {std::to_string(point.number)};
    head.insert(head.end(), point.values.begin(), point.values.end());
    if (point.result.status != PointStatus::kDone) {
      std::vector<std::string> row = head;
      row.emplace_back(name_of(point.result.status));
      row.resize(table.columns().size(), "-");
      table.add(std::move(row));
    }
    for (const PointFigures& figures : point.result.deployments) {
      std::vector<std::string> row = head;
      row.push_back(figures.name);
      row.push_back(duration_text(figures.p50_s));
      row.push_back(duration_text(figures.p99_s));
      row.push_back(share_text(figures.cold_starts, figures.completed + figures.timed_out));
      row.push_back(usd_text(figures.bill_month_usd));
      if (has_objective) row.push_back(yes_no_text(figures.meets_objective));
      table.add(std::move(row));
    }
  }
  return table;
}

/// Why points have no result, each reason once: "points 3, 7: …".
std::vector<std::string> reasons(const SweepReport& report) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const SweepReport::Point& point : report.points) {
    if (point.result.reason.empty()) continue;
    const auto same = std::find_if(found.begin(), found.end(), [&](const auto& one) {
      return one.second == point.result.reason;
    });
    if (same == found.end()) {
      found.emplace_back(std::to_string(point.number), point.result.reason);
    } else {
      same->first += fmt::format(", {}", point.number);
    }
  }
  std::vector<std::string> lines;
  for (const auto& [points, reason] : found) {
    const bool is_one = points.find(',') == std::string::npos;
    lines.push_back(fmt::format("{} {}: {}", is_one ? "Point" : "Points", points, reason));
  }
  return lines;
}

std::string head_of(const SweepReport& report) {
  std::map<PointStatus, std::size_t> counts;
  for (const SweepReport::Point& point : report.points) ++counts[point.result.status];
  std::string text = fmt::format("{}: {} points", report.scenario, report.points.size());
  if (report.shard.count > 1) {
    text += fmt::format(" of {}, part {} of {}", report.planned, report.shard.index,
                        report.shard.count);
  }
  for (const PointStatus status :
       {PointStatus::kInfeasible, PointStatus::kFailed, PointStatus::kNotRun}) {
    if (counts[status] == 0) continue;
    text += fmt::format(", {} {}", counts[status],
                        status == PointStatus::kNotRun ? "not run" : name_of(status));
  }
  text += fmt::format(" ({}, seed {})", report.design, report.seed);
  return report.interrupted ? "INTERRUPTED. " + text : text;
}

/// Monthly cost along the only key, where its values are numbers.
std::string cost_chart(const SweepReport& report) {
  if (report.keys.size() != 1) return {};
  std::map<std::string, std::vector<std::pair<double, double>>> lines;
  for (const SweepReport::Point& point : report.points) {
    char* end = nullptr;
    const double x = std::strtod(point.values.front().c_str(), &end);
    if (end == point.values.front().c_str() || x <= 0.0) return {};
    for (const PointFigures& figures : point.result.deployments) {
      lines[figures.name].emplace_back(x, figures.bill_month_usd);
    }
  }
  Chart chart;
  chart.title = "Monthly cost against " + report.keys.front();
  chart.x_label = report.keys.front();
  chart.y_label = "USD a month";
  for (auto& [name, points] : lines) {
    std::sort(points.begin(), points.end());
    chart.series.push_back({name, std::move(points), true});
  }
  return html_chart(chart);
}

}  // namespace

std::string text_of(const SweepReport& report) {
  std::string out = paragraph("", head_of(report)) + "\n" + points_table(report).text();
  const std::vector<std::string> lines = reasons(report);
  if (!lines.empty()) out += "\n";
  for (const std::string& line : lines) out += paragraph("  ", line);
  return out;
}

std::string markdown_of(const SweepReport& report) {
  std::string out = fmt::format("# {}\n\n", head_of(report)) + points_table(report).markdown();
  const std::vector<std::string> lines = reasons(report);
  if (!lines.empty()) out += "\n";
  for (const std::string& line : lines) out += fmt::format("- {}\n", line);
  return out;
}

std::string html_of(const SweepReport& report) {
  std::string body = fmt::format("<h1>{}</h1>\n<p>{}</p>\n", html_text(report.scenario),
                                 html_text(head_of(report)));
  body += cost_chart(report) + html_table(points_table(report)) + html_list(reasons(report));
  return html_page(report.scenario, body);
}

std::string csv_of(const SweepReport& report) {
  std::vector<Table::Column> columns = {{"point"}};
  for (const std::string& key : report.keys) columns.push_back({key});
  for (const char* head :
       {"status", "reason", "inferences_per_day", "deployment", "kind", "configuration", "requests",
        "completed", "throttled", "timed_out", "failed", "cold_starts", "latency_mean_s",
        "latency_p50_s", "latency_p95_s", "latency_p99_s", "latency_max_s", "instances_mean",
        "instances_peak", "bill_usd", "bill_month_usd", "usd_per_million", "meets_objective",
        "misses", "fingerprint"}) {
    columns.push_back({head});
  }
  Table table(std::move(columns));
  for (const SweepReport::Point& point : report.points) {
    std::vector<std::string> head = {std::to_string(point.number)};
    head.insert(head.end(), point.values.begin(), point.values.end());
    head.emplace_back(name_of(point.result.status));
    head.push_back(point.result.reason);
    if (point.result.deployments.empty()) {
      head.resize(table.columns().size());
      table.add(std::move(head));
      continue;
    }
    head.push_back(exact_text(point.result.inferences_per_day));
    for (const PointFigures& figures : point.result.deployments) {
      std::vector<std::string> row = head;
      for (const std::string& text : {figures.name, figures.kind, figures.configuration}) {
        row.push_back(text);
      }
      for (const std::uint64_t count : {figures.requests, figures.completed, figures.throttled,
                                        figures.timed_out, figures.failed, figures.cold_starts}) {
        row.push_back(std::to_string(count));
      }
      for (const auto& value :
           {figures.mean_s, figures.p50_s, figures.p95_s, figures.p99_s, figures.max_s}) {
        row.push_back(exact_text(value));
      }
      row.push_back(exact_text(figures.instances_mean));
      row.push_back(std::to_string(figures.instances_peak));
      row.push_back(fmt::format("{:.6f}", figures.bill_usd));
      row.push_back(fmt::format("{:.6f}", figures.bill_month_usd));
      row.push_back(figures.usd_per_million ? fmt::format("{:.6f}", *figures.usd_per_million) : "");
      row.push_back(figures.meets_objective ? (*figures.meets_objective ? "true" : "false") : "");
      row.push_back(fmt::format("{}", fmt::join(figures.misses, "; ")));
      row.push_back(figures.fingerprint);
      table.add(std::move(row));
    }
  }
  return table.csv();
}

}  // namespace faascast
