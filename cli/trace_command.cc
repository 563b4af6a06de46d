#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/tables.h"
#include "input/quantity.h"
#include "traces/generators.h"
#include "traces/info.h"
#include "traces/trace.h"

namespace faascast {
namespace {

std::shared_ptr<const Traffic> opened(const TraceArguments& arguments) {
  TraceOptions options;
  options.format = arguments.format;
  options.reorder = arguments.reorder;
  return open_trace(arguments.file, options);
}

std::string json_of(const std::string& description, const TrafficInfo& info) {
  nlohmann::ordered_json json;
  json["description"] = description;
  json["requests"] = info.requests;
  json["functions"] = info.functions;
  json["span_s"] = seconds_of(info.span);
  json["first_s"] = seconds_of(info.first);
  json["last_s"] = seconds_of(info.last);
  json["mean_rate_per_s"] = info.mean_rate_per_s;
  json["interarrival_cv"] = info.interarrival_cv;
  json["peak_minute"] = info.peak_minute;
  json["mean_minute"] = info.mean_minute;
  json["dispersion"] = info.dispersion;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Table table_of(const TrafficInfo& info) {
  Table table({{"figure", Table::Align::kLeft}, {"value"}});
  table.add({"requests", format_count(info.requests)});
  table.add({"functions called", format_count(info.functions)});
  table.add({"span", format_duration(info.span)});
  table.add({"first arrival", format_duration(info.first)});
  table.add({"last arrival", format_duration(info.last)});
  table.add({"mean rate, a second", fmt::format("{:.4g}", info.mean_rate_per_s)});
  table.add({"cv of the gaps between arrivals", fmt::format("{:.4g}", info.interarrival_cv)});
  table.add({"busiest minute, requests", format_count(info.peak_minute)});
  table.add({"mean minute, requests", fmt::format("{:.4g}", info.mean_minute)});
  table.add({"variance / mean of minutes (1 = Poisson)", fmt::format("{:.4g}", info.dispersion)});
  return table;
}

}  // namespace

ExitCode trace_info_command(const TraceArguments& arguments) {
  check_output(arguments.output);
  const auto traffic = opened(arguments);
  const TrafficInfo info = describe(*traffic, {arguments.seed, 0});
  deliver(arguments.output, [&](ReportFormat format) {
    if (format == ReportFormat::kJson) return json_of(traffic->description(), info);
    const std::string text = table_text(table_of(info), format);
    return format == ReportFormat::kText ? paragraph("", traffic->description()) + text : text;
  });
  return kDone;
}

ExitCode trace_generate_command(const TraceArguments& arguments) {
  write_plain_csv(*make_generator(arguments.generator), {arguments.seed, 0}, arguments.result);
  return kDone;
}

ExitCode trace_convert_command(const TraceArguments& arguments) {
  write_plain_csv(*opened(arguments), {arguments.seed, 0}, arguments.result);
  return kDone;
}

}  // namespace faascast
