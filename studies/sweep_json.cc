#include <fmt/format.h>

#include <algorithm>

#include "sim-core/error.h"
#include "studies/report/figures.h"
#include "studies/report/formats.h"
#include "studies/report/json.h"
#include "studies/sweep.h"

namespace faascast {
namespace {

template <class Value>
OrderedJson or_null(const std::optional<Value>& value) {
  return value ? OrderedJson(*value) : OrderedJson();
}

template <class Value>
std::optional<Value> optional_at(const OrderedJson& json, const char* key) {
  const OrderedJson& value = json.at(key);
  if (value.is_null()) return std::nullopt;
  return value.get<Value>();
}

OrderedJson figures_json(const PointFigures& figures) {
  OrderedJson json;
  json["name"] = figures.name;
  json["kind"] = figures.kind;
  json["configuration"] = figures.configuration;
  json["requests"] = figures.requests;
  json["completed"] = figures.completed;
  json["throttled"] = figures.throttled;
  json["timed_out"] = figures.timed_out;
  json["failed"] = figures.failed;
  json["cold_starts"] = figures.cold_starts;
  json["latency_s"] = {{"mean", or_null(figures.mean_s)},
                       {"p50", or_null(figures.p50_s)},
                       {"p95", or_null(figures.p95_s)},
                       {"p99", or_null(figures.p99_s)},
                       {"max", or_null(figures.max_s)}};
  json["instances"] = {{"mean", figures.instances_mean}, {"peak", figures.instances_peak}};
  json["bill_usd"] = figures.bill_usd;
  json["bill_month_usd"] = figures.bill_month_usd;
  json["usd_per_million"] = or_null(figures.usd_per_million);
  json["meets_objective"] = or_null(figures.meets_objective);
  json["misses"] = figures.misses;
  json["fingerprint"] = figures.fingerprint;
  return json;
}

PointFigures figures_from(const OrderedJson& json) {
  PointFigures figures;
  figures.name = json.at("name");
  figures.kind = json.at("kind");
  figures.configuration = json.at("configuration");
  figures.requests = json.at("requests");
  figures.completed = json.at("completed");
  figures.throttled = json.at("throttled");
  figures.timed_out = json.at("timed_out");
  figures.failed = json.at("failed");
  figures.cold_starts = json.at("cold_starts");
  const OrderedJson& latency = json.at("latency_s");
  figures.mean_s = optional_at<double>(latency, "mean");
  figures.p50_s = optional_at<double>(latency, "p50");
  figures.p95_s = optional_at<double>(latency, "p95");
  figures.p99_s = optional_at<double>(latency, "p99");
  figures.max_s = optional_at<double>(latency, "max");
  figures.instances_mean = json.at("instances").at("mean");
  figures.instances_peak = json.at("instances").at("peak");
  figures.bill_usd = json.at("bill_usd");
  figures.bill_month_usd = json.at("bill_month_usd");
  figures.usd_per_million = optional_at<double>(json, "usd_per_million");
  figures.meets_objective = optional_at<bool>(json, "meets_objective");
  for (const OrderedJson& miss : json.at("misses")) figures.misses.push_back(miss);
  figures.fingerprint = json.at("fingerprint");
  return figures;
}

OrderedJson json_of_point(const PointResult& point) {
  OrderedJson json;
  json["status"] = name_of(point.status);
  json["reason"] = point.reason;
  json["inferences_per_day"] = point.inferences_per_day;
  json["profile_hash"] = point.profile_hash;
  json["deployments"] = OrderedJson::array();
  for (const PointFigures& figures : point.deployments) {
    json["deployments"].push_back(figures_json(figures));
  }
  return json;
}

PointResult point_from(const OrderedJson& json) {
  PointResult point;
  const std::string status = json.at("status");
  for (const PointStatus known : {PointStatus::kDone, PointStatus::kInfeasible,
                                  PointStatus::kFailed, PointStatus::kNotRun}) {
    if (status == name_of(known)) point.status = known;
  }
  point.reason = json.at("reason");
  point.inferences_per_day = json.at("inferences_per_day");
  point.profile_hash = json.at("profile_hash");
  for (const OrderedJson& figures : json.at("deployments")) {
    point.deployments.push_back(figures_from(figures));
  }
  return point;
}

/// A number where it reads back as the same text; else text.
OrderedJson value_json(const std::string& value) {
  const auto number = OrderedJson::parse(value, nullptr, false);
  const bool is_same = (number.is_number() || number.is_boolean()) && number.dump() == value;
  return is_same ? number : OrderedJson(value);
}

/// Runs what reads JSON; whatever is missing or of another type is a problem of the file.
template <class Read>
auto reading(const std::string& name, const char* what, Read read) {
  try {
    return read();
  } catch (const nlohmann::json::exception& error) {
    throw InputError(Problem{name, fmt::format("not {}: {}", what, error.what()),
                             "give a file that faascast wrote"});
  }
}

std::string shard_text(const Shard& shard) {
  return fmt::format("{}/{}", shard.index, shard.count);
}

}  // namespace

std::string_view name_of(PointStatus status) {
  switch (status) {
    case PointStatus::kDone: return "done";
    case PointStatus::kInfeasible: return "infeasible";
    case PointStatus::kFailed: return "failed";
    case PointStatus::kNotRun: return "not_run";
  }
  return "";
}

PointResult point_of(const RunReport& report) {
  PointResult point;
  point.status = PointStatus::kDone;
  point.inferences_per_day = report.inferences_per_day;
  point.profile_hash = report.profile_hash;
  for (const DeploymentReport& deployment : report.deployments) {
    const DeploymentResult& result = deployment.figures;
    PointFigures figures;
    figures.name = deployment.name;
    figures.kind = deployment.kind;
    figures.configuration = deployment.configuration;
    figures.requests = result.requests;
    figures.completed = result.completed;
    figures.throttled = result.throttled;
    figures.timed_out = result.timed_out;
    figures.failed = result.failed;
    figures.cold_starts = result.cold_starts;
    figures.mean_s = result.latency.mean_s();
    figures.p50_s = result.latency.quantile_s(0.50);
    figures.p95_s = result.latency.quantile_s(0.95);
    figures.p99_s = result.latency.quantile_s(0.99);
    figures.max_s = result.latency.max_s();
    figures.instances_mean = result.instances.mean;
    figures.instances_peak = result.instances.peak;
    figures.bill_usd = usd_number(deployment.bill.total());
    figures.bill_month_usd = usd_number(deployment.bill_month.total());
    figures.usd_per_million = deployment.usd_per_million;
    figures.meets_objective = deployment.meets_objective;
    figures.misses = deployment.misses;
    figures.fingerprint = fmt::format("{:016x}", result.fingerprint);
    point.deployments.push_back(std::move(figures));
  }
  return point;
}

std::string point_json(const PointResult& point) {
  return json_of_point(point).dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

PointResult point_from_json(std::string_view json) {
  return reading("point", "a point of a sweep",
                 [&] { return point_from(OrderedJson::parse(json)); });
}

std::string json_of(const SweepReport& report) {
  OrderedJson json;
  json["schema"] = kJsonSchema;
  json["kind"] = "sweep";
  json["version"] = report.version;
  json["seed"] = report.seed;
  json["scenario"] = report.scenario;
  json["fingerprint"] = report.fingerprint;
  json["design"] = report.design;
  json["keys"] = report.keys;
  json["planned"] = report.planned;
  if (report.shard.count > 1) json["shard"] = shard_text(report.shard);
  json["interrupted"] = report.interrupted;
  json["points"] = OrderedJson::array();
  for (const SweepReport::Point& point : report.points) {
    OrderedJson row;
    row["number"] = point.number;
    row["values"] = OrderedJson::object();
    for (std::size_t i = 0; i < report.keys.size(); ++i) {
      row["values"][report.keys[i]] = value_json(point.values[i]);
    }
    row.update(json_of_point(point.result));
    json["points"].push_back(std::move(row));
  }
  return dumped(json);
}

SweepReport sweep_from_json(std::string_view text, const std::string& name) {
  return reading(name, "the JSON of a sweep", [&] {
    const OrderedJson json = OrderedJson::parse(text);
    if (json.value("kind", "") != "sweep" || json.value("schema", 0) != kJsonSchema) {
      throw InputError(Problem{name, "not the JSON of a sweep of this program's version",
                               "make it by: faascast sweep SCENARIO --shard 1/4 -o part.json"});
    }
    SweepReport report;
    report.version = json.at("version");
    report.seed = json.at("seed");
    report.scenario = json.at("scenario");
    report.fingerprint = json.at("fingerprint");
    report.design = json.at("design");
    for (const OrderedJson& key : json.at("keys")) report.keys.push_back(key);
    report.planned = json.at("planned");
    report.interrupted = json.at("interrupted");
    for (const OrderedJson& row : json.at("points")) {
      SweepReport::Point point;
      point.number = row.at("number");
      for (const std::string& key : report.keys) {
        const OrderedJson& value = row.at("values").at(key);
        point.values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
      }
      point.result = point_from(row);
      report.points.push_back(std::move(point));
    }
    return report;
  });
}

SweepReport merge_shards(std::vector<SweepReport> parts, const std::vector<std::string>& names) {
  std::vector<Problem> problems;
  SweepReport whole;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    SweepReport& part = parts[i];
    if (i == 0) {
      whole = part;
      whole.points.clear();
      whole.interrupted = false;
    } else if (part.fingerprint != whole.fingerprint || part.seed != whole.seed ||
               part.version != whole.version || part.scenario != whole.scenario ||
               part.planned != whole.planned || part.keys != whole.keys) {
      problems.push_back({names[i], fmt::format("not of the same sweep as {}", names[0]),
                          "merge parts of one scenario, plan, seed, program and profile"});
      continue;
    }
    for (SweepReport::Point& point : part.points) whole.points.push_back(std::move(point));
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  std::erase_if(whole.points, [](const SweepReport::Point& point) {
    return point.result.status == PointStatus::kNotRun;
  });
  std::stable_sort(whole.points.begin(), whole.points.end(),
                   [](const auto& a, const auto& b) { return a.number < b.number; });
  for (std::size_t i = 1; i < whole.points.size(); ++i) {
    if (whole.points[i].number != whole.points[i - 1].number) continue;
    throw InputError(Problem{names.back(),
                             fmt::format("point {} is in two parts", whole.points[i].number),
                             "give each part once"});
  }
  if (whole.points.size() != whole.planned) {
    throw InputError(Problem{names.back(),
                             fmt::format("{} of {} points are missing",
                                         whole.planned - whole.points.size(), whole.planned),
                             "run the shards that are missing or were interrupted"});
  }
  return whole;
}

}  // namespace faascast
