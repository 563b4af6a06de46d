#include "traces/request_format.h"

#include <algorithm>

#include "traces/log_lines.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using enum Field;

std::vector<ColumnRule> plain_columns() {
  return {
      {"arrival_s", kArrival}, {"timestamp", kTimestamp},      {"function", kFunction},
      {"version", kVersion},   {"execution_s", kExecution},    {"cold_execution_s", kColdExecution},
      {"memory_mb", kMemory},  {"input_tokens", kInputTokens}, {"output_tokens", kOutputTokens}};
}

RequestFormat csv(std::string_view name, std::string_view title, std::vector<ColumnRule> columns) {
  RequestFormat format;
  format.name = name;
  format.title = title;
  format.columns = std::move(columns);
  return format;
}

RequestFormat plain() {
  RequestFormat format = csv("plain", "plain request CSV", plain_columns());
  format.strict = true;
  return format;
}

RequestFormat json_lines() {
  RequestFormat format = csv("json-lines", "requests as JSON", plain_columns());
  format.shape = RowShape::kJson;
  return format;
}

RequestFormat azure_llm(std::string_view name) {
  RequestFormat format = csv(name, "Azure LLM inference trace",
                             {{"TIMESTAMP", kTimestamp},
                              {"ContextTokens", kInputTokens},
                              {"GeneratedTokens", kOutputTokens},
                              {"NumImages", kIgnored}});
  format.strict = true;
  return format;
}

/// Zhang et al., SOSP 2021.
RequestFormat azure_functions_2021() {
  RequestFormat format = csv(
      "azure-functions-2021", "Azure Functions 2021 trace",
      {{"app", kFunction}, {"func", kVersion}, {"end_timestamp", kEnd}, {"duration", kExecution}});
  format.order = RowOrder::kMeasured;
  return format;
}

/// Wang et al., KDD 2025. Times are seconds from 0:00 of day 1.
RequestFormat burst_gpt() {
  return csv("burstgpt", "BurstGPT trace",
             {{"Timestamp", kArrival},
              {"Model", kFunction},
              {"Request tokens", kInputTokens},
              {"Response tokens", kAnswerTokens},
              {"Total tokens", kIgnored},
              {"Log Type", kIgnored}});
}

/// Qin et al., FAST 2025.
RequestFormat mooncake() {
  RequestFormat format = csv("mooncake", "Mooncake trace",
                             {{"timestamp", kArrival, 6},
                              {"input_length", kInputTokens},
                              {"output_length", kOutputTokens}});
  format.shape = RowShape::kJson;
  format.tick = 3s;
  return format;
}

RequestFormat application_insights() {
  RequestFormat format = csv("application-insights", "Application Insights requests",
                             {{"TimeGenerated", kTimestamp},
                              {"TimeGenerated [UTC]", kTimestamp},
                              {"timestamp [UTC]", kTimestamp},
                              {"timestamp", kTimestamp},
                              {"duration", kExecution, 6},
                              {"DurationMs", kExecution, 6},
                              {"cloud_RoleName", kFunction},
                              {"AppRoleName", kFunction},
                              {"success", kSuccess},
                              {"Success", kSuccess},
                              {"itemType", kOnly, 9, "request"},
                              {"itemCount", kWeight},
                              {"ItemCount", kWeight}});
  format.order = RowOrder::kMeasured;
  format.tick = 1s;
  return format;
}

RequestFormat jmeter() {
  RequestFormat format = csv("jmeter", "JMeter results",
                             {{"timeStamp", kArrival, 6},
                              {"elapsed", kExecution, 6},
                              {"success", kSuccess},
                              {"label", kIgnored}});
  format.zero_is_first = true;
  format.order = RowOrder::kMeasured;
  return format;
}

RequestFormat k6() {
  RequestFormat format = csv("k6", "k6 results",
                             {{"metric_name", kOnly, 9, "http_req_duration"},
                              {"timestamp", kEnd},
                              {"metric_value", kExecution, 6},
                              {"error", kError},
                              {"status", kStatus}});
  format.zero_is_first = true;
  format.order = RowOrder::kMeasured;
  format.note = "ends in whole seconds";
  return format;
}

RequestFormat iluvatar() {
  return csv("iluvatar", "function invocations",
             {{"func_name", kFunction}, {"invoke_time_ms", kArrival, 6}});
}

/// Alibaba cluster-trace-v2026-GenAI.
RequestFormat gen_td26() {
  RequestFormat format = csv("gentd26", "GenTD26 image generation trace",
                             {{"gmt_create", kTimestamp},
                              {"predict_status", kSuccess},
                              {"exec_time_seconds", kExecution},
                              {"groupId", kIgnored},
                              {"checkpoint_model_version_id", kIgnored}});
  format.order = RowOrder::kMeasured;
  format.tick = 1s;
  return format;
}

/// The time of a REPORT is that of its log event, when the invocation ended.
RequestFormat lambda(std::string_view name, RowShape shape, std::vector<ColumnRule> columns) {
  RequestFormat format = csv(name, "AWS Lambda reports", std::move(columns));
  format.shape = shape;
  format.zero_is_first = true;
  format.order = RowOrder::kMeasured;
  return format;
}

RequestFormat lambda_report() {
  RequestFormat format =
      lambda("lambda-report", RowShape::kText, {{"time", kEndTimestamp}, {"report", kReport}});
  format.split = split_report_line;
  return format;
}

RequestFormat lambda_insights() {
  return lambda("lambda-insights", RowShape::kCsv,
                {{"@timestamp", kEndTimestamp}, {"@message", kReport}, {"@log", kFunction}});
}

