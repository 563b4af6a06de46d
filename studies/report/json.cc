#include "studies/report/json.h"

#include <fmt/format.h>

#include "studies/report/figures.h"
#include "studies/report/formats.h"
#include "studies/version.h"

namespace faascast {
namespace {

using Json = OrderedJson;

Json optional_json(std::optional<double> value) { return value ? Json(*value) : Json(nullptr); }

Json durations_json(const DurationSummary& summary) {
  Json json;
  json["mean"] = optional_json(summary.mean_s());
  json["p50"] = optional_json(summary.quantile_s(0.50));
  json["p90"] = optional_json(summary.quantile_s(0.90));
  json["p95"] = optional_json(summary.quantile_s(0.95));
  json["p99"] = optional_json(summary.quantile_s(0.99));
  json["max"] = optional_json(summary.max_s());
  return json;
}

Json instances_json(const InstanceFigures& figures) {
  return Json{{"mean", figures.mean},
              {"busy_mean", figures.busy_mean},
              {"idle_mean", figures.idle_mean},
              {"peak", figures.peak},
              {"expired", figures.expired}};
}

Json usage_json(const Usage& usage) {
  Json json = Json::object();
  for (const NaturalAmount& natural : natural_amounts(usage)) {
    if (natural.amount == 0.0) continue;
    const std::string name(natural.name);
    if (natural.is_whole && natural.amount < 9e18) {
      json[name] = static_cast<std::int64_t>(natural.amount);
    } else {
      json[name] = natural.amount;
    }
  }
  return json;
}

Json figures_json(const std::vector<FigureInterval>& intervals) {
  Json json = Json::object();
  for (const FigureInterval& one : intervals) {
    json[one.figure] = Json{{"mean", one.mean}, {"low", one.low}, {"high", one.high}};
  }
  return json;
}

Json timeline_json(const Timeline& timeline) {
  Json bins = Json::array();
  for (const TimelineBin& bin : timeline.bins) {
    const auto completed = static_cast<double>(bin.completed);
    bins.push_back(
        Json{{"completed", bin.completed},
             {"cold_starts", bin.cold_starts},
             {"throttled", bin.throttled},
             {"instances", bin.instances},
             {"latency_mean_s", bin.completed > 0
                                    ? Json(static_cast<double>(bin.latency_sum_ns) / 1e9 / completed)
                                    : Json(nullptr)}});
  }
  return Json{{"bin_s", seconds_of(timeline.bin)}, {"bins", std::move(bins)}};
}

Json deployment_json(const DeploymentReport& report) {
  const DeploymentResult& figures = report.figures;
  Json json;
  json["name"] = report.name;
  json["kind"] = report.kind;
  json["configuration"] = report.configuration;
  json["requests"] = figures.requests;
  json["completed"] = figures.completed;
  json["throttled"] = figures.throttled;
  json["timed_out"] = figures.timed_out;
  json["failed"] = figures.failed;
  json["in_flight"] = figures.in_flight;
  json["cold_starts"] = figures.cold_starts;
  json["cold_affected"] = figures.cold_affected;
  json["abandoned"] = figures.abandoned;
  json["retries"] = figures.retries;
  json["contention_s"] = figures.completed == 0
                             ? Json(nullptr)
                             : Json(static_cast<double>(figures.contention_ns) * 1e-9 /
                                    static_cast<double>(figures.completed));
  json["latency_s"] = durations_json(figures.latency);
  json["execution_s"] = durations_json(figures.execution);
  json["cold_start_s"] = durations_json(figures.cold_start);
  json["wait_s"] = durations_json(figures.wait);
  json["instances"] = instances_json(figures.instances);
  json["usage"] = usage_json(figures.usage);
  json["bill_usd"] = bill_json(report.bill);
  json["bill_month_usd"] = bill_json(report.bill_month);
  json["usd_per_million"] =
      report.usd_per_million ? Json(to_micro_usd(*report.usd_per_million)) : Json(nullptr);
  json["meets_objective"] = report.meets_objective ? Json(*report.meets_objective) : Json(nullptr);
  json["misses"] = report.misses;
  if (!report.intervals.empty()) json["intervals"] = figures_json(report.intervals);
  if (!report.differences.empty()) json["differences"] = figures_json(report.differences);
  if (!figures.timeline.bins.empty()) json["timeline"] = timeline_json(figures.timeline);
  json["fingerprint"] = fmt::format("{:016x}", figures.fingerprint);
  json["notes"] = report.notes;
  if (!report.parts.empty()) {
    Json parts = Json::array();
    for (const DeploymentReport& part : report.parts) parts.push_back(deployment_json(part));
    json["parts"] = std::move(parts);
  }
  return json;
}

Json workflow_json(const WorkflowReport& report) {
  Json json;
  json["requests"] = report.requests;
  json["completed"] = report.completed;
  json["failed"] = report.failed;
  json["latency_s"] = durations_json(report.latency);
  json["bill_usd"] = to_micro_usd(report.usd);
  json["bill_month_usd"] = to_micro_usd(report.usd_month);
  json["usd_per_million"] =
      report.usd_per_million ? Json(to_micro_usd(*report.usd_per_million)) : Json(nullptr);
  json["meets_objective"] = report.meets_objective ? Json(*report.meets_objective) : Json(nullptr);
  json["misses"] = report.misses;
  return json;
}

Json interval_json(const Interval& interval) { return Json::array({interval.low, interval.high}); }

Json usd_interval_json(const Interval& interval) {
  return Json::array({to_micro_usd(interval.low), to_micro_usd(interval.high)});
}

Json answer_json(const BreakevenAnswer& answer) {
  Json json;
  json["sentence"] = answer.sentence;
  json["serverless"] = answer.serverless;
  json["dedicated"] = answer.dedicated;
  json["cheaper"] = answer.cheaper.empty() ? Json(nullptr) : Json(answer.cheaper);
  json["costs"] = Json::array();
  for (const OwnCost& cost : answer.costs) {
    json["costs"].push_back(
        Json{{"name", cost.name},
             {"kind", cost.is_serverless ? "serverless" : "servers"},
             {"usd_per_month", to_micro_usd(cost.usd_per_month)},
             {"feasible", cost.feasible},
             {"configuration", cost.configuration},
             {"misses", cost.why_not},
             {"p99_s", cost.p99_s > 0.0 ? Json(cost.p99_s) : Json(nullptr)}});
  }
  json["assumptions_tried"] = answer.assumptions;
  json["flips"] = Json::array();
  for (const Flip& flip : answer.flips) {
    json["flips"].push_back(Json{{"assumption", flip.assumption},
                                 {"serverless_usd", to_micro_usd(flip.serverless_usd)},
                                 {"dedicated_usd", to_micro_usd(flip.dedicated_usd)},
                                 {"cheaper", flip.cheaper},
                                 {"flips", flip.flips}});
  }
  json["flip_threshold"] = Json{{"server_hours_per_month", optional_json(answer.threshold.server_hours)},
                                {"text", answer.threshold.text}};
  return json;
}

Json measured_json(const std::vector<MeasuredPoint>& points) {
  Json json = Json::array();
  for (const MeasuredPoint& point : points) {
    json.push_back(Json{{"deployment", point.name},
                        {"inferences_per_day", point.inferences_per_day},
                        {"usd_per_month", point.usd_per_month},
                        {"p99_s", optional_json(point.p99_s)},
                        {"predicted_usd_per_month", to_micro_usd(point.predicted_usd_per_month)},
                        {"predicted_p99_s", optional_json(point.predicted_p99_s)}});
  }
  return json;
}

Json point_json(const BreakevenPoint& point) {
  Json rows = Json::array();
  for (const BreakevenRow& row : point.rows) {
    rows.push_back(Json{
        {"name", row.name},
        {"usd_per_month", row.feasible ? Json(to_micro_usd(row.usd_per_month)) : Json(nullptr)},
        {"feasible", row.feasible},
        {"configuration", row.configuration}});
    if (row.sampling.high > 0.0) {
      rows.back()["sampling"] = usd_interval_json(row.sampling);
      rows.back()["calibration"] = usd_interval_json(row.calibration);
    }
  }
  return Json{{"inferences_per_day", point.inferences_per_day}, {"rows", std::move(rows)}};
}

Json pair_json(const BreakevenPair& pair) {
  Json crossings = Json::array();
  for (const Crossing& crossing : pair.crossings) {
    crossings.push_back(Json{{"inferences_per_day", crossing.inferences_per_day},
                             {"sampling", interval_json(crossing.sampling)},
                             {"calibration", interval_json(crossing.calibration)},
                             {"cheaper_below", crossing.cheaper_below},
                             {"replications", crossing.replications}});
  }
  Json curve = Json::array();
  for (const BreakevenPoint& point : pair.curve) curve.push_back(point_json(point));
  Json json;
  json["serverless"] = pair.serverless;
  json["dedicated"] = pair.dedicated;
  json["verdict"] = std::string(name_of(pair.verdict));
  json["sentence"] = pair.sentence;
  json["crossings"] = std::move(crossings);
  Json sensitivity = Json::array();
  for (const Sensitivity& one : pair.sensitivity) {
    sensitivity.push_back(Json{{"figure", one.figure},
                               {"low", one.low_value},
                               {"high", one.high_value},
                               {"inferences_per_day", Json::array({one.at_low, one.at_high})}});
  }
  json["sensitivity"] = std::move(sensitivity);
  json["curve"] = std::move(curve);
  json["spreadsheet"] =
      Json{{"inferences_per_day", optional_json(pair.spreadsheet.inferences_per_day)},
           {"why_different", pair.spreadsheet.why_different}};
  return json;
}

/// What every result starts with.
template <class Report>
Json head_json(const Report& report) {
  Json json;
  json["schema"] = kJsonSchema;
  json["version"] = std::string(program_version());
  json["seed"] = report.seed;
  json["scenario"] = report.scenario;
  json["profile_hash"] = report.profile_hash.empty() ? Json(nullptr) : Json(report.profile_hash);
  return json;
}

}  // namespace

OrderedJson bill_json(const Bill& bill) {
  OrderedJson lines = OrderedJson::array();
  for (const BillLine& line : bill.lines) {
    OrderedJson json{{"name", line.name},
                     {"quantity", line.quantity},
                     {"unit", line.unit},
                     {"usd", usd_number(line.usd)}};
    if (line.free > 0.0) json["free"] = line.free;
    lines.push_back(std::move(json));
  }
  return OrderedJson{{"total", usd_number(bill.total())}, {"lines", std::move(lines)}};
}

std::string dumped(const OrderedJson& json) {
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string json_of(const RunReport& report) {
  Json json = head_json(report);
  json["fingerprint"] = fmt::format("{:016x}", report.fingerprint);
  json["interrupted"] = report.interrupted;
  if (report.workflow) json["workflow"] = workflow_json(*report.workflow);
  json["replications"] = report.replications;
  if (report.replications > 1) json["compared_with"] = report.compared_with;
  json["traffic"] = report.traffic;
  json["model"] = report.model;
  json["span_s"] = seconds_of(report.span);
  json["inferences_per_day"] = report.inferences_per_day;
  json["deployments"] = Json::array();
  for (const DeploymentReport& deployment : report.deployments) {
    json["deployments"].push_back(deployment_json(deployment));
  }
  json["notes"] = report.notes;
  return dumped(json);
}

std::string json_of(const BreakevenReport& report) {
  Json json = head_json(report);
  json["inferences_per_day"] = report.inferences_per_day;
  json["scaling"] = report.scaling;
  if (report.answer) json["answer"] = answer_json(*report.answer);
  if (!report.measured.empty()) json["measured"] = measured_json(report.measured);
  json["pairs"] = Json::array();
  for (const BreakevenPair& pair : report.pairs) json["pairs"].push_back(pair_json(pair));
  json["notes"] = report.notes;
  return dumped(json);
}

}  // namespace faascast
