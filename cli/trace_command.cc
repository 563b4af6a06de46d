#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/tables.h"
#include "input/quantity.h"
#include "sim-core/error.h"
#include "studies/run.h"
#include "traces/binary_trace.h"
#include "traces/generators.h"
#include "traces/info.h"
#include "traces/plot.h"
#include "traces/scale.h"
#include "traces/tools.h"
#include "traces/trace.h"

namespace faascast {
namespace {

std::shared_ptr<const Traffic> opened(const TraceArguments& arguments, const std::string& file) {
  TraceOptions options;
  options.format = arguments.format;
  options.reorder = arguments.reorder;
  options.bin = arguments.bin;
  options.drop_failed = arguments.drop_failed;
  if (!arguments.spread.empty()) options.spread = spread_named(arguments.spread);
  return open_trace(file, options);
}

std::shared_ptr<const Traffic> opened(const TraceArguments& arguments) {
  return opened(arguments, arguments.files.front());
}

ExitCode written(const Traffic& traffic, const TraceArguments& arguments) {
  catch_interrupts();
  const std::filesystem::path file = arguments.result;
  const auto goes_on = [] { return !is_interrupted(); };
  const bool is_whole = file.extension() == ".fct"
                            ? write_binary_trace(traffic, {arguments.seed, 0}, file, goes_on)
                            : write_plain_csv(traffic, {arguments.seed, 0}, file, goes_on);
  if (!is_whole) throw Interrupted();
  return kDone;
}

constexpr std::size_t kRateParts = 60;

/// One character for each part of the time, from blank (nothing) to full (the busiest part).
std::string bars(const std::vector<double>& rates) {
  static constexpr std::array<const char*, 9> kBars = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const double top = *std::max_element(rates.begin(), rates.end());
  std::string text;
  for (const double rate : rates) {
    const double share = top > 0.0 ? rate / top : 0.0;
    text += kBars[static_cast<std::size_t>(std::ceil(share * 8.0))];
  }
  return text;
}

std::string json_of(const std::string& description, const TrafficInfo& info,
                    const std::vector<double>& rates) {
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
  json["popularity"] = {{"busiest_share", info.busiest_share},
                        {"busiest_1_percent_share", info.busiest_1_percent_share},
                        {"busiest_10_percent_share", info.busiest_10_percent_share},
                        {"functions_for_90_percent", info.functions_for_90_percent}};
  for (const TrafficInfo::Popularity& p : info.popularity) {
    json["popularity"]["curve"].push_back({{"functions", p.functions}, {"share", p.share}});
  }
  json["dispersion_by_window"] = nlohmann::ordered_json::array();
  for (const Dispersion& d : info.dispersion_by_window) {
    json["dispersion_by_window"].push_back({{"window_s", seconds_of(d.window)}, {"ratio", d.ratio}});
  }
  json["rates"] = {{"part_s", seconds_of(info.span) / kRateParts}, {"per_s", rates}};
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
  if (info.functions > 1) {
    const auto percent = [](double share) { return fmt::format("{:.1f} %", 100.0 * share); };
    table.add({"requests to the busiest function", percent(info.busiest_share)});
    table.add({"to the busiest 1 % of functions", percent(info.busiest_1_percent_share)});
    table.add({"to the busiest 10 % of functions", percent(info.busiest_10_percent_share)});
    table.add({"functions that get 90 %", format_count(info.functions_for_90_percent)});
  }
  return table;
}

}  // namespace

ExitCode trace_info_command(const TraceArguments& arguments) {
  check_output(arguments.output);
  const auto traffic = opened(arguments);
  const ReplaySeed seed{arguments.seed, 0};
  const TrafficInfo info = describe(*traffic, seed);
  const std::vector<double> rates =
      rates_over_time(*traffic, seed, std::max(info.span, Duration(1)), kRateParts);
  deliver(arguments.output, [&](ReportFormat format) {
    if (format == ReportFormat::kJson) return json_of(traffic->description(), info, rates);
    const std::string text = table_text(table_of(info), format);
    if (format != ReportFormat::kText) return text;
    const std::string title =
        fmt::format("Rate over time, means of {}:\n", format_duration(info.span / kRateParts));
    return paragraph("", traffic->description()) + text + title + bars(rates) + "\n";
  });
  return kDone;
}

ExitCode trace_generate_command(const TraceArguments& arguments) {
  GeneratorSpec spec = arguments.generator;
  const bool given = spec.rate_per_s != 0.0;
  if (has_rate(spec) && !given) {
    throw InputError(Problem{"--rate", "no rate", "give the mean requests a second, such as 12"});
  }
  if (!has_rate(spec) && given) {
    throw InputError(Problem{"--rate", fmt::format("'{}' has no rate", spec.kind), "leave it out"});
  }
  if (!given) spec.rate_per_s = GeneratorSpec{}.rate_per_s;
  return written(*make_generator(spec), arguments);
}

ExitCode trace_convert_command(const TraceArguments& arguments) {
  return written(*opened(arguments), arguments);
}

ExitCode trace_head_command(const TraceArguments& arguments) {
  print(plain_csv_head(*opened(arguments), {arguments.seed, 0}, arguments.rows));
  return kDone;
}

ExitCode trace_cut_command(const TraceArguments& arguments) {
  const Duration to = arguments.to.value_or(Duration::max());
  return written(*cut_traffic(opened(arguments), arguments.from, to), arguments);
}

ExitCode trace_scale_command(const TraceArguments& arguments) {
  auto traffic = opened(arguments);
  ScaleBy rule = traffic->default_scale_by();
  if (!arguments.scale_by.empty()) {
    rule = arguments.scale_by == "time" ? ScaleBy::kTime : ScaleBy::kThin;
  }
  return written(*scale_traffic(std::move(traffic), arguments.factor, rule), arguments);
}

ExitCode trace_merge_command(const TraceArguments& arguments) {
  std::vector<std::shared_ptr<const Traffic>> parts;
  for (const std::string& file : arguments.files) parts.push_back(opened(arguments, file));
  return written(*merge_traffic(std::move(parts)), arguments);
}

ExitCode trace_anonymise_command(const TraceArguments& arguments) {
  return written(*anonymise_traffic(opened(arguments), arguments.step), arguments);
}

ExitCode trace_plot_command(const TraceArguments& arguments) {
  write_file(arguments.result, traffic_plot_svg(*opened(arguments), {arguments.seed, 0}));
  return kDone;
}

}  // namespace faascast