RequestFormat lambda_json() {
  return lambda("lambda-json", RowShape::kJson,
                {{"time", kEndTimestamp},
                 {"type", kOnly, 9, "platform.report"},
                 {"record.metrics.durationMs", kExecution, 6},
                 {"record.metrics.initDurationMs", kInit, 6},
                 {"record.metrics.restoreDurationMs", kInit, 6},
                 {"record.metrics.maxMemoryUsedMB", kMemory},
                 {"record.errorType", kError}});
}

/// `aws logs filter-log-events`: the events' times are ms since 1970.
RequestFormat lambda_events() {
  RequestFormat format =
      lambda("lambda-events", RowShape::kJson, {{"timestamp", kEnd, 6}, {"message", kReport}});
  format.member = "events";
  return format;
}

RequestFormat google_functions_log() {
  RequestFormat format =
      csv("google-functions-log", "Google Cloud Functions log",
          {{"time", kEndTimestamp}, {"report", kReport}, {"function", kFunction}});
  format.shape = RowShape::kText;
  format.split = split_google_line;
  format.order = RowOrder::kMeasured;
  format.note = "cold starts are not marked";
  return format;
}

RequestFormat google_functions_json() {
  RequestFormat format = csv("google-functions-json", "Google Cloud Functions log",
                             {{"timestamp", kEndTimestamp},
                              {"textPayload", kReport},
                              {"resource.labels.function_name", kFunction}});
  format.shape = RowShape::kJson;
  format.order = RowOrder::kMeasured;
  format.note = "cold starts are not marked";
  return format;
}

/// Joosen et al., EuroSys 2025: requests, stamped by the worker when they end, in seconds since the
/// first day of the release.
RequestFormat huawei_2025() {
  RequestFormat format = csv("huawei-2025", "Huawei public cloud requests 2025",
                             {{"time_worker", kEnd},
                              {"funcName", kFunction},
                              {"userID", kVersion},
                              {"podID", kPool},
                              {"totalCost_worker", kExecution},
                              {"memory_usage", kMemory}});
  format.zero_is_first = true;
  format.order = RowOrder::kMeasured;
  format.note = "memory is the whole instance's";
  return format;
}

RequestFormat huawei_2025_cold_starts() {
  RequestFormat format = csv("huawei-2025-cold-starts", "Huawei public cloud cold starts 2025",
                             {{"time", kArrival},
                              {"funcName", kFunction},
                              {"userID", kVersion},
                              {"podID", kPool},
                              {"totalCost_cold_start", kIgnored}});
  format.zero_is_first = true;
  format.order = RowOrder::kMeasured;
  format.note = "only what met a cold start, once for each instance started";
  return format;
}

RequestFormat cloud_run() {
  RequestFormat format = csv("cloud-run-log", "Cloud Run request log",
                             {{"timestamp", kTimestamp},
                              {"httpRequest.requestMethod", kOnly},
                              {"httpRequest.latency", kExecution},
                              {"httpRequest.status", kStatus},
                              {"resource.labels.service_name", kFunction},
                              {"resource.labels.revision_name", kIgnored},
                              {"textPayload", kColdMark, 9,
                               "This request caused a new container instance to be started"}});
  format.shape = RowShape::kJson;
  format.order = RowOrder::kMeasured;
  format.note = "latencies include any wait for an instance";
  return format;
}

RequestFormat common_log() {
  RequestFormat format =
      csv("common-log", "web server log", {{"time", kTimestamp}, {"status", kStatus}});
  format.shape = RowShape::kText;
  format.split = split_common_log_line;
  format.order = RowOrder::kMeasured;
  format.tick = 1s;
  return format;
}

RequestFormat load_balancer() {
  RequestFormat format = csv("alb", "AWS load balancer log",
                             {{"request_creation_time", kTimestamp},
                              {"target_processing_time", kExecution},
                              {"elb_status_code", kStatus},
                              {"target_group_arn", kFunction}});
  format.shape = RowShape::kText;
  format.split = split_load_balancer_line;
  format.order = RowOrder::kMeasured;
  return format;
}

}  // namespace

const ColumnRule* RequestFormat::find(std::string_view column) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const ColumnRule& rule) { return rule.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

std::vector<std::string> RequestFormat::column_names() const {
  std::vector<std::string> names;
  for (const ColumnRule& rule : columns) names.emplace_back(rule.name);
  return names;
}

const RequestFormat& plain_format() { return request_formats().front(); }

std::span<const RequestFormat> request_formats() {
  static const std::vector<RequestFormat> formats = {plain(),
                                                     azure_llm("azure-llm-2023"),
                                                     azure_llm("azure-llm-2024"),
                                                     azure_functions_2021(),
                                                     burst_gpt(),
                                                     mooncake(),
                                                     lambda_report(),
                                                     lambda_insights(),
                                                     lambda_json(),
                                                     lambda_events(),
                                                     google_functions_log(),
                                                     google_functions_json(),
                                                     huawei_2025(),
                                                     huawei_2025_cold_starts(),
                                                     cloud_run(),
                                                     application_insights(),
                                                     common_log(),
                                                     load_balancer(),
                                                     k6(),
                                                     jmeter(),
                                                     iluvatar(),
                                                     gen_td26(),
                                                     json_lines()};
  return formats;
}

const RequestFormat* find_request_format(std::string_view name) {
  for (const RequestFormat& format : request_formats()) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

}  // namespace faascast
